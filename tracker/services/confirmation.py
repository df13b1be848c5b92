"""The unit manager's word on each action: confirmed, or sent back."""

from __future__ import annotations

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Attention, Confirmation, ItemState, SendBack, User
from tracker.permissions import may_confirm
from tracker.services.event import record_event
from tracker.services.follow_up import reopen_item
from tracker.services.sign_off import reopen_for_late_change


def confirm_action(action: Action, *, actor: User) -> Confirmation:
    """Confirm a closed action; never one whose items the manager all did themselves."""
    if not may_confirm(actor, action):
        raise Forbidden(_l("Only the unit's manager confirms its actions."))
    if action.confirmation:
        raise Conflict(_l("The action is confirmed already."), holder=action.confirmation.confirmed_by.name)
    if not action.is_closed:
        raise Conflict(_l("The action has open follow-ups and cannot be confirmed yet."))
    if all(item.done_by_id == actor.id for item in action.items):
        raise Forbidden(_l("You did every follow-up of this action yourself. Another manager must confirm it."))
    confirmation = Confirmation(action=action, version=action.version, confirmed_by=actor, confirmed_at=utcnow())
    db.session.add(confirmation)
    record_event("confirmed", action, actor=actor, outage_id=action.outage_id, unit_id=action.unit_id)
    return confirmation


def send_back_action(action: Action, reason: str, *, actor: User) -> SendBack:
    """Say that something is wrong: what was done is opened again, to be checked in the target system first."""
    if not may_confirm(actor, action):
        raise Forbidden(_l("Only the unit's manager sends its actions back."))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say what is wrong, so that it can be put right.")})
    reopened = [item for item in action.items if item.state is ItemState.DONE]
    if action.is_voided or not reopened:
        raise Conflict(_l("The action has nothing done that could be sent back."))
    send_back = SendBack(action=action, reason=reason.strip(), by=actor, at=utcnow())
    db.session.add(send_back)
    record_event(
        "sent-back",
        action,
        actor=actor,
        after={"reason": reason.strip()},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    for item in reopened:
        reopen_item(item, Attention.SENT_BACK, reason.strip(), actor=actor)
    withdraw_confirmation(action, actor=actor)
    reopen_for_late_change(action.outage_id, action.unit_id, _l("An action was sent back."), actor=actor)
    return send_back


def withdraw_confirmation(action: Action, *, actor: User) -> None:
    """A change after the confirmation: it no longer holds."""
    confirmation = action.confirmation
    if confirmation is None:
        return
    confirmation.withdrawn_at = utcnow()
    record_event("confirmation-withdrawn", action, actor=actor, outage_id=action.outage_id, unit_id=action.unit_id)
