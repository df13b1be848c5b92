"""A re-entry workbook that was ticked: handing it in, what it would change, applying it, and what was not applied."""

from __future__ import annotations

import io
import uuid
from typing import IO

from flask import Blueprint, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports.tick_list import as_about, read_tick_list
from exports.tick_rest import build_tick_rest
from exports.tick_upload import read_tick_upload
from exports.workbook_file import XLSX, file_name
from tracker.errors import Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.forms.tick_import import TickFileForm
from tracker.guard import begin_writing, current_user, saw_patients
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.models import Outage, TickImport
from tracker.permissions import Permission, requires
from tracker.queries.outage import get_outage
from tracker.queries.tick_import import get_import, lock_import, unfinished_imports
from tracker.services.tick_import import (
    KEPT,
    apply_ticks,
    begin_ticks,
    forget_ticks,
    keep_ticks,
    record_rest,
    rows_to_come,
)
from tracker.services.tick_plan import Standing, plan_ticks
from tracker.views.page import show_faults
from tracker.views.tick_import_shown import MAX_SHOWN, patients_by_unit, patients_told, rest_rows, show_ticks

blueprint = Blueprint("tick_import", __name__)
PORTION = 40
"""How many rows are applied at a time: about a second, in which others who work must wait."""
PATH = "/ticks/<uuid:import_id>"


@blueprint.route("/ticks", methods=["GET", "POST"])
@requires(Permission.ITEM_WORK)
def index() -> ResponseReturnValue:
    """Hand the workbook in: nothing is changed before it has been looked at."""
    form = TickFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            found = _keep(upload.stream, upload.filename or "")
        except Invalid as error:
            show_faults(form, error)
        except (Forbidden, NotFound) as error:
            show_faults(form, Invalid({"/file": error.message}))
        else:
            return redirect(url_for("tick_import.show", import_id=found.id))
    status = 422 if form.errors else 200
    unfinished = [(one, rows_to_come(one)) for one in unfinished_imports(current_user())]
    return render_template(
        "tick_import/index.html", form=form, unfinished=unfinished, kept_hours=KEPT.seconds // 3600
    ), status


@blueprint.get(PATH)
@requires(Permission.ITEM_WORK)
def show(import_id: uuid.UUID) -> ResponseReturnValue:
    """What the ticks would change; or how far that has come; or what became of it."""
    user = current_user()
    found = get_import(import_id, user)
    if found.begun_at and not found.applied_at:
        return render_template("tick_import/running.html", found=found, left=rows_to_come(found))
    plan = plan_ticks(found, user)
    sorts = {standing: plan.of(standing) for standing in Standing}
    if found.begun_at:  # what could be applied now, and was not, is told with the others
        sorts[Standing.PROBLEM] = plan.of(Standing.PROBLEM, Standing.CHANGE)
    shown = [planned for rows in sorts.values() for planned in rows[:MAX_SHOWN]]
    for unit_id, patients in patients_by_unit(shown, user).items():
        saw_patients(patients, unit_id)
    saw_patients(patients_told(shown))
    return render_template(
        "tick_import/finished.html" if found.begun_at or found.applied_at else "tick_import/preview.html",
        found=found,
        count={standing.value: len(rows) for standing, rows in sorts.items()},
        ticks={standing.value: show_ticks(found, rows) for standing, rows in sorts.items()},
        left=sum(len(rows) for standing, rows in sorts.items() if standing not in (Standing.KNOWN, Standing.CHANGE)),
        most=MAX_SHOWN,
        kept_hours=KEPT.seconds // 3600,
    )


@blueprint.post(f"{PATH}/apply")
@requires(Permission.ITEM_WORK)
def apply(import_id: uuid.UUID) -> ResponseReturnValue:
    """Let in what would change something."""
    user = current_user()
    found = lock_import(import_id, user)
    begin_ticks(found, actor=user)
    apply_ticks(found, PORTION, actor=user)
    return redirect(url_for("tick_import.show", import_id=found.id))


@blueprint.post(f"{PATH}/continue")
@requires(Permission.ITEM_WORK)
def go_on(import_id: uuid.UUID) -> ResponseReturnValue:
    """Apply the next portion. The page's script is answered with how far it has come."""
    user = current_user()
    found = lock_import(import_id, user)
    left = apply_ticks(found, PORTION, actor=user)
    if request.accept_mimetypes.best == "application/json":
        done = found.applied
        return jsonify(logged=done, left=left, all=done + left, finished=found.applied_at is not None)
    return redirect(url_for("tick_import.show", import_id=found.id))


@blueprint.get(f"{PATH}/rest.xlsx")
@requires(Permission.ITEM_WORK)
def rest(import_id: uuid.UUID) -> ResponseReturnValue:
    """The rows that were not applied, as a workbook, with why."""
    user = current_user()
    found = get_import(import_id, user)
    plan = plan_ticks(found, user)
    rows = rest_rows(found, plan)
    if not rows:
        raise NotFound(_l("Nothing of this workbook is left to hand back."))
    patients = patients_by_unit(plan.rows, user)
    told = patients_told(plan.rows)
    made = build_tick_rest(found.outage, rows, patients, language())
    begin_writing()
    record_rest(found, patients, len(rows), actor=user)
    saw_patients(told)
    name = file_name("ej-inlast", found.outage_id, ["rader"])
    return send_file(io.BytesIO(made.content), XLSX, as_attachment=True, download_name=name)


@blueprint.post(f"{PATH}/forget")
@requires(Permission.ITEM_WORK)
def forget(import_id: uuid.UUID) -> ResponseReturnValue:
    """The reader is done with it: the rows that are left are forgotten."""
    user = current_user()
    forget_ticks(lock_import(import_id, user), actor=user)
    return redirect(url_for("tick_import.index"))


def _keep(stream: IO[bytes], name: str) -> TickImport:
    """Read the file and keep what it says."""
    db.session.rollback()  # reading a large file must not hold up those who work meanwhile
    known = read_tick_list(stream, name)
    upload = read_tick_upload(stream, name, known)
    return keep_ticks(
        upload.rows,
        {**as_about(known), "notices": upload.notices},
        outage=_outage_of(known.outage_id),
        unchanged=upload.unchanged,
        file_name=name.replace("\\", "/").rpartition("/")[2],
        file_digest=upload.digest,
        actor=current_user(),
    )


def _outage_of(outage_id: int) -> Outage:
    if not 0 < outage_id < 2**31:
        raise NotFound(_l("The workbook is of an outage that is not here."))
    try:
        return get_outage(outage_id)
    except NotFound:
        raise NotFound(_l("The workbook is of an outage that is not here.")) from None
