"""Issuing forms in series: which kinds and how many, enough for eight hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.forms.option import options
from tracker.forms.sheet import IssueForm
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.permissions import Permission, requires
from tracker.queries.sheet_need import Need, needs_for
from tracker.routine.spec import SystemSpec
from tracker.services.sheet import MAX_OF_KIND, Wanted, issue_sheets
from tracker.views.sheet_blueprint import blueprint
from tracker.views.sheet_place import AHEAD, SheetPlace, find_sheet_place


@dataclass(frozen=True)
class KindLine:
    need: Need
    name: str
    """Of its field."""
    value: str
    fault: str


@dataclass(frozen=True)
class SystemLines:
    system: SystemSpec
    lines: Sequence[KindLine]

    @property
    def wanted(self) -> bool:
        return any(line.value not in ("", "0") or line.fault for line in self.lines)


@blueprint.route("/sheets/new", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def issue() -> ResponseReturnValue:
    """Choose kinds and numbers; what is issued is printed as one document."""
    place = find_sheet_place()
    form = IssueForm(formdata=request.form if request.method == "POST" else None)
    form.place.choices = options(
        [(AHEAD, _l("Printed ahead, for the next outage")), *((str(one.id), one.name) for one in place.outages)]
    )
    if request.method == "GET":
        form.place.data = str(place.outage.id) if place.outage else AHEAD
        form.pack.data = place.outage is None
        return _show(form, place, {})
    chosen = next((one for one in place.outages if str(one.id) == form.place.data), None)
    if not form.validate():
        return _show(form, place, {}), 422
    try:
        wanted = _read(place)
        issued = issue_sheets(place.unit, chosen, wanted, place.routine, actor=current_user())
    except Invalid as error:
        faults = {pointer.removeprefix("/"): str(fault) for pointer, fault in error.faults.items()}
        db.session.rollback()
        if "" in faults:
            form.form_errors.append(faults[""])
        return _show(form, find_sheet_place(), faults), 422
    db.session.flush()
    return redirect(
        url_for(
            "sheet.print_forms",
            series=[one.id for one in issued],
            pack=1 if form.pack.data else None,
            language=form.paper_language.data if form.paper_language.data == "en" else None,
        )
    )


def _read(place: SheetPlace) -> list[Wanted]:
    """The numbers as typed; raises Invalid with a pointer to each that is none."""
    wanted, faults = [], {}
    for kind_id in place.routine.kinds:
        told = request.form.get(_name(kind_id), "").strip()
        if not told:
            continue
        if not (told.isascii() and told.isdigit() and len(told) < 5):
            faults[f"/{kind_id}"] = _("Enter a number from 0 to %(most)s.", most=MAX_OF_KIND)
        else:
            wanted.append(Wanted(kind_id, int(told)))
    if faults:
        raise Invalid(faults)
    return wanted


def _show(form: IssueForm, place: SheetPlace, faults: dict[str, str]) -> str:
    routine = place.routine
    down = place.outage.systems_down(utcnow()) if place.outage else ()
    systems = [system for system in (down or place.unit.systems) if system in place.unit.systems]
    needs = needs_for(place.unit, routine, systems)
    posted = request.method == "POST"
    groups = [
        SystemLines(
            system,
            [
                KindLine(
                    needs[kind.id],
                    _name(kind.id),
                    request.form.get(_name(kind.id), "") if posted else str(needs[kind.id].count or ""),
                    faults.get(kind.id, ""),
                )
                for kind in system.kinds
            ],
        )
        for system in routine.systems
    ]
    return render_template("sheet/issue.html", form=form, place=place, groups=groups, most=MAX_OF_KIND)


def _name(kind_id: str) -> str:
    return f"n_{kind_id}"
