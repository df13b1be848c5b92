"""A unit's own words on the high-risk list: seen beforehand what each would take in, then added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid
from tracker.extensions import current_routine
from tracker.forms.risk_word import RiskWordForm, risk_word_form
from tracker.guard import current_user
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, Unit
from tracker.permissions import Permission, requires
from tracker.queries.risk_word import get_risk_word, would_take_in
from tracker.queries.unit import get_unit, lock_unit
from tracker.services.risk_word import add_risk_word, check_risk_word, remove_risk_word
from tracker.views.page import show_faults

blueprint = Blueprint("risk_word", __name__)
SHOWN = 12


@blueprint.get("/units/<code>/risk-words")
@requires(Permission.UNIT_MANAGE)
def index(code: str) -> ResponseReturnValue:
    return _page(_managed(code), _form())


@blueprint.post("/units/<code>/risk-words")
@requires(Permission.UNIT_MANAGE)
def add(code: str) -> ResponseReturnValue:
    """First what the word would take in; then, confirmed, the word."""
    unit = _managed(code)
    form = _form()
    category, word = form.category.data or "", form.word.data or ""
    try:
        if request.form.get("verb") != "add":
            check_risk_word(unit, category, word, actor=current_user())
            return _page(unit, form, taken=would_take_in(unit, category, word))
        row = add_risk_word(lock_unit(code), category, word, actor=current_user())
    except Invalid as invalid:
        show_faults(form, invalid)
        return _page(unit, form, status=422)
    flash(_("“%(word)s” is on the list from now on.", word=row.word), "success")
    return redirect(url_for("risk_word.index", code=code))


@blueprint.post("/units/<code>/risk-words/<int:word_id>/remove")
@requires(Permission.UNIT_MANAGE)
def remove(code: str, word_id: int) -> ResponseReturnValue:
    _managed(code)
    row = get_risk_word(word_id, lock_unit(code))
    word = row.word
    remove_risk_word(row, actor=current_user())
    flash(_("“%(word)s” is off the list. What is entered already is still checked.", word=word), "success")
    return redirect(url_for("risk_word.index", code=code))


def _managed(code: str) -> Unit:
    unit = get_unit(code)
    if not current_user().manages(unit.id):
        abort(403)
    return unit


def _form() -> RiskWordForm:
    return risk_word_form([(one.id, one.label.in_language(language())) for one in current_routine().high_risk])


def _page(
    unit: Unit, form: RiskWordForm, status: int = 200, taken: Sequence[Item] | None = None
) -> ResponseReturnValue:
    """`taken`: the open items that the word in the form would take in, told by what they are about, not of whom."""
    about = Counter(item.action.subject for item in taken or ())
    return (
        render_template(
            "risk_word/index.html",
            unit_here=unit,
            form=form,
            categories=current_routine().high_risk,
            taken=None if taken is None else len(taken),
            about=about.most_common(SHOWN),
        ),
        status,
    )
