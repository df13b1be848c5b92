"""What is done about something awaited: who watches for it, and the receiver's word that a referral has arrived."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Acknowledgement, Item, ItemState, User
from tracker.permissions import sees_unit
from tracker.queries.reply import acknowledgement_of, awaited_of, spec_of
from tracker.services.event import record_event

MAX_NAME = 120
AHEAD = timedelta(minutes=5)
"""How far the clock of whoever tells a time may be ahead of ours."""


def watch_item(item: Item, watcher: User | None, *, actor: User) -> None:
    """Say who watches for it: oneself, a colleague, or (None) nobody any more."""
    check_awaited(item, actor)
    if watcher is not None and not (watcher.active and watcher.works_in(item.action.unit_id)):
        raise Invalid({"/watcher": _l("Choose a colleague who works in the unit.")})
    if item.watched_by_id == (watcher.id if watcher else None):
        return
    before = item.watched_by.name if item.watched_by else None
    item.watched_by = watcher
    _record("watched", item, actor, {"watched_by": watcher.name if watcher else None}, {"watched_by": before})


def acknowledge_item(item: Item, said_by: str, said_at: datetime, *, actor: User) -> Acknowledgement:
    """The receiver has the referral, says this person there. The item itself says only that it was faxed."""
    check_awaited(item, actor)
    if spec_of(item).awaits != "acknowledgement":
        raise Conflict(_l("Only a faxed referral is acknowledged."))
    if item.state is not ItemState.DONE:
        raise Conflict(_l("It is not marked as faxed yet. Mark that first, then that it has arrived."))
    faults: dict[str, object] = {}
    if not said_by.strip():
        faults["/said_by"] = _l("Write who said that they have it.")
    elif len(said_by) > MAX_NAME:
        faults["/said_by"] = _l("The name is too long: at most 120 characters.")
    faults |= time_faults("/said_at", said_at, item.action.performed_at)
    if faults:
        raise Invalid(faults)
    row = Acknowledgement(item=item, said_by=said_by.strip(), said_at=said_at, by=actor, at=utcnow())
    db.session.add(row)
    _record("acknowledged", item, actor, {"said_by": row.said_by, "said_at": said_at})
    return row


def withdraw_acknowledgement(item: Item, *, actor: User) -> None:
    """It was a slip, or meant another referral: the word is awaited again."""
    if not sees_unit(actor, item.action.unit_id):
        raise Forbidden(_l("You do not work in the unit that owns this item."))
    row = acknowledgement_of(item)
    if row is None:
        raise Conflict(_l("It is not acknowledged."))
    row.withdrawn_by_id, row.withdrawn_at = actor.id, utcnow()
    _record("acknowledgement-withdrawn", item, actor, {}, {"said_by": row.said_by})


def check_awaited(item: Item, actor: User) -> None:
    """Somebody of the unit, and something that is still awaited."""
    if not sees_unit(actor, item.action.unit_id):
        raise Forbidden(_l("You do not work in the unit that owns this item."))
    if awaited_of(item) is None:
        name = item.done_by.name if item.done_by else ""
        if item.is_finished and name:
            raise Conflict(_l("Nothing is awaited here any more: %(name)s has finished it.", name=name), holder=name)
        raise Conflict(_l("Nothing is awaited here any more."))


def time_faults(pointer: str, told: datetime, earliest: datetime | None = None) -> dict[str, object]:
    """A time that somebody tells lies behind us, and not before what it is about."""
    if told > utcnow() + AHEAD:
        return {pointer: _l("The time lies ahead. Check day and time.")}
    if earliest is not None and told < earliest:
        return {pointer: _l("The time lies before the referral was written. Check day and time.")}
    return {}


def _record(
    verb: str, item: Item, actor: User, after: dict[str, object], before: dict[str, object] | None = None
) -> None:
    record_event(
        verb,
        item,
        actor=actor,
        before=before,
        after={"item": item.item, **after},
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )
