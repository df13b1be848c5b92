"""The workbook by which an administrator hands in units and accounts: made here, and read back."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import IO, Any

from flask_babel import force_locale
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.upload import check_upload, unreadable
from tracker.errors import Invalid
from tracker.extensions import current_routine
from tracker.i18n import LANGUAGES
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.labels import ROLES, UNIT_KINDS
from tracker.models import Role, Unit, User
from tracker.services.account_import import NO, SYSTEM, YES, AccountRows, Row

MAX_ROWS = 2000
"""Rows of one sheet: more are handed in as several workbooks."""
_LAST_ROW = MAX_ROWS + 1
SHEETS: dict[str, Any] = {"units": _l("Units"), "users": _l("Users")}
_YES_NO: dict[str, Any] = {YES: _l("Yes"), NO: _l("No")}
_YES_WORDS = frozenset({"yes", "ja", "x", "1", "true", "sant"})
_NO_WORDS = frozenset({"no", "nej", "0", "false", "falskt"})


@dataclass(frozen=True)
class Column:
    key: str
    label: Any
    width: int
    hint: Any = ""
    choices: Mapping[str, Any] | None = None


def columns(sheet: str) -> tuple[Column, ...]:
    """The columns of a sheet, in order."""
    if sheet == "users":
        return (
            Column("login", _l("User name"), 18, _l("Small letters, digits, dots. It is never changed.")),
            Column("name", _l("Name"), 28),
            Column("role", _l("Role"), 22, choices={role.value: ROLES[role.value] for role in Role}),
            Column("units", _l("Works in"), 28, _l("The codes of the units, with commas between.")),
            Column("manages", _l("Manages"), 28, _l("The codes of the units this person is the manager of.")),
            Column("active", _l("In use"), 10, _l("Empty: as it is; a new one is in use."), choices=_YES_NO),
        )
    return (
        Column("code", _l("Code"), 14, _l("Letters, digits, hyphens, dots. It is never changed.")),
        Column("name", _l("Name"), 30),
        Column("site", _l("Site"), 18),
        Column("kind", _l("Kind"), 22, choices=UNIT_KINDS),
        *(
            Column(SYSTEM + system.id, system.name, 15, _l("x if the unit uses it"), choices={YES: "x"})
            for system in current_routine().systems
        ),
        Column("active", _l("In use"), 10, _l("Empty: as it is; a new one is in use."), choices=_YES_NO),
    )


def column_label(sheet: str, key: str) -> str:
    """What a column is called, in the user's language."""
    if key == "systems":
        return _("Systems")
    return next((str(column.label) for column in columns(sheet) if column.key == key), key)


def build_account_workbook(units: Iterable[Unit], users: Iterable[User]) -> bytes:
    """A workbook to fill in, in the user's language, with these units and accounts in it already."""
    book = Workbook()
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    first = book.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook has a sheet")
    second = book.create_sheet(index=1)
    _fill_sheet(first, "units", [_unit_cells(unit) for unit in units], lists)
    _fill_sheet(second, "users", [_user_cells(user) for user in users], lists)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_account_workbook(file: IO[bytes], name: str) -> AccountRows:
    """The rows of an uploaded workbook; raises Invalid (`/file`) if it cannot be read or lacks a needed column."""
    check_upload(file, name)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheets = {sheet: _find_sheet(book.worksheets, sheet) for sheet in SHEETS}
        read = {sheet: _read_sheet(found, sheet) if found is not None else () for sheet, found in sheets.items()}
        book.close()
    except Invalid:
        raise
    except Exception:  # a broken or hostile file fails anywhere in the parsers, in their own ways
        raise unreadable() from None
    if all(sheet is None for sheet in sheets.values()):
        raise Invalid(
            {"/file": _l("The workbook has neither a sheet of units nor one of users. Begin with the template.")}
        )
    return AccountRows(units=read["units"], users=read["users"])


