"""How the pages of an uploaded workbook show its rows, its sheets and what is wrong with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker import labels
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models.action_import import ActionImport
from tracker.queries.action_import import LoggedAction
from tracker.queries.outage import current_sign_off
from tracker.queries.routine import routine_of
from tracker.routine.values import write_sentence
from tracker.services.action_column import PATIENT, column_by_key
from tracker.services.action_plan import Plan, PlannedRow, Standing

MAX_SHOWN = 200
"""Rows of one sort on a page; the workbook that is handed back has them all."""


MAX_TEXTS, MAX_STRETCHES = 3, 12


@dataclass(frozen=True)
class ShownRow:
    number: int
    sheet: str
    line: int
    kind: str
    patient: str
    performed_at: datetime
    performer: str
    sentence: str
    doubts: Sequence[str]
    notes: Sequence[str]
    twins: Sequence[LoggedAction]
    logged_as: uuid.UUID | None


@dataclass(frozen=True)
class ShownFault:
    sheet: str
    lines: str
    """The row, or the rows that have the same fault: `14–21, 33`."""
    column: str
    """Letter and heading, as they stand in the file."""
    stands: str
    """What stands in the cells."""
    message: str


@dataclass(frozen=True)
class ShownSheet:
    title: str
    counts: dict[str, int]
    notices: Sequence[str]

    @property
    def is_filled(self) -> bool:
        return any(self.counts.values())


def show_sheets(found: ActionImport, plan: Plan) -> list[ShownSheet]:
    return [
        ShownSheet(
            sheet["title"],
            {standing.value: plan.count(standing, number) for standing in Standing},
            sheet["notices"],
        )
        for number, sheet in enumerate(found.about["sheets"])
    ]


def show_rows(found: ActionImport, rows: Sequence[PlannedRow]) -> list[ShownRow]:
    routine = routine_of(found.outage)
    people: dict[str, str] = {}
    shown = []
    for planned in rows[:MAX_SHOWN]:
        entry = planned.read.entry
        if entry is None:
            continue
        kind = routine.kinds[entry.kind]
        patient = planned.patient
        text = f"{entry.patient.name} {entry.patient.identity}".strip()
        name = entry.performed_by_name or people.setdefault(entry.performed_by_login, entry.performed_by_login)
        shown.append(
            ShownRow(
                planned.row.number,
                found.about["sheets"][planned.row.sheet]["title"],
                planned.row.line,
                kind.label.in_language(language()),
                f"{patient.name} {patient.number}".strip() if patient else text,
                entry.performed_at,
                f"{planned.row.cells.get('_by', name)}, {labels.role(entry.role)}",
                write_sentence(kind, planned.read.values, language(), time_zone()),
                [str(doubt) for doubt in planned.doubts],
                [str(note) for note in planned.notes],
                planned.twins,
                planned.logged_as,
            )
        )
    return shown


def show_faults_of(found: ActionImport, rows: Sequence[PlannedRow]) -> list[ShownFault]:
    """Every fault of these rows by the column in which it stands; the same one in many rows is told once."""
    routine = routine_of(found.outage)
    alike: dict[tuple[int, str, str, str], list[PlannedRow]] = {}
    for planned in rows:
        for key, fault in {**planned.read.faults, **planned.row.refused}.items():
            alike.setdefault((planned.row.sheet, planned.row.kind, key, str(fault)), []).append(planned)
    shown = []
    for (number, kind_id, key, message), having in alike.items():
        sheet = found.about["sheets"][number]
        kind = routine.kinds.get(kind_id)
        letter, heading = sheet["columns"].get(key, ("", ""))
        if not heading and kind and key in (known := column_by_key(kind)):
            heading = known[key].label_in(language())
        texts = dict.fromkeys(one.row.cells.get(key, "")[:60] for one in having)
        stands = "" if key == PATIENT else ", ".join([text for text in texts if text][:MAX_TEXTS])
        lines = write_lines([one.row.line for one in having])
        shown.append(ShownFault(sheet["title"], lines, f"{letter} {heading.rstrip('* ')}".strip(), stands, message))
    return shown[:MAX_SHOWN]


def write_lines(lines: Sequence[int]) -> str:
    """Row numbers as people write them: `14–21, 33`."""
    stretches: list[list[int]] = []
    for line in sorted(lines):
        if stretches and line == stretches[-1][1] + 1:
            stretches[-1][1] = line
        else:
            stretches.append([line, line])
    written = [str(first) if first == last else f"{first}–{last}" for first, last in stretches]
    return ", ".join(written[:MAX_STRETCHES]) + (" …" if len(written) > MAX_STRETCHES else "")


def place_notes(found: ActionImport) -> list[str]:
    """What must be known about the place before anything is logged there."""
    made_for = found.about.get("made_for", {})
    notes = []
    if not made_for:
        notes.append(_("The file does not say which unit it was made for. Check that these are your patients."))
    elif made_for.get("unit") != found.unit.code:
        notes.append(
            _(
                "The file was made for another unit: %(unit)s. Check that these are your patients.",
                unit=made_for.get("unit_name", "–"),
            )
        )
    if made_for and made_for.get("outage") != str(found.outage_id):
        notes.append(_("The file was made for another outage: %(outage)s.", outage=made_for.get("outage_name", "–")))
    if made_for and made_for.get("routine") != found.outage.routine_digest:
        notes.append(_("The file was made under another version of the routine. Look through what was not read."))
    if current_sign_off(found.outage_id, found.unit_id):
        notes.append(_("The unit is signed off in this outage. Logging these rows opens it again."))
    if found.unit_id not in found.outage.unit_ids:
        notes.append(_("The outage was declared without this unit. It joins when the rows are logged."))
    return notes
