"""Chasing what is awaited: who was asked, what they said, and when to ask again."""

from __future__ import annotations

from datetime import datetime

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Chase, Item, User
from tracker.services.event import record_event
from tracker.services.reply import check_awaited

MAX_TEXT = 2000


def chase_item(item: Item, text: str, again_at: datetime | None = None, *, actor: User) -> Chase:
    """Keep what was done and said. It changes neither the item nor its limit."""
    check_awaited(item, actor)
    faults: dict[str, object] = {}
    if not text.strip():
        faults["/text"] = _l("Write who you asked and what they said.")
    elif len(text) > MAX_TEXT:
        faults["/text"] = _l("The text is too long. Shorten it.")
    if again_at is not None and again_at <= utcnow():
        faults["/again_at"] = _l("The time to ask again has passed. Choose a later one.")
    if faults:
        raise Invalid(faults)
    chase = Chase(item=item, text=text.strip(), again_at=again_at, by=actor, at=utcnow())
    db.session.add(chase)
    # What was said may name the patient: it stays on the page and out of the history.
    record_event(
        "chased",
        item,
        actor=actor,
        after={"item": item.item, "again_at": again_at},
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )
    return chase
