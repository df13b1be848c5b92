"""The history of every change, and the log of who has seen which patient."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.models import Access, Action, ChainHead, Event, Item, Membership, Outage, Unit, User

COMMAND_LINE = -1
"""Stands for the command line among the actors to choose from."""
CHANGES = ("created", "changed", "local-routine-set")
LOG_READING = "history.accesses"
"""The page that shows the access log: reading it is an access too."""


@dataclass(frozen=True)
class EventFilter:
    unit_ids: frozenset[int] | None = None
    """None: every unit, and what belongs to no unit."""
    outage_id: int | None = None
    actor_id: int | None = None
    verb: str = ""
    before: int | None = None
    """Lines before this number."""


@dataclass(frozen=True)
class AccessFilter:
    unit_ids: frozenset[int]
    user_id: int | None = None
    patient_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    log_reading: bool = False
    """Also those who read this log."""
    before: int | None = None


def find_events(chosen: EventFilter, limit: int) -> Sequence[Event]:
    """The latest lines first."""
    query = select(Event).order_by(Event.id.desc()).limit(limit)
    if chosen.unit_ids is not None:
        query = query.where(Event.unit_id.in_(chosen.unit_ids))
    if chosen.outage_id is not None:
        query = query.where(Event.outage_id == chosen.outage_id)
    if chosen.actor_id == COMMAND_LINE:
        query = query.where(Event.actor_id.is_(None))
    elif chosen.actor_id is not None:
        query = query.where(Event.actor_id == chosen.actor_id)
    if chosen.verb:
        query = query.where(Event.verb == chosen.verb)
    if chosen.before is not None:
        query = query.where(Event.id < chosen.before)
    return db.session.scalars(query).all()


def last_change(subject: User | Unit) -> Event | None:
    """The latest change of a user's or a unit's settings."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.subject_type == subject.__tablename__,
            Event.subject_id == str(subject.id),
            Event.verb.in_(CHANGES),
        )
        .order_by(Event.id.desc())
        .limit(1)
    ).one_or_none()


def actions_by_id(ids: Iterable[str]) -> dict[str, Action]:
    found = db.session.scalars(select(Action).where(Action.id.in_([uuid.UUID(text) for text in ids])))
    return {str(action.id): action for action in found}


def items_by_id(ids: Iterable[str]) -> dict[str, Item]:
    found = db.session.scalars(
        select(Item).where(Item.id.in_([int(text) for text in ids])).options(joinedload(Item.action))
    )
    return {str(item.id): item for item in found}


def users_by_id(ids: Iterable[str]) -> dict[str, User]:
    found = db.session.scalars(select(User).where(User.id.in_([int(text) for text in ids])))
    return {str(user.id): user for user in found}


def actors(unit_ids: frozenset[int] | None) -> Sequence[User]:
    """Who can have changed something there, by name."""
    query = select(User).order_by(User.name)
    if unit_ids is not None:
        query = query.where(User.memberships.any(Membership.unit_id.in_(unit_ids)))
    return db.session.scalars(query).all()


def find_accesses(chosen: AccessFilter, limit: int) -> Sequence[Access]:
    """The latest first: those made from these units, and those from no unit of patients who were treated there."""
    treated = (
        select(Action.id)
        .where(
            Action.patient_id == Access.patient_id,
            or_(Action.unit_id.in_(chosen.unit_ids), Action.done_in_id.in_(chosen.unit_ids)),
        )
        .exists()
    )
    query = (
        select(Access)
        .where(or_(Access.unit_id.in_(chosen.unit_ids), Access.unit_id.is_(None) & treated))
        .options(joinedload(Access.user), joinedload(Access.patient), joinedload(Access.unit))
        .order_by(Access.id.desc())
        .limit(limit)
    )
    if chosen.user_id is not None:
        query = query.where(Access.user_id == chosen.user_id)
    if chosen.patient_id is not None:
        query = query.where(Access.patient_id == chosen.patient_id)
    if chosen.since is not None:
        query = query.where(Access.at >= chosen.since)
    if chosen.until is not None:
        query = query.where(Access.at < chosen.until)
    if not chosen.log_reading:
        query = query.where(Access.doing != LOG_READING)
    if chosen.before is not None:
        query = query.where(Access.id < chosen.before)
    return db.session.scalars(query).all()


def history_head() -> tuple[int, str]:
    """How many lines the history has, and the hash of the last: printed on lists, so that a later change shows."""
    head = db.session.scalars(select(ChainHead)).one()
    return head.length, head.hash


def units_by_number(ids: Iterable[int]) -> dict[int | None, Unit]:
    return {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_(ids)))}


def outages_by_id(ids: Iterable[int]) -> dict[int | None, Outage]:
    return {outage.id: outage for outage in db.session.scalars(select(Outage).where(Outage.id.in_(ids)))}
