"""Ticking the re-entry workbook, as people do in Excel, and reading it back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.tick_list import as_about, read_tick_list
from exports.tick_upload import TickUpload, read_tick_upload
from tests.exports.action_book import saved
from tests.exports.reading import heading, reopen, workbook_of
from tests.region import TEST_NUMBERS, declare, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, Item, Outage, TickImport
from tracker.queries.outage import get_outage
from tracker.services.outage import restore_system
from tracker.services.tick_import import apply_ticks, begin_ticks, keep_ticks

DOSE = "melior.medication-administration"


def doses_logged(number: int, *, drug: str = "Alvedon", back: bool = True) -> tuple[Outage, list[Action]]:
    """An outage of Melior, over by now, with so many doses of so many patients (nine at most)."""
    outage = declare("melior", units=("ward", "clinic"))
    actions = [log_dose(outage, place, drug=drug) for place in range(number)]
    if back:
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        db.session.commit()
    return outage, actions


def log_dose(outage: Outage, place: int = 0, *, drug: str = "Alvedon") -> Action:
    fields = sample_fields(current_routine().kinds[DOSE], {"drug": f"{drug} {place}"})
    return log(outage, DOSE, identity=sorted(TEST_NUMBERS)[place % len(TEST_NUMBERS)], fields=fields)


def taken(outage: Outage, login: str = "manager", language: str = "en", **chosen: object) -> Workbook:
    """The workbook as it is taken along, opened."""
    return reopen(workbook_of(outage, login, language, **chosen))


def melior(book: Workbook) -> Worksheet:
    return next(sheet for sheet in book.worksheets if sheet.title.startswith("Melior"))


def line_of(sheet: Worksheet, item: Item | Action) -> int:
    number = item.items[0].id if isinstance(item, Action) else item.id
    return next(place for place, cell in enumerate(sheet["A"], start=1) if cell.value == number)


def write(sheet: Worksheet, line: int, **cells: Any) -> None:
    """Cells by heading; an underscore stands for a space."""
    names = heading(sheet)
    for name, value in cells.items():
        sheet.cell(line, names.index(name.replace("_", " ")) + 1).value = value


def tick(book: Workbook, item: Item | Action, answer: str = "Done", **cells: Any) -> None:
    sheet = melior(book)
    write(sheet, line_of(sheet, item), Tick=answer, **cells)


def read(book: Workbook | bytes, name: str = "ifylld.xlsx") -> TickUpload:
    file = io.BytesIO(book if isinstance(book, bytes) else saved(book))
    return read_tick_upload(file, name, read_tick_list(file, name))


def keep(book: Workbook | bytes, login: str = "nurse") -> TickImport:
    file = io.BytesIO(book if isinstance(book, bytes) else saved(book))
    known = read_tick_list(file, "ifylld.xlsx")
    upload = read_tick_upload(file, "ifylld.xlsx", known)
    found = keep_ticks(
        upload.rows,
        {**as_about(known), "notices": upload.notices},
        outage=get_outage(known.outage_id),
        unchanged=upload.unchanged,
        file_name="ifylld.xlsx",
        file_digest=upload.digest,
        actor=user(login),
    )
    db.session.commit()
    return found


def read_in(book: Workbook | bytes, login: str = "nurse", portion: int = 40) -> TickImport:
    """Handed in and applied to the end."""
    found = keep(book, login)
    begin_ticks(found, actor=user(login))
    while apply_ticks(found, portion, actor=user(login)):
        db.session.commit()
    db.session.commit()
    return found


def told(upload: TickUpload) -> Sequence[str]:
    return [row.fault for row in upload.rows if row.fault]
