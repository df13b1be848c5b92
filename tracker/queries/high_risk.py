"""Which entries a second person must check: the routine's high-risk list and the unit's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.models import Action, Unit
from tracker.queries.routine import routine_of
from tracker.routine.spec import HighRisk


def high_risk_of(action: Action) -> HighRisk | None:
    """The first category to which what the action says belongs."""
    extra = words_of(action.unit)
    for category in routine_of(action.outage).high_risk:
        if category.concerns(action.fields, extra.get(category.id, ())):
            return category
    return None


def words_of(unit: Unit) -> Mapping[str, Sequence[str]]:
    """The unit's own words, by category."""
    found: dict[str, list[str]] = {}
    for row in unit.risk_words:
        found.setdefault(row.category, []).append(row.word)
    return found
