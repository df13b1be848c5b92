"""Why an item or a patient stands where it does in the queue, in words."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, Risk
from tracker.queries.routine import routine_of
from tracker.views.page import how_long


def risk_of(item: Item) -> str:
    """What makes it go before other patients' items; empty where only its age counts."""
    if item.risk == Risk.HIGH_RISK:
        return _("High risk: %(category)s", category=category_of(item))
    if item.risk == Risk.URGENT:
        return _("Urgent")
    return _("A reply is awaited") if item.risk == Risk.AWAITED else ""


def category_of(item: Item) -> str:
    """The name of its category on the high-risk list."""
    routine = routine_of(item.action.outage)
    found = next((one.label for one in routine.high_risk if one.id == item.high_risk), None)
    return found.in_language(language()) if found else item.high_risk


def why_item(item: Item) -> str:
    """Its step in the patient's order, and what makes the patient go before others."""
    routine = routine_of(item.action.outage)
    parts = [risk_of(item)] if risk_of(item) else []
    if item.stage < len(routine.stages):
        parts.append(
            _(
                "step %(number)s of %(total)s within the patient: %(stage)s",
                number=item.stage + 1,
                total=len(routine.stages),
                stage=routine.stages[item.stage].label.in_language(language()),
            )
        )
    return "; ".join(parts)


def why_patient(items: Sequence[Item]) -> str:
    """Why the patient stands here: the most pressing item, and the age of the oldest."""
    pressing = min(items, key=lambda item: item.risk)
    oldest = min(item.action.performed_at for item in items)
    age = _("the oldest is from %(time)s ago", time=how_long(oldest))
    return f"{risk_of(pressing)} · {age}" if risk_of(pressing) else age[:1].upper() + age[1:]
