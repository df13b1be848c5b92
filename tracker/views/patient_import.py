"""A whole list of patients at once: a file or pasted cells, shown before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from exports.cell_table import read_cells, read_pasted
from exports.patient_list import PatientList, read_patient_list
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.forms.patient import ListFileForm, today
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Unit
from tracker.permissions import Permission, requires
from tracker.services.placement_import import COLUMNS, ListPlan, ListRow, carry_out_list, plan_list
from tracker.views.page import show_faults
from tracker.views.patient_blueprint import blueprint
from tracker.views.patient_list import chosen_unit

MAX_ROWS = 1000
PREVIEW_SECONDS = 2 * 3600
LABELS: dict[str, Any] = {
    "identity": _l("Identity number"),
    "name": _l("Name"),
    "bed": _l("Bed"),
    "day": _l("Date"),
    "time": _l("Time"),
    "clinician": _l("Booked with"),
    "protected": _l("Protected identity"),
}
# What stands above the rows that are to be mended: read again as a header, in either language.
_HEADER = ("personnummer", "namn", "säng", "datum", "tid", "vårdgivare", "skyddad")


@blueprint.route("/patients/import", methods=["GET", "POST"])
@requires(Permission.ACTION_LOG)
def import_list() -> ResponseReturnValue:
    """Read, and show what it would change. Nothing is saved."""
    unit = chosen_unit()
    if unit is None:
        return redirect(url_for("patient.index"))
    form = ListFileForm()
    if not form.is_submitted():
        form.day.data = today().isoformat()
        return _ask(form, unit)
    if not form.validate():
        return _ask(form, unit), 422
    unit_id = unit.id
    db.session.rollback()  # reading a large file must not hold up those who log meanwhile
    unit = chosen_unit()
    assert unit is not None and unit.id == unit_id  # noqa: S101 - the same request
    try:
        read = _read(form)
        rows = [*_open(form.good.data or ""), *read.rows]
        if not rows:
            raise Invalid({"/pasted": _l("There is no row to read. Choose a file, or paste the cells.")})
        if len(rows) > MAX_ROWS:
            raise Invalid({"/file": _l("There are more than %(rows)s rows. Split the file.", rows=MAX_ROWS)})
    except Invalid as error:
        show_faults(form, error)
        return _ask(form, unit), 422
    return _preview(form, unit, rows, read)


@blueprint.post("/patients/import/confirm")
@requires(Permission.ACTION_LOG)
def confirm_list() -> ResponseReturnValue:
    """Save the good rows; the bad ones stay on the page until they are mended or left."""
    unit = chosen_unit()
    if unit is None:
        return redirect(url_for("patient.index"))
    form = ListFileForm()
    try:
        rows = _open(form.good.data or "")
        plan = plan_list(rows, unit, form.told_day())
        seen = set(request.form.getlist("other", type=int))  # whoever came since was not agreed to
        take_off = [one for one in plan.others if one.id in seen] if form.all.data else []
        carry_out_list(plan, unit, take_off=take_off, actor=current_user())
    except Conflict:  # somebody changed the same lines meanwhile
        db.session.rollback()
        flash(_("The list was changed meanwhile. Look at it again."), "warning")
        unit = chosen_unit()
        assert unit is not None  # noqa: S101 - the same request
        return _preview(form, unit, _open(form.good.data or ""), _left(form)), 409
    except Invalid as error:
        show_faults(form, error)
        unit = chosen_unit()
        assert unit is not None  # noqa: S101 - the same request
        return _ask(form, unit), 422
    flash(
        _(
            "Saved: %(new)s new, %(changed)s changed, %(off)s taken off.",
            new=len(plan.new),
            changed=len(plan.changed),
            off=len(take_off),
        ),
        "success",
    )
    left = _left(form)
    if not left.rows:
        return redirect(url_for("patient.index", unit=unit.id))
    db.session.flush()
    return _preview(form, unit, [*rows, *left.rows], left)  # the saved ones too: a row twice stays a row twice


def _read(form: ListFileForm) -> PatientList:
    upload = form.file.data
    if upload and upload.filename:
        return read_patient_list(read_cells(upload.stream, upload.filename))
    return read_patient_list(read_pasted(form.pasted.data or ""))


def _left(form: ListFileForm) -> PatientList:
    return read_patient_list(read_pasted(form.pasted.data or ""))


def _ask(form: ListFileForm, unit: Unit) -> str:
    return render_template("patient/import.html", form=form, unit_shown=unit)


def _preview(form: ListFileForm, unit: Unit, rows: Sequence[ListRow], read: PatientList) -> str:
    plan = plan_list(rows, unit, form.told_day())
    refused = {id(one.row) for one in plan.refused}
    saw_patients(
        {one.standing.patient_id for one in plan.rows if one.standing} | {one.patient_id for one in plan.others},
        unit.id,
    )
    return render_template(
        "patient/preview.html",
        unit_shown=unit,
        form=form,
        day=form.told_day().isoformat(),
        plan=plan,
        good=_seal([row for row in rows if id(row) not in refused]),
        pasted=_as_text(plan),
        labels_of=LABELS,
        hidden=read.hidden,
        left_out=read.unknown,
    )


def _as_text(plan: ListPlan) -> str:
    """The rows to be mended, as cells with tabs between under a header of ours."""
    if not plan.refused:
        return ""
    lines = [_HEADER, *([one.row.cells[key] for key in COLUMNS] for one in plan.refused)]
    return "\n".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line) for line in lines)


def _sealer() -> URLSafeTimedSerializer:
    """Seals the good rows into the page, so that nothing of them is kept on the server or in a cookie."""
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"patient-list-{current_user().id}")


def _seal(rows: Sequence[ListRow]) -> str:
    sealed = _sealer().dumps([[row.sheet, row.number, [row.cells[key] for key in COLUMNS]] for row in rows])
    return sealed if isinstance(sealed, str) else sealed.decode()


def _open(sealed: str) -> list[ListRow]:
    if not sealed:
        return []
    try:
        content: list[Any] = _sealer().loads(sealed, max_age=PREVIEW_SECONDS)
    except BadData:
        raise Invalid({"/file": _l("The preview is too old. Read the list again.")}) from None
    return [ListRow(sheet, number, dict(zip(COLUMNS, cells, strict=True))) for sheet, number, cells in content]
