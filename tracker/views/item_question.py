"""Questions about what was written on paper: those to the reader, and those the reader has asked."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.item import answer_form
from tracker.guard import current_user, saw_patients
from tracker.i18n import text as _
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item, questions_for
from tracker.queries.question import questions_asked_by
from tracker.services.item import answer_item, lock_item
from tracker.views.item_blueprint import blueprint
from tracker.views.item_panel import Reader
from tracker.views.item_queue import note_seen
from tracker.views.item_work import Refused, item_page
from tracker.views.page import show_faults


@blueprint.get("/questions")
@requires(Permission.ACTION_READ)
def questions() -> ResponseReturnValue:
    return questions_page()


def questions_page(refused: Refused | None = None, status: int = 200) -> ResponseReturnValue:
    """Questions to the reader with a form each, then the reader's own."""
    user = current_user()
    to_me = questions_for(user)
    asked = questions_asked_by(user)
    note_seen([*to_me, *(question.item for question in asked)])
    reader = Reader(user)
    panels = [
        reader.panel(
            item,
            item.state.value,
            refused=(refused.name, refused.form) if refused and refused.item_id == item.id else None,
        )
        for item in to_me
    ]
    saw_patients({panel.logged_as.id for panel in panels if panel.logged_as})
    return (
        render_template(
            "item/questions.html",
            panels=panels,
            waiting=[(question, reader.line(question.item, "question")) for question in asked if not question.answer],
            answered=[(question, reader.line(question.item, "")) for question in asked if question.answer],
        ),
        status,
    )


@blueprint.post("/items/<int:item_id>/answer")
@requires(Permission.ACTION_READ)
def answer(item_id: int) -> ResponseReturnValue:
    user = current_user()
    item = lock_item(get_item(item_id, user.unit_ids).id)
    form = answer_form(item, request.form)
    try:
        answer_item(item, form["text"].data or "", actor=user)
    except Invalid as invalid:
        show_faults(form, invalid)
        return _again(Refused(item.id, "answer", form), 422)
    except Conflict as conflict:  # a colleague has answered meanwhile: their answer is on the item's page
        db.session.rollback()
        form.form_errors.append(str(conflict.message))
        return item_page(item.id, Refused(item.id, "answer", form), 409)
    flash(_("The answer is sent. The follow-up is open again."), "success")
    return redirect(url_for("item.questions") if _from_list() else url_for("item.show", item_id=item.id))


def _from_list() -> bool:
    return request.args.get("back") == "questions"


def _again(refused: Refused, status: int) -> ResponseReturnValue:
    return questions_page(refused, status) if _from_list() else item_page(refused.item_id, refused, status)
