"""What is asked before an item is entered: whether it arrived by itself, and whether an electronic twin was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.models import Action, ArrivalCheck, Attention, Item, ItemState, User
from tracker.permissions import may_change_action, may_check
from tracker.queries.arrival import latest_looks, may_have_arrived
from tracker.queries.routine import routine_of
from tracker.queries.twin import likely_twins, may_have_twin
from tracker.services.arrival import finished_by_arrival


@dataclass(frozen=True)
class Before:
    asks: bool
    """Whether to ask first if it has arrived."""
    look: ArrivalCheck | None
    """The latest look."""
    finishes: bool
    """Having arrived is all that is wanted."""
    may_be_double: bool
    can_tell_twin: bool
    likely_twins: Sequence[Action]
    """The same on paper and electronic: a doubt."""
    twin_reason: str
    """Of an item that cancels a twin: what was seen."""
    can_check: bool
    """It waits for a second person, and the reader may be that person."""


def before_item(item: Item, user: User, workable: bool) -> Before:
    """`workable`: the reader may work on it now."""
    action = item.action
    twin = routine_of(action.outage).kinds[action.kind].twin
    is_twin = twin is not None and twin.item == item.item
    is_open = not item.is_finished and item.state is not ItemState.ENTERED
    can_tell = is_open and not action.is_voided and may_change_action(user, action) and may_have_twin(action)
    to_look = may_have_arrived(item) and item.attention not in (Attention.AMEND, Attention.REMOVE)
    return Before(
        asks=workable and to_look,
        look=latest_looks([item.id]).get(item.id) if may_have_arrived(item) else None,
        finishes=finished_by_arrival(item),
        may_be_double=twin is not None,
        can_tell_twin=can_tell,
        likely_twins=likely_twins(action) if can_tell else (),
        twin_reason=item.attention_note if is_twin and item.attention is None else "",
        can_check=item.state is ItemState.ENTERED and may_check(user, item),
    )
