"""The rows of a ticked workbook that were not applied, to take along: what the file says, what stands, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from exports.look import Look
from exports.sheet import Book, Column, finish_table
from exports.words import in_language
from exports.workbook_file import Workbookfile
from tracker.i18n import text as _
from tracker.models import Outage


@dataclass(frozen=True)
class RestRow:
    sheet: str
    line: int
    number: str
    patient_number: str
    patient: str
    task: str
    why: str
    theirs: str
    """What stands in the application."""
    ours: Mapping[str, str]
    """The cells as they stand in the file."""


def build_tick_rest(
    outage: Outage, rows: Sequence[RestRow], patients: Mapping[int, frozenset[UUID]], language: str
) -> Workbookfile:
    with in_language(language):
        book = Book(_("Rows that were not applied: %(outage)s", outage=outage.name), outage.name, outage.drill)
        columns = [
            Column(_("Sheet"), 14),
            Column(_("Row"), 6, "kept"),
            Column(_("No."), 8, "kept"),
            Column(_("Patient number"), 15, "strong"),
            Column(_("Patient"), 18),
            Column(_("What to do"), 28),
            Column(_("Why it was not applied"), 40, "strong"),
            Column(_("In the application"), 30),
            Column(_("Tick"), 12),
            Column(_("Reference"), 14),
            Column(_("Signature"), 12),
            Column(_("Time"), 16),
            Column(_("Comment"), 24),
        ]
        sheet = book.add_sheet(book.free_title(_("Not applied")), columns, frozen="E2")
        looks: list[Look] = [column.look for column in columns]
        book.append(sheet, [column.heading for column in columns], ["head"] * len(columns))
        for row in rows:
            ours = [row.ours.get(name, "") for name in ("tick", "reference", "signature", "time", "comment")]
            told = [row.sheet, row.line or "", row.number, row.patient_number, row.patient, row.task, row.why]
            book.append(
                sheet,
                [*told, row.theirs, *(text.replace("T", " ", 1) if ours[3] is text else text for text in ours)],
                looks,
            )
        finish_table(sheet, len(columns), len(columns), len(rows))
        return Workbookfile(book.save(), patients, len(rows))
