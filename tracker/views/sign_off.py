"""Signing a unit off: what it rests on, what is in the way, and the signature."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.forms.sign_off import ReopenForm, SignForm
from tracker.guard import current_user, may, saw_patients
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Outage, Unit
from tracker.permissions import Permission, requires, sees_counts, sees_unit
from tracker.queries.exceptions import Remark, Remarks, delays_of, open_duties_of, remarks_of
from tracker.queries.item import STATES, ItemFilter, count_cells
from tracker.queries.obstacle import Obstacle
from tracker.queries.outage import current_sign_off, get_outage
from tracker.queries.routine import routine_of
from tracker.queries.sign_off import Evidence, past_sign_offs, sign_off_evidence
from tracker.queries.unit import get_unit
from tracker.routine.spec import Routine
from tracker.services.event import canonical_json
from tracker.services.sign_off import reopen_unit, sign_off_unit
from tracker.views.confirmation_row import item_label, kind_label
from tracker.views.sign_off_statement import left_out_of, statement_of

blueprint = Blueprint("sign_off", __name__)

REMARKS_SHOWN = 200


@dataclass(frozen=True)
class Way:
    """What stands in the way, and the way to it; no address: the reader may not go there."""

    obstacle: Obstacle
    url: str
    link: str


@dataclass(frozen=True)
class CountRow:
    label: str
    counts: dict[str, int]
    total: int


@dataclass(frozen=True)
class Counts:
    """Follow-ups by what stands in the row, and by state in the columns that hold any."""

    rows: list[CountRow]
    sums: CountRow
    states: list[str]


@dataclass(frozen=True)
class RemarkRow:
    remark: Remark
    what: str


@dataclass(frozen=True)
class RemarkGroup:
    title: str
    none: str
    rows: list[RemarkRow]
    total: int
    has_reason: bool


@blueprint.get("/sign-off/<int:outage_id>/<code>")
@requires(Permission.SIGNED_IN)
def show(outage_id: int, code: str) -> ResponseReturnValue:
    """What the sign-off of a unit rests on. Patients are shown only to those who see the unit's patients."""
    outage, unit = _load(outage_id, code)
    return _page(outage, unit, SignForm(formdata=None), ReopenForm(formdata=None))


@blueprint.post("/sign-off/<int:outage_id>/<code>/sign")
@requires(Permission.UNIT_MANAGE)
def sign(outage_id: int, code: str) -> ResponseReturnValue:
    outage, unit = _load(outage_id, code)
    form = SignForm()
    if not form.validate_on_submit():
        return _page(outage, unit, form, ReopenForm(formdata=None), status=422)
    if form.seen.data != _seen(sign_off_evidence(outage, unit)):
        flash(_("The numbers changed since you opened the page. Read them again before you sign."), "danger")
        return redirect(url_for("sign_off.show", outage_id=outage_id, code=code))
    try:
        sign_off_unit(outage, unit, actor=current_user())
    except Conflict as error:
        message = str(error.message)
        db.session.rollback()
        flash(message, "danger")
    else:
        flash(_("%(unit)s is signed off.", unit=unit.name), "success")
    return redirect(url_for("sign_off.show", outage_id=outage_id, code=code))


@blueprint.post("/sign-off/<int:outage_id>/<code>/reopen")
@requires(Permission.UNIT_MANAGE)
def reopen(outage_id: int, code: str) -> ResponseReturnValue:
    outage, unit = _load(outage_id, code)
    form = ReopenForm()
    if form.validate_on_submit():
        try:
            reopen_unit(outage, unit, form.reason.data or "", actor=current_user())
        except Invalid as error:
            form.reason.errors = [str(fault) for fault in error.faults.values()]
        except Conflict as error:
            flash(str(error.message), "danger")
            return redirect(url_for("sign_off.show", outage_id=outage_id, code=code))
        else:
            flash(_("%(unit)s is reopened.", unit=unit.name), "success")
            return redirect(url_for("sign_off.show", outage_id=outage_id, code=code))
    return _page(outage, unit, SignForm(formdata=None), form, status=422)


def _load(outage_id: int, code: str) -> tuple[Outage, Unit]:
    outage, unit = get_outage(outage_id), get_unit(code)
    if unit.id not in outage.unit_ids or not sees_counts(current_user(), unit.id):
        raise NotFound(_l("There is no such unit in this outage, or it is not yours."))
    return outage, unit


