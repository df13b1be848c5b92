"""What a unit manager reads before confirming: actions with all that was done about them, and how far each unit is."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Action, Confirmation, Event, Item, Membership, Outage, OutageUnit, SendBack, SignOff, Unit
from tracker.models import User as UserAccount
from tracker.queries.action import ActionFilter, find_actions
from tracker.queries.item import READY, WAITING
from tracker.queries.outage import down_in_both


@dataclass(frozen=True)
class Standing:
    """How far one unit is in one outage."""

    outage: Outage
    unit: Unit
    open: int
    to_confirm: int
    confirmed: int
    sign_off: SignOff | None


def actions_to_read(chosen: ActionFilter, *, page: int, per_page: int) -> tuple[Sequence[Action], int]:
    """One page of actions with everything that the confirming page shows of them, and how many there are."""
    actions, total = find_actions(chosen, page=page, per_page=per_page)
    _complete(actions)
    return actions, total


def actions_by_id(action_ids: Iterable[uuid.UUID], unit_ids: frozenset[int]) -> list[Action]:
    """These actions, as far as they belong to these units."""
    actions = db.session.scalars(
        select(Action)
        .where(Action.id.in_(list(action_ids)), Action.unit_id.in_(unit_ids))
        .options(joinedload(Action.patient), joinedload(Action.unit), joinedload(Action.outage))
        .order_by(Action.performed_at.desc(), Action.id)
    ).all()
    _complete(actions)
    return list(actions)


def ids_in_units(action_ids: Iterable[uuid.UUID], unit_ids: frozenset[int]) -> set[uuid.UUID]:
    """Which of these actions belong to these units. Loads nothing, so that a lock taken next reads afresh."""
    return set(
        db.session.scalars(select(Action.id).where(Action.id.in_(list(action_ids)), Action.unit_id.in_(unit_ids)))
    )


def reading_mark(action: Action) -> str:
    """A fingerprint of what a manager reads of the action: what it says, and who did what about it, when.

    A confirmation carries it back, so that nobody confirms something else than what they saw.
    """
    parts = [str(action.version), str(action.voided_at)]
    for item in sorted(action.items, key=lambda item: item.id):
        parts += [item.item, item.state.value, str(item.done_by_id), str(item.done_at), item.reference, item.reason]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def states_of(actions: Iterable[Action], at: datetime | None = None) -> dict[int, str]:
    """The derived state (design, States) of every item of these actions."""
    now = at or utcnow()
    down = down_in_both(now)
    states: dict[int, str] = {}
    for action in actions:
        for item in action.items:
            if (item.claimed_by_id and item.holder(now)) or item.state.value not in ("open", "claimed"):
                states[item.id] = item.state.value
            else:
                states[item.id] = READY if item.is_ready(down[action.outage.drill]) else WAITING
    return states


def histories_of(actions: Iterable[Action]) -> dict[uuid.UUID, list[Event]]:
    """The history of each action and its items, in order."""
    owner = {("action", str(action.id)): action.id for action in actions}
    owner |= {("item", str(item.id)): action.id for action in actions for item in action.items}
    ids = {kind: [subject for subject_type, subject in owner if subject_type == kind] for kind in ("action", "item")}
    found: dict[uuid.UUID, list[Event]] = {action.id: [] for action in actions}
    for kind, subjects in ids.items():
        query = select(Event).where(Event.subject_type == kind, Event.subject_id.in_(subjects))
        for event in db.session.scalars(query):
            found[owner[(kind, event.subject_id)]].append(event)
    return {action_id: sorted(events, key=lambda event: event.id) for action_id, events in found.items()}


def managers_of(unit_ids: Iterable[int]) -> dict[int, list[UserAccount]]:
    """The active managers of each unit, by name."""
    found: dict[int, list[UserAccount]] = {unit_id: [] for unit_id in unit_ids}
    rows = db.session.execute(
        select(Membership.unit_id, UserAccount)
        .join(Membership.user)
        .where(Membership.unit_id.in_(list(found)), Membership.manages, UserAccount.active)
        .order_by(UserAccount.name)
    )
    for unit_id, manager in rows:
        found[unit_id].append(manager)
    return found


def first_sign_offs(unit_ids: frozenset[int]) -> dict[tuple[int, int], datetime]:
    """When each unit was first signed off, by outage and unit: what was logged after that came late."""
    rows = db.session.execute(
        select(SignOff.outage_id, SignOff.unit_id, func.min(SignOff.signed_at))
        .where(SignOff.unit_id.in_(unit_ids))
        .group_by(SignOff.outage_id, SignOff.unit_id)
    )
    return {(outage_id, unit_id): signed_at for outage_id, unit_id, signed_at in rows}


def standings(unit_ids: frozenset[int], counts: Mapping[tuple[int, int], Mapping[str, int]]) -> list[Standing]:
    """How far these units are in each outage that concerns them: unsigned ones first, then the latest.

    `counts` are those of `count_actions_by_unit`.
    """
    pairs = db.session.execute(
        select(Outage, Unit)
        .join(OutageUnit, OutageUnit.outage_id == Outage.id)
        .join(Unit, OutageUnit.unit_id == Unit.id)
        .where(Unit.id.in_(unit_ids))
        .order_by(Outage.id.desc(), Unit.name)
    ).all()
    signed = {
        (row.outage_id, row.unit_id): row
        for row in db.session.scalars(
            select(SignOff)
            .where(SignOff.unit_id.in_(unit_ids), SignOff.reopened_at.is_(None))
            .options(joinedload(SignOff.signed_by))
        )
    }
    found = []
    now = utcnow()
    for outage, unit in pairs:
        count = counts.get((outage.id, unit.id), {})
        if outage.began_at > now and not count:
            continue  # planned, not begun: nothing to do there yet
        found.append(
            Standing(
                outage,
                unit,
                count.get("open", 0),
                count.get("to_confirm", 0),
                count.get("confirmed", 0),
                signed.get((outage.id, unit.id)),
            )
        )
    return sorted(found, key=lambda standing: standing.sign_off is not None)


def kinds_logged(unit_ids: frozenset[int]) -> set[str]:
    """The kinds of action that these units have logged."""
    return set(db.session.scalars(select(Action.kind).where(Action.unit_id.in_(unit_ids)).distinct()))


def _complete(actions: Sequence[Action]) -> None:
    """Load the rest of these actions in a few queries, however many they are."""
    if not actions:
        return
    db.session.scalars(
        select(Action)
        .where(Action.id.in_([action.id for action in actions]))
        .options(
            selectinload(Action.items).options(joinedload(Item.done_by), joinedload(Item.claimed_by)),
            selectinload(Action.confirmations).joinedload(Confirmation.confirmed_by),
            selectinload(Action.send_backs).joinedload(SendBack.by),
            joinedload(Action.voided_by),
            joinedload(Action.performed_by),
            joinedload(Action.logged_by),
        )
    ).all()
