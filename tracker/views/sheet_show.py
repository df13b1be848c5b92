"""Where one form stands: what is logged from it, what became of it, its history."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.errors import Conflict, Invalid
from tracker.extensions import current_routine, db
from tracker.forms.sheet import SettleForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import text as _
from tracker.models import Outage, Sheet, User
from tracker.permissions import Permission, reading_unit, requires, sees_action
from tracker.queries.orphan_sheet import orphans_on
from tracker.queries.routine import routine_of
from tracker.queries.sheet import actions_on, events_of_sheet, get_sheet
from tracker.queries.sheet_standing import stand_of
from tracker.services.sheet import lose_sheet, mark_blank, undo_settling, void_sheet
from tracker.views.page import show_faults
from tracker.views.sheet_blueprint import blueprint
from tracker.views.sheet_list import kind_name
from tracker.views.sheet_place import likeliest_outage
from tracker.views.sheet_words import STATES

Verb = Callable[[Sheet, str, Outage | None, User], None]
VERBS: dict[str, Verb] = {
    "void": lambda sheet, reason, outage, user: void_sheet(sheet, reason, outage, actor=user),
    "missing": lambda sheet, reason, outage, user: lose_sheet(sheet, reason, outage, actor=user),
    "blank": lambda sheet, _reason, outage, user: mark_blank(sheet, outage, actor=user),
    "undo": lambda sheet, _reason, _outage, user: undo_settling(sheet, actor=user),
}


@blueprint.get("/sheets/<serial>")
@requires(Permission.ACTION_READ)
def show(serial: str) -> ResponseReturnValue:
    return _show(get_sheet(serial, current_user().unit_ids), SettleForm(formdata=None))


@blueprint.post("/sheets/<serial>/<verb>")
@requires(Permission.ACTION_LOG)
def settle(serial: str, verb: str) -> ResponseReturnValue:
    """Say that the form is void, missing or blank, or take that back."""
    user = current_user()
    sheet = get_sheet(serial, user.unit_ids)
    if verb not in VERBS:
        abort(404)
    form = SettleForm()
    if not form.validate():
        return _show(sheet, form), 422
    try:
        VERBS[verb](sheet, form.reason.data or "", likeliest_outage(sheet.series.unit_id), user)
    except Invalid as error:
        show_faults(form, error)
        return _show(get_sheet(serial, user.unit_ids), form), 422
    except Conflict as error:
        db.session.rollback()
        flash(str(error.message), "danger")
    else:
        flash(_("Saved. You can undo it here."), "success")
    return redirect(url_for("sheet.show", serial=serial))


def _show(sheet: Sheet, form: SettleForm) -> str:
    user = current_user()
    own, elsewhere = [], 0
    for action in actions_on(sheet):
        if sees_action(user, action):
            own.append((action, kind_name(action.kind, routine_of(action.outage))))
        else:
            elsewhere += 1
    for action, _kind in own:
        saw_patients([action.patient_id], reading_unit(user, action))
    routine = routine_of(sheet.series.outage) if sheet.series.outage else current_routine()
    standing = stand_of(sheet)
    place = likeliest_outage(sheet.series.unit_id)
    return render_template(
        "sheet/show.html",
        sheet=sheet,
        standing=standing,
        states=STATES,
        kind=kind_name(sheet.series.kind, routine),
        actions=own,
        elsewhere=elsewhere,
        orphans=orphans_on(sheet, user.unit_ids),
        form=form,
        log_outage=sheet.series.outage or place,
        history=[
            (
                event,
                labels.EVENTS.get(event.verb, event.verb),
                (event.after or {}).get("reason"),
            )
            for event in events_of_sheet(sheet)
        ],
        tried=request.method == "POST",
    )
