"""Who is on a unit's list: in a bed or booked at a time."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import FINISHED, Action, Item, Patient, Placement

_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class PatientCounts:
    """What is logged for a patient and owned by one unit."""

    actions: int = 0
    unfinished_items: int = 0


def bed_order(bed: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Sorts beds as people count: 2 before 10, 3:2 before 3:10, no bed last."""
    parts = _PARTS.split(bed.strip().casefold())
    return not bed.strip(), [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def list_order(placement: Placement) -> tuple[object, ...]:
    """By bed, then by the time that is booked."""
    booked = placement.booked_at
    return (
        booked is not None,
        booked.isoformat() if booked else "",
        bed_order(placement.bed),
        placement.patient.name.casefold(),
        placement.id,
    )


def placements_in(unit_id: int) -> list[Placement]:
    """The unit's list now: those with a bed, by bed, then those with a time, by time."""
    found = db.session.scalars(select(Placement).where(Placement.unit_id == unit_id, Placement.ended_at.is_(None)))
    return sorted(found, key=list_order)


def placements_now(unit_id: int, day: date, zone: ZoneInfo) -> list[Placement]:
    """The same, for choosing from: beds and the bookings of that day first, those of other days last."""
    found = placements_in(unit_id)
    return sorted(found, key=lambda one: one.booked_at is not None and one.booked_at.astimezone(zone).date() != day)


def left_lately(unit_id: int, hours: int = 24, limit: int = 30) -> Sequence[Placement]:
    """Those taken off the list in the last hours, the latest first."""
    return db.session.scalars(
        select(Placement)
        .where(Placement.unit_id == unit_id, Placement.ended_at > utcnow() - timedelta(hours=hours))
        .order_by(Placement.ended_at.desc(), Placement.id.desc())
        .limit(limit)
    ).all()


def get_placement(placement_id: int, unit_ids: frozenset[int]) -> Placement:
    """One line of the list of one of these units."""
    found = db.session.scalars(
        select(Placement).where(Placement.id == placement_id, Placement.unit_id.in_(unit_ids))
    ).one_or_none()
    if found is None:
        raise NotFound(_l("There is no such patient on the lists of your units."))
    return found


def placements_of(patient_id: uuid.UUID) -> Sequence[Placement]:
    """Where the patient is on a list now, in any unit."""
    return db.session.scalars(
        select(Placement).where(Placement.patient_id == patient_id, Placement.ended_at.is_(None)).order_by(Placement.id)
    ).all()


def bed_of(patient_id: uuid.UUID, unit_id: int) -> Placement | None:
    """The patient's line in the unit that is no booking."""
    return db.session.scalars(
        select(Placement).where(
            Placement.patient_id == patient_id,
            Placement.unit_id == unit_id,
            Placement.booked_at.is_(None),
            Placement.ended_at.is_(None),
        )
    ).one_or_none()


def booking_of(patient_id: uuid.UUID, unit_id: int, booked_at: datetime) -> Placement | None:
    """The patient's line in the unit at that time."""
    return db.session.scalars(
        select(Placement)
        .where(
            Placement.patient_id == patient_id,
            Placement.unit_id == unit_id,
            Placement.booked_at == booked_at,
            Placement.ended_at.is_(None),
        )
        .limit(1)
    ).one_or_none()


def placed_label(label: str, unit_id: int) -> Patient | None:
    """The unknown patient who is on the unit's list under that label, wherever the label was first used."""
    return db.session.scalars(
        select(Patient)
        .join(Placement, Placement.patient_id == Patient.id)
        .where(
            Placement.unit_id == unit_id,
            Placement.ended_at.is_(None),
            Patient.identity_kind == "unknown",
            func.lower(Patient.identity) == label.lower(),
        )
        .limit(1)
    ).one_or_none()


def counts_in(unit_id: int, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PatientCounts]:
    """For each patient what the unit owns: actions that are not voided, and items not finished."""
    wanted = list(patient_ids)
    actions = db.session.execute(
        select(Action.patient_id, func.count())
        .where(Action.unit_id == unit_id, Action.patient_id.in_(wanted), Action.voided_at.is_(None))
        .group_by(Action.patient_id)
    ).all()
    items = db.session.execute(
        select(Action.patient_id, func.count(Item.id))
        .join(Item.action)
        .where(Action.unit_id == unit_id, Action.patient_id.in_(wanted), Item.state.not_in(FINISHED))
        .group_by(Action.patient_id)
    ).all()
    logged, left = {row[0]: row[1] for row in actions}, {row[0]: row[1] for row in items}
    return {one: PatientCounts(logged.get(one, 0), left.get(one, 0)) for one in wanted}
