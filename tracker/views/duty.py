"""Duties: the user's own, and every duty of an outage by unit and phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.forms.duty import NotNeededForm
from tracker.guard import current_user
from tracker.i18n import text as _
from tracker.models import Duty, Outage, Unit, User
from tracker.permissions import Permission, requires
from tracker.queries.duty import duties_of, duties_to_tick, duty_seen_by
from tracker.queries.outage import current_outages, outage_seen_by, outages_for
from tracker.services.duty import finish_duty, lock_duty, mark_duty_not_needed, reopen_duty
from tracker.views.duty_lines import DutyLine, PhaseOfDuties, by_phase, duty_lines

blueprint = Blueprint("duty", __name__)
REGION = "region"


@dataclass(frozen=True)
class Group:
    """Duties under one heading: of one outage, or of one unit."""

    outage: Outage
    unit: Unit | None
    phases: Sequence[PhaseOfDuties]
    open: int
    late: int
    done: int

    @property
    def total(self) -> int:
        return self.open + self.done


@dataclass(frozen=True)
class Faulty:
    """A tick that was refused: which duty, what was typed, and why."""

    duty_id: int
    form: NotNeededForm | None
    message: str


@blueprint.get("/duties")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return _page(None)


def _page(faulty: Faulty | None, status: int = 200) -> ResponseReturnValue:
    """The user's own duties, or (`show=all`) all of one outage, for one unit or counted by unit."""
    me = current_user()
    if request.values.get("show") == "all":
        return _all(me, faulty), status
    return _mine(me, faulty), status


def _mine(me: User, faulty: Faulty | None) -> str:
    now = utcnow()
    outages = current_outages(me)
    lines = duty_lines(duties_to_tick(me, [outage.id for outage in outages]), me, now)
    own = [line for line in lines if line.mine]
    others = [line for line in lines if not line.mine]
    return render_template(
        "duty/mine.html",
        groups=[_group(outage, None, [line for line in own if line.duty.outage_id == outage.id]) for outage in outages],
        others=sum(line.to_do for line in others),
        faulty=faulty,
        any_outage=bool(outages),
        show="mine",
        several_units=len({line.duty.unit_id for line in own}) > 1,
    )


def _all(me: User, faulty: Faulty | None) -> str:
    outages = outages_for(me)
    outage = _chosen_outage(me, outages)
    if outage is None:
        return render_template("duty/mine.html", groups=[], others=0, faulty=faulty, any_outage=False, show="all")
    lines = duty_lines(duties_of(outage, me), me, utcnow())
    groups = [_group(outage, members[0].duty.unit, members) for members in _by_unit(lines)]
    chosen = _chosen_unit(groups)
    return render_template(
        "duty/all.html",
        outages=outages,
        outage=outage,
        groups=groups,
        chosen=chosen,
        code=_code(chosen) if chosen else "",
        faulty=faulty,
        show="all",
    )


def _chosen_outage(me: User, outages: Sequence[Outage]) -> Outage | None:
    wanted = request.values.get("outage", type=int)
    if wanted is not None:
        return outage_seen_by(me, wanted)
    current = current_outages(me)
    return current[0] if current else next(iter(outages), None)


def _chosen_unit(groups: Sequence[Group]) -> Group | None:
    """The group of the unit in the address; the only one there is; none: all are counted."""
    if len(groups) == 1:
        return groups[0]
    wanted = request.values.get("unit", "")
    return next((group for group in groups if _code(group) == wanted), None)


def _code(group: Group) -> str:
    return group.unit.code if group.unit else REGION


def _by_unit(lines: Sequence[DutyLine]) -> list[list[DutyLine]]:
    """The region's first, then by site and name; within each the order of the lines is kept."""

    def place(line: DutyLine) -> tuple[Any, ...]:
        unit = line.duty.unit
        return (1, unit.site, unit.name, unit.id) if unit else (0, "", "", 0)

    return [list(group) for _place, group in groupby(sorted(lines, key=place), key=place)]


def _group(outage: Outage, unit: Unit | None, lines: Sequence[DutyLine]) -> Group:
    still_open = sum(line.is_open for line in lines)
    return Group(outage, unit, by_phase(lines), still_open, sum(line.late for line in lines), len(lines) - still_open)


@blueprint.post("/duties/<int:duty_id>/done")
@requires(Permission.SIGNED_IN)
def done(duty_id: int) -> ResponseReturnValue:
    return _tick(duty_id, lambda duty: finish_duty(duty, actor=current_user()), _("Ticked."))


@blueprint.post("/duties/<int:duty_id>/not-needed")
@requires(Permission.SIGNED_IN)
def not_needed(duty_id: int) -> ResponseReturnValue:
    duty_seen_by(current_user(), duty_id)
    form = NotNeededForm()
    if not form.validate_on_submit():
        return _page(Faulty(duty_id, form, ""), 422)
    reason = form.reason.data or ""
    return _tick(
        duty_id, lambda duty: mark_duty_not_needed(duty, reason, actor=current_user()), _("Marked as not needed.")
    )


@blueprint.post("/duties/<int:duty_id>/reopen")
@requires(Permission.SIGNED_IN)
def reopen(duty_id: int) -> ResponseReturnValue:
    return _tick(duty_id, lambda duty: reopen_duty(duty, actor=current_user()), _("The tick is taken back."))


def _tick(duty_id: int, change: Any, told: str) -> ResponseReturnValue:
    duty: Duty = duty_seen_by(current_user(), duty_id)
    duty = lock_duty(duty.id)
    try:
        change(duty)
    except Conflict as error:
        message = str(error.message)
        if error.holder:
            message = _("%(name)s was first: the duty is ticked already.", name=error.holder)
        return _page(Faulty(duty_id, None, message), 409)
    flash(told, "success")
    if request.form.get("show") == "home":
        return redirect(url_for("home.start"))
    kept: dict[str, Any] = {name: request.form[name] for name in ("show", "outage", "unit") if request.form.get(name)}
    return redirect(url_for("duty.index", **kept, _anchor=f"duty-{duty_id}"))
