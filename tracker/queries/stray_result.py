"""Results that came without a recipient: those to solve, and the orders that they may belong to."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, null, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Event, HandoverLine, Item, Outage, Patient, StrayResult, StraySolution, Unit, User
from tracker.queries.handover import entrusted_ids
from tracker.queries.obstacle import Obstacle
from tracker.queries.patient_link import right_identity
from tracker.queries.reply import Awaited, ReplyFilter, every_awaited

OBSTACLE = "stray_results"
MATCHABLE = ("reply", "result")
_WORD = re.compile(r"[^\W_]{2,}")
_DIGITS = re.compile(r"\d{4,}")
_NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Suggestion:
    """An order that a result may belong to, and why: `patient`, `said`, `test`, `before`."""

    awaited: Awaited
    reasons: tuple[str, ...]
    words: tuple[str, ...]
    """The words of the result that stand in the order too."""


def get_stray(stray_id: int, unit_ids: frozenset[int]) -> StrayResult:
    """One that these units hunt for, or that is offered to one of them."""
    stray = db.session.scalars(
        select(StrayResult)
        .where(StrayResult.id == stray_id, _of(unit_ids))
        .options(selectinload(StrayResult.attempts), joinedload(StrayResult.patient))
    ).one_or_none()
    if stray is None:
        raise NotFound(_l("Your units have no such result."))
    return stray


def unsolved_strays(unit_ids: frozenset[int], outage_id: int | None = None) -> Sequence[StrayResult]:
    """What is still to be solved, the urgent and then the oldest first: also what another unit offers."""
    order = (StrayResult.urgent.desc(), StrayResult.arrived_at, StrayResult.id)
    return _list(_is_unsolved(), unit_ids, outage_id, order)


def solved_strays(unit_ids: frozenset[int], outage_id: int | None = None, limit: int = 30) -> Sequence[StrayResult]:
    """What was solved last."""
    return _list(~_is_unsolved(), unit_ids, outage_id, (StrayResult.solved_at.desc(),), limit)


def count_unsolved(unit_ids: frozenset[int]) -> int:
    """How many real ones (not of a drill) nobody has solved, what is offered to these units among them."""
    return (
        db.session.scalar(
            select(func.count(StrayResult.id))
            .join(StrayResult.outage)
            .where(_is_unsolved(), _of(unit_ids), Outage.drill.is_(False))
        )
        or 0
    )


def strays_found_by(user: User) -> Sequence[StrayResult]:
    """What this person noted, nobody has solved, and their units still have."""
    return db.session.scalars(
        select(StrayResult)
        .where(
            StrayResult.found_by_id == user.id,
            _is_unsolved(),
            StrayResult.unit_id.in_(user.unit_ids),
        )
        .options(joinedload(StrayResult.patient))
        .order_by(StrayResult.id)
    ).all()


def strays_taken_over(user: User) -> Sequence[StrayResult]:
    """What a colleague handed over to this person, and nobody has solved."""
    here = entrusted_ids(user, HandoverLine.stray_id)
    return db.session.scalars(
        select(StrayResult)
        .where(StrayResult.id.in_(here), _is_unsolved(), StrayResult.unit_id.in_(user.unit_ids))
        .options(joinedload(StrayResult.patient))
        .order_by(StrayResult.id)
    ).all()


def is_hunted_by(user: User) -> ColumnElement[bool]:
    """This person has it in hand: they noted it and have not handed it over, or they took it over."""
    handed = exists().where(HandoverLine.stray_id == StrayResult.id)
    theirs = or_(
        and_(StrayResult.found_by_id == user.id, ~handed),
        StrayResult.id.in_(entrusted_ids(user, HandoverLine.stray_id)),
    )
    return and_(theirs, _is_unsolved(), StrayResult.unit_id.in_(user.unit_ids))


def results_lost_by(action_id: uuid.UUID) -> set[tuple[int, int]]:
    """Outage and unit of every result that was matched to this action and is not answered by it any more."""
    items = select(Item.id).where(Item.action_id == action_id)
    rows = db.session.execute(
        select(StrayResult.outage_id, StrayResult.unit_id).where(StrayResult.item_id.in_(items), _is_unsolved())
    )
    return {(row[0], row[1]) for row in rows}


def strays_of(action_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[StrayResult]]:
    """The results that were matched to something awaited of these actions: the answer is here."""
    found: dict[uuid.UUID, list[StrayResult]] = {}
    rows = db.session.execute(
        select(StrayResult, Item.action_id)
        .join(StrayResult.item)
        .where(Item.action_id.in_(list(action_ids)), StrayResult.solution == StraySolution.MATCHED, ~_is_unsolved())
        .order_by(StrayResult.id)
    )
    for stray, action_id in rows:
        found.setdefault(action_id, []).append(stray)
    return found


def orders_for(stray: StrayResult) -> tuple[list[Suggestion], list[Suggestion]]:
    """What it may belong to, the likeliest first; and everything else that awaits an answer there."""
    chosen = ReplyFilter(frozenset({stray.unit_id}), drill=stray.outage.drill)
    first: dict[Any, Awaited] = {}
    for line in every_awaited(chosen):
        before = first.get(line.item.action_id)
        if line.spec.awaits in MATCHABLE and (before is None or _rank(line) < _rank(before)):
            first[line.item.action_id] = line
    scored = [_suggestion(stray, line) for line in first.values()]
    scored = [(score, one) for score, one in scored if score >= 0]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].awaited.item.action.performed_at.timestamp()))
    return [one for score, one in scored if score >= 2][:8], [one for score, one in scored if score < 2]


def is_same_patient(stray: StrayResult, patient: Patient) -> bool:
    """Also when one of them is known under a label or reserve number that was linked since."""
    return stray.patient is None or right_identity(stray.patient).id == right_identity(patient).id


def events_of_stray(stray: StrayResult) -> Sequence[Event]:
    return db.session.scalars(
        select(Event).where(Event.subject_type == "stray_result", Event.subject_id == str(stray.id)).order_by(Event.id)
    ).all()


def stray_result_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """The unit's results that nobody has solved yet, each by its number and sender."""
    rows = _list(
        and_(_is_unsolved(), StrayResult.unit_id == unit.id),
        frozenset({unit.id}),
        outage.id,
        (StrayResult.id,),
    )
    if not rows:
        return []
    names = tuple(f"#{row.id} {row.sender}" for row in rows)
    return [Obstacle(OBSTACLE, _l("Results without a recipient not solved: %(count)s.", count=len(rows)), names)]


