"""Correcting an action and voiding it, each with a reason. Nothing is ever removed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.forms.action import ActionForm, VoidForm, condition_values, field_name, one_newline
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.models import Action, ItemState
from tracker.permissions import Permission, may_change_action, requires
from tracker.queries.action import get_action
from tracker.queries.routine import passages_beside, routine_of
from tracker.routine.spec import KindSpec
from tracker.services.action import Correction, correct_action, lock_action, void_action
from tracker.views.action_blueprint import blueprint
from tracker.views.action_entry import pointers, read_fields, read_moment, read_patient, read_performer
from tracker.views.action_form import open_form, show_form, stored_values
from tracker.views.action_place import Place
from tracker.views.page import local_time, show_faults


@blueprint.route("/actions/<uuid:action_id>/correct", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def correct(action_id: uuid.UUID) -> ResponseReturnValue:
    """The logging form with what was logged in it; both versions are kept."""
    user = current_user()
    action = _own(action_id)
    if action.is_voided:
        return _is_voided(action)
    place = Place(action.unit, action.outage, routine_of(action.outage), after=None, keep="")
    kind = place.kind(action.kind)
    form = open_form(kind, place, user, correcting=action)
    if request.method == "GET":
        return _show_correction(form, kind, place, action)
    if not form.validate():
        return _show_correction(form, kind, place, action), 422
    action = lock_action(action_id)
    if action.is_voided:
        return _show_correction(form, kind, place, action, meanwhile=True), 409
    if form.version.data != str(action.version):
        form.version.data = str(action.version)
        return _show_correction(form, kind, place, action, meanwhile=True), 409
    try:
        correct_action(action, _read_correction(form, kind, action), actor=user)
    except Invalid as error:
        show_faults(form, error, {**pointers(kind, form), "/reason": "reason"})
        return _show_correction(form, kind, place, get_action(action_id, user.unit_ids)), 422
    flash(_("Corrected. Both versions are kept."), "success")
    return redirect(url_for("action.show", action_id=action_id))


@blueprint.route("/actions/<uuid:action_id>/void", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def void(action_id: uuid.UUID) -> ResponseReturnValue:
    """Say that an action was logged by mistake, knowing what that means for its follow-ups."""
    user = current_user()
    action = _own(action_id)
    form = VoidForm()
    if form.validate_on_submit():
        action = lock_action(action_id)
        try:
            void_action(action, form.reason.data or "", actor=user)
        except Invalid as error:
            show_faults(form, error)
            action = get_action(action_id, user.unit_ids)
        except Conflict:
            db.session.rollback()
            return _is_voided(get_action(action_id, user.unit_ids))
        else:
            flash(_("Voided. It stays visible with your reason."), "success")
            return redirect(url_for("action.show", action_id=action_id))
    elif action.is_voided:
        return _is_voided(action)
    saw_patients([action.patient_id], action.unit_id)
    entered = [item for item in action.items if item.state in (ItemState.DONE, ItemState.ENTERED)]
    return render_template(
        "action/void.html",
        form=form,
        action=action,
        kind=routine_of(action.outage).kinds[action.kind],
        entered=entered,
        unfinished=[item for item in action.items if not item.is_finished and item not in entered],
    ), 422 if form.errors else 200


def _own(action_id: uuid.UUID) -> Action:
    """The action, if the user's units own it; the unit where it was done reads it only, once the patient has moved."""
    action = get_action(action_id, current_user().unit_ids)
    if not may_change_action(current_user(), action):
        raise Forbidden(_l("The patient has moved: %(unit)s changes it now.", unit=action.unit.name))
    return action


def _is_voided(action: Action) -> ResponseReturnValue:
    flash(
        _(
            "%(name)s voided this at %(time)s. A voided action is not changed.",
            name=action.voided_by.name if action.voided_by else "",
            time=local_time(action.voided_at),
        ),
        "danger",
    )
    return redirect(url_for("action.show", action_id=action.id))


def _read_correction(form: ActionForm, kind: KindSpec, action: Action) -> Correction:
    """Only what was changed on the form, so that what it cannot show exactly (seconds) stays as it is.

    Raises Invalid with everything that cannot be read.
    """
    faults: dict[str, object] = {}
    before = stored_values(kind, action, current_user())

    def read(names: tuple[str, ...], step: Any) -> Any:
        if all(_same(form[name].data, before.get(name)) for name in names):
            return None
        try:
            return step()
        except Invalid as error:
            faults.update(error.faults)
            return None

    patient = read(("patient_how", "patient_id", "identity", "label"), lambda: read_patient(form))
    moment: datetime | None = read(("performed_at",), lambda: read_moment(form))
    performer = read(
        ("performer", "performer_name", "performer_role"), lambda: read_performer(form, action.unit_id, current_user())
    )
    if faults:
        raise Invalid(faults)
    typed = read_fields(kind, form)
    changed: dict[str, Any] = {
        spec.id: typed.get(spec.id)
        for spec in kind.shown_fields(condition_values(kind, form))
        if not _same(form[field_name(spec.id)].data, before.get(field_name(spec.id)))
    }
    return Correction(
        reason=(form.reason.data or "").strip(),
        patient=None if patient and patient.id == action.patient_id else patient,
        performed_at=moment,
        performed_by_login=performer.login if performer else None,
        performed_by_name=performer.name if performer else None,
        role=performer.role if performer else None,
        sheet=form.sheet.data or "",
        note=one_newline(form.note.data),
        fields=changed,
    )


def _same(typed: Any, stored: Any) -> bool:
    if isinstance(typed, tuple) or isinstance(stored, tuple):
        return tuple(typed or ("", "")) == tuple(stored or ("", ""))
    return one_newline(typed) == one_newline(stored)


def _show_correction(form: ActionForm, kind: KindSpec, place: Place, action: Action, meanwhile: bool = False) -> str:
    shown = show_form(form, kind, place)
    saw_patients([action.patient_id, *(patient.id for _radio, patient, _lately in shown.patients)], action.unit_id)
    return render_template(
        "action/correct.html",
        form=form,
        kind=kind,
        place=place,
        shown=shown,
        action=action,
        meanwhile=action.versions[-1] if meanwhile else None,
        zone=time_zone().key,
        passages=passages_beside(place.routine, [kind.id]),
    )
