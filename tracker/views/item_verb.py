"""What is done to an item: take it, let go, done, not needed, ask, undo.

Each answers with the page it came from. A refusal shows that page again with everything typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.item import ItemForm, ask_form, done_form, not_needed_form, told_at_finish
from tracker.guard import current_user
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, User
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item, held_by
from tracker.queries.routine import routine_of
from tracker.services import item as services
from tracker.views.item_blueprint import blueprint
from tracker.views.item_work import Refused, item_page, lock_items, work_page
from tracker.views.page import show_faults


@blueprint.post("/items/<int:item_id>/claim")
@requires(Permission.ITEM_WORK)
def claim(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    return _without_form(item, lambda: services.claim_item(item, actor=current_user()))


@blueprint.post("/items/<int:item_id>/release")
@requires(Permission.ACTION_READ)
def release(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    return _without_form(item, lambda: services.release_item(item, actor=current_user()))


@blueprint.post("/items/<int:item_id>/undo")
@requires(Permission.ACTION_READ)
def undo(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    return _without_form(item, lambda: services.undo_item(item, actor=current_user()))


@blueprint.post("/items/<int:item_id>/begin")
@requires(Permission.ITEM_WORK)
def begin(item_id: int) -> ResponseReturnValue:
    """A field was copied: it may be in the target system from now on. Sent by the page's script."""
    item = _locked(item_id)
    services.begin_item(item, actor=current_user())
    return "", 204


@blueprint.post("/items/<int:item_id>/done")
@requires(Permission.ITEM_WORK)
def done(item_id: int) -> ResponseReturnValue:
    user = current_user()
    item = get_item(item_id, user.unit_ids)
    going_on = _held_beside(item, user)
    lock_items([item.id, *(other.id for other in going_on)])
    form = done_form(item, request.form)

    def finish() -> None:
        services.finish_item(
            item,
            form.reference.data or "",
            told_at_finish(form),
            on_paper="on_paper" in request.form,
            version=request.form.get("version", type=int),
            actor=user,
        )
        for other in going_on:
            services.claim_item(other, actor=user)  # the work goes on: nobody else should get the rest meanwhile

    return _with_form(item, "done", form, finish, _("Done: %(what)s.", what=_what(item)))


@blueprint.post("/items/<int:item_id>/not-needed")
@requires(Permission.ITEM_WORK)
def not_needed(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    form = not_needed_form(item, request.form)
    return _with_form(
        item,
        "not_needed",
        form,
        lambda: services.mark_item_not_needed(item, form.reason.data or "", actor=current_user()),
        _("Not needed: %(what)s.", what=_what(item)),
    )


@blueprint.post("/items/<int:item_id>/ask")
@requires(Permission.ITEM_WORK)
def ask(item_id: int) -> ResponseReturnValue:
    item = _locked(item_id)
    form = ask_form(item, request.form)
    return _with_form(
        item,
        "ask",
        form,
        lambda: services.ask_about_item(item, form.question.data or "", actor=current_user()),
        _("The question is sent. The follow-up rests until the answer."),
    )


def _what(item: Item) -> str:
    """What the item asks for, in words without anything about the patient."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    return spec.label.in_language(language())


def _locked(item_id: int) -> Item:
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


def _without_form(item: Item, verb: Callable[[], None]) -> ResponseReturnValue:
    try:
        verb()
    except Conflict as conflict:
        db.session.rollback()
        flash(str(conflict.message), "danger")
        return _page_again(item, None, 409)
    return _back(item)


def _with_form(item: Item, name: str, form: ItemForm, verb: Callable[[], object], told: str) -> ResponseReturnValue:
    try:
        verb()
    except Invalid as invalid:
        show_faults(form, invalid)
        return _page_again(item, Refused(item.id, name, form), 422)
    except Conflict as conflict:
        db.session.rollback()
        form.form_errors.append(str(conflict.message))
        return _page_again(item, Refused(item.id, name, form), 409)
    flash(told, "success")
    return _back(item)


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
    return redirect(url_for("item.patient", patient_id=item.action.patient_id, **scope))