def stray_result_counts(outage: Outage, unit: Unit) -> dict[str, Any]:
    """How many there were, and how they ended."""
    ended = case((_is_unsolved(), null()), else_=StrayResult.solution).label("ended")
    rows = db.session.execute(
        select(ended, func.count())
        .where(StrayResult.outage_id == outage.id, StrayResult.unit_id == unit.id)
        .group_by("ended")
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {"unsolved": found.get(None, 0), **{one.value: found.get(one, 0) for one in StraySolution}}


def _rank(line: Awaited) -> tuple[bool, int]:
    """Of one order the fax reply comes first, then the step that is done first."""
    return line.spec.awaits != "reply", line.item.position


def _suggestion(stray: StrayResult, line: Awaited) -> tuple[int, Suggestion]:
    """How likely it is; below nought: another patient's."""
    action = line.item.action
    reasons = []
    score = 0
    if stray.patient is not None:
        if not is_same_patient(stray, action.patient):
            return -1, Suggestion(line, (), ())
        reasons.append("patient")
        score += 4
    elif stray.patient_said and _is_said(stray.patient_said, action.patient):
        reasons.append("said")
        score += 3
    words = _common(stray.content, " ".join([action.subject, *map(str, action.fields.values())]))
    if words:
        reasons.append("test")
        score += min(len(words), 2) + 1
    if _is_near(action.performed_at, stray.arrived_at):
        reasons.append("before")
        score += 1
    elif action.performed_at > stray.arrived_at:
        score = 0  # ordered after it came
    return score, Suggestion(line, tuple(reasons), tuple(words))


def _is_near(performed_at: datetime, arrived_at: datetime) -> bool:
    return timedelta(0) <= arrived_at - performed_at <= _NEAR


def _is_said(said: str, patient: Patient) -> bool:
    """Four digits in a row of the number, or a part of the name, are enough to look at it."""
    digits = _DIGITS.findall(said.replace("-", ""))
    if any(part in patient.identity for part in digits):
        return True
    names = {word.lower() for word in _WORD.findall(patient.name)}
    return any(word.lower() in names for word in _WORD.findall(said) if not word.isdigit())


def _common(content: str, order: str) -> list[str]:
    """Words that stand in both; of short words only abbreviations (CRP, Hb), which begin with a capital."""
    there = {word.lower() for word in _WORD.findall(order)}
    found = dict.fromkeys(word for word in _WORD.findall(content) if not word.isdigit())
    return [word for word in found if word.lower() in there and (len(word) > 3 or word[0].isupper())]


def _is_unsolved() -> ColumnElement[bool]:
    """Nobody has solved it, or it was matched to an order that it does not answer any more (`lost_its_order`)."""
    order = select(Item.id).join(Item.action).where(Item.id == StrayResult.item_id).correlate(StrayResult)
    gone = or_(Action.voided_at.is_not(None), Action.patient_id != StrayResult.matched_patient_id)
    lost = and_(StrayResult.solution == StraySolution.MATCHED, order.where(gone).exists())
    return or_(StrayResult.solution.is_(None), func.coalesce(lost, false()))


def _of(unit_ids: frozenset[int]) -> ColumnElement[bool]:
    offered = and_(StrayResult.offered_to_id.in_(unit_ids), StrayResult.solution.is_(None))
    return or_(StrayResult.unit_id.in_(unit_ids), offered)


def _list(
    condition: ColumnElement[bool],
    unit_ids: frozenset[int],
    outage_id: int | None,
    order: tuple[Any, ...],
    limit: int = 200,
) -> Sequence[StrayResult]:
    query = (
        select(StrayResult)
        .where(condition, _of(unit_ids))
        .options(
            selectinload(StrayResult.attempts),
            joinedload(StrayResult.patient),
            joinedload(StrayResult.found_by),
            joinedload(StrayResult.solved_by),
            joinedload(StrayResult.offered_to),
            joinedload(StrayResult.outage),
            joinedload(StrayResult.item).joinedload(Item.action),
        )
        .order_by(*order)
        .limit(limit)
    )
    if outage_id:
        query = query.where(StrayResult.outage_id == outage_id)
    return db.session.scalars(query).all()
