"""Said in the work panel: it had arrived by itself, or did not; an electronic twin was sent too."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid
from tracker.forms.item import arrival_form, twin_form
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Arrival
from tracker.permissions import Permission, requires
from tracker.services.arrival import finished_by_arrival, look_for_arrival
from tracker.services.twin import add_twin
from tracker.views.item_blueprint import blueprint
from tracker.views.item_verb import locked_item, what_of, with_form


@blueprint.post("/items/<int:item_id>/arrival")
@requires(Permission.ITEM_WORK)
def arrival(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    form = arrival_form(item, request.form)
    answers = {answer.value: answer for answer in Arrival}
    said = answers.get(request.form.get("answer", ""))

    def look() -> None:
        if said is None:
            raise Invalid({"/answer": _l("Say whether it stands there.")})
        look_for_arrival(item, said, form["reference"].data or "", actor=current_user())

    if said is Arrival.MISSING:
        told = _("Noted: it is not there. Enter it by hand: %(what)s.", what=what_of(item))
    elif finished_by_arrival(item):
        told = _("It had arrived, and is done: %(what)s.", what=what_of(item))
    else:
        told = _("Noted: it has arrived. What is left to do: %(what)s.", what=what_of(item))
    return with_form(item, "arrival", form, look, told)


@blueprint.post("/items/<int:item_id>/twin")
@requires(Permission.ITEM_WORK)
def twin(item_id: int) -> ResponseReturnValue:
    item = locked_item(item_id)
    form = twin_form(item, request.form)
    return with_form(
        item,
        "twin",
        form,
        lambda: add_twin(item.action, form["reason"].data or "", actor=current_user()),
        _("The twin is on the list to be cancelled."),
    )
