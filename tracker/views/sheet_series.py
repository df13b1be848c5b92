"""One series of forms: how each stands, counting the blanks, and settling several at once."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.extensions import current_routine, db
from tracker.forms.sheet import CountForm, SettleForm
from tracker.guard import current_user
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Sheet, SheetSeries
from tracker.permissions import Permission, requires
from tracker.queries.routine import routine_of
from tracker.queries.sheet import find_sheet_told, get_series
from tracker.queries.sheet_standing import STATES, Standing, stand
from tracker.serial import WrongLetter
from tracker.services.sheet import count_blanks
from tracker.views.page import show_faults
from tracker.views.sheet_blueprint import blueprint
from tracker.views.sheet_list import kind_name
from tracker.views.sheet_place import likeliest_outage
from tracker.views.sheet_show import VERBS
from tracker.views.sheet_words import STATES as STATE_WORDS

PATH = "/sheets/series/<int:series_id>"


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def series(series_id: int) -> ResponseReturnValue:
    return _show(series_id, CountForm(formdata=None), SettleForm(formdata=None))


@blueprint.post(f"{PATH}/count")
@requires(Permission.ACTION_LOG)
def count(series_id: int) -> ResponseReturnValue:
    """From which number on the forms are blank; or that none are."""
    user = current_user()
    found = get_series(series_id, user.unit_ids)
    form = CountForm()
    if not form.validate():
        return _show(series_id, form, SettleForm(formdata=None)), 422
    try:
        first = None if "none" in request.form else _first_blank(form.first_blank.data or "", found)
        blank = count_blanks(found, first, actor=user)
    except Invalid as error:
        show_faults(form, error)
        return _show(series_id, form, SettleForm(formdata=None)), 422
    flash(plural("Counted: %(num)s blank form.", "Counted: %(num)s blank forms.", blank), "success")
    return redirect(url_for("sheet.series", series_id=series_id))


@blueprint.post(f"{PATH}/settle")
@requires(Permission.ACTION_LOG)
def settle_many(series_id: int) -> ResponseReturnValue:
    """The same of several forms: void, missing or blank."""
    user = current_user()
    found = get_series(series_id, user.unit_ids)
    form = SettleForm()
    verb = request.form.get("verb", "")
    chosen = set(request.form.getlist("serial"))
    sheets = [sheet for sheet in found.sheets if sheet.serial in chosen]
    if not sheets:
        form.form_errors.append(_("Tick the forms it is about."))
    if verb not in VERBS:
        form.form_errors.append(_("Choose what became of the forms."))
    if form.form_errors or not form.validate():
        return _show(series_id, CountForm(formdata=None), form, chosen), 422
    try:
        for sheet in sheets:
            VERBS[verb](sheet, form.reason.data or "", likeliest_outage(found.unit_id), user)
    except Invalid as error:
        show_faults(form, error)
        return _show(series_id, CountForm(formdata=None), form, chosen), 422
    except Conflict as error:
        db.session.rollback()
        form.form_errors.append(str(error.message))
        return _show(series_id, CountForm(formdata=None), form, chosen), 409
    flash(plural("%(num)s form saved.", "%(num)s forms saved.", len(sheets)), "success")
    return redirect(url_for("sheet.series", series_id=series_id))


def _first_blank(told: str, found: SheetSeries) -> Sheet:
    """The form that was typed or scanned; raises Invalid if it is none of this series."""
    if not told.strip():
        raise Invalid({"/first_blank": _("Scan or type the first blank form, or say that none are blank.")})
    try:
        sheet = find_sheet_told(told)
    except WrongLetter:
        raise Invalid({"/first_blank": _("The letter does not fit the number. Check every digit.")}) from None
    if sheet is None or sheet.series_id != found.id:
        raise Invalid({"/first_blank": _("That form is not of this series. Check the number.")})
    return sheet


def _show(series_id: int, counting: CountForm, settling: SettleForm, chosen: set[str] | None = None) -> str:
    found = get_series(series_id, current_user().unit_ids)
    standing = stand([found])[0]
    routine = routine_of(found.outage) if found.outage else current_routine()
    return render_template(
        "sheet/series.html",
        series=found,
        standing=standing,
        kind=kind_name(found.kind, routine),
        order=STATES,
        states=STATE_WORDS,
        counting=counting,
        settling=settling,
        chosen=chosen or set(),
        to_settle=standing.sheets("unlogged"),
        suggested=_suggested(standing.standings),
    )


def _suggested(standings: Sequence[Standing]) -> str:
    """The form after the last one used: most likely the first blank."""
    serial = ""
    for standing in reversed(standings):
        if standing.state in ("unlogged", "blank"):
            serial = standing.sheet.serial
        else:
            break
    return serial
