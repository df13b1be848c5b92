"""Entries that a device has sealed: what is in them, and in whose name they are logged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db, sealing_keys, tickets
from tracker.i18n import lazy_text as _l
from tracker.models import Action, User
from tracker.permissions import Permission, permissions_of, sees_action, sees_unit
from tracker.queries.unit import find_unit
from tracker.sealing import SealBroken, Ticket, receipt
from tracker.services.action import Logged, log_action
from tracker.services.entry import CLOCK_SKEW, ActionEntry, entry_digest
from tracker.services.event import record_event


@dataclass(frozen=True)
class Envelope:
    """What the device sends. `digest` is the salted fingerprint of the entry (tracker.sealing.receipt)."""

    id: uuid.UUID
    digest: str
    key_id: str
    sealed: str


@dataclass(frozen=True)
class Opened:
    id: uuid.UUID
    digest: str
    """Worked out from what was in the envelope: what the answer echoes."""
    content: dict[str, Any]
    """The entry, as `POST /actions` takes it."""
    ticket: Ticket | None
    """Who wrote it, if somebody was logged in on the device then."""


class NobodyToSend(Exception):
    """The entry names no author and nobody is logged in: somebody must log in and send it."""


def open_envelope(envelope: Envelope) -> Opened:
    """Open it with our key. Raises Invalid if it is not what some device of ours sealed under this id and digest."""
    broken = Invalid({"/sealed": _l("The sealed entry cannot be opened: it is damaged, or sealed for another server.")})
    try:
        inside = sealing_keys().open(
            envelope.sealed, entry_id=str(envelope.id), digest=envelope.digest, key_id=envelope.key_id
        )
        content, salt = inside["entry"], inside["salt"]
        if not isinstance(content, dict) or not isinstance(salt, str):
            raise broken
        digest = receipt(entry_digest(content), salt)
        if digest != envelope.digest or uuid.UUID(str(content.get("id"))) != envelope.id:
            raise broken
    except (SealBroken, KeyError, ValueError, RecursionError):
        raise broken from None
    return Opened(envelope.id, digest, content, _valid_ticket(inside.get("ticket"), content))


def logged_before(opened: Opened) -> Action | None:
    """The action, if just this entry has come before: its sender only needs to hear that it is safe."""
    action = db.session.get(Action, opened.id)
    return action if action is not None and action.digest == entry_digest(opened.content) else None


def author_of(opened: Opened) -> User | None:
    """Who wrote it, by its ticket. Raises Forbidden if they may log no longer, in the unit or at all."""
    if opened.ticket is None:
        return None
    author = db.session.get(User, opened.ticket.user_id)
    if author is None or not author.active or Permission.ACTION_LOG not in permissions_of(author):
        raise Forbidden(
            _l(
                "The account of whoever wrote this is no longer in use. "
                "A colleague in the unit can open the entry and send it in their own name."
            )
        )
    unit = find_unit(str(opened.content.get("unit")))
    if unit is not None and not sees_unit(author, unit.id):
        raise Forbidden(
            _l(
                "Whoever wrote this no longer works in the unit. "
                "A colleague in the unit can open the entry and send it in their own name."
            )
        )
    return author


def log_sealed(opened: Opened, entry: ActionEntry, *, author: User | None, sender: User | None) -> Logged:
    """Log it in the author's name, or, without one, in the sender's, who must work in the unit.

    Raises NobodyToSend when there is neither.
    """
    actor = author or sender
    if actor is None:
        raise NobodyToSend
    if author is None and not (entry.performed_by_login or entry.performed_by_name):
        raise Invalid({"/performed_by/name": _l("Enter the name of the person who did it.")})
    logged = log_action(entry, actor=actor)
    if logged.created:
        _note(logged.action, opened, author, sender)
    return logged


def settle_refused(opened: Opened, *, actor: User) -> Action:
    """Say that what is logged under the entry's id is right, and not what the device still holds.

    What the device held is kept in the history, so that nothing is lost. Raises Conflict if nothing is logged under it.
    """
    action = db.session.get(Action, opened.id)
    if action is None or not sees_action(actor, action):
        raise Conflict(_l("Nothing is logged under this entry. Mend it and send it."))
    record_event(
        "entry-settled",
        action,
        actor=actor,
        after={"not_logged": opened.content},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    return action


def may_open(user: User, opened: Opened) -> bool:
    """Its author may read it again, and so may the colleagues in its unit."""
    unit = find_unit(str(opened.content.get("unit")))
    works_there = unit is not None and sees_unit(user, unit.id)
    return works_there or (opened.ticket is not None and opened.ticket.user_id == user.id)


def _note(action: Action, opened: Opened, author: User | None, sender: User | None) -> None:
    """How it came: from which device, and by whom if not by its author."""
    device = opened.ticket.device_id if opened.ticket else None
    told = {
        "device": str(device) if device else None,
        "sent_by": sender.name if sender and sender is not author else None,
        "author_logged_in": author is not None,
    }
    actor = sender or author
    assert actor is not None  # noqa: S101 - log_sealed has seen to it
    record_event("arrived", action, actor=actor, after=told, outage_id=action.outage_id, unit_id=action.unit_id)


def _valid_ticket(text: object, content: dict[str, Any]) -> Ticket | None:
    """The ticket, if it is ours and the entry was written while it was valid. It may arrive long after."""
    ticket = tickets().read(text)
    if ticket is None:
        return None
    return ticket if _written_at(content) <= ticket.until + CLOCK_SKEW else None


def _written_at(content: dict[str, Any]) -> datetime:
    """When the device says it was written; now, if it does not say."""
    try:
        told = datetime.fromisoformat(str(content["recorded_at"]))
    except (KeyError, ValueError):
        return utcnow()
    return told if told.tzinfo else told.replace(tzinfo=UTC)
