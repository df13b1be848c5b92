"""How the pages of a ticked workbook show its rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exports.rows import listed_name
from exports.tick_rest import RestRow
from tracker import labels
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Patient, TickImport, User
from tracker.permissions import reading_unit
from tracker.queries.routine import routine_of
from tracker.queries.tick_import import patients_numbered
from tracker.services.tick_plan import PlannedTick, Standing, TickPlan
from tracker.services.tick_words import read_outcome

MAX_SHOWN = 200
"""Rows of one sort on a page; the workbook that is handed back has them all."""


@dataclass(frozen=True)
class ShownTick:
    sheet: str
    line: int
    item_id: int | None
    """The follow-up, if the reader may open it."""
    patient: Patient | None
    told: str
    """What the row says of its patient and itself, where the follow-up is not known."""
    task: str
    outcome: str
    ours: Sequence[str]
    """What was ticked, line by line."""
    theirs: Sequence[str]
    why: str
    notes: Sequence[str]


def show_ticks(found: TickImport, rows: Sequence[PlannedTick]) -> list[ShownTick]:
    return [_show(found, planned) for planned in rows[:MAX_SHOWN]]


def why_not(planned: PlannedTick) -> str:
    """Why the row was not applied, or would not be."""
    if planned.row.refused:
        return planned.row.refused
    if planned.standing is Standing.GONE:
        return _("The row was deleted from the file. Nothing was changed.")
    if planned.standing is Standing.CHANGE:
        return _("Nothing is in the way any more. Read the workbook in again.")
    return planned.verdict.reason


def patients_by_unit(rows: Iterable[PlannedTick], reader: User) -> dict[int, frozenset[uuid.UUID]]:
    """The patients that these rows show, by the unit from which they are read."""
    units: dict[int, set[uuid.UUID]] = {}
    for planned in rows:
        if planned.item:
            action = planned.item.action
            units.setdefault(reading_unit(reader, action), set()).add(action.patient_id)
    return {unit_id: frozenset(patients) for unit_id, patients in units.items()}


def patients_told(rows: Iterable[PlannedTick]) -> set[uuid.UUID]:
    """Known patients whose number is shown as the file writes it, since nobody knows which follow-up the row is."""
    numbers = {planned.row.told.get("patient_number", "") for planned in rows if not planned.item}
    return {patient.id for patient in patients_numbered(numbers).values()}


def rest_rows(found: TickImport, plan: TickPlan) -> list[RestRow]:
    """Every row that was not applied, in the order of the file."""
    rows = []
    for planned in plan.rows:
        if planned.standing is Standing.KNOWN or planned.row.pending:
            continue
        row, item = planned.row, planned.item
        patient = item.action.patient if item else None
        rows.append(
            RestRow(
                sheet=row.sheet,
                line=row.line,
                number=row.told.get("number", "") or str(row.item_id or ""),
                patient_number=patient.number if patient else row.told.get("patient_number", ""),
                patient=listed_name(patient) if patient else row.told.get("patient", ""),
                task=_task(found, planned),
                why=why_not(planned),
                theirs="\n".join(planned.verdict.theirs),
                ours=row.cells,
            )
        )
    return rows


def _show(found: TickImport, planned: PlannedTick) -> ShownTick:
    row, item = planned.row, planned.item
    told = " · ".join(row.told[name] for name in ("patient_number", "patient", "performed", "kind") if name in row.told)
    number = row.told.get("number", "") or (str(row.item_id) if row.item_id else "")
    return ShownTick(
        sheet=row.sheet,
        line=row.line,
        item_id=item.id if item else None,
        patient=item.action.patient if item else None,
        told=told or (_("No. %(number)s", number=number) if number else ""),
        task=_task(found, planned),
        outcome=planned.verdict.outcome,
        ours=_ours(planned),
        theirs=planned.verdict.theirs,
        why=why_not(planned),
        notes=planned.verdict.notes,
    )


def _task(found: TickImport, planned: PlannedTick) -> str:
    item = planned.item
    if item is None:
        return planned.row.told.get("task", "")
    routine = routine_of(found.outage)
    spec = routine.item(item.action.kind, item.item, item.action.fields)
    kind = routine.kinds[item.action.kind].label.in_language(language())
    subject = f"{kind}: {item.action.subject}" if item.action.subject else kind
    return f"{routine.target_name(item.system, language())} · {spec.label.in_language(language())} · {subject}"


def _ours(planned: PlannedTick) -> list[str]:
    cells = planned.row.cells
    tick = cells.get("tick", "")
    outcome = read_outcome(tick)
    signed = ", ".join(part for part in (cells.get("signature", ""), cells.get("time", "").replace("T", " ")) if part)
    lines = [labels.state(outcome) if outcome else tick, signed]
    if cells.get("reference"):
        lines.append(_("Reference: %(text)s", text=cells["reference"]))
    return [line for line in (*lines, cells.get("comment", "")) if line]
