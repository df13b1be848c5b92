"""Making a workbook and reading it back, as the tests of every workbook do."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.reentry_workbook import build_reentry_workbook
from exports.workbook_file import Workbookfile
from tests.region import user
from tracker.models import Outage
from tracker.queries.item import ItemFilter


def reopen(made: Workbookfile | bytes) -> Workbook:
    return load_workbook(BytesIO(made if isinstance(made, bytes) else made.content))


def system_sheets(workbook: Workbook) -> list[Worksheet]:
    """Every sheet but the summary and the hidden list of rows."""
    return [sheet for sheet in workbook.worksheets[1:] if sheet.sheet_state == "visible"]


def heading(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cell in sheet[1]]


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the heading, each by its column's heading."""
    names = heading(sheet)
    return [dict(zip(names, values, strict=True)) for values in sheet.iter_rows(min_row=2, values_only=True)]


def texts(sheet: Worksheet) -> list[str]:
    return [str(value) for values in sheet.iter_rows(values_only=True) for value in values if value is not None]


def workbook_of(outage: Outage, login: str = "manager", language: str = "en", **chosen: object) -> Workbookfile:
    made_by = user(login)
    filter_ = ItemFilter(**{"unit_ids": made_by.unit_ids, **chosen})  # type: ignore[arg-type]
    return build_reentry_workbook(outage, filter_, made_by=made_by, language=language)


def only_row(made: Workbookfile) -> dict[str, object]:
    (sheet,) = system_sheets(reopen(made))
    (row,) = rows(sheet)
    return row


def sheet_of(made: Workbookfile, title: str) -> Worksheet:
    return reopen(made)[title]
