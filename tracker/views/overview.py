"""What is left, region and unit: counts and sign-offs, never a patient."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.clock import utcnow
from tracker.extensions import current_routine
from tracker.guard import current_user
from tracker.models import Outage, Unit, User
from tracker.permissions import Permission, requires
from tracker.queries.deadline import Overdue
from tracker.queries.item import STATES, UNFINISHED
from tracker.queries.outage import current_outages, outage_seen_by, outages_for
from tracker.queries.overview import Cell, UnitStanding, cells_of, standings
from tracker.queries.unit import units_seen_by
from tracker.views.page import target_name

blueprint = Blueprint("overview", __name__)
_ALWAYS = {"ready", "waiting", "done"}
COLUMNS = ("ready", "claimed", "entered", "question", "waiting", "done", "not_needed")
DRILLS = "drills"


@dataclass(frozen=True)
class UnitRow:
    """One unit in all the outages that are shown."""

    unit: Unit
    items: Counter[str]
    actions: Counter[str]
    oldest: datetime | None
    open_duties: int
    overdue: Overdue
    standings: Sequence[UnitStanding]
    managed: bool

    @property
    def left(self) -> int:
        return sum(self.items[state] for state in UNFINISHED)

    @property
    def finished(self) -> int:
        return self.items["done"] + self.items["not_needed"]

    @property
    def total(self) -> int:
        return self.items.total()

    @property
    def signed(self) -> int:
        return sum(standing.sign_off is not None for standing in self.standings)


@dataclass(frozen=True)
class Breakdown:
    """Counts by state for one system or one role."""

    name: str
    items: Counter[str]

    @property
    def left(self) -> int:
        return sum(self.items[state] for state in UNFINISHED)


@dataclass(frozen=True)
class Overview:
    """Everything the page shows, for the outages and the units that the user sees."""

    rows: Sequence[UnitRow]
    systems: Sequence[Breakdown]
    roles: Sequence[Breakdown]
    items: Counter[str]
    actions: Counter[str]

    @property
    def left(self) -> int:
        return sum(self.items[state] for state in UNFINISHED)

    @property
    def total(self) -> int:
        return self.items.total()

    @property
    def finished(self) -> int:
        return self.total - self.left

    @property
    def oldest(self) -> datetime | None:
        return min((row.oldest for row in self.rows if row.oldest), default=None)

    @property
    def overdue(self) -> Overdue:
        return Overdue.total(row.overdue for row in self.rows)

    @property
    def sign_offs(self) -> int:
        return sum(row.signed for row in self.rows)

    @property
    def to_sign(self) -> int:
        return sum(len(row.standings) for row in self.rows)


@blueprint.get("/overview")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    me = current_user()
    every = outages_for(me)
    chosen, wanted = _chosen(me, every)
    seen = overview_of(chosen, me)
    return render_template(
        "overview/index.html",
        seen=seen,
        chosen=chosen,
        wanted=wanted,
        outages=every,
        any_drill=any(outage.drill for outage in every),
        columns=[state for state in COLUMNS if state in _ALWAYS or seen.items[state]],
    )


def _chosen(me: User, every: Sequence[Outage]) -> tuple[list[Outage], str]:
    """The outages to show, and the choice that stands for them. Drills are never counted with what is real."""
    wanted = request.args.get("outage", "")
    current = [outage for outage in current_outages(me) if outage.began_at <= utcnow()]
    if wanted == DRILLS:
        return [outage for outage in current if outage.drill], DRILLS
    if wanted.isdecimal():
        return [outage_seen_by(me, int(wanted))], wanted
    return [outage for outage in current if not outage.drill], ""


def overview_of(outages: Iterable[Outage], me: User) -> Overview:
    units = units_seen_by(me)
    ids = frozenset(unit.id for unit in units)
    cells: list[Cell] = []
    by_unit: dict[int, list[UnitStanding]] = defaultdict(list)
    for outage in outages:
        of_outage = cells_of(outage, ids)
        cells += of_outage
        for standing in standings(outage, units, of_outage):
            by_unit[standing.unit.id].append(standing)
    rows = [_row(unit, by_unit[unit.id], me) for unit in units if unit.id in by_unit]
    order = {target: number for number, target in enumerate(current_routine().target_order)}
    systems = sorted({cell.system for cell in cells}, key=lambda system: order.get(system, len(order)))
    roles = sorted({cell.role for cell in cells}, key=labels.roles)
    return Overview(
        rows,
        [Breakdown(target_name(system), _sum(cell for cell in cells if cell.system == system)) for system in systems],
        [Breakdown(labels.roles(role), _sum(cell for cell in cells if cell.role == role)) for role in roles],
        _sum(cells),
        sum((row.actions for row in rows), start=Counter()),
    )


def _sum(cells: Iterable[Cell]) -> Counter[str]:
    counts: Counter[str] = Counter(dict.fromkeys(STATES, 0))
    for cell in cells:
        counts[cell.state] += cell.count
    return counts


def _row(unit: Unit, of_unit: Sequence[UnitStanding], me: User) -> UnitRow:
    items: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for standing in of_unit:
        items.update(standing.items)
        actions.update(standing.actions)
    return UnitRow(
        unit,
        items,
        actions,
        min((standing.oldest for standing in of_unit if standing.oldest), default=None),
        sum(standing.open_duties for standing in of_unit),
        Overdue.total(standing.overdue for standing in of_unit),
        of_unit,
        me.manages(unit.id),
    )
