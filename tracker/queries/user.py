"""Users, their colleagues, and those who log in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import LoginSession, Membership, User


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


@dataclass(frozen=True)
class UserFilter:
    search: str = ""
    """Parts of the name or the user name, in any order."""
    unit_id: int | None = None
    role: str = ""
    status: str = ""
    """`` all in use, `new` no password yet, `locked`, `inactive`, `all`."""


def find_users(chosen: UserFilter, *, page: int, per_page: int) -> tuple[Sequence[User], int]:
    """One page of accounts by name, and how many there are."""
    ids = [user_id for user_id, words in _matching(chosen) if all(part in words for part in _parts(chosen.search))]
    shown = ids[(page - 1) * per_page : page * per_page]
    users = db.session.scalars(select(User).where(User.id.in_(shown)).order_by(User.name, User.id)).all()
    return users, len(ids)


def lock_user(user_id: int) -> User:
    """The account, held against other writers until the end of the request."""
    user = db.session.scalars(
        select(User).where(User.id == user_id).with_for_update(of=User).execution_options(populate_existing=True)
    ).one_or_none()
    if user is None:
        raise NotFound(_l("There is no such user."))
    return user


def last_seen(user_id: int) -> datetime | None:
    """When the user was last there, as far as open sessions tell."""
    return db.session.scalar(select(func.max(LoginSession.last_seen_at)).where(LoginSession.user_id == user_id))


def _matching(chosen: UserFilter) -> Iterator[tuple[int, str]]:
    query = select(User.id, User.name, User.login).order_by(User.name, User.id)
    match chosen.status:
        case "new":
            query = query.where(User.active, User.password_hash.is_(None))
        case "locked":
            query = query.where(User.active, User.locked_until > utcnow())
        case "inactive":
            query = query.where(User.active.is_(False))
        case "all":
            pass
        case _:
            query = query.where(User.active)
    if chosen.role == "unit_manager":
        query = query.where(User.memberships.any(Membership.manages))
    elif chosen.role:
        query = query.where(User.role == chosen.role)
    if chosen.unit_id is not None:
        query = query.where(User.memberships.any(Membership.unit_id == chosen.unit_id))
    for user_id, name, login in db.session.execute(query):
        yield user_id, f"{name} {login}".casefold()  # in Python: SQLite folds the case of a-z only


def _parts(search: str) -> list[str]:
    return search.casefold().split()