def _page(outage: Outage, unit: Unit, form: SignForm, reopening: ReopenForm, status: int = 200) -> ResponseReturnValue:
    user = current_user()
    if status != 200 and not user.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager signs it off."))
    routine = routine_of(outage)
    evidence = sign_off_evidence(outage, unit)
    form.seen.data = _seen(evidence)
    cells = count_cells(ItemFilter(frozenset({unit.id}), outage.id))
    sees_patients = sees_unit(user, unit.id) and may(Permission.ACTION_READ)
    groups = _groups(remarks_of(outage, unit, limit=REMARKS_SHOWN), routine) if sees_patients else []
    saw_patients({row.remark.action.patient_id for group in groups for row in group.rows}, unit.id)
    order = [system for system in routine.target_order if any(cell["system"] == system for cell in cells)]
    html = render_template(
        "sign_off/show.html",
        outage=outage,
        unit_signed=unit,
        form=form,
        reopening=reopening,
        sign_off=current_sign_off(outage.id, unit.id),
        earlier=[row for row in past_sign_offs(outage, unit) if row.reopened_at],
        evidence=evidence,
        ways=_ways(outage, unit, evidence.obstacles),
        statement=statement_of(unit, evidence),
        left_out_of=left_out_of,
        by_system=_count_rows(cells, "system", {name: routine.target_name(name, language()) for name in order}),
        by_role=_count_rows(cells, "role", {cell["role"]: labels.roles(cell["role"]) for cell in cells}),
        delays=delays_of(outage, unit),
        duties=[(duty, routine.duties[duty.duty]) for duty in open_duties_of(outage, unit)],
        groups=groups,
        is_manager=user.manages(unit.id),
        systems=[(row, routine.target_name(row.system, language())) for row in outage.systems],
    )
    return html, status


def _seen(evidence: Evidence) -> str:
    return hashlib.sha256(canonical_json(evidence.counts).encode()).hexdigest()[:16]


def _ways(outage: Outage, unit: Unit, obstacles: Iterable[Obstacle]) -> list[Way]:
    """Each obstacle with the page on which it is settled, for those who may open that page."""
    user = current_user()
    here: dict[str, Any] = {"outage": outage.id, "unit": unit.code}
    to_outage = (url_for("outage.show", outage_id=outage.id), _("To the outage"))
    pages = {
        "not_begun": to_outage,
        "down": to_outage,
        "items": (url_for("confirmation.index", **here, state="open"), _("See what is open, and who has it")),
        "actions": (url_for("confirmation.index", **here), _("Confirm them")),
        "patients": (url_for("patient.index", unit=unit.id), _("To the patients")),
        "sheets": (url_for("sheet.index", unit=unit.id, outage=outage.id), _("To the forms")),
        "orphan_sheets": (url_for("orphan_sheet.index", unit=unit.id, outage=outage.id), _("To the unclear forms")),
        "stray_results": (url_for("stray_result.index"), _("To the results without a recipient")),
        "devices": (url_for("device.index"), _("To the devices")),
    }
    closed = set() if user.manages(unit.id) else {"items", "actions"}
    if not sees_unit(user, unit.id) or not may(Permission.ACTION_READ):
        closed = set(pages) - {"not_begun", "down"}
    return [
        Way(obstacle, "" if obstacle.code in closed else pages[obstacle.code][0], pages[obstacle.code][1])
        for obstacle in obstacles
    ]


def _count_rows(cells: Iterable[Any], by: str, names: dict[str, str]) -> Counts:
    table = {name: dict.fromkeys(STATES, 0) for name in names}
    for cell in cells:
        table[cell[by]][cell["state"]] += cell["count"]
    rows = [CountRow(names[name], counts, sum(counts.values())) for name, counts in table.items()]
    sums = {state: sum(row.counts[state] for row in rows) for state in STATES}
    states = [state for state in STATES if sums[state] or state == "done"]
    return Counts(rows, CountRow(_("All"), sums, sum(sums.values())), states)


def _groups(remarks: dict[str, Remarks], routine: Routine) -> list[RemarkGroup]:
    titles = {
        "voided": (_("Voided"), _("Nothing was voided."), True),
        "not_needed": (_("Not needed"), _("No follow-up was found not needed."), True),
        "corrected": (_("Corrected"), _("Nothing was corrected."), True),
        "sent_back": (_("Sent back"), _("Nothing was sent back."), True),
        "late": (_("Logged after a sign-off"), _("Nothing was logged after a sign-off."), False),
        "unknown": (_("Patients not identified"), _("Every patient is identified."), False),
        "on_paper": (_("Signed on paper"), _("Nothing was signed on paper."), False),
    }
    return [
        RemarkGroup(
            title,
            none,
            [RemarkRow(remark, _what(remark, routine)) for remark in remarks[sort].shown],
            remarks[sort].total,
            has_reason,
        )
        for sort, (title, none, has_reason) in titles.items()
    ]


def _what(remark: Remark, routine: Routine) -> str:
    kind = kind_label(routine, remark.action.kind)
    return _("%(kind)s: %(item)s", kind=kind, item=item_label(routine, remark.item)) if remark.item else kind
