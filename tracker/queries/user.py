"""Users, their colleagues, and those who log in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Event, Membership, User


def all_users() -> Sequence[User]:
    return db.session.scalars(select(User).order_by(User.name)).all()


def find_user(login: str) -> User | None:
    return db.session.scalars(select(User).where(User.login == login.strip().lower())).one_or_none()


def get_user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(_l("There is no such user."))
    return user


def count_users() -> int:
    return db.session.scalar(select(func.count(User.id))) or 0


def colleagues_in(unit_id: int) -> Sequence[User]:
    """The active users who work in a unit, by name."""
    return db.session.scalars(
        select(User)
        .join(User.memberships)
        .where(Membership.unit_id == unit_id, Membership.works, User.active)
        .order_by(User.name)
    ).all()


def latest_events(limit: int, before: int | None = None) -> Sequence[Event]:
    query = select(Event).order_by(Event.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Event.id < before)
    return db.session.scalars(query).all()
