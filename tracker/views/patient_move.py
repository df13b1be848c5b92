"""Moving a patient to another unit: what goes along is shown before anything is done."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.forms.option import options
from tracker.forms.patient import MoveForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Patient, Unit
from tracker.permissions import Permission, requires, sees_unit
from tracker.queries.patient import get_patient_of
from tracker.queries.patient_move import luggage_of, units_with_work
from tracker.queries.placement import placements_of
from tracker.queries.unit import active_units, find_unit
from tracker.services.patient_move import move_patient
from tracker.views.page import show_faults
from tracker.views.patient_blueprint import blueprint


@blueprint.route("/patients/<uuid:patient_id>/move/<code>", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def move(patient_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """From the unit `code`, by whoever works there or in the receiving unit."""
    patient = get_patient_of(patient_id, current_user().unit_ids)
    from_unit = _sending(patient, code)
    form = MoveForm()
    receiving = _receiving(from_unit)
    form.to.choices = options(
        [("", _("Choose a unit…")), *((one.code, f"{one.name}, {one.site}") for one in receiving)]
    )
    status = 200
    if not form.is_submitted():
        form.to.data = request.args.get("to", "") or (receiving[0].code if len(receiving) == 1 else "")
    elif form.validate():
        try:
            to_unit = next((one for one in receiving if one.code == form.to.data), None)
            if to_unit is None:
                raise Invalid({"/to": _l("Choose the unit that receives the patient.")})
            done = move_patient(
                patient,
                from_unit,
                to_unit,
                bed=form.bed.data or "",
                note=form.note.data or "",
                actor=current_user(),
            )
        except Invalid as error:
            show_faults(form, error)
            patient, status = get_patient_of(patient_id, current_user().unit_ids), 422
        except Conflict as error:
            db.session.rollback()
            flash(str(error.message), "warning")
            return redirect(url_for("patient.show", patient_id=patient_id))
        else:
            count = len(done.actions)
            along = plural("%(num)s action went along.", "%(num)s actions went along.", count)
            flash(_("Moved to %(unit)s.", unit=to_unit.name) + " " + along, "success")
            return redirect(url_for("patient.show", patient_id=patient_id))
    else:
        status = 422
    saw_patients([patient.id], from_unit.id if sees_unit(current_user(), from_unit.id) else None)
    return render_template(
        "patient/move.html",
        patient=patient,
        from_unit=from_unit,
        form=form,
        luggage=luggage_of(patient.id, from_unit.id),
        placements=[one for one in placements_of(patient.id) if one.unit_id == from_unit.id],
    ), status


def _sending(patient: Patient, code: str) -> Unit:
    """A unit where the patient is, or has something open."""
    unit = find_unit(code)
    if unit is None or unit.id not in units_with_work(patient.id, frozenset({unit.id})):
        raise Conflict(_l("The patient is not in that unit any more. Somebody may have moved them already."))
    return unit


def _receiving(from_unit: Unit) -> list[Unit]:
    """Any unit for those who work in the sending one, their own for those who fetch."""
    user = current_user()
    if sees_unit(user, from_unit.id):
        return [one for one in active_units() if one.id != from_unit.id]
    own = [one for one in active_units() if one.id in user.unit_ids]
    if not own:
        raise Forbidden(_l("You work in neither of the units."))
    return own
