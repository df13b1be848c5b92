"""Import of units and accounts: template, upload, preview, confirm. Routes of the blueprint `user`."""

from __future__ import annotations

import io
from typing import Any

from flask import current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from exports.account_workbook import MAX_ROWS, build_account_workbook, column_label, read_account_workbook
from exports.workbook_file import XLSX
from tracker import labels
from tracker.errors import Invalid
from tracker.extensions import current_routine, db
from tracker.forms.user import AccountFileForm, ImportForm
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.permissions import Permission, requires
from tracker.queries.unit import all_units
from tracker.queries.user import all_users
from tracker.services.account_import import YES, AccountRows, Plan, Row, carry_out, plan_import
from tracker.views.page import show_faults
from tracker.views.user import blueprint, hand_out

PREVIEW_SECONDS = 2 * 3600
MAX_FAULTS = 200
PORTION = 200
"""How many rows are saved at a time: about a second, in which others who log must wait."""


@blueprint.get("/users/import/template.xlsx")
@requires(Permission.ACCOUNT_MANAGE)
def import_template() -> ResponseReturnValue:
    """The workbook to fill in: empty, or with all units and accounts as they are."""
    filled = request.args.get("filled") == "1"
    content = build_account_workbook(all_units() if filled else (), all_users() if filled else ())
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name="konton-och-enheter.xlsx")


@blueprint.route("/users/import", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def import_workbook() -> ResponseReturnValue:
    form = AccountFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        db.session.rollback()  # reading a large file must not hold up those who log meanwhile
        try:
            rows = read_account_workbook(upload.stream, upload.filename or "")
        except Invalid as error:
            show_faults(form, error)
        else:
            return _preview(rows)
    status = 422 if form.errors else 200
    return render_template("user/import.html", form=form, max_rows=MAX_ROWS), status


@blueprint.post("/users/import/confirm")
@requires(Permission.ACCOUNT_MANAGE)
def confirm_import() -> ResponseReturnValue:
    """Carry out what was shown. It is worked out anew: what changed meanwhile is shown again first."""
    form = ImportForm()
    try:
        rows = _unpack(form.rows.data or "")
    except BadData:
        upload = AccountFileForm(formdata=None)
        upload.file.errors = [_("The preview is too old. Choose the workbook again.")]
        return render_template("user/import.html", form=upload, max_rows=MAX_ROWS), 422
    plan = plan_import(rows)
    if plan.faults:
        return _preview(rows)
    now = plan.portion(PORTION)
    try:
        created = carry_out(now, actor=current_user())
    except Invalid:  # somebody changed the same accounts in between
        db.session.rollback()
        return _preview(rows)
    done = _("Imported: %(new)s new, %(changed)s changed.", new=_new(now), changed=now.changes - _new(now))
    left = plan.changes - now.changes
    return hand_out(created, done=done, rows_left=left, rows=form.rows.data if left else "")


def _preview(rows: AccountRows) -> ResponseReturnValue:
    plan = plan_import(rows)
    faults = [(fault, column_label(fault.sheet, fault.column)) for fault in plan.faults]
    return render_template(
        "user/import_preview.html",
        form=ImportForm(formdata=None, rows=_pack(rows)),
        plan=plan,
        faults=faults[:MAX_FAULTS],
        more_faults=max(0, len(faults) - MAX_FAULTS),
        portion=PORTION,
        label=column_label,
        shown=_shown,
    ), 422 if plan.faults else 200


def _new(plan: Plan) -> int:
    return len(plan.new_units) + len(plan.new_users)


def _shown(column: str, value: str) -> str:
    """A cell's value as users read it."""
    if not value:
        return "–"
    match column:
        case "role":
            return labels.role(value)
        case "kind":
            return labels.unit_kind(value)
        case "active":
            return _("Yes") if value == YES else _("No")
        case "systems":
            names = {system.id: system.name for system in current_routine().systems}
            return ", ".join(names.get(system, system) for system in value.split(","))
    return value


def _sealer() -> URLSafeTimedSerializer:
    """Seals the rows into the preview page, so that nothing of them is kept on the server or in a cookie."""
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"account-import-{current_user().id}")


def _pack(rows: AccountRows) -> str:
    content = {
        sheet: [[row.number, dict(row.cells)] for row in found]
        for sheet, found in (("units", rows.units), ("users", rows.users))
    }
    sealed = _sealer().dumps(content)
    return sealed if isinstance(sealed, str) else sealed.decode()


def _unpack(sealed: str) -> AccountRows:
    content: dict[str, list[Any]] = _sealer().loads(sealed, max_age=PREVIEW_SECONDS)
    return AccountRows(
        units=tuple(Row(number, cells) for number, cells in content["units"]),
        users=tuple(Row(number, cells) for number, cells in content["users"]),
    )
