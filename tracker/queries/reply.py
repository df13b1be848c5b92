"""What is awaited: replies, results, and a receiver's word that a faxed referral has arrived."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import FINISHED, Acknowledgement, Action, Chase, Item, ItemState, Outage, Patient, User
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, Routine

AWAITS = ("acknowledgement", "reply", "result")
GROUPS = OVERDUE, SOON, LATER = ("overdue", "soon", "later")
SOON_HOURS = 8
"""A shift: what falls due before the next one comes."""


@dataclass(frozen=True)
class ReplyFilter:
    """Which of what is awaited; units are those the reader may see."""

    unit_ids: frozenset[int]
    awaits: str = ""
    watched_by: int | None = None
    overdue: bool = False
    drill: bool | None = None
    patient_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Awaited:
    """One thing awaited, and the last time somebody chased it."""

    item: Item
    spec: ItemSpec
    chase: Chase | None

    @property
    def watcher(self) -> User | None:
        """Who watches for it. Who no longer works in its unit cannot."""
        user = self.item.watched_by
        return user if user and user.active and user.works_in(self.item.action.unit_id) else None

    def is_overdue(self, at: datetime) -> bool:
        return self.item.due_at is not None and self.item.due_at <= at

    def is_to_chase(self, at: datetime) -> bool:
        """Somebody said when to ask again, and that time has come."""
        return self.chase is not None and self.chase.again_at is not None and self.chase.again_at <= at


@dataclass(frozen=True)
class Referral:
    """What is awaited of one action, first what is due first."""

    action: Action
    lines: Sequence[Awaited]
    group: str


@dataclass(frozen=True)
class Board:
    referrals: Sequence[Referral]
    """Of one page."""
    counts: Mapping[str, int]
    """How many there are in each group, on every page."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def reply_board(chosen: ReplyFilter, *, page: int = 1, per_page: int = 50) -> Board:
    """Everything awaited, referral by referral: overdue, soon due, the rest; in each drills last, then by when due."""
    now = utcnow()
    rows = db.session.execute(
        select(Item.id, Item.action_id, Item.due_at, Outage.drill)
        .join(Item.action)
        .join(Action.outage)
        .where(*_conditions(chosen, now))
    ).all()
    chases = last_chases(row.id for row in rows)
    found: dict[uuid.UUID, tuple[bool, str, datetime]] = {}
    for row in rows:
        chase = chases.get(row.id)
        due = row.due_at or datetime.max.replace(tzinfo=now.tzinfo)
        again = chase is not None and chase.again_at is not None and chase.again_at <= now
        group = OVERDUE if due <= now else SOON if again or due <= now + timedelta(hours=SOON_HOURS) else LATER
        before = found.get(row.action_id, (row.drill, LATER, due))
        first = min(before[1], group, key=GROUPS.index)
        found[row.action_id] = (row.drill, first, min(before[2], due))
    order = sorted(found, key=lambda one: (GROUPS.index(found[one][1]), found[one][0], found[one][2], str(one)))
    shown = order[(page - 1) * per_page : page * per_page]
    lines = _lines(_items(and_(*_conditions(chosen, now), Item.action_id.in_(shown))), chases)
    groups = [value[1] for value in found.values()]
    return Board(
        [Referral(lines[one][0].item.action, lines[one], found[one][1]) for one in shown if one in lines],
        {group: groups.count(group) for group in GROUPS},
    )


def every_awaited(chosen: ReplyFilter) -> list[Awaited]:
    """All of it, by when it is due."""
    items = _items(and_(*_conditions(chosen, utcnow())))
    chases = last_chases(item.id for item in items)
    return [line for lines in _lines(items, chases).values() for line in lines]


def count_overdue(unit_ids: frozenset[int]) -> int:
    """How many referrals of these units have waited beyond their limit, drills left out."""
    chosen = ReplyFilter(unit_ids, overdue=True, drill=False)
    query = select(func.count(func.distinct(Item.action_id))).join(Item.action).join(Action.outage)
    return db.session.scalar(query.where(*_conditions(chosen, utcnow()))) or 0


def awaited_of(item: Item) -> Awaited | None:
    """The item as something awaited, or None when it is not, or no more."""
    spec = spec_of(item)
    if not spec.awaits or not db.session.scalar(select(exists().where(Item.id == item.id, *_is_awaited()))):
        return None
    return Awaited(item, spec, last_chases([item.id]).get(item.id))


def spec_of(item: Item) -> ItemSpec:
    return routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)