def _fill_sheet(sheet: Worksheet, key: str, rows: Sequence[Mapping[str, str]], lists: Worksheet) -> None:
    sheet.title = str(SHEETS[key])
    sheet.freeze_panes = "C2"
    head = Font(bold=True, color="FFFFFF")
    for number, column in enumerate(columns(key), start=1):
        letter = get_column_letter(number)
        _write(sheet, 1, number, str(column.label))
        cell = sheet.cell(1, number)
        cell.font, cell.fill = head, PatternFill("solid", fgColor="0F4C5C")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].number_format = "@"
        _add_rule(sheet, key, column, letter, lists)
        for line, row in enumerate(rows, start=2):
            _write(sheet, line, number, row.get(column.key, ""))
    sheet.row_dimensions[1].height = 32
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _add_rule(sheet: Worksheet, key: str, column: Column, letter: str, lists: Worksheet) -> None:
    """A drop-down where there is something to choose, and a hint when the cell is entered."""
    if not column.choices and not column.hint:
        return
    rule = DataValidation(allow_blank=True)
    if column.choices:
        place = (lists.max_column if lists.cell(1, 1).value else 0) + 1
        for line, label in enumerate(column.choices.values(), start=1):
            _write(lists, line, place, str(label))
        at = get_column_letter(place)
        rule = DataValidation(
            type="list", formula1=f"lists!${at}$1:${at}${len(column.choices)}", allow_blank=True, showErrorMessage=True
        )
        rule.error = _("Choose one from the list.")
    if column.hint:
        rule.showInputMessage, rule.promptTitle, rule.prompt = True, str(column.label)[:32], str(column.hint)[:255]
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _write(sheet: Worksheet, line: int, number: int, value: str) -> None:
    """Write text that stays text, whatever it begins with."""
    if value:
        cell = sheet.cell(line, number, value)
        cell.data_type = "s"
        cell.number_format = "@"


def _unit_cells(unit: Unit) -> dict[str, str]:
    return {
        "code": unit.code,
        "name": unit.name,
        "site": unit.site,
        "kind": str(UNIT_KINDS[unit.kind.value]),
        **{SYSTEM + system: "x" for system in unit.systems},
        "active": str(_YES_NO[YES if unit.active else NO]),
    }


def _user_cells(user: User) -> dict[str, str]:
    return {
        "login": user.login,
        "name": user.name,
        "role": str(ROLES[user.role.value]),
        "units": ", ".join(sorted(membership.unit.code for membership in user.memberships if membership.works)),
        "manages": ", ".join(sorted(membership.unit.code for membership in user.memberships if membership.manages)),
        "active": str(_YES_NO[YES if user.active else NO]),
    }


def _find_sheet(sheets: Sequence[Any], key: str) -> Any:
    names = _words(key, SHEETS[key])
    return next((sheet for sheet in sheets if sheet.title.strip().casefold() in names), None)


def _read_sheet(sheet: Any, key: str) -> tuple[Row, ...]:
    specs = columns(key)
    lines = sheet.iter_rows(max_row=_LAST_ROW + 1, max_col=60, values_only=True)
    head = [_text(value).casefold() for value in next(lines, ())]
    places: dict[int, Column] = {}
    for column in specs:
        names = _words(column.key, column.label)
        place = next((number for number, text in enumerate(head) if text in names), None)
        if place is not None:
            places[place] = column
        elif column is specs[0]:
            raise Invalid(
                {
                    "/file": _l(
                        "The sheet %(sheet)s has no column %(column)s in its first row. Begin with the template.",
                        sheet=SHEETS[key],
                        column=column.label,
                    )
                }
            )
    readers = {place: (column.key, _reader(column)) for place, column in places.items()}
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = {name: read(_text(line[place]) if place < len(line) else "") for place, (name, read) in readers.items()}
        if any(cells.values()):
            if number > _LAST_ROW:
                raise Invalid({"/file": _l("A sheet has more than %(rows)s rows. Split the workbook.", rows=MAX_ROWS)})
            rows.append(Row(number, cells))
    return tuple(rows)


def _reader(column: Column) -> Callable[[str], str]:
    """From what stands in a cell to an id; what is not known stays as it stands, to be told."""
    if not column.choices:
        return str
    known = {word: value for value, label in column.choices.items() for word in _words(value, label)}
    if YES in column.choices:
        known |= dict.fromkeys(_YES_WORDS, YES) | dict.fromkeys(_NO_WORDS, NO)
    return partial(_look_up, known)


def _look_up(known: Mapping[str, str], text: str) -> str:
    return known.get(text.casefold(), text)


def _words(key: str, label: Any) -> frozenset[str]:
    """What something may be called: its id, or its label in any language."""
    words = {key.casefold()}
    for language in LANGUAGES:
        with force_locale(language):
            words.add(str(label).strip().casefold())
    return frozenset(words)


def _text(value: Any) -> str:
    """A cell as text on one line: 12.0 is 12."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
    return " ".join(str(value).split())
