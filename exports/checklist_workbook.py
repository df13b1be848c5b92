"""The checklist as a workbook: one sheet for each unit and role, to print or to tick on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exports import words
from exports.checklist import DutyLine, Section, make_checklist
from exports.look import Look
from exports.rows import ReentryRow
from exports.sheet import Book, Column, Sheet, add_ticks
from exports.workbook_file import Workbookfile
from tracker import labels
from tracker.i18n import text as _
from tracker.models import Outage, User
from tracker.queries.item import ItemFilter

_HEADING_ROWS = 4


def build_checklist_workbook(outage: Outage, chosen: ItemFilter, *, made_by: User, language: str) -> Workbookfile:
    """The duties and follow-ups of the chosen units and role. The caller logs the export (services.export)."""
    checklist = make_checklist(outage, chosen, made_by=made_by, language=language)
    with words.in_language(language):
        book = Book(_("Checklist: %(outage)s", outage=outage.name), outage.name, outage.drill)
        for section in checklist.sections:
            _write_section(book, section, made_by)
        if not checklist.sections:
            sheet = book.add_sheet(book.free_title(_("Checklist")), [Column("", 60)])
            book.append(sheet, [_("No follow-up and no duty fits the choice.")], ["plain"])
        return Workbookfile(book.save(), checklist.patients, checklist.rows)


def _columns() -> list[Column]:
    return [
        Column(_("Tick"), 10, "tick"),
        Column(_("No."), 7, "kept"),
        Column(_("Patient number"), 14),
        Column(_("When"), 15),
        Column(_("Due"), 15),
        Column(_("System"), 16),
        Column(_("What to do"), 46, "strong"),
        Column(_("About"), 24),
        Column(_("State"), 12),
        Column(_("Know first"), 22),
        Column(_("Section"), 8),
        Column(_("Reference"), 16, "tick"),
        Column(_("Signature"), 14, "tick"),
        Column(_("Time"), 15, "tick"),
    ]


def _write_section(book: Book, section: Section, made_by: User) -> None:
    columns = _columns()
    sheet = book.add_sheet(book.free_title(f"{section.unit} {section.role}"), columns, frozen=f"D{_HEADING_ROWS + 1}")
    looks: list[Look] = [column.look for column in columns]
    book.append(sheet, [f"{section.unit} – {section.role}"], ["title"])
    if book.drill:
        book.append(sheet, [_("DRILL – practice only. Nothing here goes into any record.")], ["drill"])
    else:
        book.append(sheet, [_("Contains patient data: keep it as you keep the record, and shred prints.")], ["warn"])
    made = _("Made %(time)s by %(name)s", time=f"{words.now_local():%Y-%m-%d %H:%M}", name=made_by.name)
    book.append(sheet, [f"{book.title} · {made}"], ["quiet"])
    book.append(sheet, [column.heading for column in columns], ["head"] * len(columns))
    rows = _HEADING_ROWS
    rows += _write_group(book, sheet, _("Duties") if section.duties else "", _duty_cells(section.duties), looks)
    for patient in section.patients:
        rows += _write_group(book, sheet, f"{patient.number}  {patient.name}", _row_cells(patient.rows), looks)
    add_ticks(sheet, "A", "N", _HEADING_ROWS + 1, rows)
    sheet.print_title_rows = f"{_HEADING_ROWS}:{_HEADING_ROWS}"
    sheet.print_area = f"A1:N{rows}"


def _write_group(book: Book, sheet: Sheet, heading: str, lines: Sequence[list[Any]], looks: Sequence[Look]) -> int:
    """A heading and its lines; gives how many rows that made."""
    if not lines:
        return 0
    book.append(sheet, ["", "", heading, *[""] * (len(looks) - 3)], ["group"] * len(looks), band=True)
    for line in lines:
        book.append(sheet, line, looks)
    return len(lines) + 1


def _duty_cells(duties: Sequence[DutyLine]) -> list[list[Any]]:
    return [
        [
            duty.outcome,
            "",
            "",
            duty.due,
            "",
            "",
            duty.text,
            duty.role,
            "",
            "",
            duty.sections,
            "",
            duty.signature,
            duty.finished_at or "",
        ]
        for duty in duties
    ]


def _row_cells(rows: Sequence[ReentryRow]) -> list[list[Any]]:
    return [
        [
            row.outcome,
            row.item_id,
            row.patient_number,
            row.performed_at,
            row.due_at or "",
            row.target + (f"\n{row.place}" if row.place else ""),
            f"{row.task}\n({row.done_by_role})",
            f"{row.kind}\n{row.subject}",
            labels.state(row.state),
            row.notice,
            row.section,
            row.reference,
            row.signature,
            row.finished_at or "",
        ]
        for row in rows
    ]
