"""Linking an unknown patient, or one with a reserve number, to the right identity. Both are kept; it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Patient, PatientLink, Placement, Unit, User
from tracker.queries.patient import find_patient_of
from tracker.queries.patient_link import TEMPORARY, came_by, link_of, right_identity
from tracker.queries.placement import placements_of
from tracker.services.action import change_patient
from tracker.services.event import record_event
from tracker.services.patient import PatientEntry, check_identity, register_patient
from tracker.services.placement import Spot, finish_placement, stand_in

MAX_REASON = 2000


@dataclass(frozen=True)
class Linked:
    link: PatientLink
    actions: Sequence[Action]
    """Those that were corrected, or by an undone link went back."""


def link_patient(patient: Patient, entry: PatientEntry, reason: str, unit: Unit, *, actor: User) -> Linked:
    """Say who the patient is. Every action of the patient that is not voided is corrected, in every unit.

    A reserve number means one person everywhere, so the actions of other units follow: their managers see it in the
    history, their confirmations are withdrawn and their sign-offs reopened. The place on every list follows as well.
    Raises Invalid with a pointer to what is wrong, Conflict if somebody has linked the patient already.
    """
    _check(patient, actor)
    faults = reason_faults(reason)
    target = None
    try:
        target = right_identity(_target(entry, unit, actor))
    except Invalid as error:
        faults |= error.faults
    if target is not None and target.id == patient.id:
        faults["/patient/identity"] = _l("This is the same identity. Enter the right one.")
    if target is not None and target.is_unknown:
        faults["/patient/identity"] = _l("A temporary label is no identity. Enter a number.")
    if faults or target is None:
        raise Invalid(faults)
    link = PatientLink(patient=patient, to=target, reason=reason.strip(), by=actor, at=utcnow())
    db.session.add(link)
    record_event(
        "linked",
        patient,
        actor=actor,
        before={"identity": patient.identity, "name": patient.name},
        after={"identity": target.identity, "name": target.name, "reason": reason.strip()},
        unit_id=unit.id,
    )
    if patient.protected and not target.protected:
        target.protected = True
    actions = _actions_of(patient)
    for action in actions:
        change_patient(action, target, reason.strip(), actor=actor)
    _move_placements(patient, target, actor)
    return Linked(link, actions)


def settle_patient(patient: Patient, reason: str, unit: Unit, *, actor: User) -> PatientLink:
    """There is no other identity, a visitor keeps the reserve number: with a reason this counts as settled."""
    _check(patient, actor)
    if faults := reason_faults(reason):
        raise Invalid(faults)
    link = PatientLink(patient=patient, to=None, reason=reason.strip(), by=actor, at=utcnow())
    db.session.add(link)
    record_event("settled", patient, actor=actor, after={"reason": reason.strip()}, unit_id=unit.id)
    return link


def undo_link(link: PatientLink, reason: str, unit: Unit, *, actor: User) -> Linked:
    """The link was wrong: the actions that it moved go back, those logged for the right identity itself stay."""
    if not _sees(link.patient, actor) and not (link.to and _sees(link.to, actor)):
        raise Forbidden(_l("The patient is not in your units."))
    if link.undone_at is not None:
        raise Conflict(_l("The link is undone already."))
    if faults := reason_faults(reason):
        raise Invalid(faults)
    now = right_identity(link.to) if link.to else None
    link.undone_at, link.undone_by, link.undo_reason = utcnow(), actor, reason.strip()
    db.session.flush()
    record_event("unlinked", link.patient, actor=actor, after={"reason": reason.strip()}, unit_id=unit.id)
    actions = came_by(link, now) if now else []
    for action in actions:
        change_patient(action, link.patient, reason.strip(), actor=actor)
    if now is not None:
        _return_placements(link, now, actor)
    return Linked(link, actions)


def _target(entry: PatientEntry, unit: Unit, actor: User) -> Patient:
    check_identity(entry)
    return register_patient(entry, "", unit, actor=actor)


def _check(patient: Patient, actor: User) -> None:
    if not _sees(patient, actor):
        raise Forbidden(_l("The patient is not in your units."))
    if patient.identity_kind not in TEMPORARY:
        raise Conflict(_l("The patient has an identity number. Correct each action that is wrong instead."))
    link = link_of(patient.id)
    if link is not None:
        raise Conflict(_l("%(name)s has settled this already.", name=link.by.name), holder=link.by.name)


def _sees(patient: Patient, actor: User) -> bool:
    return find_patient_of(patient.id, actor.unit_ids) is not None


def reason_faults(reason: str) -> dict[str, object]:
    if not reason.strip():
        return {"/reason": _l("Say how you know: it is kept with both identities.")}
    if len(reason) > MAX_REASON:
        return {"/reason": _l("The text is too long. Shorten it.")}
    return {}


def _actions_of(patient: Patient) -> Sequence[Action]:
    return db.session.scalars(
        select(Action)
        .where(Action.patient_id == patient.id, Action.voided_at.is_(None))
        .order_by(Action.performed_at, Action.id)
        .with_for_update(of=Action)
        .execution_options(populate_existing=True)
    ).all()


def _move_placements(patient: Patient, target: Patient, actor: User) -> None:
    """The bed and the bookings follow; where the target has one already, that one stays."""
    for placement in placements_of(patient.id):
        stand_in(target, _spot(placement), placement.unit, actor=actor)
        finish_placement(placement, actor=actor)


def _return_placements(link: PatientLink, now: Patient, actor: User) -> None:
    """What the link ended begins again under the label, and what it began ends."""
    ended = db.session.scalars(
        select(Placement).where(Placement.patient_id == link.patient_id, Placement.ended_at >= link.at)
    ).all()
    for former in ended:
        for standing in placements_of(now.id):
            came = standing.placed_at >= link.at and standing.unit_id == former.unit_id
            if came and standing.booked_at == former.booked_at:
                finish_placement(standing, actor=actor)
                stand_in(link.patient, _spot(standing), former.unit, actor=actor)


def _spot(placement: Placement) -> Spot:
    return Spot(placement.bed, placement.booked_at, placement.clinician)
