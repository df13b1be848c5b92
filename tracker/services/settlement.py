"""One entry in the target system that settles several items: each keeps its own trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Item, ItemState, User
from tracker.queries.record_text import local_minute
from tracker.queries.routine import routine_of
from tracker.services.event import record_event
from tracker.services.item import finish_item, undo_item


def settle_items(
    item: Item,
    others: Sequence[Item],
    reference: str = "",
    finish: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
    actor: User,
) -> None:
    """Finish an item, and others of the same patient and system with the same entry and reference.

    Each gets its own event and, where high risk asks for it, its own check by a second person. All or none: a refusal
    says which of them stands in the way. The caller has locked them all.
    """
    for other in others:
        _check_same(item, other)
    with db.session.begin_nested():
        finish_item(item, reference, finish, version=version, actor=actor)
        for other in others:
            _finish_with(item, other, reference, finish, actor)


def refuse_all(other: Item, why: object) -> str:
    """None of them is finished because of this one."""
    return _("Nothing is marked done. %(what)s: %(why)s", what=_name(other), why=why)


def undo_settlement(item: Item, *, actor: User) -> None:
    """Take back an item, and with it those that the same entry settled: the entry is what was wrong."""
    undo_item(item, actor=actor)
    if item.state is ItemState.OPEN:  # not where only a second person's check was taken back
        for other in settled_with(item):
            undo_item(other, actor=actor)


def settled_with(item: Item) -> Sequence[Item]:
    """The items that this one's entry settled too."""
    return db.session.scalars(
        select(Item)
        .where(Item.settled_with_id == item.id, Item.state.in_((ItemState.DONE, ItemState.ENTERED)))
        .order_by(Item.id)
        .with_for_update(of=Item)
    ).all()


def _check_same(item: Item, other: Item) -> None:
    here, there = item.action, other.action
    same = (here.patient_id, item.system, here.outage.drill) == (there.patient_id, other.system, there.outage.drill)
    if not same or item.id == other.id:
        raise Conflict(_l("One entry settles only follow-ups of the same patient in the same system."))
    asked = [{field.id for field in _finish(one) if field.required} for one in (item, other)]
    if not asked[1] <= {field.id for field in _finish(item)}:
        raise Invalid({"/also": refuse_all(other, _l("It asks for more than a reference. Finish it by itself."))})


def _finish_with(item: Item, other: Item, reference: str, finish: Mapping[str, Any] | None, actor: User) -> None:
    try:
        finish_item(other, reference, finish, actor=actor)
    except Conflict as refusal:
        raise Conflict(refuse_all(other, refusal.message), holder=refusal.holder) from refusal
    except Forbidden as refusal:
        raise Forbidden(refuse_all(other, refusal.message)) from refusal
    except Invalid as refusal:
        raise Invalid({"/also": refuse_all(other, next(iter(refusal.faults.values())))}) from refusal
    other.settled_with_id = item.id
    record_event(
        "settled-together",
        other,
        actor=actor,
        after={"item": other.item, "with": item.id, "reference": other.reference},
        outage_id=other.action.outage_id,
        unit_id=other.action.unit_id,
    )


def _name(item: Item) -> str:
    """What it is, so that it is found among others of the patient: there may be two doses of one drug."""
    action = item.action
    label = routine_of(action.outage).item(action.kind, item.item, action.fields).label.in_language(language())
    return " ".join(part for part in (label, action.subject, local_minute(action.performed_at)) if part)


def _finish(item: Item) -> Any:
    return routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields).finish
