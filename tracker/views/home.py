"""The start page: what is down, and what the user has to do now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.extensions import current_routine
from tracker.guard import current_user, may, saw_patients
from tracker.models import Item, Outage, Role, User
from tracker.permissions import Permission, requires
from tracker.queries.duty import duties_to_tick
from tracker.queries.handover import contents, waiting_for
from tracker.queries.item import READY, WAITING, ItemFilter, count_cells, held_by, questions_for
from tracker.queries.outage import current_outages, systems_down
from tracker.queries.overview import UnitStanding, standings
from tracker.queries.patient_contact import count_to_contact
from tracker.queries.reply import count_overdue
from tracker.queries.second_check import count_to_check_for, rejected_of
from tracker.queries.sign_off import sign_off_obstacles
from tracker.queries.stray_result import count_unsolved
from tracker.queries.unit import all_units, units_by_id
from tracker.queries.user import count_users
from tracker.views.action_place import find_place
from tracker.views.door import Door, concerned_systems, doors_at, grids_for
from tracker.views.duty_lines import DutyLine, duty_lines
from tracker.views.live import live
from tracker.views.outage_board import rows_of
from tracker.views.overview import Overview, overview_of

blueprint = Blueprint("home", __name__)
_DUTIES_SHOWN = 4
_REGION_READERS = {Role.DIRECTOR, Role.IT_OPERATIONS}


@dataclass(frozen=True)
class SystemToEnter:
    """The user's follow-ups in one system."""

    system: str
    drill: bool
    ready: int
    waiting: int


@dataclass(frozen=True)
class Work:
    """What waits for the user in person."""

    systems: Sequence[SystemToEnter]
    held: Sequence[Item]
    questions: int
    to_check: int
    """High-risk entries of others that await a second person."""
    sent_back: int
    """The user's own entries in which a second person found a fault."""

    @property
    def ready(self) -> int:
        return sum(system.ready for system in self.systems if not system.drill)


@dataclass(frozen=True)
class Replies:
    """What nobody must forget: answers that are late, that belong to nobody, and patients who do not know."""

    overdue: int
    strays: int
    to_contact: int


@dataclass(frozen=True)
class DutiesNow:
    """The first of the user's duties whose time has come, and how many there are."""

    first: Sequence[DutyLine]
    total: int
    late: int


@dataclass(frozen=True)
class Managed:
    """A unit that the user is to sign off, and whether nothing stands in the way now."""

    standing: UnitStanding
    can_be_signed: bool


@dataclass(frozen=True)
class Accounts:
    units: int
    users: int


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
@live
def start() -> ResponseReturnValue:
    me, now = current_user(), utcnow()
    outages = current_outages(me)
    return render_template(
        "home/start.html",
        me=me,
        outages=rows_of(outages, me),
        work=_work(me, now) if may(Permission.ACTION_READ) else None,
        duties=_duties(me, outages, now),
        managed=_managed(me, outages),
        replies=_replies(me) if may(Permission.ACTION_READ) else None,
        handovers=waiting_for(me) if may(Permission.ACTION_READ) else [],
        contents=contents,
        doors=_doors() if may(Permission.ACTION_LOG) else [],
        region=_region(me, outages),
        accounts=Accounts(len(all_units()), count_users()) if may(Permission.ACCOUNT_MANAGE) else None,
        several_units=len(me.unit_ids) > 1,
        contacts=current_routine().contacts,
    )


def _work(me: User, now: datetime) -> Work:
    held = [item for item in held_by(me) if item.holder(now)]
    for item in held:
        saw_patients([item.action.patient_id], item.action.unit_id)
    return Work(_systems_to_enter(me), held, len(questions_for(me)), count_to_check_for(me), len(rejected_of(me)))


def _replies(me: User) -> Replies:
    return Replies(count_overdue(me.unit_ids), count_unsolved(me.unit_ids), count_to_contact(me.unit_ids))


def _systems_to_enter(me: User) -> list[SystemToEnter]:
    """What of the user's role is ready or waiting, system by system in the routine's order; drills last."""
    found = []
    for drill in (False, True):
        counts: dict[str, Counter[str]] = {}
        for cell in count_cells(
            ItemFilter(me.working_unit_ids, drill=drill, roles=(me.role.value,), states=(READY, WAITING))
        ):
            counts.setdefault(cell["system"], Counter())[cell["state"]] += cell["count"]
        found += [
            SystemToEnter(system, drill, counts[system][READY], counts[system][WAITING])
            for system in current_routine().target_order
            if system in counts
        ]
    return found


def _doors() -> list[Door]:
    """The ways into the ward's own work, in the outage that the log page would choose."""
    place = find_place()
    grids = grids_for(place, concerned_systems(place, systems_down(place.outage.drill))) if place else []
    return [*grids, *doors_at(place)[:2]]


def _duties(me: User, outages: Sequence[Outage], now: datetime) -> DutiesNow:
    lines = duty_lines(duties_to_tick(me, [outage.id for outage in outages]), me, now)
    to_do = [line for line in lines if line.mine and line.to_do]
    to_do.sort(key=lambda line: (line.duty.outage.drill, not line.late))
    return DutiesNow(to_do[:_DUTIES_SHOWN], len(to_do), sum(line.late and not line.duty.outage.drill for line in to_do))


def _managed(me: User, outages: Sequence[Outage]) -> list[Managed]:
    """The units the user manages, in every outage that has begun and that they have not signed off."""
    units = units_by_id(me.managed_unit_ids) if me.managed_unit_ids else []
    begun = [outage for outage in outages if outage.began_at <= utcnow()]
    found = [standing for outage in begun for standing in standings(outage, units) if not standing.sign_off]
    return [
        Managed(one, one.can_be_signed and not sign_off_obstacles(one.outage, one.unit))  # most are told by the counts
        for one in found
    ]


def _region(me: User, outages: Sequence[Outage]) -> Overview | None:
    if me.role not in _REGION_READERS or not outages:
        return None
    return overview_of([outage for outage in outages if not outage.drill and outage.began_at <= utcnow()], me)
