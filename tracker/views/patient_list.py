"""The unit's list: who is here, in which bed or at what time, and what is left to do for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.patient import PlaceForm, SpotForm, today
from tracker.guard import current_unit, current_user, saw_patients
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.models import Patient, Placement, Unit, UnitKind
from tracker.permissions import Permission, requires
from tracker.queries.patient_link import former_identities, unsettled_among
from tracker.queries.placement import (
    PatientCounts,
    counts_in,
    get_placement,
    left_lately,
    placements_in,
    placements_of,
)
from tracker.queries.unit import units_by_id
from tracker.services.placement import change_placement, end_placement, place_patient, put_back
from tracker.views.page import show_faults
from tracker.views.patient_blueprint import blueprint

BY_BED = frozenset({UnitKind.WARD, UnitKind.EMERGENCY, UnitKind.SURGERY})
"""Kinds of units whose patients lie in beds; others mostly book times."""


@dataclass(frozen=True)
class Row:
    placement: Placement
    counts: PatientCounts
    is_unsettled: bool
    """Known by a temporary label or reserve number, and neither linked nor settled."""
    former: Sequence[Patient]
    shares_bed: bool
    form: SpotForm | None = None
    """The form that was refused."""

    @property
    def patient(self) -> Patient:
        return self.placement.patient


@dataclass(frozen=True)
class Day:
    """The rows of one day; None: those in beds."""

    day: date | None
    rows: Sequence[Row]


@blueprint.get("/patients")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    unit = chosen_unit()
    if unit is None:
        return render_template("patient/no_unit.html", units=units_by_id(current_user().unit_ids))
    return _show(unit, _empty_form())


@blueprint.post("/patients")
@requires(Permission.ACTION_LOG)
def place() -> ResponseReturnValue:
    """One more on the list. The same sent twice is one."""
    unit = chosen_unit(needed=True)
    if unit is None:
        return redirect(url_for("patient.index"))
    form = PlaceForm()
    if not form.validate():
        return _show(unit, form), 422
    try:
        placed = place_patient(form.patient(), form.spot(), unit, actor=current_user())
    except Invalid as error:
        show_faults(form, error)
        return _show(unit, form), 422
    except Conflict as error:
        db.session.rollback()
        form.identity.errors = [*form.identity.errors, str(error.message)]
        return _show(unit, form), 409
    if not placed.created:
        flash(_("That patient is on the list already."), "warning")
    return redirect(url_for("patient.index", unit=unit.id, added=placed.placement.id))


@blueprint.post("/patients/placements/<int:placement_id>")
@requires(Permission.ACTION_LOG)
def change(placement_id: int) -> ResponseReturnValue:
    """Another bed, time or clinician."""
    placement = get_placement(placement_id, current_user().unit_ids)
    form = SpotForm()
    unit = placement.unit
    try:
        if not form.validate():
            return _show(unit, _empty_form(), (placement_id, form)), 422
        change_placement(placement, form.spot(), actor=current_user())
    except Invalid as error:
        show_faults(form, error)
        return _show(unit, _empty_form(), (placement_id, form)), 422
    except Conflict as error:
        db.session.rollback()
        form.form_errors.append(str(error.message))
        return _show(unit, _empty_form(), (placement_id, form)), 409
    return _back(placement)


@blueprint.post("/patients/placements/<int:placement_id>/left")
@requires(Permission.ACTION_LOG)
def left(placement_id: int) -> ResponseReturnValue:
    return _do(placement_id, lambda placement: end_placement(placement, actor=current_user()))


@blueprint.post("/patients/placements/<int:placement_id>/back")
@requires(Permission.ACTION_LOG)
def back(placement_id: int) -> ResponseReturnValue:
    return _do(placement_id, lambda placement: put_back(placement, actor=current_user()))


def _do(placement_id: int, verb: Callable[[Placement], object]) -> ResponseReturnValue:
    placement = get_placement(placement_id, current_user().unit_ids)
    try:
        verb(placement)
    except Conflict as error:  # a colleague was quicker: the list shows how it is
        db.session.rollback()
        flash(str(error.message), "warning")
        placement = get_placement(placement_id, current_user().unit_ids)
    return _back(placement)


def _back(placement: Placement) -> ResponseReturnValue:
    return redirect(url_for("patient.index", unit=placement.unit_id, changed=placement.id))


def chosen_unit(needed: bool = False) -> Unit | None:
    """The unit that the address names, the one the user works in now, or their only one."""
    ids = current_user().unit_ids
    wanted = request.values.get("unit", type=int)
    if wanted in ids:
        return units_by_id(frozenset({wanted}))[0]
    found = current_unit()
    if found is None and len(ids) == 1:
        found = units_by_id(ids)[0]
    return found


def _empty_form() -> PlaceForm:
    return PlaceForm(formdata=None, data={"day": today().isoformat()})


def _show(unit: Unit, form: PlaceForm, refused: tuple[int, SpotForm] | None = None) -> str:
    rows = _rows(unit, refused)
    gone = left_lately(unit.id)
    added = request.args.get("added", type=int)
    shown = next((row for row in rows if row.placement.id == added), None)
    saw_patients({row.patient.id for row in rows}, unit.id)
    saw_patients({one.id for row in rows for one in row.former}, unit.id)
    saw_patients({one.patient_id for one in gone}, unit.id)
    days = [Day(day, list(found)) for day, found in groupby(rows, key=lambda row: _day(row.placement))]
    return render_template(
        "patient/index.html",
        unit_shown=unit,
        units=units_by_id(current_user().unit_ids),
        form=form,
        by_bed=unit.kind in BY_BED,
        days=[one for one in days if one.day is None or one.day >= today()],
        earlier=[one for one in days if one.day is not None and one.day < today()],
        today=today(),
        zone=time_zone(),
        total=len({row.patient.id for row in rows}),
        unsettled=len({row.patient.id for row in rows if row.is_unsettled}),
        gone=gone,
        added=shown,
        elsewhere=_elsewhere(shown.placement) if shown else [],
        changed=request.args.get("changed", type=int),
    )


def _rows(unit: Unit, refused: tuple[int, SpotForm] | None) -> list[Row]:
    placements = placements_in(unit.id)
    patients = {one.patient_id: one.patient for one in placements}
    counts = counts_in(unit.id, patients)
    unsettled = unsettled_among(patients.values())
    former = former_identities(patients)
    beds = Counter(one.bed.casefold() for one in placements if one.booked_at is None and one.bed)
    return [
        Row(
            placement=one,
            counts=counts[one.patient_id],
            is_unsettled=one.patient_id in unsettled,
            former=former.get(one.patient_id, ()),
            shares_bed=one.booked_at is None and beds[one.bed.casefold()] > 1,
            form=refused[1] if refused and refused[0] == one.id else None,
        )
        for one in placements
    ]


def _elsewhere(placement: Placement) -> list[Placement]:
    """The patient's beds in other units: whoever is here now has perhaps been moved."""
    if placement.booked_at is not None:
        return []
    return [
        one for one in placements_of(placement.patient_id) if one.booked_at is None and one.unit_id != placement.unit_id
    ]


def _day(placement: Placement) -> date | None:
    return placement.booked_at.astimezone(time_zone()).date() if placement.booked_at else None
