"""How duties are shown: what to do, when it is due in words, whether it is late, and whether its time has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Duty, DutyState, Outage, User
from tracker.permissions import may_tick
from tracker.queries.routine import routine_of
from tracker.routine.spec import DutySpec

PHASES = ("notice", "before", "during", "restored", "after")
_AT_ONCE = timedelta(minutes=30)
"""What is due at once is late after this: the half hour that the routine itself gives (4.2)."""


@dataclass(frozen=True)
class DutyLine:
    duty: Duty
    spec: DutySpec
    due: str
    """The routine's own words for when; the time itself is `duty.due_at`."""
    late: bool
    waits: str
    """Why its time has not come; empty: it has."""
    mine: bool
    """The user may tick it, and it is for the user's own role rather than for a colleague's."""
    may_tick: bool
    again: bool
    """It was ticked before the system went down again."""

    @property
    def is_open(self) -> bool:
        return self.duty.state is DutyState.OPEN

    @property
    def to_do(self) -> bool:
        return self.is_open and not self.waits


@dataclass(frozen=True)
class PhaseOfDuties:
    phase: str
    lines: Sequence[DutyLine]


def duty_lines(duties: Iterable[Duty], user: User, now: datetime) -> list[DutyLine]:
    """One line for each duty: by phase, then what is due first."""
    lines = [_line(duty, user, now) for duty in duties]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(lines, key=lambda line: (PHASES.index(line.spec.phase), line.duty.due_at or far, line.duty.id))


def by_phase(lines: Iterable[DutyLine]) -> list[PhaseOfDuties]:
    return [PhaseOfDuties(phase, list(group)) for phase, group in groupby(lines, key=lambda line: line.spec.phase)]


def due_words(due: str) -> str:
    """When the routine wants it, in words."""
    number = int("".join(sign for sign in due if sign.isdigit()) or 0)
    match due:
        case "at once":
            return _("At once")
        case "at once if expected over 30 min":
            return _("At once, if it is expected to last more than 30 minutes")
        case "start":
            return _("Before the start")
        case "daily":
            return _("Every day, outage or not")
        case "standing":
            return _("Always, outage or not")
        case "none":
            return _("No time limit")
    if due.endswith("working days"):
        return plural("Within %(num)s working day", "Within %(num)s working days", number)
    return plural("%(num)s day before the start", "%(num)s days before the start", number)


def _line(duty: Duty, user: User, now: datetime) -> DutyLine:
    spec = routine_of(duty.outage).duties[duty.duty]
    waits = _waits(spec, duty.outage, now)
    grace = _AT_ONCE if spec.due.startswith("at once") else timedelta(0)
    late = duty.state is DutyState.OPEN and not waits and duty.due_at is not None and duty.due_at + grace < now
    return DutyLine(
        duty, spec, due_words(spec.due), late, waits, _is_mine(duty, user), may_tick(user, duty), _again(duty, spec)
    )


def _is_mine(duty: Duty, user: User) -> bool:
    if duty.unit_id is None:
        return duty.role == user.role.value
    if duty.role == "unit_manager":
        return user.manages(duty.unit_id)
    return user.works_in(duty.unit_id) and duty.role in ("staff", user.role.value)


def _waits(spec: DutySpec, outage: Outage, now: datetime) -> str:
    rows = [row for row in outage.systems if "any" in spec.systems or row.system in spec.systems] or outage.systems
    if spec.phase == "during" and all(row.down_at > now for row in rows):
        return _("When the outage begins")
    down = {row.system for row in rows if row.is_down(now)}
    back = {row.system for row in rows if row.restored_at and row.restored_at <= now} - down
    if spec.phase in ("restored", "after") and not back:
        return _("When the system is back")
    return ""


def _again(duty: Duty, spec: DutySpec) -> bool:
    """Telling people and tidying up afterwards belong to each time a system goes down."""
    if duty.done_at is None or spec.phase not in ("notice", "restored", "after"):
        return False
    first: dict[str, datetime] = {}
    for row in duty.outage.systems:
        if "any" in spec.systems or row.system in spec.systems:
            began = first.setdefault(row.system, row.down_at)
            if row.down_at > began and row.down_at > duty.done_at:
                return True
    return False
