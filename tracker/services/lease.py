"""A claim is a lease: it lasts while its holder works, and says who has the item when it was lost."""

from __future__ import annotations

from datetime import timedelta

from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.extensions import current_settings
from tracker.i18n import lazy_text as _l
from tracker.models import Item, ItemState, User


def prolong_claim(item: Item, *, actor: User) -> None:
    """The holder is still at it. One that ran out is held again unless somebody came in between.

    No event: it changes only until when, and a hundred people send it all day.
    """
    if item.state is not ItemState.CLAIMED or item.claimed_by_id != actor.id:
        raise Conflict(_lost(item), holder=_who(item))
    item.claimed_until = utcnow() + timedelta(minutes=current_settings().claim_minutes)


def _who(item: Item) -> str | None:
    """Who has it instead, or has finished it."""
    who = item.done_by if item.is_finished else item.entered_by if item.state is ItemState.ENTERED else item.claimed_by
    return who.name if who else None


def _lost(item: Item) -> object:
    name = _who(item)
    if item.is_finished or item.state is ItemState.ENTERED:
        return _l("%(name)s has finished it meanwhile.", name=name)
    if item.state is ItemState.CLAIMED:
        return _l("%(name)s has it now.", name=name)
    if item.state is ItemState.QUESTION:
        return _l("A question was asked about it meanwhile.")
    return _l("It is not yours any more. Take it again.")
