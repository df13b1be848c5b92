"""Putting a patient on the unit's list, changing bed or time, taking off and putting back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Patient, Placement, Unit, User
from tracker.permissions import sees_unit
from tracker.queries.outage import open_outages_of
from tracker.queries.patient_link import link_of, right_identity
from tracker.queries.patient_move import moves_of
from tracker.queries.placement import bed_of, booking_of
from tracker.services.event import record_event
from tracker.services.patient import PatientEntry, known_patient, label_scope, register_patient

MAX_BED = 20
MAX_CLINICIAN = 120


@dataclass(frozen=True)
class Spot:
    """Where on the list: in a bed, or booked at a time with somebody."""

    bed: str = ""
    booked_at: datetime | None = None
    clinician: str = ""


@dataclass(frozen=True)
class Placed:
    placement: Placement
    created: bool
    """False: exactly this stood on the list already."""


def place_patient(entry: PatientEntry, spot: Spot, unit: Unit, *, actor: User) -> Placed:
    """Put a patient on the unit's list; no outage is needed.

    The same again (a double click, a list read twice) changes nothing. A patient who is in another bed raises
    Conflict. Raises Invalid with a pointer to everything that is wrong.
    """
    _check_unit(unit, actor)
    faults: dict[str, object] = dict(spot_faults(spot))
    patient = None
    try:
        patient = _find(entry, unit, actor)
        _check_label(patient, unit)
        patient = right_identity(patient)
    except Invalid as error:
        faults |= error.faults
    if faults or patient is None:
        raise Invalid(faults)
    spot = _tidy(spot)
    standing = _standing(patient, unit, spot)
    if standing is None:
        return Placed(_begin(patient, spot, unit, actor), created=True)
    if _spot_of(standing) != spot:
        raise Conflict(_already(standing))
    return Placed(standing, created=False)


def change_placement(placement: Placement, spot: Spot, *, actor: User) -> bool:
    """Another bed, time or clinician; False if it stands so already."""
    _check_unit(placement.unit, actor)
    _check_there(placement)
    if faults := spot_faults(spot):
        raise Invalid(faults)
    spot = _tidy(spot)
    if _spot_of(placement) == spot:
        return False
    other = _standing(placement.patient, placement.unit, spot)
    if other is not None and other.id != placement.id:
        raise Conflict(_already(other))
    before = _describe(placement)
    placement.bed, placement.booked_at, placement.clinician = spot.bed, spot.booked_at, spot.clinician
    db.session.flush()
    record_event(
        "changed",
        placement,
        actor=actor,
        before=before,
        after=_describe(placement),
        unit_id=placement.unit_id,
    )
    return True


def end_placement(placement: Placement, *, actor: User) -> None:
    """The patient has left. What was logged stays, and is worked down as before."""
    _check_unit(placement.unit, actor)
    _check_there(placement)
    finish_placement(placement, actor=actor)


def put_back(placement: Placement, *, actor: User) -> Placement:
    """Taken off by mistake: on the list again, as before."""
    _check_unit(placement.unit, actor)
    if placement.ended_at is None:
        raise Conflict(_l("The patient is on the list already."))
    spot = _spot_of(placement)
    patient = right_identity(placement.patient)
    standing = _standing(patient, placement.unit, spot)
    if standing is not None:
        raise Conflict(_already(standing))
    return _begin(patient, spot, placement.unit, actor)


def finish_placement(placement: Placement, *, actor: User) -> None:
    """End it, for whoever has checked that it may be."""
    placement.ended_at, placement.ended_by_id = utcnow(), actor.id
    record_event("left", placement, actor=actor, before=_describe(placement), unit_id=placement.unit_id)


def stand_in(patient: Patient, spot: Spot, unit: Unit, *, actor: User) -> Placement:
    """See that the patient is on the list of a unit, for a move or a link: nobody is placed twice."""
    standing = _standing(patient, unit, spot)
    return standing if standing is not None else _begin(patient, spot, unit, actor)


def spot_faults(spot: Spot) -> dict[str, object]:
    faults: dict[str, object] = {}
    if len(spot.bed.strip()) > MAX_BED:
        faults["/bed"] = _l("The bed is too long: at most 20 characters.")
    if len(spot.clinician.strip()) > MAX_CLINICIAN:
        faults["/clinician"] = _l("The name is too long: at most 120 characters.")
    return faults


def _find(entry: PatientEntry, unit: Unit, actor: User) -> Patient:
    if entry.id is not None:
        return known_patient(entry.id, actor)
    outages = open_outages_of(unit.id)
    # A label is valid in the outage in which it will be logged; without one, for as long as it stands on the list.
    scope = label_scope(outages[0], unit) if outages else f"{unit.id}:{uuid.uuid4().hex[:12]}"
    return register_patient(entry, scope, unit, actor=actor)


def _check_label(patient: Patient, unit: Unit) -> None:
    """A label once used for somebody who is known by now, or moved on, would put that person on the list."""
    if not patient.is_unknown:
        return
    gone = link_of(patient.id) is not None or any(move.from_unit_id == unit.id for move in moves_of(patient.id))
    if gone and bed_of(patient.id, unit.id) is None:
        raise Invalid({"/patient/identity": _l("This label has been used for another patient. Choose another label.")})


def _standing(patient: Patient, unit: Unit, spot: Spot) -> Placement | None:
    if spot.booked_at is None:
        return bed_of(patient.id, unit.id)
    return booking_of(patient.id, unit.id, spot.booked_at)


def _begin(patient: Patient, spot: Spot, unit: Unit, actor: User) -> Placement:
    placement = Placement(
        patient=patient,
        unit=unit,
        bed=spot.bed,
        booked_at=spot.booked_at,
        clinician=spot.clinician,
        placed_at=utcnow(),
        placed_by=actor,
    )
    db.session.add(placement)
    db.session.flush()
    record_event("placed", placement, actor=actor, after=_describe(placement), unit_id=unit.id)
    return placement


def _already(standing: Placement) -> Any:
    if standing.booked_at is not None:
        return _l("The patient is booked at that time already. Change that line instead.")
    if standing.bed:
        return _l("The patient is on the list already, in bed %(bed)s. Change the bed there.", bed=standing.bed)
    return _l("The patient is on the list already, without a bed. Enter the bed there.")


def _check_unit(unit: Unit, actor: User) -> None:
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))


def _check_there(placement: Placement) -> None:
    if placement.ended_at is not None:
        who = placement.ended_by.name if placement.ended_by else ""
        raise Conflict(_l("%(name)s has taken the patient off the list already.", name=who), holder=who)


def _tidy(spot: Spot) -> Spot:
    return Spot(" ".join(spot.bed.split()), spot.booked_at, " ".join(spot.clinician.split()))


def _spot_of(placement: Placement) -> Spot:
    return Spot(placement.bed, placement.booked_at, placement.clinician)


def _describe(placement: Placement) -> dict[str, object]:
    return {
        "patient": placement.patient_id,
        "bed": placement.bed,
        "booked_at": placement.booked_at,
        "clinician": placement.clinician,
    }
