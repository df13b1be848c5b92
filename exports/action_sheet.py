"""One sheet of a workbook for logging: the columns of a kind, with drop-downs, hints and what is still missing marked.

Row 1 is hidden and holds the kind and each column's key, column A is hidden and holds each row's mark: columns may be
moved and renamed and rows sorted, and the file is still understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from exports.action_list import Lists
from exports.action_rule import Rules, coloured
from exports.look import BAND, DRILL, HEAD, LINE
from exports.sheet import clean
from tracker.clock import utcnow
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.routine.spec import FieldType, KindSpec
from tracker.services.action_cell import read_day
from tracker.services.action_column import (
    BY,
    DATE,
    NAME,
    PATIENT,
    PROBLEM,
    ROLE,
    TIME,
    Column,
    columns_of,
    problem_label,
)

FIRST_ROW = 3
LAST_ROW = 2000
"""Drop-downs, hints and marks reach so far."""
_WIDTHS = {PATIENT: 36, NAME: 24, DATE: 12, TIME: 9, BY: 24, ROLE: 20, PROBLEM: 44}
_BY_TYPE = {FieldType.NUMBER: 11, FieldType.LONG_TEXT: 34, FieldType.DATETIME: 18, FieldType.YES_NO: 11}
_FORMATS = {FieldType.DATE: "yyyy-mm-dd", FieldType.DATETIME: "yyyy-mm-dd hh:mm", FieldType.NUMBER: "General"}
_ON_PAPER = 160
"""Characters across a page that can still be read, and written beside."""
_ROW_HEIGHT = 20
_BAD = PatternFill("solid", fgColor="F9D9DB")
_QUIET_HEAD = "5C7A83"
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class KindSheet:
    """Writes one sheet: head, then rows, then finish."""

    def __init__(
        self,
        sheet: Any,
        kind: KindSpec,
        lists: Lists,
        choices: Mapping[str, str],
        language: str,
        *,
        drill: bool,
        handed_back: bool,
    ) -> None:
        self._sheet, self._kind, self._language = sheet, kind, language
        self._colour = DRILL if drill else HEAD
        self._problem = [Column(PROBLEM, problem_label(language))] if handed_back else []
        self._columns = [*self._problem, *columns_of(kind)]
        self._letters = {column.key: get_column_letter(place) for place, column in enumerate(self._columns, start=2)}
        self._rules = Rules(sheet, kind, lists, choices, language, self._letters, FIRST_ROW, LAST_ROW)
        self._line = FIRST_ROW

    def head(self, margin: str) -> None:
        """The hidden row of keys, the headings, and what each column accepts."""
        sheet = self._sheet
        sheet.sheet_properties.tabColor = self._colour
        sheet.column_dimensions["A"].hidden = True
        sheet.row_dimensions[1].hidden = True
        sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _ROW_HEIGHT, True
        sheet.row_dimensions[2].height = 46
        self._text(sheet.cell(1, 1), self._kind.id)
        for place, column in enumerate(self._columns, start=2):
            dimension = sheet.column_dimensions[get_column_letter(place)]
            dimension.width = _width(column)
            dimension.number_format = _FORMATS.get(column.type, "@")
            dimension.alignment = Alignment(vertical="top", wrap_text=column.type is FieldType.LONG_TEXT)
            self._text(sheet.cell(1, place), column.key)
            self._heading(sheet.cell(2, place), column)
            if column.key != PROBLEM:
                self._rules.add(column)
        sheet.freeze_panes = f"{get_column_letter(3 + len(self._problem))}{FIRST_ROW}"
        sheet.oddHeader.left.text = clean(margin).replace("&", "&&")[:120]
        sheet.oddHeader.right.text = "&A"
        sheet.oddFooter.left.text = _("Contains patient data. Shred when it is no longer needed.").replace("&", "&&")
        sheet.oddFooter.right.text = "&P / &N"

    def add_mark(self, mark: str) -> None:
        """An empty row with a mark of its own."""
        self._text(self._sheet.cell(self._line, 1), mark)
        self._line += 1

    def add_row(self, mark: str, cells: Mapping[str, str], faults: Mapping[str, str]) -> None:
        """A row that is handed back: as it was written, with what is wrong."""
        line = self._line
        self.add_mark(mark)
        lines = sum(-(-len(text) // (_WIDTHS[PROBLEM] - 14)) for text in self._problems(faults).split("\n"))
        self._sheet.row_dimensions[line].height = max(_ROW_HEIGHT, 13.5 * lines + 4)
        for place, column in enumerate(self._columns, start=2):
            cell = self._sheet.cell(line, place)
            if column.key == PROBLEM:
                self._text(cell, self._problems(faults))
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                cell.font = Font(name="Calibri", size=10, bold=True, color="8A1420")
            else:
                self._value(cell, column, cells.get(column.key, ""))
            if faults.get(column.key):
                cell.fill = _BAD
                cell.comment = Comment(clean(faults[column.key]), _("Downtime tracker"), height=90, width=280)

    def finish(self) -> None:
        """What goes by the number of rows: filter and print."""
        sheet, last = self._sheet, get_column_letter(len(self._columns) + 1)
        sheet.auto_filter.ref = f"A2:{last}{self._line - 1}"
        band = PatternFill("solid", bgColor=BAND)
        sheet.conditional_formatting.add(f"B{FIRST_ROW}:{last}{LAST_ROW}", coloured("MOD(ROW(),2)=1", band))
        sheet.print_area = f"A2:{last}{self._line - 1}"
        sheet.print_title_rows = "2:2"
        sheet.print_title_cols = "B:B"
        sheet.print_options.gridLines = True
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToHeight = 0
        sheet.page_setup.fitToWidth = max(1, round(sum(map(_width, self._columns)) / _ON_PAPER))
        sheet.page_margins.left = sheet.page_margins.right = 0.3
        if sheet.sheet_properties.pageSetUpPr is not None:
            sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def _heading(self, cell: Any, column: Column) -> None:
        label = column.label_in(self._language)
        if column.spec and column.spec.unit:
            label = f"{label} ({column.spec.unit})"
        self._text(cell, f"{label} *" if column.required else label)
        colour = self._colour if column.required or column.key == PROBLEM else _QUIET_HEAD
        cell.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=colour)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        side = Side(style="thin", color=LINE)
        cell.border = Border(left=side, right=side)

    def _problems(self, faults: Mapping[str, str]) -> str:
        by_key = {column.key: column.label_in(self._language) for column in self._columns}
        return "\n".join(f"{by_key[key]}: {fault}" if key in by_key else fault for key, fault in faults.items())

    def _value(self, cell: Any, column: Column, text: str) -> None:
        if not text:
            return
        today = utcnow().astimezone(time_zone()).date()
        day = read_day(text, today) if column.type is FieldType.DATE else None
        if day:
            cell.value = date.fromisoformat(day)
            cell.number_format = _FORMATS[FieldType.DATE]
        elif column.type is FieldType.NUMBER and _is_number(text):
            cell.value = float(text.replace(",", "."))
        else:
            self._text(cell, text)

    @staticmethod
    def _text(cell: Any, text: str) -> None:
        """Text that stays text, whatever it begins with."""
        cell.value = clean(text)
        cell.data_type = "s"
        cell.number_format = "@"
        if text.startswith(_RISKY):
            cell.quotePrefix = True


def _width(column: Column) -> float:
    longest = max((len(label) for label in (column.choice_in(one, "sv") for one in column.choices)), default=0)
    wanted = _WIDTHS.get(column.key) or _BY_TYPE.get(column.type) or min(30, max(17, longest + 4))
    return max(wanted, min(24, max(len(word) for word in column.label_in("sv").split()) + 4))


def _is_number(text: str) -> bool:
    whole, _, decimals = text.replace(",", ".").removeprefix("-").partition(".")
    return whole.isascii() and whole.isdecimal() and (not decimals or (decimals.isascii() and decimals.isdecimal()))
