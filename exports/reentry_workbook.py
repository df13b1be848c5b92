"""The re-entry workbook: a summary, then a sheet for each target system with every follow-up to enter and to tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from openpyxl.utils import get_column_letter

from exports import words
from exports.look import Look
from exports.rows import ReentryRow, patients_by_unit, reentry_rows
from exports.sheet import Book, Column, add_ticks, finish_table
from exports.summary_sheet import SummarySheet
from exports.tick_column import HEADINGS, ROW_KEY
from exports.tick_list import write_tick_list
from exports.workbook_file import Workbookfile
from tracker import labels
from tracker.i18n import text as _
from tracker.models import Outage, User
from tracker.queries.item import ItemFilter, every_item
from tracker.queries.routine import routine_of
from tracker.services.tick_row import row_key

FIELDS_WIDTH = 40
"""Characters; a row is at most 409 points high, which is about so many lines:"""
LINES_SHOWN = 30
__all__ = ["Workbookfile", "build_reentry_workbook"]


@dataclass(frozen=True)
class _RowColumn:
    column: Column
    value: Callable[[ReentryRow], Any]
    printed: bool = True


def build_reentry_workbook(outage: Outage, chosen: ItemFilter, *, made_by: User, language: str) -> Workbookfile:
    """Every follow-up of the outage that `chosen` names, each once, on the sheet of its target system.

    `chosen.unit_ids` must be units whose patients `made_by` may see. The caller logs the export (services.export).
    """
    chosen = replace(chosen, outage_id=outage.id)
    rows = reentry_rows(every_item(chosen), outage, language)
    with words.in_language(language):
        book = Book(_("Re-entry: %(outage)s", outage=outage.name), outage.name, outage.drill)
        summary = SummarySheet(book, outage, chosen, made_by, language)
        routine = routine_of(outage)
        by_system: dict[str, list[ReentryRow]] = {}
        for row in rows:
            by_system.setdefault(row.system, []).append(row)
        titles = {system: book.free_title(routine.target_name(system, language)) for system in by_system}
        summary.write(rows, titles)
        for system, its_rows in by_system.items():
            _write_system(book, titles[system], its_rows, outage)
        if rows:
            write_tick_list(book, outage, rows, [sheet.title for sheet in book.workbook.worksheets], made_by)
        return Workbookfile(book.save(), patients_by_unit(rows), len(rows))


def _columns(outage: Outage) -> list[_RowColumn]:
    """Left to right: who and when, what to enter and where, what to know first, what to tick; then, not printed, the
    code by which the row is read back, beside the ticks so that it is sorted with them, and what is copied or filtered
    on a screen. The printed columns hold everything; more would make the print too small."""

    def on_screen(heading: str, width: float, value: Callable[[ReentryRow], Any]) -> _RowColumn:
        return _RowColumn(Column(heading, width), lambda row: value(row) or None, printed=False)

    def column(heading: str, width: float, value: Callable[[ReentryRow], Any], look: Look = "text") -> _RowColumn:
        return _RowColumn(Column(heading, width, look), value)

    return [
        column(_("No."), 7, lambda row: row.item_id, "kept"),
        column(_("Patient number"), 13.5, lambda row: row.patient_number, "strong"),
        column(_("Patient"), 14, lambda row: row.patient_name),
        column(_("Performed"), 14.5, lambda row: row.performed_at),
        column(_("Performed by"), 13.5, lambda row: f"{row.performer}\n{row.performer_role}"),
        column(_("What was done"), 14, lambda row: row.kind),
        column(_("What to do"), 22, lambda row: f"{row.task}\n({row.done_by_role})", "strong"),
        column(_("Place in the system"), 13, lambda row: row.place),
        column(_("Fields, in the order they are typed"), FIELDS_WIDTH, lambda row: row.fields),
        column(_("State"), 9.5, lambda row: labels.state(row.state)),
        column(_("Know first"), 18, _notice),
        column(_("Section"), 7, lambda row: row.section),
        column(_("Tick"), 9.5, lambda row: row.outcome, "tick"),
        column(_("Reference"), 12, lambda row: row.reference, "tick"),
        column(_("Signature"), 9, lambda row: row.signature, "tick"),
        column(_("Time"), 14.5, lambda row: row.finished_at or "", "tick"),
        column(_("Comment"), 12, lambda row: row.comment, "tick"),
        _RowColumn(
            Column(str(HEADINGS[ROW_KEY]), 13, "kept"),
            lambda row: row_key(outage.id, row.action_id, row.item_id),
            printed=False,
        ),
        on_screen(_("Text for the record"), 60, lambda row: row.record_text),
        on_screen(_("Due"), 14.5, lambda row: row.due_at),
        on_screen(_("How"), 36, lambda row: row.instruction),
        on_screen(_("Unit"), 16, lambda row: row.unit),
        on_screen(_("Role"), 16, lambda row: row.done_by_role),
        on_screen(_("About"), 18, lambda row: row.subject),
        on_screen(_("Paper form number"), 9, lambda row: row.sheet),
        on_screen(_("Note"), 24, lambda row: row.note),
        on_screen(_("Question"), 24, lambda row: row.question),
        on_screen(_("Answer"), 24, lambda row: row.answer),
    ]


def _notice(row: ReentryRow) -> str:
    """What to know first; also that a row of a sheet, which has a greatest height, does not show the whole text."""
    lines = sum(ceil(len(line) / FIELDS_WIDTH) or 1 for line in row.fields.split("\n"))
    if lines <= LINES_SHOWN:
        return row.notice
    told = _("The text is longer than the row can show: read it all in the cell or in the application.")
    return "\n".join(part for part in (told, row.notice) if part)


def _write_system(book: Book, title: str, rows: Sequence[ReentryRow], outage: Outage) -> None:
    columns = _columns(outage)
    sheet = book.add_sheet(title, [entry.column for entry in columns], frozen="D2")
    sheet.sheet_view.zoomScale = 85
    looks: list[Look] = [entry.column.look for entry in columns]
    book.append(sheet, [entry.column.heading for entry in columns], ["head"] * len(columns))
    band, patient = True, None
    for row in rows:
        if row.patient_id != patient:  # patients are told apart at a glance
            band, patient = not band, row.patient_id
        book.append(sheet, [entry.value(row) for entry in columns], looks, band)
    finish_table(sheet, len(columns), sum(entry.printed for entry in columns), len(rows))
    tick = next(number for number, entry in enumerate(columns, start=1) if entry.column.look == "tick")
    add_ticks(sheet, get_column_letter(tick), get_column_letter(len(columns)), 2, len(rows) + 1)
