"""Pages of results without a recipient: the list, noting one, and one with the orders that it may belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker import labels
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.option import options
from tracker.forms.reply import moment
from tracker.forms.stray_result import NoteStrayForm, empty_forms, now_typed
from tracker.guard import current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import StrayResult, StraySolution
from tracker.permissions import Permission, requires
from tracker.queries.reply import spec_of
from tracker.queries.stray_result import (
    Suggestion,
    events_of_stray,
    get_stray,
    orders_for,
    solved_strays,
    unsolved_strays,
)
from tracker.queries.unit import active_units
from tracker.services.stray_result import StrayEntry, note_stray
from tracker.views.page import show_faults
from tracker.views.query_string import MAX_ID
from tracker.views.reply_shown import physicians_of, what_of
from tracker.views.sheet_place import SheetPlace, find_sheet_place
from tracker.views.stray_result_blueprint import blueprint

PATH = f"/stray-results/<int(max={MAX_ID}):stray_id>"
SOLUTIONS = {
    StraySolution.MATCHED: lambda: _("Matched to its order"),
    StraySolution.HANDED_OVER: lambda: _("A physician has it"),
    StraySolution.OTHER_UNIT: lambda: _("Another unit has taken it"),
}
_REASONS = {
    "patient": lambda: _("same patient"),
    "said": lambda: _("fits what it says of the patient"),
    "before": lambda: _("ordered in the week before"),
}


@dataclass(frozen=True)
class Order:
    """An order that it may belong to, and why."""

    suggestion: Suggestion
    what: str
    step: str
    why: str


@blueprint.get("/stray-results")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """Of every unit of the reader: somebody else's hunt may end in one's own pile."""
    user = current_user()
    unsolved, solved = unsolved_strays(user.unit_ids), solved_strays(user.unit_ids)
    _note_patients([*unsolved, *solved])
    return render_template(
        "stray_result/index.html", unsolved=unsolved, solved=solved, solutions=SOLUTIONS, ours=user.unit_ids
    )


@blueprint.route("/stray-results/new", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def note() -> ResponseReturnValue:
    """Note a result of which nobody knows where it belongs."""
    place = find_sheet_place()
    form = NoteStrayForm(formdata=request.form if request.method == "POST" else None)
    form.place.choices = options([(str(one.id), one.name) for one in place.outages])
    if request.method == "GET":
        form.place.data = str(place.outage.id) if place.outage else ""
        form.arrived_at.data = now_typed()
        return _show_note(form, place)
    outage = next((one for one in place.outages if str(one.id) == form.place.data), None)
    try:
        if outage is None:
            raise Invalid({"/place": _("Choose the outage.")})
        arrived_at = moment(form.arrived_at.data, "/arrived_at")
        assert arrived_at is not None  # noqa: S101 - it is required
        entry = StrayEntry(
            form.patient.data or "", form.sender.data or "", form.words.data or "", arrived_at, bool(form.urgent.data)
        )
        stray = note_stray(entry, outage, place.unit, actor=current_user())
    except Invalid as error:
        show_faults(form, error, {"/content": "words"})
        return _show_note(form, find_sheet_place()), 422
    except Conflict as error:
        db.session.rollback()
        form.form_errors.append(str(error.message))
        return _show_note(form, find_sheet_place()), 409
    flash(_("Noted. Now look whose it may be."), "success")
    return redirect(url_for("stray_result.show", stray_id=stray.id))


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(stray_id: int) -> ResponseReturnValue:
    return stray_page(get_stray(stray_id, current_user().unit_ids))


def stray_page(stray: StrayResult, typed: FlaskForm | None = None, matched: str = "") -> str:
    """`typed`: the form that was refused. `matched`: the order that was chosen in it."""
    user = current_user()
    ours = stray.unit_id in user.unit_ids
    forms = empty_forms()
    if typed is not None:
        forms[typed._prefix.rstrip("-")] = typed
    forms["offer"]["unit"].choices = options(
        [("", _("Choose…")), *((one.code, one.name) for one in active_units() if one.id != stray.unit_id)]
    )
    for field in (forms["match"]["handed_to"], forms["hand"]["physician"]):
        field.render_kw = {**field.render_kw, "list": f"physicians-{stray.unit_id}"}
    likely, others = orders_for(stray) if ours and stray.solution is None else ([], [])
    _note_patients([stray])
    saw_patients({one.awaited.item.action.patient_id for one in (*likely, *others)}, stray.unit_id)
    if stray.item:
        saw_patients([stray.item.action.patient_id], stray.unit_id)
    return render_template(
        "stray_result/show.html",
        stray=stray,
        ours=ours,
        offered=stray.offered_to is not None and stray.offered_to_id in user.unit_ids,
        solution=SOLUTIONS[stray.solution]() if stray.solution else "",
        likely=_orders(likely),
        others=_orders(others),
        matched=matched,
        order=what_of(stray.item.action) if stray.item else "",
        step=spec_of(stray.item).label.in_language(language()) if stray.item else "",
        forms=forms,
        typed=typed,
        physicians=physicians_of([stray.unit_id]),
        history=[(event, labels.EVENTS.get(event.verb, event.verb)) for event in events_of_stray(stray)],
    )


def _orders(suggestions: Sequence[Suggestion]) -> list[Order]:
    return [
        Order(
            one, what_of(one.awaited.item.action), one.awaited.spec.label.in_language(language()), ", ".join(_why(one))
        )
        for one in suggestions
    ]


def _why(suggestion: Suggestion) -> Iterable[str]:
    for reason in suggestion.reasons:
        if reason == "test":
            yield _("same words: %(words)s", words=", ".join(suggestion.words[:4]))
        else:
            yield _REASONS[reason]()


def _show_note(form: NoteStrayForm, place: SheetPlace) -> str:
    return render_template("stray_result/note.html", form=form, place=place)


def _note_patients(strays: Iterable[StrayResult]) -> None:
    user = current_user()
    for stray in strays:
        if stray.patient_id:
            reading = stray.unit_id if stray.unit_id in user.unit_ids else stray.offered_to_id
            saw_patients([stray.patient_id], reading)
