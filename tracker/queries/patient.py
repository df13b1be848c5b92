"""Patients: one by identity, and those that a search in one's units finds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select

from tracker.extensions import db
from tracker.identity import Identity
from tracker.models import Action, Patient


def find_patient(identity: Identity, scope: str = "") -> Patient | None:
    """The patient of that identity, or None; `scope` is where a temporary label is valid."""
    return db.session.scalars(
        select(Patient).where(
            Patient.identity_kind == identity.kind, Patient.identity == identity.number, Patient.scope == scope
        )
    ).one_or_none()


def find_patients(unit_ids: frozenset[int], search: str, limit: int = 50) -> Sequence[Patient]:
    """Patients with an action in these units whose name or number holds `search`, by name."""
    digits = search.replace("-", "").replace(" ", "")
    by_number = [Patient.identity.icontains(digits, autoescape=True)] if digits else []
    return db.session.scalars(
        select(Patient)
        .where(
            Patient.id.in_(select(Action.patient_id).where(Action.unit_id.in_(unit_ids))),
            or_(Patient.name.icontains(search.strip(), autoescape=True), *by_number),
        )
        .order_by(Patient.name, Patient.identity)
        .limit(limit)
    ).all()


def find_patient_of(patient_id: uuid.UUID, unit_ids: frozenset[int]) -> Patient | None:
    """The patient, if one of these units has logged an action for them."""
    return db.session.scalars(
        select(Patient).where(
            Patient.id == patient_id,
            Patient.id.in_(select(Action.patient_id).where(Action.unit_id.in_(unit_ids))),
        )
    ).one_or_none()
