"""Lists of work done as a whole: the rows of each step, grouped and sorted as the routine says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from tracker.i18n import time_zone
from tracker.models import Action, Arrival, ArrivalCheck, Attention, Item, ItemState
from tracker.queries.arrival import latest_looks
from tracker.queries.item import UNFINISHED, ItemFilter, every_item
from tracker.queries.routine import routine_of
from tracker.routine.spec import ListStep, RowsOf, WorkList


@dataclass(frozen=True)
class ListRow:
    """One action, with the follow-ups of the step in the routine's order."""

    action: Action
    items: tuple[Item, ...]
    states: Mapping[int, str]
    clock: datetime
    """When it takes place, or was performed."""
    look: ArrivalCheck | None = None
    """The latest look whether one of them had arrived."""

    @property
    def is_finished(self) -> bool:
        return all(item.is_finished for item in self.items)


@dataclass(frozen=True)
class ListGroup:
    by: Mapping[str, Any]
    """The value of each thing grouped by: a name, a day, or what a field holds."""
    rows: Sequence[ListRow]


def rows_of_step(one: WorkList, step: ListStep, scope: ItemFilter) -> list[ListRow]:
    """The rows of one step in its order. `scope` says which units and outages."""
    states = () if any(rows.when == "any" for rows in step.rows) else UNFINISHED
    page = every_item(ItemFilter(scope.unit_ids, scope.outage_id, scope.drill, kinds=one.kinds, states=states))
    wanted = [item for item in page.items if item.item in step.item_ids]
    looks = latest_looks(item.id for item in wanted)
    found: dict[Any, list[Item]] = {}
    for item in wanted:
        if any(_belongs(item, rows, looks.get(item.id)) for rows in step.rows):
            found.setdefault(item.action_id, []).append(item)
    rows = [_row(one, items, page.states, looks) for items in found.values()]
    return sorted(rows, key=lambda row: _order(step, row))


def grouped(step: ListStep, rows: Sequence[ListRow]) -> list[ListGroup]:
    """Rows that stand in the step's order, under the heading of each group."""
    return [
        ListGroup(dict(zip(step.group_by, values, strict=True)), list(found))
        for values, found in groupby(rows, key=lambda row: tuple(_grouping(name, row) for name in step.group_by))
    ]


def is_begun(item: Item) -> bool:
    """Somebody began, so it may be in the target system."""
    holding = item.state is ItemState.CLAIMED and item.begun_at is not None
    return holding or item.attention is Attention.CHECK_FIRST


def is_missing(item: Item, look: ArrivalCheck | None) -> bool:
    """Somebody looked, it had not arrived, and nobody has begun since."""
    return look is not None and look.answer is Arrival.MISSING and not is_begun(item)


def _belongs(item: Item, rows: RowsOf, look: ArrivalCheck | None) -> bool:
    if item.item not in rows.items:
        return False
    match rows.when:
        case "any":
            return not item.action.is_voided or not item.is_finished
        case "begun":
            return is_begun(item)
        case "not_begun":
            return not is_begun(item)
        case "missing":
            return is_missing(item, look)
        case "not_missing":
            return not is_missing(item, look)
    return True


def _row(one: WorkList, items: list[Item], states: Mapping[int, str], looks: Mapping[int, ArrivalCheck]) -> ListRow:
    action = items[0].action
    items = sorted(items, key=lambda item: item.position)
    seen = [looks[item.id] for item in items if item.id in looks]
    return ListRow(action, tuple(items), states, _clock(one, action), max(seen, key=lambda look: look.id, default=None))


def _clock(one: WorkList, action: Action) -> datetime:
    told = next((action.fields[name] for name in one.clock if action.fields.get(name)), None)
    return datetime.fromisoformat(told) if isinstance(told, str) else action.performed_at


def _order(step: ListStep, row: ListRow) -> tuple[Any, ...]:
    """What is finished goes last in its group; what a field does not say goes after what it says."""
    groups = [_sortable(_grouping(name, row)) for name in step.group_by]
    wanted = [_sorting(name, row) for name in step.sort_by]
    return (*groups, row.is_finished, *wanted, row.action.performed_at, str(row.action.id))


def _grouping(name: str, row: ListRow) -> Any:
    if name == "owner":
        return row.action.performer
    if name == "unit":
        return row.action.unit.name
    if name == "day":
        return row.clock.astimezone(time_zone()).date()
    return row.action.fields.get(name)


def _sorting(name: str, row: ListRow) -> Any:
    if name == "clock":
        return row.clock
    if name == "urgent":
        action = row.action
        return not routine_of(action.outage).kinds[action.kind].is_urgent(action.fields)
    value = row.action.fields.get(name.lstrip("-"))
    if name.startswith("-"):
        return (value is None, -float(value or 0))
    return _sortable(value)


def _sortable(value: Any) -> tuple[bool, str, float]:
    """Numbers and text in one column can be compared; what is empty comes last."""
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    return (value in (None, ""), str(value) if number == 0.0 else "", number)
