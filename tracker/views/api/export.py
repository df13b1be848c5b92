"""The re-entry workbook of an outage, or of a filter of it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from exports.reentry_workbook import build_reentry_workbook
from tracker.guard import begin_writing, current_user
from tracker.i18n import language
from tracker.permissions import Permission, requires
from tracker.queries.routine import routine_of
from tracker.services.export import record_export
from tracker.views.api.filter import FILTERS, check_names, read_filter
from tracker.views.api.outage import OUTAGE, visible_outage

blueprint = Blueprint("export", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get(f"{OUTAGE}/export.xlsx")
@requires(Permission.EXPORT)
def workbook(outage_id: int) -> ResponseReturnValue:
    """Every follow-up of the user's units, or those of the same filters as `GET /items`. The export is logged."""
    check_names(FILTERS)
    outage, user = visible_outage(outage_id), current_user()
    chosen = read_filter(routine_of(outage))
    made = build_reentry_workbook(outage, chosen, made_by=user, language=language())
    begin_writing()  # not before: building takes seconds, and nurses log meanwhile
    record_export(outage, "workbook", chosen, rows=made.rows, patients=made.patients, actor=user)
    response = Response(made.content, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"reentry-{outage.id}.xlsx")
    return response
