"""What lists say besides the routine's own words and the labels that pages share (tracker.labels)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale

from tracker.clock import utcnow
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.queries.item import UNFINISHED

STATES = (*UNFINISHED, "done", "not_needed")
"""In the order of the work: what can be done now first."""
OUTCOMES = ("done", "not_needed", "question")
"""The states that the person who works from a list can tick."""
_DUE: dict[str, Any] = {"daily": _l("Every day, outage or not"), "standing": _l("Always, outage or not")}


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """All words in one language, whatever the request's own."""
    with force_locale(language):
        yield


def due(value: str) -> str:
    """When a duty without a time of its own is due; empty if the routine says nothing."""
    return str(_DUE.get(value, ""))


def now_local() -> Any:
    """This minute on the wall clock, as a spreadsheet keeps it: without a time zone."""
    return utcnow().astimezone(time_zone()).replace(tzinfo=None, second=0, microsecond=0)
