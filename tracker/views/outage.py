"""Outages: which there are, declaring one, and one at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.extensions import current_routine
from tracker.forms.outage import CHOSEN, CancelForm, ConcernForm, DeclareForm, declare_form
from tracker.guard import current_user, may
from tracker.i18n import text as _
from tracker.models import Outage, OutageKind, Unit
from tracker.permissions import Permission, requires
from tracker.queries.duty import region_duties
from tracker.queries.outage import current_outages, events_of_outage, outage_seen_by, past_outages, stretches_down
from tracker.queries.overview import signed_by_outage, standings
from tracker.queries.routine import routine_of
from tracker.queries.unit import active_units, units_seen_by
from tracker.services.outage import SystemDown, cancel_outage, concern_unit, declare_outage, find_twin, lock_outage
from tracker.views.duty_lines import duty_lines
from tracker.views.outage_board import down_already, happenings, names_of, outage_state, rows_of, timeline
from tracker.views.outage_system import blueprint
from tracker.views.page import local_day, show_faults

_PER_PAGE = 30


@blueprint.get("/outages")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    me = current_user()
    page = max(1, request.args.get("page", 1, type=int))
    past, total = past_outages(me, page=page, per_page=_PER_PAGE)
    return render_template(
        "outage/index.html",
        current=rows_of(current_outages(me), me),
        past=rows_of(past, me),
        page=page,
        pages=max(1, -(-total // _PER_PAGE)),
    )


@blueprint.route("/outages/new", methods=["GET", "POST"])
@requires(Permission.OUTAGE_DECLARE)
def declare() -> ResponseReturnValue:
    units = active_units()
    form = declare_form(current_routine(), units, utcnow())
    down: list[str] = []
    if form.validate_on_submit():
        down = [] if form.anyway.data else down_already(form.chosen_systems, bool(form.drill.data))
        if not down:
            try:
                return _declare(form, units)
            except Invalid as error:
                show_faults(form, error, _field_names(form))
    running = {(row.system, row.outage.drill): row.outage for row in stretches_down()}
    by_site = groupby(units, key=lambda unit: unit.site)
    return render_template(
        "outage/declare.html",
        form=form,
        sites=[(site, list(members)) for site, members in by_site],
        systems=current_routine().systems,
        running=running,
        down_already=down,
        down_names=names_of(down),
    ), 422 if form.errors or form.form_errors or down else 200


def _declare(form: DeclareForm, units: Sequence[Unit]) -> ResponseReturnValue:
    me = current_user()
    systems = form.chosen_systems
    kind, drill = OutageKind(form.kind.data), bool(form.drill.data)
    times = [SystemDown(system, form.time_of(system)) for system in systems]
    name = (form.name.data or "").strip() or _suggest_name(times)
    if twin := find_twin(name, kind, drill, systems, actor=me):
        flash(_("The outage was declared already. Here it is."), "warning")
        return redirect(url_for("outage.show", outage_id=twin.id))
    using = [unit for unit in units if not set(systems).isdisjoint(unit.systems)]
    chosen = [unit for unit in units if unit.code in (form.units.data or ())] if form.units_by.data == CHOSEN else using
    outage = declare_outage(name, kind, drill, times, chosen, actor=me)
    flash(_("The outage is declared. Staff see it on every page now."), "success")
    return redirect(url_for("outage.show", outage_id=outage.id))


def _suggest_name(times: Sequence[SystemDown]) -> str:
    names = names_of(down.system for down in times)
    day = local_day(min((down.down_at for down in times), default=utcnow()))
    return _("%(systems)s down %(day)s", systems=names, day=day)[:120]


def _field_names(form: DeclareForm) -> dict[str, str]:
    """Where the service's refusals belong: a time goes to the system's own, or to the common one."""
    names = {}
    for number, system in enumerate(form.chosen_systems):
        names[f"/systems/{number}/down_at"] = f"own_{system}" if form.own_time(system).data else "down_at"
        names[f"/systems/{number}/system"] = "systems"
    return names


@blueprint.get("/outages/<int:outage_id>")
@requires(Permission.SIGNED_IN)
def show(outage_id: int) -> ResponseReturnValue:
    return show_outage(outage_seen_by(current_user(), outage_id))


def show_outage(outage: Outage, concern: ConcernForm | None = None) -> ResponseReturnValue:
    """The page of one outage, with `concern` as it was sent if it was refused."""
    me, now = current_user(), utcnow()
    units = standings(outage, units_seen_by(me))
    signed = signed_by_outage([outage.id]).get(outage.id, 0)
    others = [unit for unit in active_units() if unit.id not in outage.unit_ids] if _may_change() else []
    if concern is None:
        concern = ConcernForm(formdata=None)
        concern.offer(others)
    routine = routine_of(outage)
    return render_template(
        "outage/show.html",
        outage=outage,
        state=outage_state(outage, now, signed),
        line=timeline(outage, now),
        units=units,
        signed=signed,
        unseen=len(outage.unit_ids) - len(units),
        managed=me.managed_unit_ids,
        duties=duty_lines(region_duties(outage), me, now),
        happenings=happenings(events_of_outage(outage)),
        may_change=_may_change(),
        further_systems=[system for system in routine.systems if system.id not in outage.system_ids],
        other_sites=[(site, list(members)) for site, members in groupby(others, key=lambda unit: unit.site)],
        concern=concern,
        outage_routine=routine,
        is_current_routine=outage.routine_digest == current_routine().digest,
    ), 422 if concern.errors else 200


def _may_change() -> bool:
    return may(Permission.OUTAGE_DECLARE)


@blueprint.post("/outages/<int:outage_id>/units")
@requires(Permission.OUTAGE_DECLARE)
def concern(outage_id: int) -> ResponseReturnValue:
    """Add units that were forgotten."""
    outage = lock_outage(outage_id)
    others = {unit.code: unit for unit in active_units() if unit.id not in outage.unit_ids}
    form = ConcernForm()
    form.offer(others.values())
    # One that a colleague added meanwhile is no mistake.
    form.units.data = [code for code in form.units.data or () if code in others or not _is_concerned(outage, code)]
    if not form.validate_on_submit():
        return show_outage(outage, form)
    for code in form.units.data:
        concern_unit(outage, others[code], actor=current_user())
    flash(_("The outage concerns the units now."), "success")
    return redirect(url_for("outage.show", outage_id=outage.id))


@blueprint.route("/outages/<int:outage_id>/cancel", methods=["GET", "POST"])
@requires(Permission.OUTAGE_DECLARE)
def cancel(outage_id: int) -> ResponseReturnValue:
    """A planned outage that does not come is said so, with the reason."""
    outage = lock_outage(outage_id) if request.method == "POST" else outage_seen_by(current_user(), outage_id)
    form, status, conflict = CancelForm(), 200, ""
    if form.validate_on_submit():
        try:
            cancel_outage(outage, form.reason.data or "", actor=current_user())
            flash(_("The outage is cancelled."), "success")
            return redirect(url_for("outage.show", outage_id=outage_id))
        except Invalid as error:
            show_faults(form, error)
        except Conflict as error:
            conflict, status = str(error.message), 409
    shown = render_template("outage/cancel.html", outage=outage, form=form, conflict=conflict)
    return shown, 422 if form.errors else status


def _is_concerned(outage: Outage, code: str) -> bool:
    return any(row.unit.code == code for row in outage.concerned)
