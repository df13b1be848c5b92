"""Telling a patient what the outage left unsaid or unsent. It finishes nothing: the follow-up stays to be done."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import ContactOutcome, Item, PatientContact, User
from tracker.permissions import sees_unit
from tracker.queries.patient_contact import waiting_items
from tracker.services.event import record_event

MAX_TEXT = 2000


def log_contact(items: Sequence[Item], outcome: ContactOutcome, note: str = "", *, actor: User) -> list[PatientContact]:
    """Keep one attempt about these items, all of one patient."""
    if not items:
        raise Invalid({"/items": _l("Tick what it was about.")})
    if len({item.action.patient_id for item in items}) > 1:
        raise Invalid({"/items": _l("One attempt is about one patient.")})
    if not all(sees_unit(actor, item.action.unit_id) for item in items):
        raise Forbidden(_l("You do not work in the unit that owns this item."))
    text = note.strip()
    if len(text) > MAX_TEXT:
        raise Invalid({"/note": _l("The text is too long. Shorten it.")})
    if outcome is ContactOutcome.NOT_NEEDED and not text:
        raise Invalid({"/note": _l("Say why the patient need not be contacted.")})
    wanted = {item.id for item in items}
    still = {item.id for item in waiting_items(wanted, frozenset(item.action.unit_id for item in items))}
    if wanted - still:
        raise Conflict(_l("Something of it has come or been sent meanwhile. Look at the list again."))
    now = utcnow()
    rows = [PatientContact(item=item, outcome=outcome, note=text, by=actor, at=now) for item in items]
    db.session.add_all(rows)
    for item in items:
        # What was said stays on the page and out of the history.
        record_event(
            "contacted",
            item,
            actor=actor,
            after={"item": item.item, "outcome": outcome},
            outage_id=item.action.outage_id,
            unit_id=item.action.unit_id,
        )
    return rows
