"""One patient: where they are, who they were taken for, where they moved, what is left to do."""

from __future__ import annotations

import uuid

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.guard import current_user, saw_patients
from tracker.models import FINISHED
from tracker.permissions import Permission, requires
from tracker.queries.action import ActionFilter, find_actions
from tracker.queries.patient import get_patient_of
from tracker.queries.patient_link import links_to, right_identity, unsettled_among
from tracker.queries.patient_move import moves_of, units_with_work
from tracker.queries.placement import placements_of
from tracker.queries.unit import units_by_id
from tracker.views.action_list import row_of
from tracker.views.patient_blueprint import blueprint

SHOWN = 50


@blueprint.get("/patients/<uuid:patient_id>")
@requires(Permission.ACTION_READ)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    user = current_user()
    patient = get_patient_of(patient_id, user.unit_ids)
    links = links_to(patient.id)
    actions, total = find_actions(ActionFilter(user.unit_ids, patient_id=patient.id), page=1, per_page=SHOWN)
    away, away_total = find_actions(
        ActionFilter(user.unit_ids, patient_id=patient.id, state="moved"), page=1, per_page=SHOWN
    )
    right = right_identity(patient)
    saw_patients({patient.id, right.id, *(one.patient_id for one in links), *(one.to_id for one in links if one.to_id)})
    return render_template(
        "patient/show.html",
        patient=patient,
        right=right if right.id != patient.id else None,
        links=links,
        moves=moves_of(patient.id),
        placements=placements_of(patient.id),
        is_unsettled=patient.id in unsettled_among([patient]),
        units_from=units_by_id(frozenset(units_with_work(patient.id, user.unit_ids))),
        rows=[row_of(action) for action in actions],
        total=total,
        away=[row_of(action) for action in away],
        away_total=away_total,
        finished=FINISHED,
    )
