"""The second person's list of high-risk entries, and the page on which one is compared with what was logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.extensions import current_settings, db
from tracker.forms.second_check import SecondCheckForm, second_check_form, what_was_seen
from tracker.guard import current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, ItemState
from tracker.permissions import Permission, may_check, reading_unit, requires
from tracker.queries.item import get_item
from tracker.queries.routine import routine_of
from tracker.queries.second_check import CheckedField, checked_fields, entered_by, rejected_of, to_check_for
from tracker.services.item import lock_item
from tracker.services.second_check import check_entry, reject_entry
from tracker.views.item_panel import Reader
from tracker.views.item_queue import note_seen
from tracker.views.page import show_faults

blueprint = Blueprint("second_check", __name__)


@dataclass(frozen=True)
class Row:
    """One field: what was logged, what the checker says stands there, and whether they differ."""

    field: CheckedField
    same: object
    read: object
    differs: bool


@blueprint.get("/checks")
@requires(Permission.ITEM_WORK)
def index() -> ResponseReturnValue:
    """What awaits the reader as the second person, and what of the reader's own awaits somebody else."""
    user = current_user()
    to_check, mine, rejected = to_check_for(user), entered_by(user), rejected_of(user)
    note_seen([*to_check, *mine, *rejected])
    reader = Reader(user)
    return render_template(
        "second_check/index.html",
        to_check=[reader.line(item, item.state.value) for item in to_check],
        mine=[reader.line(item, item.state.value) for item in mine],
        rejected=[reader.line(item, item.state.value) for item in rejected],
        several_units=len(user.working_unit_ids) > 1,
    )


@blueprint.get("/checks/<int:item_id>")
@requires(Permission.ITEM_WORK)
def show(item_id: int) -> ResponseReturnValue:
    user = current_user()
    item = get_item(item_id, user.unit_ids)
    if item.state is not ItemState.ENTERED or not may_check(user, item):
        return redirect(url_for("item.show", item_id=item.id))
    fields = _fields(item)
    return _page(item, fields, second_check_form(fields, item.revision))


@blueprint.post("/checks/<int:item_id>")
@requires(Permission.ITEM_WORK)
def answer(item_id: int) -> ResponseReturnValue:
    """Right, or sent back. A difference comes back side by side, with everything typed."""
    user = current_user()
    item = lock_item(get_item(item_id, user.unit_ids).id)
    fields = _fields(item)
    form = second_check_form(fields, item.revision, request.form)
    revision = request.form.get("revision", type=int)
    rejects = request.form.get("verb") == "reject"
    try:
        if rejects:
            reject_entry(item, form.note.data or "", revision=revision, actor=user)
        else:
            check_entry(item, what_was_seen(form, fields), revision=revision, actor=user)
    except Invalid as invalid:
        show_faults(form, invalid, {pointer: pointer.replace("/seen/", "read-") for pointer in invalid.faults})
        if not rejects and not (form.note.data or "").strip():
            form.note.data = _what_differs(form, fields)
        return _page(item, fields, form, 422)
    except Conflict as conflict:
        db.session.rollback()
        form.form_errors.append(str(conflict.message))
        form.forget_ticks(fields)
        form.revision.data = str(item.revision)
        return _page(item, fields, form, 409)
    what = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields).label
    told = _("Sent back: %(what)s.") if rejects else _("Checked: %(what)s.")
    flash(told % {"what": what.in_language(language())}, "success")
    return _next(item)


def _fields(item: Item) -> list[CheckedField]:
    return checked_fields(item, language(), current_settings().language)


def _page(item: Item, fields: Sequence[CheckedField], form: SecondCheckForm, status: int = 200) -> ResponseReturnValue:
    user = current_user()
    saw_patients([item.action.patient_id], reading_unit(user, item.action))
    rows = [Row(field, form.same(field), form.read(field), _differs(form, field)) for field in fields]
    return (
        render_template(
            "second_check/show.html",
            item=item,
            action=item.action,
            line=Reader(user).line(item, item.state.value),
            rows=rows,
            form=form,
            can_answer=item.state is ItemState.ENTERED and may_check(user, item),
            after=next((other for other in to_check_for(user) if other.id != item.id), None),
            left=len(to_check_for(user)),
        ),
        status,
    )


def _differs(form: SecondCheckForm, field: CheckedField) -> bool:
    """Something else was written, and refused: not merely left open."""
    return bool(form.read(field).errors) and bool((form.read(field).data or "").strip())


def _what_differs(form: SecondCheckForm, fields: Sequence[CheckedField]) -> str:
    """A note to begin with: what was logged and what stands there, field by field."""
    return " ".join(
        _(
            "%(field)s: logged %(logged)s, in the system %(read)s.",
            field=field.label,
            logged=field.text,
            read=(form.read(field).data or "").strip(),
        )
        for field in fields
        if _differs(form, field)
    )


def _next(item: Item) -> ResponseReturnValue:
    """On to the next: of the same patient in the same system if there is one, so that the record stays open."""
    left = to_check_for(current_user())
    here = [other for other in left if (other.action.patient_id, other.system) == (item.action.patient_id, item.system)]
    for other in [*here, *left]:
        return redirect(url_for("second_check.show", item_id=other.id))
    return redirect(url_for("second_check.index"))
