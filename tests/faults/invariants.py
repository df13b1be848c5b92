"""What holds after whatever people did, in whatever order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import FINISHED, Action, Item, ItemState, Outage, Unit
from tracker.queries.item import STATES, ItemFilter, count_items, every_item, state_of
from tracker.queries.outage import current_sign_off
from tracker.queries.overview import standings
from tracker.services.event import verify_chain


def check_all(outage: Outage, unit: Unit) -> None:
    _check_counts(outage, unit)
    for fault in _faults():
        raise AssertionError(fault)
    assert list(verify_chain()) == []
    if current_sign_off(outage.id, unit.id):
        actions = db.session.scalars(select(Action).where(Action.outage_id == outage.id, Action.unit_id == unit.id))
        assert {action.state for action in actions} <= {"confirmed"}, "signed off, and something is open"


def _check_counts(outage: Outage, unit: Unit) -> None:
    """Logged is done, not needed and open, whoever counts."""
    items = db.session.scalars(select(Item).join(Item.action).where(Action.unit_id == unit.id)).all()
    by_hand = Counter(state_of(item) for item in items)
    chosen = ItemFilter(frozenset({unit.id}))
    assert {**dict.fromkeys(STATES, 0), **by_hand} == count_items(chosen)
    assert Counter(every_item(chosen).states.values()) == by_hand
    left = sum(not item.is_finished for item in items)
    done, not_needed = by_hand["done"], by_hand["not_needed"]
    assert len(items) == done + not_needed + left
    (standing,) = standings(outage, [unit])
    assert (standing.total, standing.left) == (len(items), left)
    assert standing.items["done"] + standing.items["not_needed"] == done + not_needed


def _faults() -> Iterator[str]:
    for action in db.session.scalars(select(Action)):
        if not action.items:
            yield "an action without items"
        if action.confirmation is None:
            continue
        if not action.is_closed:
            yield "confirmed and not closed"
        if all(item.doers == {action.confirmation.confirmed_by_id} for item in action.items):
            yield "confirmed alone by who did it alone"
    for item in db.session.scalars(select(Item)):
        two_persons = item.state is ItemState.DONE and item.needs_second_person and not item.on_paper
        if two_persons and item.entered_by_id in (None, item.done_by_id):
            yield "high risk, and one person alone"
        if item.state is ItemState.QUESTION and item.open_question is None:
            yield "rests without a question"
        if item.state is not ItemState.QUESTION and item.open_question is not None and item.state not in FINISHED:
            yield "a question is open, and the item does not rest"
        if item.state in (ItemState.DONE, ItemState.ENTERED) and item.claimed_by_id is not None:
            yield "finished and held"
