"""How old something is against its limit, in words and as a small bar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tracker.i18n import text as _
from tracker.models import Item

_SOON = 0.75
"""The share of the time after which an item says how much is left."""


@dataclass(frozen=True)
class Age:
    """An unfinished item against its limit. The words alone say it; colour and bar repeat it."""

    text: str
    level: Literal["fine", "soon", "over"]
    share: int
    """Percent of the time that is gone, at most 100."""
    due_at: datetime


def age_of(item: Item, now: datetime) -> Age | None:
    """None: no limit, or finished."""
    if item.due_at is None or item.is_finished:
        return None
    return age_against(item.action.performed_at, item.due_at, now)


def age_against(since: datetime, due_at: datetime, now: datetime) -> Age:
    allowed, age = due_at - since, max(now - since, timedelta(0))
    if now > due_at:
        return Age(_("over by %(time)s", time=span(now - due_at)), "over", 100, due_at)
    used = age / allowed if allowed else 1.0
    if used >= _SOON:
        text = _("%(time)s left of %(limit)s", time=span(due_at - now), limit=span(allowed))
        return Age(text, "soon", round(used * 100), due_at)
    return Age(_("%(time)s of %(limit)s", time=span(age), limit=span(allowed)), "fine", round(used * 100), due_at)


def span(time: timedelta) -> str:
    """`35 min`, `5 h`, `2 d`, `1 d 4 h`: rounded down, without parts that are nothing."""
    minutes = int(time / timedelta(minutes=1))
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    days, hours = divmod(minutes // 60, 24)
    if not days:
        return _("%(hours)s h", hours=hours)
    return _("%(days)s d %(hours)s h", days=days, hours=hours) if hours else _("%(days)s d", days=days)
