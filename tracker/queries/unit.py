"""Units."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Membership, Unit, User


def all_units() -> Sequence[Unit]:
    return db.session.scalars(select(Unit).order_by(Unit.site, Unit.name)).all()


def active_units() -> Sequence[Unit]:
    return db.session.scalars(select(Unit).where(Unit.active).order_by(Unit.site, Unit.name)).all()


def units_by_id(unit_ids: frozenset[int]) -> Sequence[Unit]:
    return db.session.scalars(select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.site, Unit.name)).all()


def units_seen_by(user: User) -> Sequence[Unit]:
    """The units whose counts the user may see."""
    return all_units() if user.is_region_wide else units_by_id(user.unit_ids)


def get_unit(code: str) -> Unit:
    unit = find_unit(code)
    if unit is None:
        raise NotFound(_l("There is no such unit."))
    return unit


def find_unit(code: str) -> Unit | None:
    return db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()


def lock_unit(code: str) -> Unit:
    """The unit, held against other writers until the end of the request."""
    unit = db.session.scalars(
        select(Unit).where(Unit.code == code).with_for_update(of=Unit).execution_options(populate_existing=True)
    ).one_or_none()
    if unit is None:
        raise NotFound(_l("There is no such unit."))
    return unit


def people_by_unit() -> dict[int, tuple[int, list[str]]]:
    """For each unit: how many active users work there, and the names of those who manage it."""
    rows = db.session.execute(
        select(Membership.unit_id, Membership.works, Membership.manages, User.name)
        .join(Membership.user)
        .where(User.active)
        .order_by(User.name)
    )
    found: dict[int, tuple[int, list[str]]] = {}
    for unit_id, works, manages, name in rows:
        count, managers = found.get(unit_id, (0, []))
        found[unit_id] = (count + works, [*managers, name] if manages else managers)
    return found
