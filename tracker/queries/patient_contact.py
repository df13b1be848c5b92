"""Patients with something not told or not sent: results, prescriptions and referrals beyond their limit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import FINISHED, Action, ContactOutcome, Item, Outage, Patient, PatientContact
from tracker.queries.patient_link import former_identities
from tracker.queries.reply import is_unacknowledged, of_specs, spec_of
from tracker.queries.routine import routine_of

WAITS_FOR = ("result", "prescription", "referral")
SETTLED = (ContactOutcome.TOLD, ContactOutcome.NOT_NEEDED)
"""The patient knows, or need not. Not reached: somebody tries again."""


@dataclass(frozen=True)
class Reason:
    """One thing that the patient waits for, and the attempts to tell them about it."""

    action: Action
    waits_for: str
    items: Sequence[Item]
    due_at: datetime | None
    contacts: Sequence[PatientContact]
    """Every attempt, the latest first."""

    @property
    def is_settled(self) -> bool:
        return bool(self.contacts) and self.contacts[0].outcome in SETTLED


@dataclass(frozen=True)
class PatientToContact:
    patient: Patient
    reasons: Sequence[Reason]
    phones: Sequence[str]
    """Numbers that were logged for the patient, the latest first."""

    @property
    def attempts(self) -> int:
        """How often somebody tried and did not reach them."""
        return len({contact.at for reason in self.reasons for contact in reason.contacts})


def patients_to_contact(
    unit_ids: frozenset[int], *, waits_for: str = "", settled: bool = False, drill: bool | None = None
) -> list[PatientToContact]:
    """Patient by patient, whoever has waited longest first. `settled`: those told, or not to be, instead."""
    items = _waiting(unit_ids, drill)
    contacts = _contacts(item.id for item in items)
    by_patient: dict[uuid.UUID, list[Reason]] = {}
    for reason in _reasons(items, contacts):
        if reason.is_settled == settled and waits_for in ("", reason.waits_for):
            by_patient.setdefault(reason.action.patient_id, []).append(reason)
    phones = _phones(by_patient, unit_ids)
    found = [
        PatientToContact(reasons[0].action.patient, reasons, phones.get(patient_id, []))
        for patient_id, reasons in by_patient.items()
    ]
    return sorted(found, key=lambda one: (_first(one), one.patient.name, str(one.patient.id)))


def count_to_contact(unit_ids: frozenset[int]) -> int:
    """How many patients, drills left out."""
    rows = db.session.execute(
        select(Item.id, Item.item, Item.due_at, Action.id.label("action"), Action.kind, Action.patient_id)
        .join(Item.action)
        .join(Action.outage)
        .where(*_conditions(unit_ids, False, utcnow()))
    ).all()
    if any(row.due_at is None for row in rows):
        return len(patients_to_contact(unit_ids, drill=False))
    # Asked on every start page: the same without loading anything.
    contacts = _contacts(row.id for row in rows)
    kinds = current_routine().kinds
    last: dict[tuple[uuid.UUID, str | None], int] = {}
    settled: dict[tuple[uuid.UUID, str | None], bool] = {}
    patients: dict[tuple[uuid.UUID, str | None], uuid.UUID] = {}
    for row in rows:
        spec = next((one for one in kinds[row.kind].items if one.item == row.item), None)
        reason = (row.action, spec.patient_waits_for if spec else None)
        patients[reason] = row.patient_id
        for contact in contacts.get(row.id, ()):
            if contact.id > last.get(reason, 0):
                last[reason], settled[reason] = contact.id, contact.outcome in SETTLED
    return len({patient for reason, patient in patients.items() if not settled.get(reason)})


def waiting_items(item_ids: Iterable[int], unit_ids: frozenset[int]) -> list[Item]:
    """Those of these items about which a patient of these units is to be contacted now."""
    wanted = set(item_ids)
    return [item for item in _waiting(unit_ids, None) if item.id in wanted]


def _reasons(items: Sequence[Item], contacts: dict[int, list[PatientContact]]) -> list[Reason]:
    """What is told in one breath: of one action, everything that waits for the same."""
    found: dict[tuple[uuid.UUID, str], list[Item]] = {}
    for item in items:
        waits_for = spec_of(item).patient_waits_for
        if waits_for:
            found.setdefault((item.action_id, waits_for), []).append(item)
    return [
        Reason(
            rows[0].action,
            waits_for,
            rows,
            min((row.due_at for row in rows if row.due_at), default=None),
            sorted((one for row in rows for one in contacts.get(row.id, ())), key=lambda one: one.id, reverse=True),
        )
        for (_action, waits_for), rows in found.items()
    ]


def _first(one: PatientToContact) -> datetime:
    return min(reason.due_at or reason.action.performed_at for reason in one.reasons)


def _waiting(unit_ids: frozenset[int], drill: bool | None) -> list[Item]:
    """What is unfinished, or faxed without a word that it arrived, and beyond its limit."""
    now = utcnow()
    items = db.session.scalars(
        select(Item)
        .join(Item.action)
        .join(Action.patient)
        .join(Action.outage)
        .where(*_conditions(unit_ids, drill, now))
        .options(
            contains_eager(Item.action).contains_eager(Action.patient),
            contains_eager(Item.action).contains_eager(Action.outage),
            contains_eager(Item.action).joinedload(Action.unit),
            contains_eager(Item.action).joinedload(Action.performed_by),
        )
        .order_by(Action.performed_at, Item.id)
    ).all()
    return [item for item in items if item.due_at is not None or _is_long_back(item.action.outage, now)]


def _conditions(unit_ids: frozenset[int], drill: bool | None, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Action.unit_id.in_(unit_ids),
        Action.voided_at.is_(None),
        of_specs("patient_waits_for", WAITS_FOR),
        or_(Item.state.not_in(FINISHED), and_(of_specs("awaits", ("acknowledgement",)), is_unacknowledged())),
        or_(Item.due_at <= now, Item.due_at.is_(None)),
    ]
    if drill is not None:
        conditions.append(Outage.drill.is_(drill))
    return conditions


def _is_long_back(outage: Outage, now: datetime) -> bool:
    """For what has no limit of its own: the systems have been back as long as an entry may take."""
    restored = [one.restored_at for one in outage.systems]
    limit = timedelta(hours=routine_of(outage).deadlines.entry_hours)
    back = [moment for moment in restored if moment is not None]
    return len(back) == len(restored) and bool(back) and max(back) + limit <= now


def _contacts(item_ids: Iterable[int]) -> dict[int, list[PatientContact]]:
    found: dict[int, list[PatientContact]] = {}
    rows = db.session.scalars(
        select(PatientContact)
        .where(PatientContact.item_id.in_(list(item_ids)))
        .options(joinedload(PatientContact.by))
        .order_by(PatientContact.id)
    )
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return found


def _phones(patient_ids: Iterable[uuid.UUID], unit_ids: frozenset[int]) -> dict[uuid.UUID, list[str]]:
    """The patients' own numbers, from whatever these units logged for them, under a label too."""
    wanted = list(patient_ids)
    former = {one.id: last for last, rows in former_identities(wanted).items() for one in rows}
    kinds = _phone_fields()
    rows = db.session.execute(
        select(Action.patient_id, Action.kind, Action.fields)
        .where(
            Action.patient_id.in_([*wanted, *former]),
            Action.kind.in_(kinds),
            or_(Action.unit_id.in_(unit_ids), Action.done_in_id.in_(unit_ids)),
            Action.voided_at.is_(None),
        )
        .order_by(Action.performed_at.desc())
    ).all()
    found: dict[uuid.UUID, dict[str, None]] = {}
    for patient_id, kind, fields in rows:
        for name in kinds[kind]:
            if fields.get(name):
                found.setdefault(former.get(patient_id, patient_id), {})[str(fields[name])] = None
    return {patient_id: list(numbers) for patient_id, numbers in found.items()}


def _phone_fields() -> dict[str, list[str]]:
    fields = {
        kind.id: [field.id for field in kind.fields if field.is_patient_phone]
        for kind in current_routine().kinds.values()
    }
    return {kind: names for kind, names in fields.items() if names}
