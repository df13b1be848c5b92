"""Who an unknown patient, or one with a reserve number, turned out to be; and those whom nobody has settled yet."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.identity import IdentityKind
from tracker.models import (
    Action,
    ActionVersion,
    Confirmation,
    Item,
    ItemState,
    Outage,
    Patient,
    PatientLink,
    Unit,
)
from tracker.queries.obstacle import Obstacle

TEMPORARY = (IdentityKind.UNKNOWN, IdentityKind.RESERVE)
"""Kinds of identity that are to be linked to the right one, or settled."""
_MAX_CHAIN = 20


def link_of(patient_id: uuid.UUID) -> PatientLink | None:
    """What is known about the patient's right identity now."""
    return db.session.scalars(
        select(PatientLink).where(PatientLink.patient_id == patient_id, PatientLink.undone_at.is_(None))
    ).one_or_none()


def right_identity(patient: Patient) -> Patient:
    """The patient under whom everything stands now: label, then reserve number, then the number itself."""
    for _step in range(_MAX_CHAIN):
        link = link_of(patient.id) if patient.identity_kind in TEMPORARY else None
        if link is None or link.to is None:
            break
        patient = link.to
    return patient


def former_identities(patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Patient]]:
    """For each patient the labels and reserve numbers linked to them, also by way of another one."""
    found: dict[uuid.UUID, list[Patient]] = {}
    last = {one: one for one in patient_ids}
    for _step in range(_MAX_CHAIN):
        if not last:
            break
        rows = db.session.scalars(
            select(PatientLink)
            .options(joinedload(PatientLink.patient))
            .where(PatientLink.to_id.in_(last), PatientLink.undone_at.is_(None))
        ).all()
        for row in rows:
            if row.to_id:
                found.setdefault(last[row.to_id], []).append(row.patient)
        last = {row.patient_id: last[row.to_id] for row in rows if row.to_id}
    return found


def logged_as(actions: Sequence[Action]) -> dict[uuid.UUID, Patient]:
    """For each action that was logged under a label or reserve number since linked: that former identity."""
    former = former_identities({action.patient_id for action in actions})
    if not former:
        return {}
    known = {str(one.id): one for rows in former.values() for one in rows}
    asked = {action.id: action.patient_id for action in actions if action.patient_id in former}
    found: dict[uuid.UUID, Patient] = {}
    for action_id, patient in db.session.execute(
        select(ActionVersion.action_id, _patient_in(ActionVersion))
        .where(ActionVersion.action_id.in_(asked))
        .order_by(ActionVersion.action_id, ActionVersion.number)
    ):
        if patient in known and known[patient] in former[asked[action_id]]:
            found.setdefault(action_id, known[patient])
    return found


def unsettled_patients(outage: Outage, unit: Unit) -> Sequence[Patient]:
    """Patients of the unit's actions in the outage by label or reserve number, neither linked nor settled."""
    return db.session.scalars(
        select(Patient)
        .where(Patient.id.in_(_patients_of(outage, unit)), Patient.identity_kind.in_(TEMPORARY), ~_has_link())
        .order_by(Patient.identity)
    ).all()


def unsettled_among(patients: Iterable[Patient]) -> set[uuid.UUID]:
    """Which of these patients are to be linked or settled still."""
    temporary = [one.id for one in patients if one.identity_kind in TEMPORARY]
    settled = db.session.scalars(
        select(PatientLink.patient_id).where(PatientLink.patient_id.in_(temporary), PatientLink.undone_at.is_(None))
    )
    return set(temporary) - set(settled)


def links_to(patient_id: uuid.UUID) -> Sequence[PatientLink]:
    """Every link from or to the patient, undone ones too, the latest first."""
    return db.session.scalars(
        select(PatientLink)
        .where((PatientLink.patient_id == patient_id) | (PatientLink.to_id == patient_id))
        .order_by(PatientLink.id.desc())
    ).all()


