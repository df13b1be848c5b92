"""What has changed since a page was read: told from the history's end, without building the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import ChainHead, Event, Item, ItemState, SystemOutage, User

_ACCOUNTS = ("user_account", "one_time_link", "api_token", "login_session")
"""Subjects of changes that no list of work shows."""
_TOLD = 200
"""So many changes at most are told in words; more than that is read in the list itself."""


@dataclass(frozen=True)
class Point:
    """A point in the history, and when it was looked at."""

    length: int
    end: str
    at: datetime


@dataclass(frozen=True)
class Happening:
    """Somebody did something to an item or its action."""

    item_id: int
    verb: str
    who: str
    at: datetime


def point_now() -> Point:
    """One indexed row: it changes with every write anywhere."""
    length, digest = db.session.execute(select(ChainHead.length, ChainHead.hash)).one()
    return Point(length, digest[:8], utcnow())


def changed_between(user: User, seen: Point, now: Point) -> bool:
    """Whether something changed that the user's pages may show."""
    if (seen.length, seen.end) != (now.length, now.end):
        if now.length <= seen.length:
            return True  # another history than the one that was seen
        if db.session.scalar(select(Event.id).where(*_since(user, seen.length)).limit(1)):
            return True
    return _time_changed_something(seen.at, now.at)


def happenings(user: User, length: int) -> Sequence[Happening]:
    """What was done to items since the history had that length, in order."""
    rows = db.session.execute(
        select(Event.subject_type, Event.subject_id, Event.verb, Event.actor_name, Event.at)
        .where(*_since(user, length), Event.subject_type == Item.__tablename__, Event.verb != "begun")
        .order_by(Event.id.desc())
        .limit(_TOLD)
    ).all()
    return [Happening(int(row.subject_id), row.verb, row.actor_name, row.at) for row in reversed(rows)]


def _since(user: User, length: int) -> list[ColumnElement[bool]]:
    mine: ColumnElement[bool] = true()
    if not user.is_region_wide:
        mine = or_(Event.unit_id.in_(user.unit_ids), Event.unit_id.is_(None))
    return [Event.id > length, mine, Event.subject_type.not_in(_ACCOUNTS)]


def _time_changed_something(since: datetime, until: datetime) -> bool:
    """A claim ran out, or a system went down or came back at a time told beforehand: nobody writes that."""
    ran_out = select(Item.id).where(
        Item.state == ItemState.CLAIMED, Item.claimed_until > since, Item.claimed_until <= until
    )
    came = select(SystemOutage.id).where(
        or_(
            and_(SystemOutage.down_at > since, SystemOutage.down_at <= until),
            and_(SystemOutage.restored_at > since, SystemOutage.restored_at <= until),
        )
    )
    return any(db.session.scalar(query.limit(1)) for query in (ran_out, came))
