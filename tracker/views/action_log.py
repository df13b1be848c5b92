"""Logging one action: the form, the doubts it may raise, and what comes after it is saved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.action import ActionForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import language, time_zone
from tracker.models import Action
from tracker.permissions import Permission, reading_unit, requires
from tracker.queries.action import find_action_of, get_action
from tracker.queries.patient_link import logged_as
from tracker.queries.routine import passages_beside, routine_of
from tracker.routine.spec import KindSpec
from tracker.routine.values import write_sentence
from tracker.services.action import log_action
from tracker.services.entry import ActionEntry, check_fields
from tracker.views.action_blueprint import blueprint
from tracker.views.action_doubts import Doubts, find_doubts
from tracker.views.action_entry import build_entry, pointers, read_entry_id
from tracker.views.action_form import open_form, show_form
from tracker.views.action_kinds import show_no_outage
from tracker.views.action_place import Place, find_place
from tracker.views.orphan_sheet_log import tie_orphan
from tracker.views.page import show_faults


@blueprint.route("/log/<kind>", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def log(kind: str) -> ResponseReturnValue:
    """The form of one kind. A form sent twice is one action; likely duplicates are shown before they are saved."""
    user = current_user()
    place = find_place()
    if place is None:
        return show_no_outage()
    spec = place.kind(kind)
    form = open_form(spec, place, user)
    if request.method == "GET":
        return _show(form, spec, place)
    if not form.validate():
        return _show(form, spec, place), 422
    try:
        entry = build_entry(form, spec, place, user)
        doubts = _doubts(entry, spec, place)
        if doubts and request.form.get("agreed", "").split(" ")[0] != doubts.token:
            return _show(form, spec, place, doubts=doubts, entry=entry)
        action = log_action(entry, actor=user).action
        tie_orphan(action)
    except Invalid as error:
        show_faults(form, error, pointers(spec, form))
        return _show(form, spec, place), 422
    except Conflict:
        return _offer_new(form, spec, place), 409
    return _go_on(action, place)


@blueprint.get("/actions/<uuid:action_id>/logged")
@requires(Permission.ACTION_LOG)
def logged(action_id: uuid.UUID) -> ResponseReturnValue:
    """It is saved: what it leaves behind, and what to do next."""
    action = get_action(action_id, current_user().unit_ids)
    former = logged_as([action]).get(action.id)
    saw_patients([action.patient_id, *([former.id] if former else [])], reading_unit(current_user(), action))
    spec = routine_of(action.outage).kinds[action.kind]
    return render_template(
        "action/logged.html",
        action=action,
        kind=spec,
        logged_as=former,
        specs={item.id: routine_of(action.outage).item(action.kind, item.item, action.fields) for item in action.items},
        sentence=_sentence(spec, action.fields),
    )


def _doubts(entry: ActionEntry, spec: KindSpec, place: Place) -> Doubts:
    """What to ask before saving. Nothing for an entry that was saved already: its answer is that of the first time.

    Nor for one that cannot be saved: then the service tells everything that is wrong with it.
    """
    if find_action_of(entry.id, current_user().unit_ids):
        return Doubts()
    try:
        return find_doubts(entry, spec, place, current_user())
    except Invalid:
        return Doubts()


def _offer_new(form: ActionForm, spec: KindSpec, place: Place) -> str:
    """The form was saved before and then changed: open that one, or log this as a new one."""
    earlier_id = read_entry_id(form)
    db.session.rollback()
    earlier = find_action_of(earlier_id, current_user().unit_ids)
    form.entry_id.data = str(uuid.uuid4())
    form.entry_id.raw_data = None
    return _show(form, spec, place, earlier=earlier, sent_before=True)


def _go_on(action: Action, place: Place) -> ResponseReturnValue:
    then = _then()
    if then == "fields":
        return redirect(url_for("action.log", kind=action.kind, after=action.id, keep="fields", outage=place.outage.id))
    return redirect(url_for("action.logged", action_id=action.id))


def _sentence(spec: KindSpec, values: Mapping[str, Any]) -> str:
    return write_sentence(spec, values, language(), time_zone())


def _then() -> str:
    """What the button that was pressed goes on to; "log anyway" remembers the one before it."""
    return request.form.get("then", "") or request.form.get("agreed", "").partition(" ")[2]


def _show(
    form: ActionForm,
    spec: KindSpec,
    place: Place,
    *,
    doubts: Doubts | None = None,
    entry: ActionEntry | None = None,
    earlier: Action | None = None,
    sent_before: bool = False,
) -> str:
    shown = show_form(form, spec, place)
    saw_patients([patient.id for _radio, patient, _lately in shown.patients], place.unit.id)
    if place.after:
        saw_patients([place.after.patient_id], place.unit.id)
    if doubts and doubts.patient:
        saw_patients([doubts.patient.id], place.unit.id)
    return render_template(
        "action/log.html",
        form=form,
        kind=spec,
        place=place,
        shown=shown,
        doubts=doubts,
        duplicates=[(action, _sentence(spec, action.fields)) for action in (doubts.duplicates if doubts else ())],
        entry=entry,
        own_sentence=_sentence(spec, check_fields(spec, entry.fields)) if entry else "",
        is_fresh=request.method == "GET",
        earlier=earlier,
        sent_before=sent_before,
        then=_then(),
        zone=time_zone().key,
        passages=passages_beside(place.routine, [spec.id]),
    )
