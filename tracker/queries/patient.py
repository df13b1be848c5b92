"""Patients: one by identity, and those that a search in one's units finds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.identity import Identity
from tracker.models import Action, Patient, PatientLink, Placement


def find_patient(identity: Identity, scope: str = "") -> Patient | None:
    """The patient of that identity, or None; `scope` is where a temporary label is valid."""
    return db.session.scalars(
        select(Patient).where(
            Patient.identity_kind == identity.kind, Patient.identity == identity.number, Patient.scope == scope
        )
    ).one_or_none()


def find_patients(unit_ids: frozenset[int], search: str, limit: int = 50) -> Sequence[Patient]:
    """Patients of these units whose name or number holds `search`, by name.

    Whoever searches for a temporary label finds the patient who it turned out to be.
    """
    former = aliased(Patient)
    linked = (
        select(PatientLink.to_id)
        .join(former, PatientLink.patient_id == former.id)
        .where(PatientLink.undone_at.is_(None), _holds(former, search))
    )
    return db.session.scalars(
        select(Patient)
        .where(_is_at_home(Patient.id, unit_ids), or_(_holds(Patient, search), Patient.id.in_(linked)))
        .order_by(Patient.name, Patient.identity)
        .limit(limit)
    ).all()


def find_patient_of(patient_id: uuid.UUID, unit_ids: frozenset[int]) -> Patient | None:
    """The patient, if one of these units has, or had, them on its list or logged something for them.

    A label or reserve number that is linked to such a patient counts too.
    """
    return db.session.scalars(select(Patient).where(Patient.id == patient_id, _is_of(unit_ids))).one_or_none()


def get_patient_of(patient_id: uuid.UUID, unit_ids: frozenset[int]) -> Patient:
    """The same; raises NotFound."""
    patient = find_patient_of(patient_id, unit_ids)
    if patient is None:
        raise NotFound(_l("There is no such patient in your units."))
    return patient


def _is_of(unit_ids: frozenset[int]) -> ColumnElement[bool]:
    once = select(PatientLink.patient_id).where(_is_at_home(PatientLink.to_id, unit_ids))
    twice = select(PatientLink.patient_id).where(PatientLink.to_id.in_(once))  # label, reserve number, number
    return or_(_is_at_home(Patient.id, unit_ids), Patient.id.in_(once), Patient.id.in_(twice))


def _is_at_home(patient_id: Any, unit_ids: frozenset[int]) -> ColumnElement[bool]:
    """Somebody who moved away, or left, is still a patient of the unit that cared for them."""
    logged = select(Action.patient_id).where(or_(Action.unit_id.in_(unit_ids), Action.done_in_id.in_(unit_ids)))
    placed = select(Placement.patient_id).where(Placement.unit_id.in_(unit_ids))
    return or_(patient_id.in_(logged), patient_id.in_(placed))


def _holds(patient: Any, search: str) -> ColumnElement[bool]:
    digits = search.replace("-", "").replace(" ", "")
    text = search.strip()
    by_number = [patient.identity.icontains(digits, autoescape=True)] if digits else []
    return or_(
        patient.name.icontains(text, autoescape=True), patient.identity.icontains(text, autoescape=True), *by_number
    )
