"""Questions about items, as seen by those who asked them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.extensions import db
from tracker.models import FINISHED, Action, Item, Question, User
from tracker.queries.action import owned_or_done_in


def questions_asked_by(user: User) -> Sequence[Question]:
    """The user's own questions about items that are not finished, the latest first, answered or not."""
    return db.session.scalars(
        select(Question)
        .join(Question.item)
        .join(Item.action)
        .where(Question.asked_by_id == user.id, Item.state.not_in(FINISHED), owned_or_done_in(user.unit_ids))
        .options(
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.patient),
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.outage),
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.unit),
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.performed_by),
            joinedload(Question.answered_by),
        )
        .order_by(Question.id.desc())
    ).all()
