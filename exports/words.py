"""The few words that lists need besides the routine's own: states, roles, warnings, when a duty is due.

Exports stand below the pages, so they cannot use the pages' labels; the same English words give the same translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale

from tracker.clock import utcnow
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.i18n import time_zone

ROLES: dict[str, Any] = {
    "nurse": _l("Nurse"),
    "physician": _l("Physician"),
    "secretary": _l("Medical secretary"),
    "other_clinician": _l("Other clinician"),
    "unit_staff": _l("Unit staff"),
    "emergency_staff": _l("Emergency staff"),
    "radiology": _l("Radiology"),
    "physiology": _l("Clinical physiology"),
    "laboratory": _l("Laboratory"),
    "director": _l("Health care director"),
    "it_operations": _l("IT operations"),
    "administrator": _l("Administrator"),
    "unit_manager": _l("Unit manager"),
    "staff": _l("Staff"),
}
STATES: dict[str, Any] = {
    "ready": _l("Ready"),
    "claimed": _l("Being entered"),
    "question": _l("Question"),
    "entered": _l("Entered, to be checked"),
    "waiting": _l("Waiting"),
    "done": _l("Done"),
    "not_needed": _l("Not needed"),
}
"""In the order of the work: what can be done now first."""
ATTENTION: dict[str, Any] = {
    "check_first": _l("Check the system first: it may be entered already"),
    "amend": _l("Amend in the target system"),
    "remove": _l("Remove from the target system"),
    "sent_back": _l("Sent back: check what was entered"),
}
OUTAGE_KINDS: dict[str, Any] = {"acute": _l("Acute"), "planned": _l("Planned")}
OUTCOMES = ("done", "not_needed", "question")
"""The states that the person who works from a list can tick."""
_DUE: dict[str, Any] = {"daily": _l("Every day, outage or not"), "standing": _l("Always, outage or not")}


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """All words in one language, whatever the request's own."""
    with force_locale(language):
        yield


def role(value: str) -> str:
    return str(ROLES.get(value, value))


def roles(values: Iterable[str]) -> str:
    """Several roles, any of which will do."""
    return _(" or ").join(role(value) for value in values)


def state(value: str) -> str:
    return str(STATES.get(value, value))


def due(value: str) -> str:
    """When a duty without a time of its own is due; empty if the routine says nothing."""
    return str(_DUE.get(value, ""))


def now_local() -> Any:
    """This minute on the wall clock, as a spreadsheet keeps it: without a time zone."""
    return utcnow().astimezone(time_zone()).replace(tzinfo=None, second=0, microsecond=0)
