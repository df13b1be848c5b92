"""When an item is due, and when the entries of an action are locked in the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tracker.models import Action, Item
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, Limit, WorkKind
from tracker.working_day import after_working_days


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


def _start_of(limit: Limit, values: Mapping[str, Any], performed_at: datetime) -> datetime:
    told = values.get(limit.since) if limit.since else None
    return datetime.fromisoformat(told) if isinstance(told, str) and told else performed_at


def _end_of(limit: Limit, start: datetime) -> datetime:
    if limit.hours is not None:
        return start + timedelta(hours=limit.hours)
    return after_working_days(start, limit.working_days or 0)
