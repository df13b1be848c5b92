"""What is done to an item: take it, let go, done, not needed, ask, undo.

Each answers with the page it came from. A refusal shows that page again with everything typed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import db
from tracker.forms.item import ItemForm, ask_form, done_form, not_needed_form, told_at_finish
from tracker.guard import current_user
from tracker.i18n import language, plural
from tracker.i18n import text as _
from tracker.models import Item, User
from tracker.permissions import Permission, may_work, requires
from tracker.queries.item import get_item, held_by
from tracker.queries.routine import routine_of
from tracker.services import item as services
from tracker.services.reading import Reading, check_reading
from tracker.services.settlement import refuse_all, settle_items, settled_with, undo_settlement
from tracker.views.api.parse import row_id
from tracker.views.item_blueprint import blueprint
from tracker.views.item_work import Refused, item_page, lock_items, work_page
from tracker.views.page import show_faults


@blueprint.post("/items/<int:item_id>/claim")
@requires(Permission.ITEM_WORK)
def claim(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    return _without_form(item, lambda: services.claim_item(item, actor=current_user()))


@blueprint.post("/items/<int:item_id>/release")
@requires(Permission.ACTION_READ)
def release(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    return _without_form(item, lambda: services.release_item(item, actor=current_user()))


@blueprint.post("/items/<int:item_id>/undo")
@requires(Permission.ACTION_READ)
def undo(item_id: int) -> ResponseReturnValue:
    """Take it back, and what the same entry settled. `again`: the one who finished it goes on with it at once."""
    user = current_user()
    item = locked_item(item_id)
    mine = user.id in (item.done_by_id, item.entered_by_id)

    def take_back() -> None:
        undo_settlement(item, actor=user)
        if "again" in request.args and mine and may_work(user, item):
            with suppress(Conflict):  # it waits for its system again
                services.claim_item(item, actor=user)

    return _without_form(item, take_back)


@blueprint.post("/items/<int:item_id>/begin")
@requires(Permission.ITEM_WORK)
def begin(item_id: int) -> ResponseReturnValue:
    """A field is about to be copied: it may be in the target system from now on. Sent by the page's script."""
    item = locked_item(item_id)
    try:
        services.begin_item(item, actor=current_user())
    except Conflict as conflict:
        db.session.rollback()
        return jsonify(message=str(conflict.message), holder=conflict.holder), 409
    return "", 204


@blueprint.post("/items/<int:item_id>/done")
@requires(Permission.ITEM_WORK)
def done(item_id: int) -> ResponseReturnValue:
    user = current_user()
    item = get_item(item_id, user.unit_ids)
    held = _held_beside(item, user)
    lock_items([item.id, *(other.id for other in held)])
    form = done_form(item, request.form)
    also = _also() - {other.id for other in settled_with(item)}

    def finish() -> None:
        if "on_paper" in request.form:
            services.finish_item(item, form.reference.data or "", told_at_finish(form), on_paper=True, actor=user)
        else:
            _check_still_held(item, also - {other.id for other in held}, user)
            together = [other for other in held if other.id in also]
            settle_items(item, together, form.reference.data or "", told_at_finish(form), actor=user)
        for other in held:
            if other.id not in also:
                services.claim_item(other, actor=user)  # the work goes on: nobody else should get the rest meanwhile

    told = _("Done: %(what)s.", what=what_of(item))
    if also:
        told = plural(
            "Done with %(num)s more: %(what)s.", "Done with %(num)s more: %(what)s.", len(also), what=what_of(item)
        )
    return with_form(item, "done", form, finish, told)


@blueprint.post("/items/<int:item_id>/not-needed")
@requires(Permission.ITEM_WORK)
def not_needed(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    form = not_needed_form(item, request.form)
    return with_form(
        item,
        "not_needed",
        form,
        lambda: services.mark_item_not_needed(item, form.reason.data or "", actor=current_user()),
        _("Not needed: %(what)s.", what=what_of(item)),
    )


@blueprint.post("/items/<int:item_id>/ask")
@requires(Permission.ITEM_WORK)
def ask(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    form = ask_form(item, request.form)
    return with_form(
        item,
        "ask",
        form,
        lambda: services.ask_about_item(item, form.question.data or "", actor=current_user()),
        _("The question is sent. The follow-up rests until the answer."),
    )


def what_of(item: Item) -> str:
    """What the item asks for, in words without anything about the patient."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    return spec.label.in_language(language())


def locked_item(item_id: int) -> Item:
    return services.lock_item(get_item(item_id, current_user().unit_ids).id)


def _held_beside(item: Item, user: User) -> list[Item]:
    """What the user holds of the same patient in the same system, in the order it is worked."""
    return [
        other
        for other in held_by(user)
        if other.id != item.id
        and other.system == item.system
        and other.action.patient_id == item.action.patient_id
        and other.action.outage.drill == item.action.outage.drill
        and other.holder(utcnow())
    ]


def _check_still_held(item: Item, lost: frozenset[int], user: User) -> None:
    """What was ticked to be settled too and is another's by now refuses the whole, by its name."""
    for one in sorted(lost):
        with suppress(NotFound):
            other = get_item(row_id(one), user.unit_ids)
            if other.action.patient_id != item.action.patient_id:
                continue
            why = _("It is not yours any more. Look at the rest, then press again.")
            if holder := other.holder(utcnow()):
                why = _("%(name)s has it now. Look at the rest, then press again.", name=holder.name)
            raise Conflict(refuse_all(other, why))
    if lost:
        raise Conflict(_("Not all that you ticked is yours any more. Look at the rest, then press again."))


def _without_form(item: Item, verb: Callable[[], None]) -> ResponseReturnValue:
    try:
        verb()
    except Conflict as conflict:
        db.session.rollback()
        flash(str(conflict.message), "danger")
        return _page_again(item, None, 409)
    return _back(item)


def with_form(item: Item, name: str, form: ItemForm, verb: Callable[[], object], told: str) -> ResponseReturnValue:
    reading = Reading(request.form.get("version", type=int), seen=request.form.get("seen", type=int))
    refused = Refused(item.id, name, form, reading, _also())
    try:
        check_reading(item, reading, actor=current_user())
        verb()
    except Invalid as invalid:
        show_faults(form, invalid)
        return _page_again(item, refused, 422)
    except Conflict as conflict:
        db.session.rollback()
        form.form_errors.append(str(conflict.message))
        return _page_again(item, refused, 409)
    flash(told, "success")
    return _back(item)


def _also() -> frozenset[int]:
    """The other items that one entry settles."""
    return frozenset(int(one) for one in request.form.getlist("also") if one.isascii() and one.isdigit())


def _is_from_work() -> bool:
    return request.args.get("back") == "patient"


def _page_again(item: Item, refused: Refused | None, status: int) -> ResponseReturnValue:
    if _is_from_work():
        return work_page(item.action.patient_id, refused, status)
    return item_page(item.id, refused, status)


def _back(item: Item) -> ResponseReturnValue:
    """To the page it came from; while working a patient, to the item to do next."""
    if not _is_from_work():
        return redirect(url_for("item.show", item_id=item.id))
    scope: dict[str, Any] = {name: request.args[name] for name in ("system", "outage", "unit") if name in request.args}
    target = item if item.holder(utcnow()) else next(iter(_held_beside(item, current_user())), None)
    if target:
        scope["item"] = target.id
    if not item.holder(utcnow()):
        scope["last"] = item.id
    return redirect(url_for("item.patient", patient_id=item.action.patient_id, **scope))
