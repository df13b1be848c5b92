"""Two people at one form: the second is told who came first, and loses nothing."""

from __future__ import annotations

from typing import Any

from tracker.i18n import text as _
from tracker.queries.history import last_change
from tracker.views.page import clock_time


def seen_now(subject: Any) -> str:
    """What the form carries: the number of the last change that its user has seen."""
    change = last_change(subject)
    return str(change.id) if change else "0"


def changed_since(subject: Any, seen: str | None) -> str:
    """Who changed it after the form was opened, as a sentence; empty if nobody did."""
    change = last_change(subject)
    if change is None or not (seen or "").isdigit() or change.id <= int(seen or 0):
        return ""
    return _(
        "%(name)s saved a change at %(time)s, while you had this open. Yours is not saved yet. "
        "Look at what is stored now, then save again to put yours in its place.",
        name=change.actor_name,
        time=clock_time(change.at),
    )
