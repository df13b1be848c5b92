"""Hand-overs: to whom they are, what is in them, and who answers for a thing that was handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload, selectinload

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import (
    Action,
    Handover,
    HandoverLine,
    Item,
    OrphanSheet,
    Outage,
    Sheet,
    SheetSeries,
    StrayResult,
    Unit,
    User,
)

SHOWN_AFTERWARDS = timedelta(hours=24)
"""How long the sender still sees what became of a hand-over."""


def waiting_for(user: User) -> Sequence[Handover]:
    """What the user is to take over: addressed to them by name, or to the next one of their role in the unit."""
    return db.session.scalars(
        _with_lines(select(Handover))
        .where(
            Handover.received_at.is_(None),
            Handover.from_id != user.id,
            Handover.unit_id.in_(user.working_unit_ids),
            or_(Handover.to_id == user.id, and_(Handover.to_id.is_(None), Handover.role == user.role.value)),
        )
        .order_by(Handover.to_id.is_(None), Handover.id)
    ).all()


def waiting_for_others(user: User) -> Sequence[Handover]:
    """Hand-overs between other people in the units that the user manages, not taken over yet."""
    return db.session.scalars(
        _with_lines(select(Handover))
        .where(
            Handover.received_at.is_(None),
            Handover.from_id != user.id,
            Handover.unit_id.in_(user.managed_unit_ids),
            or_(
                Handover.to_id != user.id,
                and_(
                    Handover.to_id.is_(None),
                    or_(Handover.role != user.role.value, Handover.unit_id.not_in(user.working_unit_ids)),
                ),
            ),
        )
        .order_by(Handover.id)
    ).all()


def handed_over_by(user: User) -> Sequence[Handover]:
    """The user's own: those that wait, and what became of the others lately. What was taken back is left out."""
    return db.session.scalars(
        _with_lines(select(Handover))
        .where(
            Handover.from_id == user.id,
            or_(
                Handover.received_at.is_(None),
                and_(Handover.received_at > utcnow() - SHOWN_AFTERWARDS, Handover.received_by_id != user.id),
            ),
        )
        .order_by(Handover.id.desc())
    ).all()


def get_handover(handover_id: int, unit_ids: frozenset[int]) -> Handover:
    """One hand-over of these units, with all that its page shows."""
    found: Handover | None = db.session.scalars(
        _with_lines(select(Handover)).where(Handover.id == handover_id, Handover.unit_id.in_(unit_ids))
    ).one_or_none()
    if found is None:
        raise NotFound(_l("There is no such hand-over in your units."))
    return found


def contents(handover: Handover) -> dict[str, int]:
    """How many of each sort: `items`, `questions`, `orphans`, `sheets`, `strays`."""
    lines = handover.lines
    return {
        "items": sum(line.item_id is not None and line.question_id is None for line in lines),
        "questions": sum(line.question_id is not None for line in lines),
        "orphans": sum(line.orphan_id is not None for line in lines),
        "sheets": sum(line.sheet_id is not None for line in lines),
        "strays": sum(line.stray_id is not None for line in lines),
    }


def latest_handovers(column: InstrumentedAttribute[Any], ids: Iterable[int]) -> dict[int, Handover]:
    """The last hand-over of each thing, by the thing's id. `column` is HandoverLine's: `item_id`, `question_id`…"""
    conditions = [column.in_(tuple(ids))]
    if column is HandoverLine.item_id:
        conditions.append(HandoverLine.question_id.is_(None))
    rows = db.session.execute(
        select(column, Handover)
        .join(HandoverLine.handover)
        .where(*conditions)
        .options(joinedload(Handover.received_by), joinedload(Handover.by))
        .order_by(HandoverLine.id)
    )
    return {row[0]: row[1] for row in rows}


def entrusted(user: User) -> ColumnElement[bool]:
    """SQL over HandoverLine joined to Handover: the user took the thing over (or back), and nobody since."""
    later = aliased(HandoverLine)
    same = or_(
        and_(HandoverLine.question_id.is_not(None), later.question_id == HandoverLine.question_id),
        and_(HandoverLine.question_id.is_(None), later.question_id.is_(None), later.item_id == HandoverLine.item_id),
        later.orphan_id == HandoverLine.orphan_id,
        later.sheet_id == HandoverLine.sheet_id,
        later.stray_id == HandoverLine.stray_id,
    )
    return and_(Handover.received_by_id == user.id, ~exists().where(later.id > HandoverLine.id, same))


def entrusted_ids(user: User, column: InstrumentedAttribute[Any], *more: ColumnElement[bool]) -> Any:
    """The ids of what the user took over. `column` is HandoverLine's."""
    return select(column).join(HandoverLine.handover).where(column.is_not(None), entrusted(user), *more)


def handover_counts(outage: Outage, unit: Unit) -> dict[str, int]:
    """For the sign-off: hand-overs of the unit with something of this outage in them that nobody has taken over."""
    of_outage = or_(
        Action.outage_id == outage.id,
        OrphanSheet.outage_id == outage.id,
        SheetSeries.outage_id == outage.id,
        StrayResult.outage_id == outage.id,
    )
    waiting = db.session.scalar(
        select(func.count(func.distinct(Handover.id)))
        .join(Handover.lines)
        .outerjoin(HandoverLine.item)
        .outerjoin(Item.action)
        .outerjoin(HandoverLine.orphan)
        .outerjoin(HandoverLine.sheet)
        .outerjoin(Sheet.series)
        .outerjoin(HandoverLine.stray)
        .where(Handover.unit_id == unit.id, Handover.received_at.is_(None), of_outage)
    )
    return {"waiting": waiting or 0}


def _with_lines(query: Any) -> Any:
    lines = selectinload(Handover.lines)
    return query.options(
        joinedload(Handover.by),
        joinedload(Handover.to),
        joinedload(Handover.received_by),
        lines.joinedload(HandoverLine.item).joinedload(Item.action).joinedload(Action.patient),
        lines.joinedload(HandoverLine.item).joinedload(Item.action).joinedload(Action.outage),
        lines.joinedload(HandoverLine.question),
        lines.joinedload(HandoverLine.orphan),
        lines.joinedload(HandoverLine.sheet).joinedload(Sheet.series),
        lines.joinedload(HandoverLine.stray).joinedload(StrayResult.patient),
    )
