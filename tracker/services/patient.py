"""Finding or registering the patient of an action."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import current_settings, db
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.identity import Fault, Identity, IdentityError, IdentityKind, parse_identity, parse_identity_of_kind
from tracker.models import Outage, Patient, Unit, User
from tracker.queries.patient import find_patient_of
from tracker.queries.placement import placed_label
from tracker.services.event import record_event

IDENTITY_FAULTS = {
    Fault.FORMAT: _l("Enter a number as YYYYMMDD-NNNN, or choose another kind of identity."),
    Fault.DATE: _l("The number's date does not exist. Check the first eight digits."),
    Fault.FUTURE: _l("The number's date lies ahead of today. Check the year."),
    Fault.CHECK_DIGIT: _l("The last digit does not fit the number. Check every digit."),
    Fault.KIND: _l("The number is of another kind than the one chosen."),
}
MAX_LABEL = 40
MAX_NAME = 120


@dataclass(frozen=True)
class PatientEntry:
    """The patient as written by whoever logs: an identity, a temporary label, or one already known by `id`."""

    id: uuid.UUID | None = None
    identity: str = ""
    identity_kind: IdentityKind | None = None
    name: str = ""
    protected: bool = False


def check_identity(entry: PatientEntry) -> Identity:
    """The identity of an entry; raises Invalid with a pointer to what is wrong."""
    text = entry.identity.strip()
    if not text:
        raise Invalid({"/patient/identity": _l("Enter the patient's identity number, or a label if unknown.")})
    if entry.identity_kind is IdentityKind.UNKNOWN:
        if len(text) > MAX_LABEL:
            raise Invalid({"/patient/identity": _l("The label is too long: at most 40 characters.")})
        return Identity(IdentityKind.UNKNOWN, text)
    today = utcnow().astimezone(time_zone()).date()
    formats = current_settings().reserve_numbers
    try:
        if entry.identity_kind is None:
            return parse_identity(text, today, formats)
        return parse_identity_of_kind(text, entry.identity_kind, today, formats)
    except IdentityError as error:
        raise Invalid({"/patient/identity": IDENTITY_FAULTS[error.fault]}) from None


def find_or_register_patient(entry: PatientEntry, outage: Outage, unit: Unit, *, actor: User) -> Patient:
    """The patient that the entry names, registered now if not known before."""
    if entry.id is not None:
        return known_patient(entry.id, actor)
    return register_patient(entry, label_scope(outage, unit), unit, actor=actor)


def label_scope(outage: Outage, unit: Unit) -> str:
    """Where a temporary label of this unit and outage is valid."""
    return f"{outage.id}:{unit.id}"


def register_patient(entry: PatientEntry, label_scope: str, unit: Unit, *, actor: User) -> Patient:
    """The patient of that identity, registered now if not known before; a label is valid in `label_scope`.

    A label that stands on the unit's list is the patient there, wherever it was first used.
    """
    identity = check_identity(entry)
    if len(entry.name) > MAX_NAME:
        raise Invalid({"/patient/name": _l("The name is too long: at most 120 characters.")})
    is_label = identity.kind is IdentityKind.UNKNOWN
    scope = label_scope if is_label else ""
    patient = _find(identity, scope) or (placed_label(identity.number, unit.id) if is_label else None)
    if patient is None:
        try:
            with db.session.begin_nested():
                patient = Patient(
                    identity_kind=identity.kind,
                    identity=identity.number,
                    scope=scope,
                    name=entry.name.strip(),
                    protected=entry.protected,
                )
                db.session.add(patient)
            record_event("registered", patient, actor=actor, after=describe_patient(patient), unit_id=unit.id)
        except IntegrityError:  # somebody registered the same patient at the same moment
            patient = _find(identity, scope)
            assert patient is not None  # noqa: S101 - the constraint that failed says so
    _complete(patient, entry, unit, actor)
    return patient


def describe_patient(patient: Patient) -> dict[str, object]:
    return {
        "identity_kind": patient.identity_kind,
        "identity": patient.identity,
        "name": patient.name,
        "protected": patient.protected,
    }


def known_patient(patient_id: uuid.UUID, actor: User) -> Patient:
    """A patient of the actor's units, or a label or reserve number that turned out to be one."""
    patient = find_patient_of(patient_id, actor.unit_ids)
    if patient is None:
        raise Invalid({"/patient/id": _l("Your units have no such patient. Enter the identity number instead.")})
    return patient


def _find(identity: Identity, scope: str) -> Patient | None:
    return db.session.scalars(
        select(Patient).where(
            Patient.identity_kind == identity.kind, Patient.identity == identity.number, Patient.scope == scope
        )
    ).one_or_none()


def _complete(patient: Patient, entry: PatientEntry, unit: Unit, actor: User) -> None:
    """Add what was not known before. A name that differs is left as it is; the log form warns about it."""
    before = describe_patient(patient)
    if entry.name.strip() and not patient.name:
        patient.name = entry.name.strip()
    if entry.protected:
        patient.protected = True
    if describe_patient(patient) != before:
        record_event("completed", patient, actor=actor, before=before, after=describe_patient(patient), unit_id=unit.id)
