"""Who looked whether something had arrived in the target system by itself, and what they saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.models import Action, ArrivalCheck, Attention, Item, Outage
from tracker.queries.routine import routine_of


def may_have_arrived(item: Item) -> bool:
    """Whether to look before entering: an integration may have delivered it, or somebody may have entered it."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    return spec.may_arrive or item.attention is Attention.CHECK_FIRST


def looks_at(item: Item) -> Sequence[ArrivalCheck]:
    """Every look, the latest last."""
    return _looks([item.id])


def latest_looks(item_ids: Iterable[int]) -> dict[int, ArrivalCheck]:
    """The latest look at each of these items."""
    return {look.item_id: look for look in _looks(list(item_ids))}


def latest_looks_in(outage: Outage) -> dict[int, ArrivalCheck]:
    """The same for every item of an outage."""
    looks = db.session.scalars(
        _in_order().join(ArrivalCheck.item).join(Item.action).where(Action.outage_id == outage.id)
    )
    return {look.item_id: look for look in looks}


def _looks(item_ids: list[int]) -> Sequence[ArrivalCheck]:
    return db.session.scalars(_in_order().where(ArrivalCheck.item_id.in_(item_ids))).all() if item_ids else ()


def _in_order() -> Select[ArrivalCheck]:
    return select(ArrivalCheck).options(joinedload(ArrivalCheck.by)).order_by(ArrivalCheck.id)
