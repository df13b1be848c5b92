"""Moving a patient to another unit: the actions with something left to do go along, so that one unit owns each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, ItemState, Patient, PatientMove, Placement, Unit, User
from tracker.permissions import sees_unit
from tracker.queries.patient_move import actions_to_move, beds_to_leave
from tracker.queries.routine import routine_of
from tracker.services.event import record_event
from tracker.services.follow_up import release_claim, roles_for
from tracker.services.outage import concern_unit
from tracker.services.placement import MAX_BED, Spot, finish_placement, stand_in
from tracker.services.sign_off import reopen_for_late_change

MAX_NOTE = 2000


@dataclass(frozen=True)
class Moved:
    move: PatientMove
    actions: Sequence[Action]
    placement: Placement


def move_patient(
    patient: Patient, from_unit: Unit, to_unit: Unit, *, bed: str = "", note: str = "", actor: User
) -> Moved:
    """Move the patient, with every action of the sending unit that has an item not finished.

    What is closed or confirmed stays. Claimed items are let go (begun ones say "check the system first"); the items'
    roles are those of the receiving unit. Whoever works in either unit may do it. Raises Conflict if there is nothing
    to move: the patient is neither in a bed there nor has anything open.
    """
    if not (sees_unit(actor, from_unit.id) or sees_unit(actor, to_unit.id)):
        raise Forbidden(_l("You work in neither of the units."))
    faults: dict[str, object] = {}
    if to_unit.id == from_unit.id:
        faults["/to"] = _l("The patient is in this unit. Choose another.")
    elif not to_unit.active:
        faults["/to"] = _l("This unit is not in use any more. Choose another.")
    if len(bed.strip()) > MAX_BED:
        faults["/bed"] = _l("The bed is too long: at most 20 characters.")
    if len(note) > MAX_NOTE:
        faults["/note"] = _l("The text is too long. Shorten it.")
    if faults:
        raise Invalid(faults)
    actions = _locked(patient, from_unit)
    beds = beds_to_leave(patient.id, from_unit.id)
    if not actions and not beds:
        raise Conflict(_l("The patient is not in that unit any more. Somebody may have moved them already."))
    move = PatientMove(patient=patient, from_unit=from_unit, to_unit=to_unit, note=note.strip(), by=actor, at=utcnow())
    db.session.add(move)
    for placement in beds:
        finish_placement(placement, actor=actor)
    there = stand_in(patient, Spot(" ".join(bed.split())), to_unit, actor=actor)
    for action in actions:
        _hand_over(action, from_unit, to_unit, actor)
    about = {"from": from_unit.code, "to": to_unit.code, "actions": len(actions), "reason": note.strip()}
    for verb, unit in (("moved", from_unit), ("received", to_unit)):
        record_event(verb, patient, actor=actor, after=about, unit_id=unit.id)
    for outage in {action.outage_id: action.outage for action in actions}.values():
        concern_unit(outage, to_unit, actor=actor)
        for unit in (from_unit, to_unit):
            reason = _l("A patient moved between units after the sign-off.")
            reopen_for_late_change(outage.id, unit.id, reason, actor=actor)
    return Moved(move, actions, there)


def _locked(patient: Patient, unit: Unit) -> Sequence[Action]:
    ids = actions_to_move(patient.id, unit.id)
    return db.session.scalars(
        select(Action)
        .where(Action.id.in_(ids))
        .order_by(Action.id)
        .options(selectinload(Action.items))
        .with_for_update(of=Action)
        .execution_options(populate_existing=True)
    ).all()


def _hand_over(action: Action, from_unit: Unit, to_unit: Unit, actor: User) -> None:
    """The receiving unit owns the action from now on; where it was done stays (`done_in`)."""
    routine = routine_of(action.outage)
    action.unit = to_unit
    for item in action.items:
        if item.state is ItemState.CLAIMED:
            release_claim(item)
            record_event(
                "released",
                item,
                actor=actor,
                before={"state": ItemState.CLAIMED},
                after={"item": item.item, "state": item.state},
                outage_id=action.outage_id,
                unit_id=from_unit.id,
            )
        spec = routine.item(action.kind, item.item, action.fields)
        item.roles = roles_for(spec, action.kind, to_unit, action.role)
    for verb, unit in (("moved", from_unit), ("received", to_unit)):
        record_event(
            verb,
            action,
            actor=actor,
            before={"unit": from_unit.code},
            after={"unit": to_unit.code},
            outage_id=action.outage_id,
            unit_id=unit.id,
        )
