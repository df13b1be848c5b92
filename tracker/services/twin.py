"""An electronic order was sent beside the paper one, or something arrived twice: one of the two has to go."""

from __future__ import annotations

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Item, ItemState, User
from tracker.permissions import may_change_action
from tracker.queries.routine import routine_of
from tracker.queries.twin import twin_item
from tracker.services.confirmation import withdraw_confirmation
from tracker.services.event import record_event
from tracker.services.follow_up import add_twin_item
from tracker.services.sign_off import reopen_for_late_change

MAX_TEXT = 2000


def add_twin(action: Action, reason: str, *, actor: User) -> Item:
    """The item that cancels the twin, made once: found again, it is the same. `reason` says what was seen."""
    if not may_change_action(actor, action):
        raise Forbidden(_l("You do not work in the unit that owns this action."))
    known = twin_item(action)
    if known is not None:
        return known
    if action.is_voided:
        raise Conflict(_l("The action is voided and cannot be changed."))
    if routine_of(action.outage).kinds[action.kind].twin is None:
        raise Invalid({"/reason": _l("The routine knows no twin of this kind. Ask the author instead.")})
    if not reason.strip():
        raise Invalid({"/reason": _l("Say what you saw and where, so that the right one is cancelled.")})
    if len(reason) > MAX_TEXT:
        raise Invalid({"/reason": _l("The text is too long. Shorten it.")})
    item = add_twin_item(action)
    item.attention_note = reason.strip()
    record_event(
        "twin-found",
        item,
        actor=actor,
        after={"item": item.item, "state": ItemState.OPEN, "reason": reason.strip()},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    withdraw_confirmation(action, actor=actor)
    reopen_for_late_change(action.outage_id, action.unit_id, _l("A twin was found after the sign-off."), actor=actor)
    return item
