"""The demo's lists of patients: wards by bed, clinics by time, a stranger identified, somebody moved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tracker.demo.patients import number
from tracker.demo.scene import Scene
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import Unit, UnitKind
from tracker.queries.patient import find_patients
from tracker.queries.patient_move import actions_to_move
from tracker.queries.placement import placements_in
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import link_patient
from tracker.services.patient_move import move_patient
from tracker.services.placement import Spot, place_patient

_CLINICIANS = {"ORT-G": "Mikael Sund", "HC-G": "Anders Viklund", "HC-B": "Anders Viklund", "HC-H": "Fatima Demir"}
_IDENTIFIED = PatientEntry(identity=number(date(1999, 2, 14), 238), name="Sanna Risberg")
"""Who the unknown woman of the emergency department turned out to be."""


def place_patients(scene: Scene) -> None:
    """Put every patient of the demo on the list of the unit that cares for them. The caller commits."""
    beds: dict[str, int] = {}
    for patient in scene.patients:
        unit = scene.units[patient.units[0]]
        actor = scene.workers("nurse", unit) or [scene.manager_of(unit)]
        place = beds[unit.code] = beds.get(unit.code, 0) + 1
        with scene.ago(hours=30 - place % 20):
            place_patient(patient.entry, _spot(scene, unit, place), unit, actor=actor[0])
    with scene.ago(minutes=40):
        _identify(scene)
    with scene.ago(minutes=20):
        _move(scene)
    db.session.flush()


def _move(scene: Scene) -> None:
    """Somebody with work left goes from the emergency department up to the ward, follow-ups and all."""
    emergency, ward = scene.units["AKM-G"], scene.units["AVD-10"]
    for placement in placements_in(emergency.id):
        known = placement.patient.identity_kind is IdentityKind.PERSONNUMMER
        if known and actions_to_move(placement.patient_id, emergency.id):
            nurse = scene.users["ssk.akut"]
            move_patient(placement.patient, emergency, ward, bed="6:1", note="Uppflyttad för observation.", actor=nurse)
            return


def _spot(scene: Scene, unit: Unit, place: int) -> Spot:
    if unit.kind is UnitKind.WARD:
        return Spot(bed=f"{(place + 1) // 2}:{2 - place % 2}")
    if unit.kind in (UnitKind.EMERGENCY, UnitKind.SURGERY):
        return Spot(bed=str(place))
    day = scene.now.astimezone(scene.zone).date()
    start = datetime.combine(day, time(8, 0), scene.zone) + timedelta(minutes=20 * (place - 1))
    return Spot(booked_at=start, clinician=_CLINICIANS.get(unit.code, ""))


def _identify(scene: Scene) -> None:
    unit = scene.units["AKM-G"]
    nurse = scene.users["ssk.akut"]
    unknown = next(
        (
            patient
            for patient in find_patients(frozenset({unit.id}), "Okänd kvinna 1")
            if patient.identity_kind is IdentityKind.UNKNOWN
        ),
        None,
    )
    if unknown is not None:
        link_patient(unknown, _IDENTIFIED, "Identifierad av syster, körkort uppvisat.", unit, actor=nurse)
