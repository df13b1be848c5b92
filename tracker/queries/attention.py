"""Since when, and because of whom, the next person must look before starting."""

from __future__ import annotations

from datetime import datetime

from tracker.models import Attention, Item
from tracker.queries.item import attention_of


def attention_since(item: Item, at: datetime) -> datetime | None:
    """When what `attention_of` tells arose: when the earlier work began, or was finished.

    A claim that ran out after work began is noticed only when somebody looks; nothing is stored for it yet.
    """
    if item.attention:
        return item.attention_at
    return item.begun_at if attention_of(item, at)[0] else None


def begun_by(item: Item, at: datetime) -> int | None:
    """Who had begun or finished what says "check the system first"."""
    if item.attention:
        return item.attention_by_id if item.attention is Attention.CHECK_FIRST else None
    return item.claimed_by_id if attention_of(item, at)[0] else None
