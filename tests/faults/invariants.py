"""What holds after whatever people did, in whatever order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import FINISHED, Action, Event, Item, ItemState, Outage, SignOff, SystemOutage, Unit
from tracker.queries.item import STATES, ItemFilter, count_items, every_item, state_of
from tracker.queries.outage import current_sign_off
from tracker.queries.overview import standings
from tracker.services.event import verify_chain

Subject = tuple[str, str]


@dataclass(frozen=True)
class Picture:
    """All that must not change without an event, row by row, and how long the history is."""

    rows: dict[Subject, tuple[Any, ...]]
    owners: dict[Subject, Subject]
    """The action of each item, the outage of each stretch: an event on it accounts for the change too."""
    waiting: frozenset[int]
    events: int


def picture() -> Picture:
    rows: dict[Subject, tuple[Any, ...]] = {}
    owners: dict[Subject, Subject] = {}
    waiting = set()
    for item in db.session.scalars(select(Item)):
        key = ("item", str(item.id))
        rows[key] = (
            item.state,
            item.claimed_by_id,
            item.begun_at,
            item.entered_by_id,
            item.done_by_id,
            item.done_at,
            item.reference,
            item.reason,
            item.on_paper,
            item.attention,
            item.attention_note,
            item.roles,
            item.high_risk,
            tuple(question.answer for question in item.questions),
        )
        owners[key] = ("action", str(item.action_id))
        if state_of(item) == "waiting":
            waiting.add(item.id)
    for action in db.session.scalars(select(Action)):
        confirmed = tuple((row.id, row.withdrawn_at) for row in action.confirmations)
        rows["action", str(action.id)] = (action.version, str(action.fields), action.voided_at, action.note, confirmed)
    for sign_off in db.session.scalars(select(SignOff)):
        rows["sign_off", str(sign_off.id)] = (sign_off.signed_by_id, sign_off.reopened_at)
    for stretch in db.session.scalars(select(SystemOutage)):
        key = ("system_outage", str(stretch.id))
        rows[key] = (stretch.system, stretch.down_at, stretch.restored_at)
        owners[key] = ("outage", str(stretch.outage_id))
    return Picture(rows, owners, frozenset(waiting), db.session.query(Event).count())


def check_step(before: Picture, after: Picture, refused: bool, allows_waiting: bool) -> None:
    """Whatever changed has its event, a refusal changes nothing, and nothing is finished out of turn."""
    changed = [key for key, row in after.rows.items() if before.rows.get(key) != row]
    assert set(before.rows) <= set(after.rows), "nothing is ever deleted"
    if refused:
        assert changed == [] and after.events == before.events, "a refusal changes nothing"
        return
    told: set[Subject] = {
        (subject, number)
        for subject, number in db.session.execute(
            select(Event.subject_type, Event.subject_id).where(Event.id > before.events)
        )
    }
    silent = [key for key in changed if key not in told and after.owners.get(key) not in told]
    assert silent == [], f"changed without an event: {[(before.rows.get(key), after.rows[key]) for key in silent]}"
    if allows_waiting:
        return
    for subject, number in changed:
        item = db.session.get(Item, int(number)) if subject == "item" else None
        if item and item.state is ItemState.DONE and item.id in before.waiting:
            assert item.on_paper, "done while it waited"


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
