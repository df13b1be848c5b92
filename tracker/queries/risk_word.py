"""What a word of a unit's own would take in among its open work."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Item, ItemState, RiskWord, Unit
from tracker.queries.routine import routine_of
from tracker.routine.spec import WorkKind

UNENTERED = (ItemState.OPEN, ItemState.CLAIMED, ItemState.QUESTION)
"""What has not been entered yet: a change of the list holds for it. What awaits a second person awaits one still."""


def unentered_items(unit: Unit) -> Sequence[Item]:
    """The unit's items that are still to be typed in."""
    return db.session.scalars(
        select(Item)
        .join(Item.action)
        .where(Action.unit_id == unit.id, Item.kind_of_work == WorkKind.ENTER, Item.state.in_(UNENTERED))
        .options(joinedload(Item.action).joinedload(Action.outage))
        .order_by(Item.id)
    ).all()


def would_take_in(unit: Unit, category_id: str, word: str) -> list[Item]:
    """The open items that a second person would have to see because of this word, and need not today."""
    return [
        item
        for item in unentered_items(unit)
        if not item.high_risk
        and any(
            category.id == category_id and category.concerns(item.action.fields, [word])
            for category in routine_of(item.action.outage).high_risk
        )
    ]


def get_risk_word(word_id: int, unit: Unit) -> RiskWord:
    row = db.session.get(RiskWord, word_id)
    if row is None or row.unit_id != unit.id:
        raise NotFound(_l("The unit has no such word."))
    return row
