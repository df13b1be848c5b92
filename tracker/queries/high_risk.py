"""Which entries a second person must check: the routine's high-risk list and the unit's own words."""

from __future__ import annotations

import re

from tracker.models import Action
from tracker.queries.routine import routine_of
from tracker.routine.spec import HighRisk


def high_risk_of(action: Action) -> HighRisk | None:
    """The first category of which a word begins a word in one of the category's fields."""
    extra: dict[str, list[str]] = {}
    for row in action.unit.risk_words:
        extra.setdefault(row.category, []).append(row.word)
    for category in routine_of(action.outage).high_risk:
        words = "|".join(re.escape(word) for word in (*category.words, *extra.get(category.id, ())))
        text = " ; ".join(str(action.fields[name]) for name in category.fields if action.fields.get(name))
        if re.search(rf"\b(?:{words})", text, re.IGNORECASE):
            return category
    return None
