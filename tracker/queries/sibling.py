"""Items that come from the same piece of paper: one form can need several entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from tracker.extensions import db
from tracker.models import Action, Item
from tracker.queries.action import owned_or_done_in


def siblings_of(items: Iterable[Item], unit_ids: frozenset[int]) -> Mapping[int, Sequence[Item]]:
    """For each item the others of its numbered form, else of its action, that these units may read."""
    asked = list(items)
    papers = {_paper(item.action) for item in asked}
    found: dict[tuple[int, str], list[Item]] = {}
    for item in _of_actions({item.action_id for item in asked}, papers, unit_ids):
        found.setdefault(_paper(item.action), []).append(item)
    return {item.id: [other for other in found.get(_paper(item.action), ()) if other.id != item.id] for item in asked}


def _paper(action: Action) -> tuple[int, str]:
    return action.outage_id, action.sheet or str(action.id)


def _of_actions(action_ids: set[object], papers: set[tuple[int, str]], unit_ids: frozenset[int]) -> Sequence[Item]:
    """A form's number is the same in every unit; its lines are read where its actions are."""
    same_paper = Action.id.in_(action_ids) | (
        Action.outage_id.in_({outage for outage, _number in papers})
        & (Action.sheet != "")
        & Action.sheet.in_({number for _outage, number in papers})
    )
    return db.session.scalars(
        select(Item)
        .join(Item.action)
        .where(same_paper, owned_or_done_in(unit_ids))
        .options(contains_eager(Item.action).joinedload(Action.outage), selectinload(Item.after))
        .order_by(Action.performed_at, Action.id, Item.position)
    ).all()
