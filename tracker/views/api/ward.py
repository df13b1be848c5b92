"""The bundle: all that the ward application needs to work in one unit and outage, also without the server."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import current_routine, current_settings, db, sealing_keys, tickets
from tracker.guard import begin_writing, current_session, current_unit, current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.models import Device, FactKind, Outage, Patient, Placement, Unit, User
from tracker.permissions import Permission, requires
from tracker.queries.action import patients_of
from tracker.queries.device import find_device
from tracker.queries.outage import open_outages_of, outage_seen_by, systems_down
from tracker.queries.placement import placements_in
from tracker.queries.routine import kinds_offered, routine_of
from tracker.queries.unit import find_unit, units_by_id
from tracker.queries.user import colleagues_in
from tracker.queries.ward import latest_handouts, subjects_by_kind, visits_logged
from tracker.routine.spec import PERFORMER_ROLES
from tracker.sealing import Ticket
from tracker.services.device import note_bundle
from tracker.views.action_place import Place, likeliest, outage_choice
from tracker.views.api.parse import row_id, stamp
from tracker.views.api.written import describe_patient
from tracker.views.door import concerned_systems
from tracker.views.ward import owner_mark

blueprint = Blueprint("ward", __name__)


@blueprint.get("/ward")
@requires(Permission.ACTION_LOG)
def bundle() -> ResponseReturnValue:
    """The bundle of `unit` (code) and `outage` (id), both optional: the ones the user works in now."""
    user = current_user()
    unit = _chosen_unit()
    outage = _chosen_outage(unit) if unit else None
    device = _device()
    until = _until()
    content = {
        **_user_part(user, device, until),
        **_place_part(user, unit, outage),
        **(_content_part(unit, outage) if unit else _nothing()),
        "at": stamp(utcnow()),
    }
    answer = jsonify(content)
    if unit and device:
        _note(device.id, unit.id, until)
    return answer


def _user_part(user: User, device: Device | None, until: datetime) -> dict[str, Any]:
    session = current_session()
    ticket = Ticket(user.id, device.id if device else None, session.id if session else None, until)
    return {
        "user": {"login": user.login, "name": user.name, "role": user.role.value},
        "owner": owner_mark(user),
        "roles": [{"id": role, "label": labels.role(role)} for role in PERFORMER_ROLES],
        "seal": sealing_keys().seal,
        "ticket": tickets().issue(ticket),
        "ticket_until": stamp(until),
        "device": {"id": str(device.id), "name": device.name} if device else None,
        "zone": str(time_zone()),
        "duplicate_hours": current_settings().duplicate_hours,
    }


def _place_part(user: User, unit: Unit | None, outage: Outage | None) -> dict[str, Any]:
    routine = routine_of(outage) if outage else current_routine()
    kinds: list[str] = []
    offered: list[str] = []
    if unit and outage:
        concerned = concerned_systems(Place(unit, outage, routine, None, ""), systems_down(outage.drill))
        first, others = kinds_offered(routine, user.role.value, concerned)
        offered, kinds = [kind.id for kind in first], [kind.id for kind in (*first, *others)]
    open_here = outage is not None and unit is not None and unit.id in outage.unit_ids
    routine_url = (
        url_for("api.routine.of_outage", outage_id=outage.id)
        if outage and (open_here or user.is_region_wide)
        else url_for("api.routine.show")
    )
    return {
        "unit": _unit(unit) if unit else None,
        "units": [{"code": one.code, "name": one.name} for one in units_by_id(user.unit_ids)],
        "outage": _outage(outage) if outage else None,
        "outages": [{"id": one.id, "name": one.name, "drill": one.drill} for one in _outages(unit)],
        "kinds": kinds or list(routine.kinds),
        "offered": offered,
        "routine_url": routine_url,
    }


def _content_part(unit: Unit, outage: Outage | None) -> dict[str, Any]:
    placements = placements_in(unit.id)
    placed = {row.patient_id for row in placements}
    others = [patient for patient in patients_of(unit.id, outage.id) if patient.id not in placed] if outage else []
    saw_patients({*placed, *(patient.id for patient in others)}, unit.id)
    handouts = latest_handouts(unit.id, outage.id) if outage else []
    visits = visits_logged(unit.id, outage.id) if outage else []
    return {
        "patients": [
            *(_patient(row.patient, row) for row in placements),
            *(_patient(patient, None) for patient in others),
        ],
        "handouts": [
            {"patient": str(one.patient_id), "performed_at": stamp(one.performed_at), "fields": one.fields}
            for one in handouts
        ],
        "visits": [
            {"patient": str(one.patient_id), "performed_at": stamp(one.performed_at), "fields": one.fields}
            for one in visits
        ],
        "subjects": subjects_by_kind(unit.id, outage.id) if outage else {},
        "colleagues": [
            {"login": one.login, "name": one.name, "role": one.role.value}
            for one in colleagues_in(unit.id)
            if one.role.value in PERFORMER_ROLES
        ],
    }


def _nothing() -> dict[str, Any]:
    return {"patients": [], "handouts": [], "visits": [], "subjects": {}, "colleagues": []}


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind.value,
        "site": unit.site,
        "faxes": [fact.value for fact in unit.local_facts if fact.kind is FactKind.FAX],
    }


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        "id": outage.id,
        "name": outage.name,
        "kind": outage.kind.value,
        "drill": outage.drill,
        "began_at": stamp(outage.began_at),
        "systems_down": list(systems_down(outage.drill)),
    }


def _patient(patient: Patient, placement: Placement | None) -> dict[str, Any]:
    return {
        **describe_patient(patient),
        "unknown": patient.is_unknown,
        "bed": placement.bed if placement else "",
        "booked_at": stamp(placement.booked_at) if placement else None,
        "clinician": placement.clinician if placement else "",
    }


def _outages(unit: Unit | None) -> list[Outage]:
    if unit is None:
        return []
    choice = outage_choice(unit)
    return [*choice.open, *choice.elsewhere]


def _chosen_unit() -> Unit | None:
    code = request.args.get("unit", "")
    user = current_user()
    if code:
        found = find_unit(code)
        if found is None or found.id not in user.unit_ids:
            raise NotFound(_l("There is no such unit among yours."))
        return found
    chosen = current_unit()
    if chosen is None:  # an API token has chosen none
        chosen = next(iter(units_by_id(user.working_unit_ids or user.managed_unit_ids)), None)
    return chosen


def _chosen_outage(unit: Unit) -> Outage | None:
    number = request.args.get("outage", type=int)
    if number is None:
        return likeliest(open_outages_of(unit.id))
    among = {outage.id: outage for outage in _outages(unit)}
    return among.get(number) or outage_seen_by(current_user(), row_id(number))


def _device() -> Device | None:
    try:
        return find_device(uuid.UUID(request.args.get("device", "")))
    except ValueError:
        return None


def _until() -> datetime:
    """As long as the log-in at most: afterwards somebody must log in again to be the author of an entry."""
    session = current_session()
    return session.expires_at if session else utcnow() + timedelta(hours=current_settings().session_hours)


def _note(device_id: uuid.UUID, unit_id: int, until: datetime) -> None:
    """That the device took patients along is kept, like an export: the sign-off asks what became of it."""
    begin_writing()
    device, unit = find_device(device_id), db.session.get(Unit, unit_id)
    if device and unit:
        note_bundle(device, unit, until)
