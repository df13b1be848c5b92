"""The history of every change, the log of who has seen which patient, and whether the history is whole."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.extensions import db
from tracker.guard import current_user, saw_patients
from tracker.i18n import time_zone
from tracker.models import ChainHead, Role
from tracker.permissions import Permission, requires
from tracker.queries.history import COMMAND_LINE, AccessFilter, EventFilter, actors, find_accesses, find_events
from tracker.queries.outage import all_outages
from tracker.queries.unit import all_units, units_by_id
from tracker.services.event import verify_chain
from tracker.views.history_line import history_lines
from tracker.views.query_string import day, number, opaque_id

blueprint = Blueprint("history", __name__)
PER_PAGE = 50
MAX_FAULTS = 100
CHECKERS = frozenset({Role.ADMINISTRATOR, Role.DIRECTOR})
"""Who checks whether the history is whole."""


@blueprint.get("/history")
@requires(Permission.HISTORY_READ)
def index() -> ResponseReturnValue:
    """The latest lines: every unit's for the region-wide roles, without content; their own for unit managers."""
    user = current_user()
    mine = None if user.is_region_wide else user.managed_unit_ids
    unit_id = number("unit")
    chosen = EventFilter(
        unit_ids=_within(unit_id, mine),
        outage_id=number("outage"),
        actor_id=number("actor"),
        verb=request.args.get("verb", ""),
        before=number("before"),
    )
    events = find_events(chosen, PER_PAGE + 1)
    return render_template(
        "history/index.html",
        lines=history_lines(events[:PER_PAGE], user),
        older=events[PER_PAGE - 1].id if len(events) > PER_PAGE else None,
        chosen=chosen,
        unit_id=unit_id,
        args={key: value for key, value in request.args.items() if key != "before" and value},
        outages=all_outages(),
        units=all_units() if mine is None else units_by_id(mine),
        actors=actors(mine),
        command_line=COMMAND_LINE,
        verbs=sorted({(str(label), key) for key, label in labels.EVENTS.items() if key != "not_needed"}),
        may_check=user.role in CHECKERS,
    )


@blueprint.get("/history/accesses")
@requires(Permission.UNIT_MANAGE)
def accesses() -> ResponseReturnValue:
    """Who has seen which of the managed units' patients, when, doing what."""
    user = current_user()
    unit_id = number("unit")
    chosen_day = day("day")
    start = datetime.combine(chosen_day, time.min, time_zone()) if chosen_day else None
    chosen = AccessFilter(
        unit_ids=_within(unit_id, user.managed_unit_ids) or frozenset(),
        user_id=number("user"),
        patient_id=opaque_id("patient"),
        since=start,
        until=_next_midnight(chosen_day) if chosen_day else None,
        log_reading=request.args.get("log") == "1",
        before=number("before"),
    )
    found = find_accesses(chosen, PER_PAGE + 1)
    rows = found[:PER_PAGE]
    for shown in {row.unit_id for row in rows}:
        saw_patients({row.patient_id for row in rows if row.unit_id == shown}, shown)
    return render_template(
        "history/accesses.html",
        rows=[(row, labels.doing(row.doing)) for row in rows],
        older=rows[-1].id if len(found) > PER_PAGE else None,
        chosen=chosen,
        patient=rows[0].patient if chosen.patient_id and rows else None,
        unit_id=unit_id,
        day=chosen_day.isoformat() if chosen_day else "",
        args={key: value for key, value in request.args.items() if key != "before" and value},
        units=units_by_id(user.managed_unit_ids),
        people=actors(user.managed_unit_ids),
    )


@blueprint.get("/history/check")
@requires(Permission.HISTORY_READ)
def check() -> ResponseReturnValue:
    """Read the whole history and say whether a line has been changed, removed or added."""
    if current_user().role not in CHECKERS:
        abort(403)
    faults = list(verify_chain())
    head = db.session.query(ChainHead).one()
    return render_template(
        "history/check.html",
        faults=faults[:MAX_FAULTS],
        more=max(0, len(faults) - MAX_FAULTS),
        length=head.length,
        head=head.hash,
    )


def _within(unit_id: int | None, allowed: frozenset[int] | None) -> frozenset[int] | None:
    """The chosen unit if the user may see it, else all that they may see."""
    if unit_id is None:
        return allowed
    if allowed is not None and unit_id not in allowed:
        abort(404)
    return frozenset({unit_id})


def _next_midnight(there: date) -> datetime:
    return datetime.combine(min(there, date.max - timedelta(days=1)) + timedelta(days=1), time.min, time_zone())
