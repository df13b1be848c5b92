"""Results that came without a recipient: noting one, hunting for its order, and solving it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Item, ItemState, Outage, Patient, StrayAttempt, StrayResult, StraySolution, Unit, User
from tracker.permissions import may_work, sees_unit
from tracker.queries.item import READY, state_of
from tracker.queries.reply import awaited_of
from tracker.queries.stray_result import MATCHABLE, is_same_patient
from tracker.routine.spec import WorkKind
from tracker.services.event import record_event
from tracker.services.item import finish_item, undo_item
from tracker.services.outage import concern_unit
from tracker.services.patient import PatientEntry, check_identity, label_scope, register_patient
from tracker.services.reply import time_faults
from tracker.services.sign_off import reopen_for_late_change

MAX_TEXT = 4000
MAX_NAME = 120
_LATE = _l("A result without a recipient was found after the sign-off.")


@dataclass(frozen=True)
class StrayEntry:
    """What is known of the result."""

    patient: str
    """A whole identity number, or whatever it says of the patient."""
    sender: str
    content: str
    arrived_at: datetime
    urgent: bool = False


def note_stray(entry: StrayEntry, outage: Outage, unit: Unit, *, actor: User) -> StrayResult:
    """Note a result of which nobody knows where it belongs. Raises Conflict when the same one is noted already."""
    _check_unit(unit.id, actor)
    faults: dict[str, object] = {}
    sender, content, said = entry.sender.strip(), entry.content.strip(), entry.patient.strip()
    if not sender:
        faults["/sender"] = _l("Write who sent it, as far as it says.")
    if not content:
        faults["/content"] = _l("Write which test it is and what it says.")
    for name, text, most in (("sender", sender, MAX_NAME), ("patient", said, MAX_NAME), ("content", content, MAX_TEXT)):
        if len(text) > most:
            faults[f"/{name}"] = _l("The text is too long. Shorten it.")
    faults |= time_faults("/arrived_at", entry.arrived_at)
    if faults:
        raise Invalid(faults)
    patient = _known(said, outage, unit, actor)
    same = select(StrayResult).where(
        StrayResult.unit_id == unit.id,
        StrayResult.patient_id == (patient.id if patient else None),
        StrayResult.patient_said == ("" if patient else said),
        StrayResult.sender == sender,
        StrayResult.content == content,
        StrayResult.solution.is_(None),
    )
    earlier = db.session.scalars(same).first()
    if earlier:
        raise Conflict(_l("%(name)s has noted the same result already.", name=earlier.found_by.name))
    stray = StrayResult(
        outage=outage,
        unit=unit,
        patient=patient,
        patient_said="" if patient else said,
        sender=sender,
        content=content,
        urgent=entry.urgent,
        arrived_at=entry.arrived_at,
        found_by=actor,
        found_at=utcnow(),
        solution_note="",
    )
    db.session.add(stray)
    concern_unit(outage, unit, actor=actor)
    reopen_for_late_change(outage.id, unit.id, _LATE, actor=actor)
    # What it says may name the patient: it stays on its page and out of the history.
    _record("stray-noted", stray, actor, {"urgent": stray.urgent})
    return stray


def add_stray_attempt(stray: StrayResult, text: str, *, actor: User) -> None:
    """Keep who was asked and what they said."""
    _check_open(stray, actor)
    if not text.strip():
        raise Invalid({"/text": _l("Write who you asked and what they said.")})
    _attempt(stray, text, actor)
    _record("stray-attempt", stray, actor, {})


def match_stray(stray: StrayResult, item: Item, told: Mapping[str, Any] | None = None, *, actor: User) -> None:
    """It belongs to this order. `item` is locked by the caller.

    Who only watched for it has it: that item is done, where a physician is to have it only with `told` (who and when).
    What is to be signed, moved or acted on stays to be done, and shows the result.
    """
    _check_open(stray, actor)
    awaited = awaited_of(item)
    if awaited is None or awaited.spec.awaits not in MATCHABLE:
        raise Conflict(_l("That order awaits no answer any more. Choose another one."))
    action = item.action
    if action.unit_id != stray.unit_id or action.outage.drill != stray.outage.drill:
        raise Conflict(_l("That order is another unit's."))
    if not is_same_patient(stray, action.patient):
        raise Conflict(_l("The result and the order are of different patients. Look at the numbers."))
    handed = {name: value for name, value in (told or {}).items() if value}
    if awaited.spec.finish and "handed_to" in handed:
        finish_item(item, finish=told, actor=actor)
    elif _is_only_watched(item, bool(awaited.spec.finish), actor):
        finish_item(item, f"{stray.sender} #{stray.id}"[:120], actor=actor)
    stray.item, stray.matched_patient, stray.finished_item = item, action.patient, item.state is ItemState.DONE
    _solve(stray, StraySolution.MATCHED, "", actor, {"item": item.id, "finished": stray.finished_item})


def hand_over_stray(stray: StrayResult, physician: str, handed_at: datetime, *, actor: User) -> None:
    """No order of ours, but a physician has it and answers for it."""
    _check_open(stray, actor)
    faults: dict[str, object] = {}
    if not physician.strip():
        faults["/physician"] = _l("Write which physician has it.")
    elif len(physician) > MAX_NAME:
        faults["/physician"] = _l("The name is too long: at most 120 characters.")
    faults |= time_faults("/handed_at", handed_at)
    if faults:
        raise Invalid(faults)
    stray.handed_at = handed_at
    _solve(stray, StraySolution.HANDED_OVER, physician.strip(), actor, {"to": physician.strip()})


def offer_stray(stray: StrayResult, other: Unit, text: str, *, actor: User) -> None:
    """Ask another unit to take it. Until it does, it is hunted for here."""
    _check_open(stray, actor)
    if other.id == stray.unit_id or not other.active:
        raise Invalid({"/unit": _l("Choose another unit.")})
    stray.offered_to = other
    if text.strip():
        _attempt(stray, text, actor)
    _record("stray-offered", stray, actor, {"to": other.name})


def take_stray(stray: StrayResult, *, actor: User) -> StrayResult:
    """The other unit takes it: solved here, and theirs to hunt for from now on."""
    unit = _offered_to(stray, actor)
    theirs = StrayResult(
        outage=stray.outage,
        unit=unit,
        patient=stray.patient,
        patient_said=stray.patient_said,
        sender=stray.sender,
        content=stray.content,
        urgent=stray.urgent,
        arrived_at=stray.arrived_at,
        found_by=actor,
        found_at=utcnow(),
        solution_note="",
    )
    theirs.attempts = [StrayAttempt(text=one.text, by=one.by, at=one.at) for one in stray.attempts]
    db.session.add(theirs)
    _solve(stray, StraySolution.OTHER_UNIT, unit.name, actor, {"to": unit.name})
    concern_unit(stray.outage, unit, actor=actor)
    reopen_for_late_change(stray.outage_id, unit.id, _LATE, actor=actor)
    _record("stray-taken", theirs, actor, {"from": stray.unit.name})
    return theirs


def decline_stray(stray: StrayResult, reason: str, *, actor: User) -> None:
    """The other unit says that it is not theirs."""
    unit = _offered_to(stray, actor)
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why it is not yours.")})
    stray.offered_to = None
    _attempt(stray, f"{unit.name}: {reason.strip()}", actor)
    _record("stray-declined", stray, actor, {"by": unit.name})


def reopen_stray(stray: StrayResult, *, actor: User) -> None:
    """Take a solution back: it was the wrong one. An item that the match finished is open again."""
    _check_unit(stray.unit_id, actor)
    if stray.solution is None:
        raise Conflict(_l("It is not solved yet."))
    if stray.solution is StraySolution.OTHER_UNIT:
        raise Conflict(_l("The other unit has it now. They can offer it back."))
    if stray.finished_item and stray.item and stray.item.state is ItemState.DONE:
        undo_item(stray.item, actor=actor)
    before = {"solution": stray.solution, "item": stray.item_id}
    stray.solution, stray.solution_note, stray.item, stray.matched_patient = None, "", None, None
    stray.solved_by, stray.solved_at, stray.handed_at, stray.finished_item = None, None, None, False
    late = _l("A result without a recipient was opened again after the sign-off.")
    reopen_for_late_change(stray.outage_id, stray.unit_id, late, actor=actor)
    _record("stray-reopened", stray, actor, {}, before)


def lock_stray(stray_id: int) -> StrayResult:
    """The result, held against other writers until the end of the request."""
    query = select(StrayResult).where(StrayResult.id == stray_id).with_for_update(of=StrayResult)
    stray = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if stray is None:
        raise NotFound(_l("There is no such result."))
    return stray


def _known(said: str, outage: Outage, unit: Unit, actor: User) -> Patient | None:
    """The patient, if what it says is a whole and valid number."""
    entry = PatientEntry(identity=said)
    try:
        check_identity(entry)
    except Invalid:
        return None
    return register_patient(entry, label_scope(outage, unit), unit, actor=actor)


def _is_only_watched(item: Item, asks_who: bool, actor: User) -> bool:
    """Somebody was to see that it comes, and nothing more: that is done when it has come."""
    free = state_of(item) == READY and may_work(actor, item)
    return item.kind_of_work is WorkKind.WATCH and not asks_who and free


def _attempt(stray: StrayResult, text: str, actor: User) -> None:
    if len(text) > MAX_TEXT:
        raise Invalid({"/text": _l("The text is too long. Shorten it.")})
    stray.attempts.append(StrayAttempt(text=text.strip(), by=actor, at=utcnow()))


def _solve(stray: StrayResult, solution: StraySolution, note: str, actor: User, told: dict[str, object]) -> None:
    stray.solution, stray.solution_note, stray.offered_to = solution, note, None
    stray.solved_by, stray.solved_at = actor, utcnow()
    _record("stray-solved", stray, actor, {"solution": solution, **told})


def _check_unit(unit_id: int, actor: User) -> None:
    if not sees_unit(actor, unit_id):
        raise Forbidden(_l("You do not work in this unit."))


def _check_open(stray: StrayResult, actor: User) -> None:
    _check_unit(stray.unit_id, actor)
    if stray.solution is not None:
        by = stray.solved_by.name if stray.solved_by else ""
        raise Conflict(_l("%(name)s has solved it already.", name=by), holder=by)


def _offered_to(stray: StrayResult, actor: User) -> Unit:
    if stray.offered_to is None or stray.solution is not None or not sees_unit(actor, stray.offered_to.id):
        raise Conflict(_l("It is no longer offered to your unit."))
    return stray.offered_to


def _record(
    verb: str,
    stray: StrayResult,
    actor: User,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    db.session.flush()
    record_event(
        verb,
        stray,
        actor=actor,
        before=dict(before) if before else None,
        after=dict(after),
        outage_id=stray.outage_id,
        unit_id=stray.unit_id,
    )
