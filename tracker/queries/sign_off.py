"""What a sign-off rests on, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.identity import IdentityKind
from tracker.models import Action, Duty, DutyState, Outage, Patient, SignOff, Unit
from tracker.queries.action import ActionFilter, count_actions, unconfirmed
from tracker.queries.item import UNFINISHED, ItemFilter, count_items
from tracker.queries.routine import routine_of


@dataclass(frozen=True)
class Evidence:
    counts: dict[str, Any]
    obstacles: list[Any]
    """What must be settled first, in the user's words; empty: the unit can be signed off."""
    open_duties: int


def sign_off_evidence(outage: Outage, unit: Unit) -> Evidence:
    """Counts of the unit's actions and items in the outage, and whatever stands in the way of signing."""
    chosen = frozenset({unit.id})
    actions = count_actions(ActionFilter(chosen, outage.id))
    items = count_items(ItemFilter(chosen, outage.id))
    to_confirm = unconfirmed(outage.id, unit.id)
    open_items = sum(items[state] for state in UNFINISHED)
    open_duties = _open_duties(outage, unit)
    obstacles = []
    if outage.began_at > utcnow():
        obstacles.append(_l("The outage has not begun."))
    down = [system for system in outage.systems_down(utcnow()) if system in unit.systems]
    if down:
        routine = routine_of(outage)
        names = ", ".join(routine.target_name(system, language()) for system in down)
        obstacles.append(_l("Still down: %(systems)s.", systems=names))
    if open_items:
        obstacles.append(_l("Follow-ups still open: %(count)s.", count=open_items))
    if to_confirm:
        obstacles.append(_l("Actions not confirmed: %(count)s.", count=to_confirm))
    counts = {
        "actions": actions,
        "items": items,
        "open_duties": open_duties,
        "unknown_patients": _unknown_patients(outage, unit),
    }
    return Evidence(counts, obstacles, open_duties)


def sign_offs_of(outage: Outage) -> dict[int, SignOff]:
    """The sign-offs in force, by unit."""
    rows = db.session.scalars(
        select(SignOff)
        .where(SignOff.outage_id == outage.id, SignOff.reopened_at.is_(None))
        .options(joinedload(SignOff.signed_by))
    )
    return {row.unit_id: row for row in rows}


def past_sign_offs(outage: Outage, unit: Unit) -> list[SignOff]:
    """Every sign-off of the unit in the outage, reopened ones too, the latest first."""
    return list(
        db.session.scalars(
            select(SignOff)
            .where(SignOff.outage_id == outage.id, SignOff.unit_id == unit.id)
            .order_by(SignOff.id.desc())
        )
    )


def _open_duties(outage: Outage, unit: Unit) -> int:
    return (
        db.session.scalar(
            select(func.count(Duty.id)).where(
                Duty.outage_id == outage.id, Duty.unit_id == unit.id, Duty.state == DutyState.OPEN
            )
        )
        or 0
    )


def _unknown_patients(outage: Outage, unit: Unit) -> int:
    return (
        db.session.scalar(
            select(func.count(func.distinct(Action.patient_id)))
            .join(Action.patient)
            .where(
                Action.outage_id == outage.id,
                Action.unit_id == unit.id,
                Patient.identity_kind == IdentityKind.UNKNOWN,
            )
        )
        or 0
    )


def sign_offs_in(outage_ids: Iterable[int]) -> Sequence[SignOff]:
    """The sign-offs in force in these outages, with their units and signers."""
    return db.session.scalars(
        select(SignOff)
        .where(SignOff.outage_id.in_(outage_ids), SignOff.reopened_at.is_(None))
        .options(joinedload(SignOff.unit), joinedload(SignOff.signed_by))
        .order_by(SignOff.id)
    ).all()
