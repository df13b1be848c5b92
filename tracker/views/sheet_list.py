"""How the unit's numbered forms stand, series by series, and finding one by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.forms.sheet import FindForm
from tracker.guard import current_user
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.permissions import Permission, requires
from tracker.queries.orphan_sheet import unsolved_orphans
from tracker.queries.sheet import find_sheet_told, series_in
from tracker.queries.sheet_standing import STATES, SeriesStanding
from tracker.routine.spec import Routine
from tracker.serial import WrongLetter
from tracker.views.sheet_blueprint import blueprint
from tracker.views.sheet_place import SheetPlace, find_sheet_place
from tracker.views.sheet_words import STATES as STATE_WORDS

COLUMNS = ("used", "unlogged", "orphan", "void", "missing", "blank")


@dataclass(frozen=True)
class SeriesLine:
    standing: SeriesStanding
    label: str

    @property
    def needs_work(self) -> bool:
        """Taken into use, and something of it is not accounted for."""
        standing = self.standing
        return not standing.is_counted or standing.count("unlogged") + standing.count("orphan") > 0


@blueprint.get("/sheets")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    return _show(FindForm(formdata=None))


@blueprint.get("/sheets/find")
@requires(Permission.ACTION_READ)
def find() -> ResponseReturnValue:
    """Open the form with the number that was typed or scanned; tell at the field when there is none."""
    form = FindForm(formdata=request.args)
    if not form.validate():
        return _show(form), 422
    told = (form.serial.data or "").strip()
    if not told:
        return _show(form)
    try:
        sheet = find_sheet_told(told)
    except WrongLetter:
        form.serial.errors = [_("The letter does not fit the number. Check every digit.")]
        return _show(form), 422
    if sheet is None:
        form.serial.errors = [_("No form with that number has been printed. Check the number.")]
        return _show(form), 422
    if sheet.series.unit_id not in current_user().unit_ids:
        unit = sheet.series.unit.name
        form.serial.errors = [_("The form %(serial)s belongs to %(unit)s.", serial=sheet.serial, unit=unit)]
        return _show(form), 422
    return redirect(url_for("sheet.show", serial=sheet.serial))


def series_lines(found: Sequence[SeriesStanding], routine: Routine) -> list[SeriesLine]:
    """The series by the routine's order of kinds, the earliest first."""
    order = {kind_id: place for place, kind_id in enumerate(routine.kinds)}
    lines = [SeriesLine(one, kind_name(one.series.kind, routine)) for one in found if one.standings]
    return sorted(lines, key=lambda line: (order.get(line.standing.series.kind, 999), line.standing.series.id))


def kind_name(kind_id: str, routine: Routine) -> str:
    kind = routine.kinds.get(kind_id)
    return kind.label.in_language(language()) if kind else kind_id


def _show(form: FindForm) -> str:
    place = find_sheet_place()
    lines = series_lines(series_in(place.unit.id, place.outage.id if place.outage else None), place.routine)
    return render_template(
        "sheet/index.html",
        form=form,
        place=place,
        lines=lines,
        sums={state: sum(line.standing.count(state) for line in lines) for state in STATES},
        columns=COLUMNS,
        states=STATE_WORDS,
        ahead=_ahead(place),
        orphans=len(unsolved_orphans(frozenset({place.unit.id}), place.outage.id if place.outage else None)),
    )


def _ahead(place: SheetPlace) -> int:
    """How many forms lie printed ahead in the unit, beside the outage that is shown."""
    return sum(len(one.standings) for one in series_in(place.unit.id, None)) if place.outage else 0
