"""Worksheets that read and print well: cells that stay text, A4 landscape, repeated headings, numbered pages.

Sheets are written row by row (openpyxl's write-only mode), so that 20,000 follow-ups fit in little memory. Widths,
frozen panes and colours must be set before the first row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from exports import words
from exports.look import DRILL, HEAD, Look, paint
from tracker import labels
from tracker.i18n import text as _

MAX_CELL = 32_000
"""Excel keeps 32,767 characters in a cell; what is longer would be cut without a word."""
_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
Sheet = Any
"""A write-only worksheet: the published types know hardly any of its attributes."""
DATE_TIME = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Column:
    heading: str
    width: float
    look: Look = "text"


def clean(text: str) -> str:
    """The text as a cell can hold it: line ends as `\\n`, nothing that XML forbids, never cut in silence."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= MAX_CELL:
        return text
    return text[:MAX_CELL] + "\n" + _("(The text goes on. Read the rest in the application.)")


class Book:
    """A workbook under construction, with the few looks its cells can have."""

    def __init__(self, title: str, outage: str, drill: bool) -> None:
        self.workbook = Workbook(write_only=True)
        self.workbook.properties.title = title
        self.workbook.properties.creator = _("Downtime tracker")
        self.title = title
        self.outage = outage
        self.drill = drill
        self._taken: set[str] = set()
        self._styles: dict[tuple[Look, bool, bool, bool], Any] = {}

    def add_sheet(self, title: str, columns: Sequence[Column], frozen: str | None = None) -> Sheet:
        """A sheet with these columns, ready for its first row; `title` from free_title."""
        sheet = self.workbook.create_sheet(title)
        for number, column in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        if frozen:
            sheet.freeze_panes = frozen
        sheet.sheet_properties.tabColor = DRILL if self.drill else HEAD
        self.set_up_page(sheet)
        return sheet

    def free_title(self, name: str) -> str:
        """A sheet name of at most 31 characters that no other sheet has, in capitals or not; a drill says so."""
        mark = _(" (drill)") if self.drill else ""
        wanted = _FORBIDDEN_IN_TITLE.sub("-", clean(name).replace("\n", " ")).strip(" '")[: 31 - len(mark)] or "-"
        title, number = wanted + mark, 2
        while title.lower() in self._taken:
            title = f"{wanted[: 28 - len(mark)]} {number}{mark}"
            number += 1
        self._taken.add(title.lower())
        return title

    def append(self, sheet: Sheet, values: Iterable[Any], looks: Iterable[Look], band: bool = False) -> None:
        """One row. None leaves a cell out; an empty text makes an empty cell with its look."""
        sheet.append(
            [
                None if value is None else self.cell(sheet, value, look, band)
                for value, look in zip(values, looks, strict=True)
            ]
        )

    def cell(self, sheet: Sheet, value: Any, look: Look, band: bool = False) -> Cell:
        """One cell. Text is text, whatever it begins with: nothing a user wrote is ever run as a formula."""
        cell: Any = WriteOnlyCell(sheet)
        if isinstance(value, str):
            cell.value = clean(value)
            cell.data_type = "s"
        else:
            cell.value = value
        cell._style = self._style(
            sheet, look, band, isinstance(value, datetime), isinstance(value, str) and value.startswith(_FORMULA_START)
        )
        return cast(Cell, cell)

    def save(self) -> bytes:
        target = BytesIO()
        self.workbook.save(target)
        return target.getvalue()

    def _style(self, sheet: Sheet, look: Look, band: bool, is_time: bool, is_risky: bool) -> Any:
        """Styles are made once and shared: making them for each cell takes most of the time otherwise."""
        key = (look, band, is_time, is_risky)
        if key not in self._styles:
            pattern: Any = WriteOnlyCell(sheet)
            paint(pattern, look, band, DRILL if self.drill else HEAD)
            if is_time:
                pattern.number_format = DATE_TIME
            if is_risky:
                pattern.quotePrefix = True  # stays text also when somebody edits the cell
            self._styles[key] = pattern._style
        return self._styles[key]

    def set_up_page(self, sheet: Sheet) -> None:
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.page_margins.left = sheet.page_margins.right = 0.25
        sheet.page_margins.top, sheet.page_margins.bottom = 0.55, 0.5
        sheet.page_margins.header = sheet.page_margins.footer = 0.2
        sheet.print_options.horizontalCentered = True
        drill = _("DRILL") + " – " if self.drill else ""
        sheet.oddHeader.left.text = _in_margin(drill + self.title)
        sheet.oddHeader.right.text = "&A"
        sheet.oddFooter.left.text = _in_margin(_("Contains patient data. Shred when it is no longer needed."))
        sheet.oddFooter.center.text = _in_margin(self.outage)
        sheet.oddFooter.right.text = "&P / &N"
        for part in (sheet.oddHeader.left, sheet.oddHeader.right, sheet.oddFooter.left, sheet.oddFooter.right):
            part.size = 9


def finish_table(sheet: Sheet, columns: int, printed: int, rows: int) -> None:
    """Filter, printed columns and repeated heading of a table whose heading is the sheet's first row."""
    last = rows + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{last}"
    sheet.print_area = f"A1:{get_column_letter(printed)}{last}"
    sheet.print_title_rows = "1:1"


def add_ticks(sheet: Sheet, tick: str, last_column: str, first_row: int, last_row: int) -> None:
    """A drop-down in the column `tick`; a row that is ticked changes its colour."""
    done, not_needed, question = (labels.state(outcome) for outcome in words.OUTCOMES)
    cells = f"{tick}{first_row}:{tick}{last_row}"
    choice = DataValidation(type="list", formula1=f'"{done},{not_needed},{question}"', allow_blank=True)
    choice.showErrorMessage = True
    choice.errorTitle = _("Tick")
    choice.error = _("Choose one of the answers in the list.")
    choice.showInputMessage = True
    choice.promptTitle = _("Tick")
    choice.prompt = _("Not needed: write why in the comment. Question: write it in the comment.")
    choice.add(cells)
    sheet.data_validations.append(choice)
    for answer, colour in ((done, "DDF0E4"), (not_needed, "E6E8EA"), (question, "FDF1DC")):
        sheet.conditional_formatting.add(
            f"A{first_row}:{last_column}{last_row}",
            Rule(
                type="expression",
                formula=[f'${tick}{first_row}="{answer}"'],
                dxf=DifferentialStyle(fill=PatternFill("solid", bgColor=colour)),
            ),
        )


def _in_margin(text: str) -> str:
    """Text of a header or footer: `&` begins a code there, and Excel refuses more than 255 characters in all."""
    return clean(text).replace("\n", " ")[:70].replace("&", "&&")
