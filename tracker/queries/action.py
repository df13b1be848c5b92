"""Actions: lists, one with everything about it, and likely duplicates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import FINISHED, Action, Confirmation, Event, Item, Outage, Patient, User


@dataclass(frozen=True)
class ActionFilter:
    unit_ids: frozenset[int]
    outage_id: int | None = None
    state: str = ""
    """`open`, `closed`, `to_confirm` (closed, not voided), `confirmed`, `voided` or `moved`; empty: all.

    `moved`: done in these units and owned by another since the patient moved there. All others are what they own.
    """
    kind: str = ""
    patient_id: uuid.UUID | None = None
    logged_by_id: int | None = None


def get_action(action_id: uuid.UUID, unit_ids: frozenset[int]) -> Action:
    """One action that these units own, or that was done in them, with all that its page shows."""
    action = db.session.scalars(
        select(Action)
        .where(Action.id == action_id, owned_or_done_in(unit_ids))
        .options(
            selectinload(Action.items).selectinload(Item.questions),
            selectinload(Action.versions),
            selectinload(Action.confirmations),
            selectinload(Action.send_backs),
        )
    ).one_or_none()
    if action is None:
        raise NotFound(_l("There is no such action in your units."))
    return action


def owned_or_done_in(unit_ids: frozenset[int]) -> ColumnElement[bool]:
    """Who may read an action: the units that own it, and those in which it was done before the patient moved."""
    return or_(Action.unit_id.in_(unit_ids), Action.done_in_id.in_(unit_ids))


def find_actions(chosen: ActionFilter, *, page: int, per_page: int) -> tuple[Sequence[Action], int]:
    """One page of actions, the latest performed first, and how many there are."""
    conditions = _conditions(chosen)
    total = db.session.scalar(select(func.count(Action.id)).where(*conditions)) or 0
    actions = db.session.scalars(
        _for_lists(select(Action).where(*conditions))
        .order_by(Action.performed_at.desc(), Action.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    return actions, total


def count_actions(chosen: ActionFilter) -> dict[str, int]:
    """How many are open, closed (to be confirmed) and confirmed, and how many of them voided."""
    closed, confirmed = _is_closed(), _is_confirmed()
    rows = db.session.execute(
        select(closed.label("closed"), confirmed.label("confirmed"), Action.voided_at.is_not(None), func.count())
        .where(*_conditions(chosen))
        .group_by("closed", "confirmed", Action.voided_at.is_not(None))
    ).all()
    counts = {"total": 0, "open": 0, "closed": 0, "confirmed": 0, "voided": 0}
    for is_closed, is_confirmed, is_voided, count in rows:
        counts["total"] += count
        counts["open" if not is_closed else "confirmed" if is_confirmed else "closed"] += count
        if is_voided:
            counts["voided"] += count
    return counts


def count_actions_by_unit(
    unit_ids: frozenset[int], outage_id: int | None = None, kind: str = ""
) -> dict[tuple[int, int], dict[str, int]]:
    """The same for every outage (or one) and unit at once; `to_confirm` leaves out the voided."""
    closed, confirmed = _is_closed().label("closed"), _is_confirmed().label("confirmed")
    voided = Action.voided_at.is_not(None).label("voided")
    rows = db.session.execute(
        select(Action.outage_id, Action.unit_id, closed, confirmed, voided, func.count())
        .where(*_conditions(ActionFilter(unit_ids, outage_id, kind=kind)))
        .group_by(Action.outage_id, Action.unit_id, "closed", "confirmed", "voided")
    )
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for outage, unit, is_closed, is_confirmed, is_voided, number in rows:
        cell = counts.setdefault((outage, unit), {"total": 0, "open": 0, "to_confirm": 0, "confirmed": 0, "voided": 0})
        cell["total"] += number
        if is_voided:
            cell["voided"] += number
        if not is_closed:
            cell["open"] += number
        elif is_confirmed:
            cell["confirmed"] += number
        elif not is_voided:
            cell["to_confirm"] += number
    return counts


def unconfirmed(outage_id: int, unit_id: int) -> int:
    """Actions of the unit that are closed, not voided, and not confirmed."""
    return (
        db.session.scalar(
            select(func.count(Action.id)).where(
                Action.outage_id == outage_id,
                Action.unit_id == unit_id,
                Action.voided_at.is_(None),
                _is_closed(),
                ~_is_confirmed(),
            )
        )
        or 0
    )


def likely_duplicates(
    patient_id: uuid.UUID,
    kind: str,
    subject: str,
    performed_at: datetime,
    drill: bool,
    hours: int,
    except_id: uuid.UUID | None = None,
) -> Sequence[Action]:
    """Actions of the same patient, kind and drug or examination, within `hours` of each other, in any unit."""
    margin = timedelta(hours=hours)
    query = (
        select(Action)
        .join(Action.outage)
        .where(
            Action.patient_id == patient_id,
            Action.kind == kind,
            func.lower(Action.subject) == subject.lower(),
            Action.performed_at.between(performed_at - margin, performed_at + margin),
            Action.voided_at.is_(None),
            Outage.drill.is_(drill),
        )
        .order_by(Action.performed_at)
    )
    if except_id:
        query = query.where(Action.id != except_id)
    return db.session.scalars(_for_lists(query)).all()


def patients_of(unit_id: int, outage_id: int, search: str = "") -> Sequence[Patient]:
    """The patients with an action in this unit and outage, by name; `search` in name or number."""
    query = (
        select(Patient)
        .where(
            Patient.id.in_(select(Action.patient_id).where(Action.unit_id == unit_id, Action.outage_id == outage_id))
        )
        .order_by(Patient.name, Patient.identity)
    )
    if search:
        digits = search.replace("-", "")
        query = query.where(
            or_(
                Patient.name.icontains(search, autoescape=True),
                Patient.identity.icontains(digits, autoescape=True),
            )
        )
    return db.session.scalars(query).all()


def events_of(action: Action) -> Sequence[Event]:
    """The history of the action and its items, in order."""
    item_ids = [str(item.id) for item in action.items]
    return db.session.scalars(
        select(Event)
        .where(
            or_(
                (Event.subject_type == "action") & (Event.subject_id == str(action.id)),
                (Event.subject_type == "item") & Event.subject_id.in_(item_ids),
            )
        )
        .order_by(Event.id)
    ).all()


def logged_lately(user: User, outage_id: int, limit: int) -> Sequence[Action]:
    """What the user logged last in this outage."""
    return db.session.scalars(
        _for_lists(select(Action).where(Action.logged_by_id == user.id, Action.outage_id == outage_id))
        .order_by(Action.received_at.desc())
        .limit(limit)
    ).all()


def _is_closed() -> ColumnElement[bool]:
    return ~select(Item.id).where(Item.action_id == Action.id, Item.state.not_in(FINISHED)).correlate(Action).exists()


def _is_confirmed() -> ColumnElement[bool]:
    return (
        select(Confirmation.id)
        .where(Confirmation.action_id == Action.id, Confirmation.withdrawn_at.is_(None))
        .correlate(Action)
        .exists()
    )


def _conditions(chosen: ActionFilter) -> list[ColumnElement[bool]]:
    owned = Action.unit_id.in_(chosen.unit_ids)
    moved = and_(Action.done_in_id.in_(chosen.unit_ids), ~owned)
    conditions: list[ColumnElement[bool]] = [moved if chosen.state == "moved" else owned]
    if chosen.outage_id is not None:
        conditions.append(Action.outage_id == chosen.outage_id)
    if chosen.kind:
        conditions.append(Action.kind == chosen.kind)
    if chosen.patient_id is not None:
        conditions.append(Action.patient_id == chosen.patient_id)
    if chosen.logged_by_id is not None:
        conditions.append(Action.logged_by_id == chosen.logged_by_id)
    by_state: dict[str, list[ColumnElement[bool]]] = {
        "open": [~_is_closed()],
        "closed": [_is_closed(), ~_is_confirmed()],
        "to_confirm": [_is_closed(), ~_is_confirmed(), Action.voided_at.is_(None)],
        "confirmed": [_is_closed(), _is_confirmed()],
        "voided": [Action.voided_at.is_not(None)],
    }
    return conditions + by_state.get(chosen.state, [])


def _for_lists(query: Any) -> Any:
    return query.options(
        joinedload(Action.patient),
        joinedload(Action.unit),
        joinedload(Action.outage),
        joinedload(Action.performed_by),
        joinedload(Action.logged_by),
        selectinload(Action.items).joinedload(Item.done_by),
        selectinload(Action.confirmations),
    )


def recent_subjects(unit_id: int, outage_id: int, kind: str, limit: int = 30) -> Sequence[str]:
    """What the unit's latest actions of a kind were about: offered while typing, so that one thing has one name."""
    return db.session.scalars(
        select(Action.subject)
        .where(
            Action.unit_id == unit_id,
            Action.outage_id == outage_id,
            Action.kind == kind,
            Action.subject != "",
            Action.voided_at.is_(None),
        )
        .group_by(Action.subject)
        .order_by(func.max(Action.received_at).desc())
        .limit(limit)
    ).all()


def find_action_of(action_id: uuid.UUID, unit_ids: frozenset[int]) -> Action | None:
    """The action, if these units own it or it was done in them."""
    return db.session.scalars(select(Action).where(Action.id == action_id, owned_or_done_in(unit_ids))).one_or_none()


def last_of_kind(unit_id: int, outage_id: int, kind: str) -> dict[uuid.UUID, datetime]:
    """When each patient last had this kind of action here: who in a round is done already."""
    rows = db.session.execute(
        select(Action.patient_id, func.max(Action.performed_at))
        .where(
            Action.unit_id == unit_id,
            Action.outage_id == outage_id,
            Action.kind == kind,
            Action.voided_at.is_(None),
        )
        .group_by(Action.patient_id)
    ).all()
    return {row[0]: row[1] for row in rows}
