"""How one numbered form stands, for whoever scans it."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tracker.errors import NotFound
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.permissions import Permission, reading_unit, requires, sees_action
from tracker.queries.sheet import actions_on, find_sheet_told, get_sheet
from tracker.queries.sheet_standing import stand_of
from tracker.serial import WrongLetter

blueprint = Blueprint("sheet", __name__)


@blueprint.get("/sheets/<serial>")
@requires(Permission.ACTION_READ)
def show(serial: str) -> ResponseReturnValue:
    """`{serial, kind, unit, outage, state, actions: [{id, kind, patient, performed_at}]}`; only of the user's units."""
    user = current_user()
    try:
        told = find_sheet_told(serial)
    except WrongLetter:
        raise NotFound(_l("The letter does not fit the number. Check every digit.")) from None
    sheet = get_sheet(told.serial if told else "", user.unit_ids)
    actions = [action for action in actions_on(sheet) if sees_action(user, action) and not action.is_voided]
    for action in actions:
        saw_patients([action.patient_id], reading_unit(user, action))
    return jsonify(
        serial=sheet.serial,
        kind=sheet.series.kind,
        unit=sheet.series.unit.code,
        outage=sheet.series.outage_id,
        state=stand_of(sheet).state,
        actions=[
            {
                "id": str(action.id),
                "kind": action.kind,
                "patient": str(action.patient_id),
                "performed_at": action.performed_at.isoformat(),
            }
            for action in actions
        ],
    )
