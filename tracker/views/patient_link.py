"""Saying who an unknown patient is: the form, a page that shows both before anything is changed, and undoing it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_settings, db
from tracker.forms.patient import NONE, LinkForm, UndoLinkForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Patient, PatientLink, Unit
from tracker.permissions import Permission, requires
from tracker.queries.patient import find_patient, get_patient_of
from tracker.queries.patient_doubt import link_doubts
from tracker.queries.patient_link import TEMPORARY, came_by, consequences_of, link_of, links_to, right_identity
from tracker.queries.placement import placements_of
from tracker.services.patient import check_identity
from tracker.services.patient_link import link_patient, reason_faults, settle_patient, undo_link
from tracker.views.page import show_faults
from tracker.views.patient_blueprint import blueprint
from tracker.views.patient_place import working_unit


@blueprint.route("/patients/<uuid:patient_id>/link", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def link(patient_id: uuid.UUID) -> ResponseReturnValue:
    """Asked, then shown with everything it changes, then done: a wrong link gives one the other's doses."""
    user = current_user()
    patient = get_patient_of(patient_id, user.unit_ids)
    saw_patients([patient.id])
    standing = link_of(patient.id)
    if patient.identity_kind not in TEMPORARY or standing is not None:
        flash(_("Who this is has been settled already."), "warning")
        return redirect(url_for("patient.show", patient_id=patient.id))
    form = LinkForm()
    if not form.is_submitted():
        return _ask(patient, form)
    unit = working_unit(patient)
    try:
        if not form.validate():
            return _ask(patient, form), 422
        if form.how.data == NONE:
            settle_patient(patient, form.reason.data or "", unit, actor=user)
            flash(_("Settled. There is no other identity."), "success")
            return redirect(url_for("patient.show", patient_id=patient.id))
        return _check_or_link(patient, form, unit)
    except Invalid as error:
        show_faults(form, error, {"/patient/identity": "identity", "/patient/name": "name"})
        return _ask(get_patient_of(patient_id, current_user().unit_ids), form), 422
    except Conflict as error:
        db.session.rollback()
        flash(str(error.message), "warning")
        return redirect(url_for("patient.show", patient_id=patient_id))


@blueprint.route("/patients/<uuid:patient_id>/links/<int:link_id>/undo", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def undo(patient_id: uuid.UUID, link_id: int) -> ResponseReturnValue:
    """The link was wrong: the actions that it moved go back."""
    user = current_user()
    patient = get_patient_of(patient_id, user.unit_ids)
    form = UndoLinkForm()
    found = _standing_link(patient, link_id)
    status = 200
    if form.is_submitted() and form.validate():
        try:
            done = undo_link(found, form.reason.data or "", working_unit(patient), actor=user)
        except Invalid as error:
            show_faults(form, error)
            patient = get_patient_of(patient_id, current_user().unit_ids)
            found, status = _standing_link(patient, link_id), 422
        else:
            number = len(done.actions)
            flash(
                plural("Undone. %(num)s action has gone back.", "Undone. %(num)s actions have gone back.", number),
                "success",
            )
            return redirect(url_for("patient.show", patient_id=done.link.patient_id))
    now = right_identity(found.to) if found.to else None
    saw_patients([found.patient_id, *([found.to_id] if found.to_id else [])])
    actions = came_by(found, now) if now else []
    return render_template("patient/undo_link.html", patient=patient, link=found, form=form, actions=actions), status


def _standing_link(patient: Patient, link_id: int) -> PatientLink:
    found = next((one for one in links_to(patient.id) if one.id == link_id and one.undone_at is None), None)
    if found is None:
        raise NotFound(_l("There is no such link, or it has been undone."))
    return found


def _check_or_link(patient: Patient, form: LinkForm, unit: Unit) -> ResponseReturnValue:
    """Both identities side by side with whatever speaks against them, until exactly that is agreed to."""
    faults = reason_faults(form.reason.data or "")
    number = None
    try:
        number = check_identity(form.entry())
    except Invalid as error:
        faults |= error.faults
    if faults or number is None:
        raise Invalid(faults)
    doubts = link_doubts(patient, number, form.entry().name, current_settings().duplicate_hours)
    if form.agreed.data == f"{number.number} {doubts.token}":
        done = link_patient(patient, form.entry(), form.reason.data or "", unit, actor=current_user())
        count = len(done.actions)
        flash(plural("Linked. %(num)s action follows.", "Linked. %(num)s actions follow.", count), "success")
        return redirect(url_for("patient.show", patient_id=done.link.to_id))
    if number.number == patient.identity:
        raise Invalid({"/patient/identity": _l("This is the same identity. Enter the right one.")})
    target = find_patient(number)
    target = right_identity(target) if target else None
    if target:
        saw_patients([target.id])
    return render_template(
        "patient/check_link.html",
        patient=patient,
        placements=placements_of(patient.id),
        form=form,
        number=number,
        target=target,
        name=(target.name if target else "") or form.entry().name,
        doubts=doubts,
        consequences=consequences_of(patient.id),
        agreed=f"{number.number} {doubts.token}",
    )


def _ask(patient: Patient, form: LinkForm) -> str:
    return render_template(
        "patient/link.html",
        patient=patient,
        placements=placements_of(patient.id),
        consequences=consequences_of(patient.id),
        form=form,
    )
