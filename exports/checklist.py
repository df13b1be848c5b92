"""A checklist: what a role of a unit has to see to in an outage. The workbook and the printable page are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from exports import words
from exports.rows import ReentryRow, local, patients_by_unit, reentry_rows
from tracker import labels
from tracker.models import Duty, DutyState, Outage, Unit, User
from tracker.queries.duty import duties_of
from tracker.queries.item import ItemFilter, every_item
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.routine.spec import DUTY_ROLES, Routine

_PHASES = ("notice", "before", "during", "restored", "after")


@dataclass(frozen=True)
class DutyLine:
    duty_id: int
    text: str
    due: str
    role: str
    sections: str
    outcome: str
    """Empty while it is open."""
    signature: str
    finished_at: datetime | None


@dataclass(frozen=True)
class PatientLines:
    """The follow-ups of one patient: systems in the routine's order, then time performed."""

    number: str
    name: str
    rows: tuple[ReentryRow, ...]


@dataclass(frozen=True)
class Section:
    """One list: for one unit, and one role or several that share the work."""

    unit: str
    role: str
    duties: tuple[DutyLine, ...]
    patients: tuple[PatientLines, ...]

    @property
    def follow_ups(self) -> int:
        return sum(len(patient.rows) for patient in self.patients)


@dataclass(frozen=True)
class Checklist:
    sections: tuple[Section, ...]
    patients: Mapping[int, frozenset[UUID]]
    """Those it shows, by the id of the unit they were cared for in."""

    @property
    def rows(self) -> int:
        return sum(len(section.duties) + section.follow_ups for section in self.sections)


def make_checklist(outage: Outage, chosen: ItemFilter, *, made_by: User, language: str) -> Checklist:
    """The duties and follow-ups of the chosen units, a section for each unit and role.

    With one role chosen, its list also holds what it shares with other roles and what is anybody's. Without, what
    several roles share stands once, in a section of its own, so that two people do not do it from two lists.
    """
    chosen = replace(chosen, outage_id=outage.id)
    rows = reentry_rows(every_item(chosen), outage, language)
    duties = [duty for duty in duties_of(outage, made_by) if _is_chosen(duty, chosen, routine_of(outage))]
    with words.in_language(language):
        sections = [
            section
            for unit in units_by_id(chosen.unit_ids)
            for section in _sections(unit, chosen, rows, duties, routine_of(outage), language)
        ]
    return Checklist(tuple(sections), patients_by_unit(rows))


def _sections(
    unit: Unit,
    chosen: ItemFilter,
    rows: Sequence[ReentryRow],
    duties: Sequence[Duty],
    routine: Routine,
    language: str,
) -> list[Section]:
    its_rows = [row for row in rows if row.unit_id == unit.id]
    its_duties = [duty for duty in duties if duty.unit_id == unit.id]
    rows_of: dict[tuple[str, ...], list[ReentryRow]] = {}
    duties_of_roles: dict[tuple[str, ...], list[Duty]] = {}
    one_list = chosen.roles if len(chosen.roles) == 1 else None
    for row in its_rows:
        rows_of.setdefault(one_list or row.roles, []).append(row)
    for duty in its_duties:
        duties_of_roles.setdefault(one_list or (duty.role,), []).append(duty)
    every = sorted({*rows_of, *duties_of_roles}, key=lambda roles: (len(roles), [_rank(role) for role in roles]))
    return [
        Section(
            unit.name,
            labels.roles(roles),
            tuple(_duty_lines(duties_of_roles.get(roles, ()), routine, language)),
            tuple(_by_patient(rows_of.get(roles, ()))),
        )
        for roles in every
    ]


def _rank(role: str) -> int:
    return DUTY_ROLES.index(role) if role in DUTY_ROLES else len(DUTY_ROLES)


def _is_chosen(duty: Duty, chosen: ItemFilter, routine: Routine) -> bool:
    if duty.unit_id not in chosen.unit_ids:
        return False
    if chosen.roles and duty.role not in (*chosen.roles, "staff"):
        return False
    systems = routine.duties[duty.duty].systems
    return not chosen.systems or "any" in systems or not set(systems).isdisjoint(chosen.systems)


def _duty_lines(duties: Sequence[Duty], routine: Routine, language: str) -> list[DutyLine]:
    """By phase of the outage, then what is due first."""

    def order(duty: Duty) -> tuple[int, bool, str, int]:
        due = duty.due_at.isoformat() if duty.due_at else ""
        return _PHASES.index(routine.duties[duty.duty].phase), not due, due, duty.id

    lines = []
    for duty in sorted(duties, key=order):
        spec = routine.duties[duty.duty]
        finished = duty.state is not DutyState.OPEN
        due_at = local(duty.due_at)
        lines.append(
            DutyLine(
                duty.id,
                spec.text.in_language(language),
                f"{due_at:%Y-%m-%d %H:%M}" if due_at else words.due(spec.due),
                labels.role(duty.role),
                ", ".join(spec.sections),
                labels.state(duty.state.value) if finished else "",
                duty.done_by.name if finished and duty.done_by else "",
                local(duty.done_at),
            )
        )
    return lines


def _by_patient(rows: Sequence[ReentryRow]) -> list[PatientLines]:
    """Patients by number; the rows come sorted by system, which is kept within each patient."""
    found: dict[UUID, list[ReentryRow]] = {}
    for row in rows:
        found.setdefault(row.patient_id, []).append(row)
    patients = [
        PatientLines(its_rows[0].patient_number, its_rows[0].patient_name, tuple(its_rows))
        for its_rows in found.values()
    ]
    return sorted(patients, key=lambda patient: (patient.number, patient.name))
