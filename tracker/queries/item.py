"""Items: their derived state in SQL, the re-entry queue, and counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, type_coerce
from sqlalchemy import String as SqlString
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import FINISHED, Action, Attention, Item, ItemState, Outage, Patient, Unit, User, has_id
from tracker.queries.action import owned_or_done_in
from tracker.queries.outage import down_in_both, systems_down

WAITING = "waiting"
READY = "ready"
STATES = (WAITING, READY, "claimed", "question", "entered", "done", "not_needed")
UNFINISHED = (READY, "claimed", "question", "entered", WAITING)
WITHIN_PATIENT: tuple[Any, ...] = (Item.stage, Action.performed_at, Action.id, Item.position)
"""SQL: the order of one patient's items. A step comes before the one after it: its stage and position are lower."""
_Predecessor = aliased(Item)


@dataclass(frozen=True)
class ItemFilter:
    """Which items; None or empty: all. Units are always given: those the reader may see."""

    unit_ids: frozenset[int]
    outage_id: int | None = None
    drill: bool | None = None
    systems: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    patient_id: uuid.UUID | None = None
    action_id: uuid.UUID | None = None
    older_than: datetime | None = None
    """Performed before this."""
    due_before: datetime | None = None
    """Unfinished, and its limit was before this."""


@dataclass(frozen=True)
class Page:
    items: Sequence[Item]
    states: dict[int, str]
    total: int
    next_cursor: str | None


def derived_state(at: datetime, down_real: Iterable[str], down_drill: Iterable[str]) -> ColumnElement[str]:
    """SQL: `waiting` or `ready` for what is open (or whose claim has run out), else the stored state.

    The query joins Item to Action, Outage and, outer, its predecessor.
    """
    blocked = or_(
        and_(Outage.drill.is_(False), _needs_any(down_real)),
        and_(Outage.drill.is_(True), _needs_any(down_drill)),
        and_(Item.after_id.is_not(None), _Predecessor.state.not_in(FINISHED)),
    )
    free = or_(Item.state == ItemState.OPEN, and_(Item.state == ItemState.CLAIMED, Item.claimed_until <= at))
    return case(
        (and_(free, blocked), WAITING),
        (free, READY),
        else_=type_coerce(Item.state, SqlString),
    )


def _needs_any(systems: Iterable[str]) -> ColumnElement[bool]:
    return or_(false(), *(has_id(Item.needs, system) for system in systems))


def state_now() -> ColumnElement[str]:
    """SQL: `derived_state` at this moment."""
    now = utcnow()
    down = down_in_both(now)
    return derived_state(now, down[False], down[True])


def joined(query: Any) -> Any:
    """The query of items with what a filter looks at: action, outage, patient, predecessor."""
    return (
        query.join(Item.action)
        .join(Action.outage)
        .join(Action.patient)
        .outerjoin(_Predecessor, Item.after_id == _Predecessor.id)
    )


