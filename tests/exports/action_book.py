"""Filling in the workbook for logging, as people do in Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.action_template import TemplateSheet, build_action_template
from exports.action_upload import ActionUpload, look_inside, read_action_upload
from tests.region import TEST_NUMBERS, declare, unit
from tracker.extensions import current_routine, db
from tracker.models import Outage
from tracker.queries.routine import routine_of

DOSE = "melior.medication-administration"
NOTE = "melior.note"
DAY = date(2024, 11, 20)
DOSE_ROW: dict[str, Any] = {
    "_patient": "19900101-2385",
    "_date": DAY,
    "_time": "07:15",
    "_by": "Nora Nyström",
    "drug": "Alvedon",
    "strength": "500 mg",
    "dose": 2,
    "dose_unit": "tablett",
}


def old_outage(*systems: str, units: tuple[str, ...] = ("ward",)) -> Outage:
    """An outage that began in the night before DAY and goes on: the files that are kept beside the tests fit it."""
    outage = declare(*systems, units=units)
    for stretch in outage.systems:
        stretch.down_at = datetime(2024, 11, 19, 20, 0, tzinfo=UTC)
    db.session.commit()
    assert outage.systems and outage.concerned  # loaded, for use outside the session
    return outage


def template(outage: Outage, *kinds: str, language: str = "sv", unit_code: str = "ward") -> Workbook:
    """The workbook as it is taken along, opened."""
    sheets = [TemplateSheet(current_routine().kinds[kind]) for kind in kinds or (DOSE,)]
    made = build_action_template(outage, unit(unit_code), sheets, language=language, address="http://localhost/")
    return load_workbook(io.BytesIO(made.content))


def sheet_of(book: Workbook, kind: str = DOSE) -> Worksheet:
    return next(sheet for sheet in book.worksheets if sheet.cell(1, 1).value == kind)


def letter_of(sheet: Worksheet, key: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == key)


def write(sheet: Worksheet, line: int, cells: Mapping[str, Any]) -> None:
    for key, value in cells.items():
        sheet.cell(line, letter_of(sheet, key)).value = value


def filled(outage: Outage, *rows: Mapping[str, Any], kind: str = DOSE, language: str = "sv") -> Workbook:
    """A template with these rows, from row 3 on."""
    book = template(outage, kind, language=language)
    for line, row in enumerate(rows, start=3):
        write(sheet_of(book, kind), line, row)
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, outage: Outage, name: str = "logga.xlsx") -> ActionUpload:
    file = io.BytesIO(content)
    return read_action_upload(file, name, look_inside(file, name), routine_of(outage))


def doses(number: int) -> list[dict[str, Any]]:
    """So many different doses: patients, drugs and times that no two have in common."""
    return [
        {
            **DOSE_ROW,
            "_patient": TEST_NUMBERS[place % len(TEST_NUMBERS)],
            "_time": f"{place // 60 % 24:02d}{place % 60:02d}",
            "drug": f"Läkemedel {place}",
        }
        for place in range(number)
    ]
