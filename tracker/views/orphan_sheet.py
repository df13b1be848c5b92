"""Sheets that cannot be logged as they are, worked until solved."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker import labels
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.option import options
from tracker.forms.orphan_sheet import FAULTS, AttemptForm, KindForm, NoteOrphanForm, OfferForm, ReasonForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import OrphanFault, OrphanSheet, OrphanSolution, User
from tracker.permissions import Permission, requires
from tracker.queries.orphan_sheet import (
    candidates_for,
    events_of_orphan,
    get_orphan,
    solved_orphans,
    unsolved_orphans,
)
from tracker.queries.routine import routine_of
from tracker.queries.unit import active_units
from tracker.services.orphan_sheet import (
    OrphanEntry,
    add_attempt,
    decline_offered,
    lock_orphan,
    note_orphan,
    offer_orphan,
    reopen_orphan,
    solve_by_action,
    solve_without_entry,
    take_offered,
)
from tracker.views.page import show_faults
from tracker.views.query_string import MAX_ID
from tracker.views.sheet_list import kind_name
from tracker.views.sheet_place import SheetPlace, find_sheet_place

blueprint = Blueprint("orphan_sheet", __name__)
PATH = f"/orphans/<int(max={MAX_ID}):orphan_id>"
SOLUTIONS = {
    OrphanSolution.LOGGED: lambda: _("Logged"),
    OrphanSolution.OTHER_UNIT: lambda: _("Another unit has taken it"),
    OrphanSolution.NOTHING_TO_ENTER: lambda: _("Nothing to enter"),
}


@blueprint.get("/orphans")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    place = find_sheet_place()
    here = frozenset({place.unit.id})
    outage_id = place.outage.id if place.outage else None
    unsolved = unsolved_orphans(here, outage_id)
    return render_template(
        "orphan_sheet/index.html",
        place=place,
        unsolved=unsolved,
        solved=solved_orphans(here, outage_id),
        faults=FAULTS,
        solutions=SOLUTIONS,
    )


@blueprint.route("/orphans/new", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def note() -> ResponseReturnValue:
    """Note a sheet that cannot be logged."""
    place = find_sheet_place()
    form = NoteOrphanForm(formdata=request.form if request.method == "POST" else None)
    form.place.choices = options([(str(one.id), one.name) for one in place.outages])
    if request.method == "GET":
        form.place.data = str(place.outage.id) if place.outage else ""
        form.serial.data = request.args.get("sheet", "")[:40]
        return _show_note(form, place)
    outage = next((one for one in place.outages if str(one.id) == form.place.data), None)
    if not form.validate() or outage is None or form.fault.data not in set(OrphanFault):
        if outage is None:
            form.place.errors = [_("Choose the outage.")]
        return _show_note(form, place), 422
    entry = OrphanEntry(
        OrphanFault(form.fault.data), form.serial.data or "", form.words.data or "", form.found_where.data or ""
    )
    try:
        orphan = note_orphan(entry, outage, place.unit, actor=current_user())
    except Invalid as error:
        show_faults(form, error, {"/content": "words"})
        return _show_note(form, find_sheet_place()), 422
    except Conflict as error:
        db.session.rollback()
        form.serial.errors = [str(error.message)]
        return _show_note(form, find_sheet_place()), 409
    flash(_("Noted. Everybody of the unit can work on it."), "success")
    return redirect(url_for("orphan_sheet.show", orphan_id=orphan.id))


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(orphan_id: int) -> ResponseReturnValue:
    return _show(get_orphan(orphan_id, current_user().unit_ids))


@blueprint.get(f"{PATH}/log")
@requires(Permission.ACTION_LOG)
def log(orphan_id: int) -> ResponseReturnValue:
    """On to the log form of the kind that was chosen."""
    orphan = get_orphan(orphan_id, current_user().unit_ids)
    kind = request.args.get("kind", "")
    if kind not in routine_of(orphan.outage).kinds:
        return redirect(url_for("orphan_sheet.show", orphan_id=orphan.id))
    return redirect(url_for("action.log", kind=kind, outage=orphan.outage_id, unit=orphan.unit_id, orphan=orphan.id))


@blueprint.post(f"{PATH}/attempt")
@requires(Permission.ACTION_LOG)
def attempt(orphan_id: int) -> ResponseReturnValue:
    form = AttemptForm(prefix="attempt-")
    return _carry_out(orphan_id, form, lambda orphan, user: add_attempt(orphan, form.text.data or "", actor=user))


@blueprint.post(f"{PATH}/logged")
@requires(Permission.ACTION_LOG)
def logged(orphan_id: int) -> ResponseReturnValue:
    """It is one of the actions that are logged."""
    told = request.form.get("action", "")

    def solve(orphan: OrphanSheet, user: User) -> None:
        action = next((one for one in candidates_for(orphan) if str(one.id) == told), None)
        if action is None:
            raise Conflict(_("Choose what was logged from it."))
        solve_by_action(orphan, action, actor=user)

    return _carry_out(orphan_id, None, solve)


@blueprint.post(f"{PATH}/nothing")
@requires(Permission.ACTION_LOG)
def nothing(orphan_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="nothing-")
    return _carry_out(
        orphan_id, form, lambda orphan, user: solve_without_entry(orphan, form.reason.data or "", actor=user)
    )


@blueprint.post(f"{PATH}/offer")
@requires(Permission.ACTION_LOG)
def offer(orphan_id: int) -> ResponseReturnValue:
    form = OfferForm(prefix="offer-")

    def carry(orphan: OrphanSheet, user: User) -> None:
        other = next((one for one in active_units() if one.code == form.unit.data), None)
        if other is None:
            raise Invalid({"/unit": _("Choose another unit.")})
        offer_orphan(orphan, other, form.text.data or "", actor=user)

    return _carry_out(orphan_id, form, carry)


@blueprint.post(f"{PATH}/take")
@requires(Permission.ACTION_LOG)
def take(orphan_id: int) -> ResponseReturnValue:
    taken: list[OrphanSheet] = []
    answer = _carry_out(orphan_id, None, lambda orphan, user: taken.append(take_offered(orphan, actor=user)))
    return redirect(url_for("orphan_sheet.show", orphan_id=taken[0].id)) if taken else answer


@blueprint.post(f"{PATH}/decline")
@requires(Permission.ACTION_LOG)
def decline(orphan_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="decline-")
    return _carry_out(orphan_id, form, lambda orphan, user: decline_offered(orphan, form.reason.data or "", actor=user))


@blueprint.post(f"{PATH}/reopen")
@requires(Permission.ACTION_LOG)
def reopen(orphan_id: int) -> ResponseReturnValue:
    return _carry_out(orphan_id, None, lambda orphan, user: reopen_orphan(orphan, actor=user))


def _carry_out(
    orphan_id: int, form: FlaskForm | None, verb: Callable[[OrphanSheet, User], None]
) -> ResponseReturnValue:
    """Check the unit, lock the sheet, do one thing, and go back to it; what was typed is never lost."""
    user = current_user()
    get_orphan(orphan_id, user.unit_ids)
    if form is not None and not form.validate():
        return _show(get_orphan(orphan_id, user.unit_ids), form), 422
    try:
        verb(lock_orphan(orphan_id), user)
        db.session.flush()
    except Invalid as error:
        if form is None:
            raise
        show_faults(form, error)
        return _show(get_orphan(orphan_id, user.unit_ids), form), 422
    except Conflict as error:
        db.session.rollback()
        if form is not None:
            form.form_errors.append(str(error.message))
            return _show(get_orphan(orphan_id, user.unit_ids), form), 409
        flash(str(error.message), "danger")
        return redirect(url_for("orphan_sheet.show", orphan_id=orphan_id))
    flash(_("Saved."), "success")
    orphan = db.session.get(OrphanSheet, orphan_id)
    if orphan is None or orphan.unit_id not in user.unit_ids:  # declined: it is no longer ours to see
        return redirect(url_for("orphan_sheet.index"))
    return redirect(url_for("orphan_sheet.show", orphan_id=orphan_id))


def _show_note(form: NoteOrphanForm, place: SheetPlace) -> str:
    return render_template("orphan_sheet/note.html", form=form, place=place)


def _show(orphan: OrphanSheet, typed: FlaskForm | None = None) -> str:
    user = current_user()
    ours = orphan.unit_id in user.unit_ids
    routine = routine_of(orphan.outage)
    kind_form = KindForm(formdata=None)
    kind_form.kind.choices = options((kind.id, kind.label.in_language(language())) for kind in routine.kinds.values())
    kind_form.kind.data = orphan.sheet.series.kind if orphan.sheet else None
    forms: dict[str, FlaskForm] = {
        "attempt": AttemptForm(formdata=None, prefix="attempt-"),
        "offer": OfferForm(formdata=None, prefix="offer-"),
        "nothing": ReasonForm(formdata=None, prefix="nothing-"),
        "decline": ReasonForm(formdata=None, prefix="decline-"),
    }
    if typed is not None:
        forms[typed._prefix.rstrip("-")] = typed
    offer_form = forms["offer"]
    offer_form["unit"].choices = options(
        [("", _("Choose…")), *((one.code, one.name) for one in active_units() if one.id != orphan.unit_id)]
    )
    actions = [*candidates_for(orphan)] if ours and orphan.solution is None else []
    shown = [*actions, *([orphan.action] if orphan.action and orphan.action.unit_id in user.unit_ids else [])]
    for action in shown:
        saw_patients([action.patient_id], action.unit_id)
    return render_template(
        "orphan_sheet/show.html",
        orphan=orphan,
        ours=ours,
        offered=orphan.offered_to is not None and orphan.offered_to_id in user.unit_ids,
        fault=FAULTS[orphan.fault],
        solution=SOLUTIONS[orphan.solution]() if orphan.solution else "",
        candidates=[(action, kind_name(action.kind, routine)) for action in actions],
        solved_by=orphan.action if orphan.action in shown else None,
        forms=forms,
        typed=typed,
        kind_form=kind_form,
        history=[(event, labels.EVENTS.get(event.verb, event.verb)) for event in events_of_orphan(orphan)],
    )