def conditions_of(chosen: ItemFilter, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """SQL: what the filter demands."""
    conditions: list[ColumnElement[bool]] = [Action.unit_id.in_(chosen.unit_ids)]
    if chosen.outage_id is not None:
        conditions.append(Action.outage_id == chosen.outage_id)
    if chosen.drill is not None:
        conditions.append(Outage.drill.is_(chosen.drill))
    if chosen.systems:
        conditions.append(Item.system.in_(chosen.systems))
    if chosen.roles:
        conditions.append(or_(*(has_id(Item.roles, role) for role in chosen.roles)))
    if chosen.states:
        conditions.append(state.in_(chosen.states))
    if chosen.kinds:
        conditions.append(Action.kind.in_(chosen.kinds))
    if chosen.patient_id is not None:
        conditions.append(Action.patient_id == chosen.patient_id)
    if chosen.action_id is not None:
        conditions.append(Action.id == chosen.action_id)
    if chosen.older_than is not None:
        conditions.append(Action.performed_at < chosen.older_than)
    if chosen.due_before is not None:
        conditions.append(and_(Item.due_at < chosen.due_before, Item.state.not_in(FINISHED)))
    return conditions


def find_items(chosen: ItemFilter, *, cursor: str | None = None, limit: int = 100) -> Page:
    """One page of items, by id, for programs: the cursor is where the page before ended."""
    state = state_now()
    conditions = conditions_of(chosen, state)
    after = [Item.id > int(cursor)] if cursor else []
    rows = db.session.execute(
        with_everything(joined(select(Item, state.label("now"))).where(*conditions, *after))
        .order_by(Item.id)
        .limit(limit + 1)
    ).all()
    total = db.session.scalar(joined(select(func.count(Item.id))).where(*conditions)) or 0
    page = rows[:limit]
    next_cursor = str(page[-1][0].id) if len(rows) > limit else None
    return Page([row[0] for row in page], {row[0].id: row[1] for row in page}, total, next_cursor)


def every_item(chosen: ItemFilter) -> Page:
    """All items of a filter, in the order of the work: system, patient, and the patient's order."""
    state = state_now()
    rows = db.session.execute(
        with_everything(joined(select(Item, state.label("now"))).where(*conditions_of(chosen, state))).order_by(
            Item.system, Patient.identity, Action.patient_id, *WITHIN_PATIENT
        )
    ).all()
    return Page([row[0] for row in rows], {row[0].id: row[1] for row in rows}, len(rows), None)


def queue_page(chosen: ItemFilter, *, page: int, patients_per_page: int) -> tuple[list[Item], dict[int, str], int]:
    """The queue, patient by patient: the items of one page of patients, their states, and how many patients in all.

    The patient with the most pressing item comes first, then whose oldest item is oldest.
    """
    state = state_now()
    conditions = conditions_of(chosen, state)
    patients = (
        joined(
            select(
                Action.patient_id, func.min(Item.risk).label("pressing"), func.min(Action.performed_at).label("oldest")
            )
        )
        .select_from(Item)
        .where(*conditions)
        .group_by(Action.patient_id)
    )
    total = db.session.scalar(select(func.count()).select_from(patients.subquery())) or 0
    ordered = db.session.execute(
        patients.order_by("pressing", "oldest", Action.patient_id)
        .limit(patients_per_page)
        .offset((page - 1) * patients_per_page)
    ).all()
    place = {row[0]: number for number, row in enumerate(ordered)}
    rows = db.session.execute(
        with_everything(
            joined(select(Item, state.label("now"))).where(*conditions, Action.patient_id.in_(place))
        ).order_by(*WITHIN_PATIENT)
    ).all()
    rows = sorted(rows, key=lambda row: place[row[0].action.patient_id])
    return [row[0] for row in rows], {row[0].id: row[1] for row in rows}, total


def with_everything(query: Any) -> Any:
    """Load what a list shows, without a query for each row."""
    return query.options(
        contains_eager(Item.action).contains_eager(Action.patient),
        contains_eager(Item.action).contains_eager(Action.outage),
        contains_eager(Item.action).joinedload(Action.unit),
        contains_eager(Item.action).joinedload(Action.performed_by),
        contains_eager(Item.action).joinedload(Action.logged_by),
        joinedload(Item.claimed_by),
        joinedload(Item.done_by),
        joinedload(Item.entered_by),
        selectinload(Item.questions),
        selectinload(Item.after),
    )


def get_item(item_id: int, unit_ids: frozenset[int]) -> Item:
    """One item of an action that these units own or did; an item of other units does not exist for the reader."""
    item = db.session.scalars(
        select(Item).join(Item.action).where(Item.id == item_id, owned_or_done_in(unit_ids))
    ).one_or_none()
    if item is None:
        raise NotFound(_l("There is no such item in your units."))
    return item


def state_of(item: Item, at: datetime | None = None, down: Mapping[bool, tuple[str, ...]] | None = None) -> str:
    """The same derived state, for one loaded item. `down`, where known: what is down, by whether it is a drill."""
    now = at or utcnow()
    free = item.state is ItemState.OPEN or (
        item.state is ItemState.CLAIMED and item.claimed_until is not None and item.claimed_until <= now
    )
    if not free:
        return item.state.value
    drill = item.action.outage.drill
    return READY if item.is_ready(down[drill] if down else systems_down(drill, now)) else WAITING


def attention_of(item: Item, at: datetime) -> tuple[Attention | None, str]:
    """What the next person must know first, and its note; a claim that ran out after work began counts too."""
    ran_out = item.state is ItemState.CLAIMED and item.holder(at) is None
    if item.attention is None and ran_out and item.begun_at:
        return Attention.CHECK_FIRST, item.claimed_by.name if item.claimed_by else ""
    return item.attention, item.attention_note


def count_items(chosen: ItemFilter) -> dict[str, int]:
    """How many items of each state."""
    state = state_now()
    rows = db.session.execute(
        joined(select(state.label("now"), func.count()))
        .select_from(Item)
        .where(*conditions_of(chosen, state))
        .group_by("now")
    ).all()
    return {**dict.fromkeys(STATES, 0), **{str(row[0]): int(row[1]) for row in rows}}


def count_cells(chosen: ItemFilter) -> list[Mapping[str, Any]]:
    """Counts by unit, system, role and state: the cells from which every table of counts is added up."""
    state = state_now()
    roles = type_coerce(Item.roles, SqlString)
    rows = db.session.execute(
        joined(select(Unit.code, Item.system, roles, state.label("now"), func.count()))
        .select_from(Item)
        .join(Action.unit)
        .where(*conditions_of(chosen, state))
        .group_by(Unit.code, Item.system, roles, "now")
    ).all()
    return [
        {
            "unit": row[0],
            "system": row[1],
            "role": row[2].strip("+").replace("+", "|"),
            "state": row[3],
            "count": row[4],
        }
        for row in rows
    ]


def questions_for(user: User) -> Sequence[Item]:
    """Items with an open question that this user can answer: theirs first, then their role's in their units."""
    items = db.session.scalars(
        with_everything(joined(select(Item))).where(_is_question_for(user)).order_by(Item.id)
    ).all()
    return sorted(items, key=lambda item: item.action.performed_by_id != user.id)


def count_questions_for(user: User) -> int:
    return db.session.scalar(select(func.count(Item.id)).join(Item.action).where(_is_question_for(user))) or 0


def _is_question_for(user: User) -> ColumnElement[bool]:
    asked_of = or_(
        Action.performed_by_id == user.id,
        Action.logged_by_id == user.id,
        and_(Action.role == user.role.value, owned_or_done_in(user.working_unit_ids)),
    )
    return and_(Item.state == ItemState.QUESTION, owned_or_done_in(user.unit_ids), asked_of)


def held_by(user: User) -> Sequence[Item]:
    """What the user has claimed and not finished."""
    return db.session.scalars(
        with_everything(joined(select(Item)))
        .where(Item.state == ItemState.CLAIMED, Item.claimed_by_id == user.id)
        .order_by(Item.id)
    ).all()


def count_patients(chosen: ItemFilter) -> int:
    """How many patients have an item of the filter."""
    query = joined(select(func.count(func.distinct(Action.patient_id))).select_from(Item))
    return db.session.scalar(query.where(*conditions_of(chosen, state_now()))) or 0
