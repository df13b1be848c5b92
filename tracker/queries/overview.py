"""What is left of an outage, unit by unit. Counts only: no patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import (
    FINISHED,
    Action,
    Duty,
    DutyState,
    Item,
    ItemState,
    Outage,
    SignOff,
    SystemOutage,
    Unit,
    has_id,
)
from tracker.queries.action import count_actions_by_unit
from tracker.queries.deadline import Overdue, overdue_by_unit
from tracker.queries.item import STATES, UNFINISHED, ItemFilter, count_cells
from tracker.queries.outage import systems_down
from tracker.queries.sign_off import sign_offs_of

_NO_ACTIONS = dict.fromkeys(("total", "open", "to_confirm", "confirmed", "voided"), 0)


@dataclass(frozen=True)
class UnitStanding:
    """One unit in one outage."""

    outage: Outage
    unit: Unit
    items: Mapping[str, int]
    """By derived state."""
    actions: Mapping[str, int]
    """`total`, `open`, `to_confirm`, `confirmed`, and `voided` among them."""
    oldest: datetime | None
    """When the oldest action with an unfinished item was performed."""
    open_duties: int
    overdue: Overdue
    down: tuple[str, ...]
    """The systems that the unit uses and that are down or about to be in this outage."""
    sign_off: SignOff | None

    @property
    def left(self) -> int:
        """Items that are not finished."""
        return sum(self.items[state] for state in UNFINISHED)

    @property
    def finished(self) -> int:
        return self.items["done"] + self.items["not_needed"]

    @property
    def total(self) -> int:
        return sum(self.items.values())

    @property
    def can_be_signed(self) -> bool:
        """Nothing stands in the way; the sign-off itself looks again."""
        return not (self.left or self.actions["to_confirm"] or self.down or self.sign_off)


@dataclass(frozen=True)
class Cell:
    """How many items of one system and role are in one state."""

    unit: str
    system: str
    role: str
    """Roles joined by `|`, any of which will do."""
    state: str
    count: int


def cells_of(outage: Outage, unit_ids: frozenset[int]) -> list[Cell]:
    return [Cell(**cell) for cell in count_cells(ItemFilter(unit_ids & outage.unit_ids, outage.id))]


def standings(outage: Outage, units: Iterable[Unit], cells: Sequence[Cell] | None = None) -> list[UnitStanding]:
    """How each of these units that the outage concerns stands, by site and name; six queries, however many units."""
    concerned = sorted((unit for unit in units if unit.id in outage.unit_ids), key=lambda unit: (unit.site, unit.name))
    ids = frozenset(unit.id for unit in concerned)
    items: dict[str, dict[str, int]] = {unit.code: dict.fromkeys(STATES, 0) for unit in concerned}
    for cell in cells if cells is not None else cells_of(outage, ids):
        if cell.unit in items:
            items[cell.unit][cell.state] += cell.count
    actions = count_actions_by_unit(ids, outage.id)
    oldest = _oldest_unfinished(outage, ids)
    duties = _open_duties(outage, ids)
    signed = sign_offs_of(outage)
    now = utcnow()
    overdue = overdue_by_unit(outage, ids, now)
    down = [row.system for row in outage.systems if row.restored_at is None or row.is_down(now)]
    return [
        UnitStanding(
            outage,
            unit,
            items[unit.code],
            actions.get((outage.id, unit.id), _NO_ACTIONS),
            oldest.get(unit.id),
            duties.get(unit.id, 0),
            overdue.get(unit.id, Overdue()),
            tuple(system for system in dict.fromkeys(down) if system in unit.systems),
            signed.get(unit.id),
        )
        for unit in concerned
    ]


def unfinished_by_outage(outage_ids: Iterable[int], unit_ids: frozenset[int] | None) -> dict[int, int]:
    """How many items of each outage are unfinished, in these units (None: in all)."""
    query = (
        select(Action.outage_id, func.count(Item.id))
        .join(Item.action)
        .where(Action.outage_id.in_(tuple(outage_ids)), Item.state.not_in(FINISHED))
        .group_by(Action.outage_id)
    )
    if unit_ids is not None:
        query = query.where(Action.unit_id.in_(unit_ids))
    return {row[0]: row[1] for row in db.session.execute(query)}


def signed_by_outage(outage_ids: Iterable[int]) -> dict[int, int]:
    """How many units have signed off each outage."""
    query = (
        select(SignOff.outage_id, func.count(SignOff.id))
        .where(SignOff.outage_id.in_(tuple(outage_ids)), SignOff.reopened_at.is_(None))
        .group_by(SignOff.outage_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def freed_by_restoring(outage: Outage, system: str) -> int:
    """How many items become ready when this outage's `system` comes back.

    None do while another outage of the same sort still has the system down.
    """
    if also_down_in(outage, system):
        return 0
    now = utcnow()
    down = systems_down(outage.drill, now)
    if system not in down:
        return 0
    before = aliased(Item)
    query = (
        select(func.count(Item.id))
        .join(Item.action)
        .join(Action.outage)
        .outerjoin(before, Item.after_id == before.id)
        .where(
            Outage.drill.is_(outage.drill),
            or_(Item.state == ItemState.OPEN, and_(Item.state == ItemState.CLAIMED, Item.claimed_until <= now)),
            has_id(Item.needs, system),
            *(~has_id(Item.needs, other) for other in down if other != system),
            or_(Item.after_id.is_(None), before.state.in_(FINISHED)),
        )
    )
    return db.session.scalar(query) or 0


def also_down_in(outage: Outage, system: str) -> Sequence[Outage]:
    """The other outages, with the same drill flag, that have the system down now."""
    now = utcnow()
    return db.session.scalars(
        select(Outage)
        .where(
            Outage.id != outage.id,
            Outage.drill.is_(outage.drill),
            Outage.systems.any(
                (SystemOutage.system == system)
                & (SystemOutage.down_at <= now)
                & or_(SystemOutage.restored_at.is_(None), SystemOutage.restored_at > now)
            ),
        )
        .order_by(Outage.id)
    ).all()


def _oldest_unfinished(outage: Outage, unit_ids: frozenset[int]) -> dict[int, datetime]:
    rows = db.session.execute(
        select(Action.unit_id, func.min(Action.performed_at))
        .join(Item, Item.action_id == Action.id)
        .where(Action.outage_id == outage.id, Action.unit_id.in_(unit_ids), Item.state.not_in(FINISHED))
        .group_by(Action.unit_id)
    )
    return {row[0]: row[1] for row in rows}


def _open_duties(outage: Outage, unit_ids: frozenset[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Duty.unit_id, func.count(Duty.id))
        .where(Duty.outage_id == outage.id, Duty.unit_id.in_(unit_ids), Duty.state == DutyState.OPEN)
        .group_by(Duty.unit_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}
