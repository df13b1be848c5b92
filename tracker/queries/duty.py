"""Duties of an outage."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Duty, Outage, User


def duties_of(outage: Outage, user: User) -> Sequence[Duty]:
    """The duties of the outage that concern the user: their units', and the region's for those who answer for it."""
    query = select(Duty).where(Duty.outage_id == outage.id).options(joinedload(Duty.done_by)).order_by(Duty.id)
    if not user.is_region_wide:
        query = query.where(Duty.unit_id.in_(user.unit_ids))
    return db.session.scalars(query).all()


def duties_to_tick(user: User, outage_ids: Sequence[int]) -> Sequence[Duty]:
    """The duties of these outages that are the user's to tick."""
    theirs = or_(
        Duty.unit_id.in_(user.managed_unit_ids),
        Duty.unit_id.in_(user.working_unit_ids) & Duty.role.in_(("staff", user.role.value)),
        Duty.unit_id.is_(None) & (Duty.role == user.role.value),
    )
    return db.session.scalars(
        select(Duty)
        .where(Duty.outage_id.in_(outage_ids), theirs)
        .options(joinedload(Duty.done_by), joinedload(Duty.outage))
        .order_by(Duty.id)
    ).all()


def region_duties(outage: Outage) -> Sequence[Duty]:
    """The duties that stand once for the region. Everyone may read how they stand."""
    return db.session.scalars(
        select(Duty)
        .where(Duty.outage_id == outage.id, Duty.unit_id.is_(None))
        .options(joinedload(Duty.done_by))
        .order_by(Duty.id)
    ).all()


def duty_seen_by(user: User, duty_id: int) -> Duty:
    """One duty of the user's units or of the region; any other does not exist for the reader."""
    duty = db.session.get(Duty, duty_id)
    if duty is None or not (user.is_region_wide or duty.unit_id is None or duty.unit_id in user.unit_ids):
        raise NotFound(_l("There is no such duty."))
    return duty
