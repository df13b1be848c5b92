"""Choosing what to log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.extensions import current_routine
from tracker.guard import current_user, saw_patients
from tracker.permissions import Permission, requires
from tracker.queries.action import logged_lately
from tracker.queries.outage import systems_down
from tracker.queries.routine import kinds_offered
from tracker.routine.spec import KindSpec, SystemSpec
from tracker.views.action_blueprint import blueprint
from tracker.views.action_place import Place, chosen_unit, find_place, outage_choice
from tracker.views.door import concerned_systems, doors_at, grids_for

RECENT_ACTIONS = 20
RECENT_KINDS = 3


@dataclass(frozen=True)
class KindGroup:
    """The kinds of one system, and how that system is doing."""

    system: SystemSpec
    kinds: Sequence[KindSpec]
    down_since: datetime | None = None
    back_since: datetime | None = None


@blueprint.get("/log")
@requires(Permission.ACTION_LOG)
def choose_kind() -> ResponseReturnValue:
    """What was done? The kinds that the outage calls for, the user's latest first, everything else behind them."""
    user = current_user()
    place = find_place()
    if place is None:
        return show_no_outage()
    if place.after and place.keep == "patient":
        saw_patients([place.after.patient_id], place.unit.id)
    down = systems_down(place.outage.drill)
    concerned = concerned_systems(place, down)
    offered, others = kinds_offered(place.routine, user.role.value, concerned)
    lately = logged_lately(user, place.outage.id, RECENT_ACTIONS)
    recent_ids = list(dict.fromkeys(action.kind for action in lately))[:RECENT_KINDS]
    return render_template(
        "action/choose_kind.html",
        place=place,
        choice=outage_choice(place.unit),
        recent=[place.routine.kinds[kind] for kind in recent_ids if kind in place.routine.kinds],
        groups=_groups(place, offered, down),
        other_groups=_groups(place, others, down),
        other_count=len(others),
        grids=grids_for(place, concerned) if place.after is None else [],
        doors=doors_at(place),
    )


def _groups(place: Place, kinds: Sequence[KindSpec], down: Sequence[str]) -> list[KindGroup]:
    groups = []
    for system in place.routine.systems:
        of_system = [kind for kind in kinds if kind.system == system.id]
        if not of_system:
            continue
        stretch = place.outage.latest(system.id)
        is_down = system.id in down
        groups.append(
            KindGroup(
                system,
                of_system,
                down_since=stretch.down_at if stretch and is_down and stretch.down_at <= utcnow() else None,
                back_since=stretch.restored_at if stretch and not is_down else None,
            )
        )
    return groups


def show_no_outage() -> ResponseReturnValue:
    """Nothing to log in: what to do instead."""
    unit = chosen_unit()
    choice = outage_choice(unit) if unit else None
    return render_template("action/no_outage.html", place_unit=unit, choice=choice, contacts=current_routine().contacts)
