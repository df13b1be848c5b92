"""The workbook of a unit: taking it along, and handing it in."""

from __future__ import annotations

import io
from typing import IO

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from exports.action_template import TemplateSheet, build_action_template
from exports.action_upload import MAX_ROWS, Inside, look_inside, read_action_upload
from exports.workbook_file import XLSX, file_name
from tracker.errors import Invalid, NotFound
from tracker.extensions import db
from tracker.forms.action_import import ActionFileForm
from tracker.guard import begin_writing, current_user
from tracker.i18n import language
from tracker.models import Outage, Unit
from tracker.models.action_import import ActionImport
from tracker.permissions import Permission, requires
from tracker.queries.action_import import kinds_fitting, patients_offered, unfinished_imports
from tracker.queries.outage import get_outage
from tracker.queries.routine import routine_of
from tracker.queries.unit import find_unit
from tracker.services.action_import import KEPT, keep_upload, record_template, rows_to_come
from tracker.views.action_import_blueprint import blueprint
from tracker.views.action_kinds import show_no_outage
from tracker.views.action_place import Place, find_place, outage_choice
from tracker.views.page import show_faults


@blueprint.route("/actions/import", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def index() -> ResponseReturnValue:
    """Take the workbook along, or hand it in: nothing is logged before it has been looked at."""
    place = find_place()
    if place is None:
        return show_no_outage()
    form = ActionFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            found = _keep(upload.stream, upload.filename or "", place)
        except Invalid as error:
            show_faults(form, error)
        else:
            return redirect(url_for("action_import.show", import_id=found.id))
    status = 422 if form.errors else 200
    fitting = kinds_fitting(place.outage, place.unit)
    return render_template(
        "action_import/index.html",
        form=form,
        place=place,
        choice=outage_choice(place.unit),
        fitting=fitting,
        every=len(place.routine.kinds),
        patients=len(patients_offered(place.unit, place.outage)),
        unfinished=[(one, rows_to_come(one)) for one in unfinished_imports(current_user())],
        max_rows=MAX_ROWS,
        kept_hours=KEPT.seconds // 3600,
    ), status


@blueprint.get("/actions/import/template.xlsx")
@requires(Permission.ACTION_LOG)
def template() -> ResponseReturnValue:
    """The workbook to fill in: the kinds that fit the outage, or every kind (`kinds=all`)."""
    place = find_place()
    if place is None:
        return show_no_outage()
    kinds = list(place.routine.kinds.values())
    if request.args.get("kinds") != "all":
        kinds = kinds_fitting(place.outage, place.unit) or kinds
    made = build_action_template(
        place.outage,
        place.unit,
        [TemplateSheet(kind) for kind in kinds],
        language=language(),
        address=url_for("action_import.index", _external=True),
    )
    name = file_name("logga", place.outage.id, [place.unit.code])
    begin_writing()  # not before the workbook is made: nurses log meanwhile
    record_template(place.outage, place.unit, made.patient_ids, made.rows, actor=current_user())
    return send_file(io.BytesIO(made.content), XLSX, as_attachment=True, download_name=name)


def _keep(stream: IO[bytes], name: str, place: Place) -> ActionImport:
    """Read the file and keep its rows. It belongs where it was made for, if the user works there."""
    asked = (place.unit.id, place.outage.id)
    db.session.rollback()  # reading a large file must not hold up those who log meanwhile
    inside = look_inside(stream, name)
    unit, outage = _made_for(inside) or (place.unit, place.outage)
    upload = read_action_upload(stream, name, inside, routine_of(outage))
    about = {**upload.about, "asked": list(asked)}
    return keep_upload(
        upload.rows,
        about,
        outage=outage,
        unit=unit,
        file_name=name.replace("\\", "/").rpartition("/")[2],
        file_digest=upload.digest,
        actor=current_user(),
    )


def _made_for(inside: Inside) -> tuple[Unit, Outage] | None:
    """The unit and outage that the template was made for, if they are there and the unit is the user's."""
    unit = find_unit(inside.made_for.get("unit", ""))
    number = inside.made_for.get("outage", "")
    if unit is None or unit.id not in current_user().unit_ids or not number.isdecimal() or len(number) > 9:
        return None
    try:
        return unit, get_outage(int(number))
    except NotFound:
        return None
