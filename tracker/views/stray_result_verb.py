"""What is done about a result without a recipient: ask around, match it, hand it over, give it to another unit."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.forms.reply import moment
from tracker.forms.stray_result import DeclineStrayForm, HandOverStrayForm, MatchForm, OfferStrayForm, StrayAttemptForm
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import StrayResult, User
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.queries.stray_result import get_stray
from tracker.queries.unit import active_units
from tracker.services.item import lock_item
from tracker.services.stray_result import (
    add_stray_attempt,
    decline_stray,
    hand_over_stray,
    lock_stray,
    match_stray,
    offer_stray,
    reopen_stray,
    take_stray,
)
from tracker.views.page import show_faults
from tracker.views.query_string import MAX_ID
from tracker.views.stray_result_blueprint import blueprint
from tracker.views.stray_result_show import PATH, stray_page


@blueprint.post(f"{PATH}/attempt")
@requires(Permission.ACTION_LOG)
def attempt(stray_id: int) -> ResponseReturnValue:
    form = StrayAttemptForm(prefix="attempt-")
    return _carry_out(stray_id, form, lambda stray, user: add_stray_attempt(stray, form.text.data or "", actor=user))


@blueprint.post(f"{PATH}/match")
@requires(Permission.ITEM_WORK)
def match(stray_id: int) -> ResponseReturnValue:
    """It belongs to the order that was chosen."""
    form = MatchForm(prefix="match-")
    told = request.form.get("order", "")

    def carry(stray: StrayResult, user: User) -> None:
        number = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
        if not 0 < number <= MAX_ID:
            raise Conflict(_("Choose the order that it belongs to."))
        item = lock_item(get_item(number, user.unit_ids).id)
        match_stray(stray, item, {"handed_to": form.handed_to.data, "handed_at": form.handed_at.data or ""}, actor=user)

    return _carry_out(stray_id, form, carry, matched=told)


@blueprint.post(f"{PATH}/hand-over")
@requires(Permission.ACTION_LOG)
def hand_over(stray_id: int) -> ResponseReturnValue:
    form = HandOverStrayForm(prefix="hand-")

    def carry(stray: StrayResult, user: User) -> None:
        handed_at = moment(form.handed_at.data, "/handed_at")
        assert handed_at is not None  # noqa: S101 - it is required
        hand_over_stray(stray, form.physician.data or "", handed_at, actor=user)

    return _carry_out(stray_id, form, carry)


@blueprint.post(f"{PATH}/offer")
@requires(Permission.ACTION_LOG)
def offer(stray_id: int) -> ResponseReturnValue:
    form = OfferStrayForm(prefix="offer-")

    def carry(stray: StrayResult, user: User) -> None:
        other = next((one for one in active_units() if one.code == form.unit.data), None)
        if other is None:
            raise Invalid({"/unit": _("Choose another unit.")})
        offer_stray(stray, other, form.text.data or "", actor=user)

    return _carry_out(stray_id, form, carry)


@blueprint.post(f"{PATH}/take")
@requires(Permission.ACTION_LOG)
def take(stray_id: int) -> ResponseReturnValue:
    taken: list[StrayResult] = []
    answer = _carry_out(stray_id, None, lambda stray, user: taken.append(take_stray(stray, actor=user)))
    return redirect(url_for("stray_result.show", stray_id=taken[0].id)) if taken else answer


@blueprint.post(f"{PATH}/decline")
@requires(Permission.ACTION_LOG)
def decline(stray_id: int) -> ResponseReturnValue:
    form = DeclineStrayForm(prefix="decline-")
    return _carry_out(stray_id, form, lambda stray, user: decline_stray(stray, form.reason.data or "", actor=user))


@blueprint.post(f"{PATH}/reopen")
@requires(Permission.ACTION_LOG)
def reopen(stray_id: int) -> ResponseReturnValue:
    """The solution was wrong."""
    return _carry_out(stray_id, None, lambda stray, user: reopen_stray(stray, actor=user))


def _carry_out(
    stray_id: int, form: FlaskForm | None, verb: Callable[[StrayResult, User], None], matched: str = ""
) -> ResponseReturnValue:
    """Check the unit, lock the result, do one thing, and go back to it; what was typed is never lost."""
    user = current_user()
    get_stray(stray_id, user.unit_ids)
    try:
        verb(lock_stray(stray_id), user)
        db.session.flush()
    except Invalid as error:
        if form is None:
            raise
        show_faults(form, error)
        return stray_page(get_stray(stray_id, user.unit_ids), form, matched), 422
    except (Conflict, Forbidden) as error:
        db.session.rollback()
        if form is not None:
            form.form_errors.append(str(error.message))
            return stray_page(get_stray(stray_id, user.unit_ids), form, matched), error.status
        flash(str(error.message), "danger")
        return redirect(url_for("stray_result.show", stray_id=stray_id))
    flash(_("Saved."), "success")
    stray = db.session.get(StrayResult, stray_id)
    if stray is None or stray.unit_id not in user.unit_ids:  # declined: it is no longer ours to see
        return redirect(url_for("stray_result.index"))
    return redirect(url_for("stray_result.show", stray_id=stray_id))
