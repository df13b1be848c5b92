"""A workbook that was handed in: what it would log, logging it a portion at a time, and handing the rest back."""

from __future__ import annotations

import io
import uuid

from flask import jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports.action_template import HandedBack, TemplateSheet, build_action_template
from exports.workbook_file import XLSX, file_name
from tracker.errors import NotFound
from tracker.guard import begin_writing, current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.models.action_import import ActionImport
from tracker.permissions import Permission, requires
from tracker.queries.action_import import get_import, lock_import
from tracker.queries.outage import get_outage
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.services.action_import import (
    KEPT,
    begin_import,
    carry_on,
    forget_rows,
    move_upload,
    record_template,
    rows_to_come,
)
from tracker.services.action_plan import Plan, PlannedRow, Standing, plan_import
from tracker.views.action_import_blueprint import blueprint
from tracker.views.action_import_shown import MAX_SHOWN, place_notes, show_faults_of, show_rows, show_sheets

PORTION = 40
"""How many rows are logged at a time: about a second, in which others who log must wait."""
PATH = "/actions/import/<uuid:import_id>"


@blueprint.get(PATH)
@requires(Permission.ACTION_LOG)
def show(import_id: uuid.UUID) -> ResponseReturnValue:
    """What the workbook would log; or how far it has come; or what became of it."""
    found = get_import(import_id, current_user())
    if found.begun_at and not found.finished_at:
        return render_template("action_import/running.html", found=found, left=rows_to_come(found))
    plan = plan_import(found)
    shown = _shown_patients(plan)
    saw_patients(shown, found.unit_id)
    return render_template(
        "action_import/finished.html" if found.finished_at else "action_import/preview.html",
        found=found,
        plan=plan,
        Standing=Standing,
        notes=place_notes(found),
        sheets=show_sheets(found, plan),
        faults=show_faults_of(found, plan.of(Standing.FAULTY)),
        doubts=show_rows(found, plan.of(Standing.DOUBTFUL)),
        good=show_rows(found, plan.of(Standing.GOOD)),
        most=MAX_SHOWN,
        kept_hours=KEPT.seconds // 3600,
        asked=_asked_elsewhere(found),
    )


@blueprint.post(f"{PATH}/confirm")
@requires(Permission.ACTION_LOG)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Let the good rows in, and those that were ticked."""
    user = current_user()
    found = lock_import(import_id, user)
    begin_import(found, {int(number) for number in request.form.getlist("agreed") if number.isdecimal()}, actor=user)
    carry_on(found, PORTION, actor=user)
    return redirect(url_for("action_import.show", import_id=found.id))


@blueprint.post(f"{PATH}/continue")
@requires(Permission.ACTION_LOG)
def go_on(import_id: uuid.UUID) -> ResponseReturnValue:
    """Log the next portion. The page's script is answered with how far it has come."""
    user = current_user()
    found = lock_import(import_id, user)
    left = carry_on(found, PORTION, actor=user)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(logged=found.logged, left=left, all=found.logged + left, finished=found.finished_at is not None)
    return redirect(url_for("action_import.show", import_id=found.id))


@blueprint.post(f"{PATH}/place")
@requires(Permission.ACTION_LOG)
def move(import_id: uuid.UUID) -> ResponseReturnValue:
    """Log it in the unit and outage that were chosen when it was handed in, not where it was made for."""
    user = current_user()
    found = lock_import(import_id, user)
    unit_id, outage_id = found.about.get("asked", (0, 0))
    if unit_id not in user.unit_ids:
        raise NotFound(_l("There is no such unit among yours."))
    move_upload(found, get_outage(outage_id), units_by_id(frozenset({unit_id}))[0], actor=user)
    return redirect(url_for("action_import.show", import_id=found.id))


@blueprint.get(f"{PATH}/rest.xlsx")
@requires(Permission.ACTION_LOG)
def rest(import_id: uuid.UUID) -> ResponseReturnValue:
    """The rows that were not logged, as a workbook of their own, to be mended and read in again."""
    user = current_user()
    found = get_import(import_id, user)
    by_kind: dict[str, list[HandedBack]] = {}
    for planned in plan_import(found).of(
        Standing.FAULTY, Standing.DOUBTFUL, *([Standing.GOOD] if found.begun_at else [])
    ):
        if not planned.row.action_id:
            by_kind.setdefault(planned.row.kind, []).append(_hand_back(found, planned))
    routine = routine_of(found.outage)
    sheets = [TemplateSheet(routine.kinds[kind], rows) for kind, rows in by_kind.items() if kind in routine.kinds]
    if not sheets:
        raise NotFound(_l("Nothing of this workbook is left to hand back."))
    made = build_action_template(
        found.outage,
        found.unit,
        sheets,
        language=language(),
        address=url_for("action_import.index", _external=True),
    )
    begin_writing()
    record_template(found.outage, found.unit, made.patient_ids, made.rows, actor=user)
    name = file_name("att-ratta", found.outage_id, [found.unit.code])
    return send_file(io.BytesIO(made.content), XLSX, as_attachment=True, download_name=name)


@blueprint.post(f"{PATH}/forget")
@requires(Permission.ACTION_LOG)
def forget(import_id: uuid.UUID) -> ResponseReturnValue:
    """The user is done with it: the rows that are left are forgotten."""
    user = current_user()
    found = lock_import(import_id, user)
    forget_rows(found, actor=user)
    return redirect(url_for("action_import.index", unit=found.unit_id, outage=found.outage_id))


def _hand_back(found: ActionImport, planned: PlannedRow) -> HandedBack:
    row = planned.row
    told = {key: str(fault) for key, fault in {**planned.read.faults, **row.refused}.items()}
    if not told:
        told = {"": " ".join(str(doubt) for doubt in planned.doubts)}
    return HandedBack(row.mark or uuid.uuid5(found.id, str(row.number)).hex, row.cells, told)


def _shown_patients(plan: Plan) -> set[uuid.UUID]:
    """The known patients of whom the page says something."""
    return {
        planned.patient.id
        for standing in (Standing.GOOD, Standing.DOUBTFUL)
        for planned in plan.of(standing)[:MAX_SHOWN]
        if planned.patient
    }


def _asked_elsewhere(found: ActionImport) -> tuple[str, str] | None:
    """The unit and outage chosen on the page, by name, where the file was made for another."""
    unit_id, outage_id = found.about.get("asked", (found.unit_id, found.outage_id))
    units = units_by_id(frozenset({unit_id}) & current_user().unit_ids)
    if (unit_id, outage_id) == (found.unit_id, found.outage_id) or not units:
        return None
    return units[0].name, get_outage(outage_id).name
