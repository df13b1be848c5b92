"""Whether an electronic order may have been sent beside a paper one: a doubt for somebody to look into."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.models import Action, Item
from tracker.queries.action import likely_duplicates
from tracker.queries.routine import routine_of

FORM = "form"
"""The field that says whether an order went on paper or waits to be sent electronically."""
HOURS = 24


def twin_item(action: Action) -> Item | None:
    """The item that cancels the action's twin, if one was found."""
    twin = routine_of(action.outage).kinds[action.kind].twin
    return next((item for item in action.items if twin and item.item == twin.item), None)


def may_have_twin(action: Action) -> bool:
    """Whether the routine knows what to do about a twin, and none was found yet."""
    return routine_of(action.outage).kinds[action.kind].twin is not None and twin_item(action) is None


def likely_twins(action: Action) -> Sequence[Action]:
    """The same patient, kind and subject within a day, one on paper and the other electronic."""
    if FORM not in action.fields or not action.subject or not may_have_twin(action):
        return ()
    alike = likely_duplicates(
        action.patient_id, action.kind, action.subject, action.performed_at, action.outage.drill, HOURS, action.id
    )
    return [other for other in alike if other.fields.get(FORM) != action.fields[FORM] and twin_item(other) is None]
