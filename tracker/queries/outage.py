"""Outages, and which systems are down now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Event, Outage, OutageUnit, SignOff, SystemOutage, User


def get_outage(outage_id: int) -> Outage:
    outage = db.session.get(Outage, outage_id)
    if outage is None:
        raise NotFound(_l("There is no such outage."))
    return outage


def outages_for(user: User) -> Sequence[Outage]:
    """Every outage the user may see, the latest first: all for region-wide roles, else those of their units."""
    query = select(Outage).order_by(Outage.id.desc())
    if not user.is_region_wide:
        query = query.where(Outage.concerned.any(OutageUnit.unit_id.in_(user.unit_ids)))
    return db.session.scalars(query).all()


def all_outages() -> Sequence[Outage]:
    return db.session.scalars(select(Outage).order_by(Outage.id.desc())).all()


def systems_down(drill: bool, at: datetime | None = None) -> tuple[str, ...]:
    """The systems that are down: some outage with the same drill flag has them started and not restored."""
    return down_in_both(at)[drill]


def down_in_both(at: datetime | None = None) -> dict[bool, tuple[str, ...]]:
    """The systems that are down for real (False) and in a drill (True), the longest first."""
    now = at or utcnow()
    query = (
        select(Outage.drill, SystemOutage.system)
        .join_from(SystemOutage, Outage)
        .where(
            Outage.cancelled_at.is_(None),
            SystemOutage.down_at <= now,
            or_(SystemOutage.restored_at.is_(None), SystemOutage.restored_at > now),
        )
        .order_by(SystemOutage.down_at)
    )
    rows = db.session.execute(query).all()
    return {drill: tuple(dict.fromkeys(row.system for row in rows if row.drill is drill)) for drill in (False, True)}


def stretches_down(at: datetime | None = None) -> Sequence[SystemOutage]:
    """Every stretch that is going on now, drills included, the longest first."""
    now = at or utcnow()
    query = (
        select(SystemOutage)
        .options(joinedload(SystemOutage.outage))
        .where(
            SystemOutage.outage.has(Outage.cancelled_at.is_(None)),
            SystemOutage.down_at <= now,
            or_(SystemOutage.restored_at.is_(None), SystemOutage.restored_at > now),
        )
        .order_by(SystemOutage.down_at)
    )
    return db.session.scalars(query).all()


def current_sign_off(outage_id: int, unit_id: int) -> SignOff | None:
    return db.session.scalars(
        select(SignOff).where(SignOff.outage_id == outage_id, SignOff.unit_id == unit_id, SignOff.reopened_at.is_(None))
    ).one_or_none()


def open_outages_of(unit_id: int) -> Sequence[Outage]:
    """The outages that concern a unit and are not signed off by it, the latest first."""
    signed = select(SignOff.outage_id).where(SignOff.unit_id == unit_id, SignOff.reopened_at.is_(None))
    return db.session.scalars(
        select(Outage)
        .where(
            Outage.concerned.any(OutageUnit.unit_id == unit_id), Outage.id.not_in(signed), Outage.cancelled_at.is_(None)
        )
        .order_by(Outage.drill, Outage.id.desc())
    ).all()


def outage_seen_by(user: User, outage_id: int) -> Outage:
    """One outage; for those without a region-wide role only if it concerns one of their units."""
    outage = get_outage(outage_id)
    if not user.is_region_wide and outage.unit_ids.isdisjoint(user.unit_ids):
        raise NotFound(_l("There is no such outage."))
    return outage


def current_outages(user: User) -> Sequence[Outage]:
    """What is not over for the user: a system is down or about to be, or a unit of theirs has not signed off.

    Real outages come before drills, what has begun before what is planned, what is down before what is back.
    """
    found = db.session.scalars(
        select(Outage).where(*_visible_to(user), ~_is_over(user)).order_by(Outage.id.desc())
    ).all()
    now = utcnow()
    return sorted(found, key=lambda outage: (outage.drill, outage.began_at > now, not outage.systems_down(now)))


def past_outages(user: User, *, page: int, per_page: int) -> tuple[Sequence[Outage], int]:
    """One page of the outages that are over, the latest first, and how many there are."""
    conditions = [*_visible_to(user), _is_over(user)]
    total = db.session.scalar(select(func.count(Outage.id)).where(*conditions)) or 0
    found = db.session.scalars(
        select(Outage).where(*conditions).order_by(Outage.id.desc()).limit(per_page).offset((page - 1) * per_page)
    ).all()
    return found, total


def _visible_to(user: User) -> list[ColumnElement[bool]]:
    return [] if user.is_region_wide else [Outage.concerned.any(OutageUnit.unit_id.in_(user.unit_ids))]


def _is_over(user: User) -> ColumnElement[bool]:
    signed = (
        select(SignOff.id)
        .where(
            SignOff.outage_id == OutageUnit.outage_id,
            SignOff.unit_id == OutageUnit.unit_id,
            SignOff.reopened_at.is_(None),
        )
        .correlate(OutageUnit)
        .exists()
    )
    pending = [~signed] if user.is_region_wide else [~signed, OutageUnit.unit_id.in_(user.unit_ids)]
    done = ~Outage.systems.any(SystemOutage.restored_at.is_(None)) & ~Outage.concerned.any(and_(*pending))
    return or_(Outage.cancelled_at.is_not(None), done)


def events_of_outage(outage: Outage) -> Sequence[Event]:
    """What was declared, restored and corrected, in order."""
    return db.session.scalars(
        select(Event)
        .where(Event.subject_type == "outage", Event.subject_id == str(outage.id), Event.outage_id == outage.id)
        .order_by(Event.id)
    ).all()
