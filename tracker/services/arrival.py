"""Somebody looks whether an item's content has arrived in the target system by itself, before it is entered."""

from __future__ import annotations

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Arrival, ArrivalCheck, Item, ItemState, User
from tracker.queries.arrival import latest_looks, may_have_arrived
from tracker.queries.routine import routine_of
from tracker.queries.twin import twin_item
from tracker.routine.spec import WorkKind
from tracker.services.event import record_event
from tracker.services.item import check_workable, finish_item
from tracker.services.reading import Reading, check_reading
from tracker.services.twin import add_twin

MAX_TEXT = 2000
_SETTLED_BY_ARRIVAL = (WorkKind.ENTER, WorkKind.WATCH)
"""What is verified or acted on has to be done by somebody, however it arrived: a result is still to be signed."""


def look_for_arrival(
    item: Item, answer: Arrival, reference: str = "", note: str = "", *, version: int | None = None, actor: User
) -> ArrivalCheck:
    """Record what somebody saw. Arrived finishes an entering or watching step; twice also asks to cancel the twin.

    Missing leaves the item to be entered by hand. `version` is that of the action that was read.
    """
    said = latest_looks([item.id]).get(item.id)
    if said and said.answer is answer and said.by_id == actor.id and _is_finished_by(item, actor):
        return said  # sent twice
    check_workable(item, actor=actor)
    check_reading(item, Reading(version=version), actor=actor)
    if not may_have_arrived(item):
        raise Conflict(_l("Nothing delivers this by itself. Enter it."))
    if len(reference) > 120:
        raise Invalid({"/reference": _l("The reference is too long: at most 120 characters.")})
    if len(note) > MAX_TEXT:
        raise Invalid({"/note": _l("The text is too long. Shorten it.")})
    action = item.action
    if answer is Arrival.TWICE and routine_of(action.outage).kinds[action.kind].twin is None:
        raise Invalid({"/answer": _l("The routine knows no twin of this kind. Ask the author instead.")})
    look = ArrivalCheck(item=item, answer=answer, reference=reference.strip(), note=note.strip(), by=actor, at=utcnow())
    db.session.add(look)
    record_event(
        "looked",
        item,
        actor=actor,
        after={"item": item.item, "arrival": answer, "reference": look.reference, "note": look.note},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    if answer is not Arrival.MISSING and finished_by_arrival(item):
        finish_item(item, reference, actor=actor)
    if answer is Arrival.TWICE and twin_item(action) is None:
        add_twin(action, look.note or str(_l("It stands there twice.")), actor=actor)
    return look


def _is_finished_by(item: Item, actor: User) -> bool:
    if item.state is ItemState.ENTERED:
        return item.entered_by_id == actor.id
    return item.is_finished and item.done_by_id == actor.id


def finished_by_arrival(item: Item) -> bool:
    """Whether having arrived is all that was wanted. Where the routine asks to be told more, that is told by hand."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    return item.kind_of_work in _SETTLED_BY_ARRIVAL and not any(field.required for field in spec.finish)
