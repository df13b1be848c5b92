"""The unit manager's word on each action: confirmed, or sent back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.clock import utcnow
from tracker.errors import Conflict, DomainError, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Attention, Confirmation, Item, ItemState, SendBack, User
from tracker.permissions import may_confirm
from tracker.queries.confirmation import reading_mark
from tracker.queries.routine import routine_of
from tracker.services.event import record_event
from tracker.services.follow_up import reopen_item
from tracker.services.sign_off import reopen_for_late_change

MAX_REASON = 2000


@dataclass
class Outcome:
    """What came of confirming many: those confirmed, and those left with the reason why."""

    confirmed: list[uuid.UUID] = field(default_factory=list)
    left: dict[uuid.UUID, DomainError] = field(default_factory=dict)


def confirm_many(seen: Mapping[uuid.UUID, str], *, actor: User) -> Outcome:
    """Confirm each of these actions that can be confirmed, and leave the others.

    `seen` holds, for each action, the mark of what the manager read (queries.confirmation.reading_mark): an action
    that reads otherwise now is left. An empty mark confirms the action as it stands.
    """
    outcome = Outcome()
    actions = db.session.scalars(
        select(Action)
        .where(Action.id.in_(list(seen)))
        .options(selectinload(Action.items), selectinload(Action.confirmations))
        .order_by(Action.id)
        .with_for_update(of=Action)
        .execution_options(populate_existing=True)
    ).all()
    for action in actions:
        try:
            if seen[action.id] and action.confirmation is None and reading_mark(action) != seen[action.id]:
                raise Conflict(_l("It changed while you read it. Read it again before you confirm."))
            confirm_action(action, actor=actor)
        except DomainError as refusal:  # raised before anything is written
            outcome.left[action.id] = refusal
        else:
            outcome.confirmed.append(action.id)
    return outcome


def confirm_action(action: Action, *, actor: User) -> Confirmation:
    """Confirm a closed action; never one whose items the manager all did themselves."""
    if not may_confirm(actor, action):
        raise Forbidden(_l("Only the unit's manager confirms its actions."))
    if action.confirmation:
        raise Conflict(_l("The action is confirmed already."), holder=action.confirmation.confirmed_by.name)
    if not action.is_closed:
        raise Conflict(_l("The action has open follow-ups and cannot be confirmed yet."))
    if all(item.doers == {actor.id} for item in action.items):
        raise Forbidden(_l("You did every follow-up of this action yourself. Another manager must confirm it."))
    confirmation = Confirmation(action=action, version=action.version, confirmed_by=actor, confirmed_at=utcnow())
    db.session.add(confirmation)
    record_event("confirmed", action, actor=actor, outage_id=action.outage_id, unit_id=action.unit_id)
    return confirmation


def send_back_action(action: Action, reason: str, *, actor: User) -> SendBack:
    """Say that something is wrong: what was finished is opened again, to be checked in the target system first."""
    if not may_confirm(actor, action):
        raise Forbidden(_l("Only the unit's manager sends its actions back."))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say what is wrong, so that it can be put right.")})
    if len(reason) > MAX_REASON:
        raise Invalid({"/reason": _l("The text is too long. Shorten it.")})
    reopened = _to_check_again(action)
    if action.is_voided or not reopened:
        raise Conflict(_l("The action has nothing finished that could be sent back."))
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


def _to_check_again(action: Action) -> list[Item]:
    """What was entered, done or found not needed, except what the routine no longer asks for after a correction."""
    due = {spec.item for spec in routine_of(action.outage).kinds[action.kind].items_for(action.fields)}
    entered = (ItemState.ENTERED, ItemState.DONE)
    return [item for item in action.items if item.state in entered or (item.is_finished and item.item in due)]


def withdraw_confirmation(action: Action, *, actor: User) -> None:
    """A change after the confirmation: it no longer holds."""
    confirmation = action.confirmation
    if confirmation is None:
        return
    confirmation.withdrawn_at = utcnow()
    record_event("confirmation-withdrawn", action, actor=actor, outage_id=action.outage_id, unit_id=action.unit_id)
