"""What is done about something awaited: watch it, chase it, say that it arrived, hand the reply to a physician."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.forms.item import ItemForm, told_at_finish
from tracker.forms.reply import acknowledge_form, chase_form, moment, watch_form
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import Item
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.queries.user import colleagues_in, find_user
from tracker.services.chase import chase_item
from tracker.services.item import finish_item, lock_item
from tracker.services.reply import acknowledge_item, watch_item, withdraw_acknowledgement
from tracker.views.page import show_faults
from tracker.views.reply_blueprint import blueprint
from tracker.views.reply_board import board_choice
from tracker.views.reply_show import PATH, RefusedForm, reply_page
from tracker.views.reply_shown import hand_over_form


@blueprint.post(f"{PATH}/watch")
@requires(Permission.ITEM_WORK)
def watch(item_id: int) -> ResponseReturnValue:
    user, item = current_user(), _locked(item_id)
    form = watch_form(item, colleagues_in(item.action.unit_id), request.form)

    def carry() -> None:
        login = form.watcher.data or ""
        watcher = find_user(login) if login else None
        if login and watcher is None:
            raise Invalid({"/watcher": _("Choose a colleague who works in the unit.")})
        watch_item(item, watcher, actor=user)

    name = next((one.name for one in colleagues_in(item.action.unit_id) if one.login == form.watcher.data), "")
    told = _("%(name)s watches for it.", name=name) if name else _("Nobody watches for it now.")
    return _with_form(item, "watch", form, carry, told)


@blueprint.post(f"{PATH}/chase")
@requires(Permission.ITEM_WORK)
def chase(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    form = chase_form(item, request.form)

    def carry() -> None:
        again_at = moment(form.again_at.data, "/again_at", required=False)
        chase_item(item, form.text.data or "", again_at, actor=current_user())

    return _with_form(item, "chase", form, carry, _("Noted: it has been chased."))


@blueprint.post(f"{PATH}/acknowledge")
@requires(Permission.ITEM_WORK)
def acknowledge(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    form = acknowledge_form(item, request.form)

    def carry() -> None:
        said_at = moment(form.said_at.data, "/said_at")
        assert said_at is not None  # noqa: S101 - it is required
        acknowledge_item(item, form.said_by.data or "", said_at, actor=current_user())

    return _with_form(item, "acknowledge", form, carry, _("Noted: the receiver has it."), to_board=False)


@blueprint.post(f"{PATH}/withdraw")
@requires(Permission.ITEM_WORK)
def withdraw(item_id: int) -> ResponseReturnValue:
    """The acknowledgement was a slip."""
    item = _locked(item_id)
    told = _("Taken back: the acknowledgement is awaited again.")
    return _with_form(
        item, "withdraw", ItemForm(), lambda: withdraw_acknowledgement(item, actor=current_user()), told, to_board=False
    )


@blueprint.post(f"{PATH}/hand-over")
@requires(Permission.ITEM_WORK)
def hand_over(item_id: int) -> ResponseReturnValue:
    """The reply is here and a physician has it: the follow-up is done, with name and time."""
    item = _locked(item_id)
    form = hand_over_form(item, request.form)
    version = request.form.get("version", type=int)
    return _with_form(
        item,
        "hand_over",
        form,
        lambda: finish_item(item, "", told_at_finish(form), version=version, actor=current_user()),
        _("Done: the reply is handed over."),
    )


def _locked(item_id: int) -> Item:
    return lock_item(get_item(item_id, current_user().unit_ids).id)


def _with_form(
    item: Item, name: str, form: ItemForm, verb: Callable[[], object], told: str, *, to_board: bool = True
) -> ResponseReturnValue:
    """Do it and go back to where it was done; refused, show it with what was typed."""
    item_id = item.id
    try:
        verb()
        db.session.flush()
    except Invalid as invalid:
        show_faults(form, invalid)
        return reply_page(item, RefusedForm(name, form), 422)
    except (Conflict, Forbidden) as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return reply_page(get_item(item_id, current_user().unit_ids), RefusedForm(name, form), refusal.status)
    flash(told, "success")
    if to_board and request.args.get("back") == "board":
        return redirect(url_for("reply.index", **board_choice(request.args, current_user()).args()))
    return redirect(url_for("reply.show", item_id=item_id))
