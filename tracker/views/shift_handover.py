"""One hand-over: read, taken over by the receiver, or taken back by the sender."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict
from tracker.extensions import db
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import Handover
from tracker.permissions import Permission, requires
from tracker.queries.handover import get_handover
from tracker.services import handover as services
from tracker.views.shift_blueprint import blueprint
from tracker.views.shift_thing import rows_of


@blueprint.get("/handovers/<int:handover_id>")
@requires(Permission.ACTION_READ)
def handover(handover_id: int) -> ResponseReturnValue:
    """What was handed over, and what of it is still to be done, with the way to each."""
    return _page(handover_id)


@blueprint.post("/handovers/<int:handover_id>/take-over")
@requires(Permission.ACTION_READ)
def take_over(handover_id: int) -> ResponseReturnValue:
    found = _locked(handover_id)
    try:
        services.take_over(found, actor=current_user())
    except Conflict as conflict:
        return _refused(handover_id, conflict)
    flash(_("You have taken it over. It is yours until it is done, or until you hand it on."), "success")
    return redirect(url_for("shift.handover", handover_id=handover_id))


@blueprint.post("/handovers/<int:handover_id>/take-back")
@requires(Permission.ACTION_READ)
def take_back(handover_id: int) -> ResponseReturnValue:
    found = _locked(handover_id)
    try:
        services.take_back(found, actor=current_user())
    except Conflict as conflict:
        return _refused(handover_id, conflict)
    flash(_("You have taken it back."), "success")
    return redirect(url_for("shift.show"))


def _locked(handover_id: int) -> Handover:
    return services.lock_handover(get_handover(handover_id, current_user().unit_ids).id)


def _refused(handover_id: int, conflict: Conflict) -> ResponseReturnValue:
    """A colleague came first: the page says who."""
    message = str(conflict.message)
    db.session.rollback()
    flash(message, "danger")
    return _page(handover_id, 409)


def _page(handover_id: int, status: int = 200) -> ResponseReturnValue:
    user = current_user()
    found = get_handover(handover_id, user.unit_ids)
    html = render_template(
        "shift/handover.html",
        handover=found,
        rows=rows_of(found),
        is_mine=found.from_id == user.id,
        may_take_over=found.received_at is None and services.may_take_over(user, found),
    )
    return html, status
