"""One system of an outage: back, down again, or with its times corrected. Each step is read before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid, NotFound
from tracker.forms.outage import CorrectForm, DownForm, RestoreForm
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Outage
from tracker.permissions import Permission, requires
from tracker.queries.outage import events_of_outage, get_outage
from tracker.queries.overview import also_down_in, freed_by_restoring
from tracker.queries.routine import routine_of
from tracker.services.outage import correct_system_times, lock_outage, restore_system, take_system_down
from tracker.views.page import clock_time, show_faults, target_name

blueprint = Blueprint("outage", __name__)
"""Shared with tracker.views.outage, which adds the pages of whole outages."""


@blueprint.route("/outages/<int:outage_id>/systems/<system>/restore", methods=["GET", "POST"])
@requires(Permission.OUTAGE_DECLARE)
def restore(outage_id: int, system: str) -> ResponseReturnValue:
    """The system is back: how much becomes ready is told first, for it becomes ready at once."""
    outage = _load(outage_id, system)
    form = RestoreForm()
    if not form.is_submitted():
        form.restored_at.data = utcnow()
    freed = freed_by_restoring(outage, system)

    def change() -> None:
        restore_system(outage, system, _told(form.restored_at.data), actor=current_user())
        flash(
            plural(
                "%(system)s is back. %(num)s follow-up became ready.",
                "%(system)s is back. %(num)s follow-ups became ready.",
                freed,
                system=target_name(system),
            ),
            "success",
        )

    return _take_step(outage, system, form, change, "restore", freed=freed, also_down=also_down_in(outage, system))


@blueprint.route("/outages/<int:outage_id>/systems/<system>/down", methods=["GET", "POST"])
@requires(Permission.OUTAGE_DECLARE)
def down(outage_id: int, system: str) -> ResponseReturnValue:
    """The system goes down again, or a further system goes down in the same outage."""
    outage = _load(outage_id, system)
    form = DownForm()
    if not form.is_submitted():
        form.down_at.data = utcnow()

    def change() -> None:
        take_system_down(outage, system, _told(form.down_at.data), actor=current_user())
        flash(_("%(system)s is marked down.", system=target_name(system)), "success")

    again = outage.latest(system) is not None
    return _take_step(outage, system, form, change, "down", again=again, also_down=also_down_in(outage, system))


@blueprint.route("/outages/<int:outage_id>/systems/<system>/correct", methods=["GET", "POST"])
@requires(Permission.OUTAGE_DECLARE)
def correct(outage_id: int, system: str) -> ResponseReturnValue:
    """A wrong time is put right, with the reason in the history."""
    outage = _load(outage_id, system)
    latest = outage.latest(system)
    if latest is None:
        raise NotFound(_l("The system is not part of this outage."))
    form = CorrectForm(obj=latest)
    seen = request.form.get("seen", type=int)

    def change() -> None:
        last = events_of_outage(outage)[-1]
        if seen is not None and last.id > seen:
            raise Conflict(
                _l(
                    "%(name)s changed the outage at %(time)s, while you had this open. Yours is not saved yet. "
                    "Look at what stands now, then save again.",
                    name=last.actor_name,
                    time=clock_time(last.at),
                )
            )
        correct_system_times(
            outage, system, form.down_at.data, form.restored_at.data, form.reason.data or "", actor=current_user()
        )
        flash(_("The times of %(system)s are corrected.", system=target_name(system)), "success")

    return _take_step(outage, system, form, change, "correct", latest=latest, seen=events_of_outage(outage)[-1].id)


def _told(time: datetime | None) -> datetime:
    """A time that the form has required already."""
    if time is None:
        raise Invalid({"/time": _l("Enter the time.")})
    return time


def _load(outage_id: int, system: str) -> Outage:
    outage = get_outage(outage_id)
    if system not in routine_of(outage).system_by_id:
        raise NotFound(_l("The routine has no such system."))
    return outage


def _take_step(
    outage: Outage, system: str, form: Any, change: Callable[[], None], step: str, **shown: Any
) -> ResponseReturnValue:
    """Take the step if the form is sent and right; else show it, with all that was typed."""
    outage_id, status, conflict = outage.id, 200, ""
    if form.validate_on_submit():
        lock_outage(outage_id)
        try:
            change()
            return redirect(url_for("outage.show", outage_id=outage_id))
        except Invalid as error:
            show_faults(form, error)
            status = 422
        except Conflict as error:
            conflict, status = str(error.message), 409
    elif form.errors:
        status = 422
    return render_template(
        f"outage/{step}.html",
        outage=outage,
        system=routine_of(outage).system_by_id[system],
        form=form,
        conflict=conflict,
        **shown,
    ), status
