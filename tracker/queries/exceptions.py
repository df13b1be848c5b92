"""What somebody who examines a unit's outage afterwards would ask about: everything out of the ordinary, and delays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import (
    Action,
    ActionVersion,
    Duty,
    DutyState,
    Item,
    ItemState,
    Outage,
    Patient,
    SendBack,
    SignOff,
    Unit,
)
from tracker.routine.spec import WorkKind

SOON = timedelta(days=2)
"""What Socialstyrelsen has named as "as soon as possible" for an entry in the record."""


@dataclass(frozen=True)
class Remark:
    """One thing out of the ordinary: about an action or one item of it, why, by whom and when."""

    action: Action
    item: Item | None
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Remarks:
    shown: list[Remark]
    total: int


@dataclass(frozen=True)
class Delays:
    """From done on paper to entered in the target system."""

    entered: int
    within_two_days: int
    middle: timedelta
    longest: timedelta


def remarks_of(outage: Outage, unit: Unit, *, limit: int) -> dict[str, Remarks]:
    """What stands out, by sort; at most `limit` of each are loaded, the latest first, and all are counted."""
    here = (Action.outage_id == outage.id, Action.unit_id == unit.id)
    return {
        "voided": _voided(here, limit),
        "not_needed": _not_needed(here, limit),
        "corrected": _corrected(here, limit),
        "sent_back": _sent_back(here, limit),
        "on_paper": _on_paper(here, limit),
        "late": _late(here, outage, unit, limit),
        "unknown": _unknown(here, limit),
    }


def delays_of(outage: Outage, unit: Unit) -> Delays | None:
    """How long entering took, from performed to entered; None when nothing is entered yet."""
    rows = db.session.execute(
        select(Action.performed_at, Item.done_at)
        .join(Item.action)
        .where(
            Action.outage_id == outage.id,
            Action.unit_id == unit.id,
            Item.state == ItemState.DONE,
            Item.kind_of_work == WorkKind.ENTER,
        )
    ).all()
    took = [done_at - performed_at for performed_at, done_at in rows if done_at]
    if not took:
        return None
    middle = timedelta(seconds=median(time.total_seconds() for time in took))
    return Delays(len(took), sum(time <= SOON for time in took), middle, max(took))


def open_duties_of(outage: Outage, unit: Unit) -> Sequence[Duty]:
    """The unit's duties in the outage that nobody has ticked, by the time they were due."""
    duties = db.session.scalars(
        select(Duty)
        .where(Duty.outage_id == outage.id, Duty.unit_id == unit.id, Duty.state == DutyState.OPEN)
        .order_by(Duty.id)
    ).all()
    return sorted(duties, key=lambda duty: (duty.due_at is None, duty.due_at.isoformat() if duty.due_at else ""))


def _voided(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = select(Action).where(*here, Action.voided_at.is_not(None))
    actions = _actions(query.options(joinedload(Action.voided_by)).order_by(Action.voided_at.desc()), limit)
    return Remarks(
        [
            Remark(
                action,
                None,
                action.void_reason or "",
                action.voided_by.name if action.voided_by else "",
                action.voided_at,
            )
            for action in actions
        ],
        _count(query),
    )


def _not_needed(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = select(Item).join(Item.action).where(*here, Action.voided_at.is_(None), Item.state == ItemState.NOT_NEEDED)
    return Remarks(_items(query, limit), _count(query))


def _on_paper(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = select(Item).join(Item.action).where(*here, Item.on_paper)
    return Remarks(_items(query, limit), _count(query))


def _corrected(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = select(ActionVersion).join(ActionVersion.action).where(*here, ActionVersion.number > 1)
    rows = db.session.scalars(
        query.options(contains_eager(ActionVersion.action).joinedload(Action.patient), joinedload(ActionVersion.by))
        .order_by(ActionVersion.at.desc())
        .limit(limit)
    )
    return Remarks([Remark(row.action, None, row.reason, row.by.name, row.at) for row in rows], _count(query))


def _sent_back(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = select(SendBack).join(SendBack.action).where(*here)
    rows = db.session.scalars(
        query.options(contains_eager(SendBack.action).joinedload(Action.patient), joinedload(SendBack.by))
        .order_by(SendBack.at.desc())
        .limit(limit)
    )
    return Remarks([Remark(row.action, None, row.reason, row.by.name, row.at) for row in rows], _count(query))


def _late(here: tuple[ColumnElement[bool], ...], outage: Outage, unit: Unit, limit: int) -> Remarks:
    first = db.session.scalar(
        select(func.min(SignOff.signed_at)).where(SignOff.outage_id == outage.id, SignOff.unit_id == unit.id)
    )
    if first is None:
        return Remarks([], 0)
    query = select(Action).where(*here, Action.received_at >= first)
    actions = _actions(query.options(joinedload(Action.logged_by)).order_by(Action.received_at.desc()), limit)
    return Remarks(
        [Remark(action, None, "", action.logged_by.name, action.received_at) for action in actions], _count(query)
    )


def _unknown(here: tuple[ColumnElement[bool], ...], limit: int) -> Remarks:
    query = (
        select(Action)
        .join(Action.patient)
        .where(*here, Action.voided_at.is_(None), Patient.identity_kind == IdentityKind.UNKNOWN)
    )
    actions = _actions(query.options(joinedload(Action.logged_by)).order_by(Action.performed_at.desc()), limit)
    return Remarks(
        [Remark(action, None, "", action.logged_by.name, action.performed_at) for action in actions], _count(query)
    )


def _actions(query: Any, limit: int) -> Sequence[Action]:
    return db.session.scalars(query.options(joinedload(Action.patient)).limit(limit)).all()


def _items(query: Any, limit: int) -> list[Remark]:
    rows = db.session.scalars(
        query.options(
            contains_eager(Item.action).joinedload(Action.patient),
            joinedload(Item.done_by),
        )
        .order_by(Item.done_at.desc())
        .limit(limit)
    )
    return [Remark(row.action, row, row.reason, row.done_by.name if row.done_by else "", row.done_at) for row in rows]


def _count(query: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
