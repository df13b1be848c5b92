"""The unit's patients: the list, one more on it, who somebody is, to another unit."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import StringConstraints

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_settings, db
from tracker.guard import current_unit, current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.models import Patient, Placement, Unit
from tracker.permissions import Permission, requires, sees_unit
from tracker.queries.patient import get_patient_of
from tracker.queries.patient_doubt import link_doubts
from tracker.queries.patient_link import unsettled_among
from tracker.queries.placement import PatientCounts, counts_in, placements_in
from tracker.queries.unit import find_unit, get_unit
from tracker.services.patient import check_identity
from tracker.services.patient_link import link_patient, settle_patient
from tracker.services.patient_move import move_patient
from tracker.services.placement import Spot, place_patient
from tracker.views.api.entry import Name, PatientBody
from tracker.views.api.parse import MAX_REASON, Body, Moment, read, stamp
from tracker.views.api.written import describe_patient
from tracker.views.patient_place import working_unit

blueprint = Blueprint("patient", __name__)
PATH = "/patients/<uuid:patient_id>"


class PlaceBody(Body):
    unit: str
    patient: PatientBody
    bed: str | None = None
    booked_at: Moment | None = None
    clinician: str | None = None


class LinkBody(Body):
    """`identity`, or `no_other` for somebody who has none but this one."""

    reason: Annotated[str, StringConstraints(max_length=MAX_REASON)]
    identity: str | None = None
    name: Name | None = None
    no_other: bool = False
    agreed: bool = False
    """Linked although something speaks against it; without it that is answered with 409."""


class MoveBody(Body):
    from_unit: str
    to: str
    bed: str | None = None
    note: Annotated[str, StringConstraints(max_length=MAX_REASON)] | None = None


@blueprint.get("/patients")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """The unit's list, by bed and by time."""
    unit = _unit_asked()
    placements = placements_in(unit.id)
    patients = {one.patient_id: one.patient for one in placements}
    counts, unsettled = counts_in(unit.id, patients), unsettled_among(patients.values())
    saw_patients(patients, unit.id)
    return jsonify(
        unit=unit.code,
        patients=[_describe(one, counts[one.patient_id], one.patient_id in unsettled) for one in placements],
    )


@blueprint.post("/patients")
@requires(Permission.ACTION_LOG)
def place() -> ResponseReturnValue:
    """One more on the list: 201, or 200 if exactly that stands there already."""
    body = read(PlaceBody)
    unit = find_unit(body.unit)
    if unit is None:
        raise Invalid({"/unit": _l("There is no such unit.")})
    spot = Spot(body.bed or "", body.booked_at, body.clinician or "")
    placed = place_patient(body.patient.entry, spot, unit, actor=current_user())
    patient = placed.placement.patient
    saw_patients([patient.id], unit.id)
    counts = counts_in(unit.id, [patient.id])[patient.id]
    answer = _describe(placed.placement, counts, patient.id in unsettled_among([patient]))
    return jsonify(answer), 201 if placed.created else 200


@blueprint.post(f"{PATH}/link")
@requires(Permission.ACTION_LOG)
def link(patient_id: uuid.UUID) -> ResponseReturnValue:
    """Say who the patient is. What speaks against it answers 409 until it is agreed to."""
    body = read(LinkBody)
    user = current_user()
    patient = get_patient_of(patient_id, user.unit_ids)
    unit = working_unit(patient)
    if body.no_other:
        settle_patient(patient, body.reason, unit, actor=user)
        return _linked(patient, None, 0)
    entry = PatientBody(identity=body.identity, name=body.name).entry
    doubts = link_doubts(patient, check_identity(entry), entry.name, current_settings().duplicate_hours)
    if doubts and not body.agreed:
        raise Conflict(_l("Something speaks against it: look at both patients, and send it again as agreed."))
    done = link_patient(patient, entry, body.reason, unit, actor=user)
    return _linked(patient, done.link.to, len(done.actions))


@blueprint.post(f"{PATH}/move")
@requires(Permission.ACTION_LOG)
def move(patient_id: uuid.UUID) -> ResponseReturnValue:
    """To another unit, with every action that has something left to do."""
    body = read(MoveBody)
    user = current_user()
    patient = get_patient_of(patient_id, user.unit_ids)
    from_unit, to_unit = find_unit(body.from_unit), find_unit(body.to)
    faults = {
        pointer: _l("There is no such unit.")
        for pointer, unit in (("/from_unit", from_unit), ("/to", to_unit))
        if unit is None
    }
    if from_unit is None or to_unit is None:
        raise Invalid(faults)
    done = move_patient(patient, from_unit, to_unit, bed=body.bed or "", note=body.note or "", actor=user)
    saw_patients([patient.id], from_unit.id if sees_unit(user, from_unit.id) else to_unit.id)
    return jsonify(
        patient=str(patient.id),
        from_unit=from_unit.code,
        to=to_unit.code,
        actions=[str(action.id) for action in done.actions],
    )


def _linked(patient: Patient, to: Patient | None, actions: int) -> ResponseReturnValue:
    db.session.flush()
    saw_patients([patient.id, *([to.id] if to else [])])
    return jsonify(patient=describe_patient(patient), linked_to=describe_patient(to) if to else None, actions=actions)


def _unit_asked() -> Unit:
    code = request.args.get("unit", "")
    chosen = current_unit()
    if not code and chosen is not None:
        return chosen
    unit = get_unit(code)
    if not sees_unit(current_user(), unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    return unit


def _describe(placement: Placement, counts: PatientCounts, is_unsettled: bool) -> dict[str, Any]:
    return {
        "placement": placement.id,
        **describe_patient(placement.patient),
        "bed": placement.bed,
        "booked_at": stamp(placement.booked_at),
        "clinician": placement.clinician,
        "actions": counts.actions,
        "unfinished_items": counts.unfinished_items,
        "to_be_identified": is_unsettled,
    }
