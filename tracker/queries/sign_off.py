"""What a sign-off rests on, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.i18n import language, plural
from tracker.i18n import lazy_text as _l
from tracker.identity import IdentityKind
from tracker.models import Action, Duty, DutyState, Outage, Patient, SignOff, Unit
from tracker.queries.action import ActionFilter, count_actions, unconfirmed
from tracker.queries.device import device_counts, device_obstacles
from tracker.queries.handover import handover_counts
from tracker.queries.item import UNFINISHED, ItemFilter, count_items
from tracker.queries.obstacle import Obstacle
from tracker.queries.orphan_sheet import orphan_sheet_counts, orphan_sheet_obstacles
from tracker.queries.patient_link import patient_link_counts, patient_link_obstacles
from tracker.queries.routine import routine_of
from tracker.queries.sheet import sheet_counts, sheet_obstacles
from tracker.queries.stray_result import stray_result_counts, stray_result_obstacles


@dataclass(frozen=True)
class Evidence:
    counts: dict[str, Any]
    obstacles: list[Obstacle]
    """What must be settled first; empty: the unit can be signed off."""
    open_duties: int


def sign_off_evidence(outage: Outage, unit: Unit) -> Evidence:
    """Counts of what the unit has in the outage, what is missing and why, and whatever stands in the way of signing."""
    chosen = frozenset({unit.id})
    open_duties = _open_duties(outage, unit)
    counts = {
        "actions": count_actions(ActionFilter(chosen, outage.id)),
        "items": count_items(ItemFilter(chosen, outage.id)),
        "open_duties": open_duties,
        "unknown_patients": _unknown_patients(outage, unit),
        "patients": patient_link_counts(outage, unit),
        "sheets": sheet_counts(outage, unit),
        "orphan_sheets": orphan_sheet_counts(outage, unit),
        "stray_results": stray_result_counts(outage, unit),
        "devices": device_counts(outage, unit),
        "handovers": handover_counts(outage, unit),
    }
    return Evidence(counts, sign_off_obstacles(outage, unit), open_duties)


def sign_off_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """What stands in the way of the unit's sign-off, in the order in which it is best settled."""
    return [obstacle for find in _FINDERS for obstacle in find(outage, unit)]


def _not_begun(outage: Outage, _unit: Unit) -> list[Obstacle]:
    return [Obstacle("not_begun", _l("The outage has not begun."))] if outage.began_at > utcnow() else []


def _still_down(outage: Outage, unit: Unit) -> list[Obstacle]:
    down = [system for system in outage.systems_down(utcnow()) if system in unit.systems]
    if not down:
        return []
    routine = routine_of(outage)
    names = tuple(routine.target_name(system, language()) for system in down)
    return [Obstacle("down", _l("Still down: %(systems)s.", systems=", ".join(names)))]


def _open_items(outage: Outage, unit: Unit) -> list[Obstacle]:
    items = count_items(ItemFilter(frozenset({unit.id}), outage.id))
    count = sum(items[state] for state in UNFINISHED)
    if not count:
        return []
    return [Obstacle("items", plural("%(num)s follow-up is still open.", "%(num)s follow-ups are still open.", count))]


def _unconfirmed_actions(outage: Outage, unit: Unit) -> list[Obstacle]:
    count = unconfirmed(outage.id, unit.id)
    if not count:
        return []
    return [
        Obstacle("actions", plural("%(num)s action is not confirmed.", "%(num)s actions are not confirmed.", count))
    ]


_FINDERS: tuple[Callable[[Outage, Unit], list[Obstacle]], ...] = (
    _not_begun,
    _still_down,
    _open_items,
    _unconfirmed_actions,
    patient_link_obstacles,
    sheet_obstacles,
    orphan_sheet_obstacles,
    stray_result_obstacles,
    device_obstacles,
)


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
