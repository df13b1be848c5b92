"""Before you leave: what is open, to be finished, let go or handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import db
from tracker.forms.shift import NEXT_SHIFT, HandOverForm, hand_over_form
from tracker.guard import current_user, may
from tracker.i18n import lazy_text as _l
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Unit, User
from tracker.permissions import Permission, requires
from tracker.queries.handover import contents, handed_over_by, waiting_for, waiting_for_others
from tracker.queries.item import get_item
from tracker.queries.shift import leaves_something, left_by
from tracker.queries.unit import get_unit
from tracker.queries.user import colleagues_in, find_user
from tracker.services.handover import hand_over, may_take_over
from tracker.services.item import lock_item, release_item
from tracker.views.page import show_faults
from tracker.views.shift_blueprint import blueprint
from tracker.views.shift_thing import Section, read_things, sections_of


@dataclass(frozen=True)
class UnitPart:
    """What is left in one unit, and the form to hand it over."""

    unit: Unit
    sections: list[Section]
    form: HandOverForm


@blueprint.app_context_processor
def _for_the_menu() -> dict[str, Any]:
    """`something_is_open()`: asked by the log-out button only, and only of those who work with patients."""
    return {"something_is_open": lambda: may(Permission.ACTION_READ) and leaves_something(current_user())}


@blueprint.get("/shift-end")
@requires(Permission.ACTION_READ)
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/shift-end/<code>/hand-over")
@requires(Permission.ACTION_READ)
def hand_over_things(code: str) -> ResponseReturnValue:
    """Hand over what is ticked, all or nothing."""
    user, unit = current_user(), _unit(code)
    form = hand_over_form(unit, colleagues_in(unit.id), user, request.form)
    form.things = request.form.getlist("things")
    if not form.validate():
        return _page(unit, form, 422)
    to = find_user(form.to.data) if form.to.data != NEXT_SHIFT else None
    try:
        hand_over(read_things(form.things), unit, to, form.note.data or "", actor=user)
    except Invalid as invalid:
        show_faults(form, invalid)
        return _page(unit, form, 422)
    except Conflict as conflict:
        db.session.rollback()
        form.form_errors.append(str(conflict.message))
        return _page(unit, form, 409)
    receiver = to.name if to else _("the next shift")
    flash(_("Handed over to %(name)s. Until it is taken over you can take it back.", name=receiver), "success")
    return redirect(url_for("shift.show"))


@blueprint.post("/shift-end/release")
@requires(Permission.ACTION_READ)
def release() -> ResponseReturnValue:
    """Let go of what one holds. What was begun says "check the system first"."""
    user = current_user()
    things = read_things([request.form.get("release", "")])
    items = [lock_item(get_item(item_id, user.unit_ids).id) for item_id in sorted(things.items)]
    try:
        for item in items:
            release_item(item, actor=user)
    except Conflict as conflict:
        db.session.rollback()
        flash(str(conflict.message), "danger")
        return _page(status=409)
    flash(plural("%(num)s follow-up is let go.", "%(num)s follow-ups are let go.", len(items)), "success")
    return redirect(url_for("shift.show"))


def _unit(code: str) -> Unit:
    unit = get_unit(code)
    if unit.id not in current_user().unit_ids:
        raise NotFound(_l("There is no such unit among yours."))
    return unit


def _page(
    refused_in: Unit | None = None, refused: HandOverForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """Everything anew; the form that was refused keeps what was ticked and typed."""
    user = current_user()
    parts = []
    for left in left_by(user):
        was_refused = refused is not None and refused_in is not None and left.unit.id == refused_in.id
        form = refused if refused and was_refused else _empty_form(left.unit, user)
        parts.append(UnitPart(left.unit, sections_of(left), form))
    if refused is not None and not any(part.form is refused for part in parts):
        for error in refused.form_errors or [_("Something of it was done or moved meanwhile. Look at the list again.")]:
            flash(str(error), "danger")
    to_me, others = waiting_for(user), waiting_for_others(user)
    html = render_template(
        "shift/end.html",
        parts=parts,
        to_me=to_me,
        others=[one for one in others if may_take_over(user, one)],
        mine=handed_over_by(user),
        contents=contents,
        is_leaving=request.args.get("leaving") == "1",
    )
    return html, status


def _empty_form(unit: Unit, user: User) -> HandOverForm:
    return hand_over_form(unit, colleagues_in(unit.id), user)