def acknowledgement_of(item: Item) -> Acknowledgement | None:
    """The receiver's word that this faxing has arrived."""
    if item.state is not ItemState.DONE:
        return None
    return db.session.scalars(
        select(Acknowledgement)
        .where(Acknowledgement.item_id == item.id, _counts(item.done_at))
        .order_by(Acknowledgement.id.desc())
        .limit(1)
    ).first()


def chases_of(item: Item) -> Sequence[Chase]:
    """Every time it was chased, the latest first."""
    return db.session.scalars(
        select(Chase).where(Chase.item_id == item.id).options(joinedload(Chase.by)).order_by(Chase.id.desc())
    ).all()


def last_chases(item_ids: Iterable[int]) -> dict[int, Chase]:
    ids = list(item_ids)
    if not ids:
        return {}
    latest = select(func.max(Chase.id)).where(Chase.item_id.in_(ids)).group_by(Chase.item_id)
    rows = db.session.scalars(select(Chase).where(Chase.id.in_(latest)).options(joinedload(Chase.by)))
    return {chase.item_id: chase for chase in rows}


def is_unacknowledged() -> ColumnElement[bool]:
    """SQL: faxed, no word that it arrived, and the answer still awaited. An answer says by itself that it arrived."""
    other = aliased(Item)
    later = [other.action_id == Item.action_id, other.item.in_(_names(("reply", "result"), current_routine()))]
    return and_(
        Item.state == ItemState.DONE,
        ~exists().where(Acknowledgement.item_id == Item.id, _counts(Item.done_at)).correlate(Item),
        ~exists().where(*later, other.state == ItemState.DONE).correlate(Item),
        exists().where(*later, other.state.not_in(FINISHED)).correlate(Item),
    )


def of_specs(wanted: str, values: Iterable[str]) -> ColumnElement[bool]:
    """SQL: items of which the routine says one of `values` under the key `wanted`. The query joins Item to Action."""
    told = set(values)
    pairs = [
        and_(Action.kind == kind.id, Item.item.in_(names))
        for kind in current_routine().kinds.values()
        if (names := [spec.item for spec in kind.items if getattr(spec, wanted) in told])
    ]
    return or_(false(), *pairs)


def _counts(done_at: object) -> ColumnElement[bool]:
    return and_(Acknowledgement.withdrawn_at.is_(None), Acknowledgement.at >= done_at)


def _names(awaits: tuple[str, ...], routine: Routine) -> set[str]:
    return {spec.item for kind in routine.kinds.values() for spec in kind.items if spec.awaits in awaits}


def _is_awaited(awaits: Iterable[str] = AWAITS) -> list[ColumnElement[bool]]:
    told = tuple(awaits)
    unfinished = and_(of_specs("awaits", told), Item.state.not_in(FINISHED))
    faxed = and_(of_specs("awaits", [one for one in told if one == "acknowledgement"]), is_unacknowledged())
    return [Item.action_id == Action.id, Action.voided_at.is_(None), or_(unfinished, faxed)]


def _conditions(chosen: ReplyFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [
        Action.unit_id.in_(chosen.unit_ids),
        *_is_awaited((chosen.awaits,) if chosen.awaits else AWAITS),
    ]
    if chosen.watched_by is not None:
        conditions.append(Item.watched_by_id == chosen.watched_by)
    if chosen.overdue:
        conditions.append(Item.due_at <= now)
    if chosen.drill is not None:
        conditions.append(Outage.drill.is_(chosen.drill))
    if chosen.patient_id is not None:
        conditions.append(Action.patient_id == chosen.patient_id)
    return conditions


def _items(condition: ColumnElement[bool]) -> Sequence[Item]:
    return db.session.scalars(
        select(Item)
        .join(Item.action)
        .join(Action.patient)
        .join(Action.outage)
        .where(condition)
        .options(
            contains_eager(Item.action).contains_eager(Action.patient),
            contains_eager(Item.action).contains_eager(Action.outage),
            contains_eager(Item.action).joinedload(Action.unit),
            contains_eager(Item.action).joinedload(Action.performed_by),
            joinedload(Item.watched_by).selectinload(User.memberships),
            joinedload(Item.claimed_by),
            joinedload(Item.done_by),
            selectinload(Item.after),
        )
        .order_by(case((Item.due_at.is_(None), 1), else_=0), Item.due_at, Patient.id, Item.position)
    ).all()


def _lines(items: Sequence[Item], chases: Mapping[int, Chase]) -> dict[uuid.UUID, list[Awaited]]:
    found: dict[uuid.UUID, list[Awaited]] = {}
    for item in items:
        found.setdefault(item.action_id, []).append(Awaited(item, spec_of(item), chases.get(item.id)))
    return found
