"""Whose turn it is: patients by risk and age, with as few changes of system and patient as that allows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, or_, select

from tracker.extensions import db
from tracker.i18n import time_zone
from tracker.models import Action, Item, User
from tracker.queries.item import ItemFilter, conditions_of, joined, state_now


@dataclass(frozen=True)
class Turn:
    """One patient's items in one system: what is claimed and worked together."""

    patient_id: uuid.UUID
    system: str
    risk: int
    """That of its most pressing item (`Risk`)."""
    oldest: datetime
    """When the oldest of them was performed."""
    day: date
    """The same, by the calendar of the region."""
    stage: int
    """That of its first item."""
    place: int
    """The system's place in the routine."""


def find_turns(chosen: ItemFilter, places: Sequence[str]) -> list[Turn]:
    """What the filter holds, patient by patient and system by system; `places` is the routine's order of systems."""
    state = state_now()
    risk, oldest, stage = func.min(Item.risk), func.min(Action.performed_at), func.min(Item.stage)
    rows = db.session.execute(
        joined(select(Action.patient_id, Item.system, risk, oldest, stage))
        .select_from(Item)
        .where(*conditions_of(chosen, state))
        .group_by(Action.patient_id, Item.system)
    ).all()
    order = {system: number for number, system in enumerate(places)}
    zone = time_zone()
    return [
        Turn(row[0], row[1], row[2], row[3], row[3].astimezone(zone).date(), row[4], order.get(row[1], len(order)))
        for row in rows
    ]


def next_turn(turns: Iterable[Turn], at: tuple[str, uuid.UUID] | None = None) -> Turn | None:
    """The patient with the most pressing risk, then of the oldest day. Within a day the patient or the system at which
    somebody already is (`at`) goes on, then system by system. A patient's own order holds: contact before orders, also
    when the later step is the pressing one.
    """
    system, patient = at or ("", None)
    theirs: dict[uuid.UUID, list[Turn]] = {}
    for turn in turns:
        theirs.setdefault(turn.patient_id, []).append(turn)

    def key(found: Iterable[Turn]) -> tuple[Any, ...]:
        first = _first(found)
        return (
            min(turn.risk for turn in found),
            min(turn.day for turn in found),
            first.patient_id != patient and first.system != system,
            first.system != system,
            first.place,
            min(turn.oldest for turn in found),
            str(first.patient_id),
        )

    return _first(min(theirs.values(), key=key)) if theirs else None


def _first(theirs: Iterable[Turn]) -> Turn:
    return min(theirs, key=lambda turn: (turn.stage, turn.place))


def last_worked(user: User) -> tuple[str, uuid.UUID] | None:
    """The system and the patient of what the user finished last."""
    row = db.session.execute(
        select(Item.system, Action.patient_id)
        .join(Item.action)
        .where(or_(Item.done_by_id == user.id, Item.entered_by_id == user.id))
        .order_by(case((Item.entered_by_id == user.id, Item.entered_at), else_=Item.done_at).desc(), Item.id.desc())
        .limit(1)
    ).first()
    return (row.system, row.patient_id) if row else None
