"""Sheets that cannot be logged as they are: those of a unit, those offered to it, and what they hold up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Event, OrphanSheet, OrphanSolution, Outage, Sheet, Unit
from tracker.queries.obstacle import Obstacle

OBSTACLE = "orphan_sheets"


def get_orphan(orphan_id: int, unit_ids: frozenset[int]) -> OrphanSheet:
    """One sheet that these units work on, or that is offered to one of them."""
    orphan = db.session.scalars(
        select(OrphanSheet)
        .where(OrphanSheet.id == orphan_id, _of(unit_ids))
        .options(selectinload(OrphanSheet.attempts), joinedload(OrphanSheet.sheet).joinedload(Sheet.series))
    ).one_or_none()
    if orphan is None:
        raise NotFound(_l("Your units have no such unclear form."))
    return orphan


def unsolved_orphans(unit_ids: frozenset[int], outage_id: int | None = None) -> Sequence[OrphanSheet]:
    """What is still to be solved here, the oldest first: also what another unit offers."""
    return _list(OrphanSheet.solution.is_(None), unit_ids, outage_id, OrphanSheet.id.asc())


def solved_orphans(unit_ids: frozenset[int], outage_id: int | None = None, limit: int = 50) -> Sequence[OrphanSheet]:
    """What was solved last."""
    return _list(OrphanSheet.solution.is_not(None), unit_ids, outage_id, OrphanSheet.solved_at.desc(), limit)


def orphans_on(sheet: Sheet, unit_ids: frozenset[int]) -> Sequence[OrphanSheet]:
    """What these units noted of one numbered form, in order."""
    return db.session.scalars(
        select(OrphanSheet).where(OrphanSheet.sheet_id == sheet.id, _of(unit_ids)).order_by(OrphanSheet.id)
    ).all()


def candidates_for(orphan: OrphanSheet, limit: int = 5) -> Sequence[Action]:
    """Actions that may be what the sheet says: those that name its number, or if it has none the latest."""
    query = (
        select(Action)
        .where(Action.unit_id == orphan.unit_id, Action.outage_id == orphan.outage_id, Action.voided_at.is_(None))
        .options(joinedload(Action.patient), joinedload(Action.outage), joinedload(Action.performed_by))
        .order_by(Action.received_at.desc())
        .limit(limit)
    )
    if orphan.serial:
        named = Action.sheet_id == orphan.sheet_id if orphan.sheet_id else Action.sheet == orphan.serial
        return db.session.scalars(query.where(named)).all()
    return db.session.scalars(query.where(Action.received_at >= orphan.found_at)).all()


def events_of_orphan(orphan: OrphanSheet) -> Sequence[Event]:
    return db.session.scalars(
        select(Event).where(Event.subject_type == "orphan_sheet", Event.subject_id == str(orphan.id)).order_by(Event.id)
    ).all()


def orphan_sheet_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """The unit's sheets that nobody has solved yet, each by its number."""
    open_here = db.session.scalars(
        select(OrphanSheet)
        .where(OrphanSheet.outage_id == outage.id, OrphanSheet.unit_id == unit.id, OrphanSheet.solution.is_(None))
        .order_by(OrphanSheet.id)
    ).all()
    if not open_here:
        return []
    names = tuple(orphan.serial or _without_number(orphan) for orphan in open_here)
    return [Obstacle(OBSTACLE, _l("Unclear forms not solved: %(count)s.", count=len(open_here)), names)]


def orphan_sheet_counts(outage: Outage, unit: Unit) -> dict[str, Any]:
    """How many there were, and how they ended."""
    rows = db.session.execute(
        select(OrphanSheet.solution, func.count())
        .where(OrphanSheet.outage_id == outage.id, OrphanSheet.unit_id == unit.id)
        .group_by(OrphanSheet.solution)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {"unsolved": found.get(None, 0), **{one.value: found.get(one, 0) for one in OrphanSolution}}


def _without_number(orphan: OrphanSheet) -> str:
    return f"#{orphan.id}"


def _of(unit_ids: frozenset[int]) -> ColumnElement[bool]:
    offered = and_(OrphanSheet.offered_to_id.in_(unit_ids), OrphanSheet.solution.is_(None))
    return or_(OrphanSheet.unit_id.in_(unit_ids), offered)


def _list(
    condition: Any, unit_ids: frozenset[int], outage_id: int | None, order: Any, limit: int = 200
) -> Sequence[OrphanSheet]:
    query = (
        select(OrphanSheet)
        .where(condition, _of(unit_ids))
        .options(
            selectinload(OrphanSheet.attempts),
            joinedload(OrphanSheet.found_by),
            joinedload(OrphanSheet.offered_to),
            joinedload(OrphanSheet.outage),
        )
        .order_by(order)
        .limit(limit)
    )
    if outage_id:
        query = query.where(OrphanSheet.outage_id == outage_id)
    return db.session.scalars(query).all()
