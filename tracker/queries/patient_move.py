"""What goes along when a patient moves to another unit, and where a patient has moved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.models import FINISHED, Action, Item, ItemState, PatientMove, Placement


@dataclass(frozen=True)
class Luggage:
    """What goes along, and what stays."""

    actions: int
    items: int
    begun: int
    """Items that somebody is working on now: they are let go."""
    staying: int
    """Actions of the unit with everything finished."""


def actions_to_move(patient_id: uuid.UUID, unit_id: int) -> Sequence[uuid.UUID]:
    """The unit's actions of the patient with an item that is not finished, in every outage."""
    return db.session.scalars(
        select(Action.id)
        .where(Action.patient_id == patient_id, Action.unit_id == unit_id, Action.items.any(_is_open()))
        .order_by(Action.id)
    ).all()


def luggage_of(patient_id: uuid.UUID, unit_id: int) -> Luggage:
    here = (Action.patient_id == patient_id, Action.unit_id == unit_id)
    states: dict[ItemState, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Item.state, func.count()).join(Item.action).where(*here, _is_open()).group_by(Item.state)
        )
    }
    total = db.session.scalar(select(func.count(Action.id)).where(*here)) or 0
    moving = len(actions_to_move(patient_id, unit_id))
    return Luggage(moving, sum(states.values()), states.get(ItemState.CLAIMED, 0), total - moving)


def beds_to_leave(patient_id: uuid.UUID, unit_id: int) -> Sequence[Placement]:
    """The patient's bed in the unit. A booking stays: it is for another day, or another clinic's to cancel."""
    return db.session.scalars(
        select(Placement).where(
            Placement.patient_id == patient_id,
            Placement.unit_id == unit_id,
            Placement.booked_at.is_(None),
            Placement.ended_at.is_(None),
        )
    ).all()


def moves_of(patient_id: uuid.UUID) -> Sequence[PatientMove]:
    """Where the patient has moved, the latest first."""
    return db.session.scalars(
        select(PatientMove)
        .where(PatientMove.patient_id == patient_id)
        .options(joinedload(PatientMove.from_unit), joinedload(PatientMove.to_unit), joinedload(PatientMove.by))
        .order_by(PatientMove.id.desc())
    ).all()


def units_with_work(patient_id: uuid.UUID, unit_ids: frozenset[int]) -> set[int]:
    """Those of the units where the patient is in a bed or has something open: from where a move can begin."""
    open_there = select(Action.unit_id).where(
        Action.patient_id == patient_id, Action.unit_id.in_(unit_ids), Action.items.any(_is_open())
    )
    placed = select(Placement.unit_id).where(
        Placement.patient_id == patient_id,
        Placement.unit_id.in_(unit_ids),
        Placement.booked_at.is_(None),
        Placement.ended_at.is_(None),
    )
    return {*db.session.scalars(open_there), *db.session.scalars(placed)}


def _is_open() -> ColumnElement[bool]:
    return Item.state.not_in(FINISHED)
