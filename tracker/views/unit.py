"""Units, and their local routines: read by all who work there, set by their manager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.errors import Invalid, NotFound
from tracker.extensions import current_routine
from tracker.forms.unit import ExistingUnitForm, LocalRoutineForm, NewUnitForm, UnitForm, local_routine_form
from tracker.guard import current_unit, current_user
from tracker.i18n import language, plural
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import FactKind, Unit, UnitKind
from tracker.permissions import Permission, requires, sees_counts
from tracker.queries.local_routine import (
    DUTY_CHOICES,
    Assignment,
    DutyAssignment,
    SystemPart,
    open_work,
    parts_of,
    roles_of_open_work,
)
from tracker.queries.unit import all_units, get_unit, lock_unit, people_by_unit, units_by_id
from tracker.routine.spec import AUTHOR, PERFORMER_ROLES
from tracker.services.unit import LocalRoutine, UnitEntry, change_unit, create_unit, set_local_routine
from tracker.views.meanwhile import changed_since, seen_now
from tracker.views.page import show_faults

blueprint = Blueprint("unit", __name__)
EMPTY_FACTS = 2
"""Rows always there for another number or place."""


@blueprint.get("/units")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> ResponseReturnValue:
    return render_template("unit/index.html", units=all_units(), people=people_by_unit(), systems=_system_names())


@blueprint.route("/new-unit", methods=["GET", "POST"])  # not below /units/: there every word may be a unit's code
@requires(Permission.ACCOUNT_MANAGE)
def create() -> ResponseReturnValue:
    form = NewUnitForm(systems=list(current_routine().system_by_id))
    _offer(form)
    if form.validate_on_submit():
        try:
            unit = create_unit(_entry(form, (form.code.data or "").strip()), actor=current_user())
        except Invalid as error:
            show_faults(form, error)
        else:
            flash(_("The unit is created."), "success")
            return redirect(url_for("unit.edit", code=unit.code))
    return render_template("unit/create.html", form=form, sites=_sites()), 422 if form.errors else 200


@blueprint.route("/units/<code>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def edit(code: str) -> ResponseReturnValue:
    unit = lock_unit(code) if request.method == "POST" else get_unit(code)
    form = ExistingUnitForm(
        name=unit.name,
        site=unit.site,
        kind=unit.kind.value,
        systems=list(unit.systems),
        active=unit.active,
        seen=seen_now(unit),
    )
    _offer(form)
    meanwhile = ""
    if form.validate_on_submit():
        meanwhile = changed_since(unit, form.seen.data)
        if meanwhile:
            form.seen.data = seen_now(unit)
        else:
            try:
                change_unit(unit, _entry(form, unit.code), bool(form.active.data), actor=current_user())
            except Invalid as error:
                show_faults(form, error)
            else:
                flash(_("The unit is saved."), "success")
                return redirect(url_for("unit.index"))
    works, managers = people_by_unit().get(unit.id, (0, []))
    return render_template(
        "unit/edit.html", form=form, unit_here=unit, sites=_sites(), meanwhile=meanwhile, works=works, managers=managers
    ), 409 if meanwhile else 422 if form.errors else 200


@blueprint.get("/local-routine")
@requires(Permission.SIGNED_IN)
def my_local_routine() -> ResponseReturnValue:
    """The local routine of the unit one works in now."""
    here = current_unit() or next(iter(units_by_id(current_user().unit_ids)), None)
    if here is None:
        raise NotFound(_l("You work in no unit, so there is no local routine of yours."))
    return redirect(url_for("unit.local_routine", code=here.code))


@blueprint.get("/units/<code>/local-routine")
@requires(Permission.SIGNED_IN)
def local_routine(code: str) -> ResponseReturnValue:
    """Who does what in the unit, its numbers and places, to read."""
    unit = _readable(code)
    parts = parts_of(unit, current_routine())
    return render_template(
        "unit/local_routine.html",
        unit_here=unit,
        parts=parts,
        changed=[(part, row) for part in parts for row in part.rows if row.own],
        manages=current_user().manages(unit.id),
        mine=units_by_id(current_user().unit_ids),
        managers=people_by_unit().get(unit.id, (0, []))[1],
        systems=_system_names(),
    )


@blueprint.route("/units/<code>/local-routine/change", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
def change_local_routine(code: str) -> ResponseReturnValue:
    unit = _readable(code)
    if not current_user().manages(unit.id):
        abort(403)
    if request.method == "POST":
        unit = lock_unit(code)
    parts = parts_of(unit, current_routine())
    form = _local_form(unit, parts)
    meanwhile = ""
    if form.validate_on_submit():
        meanwhile = changed_since(unit, form.seen.data)
        if meanwhile:
            form.seen.data = seen_now(unit)
        else:
            before = roles_of_open_work(unit)
            try:
                set_local_routine(unit, _local(form, unit, parts), actor=current_user())
            except Invalid as error:
                show_faults(form, error, _fault_places(parts))
            else:
                after = roles_of_open_work(unit)
                flash(_saved(sum(1 for key, role in before.items() if after.get(key) != role)), "success")
                return redirect(url_for("unit.local_routine", code=code))
    if form.is_submitted():
        _add_empty_rows(form)
        if form.facts.errors:
            form.facts.errors = [_("Fill in both what it is and the number or place.")]
    items, duties = open_work(unit)
    return render_template(
        "unit/change_local_routine.html",
        form=form,
        unit_here=unit,
        parts=parts,
        unfolded={part.id for part in parts if any(form[row.name].data or form[row.name].errors for row in part.rows)},
        meanwhile=meanwhile,
        open_items=items,
        open_duties=duties,
    ), 409 if meanwhile else 422 if form.errors else 200


def _readable(code: str) -> Unit:
    unit = get_unit(code)
    if not sees_counts(current_user(), unit.id):
        raise NotFound(_l("There is no such unit."))
    return unit


def _system_names() -> dict[str, str]:
    return {system.id: system.name for system in current_routine().systems}


def _offer(form: UnitForm) -> None:
    form.kind.choices = [("", _("Choose")), *((kind.value, labels.unit_kind(kind)) for kind in UnitKind)]
    form.systems.choices = list(_system_names().items())


def _sites() -> Sequence[str]:
    return sorted({unit.site for unit in all_units()})


def _entry(form: UnitForm, code: str) -> UnitEntry:
    return UnitEntry(
        code=code,
        name=form.name.data or "",
        site=form.site.data or "",
        kind=UnitKind(form.kind.data),
        systems=form.systems.data or (),
    )


def _local_form(unit: Unit, parts: Sequence[SystemPart]) -> LocalRoutineForm:
    rows = [row for part in parts for row in part.rows]
    selects = [(row.name, _row_label(row), _choices(row)) for row in rows]
    facts = [{"kind": fact.kind.value, "label": fact.label, "value": fact.value} for fact in unit.local_facts]
    return local_routine_form(
        selects,
        list(_system_names().items()),
        _fact_kinds(),
        data={row.name: row.own or "" for row in rows}
        | {
            "systems": list(unit.systems),
            "signs_on_paper": unit.signs_on_paper,
            "facts": facts + [{} for _row in range(EMPTY_FACTS)],
            "seen": seen_now(unit),
        },
    )


def _fact_kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(labels.FACT_KINDS[kind.value])) for kind in FactKind]


def _row_label(row: Assignment | DutyAssignment) -> str:
    spec = row.specs[0].label if isinstance(row, Assignment) else row.spec.text
    return spec.in_language(language())


def _choices(row: Assignment | DutyAssignment) -> list[tuple[str, str]]:
    roles = PERFORMER_ROLES if isinstance(row, Assignment) else DUTY_CHOICES
    follow = _("%(role)s (the routine)", role=_routine_role(row.role))
    return [("", follow), *((role, labels.role(role)) for role in roles if role != row.role)]


def _routine_role(role: str) -> str:
    return _("whoever performed it") if role == AUTHOR else labels.roles(role)


def _local(form: LocalRoutineForm, unit: Unit, parts: Sequence[SystemPart]) -> LocalRoutine:
    """What was chosen. Rules for systems that the page does not show stay as they are."""
    items = {row.key: row for part in parts for row in part.items}
    duties = {row.spec.id: row for part in parts for row in part.duties}
    kept_items = {(rule.kind, rule.item): rule.role for rule in unit.item_rules if (rule.kind, rule.item) not in items}
    kept_duties = {rule.duty: rule.role for rule in unit.duty_rules if rule.duty not in duties}
    facts = [
        (FactKind(row["kind"]), row["label"].strip(), row["value"].strip())
        for row in form.facts.data
        if row["label"] and row["label"].strip() and row["value"]
    ]
    return LocalRoutine(
        item_roles=kept_items | {key: form[row.name].data for key, row in items.items() if form[row.name].data},
        duty_roles=kept_duties | {key: form[row.name].data for key, row in duties.items() if form[row.name].data},
        facts=facts,
        signs_on_paper=bool(form.signs_on_paper.data),
        systems=[system for system in _system_names() if system in (form.systems.data or ())],
    )


def _fault_places(parts: Sequence[SystemPart]) -> dict[str, str]:
    items = {f"/items/{row.kind.id}/{row.key[1]}": row.name for part in parts for row in part.items}
    return items | {f"/duties/{row.spec.id}": row.name for part in parts for row in part.duties}


def _add_empty_rows(form: LocalRoutineForm) -> None:
    empty = sum(1 for row in form.facts.data if not (row["label"] or row["value"]))
    for _row in range(max(0, EMPTY_FACTS - empty)):
        if len(form.facts.entries) < (form.facts.max_entries or 0):
            form.facts.append_entry()
    for entry in form.facts:
        entry.form.kind.choices = _fact_kinds()


def _saved(moved: int) -> str:
    if not moved:
        return _("The local routine is saved.")
    return plural(
        "The local routine is saved. %(num)s open task moved to another role.",
        "The local routine is saved. %(num)s open tasks moved to other roles.",
        moved,
    )


def template_names() -> dict[str, Any]:
    return {"routine_role": _routine_role}


blueprint.context_processor(template_names)
