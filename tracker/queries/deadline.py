"""When an item is due, and when the entries of an action are locked in the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select

from tracker.extensions import db
from tracker.models import FINISHED, Action, Item, Outage
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, Limit, WorkKind
from tracker.working_day import after_working_days


@dataclass(frozen=True)
class Overdue:
    """What of a unit's work is past its limit."""

    count: int = 0
    since: datetime | None = None
    """The limit that passed first."""
    unlocked: int = 0
    """Entries not made although the record's time for locking has passed."""

    def __add__(self, other: Overdue) -> Overdue:
        since = min((one.since for one in (self, other) if one.since), default=None)
        return Overdue(self.count + other.count, since, self.unlocked + other.unlocked)

    @classmethod
    def total(cls, parts: Iterable[Overdue]) -> Overdue:
        return sum(parts, start=cls())


def due_at(item: Item) -> datetime | None:
    """By when it should be finished, as the routine says now; None: no limit. `Item.due_at` keeps it for SQL."""
    action = item.action
    return due_at_by(routine_of(action.outage).item(action.kind, item.item, action.fields), action)


def due_at_by(spec: ItemSpec, action: Action) -> datetime | None:
    """The first limit of the item that applies; else, for an entry, the region's."""
    limit = next((limit for limit in spec.limits if limit.applies(action.fields)), None)
    if limit is not None:
        return _end_of(limit, _start_of(limit, action.fields, action.performed_at))
    if spec.kind_of_work is WorkKind.ENTER:
        return action.performed_at + timedelta(hours=routine_of(action.outage).deadlines.entry_hours)
    return None


def locks_at(action: Action) -> datetime:
    """When what was entered for it should be signed and locked in the record."""
    return action.performed_at + timedelta(days=routine_of(action.outage).deadlines.locking_days)


def overdue_by_unit(outage: Outage, unit_ids: frozenset[int], now: datetime) -> dict[int, Overdue]:
    """Of one outage, unit by unit; a unit with nothing past its limit is left out."""
    locked = now - timedelta(days=routine_of(outage).deadlines.locking_days)
    unlocked = and_(Item.kind_of_work == WorkKind.ENTER, Action.performed_at < locked)
    rows = db.session.execute(
        select(Action.unit_id, func.count(Item.id), func.min(Item.due_at), func.sum(case((unlocked, 1), else_=0)))
        .join(Item.action)
        .where(Action.outage_id == outage.id, Action.unit_id.in_(unit_ids))
        .where(Item.state.not_in(FINISHED), Item.due_at < now)
        .group_by(Action.unit_id)
    )
    return {row[0]: Overdue(row[1], row[2], row[3]) for row in rows}


def _start_of(limit: Limit, values: Mapping[str, Any], performed_at: datetime) -> datetime:
    told = values.get(limit.since) if limit.since else None
    return datetime.fromisoformat(told) if isinstance(told, str) and told else performed_at


def _end_of(limit: Limit, start: datetime) -> datetime:
    if limit.hours is not None:
        return start + timedelta(hours=limit.hours)
    return after_working_days(start, limit.working_days or 0)
