"""What the ward application works from: the latest handouts and visits of a unit in an outage, and what was logged."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.models import Action

HANDOUT = "melior.medication-administration"
VISIT = "elvis.visit"
"""The kinds behind the two grids; a routine without them has no such grid."""
SAME_DRUG = ("drug", "strength")
MAX_SUBJECTS = 30


def latest_handouts(unit_id: int, outage_id: int) -> list[Action]:
    """The latest dose of each patient, drug and strength, the latest first."""
    found: dict[tuple[object, ...], Action] = {}
    for action in _actions(unit_id, outage_id, HANDOUT):
        drug = (str(action.fields.get(name) or "").casefold() for name in SAME_DRUG)
        found.setdefault((action.patient_id, *drug), action)
    return list(found.values())


def visits_logged(unit_id: int, outage_id: int) -> Sequence[Action]:
    return _actions(unit_id, outage_id, VISIT)


def subjects_by_kind(unit_id: int, outage_id: int) -> dict[str, list[str]]:
    """What the unit's actions of each kind were about, the latest first: offered while typing."""
    rows = db.session.execute(
        select(Action.kind, Action.subject)
        .where(
            Action.unit_id == unit_id, Action.outage_id == outage_id, Action.subject != "", Action.voided_at.is_(None)
        )
        .group_by(Action.kind, Action.subject)
        .order_by(func.max(Action.received_at).desc())
    )
    found: dict[str, list[str]] = {}
    for kind, subject in rows:
        of_kind = found.setdefault(kind, [])
        if len(of_kind) < MAX_SUBJECTS:
            of_kind.append(subject)
    return found


def _actions(unit_id: int, outage_id: int, kind: str) -> Sequence[Action]:
    return db.session.scalars(
        select(Action)
        .where(
            Action.unit_id == unit_id,
            Action.outage_id == outage_id,
            Action.kind == kind,
            Action.voided_at.is_(None),
        )
        .options(joinedload(Action.patient))
        .order_by(Action.performed_at.desc(), Action.received_at.desc())
    ).all()
