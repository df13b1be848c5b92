"""How an outage is shown: its state, its systems on a line of time, and what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.clock import utcnow
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models import Event, Outage, SystemOutage, User
from tracker.queries.outage import systems_down
from tracker.queries.overview import signed_by_outage, unfinished_by_outage
from tracker.queries.routine import routine_of
from tracker.views.page import clock_time, how_long, local_time, target_name

_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 30 * 1440)
)
_MOST_TICKS = 7


@dataclass(frozen=True)
class Bar:
    """One stretch of time on the line, in per cent of its length."""

    x: str
    width: str
    going_on: bool
    planned: bool


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class SystemLine:
    system: str
    name: str
    state: str
    """`down`, `planned` or `up`."""
    since: datetime | None
    """When it went down, will go down, or came back."""
    down_for: str
    """All stretches added up."""
    stretches: Sequence[str]
    bars: Sequence[Bar]

    @property
    def spoken(self) -> str:
        return f"{self.name}: " + "; ".join(self.stretches)


@dataclass(frozen=True)
class Timeline:
    lines: Sequence[SystemLine]
    ticks: Sequence[Tick]


def outage_state(outage: Outage, now: datetime, signed: int) -> str:
    """`planned`, `down`, `reentry` (all systems are back, a unit has not signed off), `finished` or `cancelled`."""
    if outage.is_cancelled:
        return "cancelled"
    if outage.systems_down(now):
        return "down"
    if all(row.down_at > now for row in outage.systems):
        return "planned"
    return "finished" if signed >= len(outage.unit_ids) else "reentry"


@dataclass(frozen=True)
class OutageRow:
    outage: Outage
    state: str
    down: Sequence[Any]
    """The stretches going on now, each with system and start."""
    left: int
    signed: int


def rows_of(outages: Sequence[Outage], me: User) -> list[OutageRow]:
    """What a list shows of each outage. Counts are of the units the user sees."""
    now = utcnow()
    ids = [outage.id for outage in outages]
    left = unfinished_by_outage(ids, None if me.is_region_wide else me.unit_ids)
    signed = signed_by_outage(ids)
    return [
        OutageRow(
            outage,
            outage_state(outage, now, signed.get(outage.id, 0)),
            [row for row in outage.systems if row.is_down(now)],
            left.get(outage.id, 0),
            signed.get(outage.id, 0),
        )
        for outage in outages
    ]


def timeline(outage: Outage, now: datetime) -> Timeline:
    start = outage.began_at
    end = max(start + timedelta(minutes=10), *(_right_end(row, now) for row in outage.systems))
    scale = _Scale(start, end + (end - start) * 0.02)
    routine = routine_of(outage)
    lines = []
    for system in outage.system_ids:
        stretches = [row for row in outage.systems if row.system == system]
        state, since = _state(stretches, now)
        lines.append(
            SystemLine(
                system,
                routine.target_name(system, language()),
                state,
                since,
                _added_up(stretches, now),
                [_in_words(row, now) for row in stretches],
                [_bar(row, scale, now) for row in stretches],
            )
        )
    return Timeline(lines, scale.ticks())


@dataclass(frozen=True)
class _Scale:
    start: datetime
    end: datetime

    def at(self, time: datetime) -> float:
        return max(0.0, min(100.0, 100 * ((time - self.start) / (self.end - self.start))))

    def ticks(self) -> list[Tick]:
        span = self.end - self.start
        step = next((step for step in _STEPS if span / step <= _MOST_TICKS), _STEPS[-1])
        midnight = self.start.astimezone(time_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
        time = midnight
        found = []
        while time <= self.end:
            if time >= self.start and self.at(time) <= 96:
                there = time.astimezone(time_zone())
                label = there.strftime("%H:%M") if step < timedelta(days=1) else there.strftime("%d/%m")
                found.append(Tick(f"{self.at(time):.2f}%", label))
            time += step
        return found


def _right_end(row: SystemOutage, now: datetime) -> datetime:
    return row.restored_at or (now if row.down_at <= now else row.down_at + timedelta(hours=1))


def _state(stretches: Sequence[SystemOutage], now: datetime) -> tuple[str, datetime | None]:
    for row in stretches:
        if row.is_down(now):
            return "down", row.down_at
    latest = max(stretches, key=lambda row: row.down_at)
    return ("planned", latest.down_at) if latest.down_at > now else ("up", latest.restored_at)


def _bar(row: SystemOutage, scale: _Scale, now: datetime) -> Bar:
    left = scale.at(row.down_at)
    planned = row.down_at > now
    right = scale.at(row.restored_at) if row.restored_at else 100.0 if planned else scale.at(now)
    return Bar(f"{left:.2f}%", f"{max(0.6, right - left):.2f}%", row.is_down(now), planned)


def _in_words(row: SystemOutage, now: datetime) -> str:
    if row.restored_at:
        down, back = (time.astimezone(time_zone()) for time in (row.down_at, row.restored_at))
        until = back.strftime("%H:%M") if down.date() == back.date() else local_time(row.restored_at)
        return _(
            "%(down)s to %(back)s (%(long)s)",
            down=clock_time(row.down_at),
            back=until,
            long=how_long(row.down_at, row.restored_at),
        )
    if row.down_at > now:
        return _("from %(down)s", down=clock_time(row.down_at))
    return _("since %(down)s (%(long)s)", down=clock_time(row.down_at), long=how_long(row.down_at, now))


def _added_up(stretches: Sequence[SystemOutage], now: datetime) -> str:
    total = sum(((row.restored_at or now) - row.down_at for row in stretches if row.down_at <= now), start=timedelta(0))
    return how_long(now - total, now)


@dataclass(frozen=True)
class Happening:
    at: datetime
    who: str
    verb: str
    what: Sequence[str]
    reason: str


def happenings(events: Iterable[Event]) -> list[Happening]:
    """What was declared, restored and corrected: for each line only what changed, in words."""
    return [
        Happening(
            event.at,
            event.actor_name,
            event.verb,
            _changes(event.before or {}, event.after or {}),
            str((event.after or {}).get("reason", "")),
        )
        for event in events
    ]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old = before.get("systems", [])
    changed = [row for row in after.get("systems", []) if row not in old]
    said = []
    for row in changed:
        down, back = clock_time(_time(row["down_at"])), clock_time(_time(row["restored_at"]))
        name = target_name(row["system"])
        said.append(
            _("%(system)s: down %(down)s, back %(back)s", system=name, down=down, back=back)
            if back
            else _("%(system)s: down %(down)s", system=name, down=down)
        )
    if before:
        said += [_("Unit: %(unit)s", unit=code) for code in after.get("units", []) if code not in before["units"]]
    return said


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def names_of(systems: Iterable[str]) -> str:
    """Systems by name in one sentence part: `Melior, PMO and ELVIS`."""
    names = [target_name(system) for system in systems]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def down_already(systems: Iterable[str], drill: bool) -> list[str]:
    down = systems_down(drill)
    return [system for system in systems if system in down]
