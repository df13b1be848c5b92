"""The forms to print, as the browser prints them; printing lost ones again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from exports.pack import PrintOrder, is_double_sided, lay_out
from exports.words import in_language
from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import current_routine
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import SheetSeries
from tracker.permissions import Permission, requires
from tracker.queries.routine import routine_of
from tracker.queries.sheet import get_series, series_by_id
from tracker.services.sheet import reprint_sheets
from tracker.views.sheet_blueprint import blueprint
from tracker.views.sheet_place import AHEAD

FIRST_PRINT = timedelta(hours=1)
"""So long after being issued a print counts as the first; a paper jam is put right in that time."""


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


@blueprint.get("/sheets/print")
@requires(Permission.ACTION_LOG)
def print_forms() -> ResponseReturnValue:
    """Every form of the series named, of one unit, one side a page. Late or lost prints say that they are copies."""
    series = _named_series()
    unit = series[0].unit
    outage = series[0].outage
    routine = routine_of(outage) if outage else current_routine()
    told = request.args.get("sides", "")
    both_sides = told == "both" or (told != "one" and is_double_sided(routine, series))
    language = "en" if request.args.get("language") == "en" else "sv"
    order = PrintOrder(
        unit=unit,
        series=series,
        routine=routine,
        language=language,
        both_sides=both_sides,
        with_pack="pack" in request.args,
        as_copy=frozenset(one.id for one in series if "copy" in request.args or _is_late(one)),
        only=frozenset(request.args.getlist("only")),
        made_at=utcnow(),
    )
    document = lay_out(order)
    if not document.forms:
        raise NotFound(_l("There are no such forms."))
    with in_language(language):
        sides = render_template("sheet/sides.html", document=document, unit=unit, both_sides=both_sides)
    return render_template(
        "sheet/print.html",
        unit=unit,
        document=document,
        document_language=language,
        sides=Markup(sides),  # noqa: S704 - made by the template above, which escapes
        both_sides=both_sides,
        with_pack=order.with_pack,
        any_copy=bool(order.as_copy),
        back=url_for("sheet.index", unit=unit.id, outage=outage.id if outage else AHEAD),
        choices=[
            Choice(_("Both sides of the paper"), _again(sides="both"), both_sides),
            Choice(_("One side"), _again(sides="one"), not both_sides),
            Choice("Svenska", _again(language="sv"), language == "sv"),
            Choice("English", _again(language="en"), language == "en"),
        ],
    )


@blueprint.post("/sheets/series/<int:series_id>/print-again")
@requires(Permission.ACTION_LOG)
def print_again(series_id: int) -> ResponseReturnValue:
    """A print was lost: the same serials once more, marked as copies, or only one of them."""
    user = current_user()
    series = get_series(series_id, user.unit_ids)
    only = request.form.get("only") or None
    reprint_sheets(series, actor=user)
    return redirect(url_for("sheet.print_forms", series=series.id, copy=1, only=only))


def _named_series() -> Sequence[SheetSeries]:
    """The series of the address, of the first one's unit."""
    ids = [int(text) for text in request.args.getlist("series")[:100] if text.isascii() and text.isdigit()]
    found = series_by_id([number for number in ids if number < 2**31], current_user().unit_ids)
    if not found:
        raise NotFound(_l("Choose which forms to print."))
    return [one for one in found if one.unit_id == found[0].unit_id]


def _is_late(series: SheetSeries) -> bool:
    return series.issued_at < utcnow() - FIRST_PRINT


def _again(**changed: str) -> str:
    """This page with another choice."""
    kept: dict[str, Any] = {
        name: request.args.getlist(name) for name in ("series", "pack", "copy", "only", "sides", "language")
    }
    return url_for("sheet.print_forms", **{**{name: value for name, value in kept.items() if value}, **changed})
