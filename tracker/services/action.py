"""Logging an action, correcting it and voiding it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, ActionVersion, Outage, Patient, Unit, User
from tracker.permissions import may_change_action, sees_action, sees_unit
from tracker.queries.patient_link import link_of, right_identity
from tracker.queries.routine import routine_of
from tracker.queries.stray_result import results_lost_by
from tracker.services.confirmation import withdraw_confirmation
from tracker.services.entry import (
    ActionEntry,
    check_fields,
    check_performed_at,
    find_performer,
    subject_of,
)
from tracker.services.event import record_event
from tracker.services.follow_up import create_items, rework_items, withdraw_item
from tracker.services.outage import concern_unit
from tracker.services.patient import PatientEntry, find_or_register_patient
from tracker.services.sheet import take_sheet
from tracker.services.sign_off import reopen_for_late_change


@dataclass(frozen=True)
class Logged:
    action: Action
    created: bool
    """False: the same entry came before, and this is the first answer again."""


@dataclass(frozen=True)
class Correction:
    """What to change; None leaves as it is. In `fields`, None empties one."""

    reason: str
    patient: PatientEntry | None = None
    performed_at: datetime | None = None
    performed_by_login: str | None = None
    performed_by_name: str | None = None
    role: str | None = None
    sheet: str | None = None
    note: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def log_action(entry: ActionEntry, *, actor: User) -> Logged:
    """Log one paper-based action and the items it leaves behind.

    The same id with the same content answers as the first time; with other content it raises Conflict.
    """
    first = _same_entry(entry, actor)
    if first:
        return Logged(first, created=False)
    outage, unit = _outage_and_unit(entry, actor)
    kind = routine_of(outage).kinds.get(entry.kind)
    if kind is None:
        raise Invalid({"/kind": _l("The routine has no such kind of action.")})
    faults: dict[str, object] = {}
    values = _collect(faults, lambda: check_fields(kind, entry.fields))
    _collect(faults, lambda: check_performed_at(entry.performed_at))
    performer = _collect(
        faults, lambda: find_performer(entry.performed_by_login, entry.performed_by_name, entry.role, actor=actor)
    )
    patient = _collect(faults, lambda: find_or_register_patient(entry.patient, outage, unit, actor=actor))
    if faults:
        raise Invalid(faults)
    action = Action(
        id=entry.id,
        digest=entry.digest,
        outage=outage,
        unit=unit,
        done_in=unit,
        kind=kind.id,
        patient=patient,
        role=performer.role,
        performed_at=entry.performed_at,
        performed_by=performer.user,
        performed_by_name=performer.name,
        sheet=entry.sheet.strip(),
        note=entry.note.strip(),
        fields=values,
        subject=subject_of(kind, values),
        recorded_at=entry.recorded_at or utcnow(),
        received_at=utcnow(),
        logged_by=actor,
        version=1,
        items=[],
    )
    try:
        with db.session.begin_nested():
            db.session.add(action)
    except IntegrityError:  # the same entry came twice at once
        first = _same_entry(entry, actor)
        if first is None:
            raise
        return Logged(first, created=False)
    concern_unit(outage, unit, actor=actor)
    reopen_for_late_change(outage.id, unit.id, _l("An action was logged after the sign-off."), actor=actor)
    take_sheet(action, actor=actor)
    create_items(action, entry.done_items, actor=actor)
    content = describe_action(action)
    db.session.add(ActionVersion(action=action, number=1, content=_plain(content), by_id=actor.id))
    record_event("logged", action, actor=actor, after=content, outage_id=outage.id, unit_id=unit.id)
    _follow_link(action, actor)
    return Logged(action, created=True)


def correct_action(action: Action, correction: Correction, *, actor: User) -> None:
    """Change what an action says, with a reason; both versions are kept and its items are worked out again."""
    _check_change(action, correction.reason, actor)
    before = describe_action(action)
    old_fields = dict(action.fields)
    kind = routine_of(action.outage).kinds[action.kind]
    merged = {**action.fields, **correction.fields}
    merged = {name: value for name, value in merged.items() if value not in (None, "")}
    hidden = set(merged) - {spec.id for spec in kind.shown_fields(merged)} - set(correction.fields)
    action.fields = check_fields(kind, {name: value for name, value in merged.items() if name not in hidden})
    action.subject = subject_of(kind, action.fields)
    if correction.performed_at is not None:
        check_performed_at(correction.performed_at)
        action.performed_at = correction.performed_at
    _correct_performer(action, correction, actor)
    if correction.patient is not None:
        told = find_or_register_patient(correction.patient, action.outage, action.unit, actor=actor)
        action.patient = right_identity(told)
    if correction.sheet is not None:
        action.sheet = correction.sheet.strip()
        take_sheet(action, actor=actor)
    if correction.note is not None:
        action.note = correction.note.strip()
    db.session.flush()
    after = describe_action(action)
    if after == before:
        raise Invalid({"/fields": _l("Nothing was changed. Change something, or leave the action as it is.")})
    _keep_version(action, before, old_fields, correction.reason, actor)


def change_patient(action: Action, patient: Patient, reason: str, *, actor: User) -> None:
    """Let the action be about the patient's right identity (services.patient_link): a correction like any other.

    Whoever knows who it is corrects every action of the patient, those of other units too.
    """
    before = describe_action(action)
    action.patient = patient
    db.session.flush()
    _keep_version(action, before, dict(action.fields), reason, actor)


def void_action(action: Action, reason: str, *, actor: User) -> None:
    """Say that an action was logged by mistake. It stays visible; what was entered must be removed."""
    _check_change(action, reason, actor)
    action.voided_at, action.voided_by, action.void_reason = utcnow(), actor, reason.strip()
    record_event(
        "voided", action, actor=actor, after={"reason": reason}, outage_id=action.outage_id, unit_id=action.unit_id
    )
    for item in action.items:
        withdraw_item(item, reason, actor=actor)
    withdraw_confirmation(action, actor=actor)
    _reopen(action, _l("An action was voided after the sign-off."), actor)


def lock_action(action_id: uuid.UUID) -> Action:
    """The action, held against other writers until the end of the request."""
    action = db.session.scalars(
        select(Action).where(Action.id == action_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if action is None:
        raise NotFound(_l("There is no such action."))
    return action


def describe_action(action: Action) -> dict[str, Any]:
    """What the action says, for its versions and the history."""
    return {
        "kind": action.kind,
        "unit": action.unit.code,
        "patient": str(action.patient.id),
        "identity": action.patient.identity,
        "name": action.patient.name,
        "performed_at": action.performed_at.isoformat(),
        "performed_by": action.performer,
        "role": action.role,
        "sheet": action.sheet,
        "note": action.note,
        "fields": action.fields,
    }


def _keep_version(action: Action, before: dict[str, Any], old_fields: dict[str, Any], reason: str, actor: User) -> None:
    """Keep what the action says now as a new version, and work out again all that rests on it."""
    after = describe_action(action)
    action.version += 1
    db.session.add(
        ActionVersion(action=action, number=action.version, content=_plain(after), reason=reason, by_id=actor.id)
    )
    record_event(
        "corrected",
        action,
        actor=actor,
        before=before,
        after={**after, "reason": reason},
        outage_id=action.outage_id,
        unit_id=action.unit_id,
    )
    changed_for_all = any(after[name] != before[name] for name in after if name not in ("fields", "sheet"))
    rework_items(action, old_fields, changed_for_all, reason, actor=actor)
    withdraw_confirmation(action, actor=actor)
    _reopen(action, _l("An action was corrected after the sign-off."), actor)


def _reopen(action: Action, reason: object, actor: User) -> None:
    """Its unit's sign-off no longer holds; nor that of a unit whose result has lost its order by it."""
    for outage_id, unit_id in sorted({(action.outage_id, action.unit_id), *results_lost_by(action.id)}):
        reopen_for_late_change(outage_id, unit_id, reason, actor=actor)


