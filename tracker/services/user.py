"""Accounts: who there is, with which role, working in and managing which units."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.errors import Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Membership, Role, Unit, User
from tracker.queries.user import find_user
from tracker.services.event import Actor, record_event
from tracker.services.login import end_sessions

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}", re.ASCII)


@dataclass(frozen=True)
class UserEntry:
    """An account as an administrator writes it; units by code."""

    login: str
    name: str
    role: Role
    units: Sequence[str] = ()
    manages: Sequence[str] = ()


def create_user(entry: UserEntry, *, actor: Actor) -> User:
    """A new account, without a password: give it one by a one-time link."""
    login = entry.login.strip().lower()
    faults = user_faults(entry, login, _known_units(entry))
    if not faults and find_user(login):
        faults["/login"] = _l("There is a user with that name already.")
    if faults:
        raise Invalid(faults)
    user = User(login=login, name=entry.name.strip(), role=entry.role, active=True, failed_logins=0)
    db.session.add(user)
    _set_memberships(user, entry)
    db.session.flush()
    record_event("created", user, actor=actor, after=_describe(user))
    return user


def change_user(user: User, entry: UserEntry, active: bool, *, actor: Actor) -> None:
    """Change name, role, units or whether the account is open. Closing it ends its sessions."""
    faults = user_faults(entry, user.login, _known_units(entry))
    stays = active and entry.role is Role.ADMINISTRATOR
    if user.role is Role.ADMINISTRATOR and user.active and not stays and _is_last_administrator(user):
        faults["/role" if active else "/active"] = _l("This is the only administrator. Create another one first.")
    if faults:
        raise Invalid(faults)
    before = _describe(user)
    user.name, user.role, user.active = entry.name.strip(), entry.role, active
    _set_memberships(user, entry)
    db.session.flush()
    if not active:
        end_sessions(user)
    if _describe(user) != before:
        record_event("changed", user, actor=actor, before=before, after=_describe(user))


def choose_language(user: User, language: str) -> None:
    user.language = language


def user_faults(entry: UserEntry, login: str, known_units: Container[str]) -> dict[str, object]:
    """What is wrong with an account as it is written; units are checked against the codes in `known_units`."""
    faults: dict[str, object] = {}
    if not _LOGIN.fullmatch(login):
        faults["/login"] = _l("Use 2 to 60 small letters a-z, digits, dots, hyphens or underscores.")
    if not entry.name.strip() or len(entry.name) > 120:
        faults["/name"] = _l("Enter the person's name, at most 120 characters.")
    for pointer, codes in (("/units", entry.units), ("/manages", entry.manages)):
        missing = [code for code in codes if code not in known_units]
        if missing:
            faults[pointer] = _l("There is no unit %(codes)s.", codes=", ".join(missing))
    return faults


def _known_units(entry: UserEntry) -> set[str]:
    return set(db.session.scalars(select(Unit.code).where(Unit.code.in_([*entry.units, *entry.manages]))))


def _set_memberships(user: User, entry: UserEntry) -> None:
    wanted = {code: (code in entry.units, code in entry.manages) for code in {*entry.units, *entry.manages}}
    for membership in list(user.memberships):
        if membership.unit.code not in wanted:
            user.memberships.remove(membership)
    existing = {membership.unit.code: membership for membership in user.memberships}
    units = {unit.code: unit for unit in db.session.scalars(select(Unit).where(Unit.code.in_(wanted)))}
    for code, (works, manages) in sorted(wanted.items()):
        if code in existing:
            existing[code].works, existing[code].manages = works, manages
        else:
            user.memberships.append(Membership(unit=units[code], unit_id=units[code].id, works=works, manages=manages))


def _is_last_administrator(user: User) -> bool:
    others = select(User.id).where(User.role == Role.ADMINISTRATOR, User.active, User.id != user.id)
    return db.session.scalars(others.limit(1)).one_or_none() is None


def _describe(user: User) -> dict[str, object]:
    return {
        "login": user.login,
        "name": user.name,
        "role": user.role,
        "active": user.active,
        "units": sorted(membership.unit.code for membership in user.memberships if membership.works),
        "manages": sorted(membership.unit.code for membership in user.memberships if membership.manages),
    }
