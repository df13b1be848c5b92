"""The actions that were logged in the user's units."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.extensions import current_routine
from tracker.guard import current_user, saw_patients
from tracker.i18n import language
from tracker.models import Action, Patient
from tracker.permissions import Permission, reading_unit, requires
from tracker.queries.action import ActionFilter, find_actions
from tracker.queries.outage import outages_for
from tracker.queries.patient import find_patient_of, find_patients
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.views.action_blueprint import blueprint

PER_PAGE = 50
STATES = ("open", "closed", "confirmed", "voided", "moved")
MIN_SEARCH = 2


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    action: Action
    kind_label: str
    finished: int
    state: str


@blueprint.get("/actions")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """Every logged action of the user's units, the latest first, by outage, state, kind, unit, patient and who."""
    user = current_user()
    units = units_by_id(user.unit_ids)
    outages = outages_for(user)
    unit = next((one for one in units if one.code == request.args.get("unit")), None)
    outage = next((one for one in outages if one.id == request.args.get("outage", type=int)), None)
    patient = _chosen_patient()
    state = request.args.get("state", "")
    mine = request.args.get("mine") == "yes"
    chosen = ActionFilter(
        unit_ids=frozenset({unit.id}) if unit else user.unit_ids,
        outage_id=outage.id if outage else None,
        state=state if state in STATES else "",
        kind=request.args.get("kind", ""),
        patient_id=patient.id if patient else None,
        logged_by_id=user.id if mine else None,
    )
    page = max(1, request.args.get("page", 1, type=int))
    actions, total = find_actions(chosen, page=page, per_page=PER_PAGE)
    _saw(actions, patient)
    return render_template(
        "action/index.html",
        rows=[row_of(action) for action in actions],
        total=total,
        page=page,
        pages=max(1, ceil(total / PER_PAGE)),
        chosen=chosen,
        chosen_unit=unit,
        mine=mine,
        patient=patient,
        units=units,
        outages=outages,
        states=STATES,
        systems=current_routine().systems,
        arguments={name: value for name, value in request.args.items() if name != "page" and value},
        is_filtered=bool(unit or outage or patient or chosen.state or chosen.kind or mine),
    )


@blueprint.post("/actions/patient")
@requires(Permission.ACTION_READ)
def find_patient() -> ResponseReturnValue:
    """A search for a patient by name or number; sent as a form, so that neither stands in an address."""
    search = request.form.get("search", "").strip()
    found = find_patients(current_user().unit_ids, search) if len(search) >= MIN_SEARCH else []
    if len(found) == 1:
        return redirect(url_for("action.index", patient=found[0].id))
    saw_patients([patient.id for patient in found])
    return render_template("action/find_patient.html", search=search, found=found, too_short=len(search) < MIN_SEARCH)


def _chosen_patient() -> Patient | None:
    try:
        patient_id = uuid.UUID(request.args.get("patient", ""))
    except ValueError:
        return None
    return find_patient_of(patient_id, current_user().unit_ids)


def _saw(actions: Sequence[Action], patient: Patient | None) -> None:
    by_unit: dict[int | None, list[Any]] = {}
    for action in actions:
        by_unit.setdefault(reading_unit(current_user(), action), []).append(action.patient_id)
    if patient and not actions:
        by_unit[None] = [patient.id]
    for unit_id, patients in by_unit.items():
        saw_patients(patients, unit_id)


def row_of(action: Action) -> Row:
    spec = routine_of(action.outage).kinds[action.kind]
    return Row(
        action=action,
        kind_label=spec.label.in_language(language()),
        finished=sum(item.is_finished for item in action.items),
        state="voided" if action.is_voided else action.state,
    )