def _follow_link(action: Action, actor: User) -> None:
    """An entry that names a label or reserve number whose right identity is known since: both are kept."""
    patient = right_identity(action.patient)
    if patient is not action.patient:
        link = link_of(action.patient_id)
        change_patient(action, patient, link.reason if link else "", actor=actor)


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "fields": dict(content["fields"])}


def _collect(faults: dict[str, object], step: Any) -> Any:
    """Run one check and gather its faults, so that all mistakes are told at once."""
    try:
        return step()
    except Invalid as error:
        faults.update(error.faults)
        return None


def _same_entry(entry: ActionEntry, actor: User) -> Action | None:
    action = db.session.get(Action, entry.id)
    if action is None:
        return None
    if not sees_action(actor, action):  # a device may send it again when the patient has moved to another unit
        raise Conflict(_l("This entry's id is taken. Send it again with a new id."))
    if action.digest != entry.digest:
        raise Conflict(_l("This entry was logged before with other content. Correct that one instead."))
    return action


def _outage_and_unit(entry: ActionEntry, actor: User) -> tuple[Outage, Unit]:
    outage = db.session.get(Outage, entry.outage_id)
    if outage is None:
        raise Invalid({"/outage": _l("There is no such outage.")})
    unit = db.session.scalars(select(Unit).where(Unit.code == entry.unit)).one_or_none()
    if unit is None:
        raise Invalid({"/unit": _l("There is no such unit.")})
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    return outage, unit


def _check_change(action: Action, reason: str, actor: User) -> None:
    if not may_change_action(actor, action):
        raise Forbidden(_l("You do not work in the unit that owns this action."))
    if action.is_voided:
        raise Conflict(_l("The action is voided and cannot be changed."))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why: it is kept with both versions.")})


def _correct_performer(action: Action, correction: Correction, actor: User) -> None:
    told = (correction.performed_by_login, correction.performed_by_name)
    if any(told):
        performer = find_performer(told[0] or "", told[1] or "", correction.role or action.role, actor=actor)
        action.performed_by, action.performed_by_name = performer.user, performer.name
        action.role = performer.role
    elif correction.role:
        performer = find_performer("", action.performer, correction.role, actor=actor)
        action.role = performer.role
