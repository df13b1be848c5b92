"""What reading a workbook in needs to know: the unit's patients and kinds, what is logged already, who reads what."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, or_, select

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Outage, Patient, Unit, User
from tracker.models.action_import import ActionImport
from tracker.queries.action import patients_of
from tracker.queries.outage import systems_down
from tracker.queries.placement import placements_in
from tracker.queries.routine import routine_of
from tracker.routine.spec import KindSpec

_AT_ONCE = 500
"""Values in one question to the database."""


@dataclass(frozen=True)
class OfferedPatient:
    """A patient that the template offers to choose."""

    patient: Patient
    where: str
    """The bed, or empty."""


@dataclass(frozen=True)
class LoggedAction:
    """What is logged, as far as a likely duplicate is judged by it."""

    id: uuid.UUID
    patient_id: uuid.UUID
    kind: str
    subject: str
    performed_at: datetime
    unit: str


def get_import(import_id: uuid.UUID, user: User) -> ActionImport:
    """An upload of the user's own, in a unit of theirs."""
    found = db.session.get(ActionImport, import_id)
    if found is None or found.by_id != user.id or found.unit_id not in user.unit_ids:
        raise NotFound(_l("There is no such workbook among yours. Read it in again."))
    return found


def lock_import(import_id: uuid.UUID, user: User) -> ActionImport:
    """The same, held against other writers until the end of the request."""
    db.session.scalars(
        select(ActionImport)
        .where(ActionImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return get_import(import_id, user)


def unfinished_imports(user: User) -> Sequence[ActionImport]:
    """What the user began to read in and did not finish, the latest first."""
    return db.session.scalars(
        select(ActionImport)
        .where(
            ActionImport.by_id == user.id,
            ActionImport.unit_id.in_(user.unit_ids),
            ActionImport.finished_at.is_(None),
        )
        .order_by(ActionImport.read_at.desc())
    ).all()


def imports_before(moment: datetime) -> Sequence[ActionImport]:
    """Uploads read before then whose rows are still kept."""
    has_rows = cast(ActionImport.rows, String) != "[]"
    return db.session.scalars(
        select(ActionImport)
        .where(ActionImport.read_at < moment, or_(has_rows, ActionImport.finished_at.is_(None)))
        .execution_options(populate_existing=True)
    ).all()


def patients_offered(unit: Unit, outage: Outage) -> list[OfferedPatient]:
    """The unit's list by bed or time, then the others that were logged in this outage."""
    offered: dict[uuid.UUID, OfferedPatient] = {}
    for placement in placements_in(unit.id):
        offered.setdefault(placement.patient_id, OfferedPatient(placement.patient, placement.bed))
    for patient in patients_of(unit.id, outage.id):
        offered.setdefault(patient.id, OfferedPatient(patient, ""))
    return list(offered.values())


def kinds_fitting(outage: Outage, unit: Unit) -> list[KindSpec]:
    """The kinds that the systems down now or in this outage, and used by the unit, bring forward."""
    routine = routine_of(outage)
    concerned = {*systems_down(outage.drill), *outage.system_ids}
    concerned = concerned & set(unit.systems) or concerned
    return [kind for kind in routine.kinds.values() if not concerned.isdisjoint(kind.offered_for)]


def digests_of(action_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The fingerprints of those of these actions that are logged."""
    found: dict[uuid.UUID, str] = {}
    for some in _portions(action_ids):
        found |= {
            row[0]: row[1] for row in db.session.execute(select(Action.id, Action.digest).where(Action.id.in_(some)))
        }
    return found


def patients_by_identity(numbers: Collection[str]) -> dict[tuple[str, str], Patient]:
    """Known patients by kind and number; temporary labels are left out."""
    found = {}
    for some in _portions(numbers):
        for patient in db.session.scalars(select(Patient).where(Patient.identity.in_(some), Patient.scope == "")):
            found[(patient.identity_kind.value, patient.identity)] = patient
    return found


def logged_for(patient_ids: Collection[uuid.UUID], since: datetime, until: datetime, drill: bool) -> list[LoggedAction]:
    """What is logged for these patients between two times, in any unit, voided actions left out."""
    found = []
    for some in _portions(patient_ids):
        rows = db.session.execute(
            select(Action.id, Action.patient_id, Action.kind, Action.subject, Action.performed_at, Unit.name)
            .join(Action.outage)
            .join(Unit, Unit.id == Action.unit_id)
            .where(
                Action.patient_id.in_(some),
                Action.performed_at.between(since, until),
                Action.voided_at.is_(None),
                Outage.drill.is_(drill),
            )
        )
        found += [LoggedAction(*row) for row in rows]
    return found


def _portions(values: Iterable[object]) -> Iterator[list[object]]:
    every = list(dict.fromkeys(values))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