def patient_link_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """A unit is not signed off while somebody in its actions is known by a temporary identity only."""
    count = len(unsettled_patients(outage, unit))
    if not count:
        return []
    return [
        Obstacle(
            "patients",
            _l("Patients by temporary label or reserve number, not linked to an identity: %(count)s.", count=count),
        )
    ]


def patient_link_counts(outage: Outage, unit: Unit) -> dict[str, Any]:
    """For the sign-off's evidence: how many identities were found afterwards, and how many there are none for."""
    former = select(_patient_in(ActionVersion)).join(ActionVersion.action).where(*_here(outage, unit))
    ids = [uuid.UUID(text) for text in set(db.session.scalars(former))]
    rows = db.session.execute(
        select(PatientLink.to_id.is_(None), func.count())
        .where(PatientLink.patient_id.in_(ids), PatientLink.undone_at.is_(None))
        .group_by(PatientLink.to_id.is_(None))
    ).all()
    by_outcome = {bool(none): count for none, count in rows}
    return {"linked_patients": by_outcome.get(False, 0), "settled_patients": by_outcome.get(True, 0)}


@dataclass(frozen=True)
class Consequences:
    """What linking a patient changes."""

    actions: int
    units: Sequence[str]
    """The names of the units that own them."""
    entered: int
    """Follow-ups that are done and will be open again, to be amended in the target system."""
    confirmed: int


def consequences_of(patient_id: uuid.UUID) -> Consequences:
    theirs = (Action.patient_id == patient_id, Action.voided_at.is_(None))
    units = db.session.execute(
        select(Unit.name, func.count()).join(Action, Action.unit_id == Unit.id).where(*theirs).group_by(Unit.name)
    ).all()
    entered = select(func.count(Item.id)).join(Item.action).where(*theirs, Item.state == ItemState.DONE)
    confirmed = (
        select(func.count(Confirmation.id))
        .join(Confirmation.action)
        .where(*theirs, Confirmation.withdrawn_at.is_(None))
    )
    return Consequences(
        actions=sum(row[1] for row in units),
        units=sorted(row[0] for row in units),
        entered=db.session.scalar(entered) or 0,
        confirmed=db.session.scalar(confirmed) or 0,
    )


def came_by(link: PatientLink, now: Patient) -> list[Action]:
    """The actions that the link moved and that still stand where it leads: under `now`, the identity it ends in."""
    query = (
        select(ActionVersion)
        .join(ActionVersion.action)
        .where(Action.patient_id == now.id, Action.voided_at.is_(None))
        .order_by(ActionVersion.action_id, ActionVersion.number)
    )
    versions: dict[uuid.UUID, list[ActionVersion]] = {}
    for version in db.session.scalars(query):
        versions.setdefault(version.action_id, []).append(version)
    return [rows[0].action for rows in versions.values() if _moved_by(link, rows)]


def _moved_by(link: PatientLink, versions: Sequence[ActionVersion]) -> bool:
    former = str(link.patient_id)
    for before, after in zip(reversed(versions[:-1]), reversed(versions[1:]), strict=True):
        if before.content["patient"] == former and after.content["patient"] != former:
            return after.at >= link.at
    return False


def _patient_in(version: type[ActionVersion]) -> ColumnElement[str]:
    patient: ColumnElement[str] = version.content["patient"].as_string()
    return patient


def _here(outage: Outage, unit: Unit) -> tuple[ColumnElement[bool], ...]:
    return (Action.outage_id == outage.id, Action.unit_id == unit.id, Action.voided_at.is_(None))


def _patients_of(outage: Outage, unit: Unit) -> Any:
    return select(Action.patient_id).where(*_here(outage, unit))


def _has_link() -> ColumnElement[bool]:
    return (
        select(PatientLink.id)
        .where(PatientLink.patient_id == Patient.id, PatientLink.undone_at.is_(None))
        .correlate(Patient)
        .exists()
    )
