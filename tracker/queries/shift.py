"""What a person still has in hand: what must be finished or handed over before they go home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import (
    FINISHED,
    Action,
    Attention,
    Handover,
    HandoverLine,
    Item,
    ItemState,
    OrphanSheet,
    Question,
    Sheet,
    SheetSeries,
    SheetState,
    StrayResult,
    Unit,
    User,
)
from tracker.queries.handover import entrusted, entrusted_ids, latest_handovers
from tracker.queries.outage import down_in_both
from tracker.queries.routine import routine_of
from tracker.queries.stray_result import is_hunted_by, strays_found_by, strays_taken_over
from tracker.queries.unit import units_by_id
from tracker.routine.kind import AUTHOR

Thing = TypeVar("Thing", Item, Question, OrphanSheet, Sheet, StrayResult)


@dataclass
class Left:
    """What one person has in hand in one unit. A thing that somebody else took over is theirs, not listed here."""

    unit: Unit
    held: list[Item] = field(default_factory=list)
    """Taken and not finished; one whose claim has run out is here only if it was begun."""
    taken_over: list[Item] = field(default_factory=list)
    """Taken over from a colleague, not finished."""
    questions: list[Question] = field(default_factory=list)
    """Waiting for this person's answer."""
    answered: list[Question] = field(default_factory=list)
    """Asked by this person, answered, and not entered yet."""
    own: list[Item] = field(default_factory=list)
    """Ready, of actions this person did, and theirs to do first; or sent back."""
    orphans: list[OrphanSheet] = field(default_factory=list)
    strays: list[StrayResult] = field(default_factory=list)
    """Results without a recipient that this person noted or took over, and nobody has solved."""
    sheets: dict[SheetSeries, list[Sheet]] = field(default_factory=dict)
    """Issued by this person, or taken over: not used, counted or told missing."""

    @property
    def is_nothing(self) -> bool:
        return not (
            self.held
            or self.taken_over
            or self.questions
            or self.answered
            or self.own
            or self.orphans
            or self.strays
            or self.sheets
        )


def left_by(user: User) -> list[Left]:
    """What the user has in hand now, unit by unit; units in which nothing is left are left out."""
    by_unit: dict[int, Left] = {}
    units = {unit.id: unit for unit in units_by_id(user.unit_ids)} if user.unit_ids else {}

    def of(unit_id: int) -> Left:
        return by_unit.setdefault(unit_id, Left(units[unit_id]))

    held = _items(and_(_is_held(user), _in_units(user)))
    answered = _questions(_is_answered(user))
    named = {item.id for item in held} | {question.item_id for question in answered}
    for item in held:
        of(item.action.unit_id).held.append(item)
    for question in _mine(user, HandoverLine.question_id, _questions(_is_for(user)), _taken_over_questions(user)):
        of(question.item.action.unit_id).questions.append(question)
    handed_on = latest_handovers(HandoverLine.item_id, [question.item_id for question in answered])
    for question in answered:
        if question.item_id not in {item.id for item in held} and _is_with(user, handed_on.get(question.item_id)):
            of(question.item.action.unit_id).answered.append(question)
    taken_over = [item for item in _taken_over_items(user) if item.id not in named]
    for item in taken_over:
        of(item.action.unit_id).taken_over.append(item)
    named |= {item.id for item in taken_over}
    own = [item for item in _own_items(user) if item.id not in named]
    for item in _mine(user, HandoverLine.item_id, own, ()):
        of(item.action.unit_id).own.append(item)
    for orphan in _mine(user, HandoverLine.orphan_id, _orphans(user), _taken_over_orphans(user)):
        of(orphan.unit_id).orphans.append(orphan)
    for stray in _mine(user, HandoverLine.stray_id, strays_found_by(user), strays_taken_over(user)):
        of(stray.unit_id).strays.append(stray)
    for sheet in _mine(user, HandoverLine.sheet_id, _sheets_issued(user), _taken_over_sheets(user)):
        of(sheet.series.unit_id).sheets.setdefault(sheet.series, []).append(sheet)
    return sorted(by_unit.values(), key=lambda left: (left.unit.site, left.unit.name))


def leaves_something(user: User) -> bool:
    """Whether somebody waits for what the user has in hand: asked before logging out, in one statement.

    A pile of paper and notes of one's own can wait for the next shift without anybody being stuck: they do not count.
    """
    return bool(
        db.session.scalar(
            select(
                or_(
                    exists().where(_is_held(user), _in_units(user)).where(Item.action_id == Action.id),
                    exists().where(Question.item_id == Item.id, Item.action_id == Action.id, _is_for(user)),
                    exists().where(_is_orphan_of(user), ~exists().where(HandoverLine.orphan_id == OrphanSheet.id)),
                    exists().where(is_hunted_by(user)),
                    exists().where(
                        HandoverLine.handover_id == Handover.id,
                        HandoverLine.item_id == Item.id,
                        Item.action_id == Action.id,
                        Item.state.not_in(FINISHED),
                        _in_units(user),
                        entrusted(user),
                    ),
                )
            )
        )
    )


def unlogged_sheets(series_id: int) -> Sequence[Sheet]:
    """The sheets of a series that nobody has accounted for."""
    return db.session.scalars(
        select(Sheet).where(Sheet.series_id == series_id, _is_unlogged()).order_by(Sheet.id)
    ).all()


def _in_units(user: User) -> ColumnElement[bool]:
    return Action.unit_id.in_(user.unit_ids)


def _is_held(user: User) -> ColumnElement[bool]:
    alive = or_(Item.claimed_until > utcnow(), Item.begun_at.is_not(None))
    return and_(Item.state == ItemState.CLAIMED, Item.claimed_by_id == user.id, alive)


def _is_for(user: User) -> ColumnElement[bool]:
    """A question that waits for this person: they did it, or they logged it for somebody without an account."""
    asked_of = or_(
        Action.performed_by_id == user.id, and_(Action.performed_by_id.is_(None), Action.logged_by_id == user.id)
    )
    return and_(Question.answered_at.is_(None), Item.state == ItemState.QUESTION, _in_units(user), asked_of)


def _is_answered(user: User) -> ColumnElement[bool]:
    free = Item.state.in_((ItemState.OPEN, ItemState.CLAIMED))
    return and_(Question.asked_by_id == user.id, Question.answered_at.is_not(None), free, _in_units(user))


def _is_orphan_of(user: User) -> ColumnElement[bool]:
    return and_(
        OrphanSheet.found_by_id == user.id, OrphanSheet.solution.is_(None), OrphanSheet.unit_id.in_(user.unit_ids)
    )


def _is_unlogged() -> ColumnElement[bool]:
    """Issued and not accounted for: no action names it, and no orphan is worked for it."""
    used = exists().where(Action.sheet_id == Sheet.id, Action.voided_at.is_(None)).correlate(Sheet)
    orphan = exists().where(OrphanSheet.sheet_id == Sheet.id).correlate(Sheet)
    return and_(Sheet.state == SheetState.ISSUED, ~used, ~orphan)


def _items(condition: ColumnElement[bool]) -> Sequence[Item]:
    return db.session.scalars(
        _with_action(select(Item).join(Item.action).where(condition)).order_by(Action.performed_at, Item.id)
    ).all()


def _with_action(query: Any) -> Any:
    return query.options(
        contains_eager(Item.action).joinedload(Action.patient),
        contains_eager(Item.action).joinedload(Action.outage),
        contains_eager(Item.action).joinedload(Action.unit),
        joinedload(Item.claimed_by),
        selectinload(Item.after),
    )


def _questions(condition: ColumnElement[bool]) -> Sequence[Question]:
    return db.session.scalars(
        select(Question)
        .join(Question.item)
        .join(Item.action)
        .where(condition)
        .options(
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.patient),
            contains_eager(Question.item).contains_eager(Item.action).joinedload(Action.outage),
            joinedload(Question.asked_by),
            joinedload(Question.answered_by),
        )
        .order_by(Question.id)
    ).all()


def _own_items(user: User) -> list[Item]:
    """Ready items of what the user did that the routine gives to the author, and what was sent back."""
    now = utcnow()
    down = down_in_both(now)
    found = _items(and_(Item.state == ItemState.OPEN, Action.performed_by_id == user.id, _in_units(user)))
    return [
        item
        for item in found
        if user.role.value in item.roles
        and item.is_ready(down[item.action.outage.drill])
        and (item.attention is Attention.SENT_BACK or _is_authors(item))
    ]


def _is_authors(item: Item) -> bool:
    return AUTHOR in routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields).role


def _orphans(user: User) -> Sequence[OrphanSheet]:
    return db.session.scalars(select(OrphanSheet).where(_is_orphan_of(user)).order_by(OrphanSheet.id)).all()


def _sheets_issued(user: User) -> Sequence[Sheet]:
    return db.session.scalars(
        select(Sheet)
        .join(Sheet.series)
        .where(
            SheetSeries.issued_by_id == user.id,
            SheetSeries.outage_id.is_not(None),
            SheetSeries.unit_id.in_(user.unit_ids),
            _is_unlogged(),
        )
        .options(contains_eager(Sheet.series))
        .order_by(Sheet.id)
    ).all()


def _taken_over_items(user: User) -> Sequence[Item]:
    here = entrusted_ids(user, HandoverLine.item_id, HandoverLine.question_id.is_(None))
    return _items(
        and_(Item.id.in_(here), Item.state.not_in(FINISHED), Item.state != ItemState.QUESTION, _in_units(user))
    )


def _taken_over_questions(user: User) -> Sequence[Question]:
    here = entrusted_ids(user, HandoverLine.question_id)
    return _questions(and_(Question.id.in_(here), Question.answered_at.is_(None), _in_units(user)))


def _taken_over_orphans(user: User) -> Sequence[OrphanSheet]:
    here = entrusted_ids(user, HandoverLine.orphan_id)
    return db.session.scalars(
        select(OrphanSheet).where(
            OrphanSheet.id.in_(here), OrphanSheet.solution.is_(None), OrphanSheet.unit_id.in_(user.unit_ids)
        )
    ).all()


def _taken_over_sheets(user: User) -> Sequence[Sheet]:
    here = entrusted_ids(user, HandoverLine.sheet_id)
    return db.session.scalars(
        select(Sheet)
        .join(Sheet.series)
        .where(Sheet.id.in_(here), SheetSeries.unit_id.in_(user.unit_ids), _is_unlogged())
        .options(contains_eager(Sheet.series))
        .order_by(Sheet.id)
    ).all()


def _mine(
    user: User, column: InstrumentedAttribute[Any], natural: Sequence[Thing], taken_over: Iterable[Thing]
) -> list[Thing]:
    """What is the user's by nature and not handed over since, and what they took over."""
    latest = latest_handovers(column, [thing.id for thing in natural])
    found = {thing.id: thing for thing in natural if _is_with(user, latest.get(thing.id))}
    return list((found | {thing.id: thing for thing in taken_over}).values())


def _is_with(user: User, latest: Handover | None) -> bool:
    """Not handed over; or back with the user."""
    return latest is None or latest.received_by_id == user.id
