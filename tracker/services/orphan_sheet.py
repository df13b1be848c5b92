"""Sheets that cannot be logged as they are: noting one, working it, and solving it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import (
    Action,
    OrphanAttempt,
    OrphanFault,
    OrphanSheet,
    OrphanSolution,
    Outage,
    Unit,
    User,
)
from tracker.permissions import sees_unit
from tracker.queries.sheet import find_sheet
from tracker.serial import WrongLetter, read_serial
from tracker.services.event import record_event
from tracker.services.outage import concern_unit
from tracker.services.sign_off import reopen_for_late_change

MAX_TEXT = 4000


@dataclass(frozen=True)
class OrphanEntry:
    """What is known of the sheet."""

    fault: OrphanFault
    serial: str
    """Its number, as typed or scanned; empty: it has none, or none that can be read."""
    content: str
    """What can be read on it."""
    found_where: str


def note_orphan(entry: OrphanEntry, outage: Outage, unit: Unit, *, actor: User) -> OrphanSheet:
    """Note a sheet that cannot be logged. Raises Invalid, and Conflict when the same one is noted already."""
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    faults: dict[str, object] = {}
    serial, sheet = entry.serial.strip(), None
    try:
        known = read_serial(serial)
        if known:
            serial, sheet = known, find_sheet(known)
            if sheet is None:
                faults["/serial"] = _l("No form %(serial)s has been printed. Check the number.", serial=known)
    except WrongLetter:
        faults["/serial"] = _l("The letter does not fit the number. Check every digit.")
    if not entry.content.strip():
        faults["/content"] = _l("Write what can be read on the form, if only a word.")
    if faults:
        raise Invalid(faults)
    if sheet is not None:
        earlier = db.session.scalars(
            select(OrphanSheet).where(
                OrphanSheet.sheet_id == sheet.id, OrphanSheet.unit_id == unit.id, OrphanSheet.solution.is_(None)
            )
        ).first()
        if earlier:
            raise Conflict(_l("The form %(serial)s is noted already. Open it below.", serial=serial))
    orphan = OrphanSheet(
        outage=outage,
        unit=unit,
        sheet=sheet,
        serial=serial,
        fault=entry.fault,
        content=entry.content.strip(),
        found_where=entry.found_where.strip(),
        found_at=utcnow(),
        found_by=actor,
        solution_note="",
    )
    db.session.add(orphan)
    concern_unit(outage, unit, actor=actor)
    reopen_for_late_change(outage.id, unit.id, _l("An unclear form was found after the sign-off."), actor=actor)
    # What can be read on it may name a patient: it stays on its page and out of the history.
    _record("orphan-noted", orphan, actor, {"serial": serial, "fault": entry.fault})
    return orphan


def add_attempt(orphan: OrphanSheet, text: str, *, actor: User) -> None:
    """Keep who was asked and what they said."""
    _check_open(orphan, actor)
    if not text.strip():
        raise Invalid({"/text": _l("Write who you asked and what they said.")})
    _attempt(orphan, text.strip(), actor)
    _record("orphan-attempt", orphan, actor, {})


def solve_by_action(orphan: OrphanSheet, action: Action, *, actor: User) -> None:
    """It is clear now, and this action says it."""
    _check_open(orphan, actor)
    if action.unit_id != orphan.unit_id or action.outage_id != orphan.outage_id:
        raise Conflict(_l("That is logged in another unit or outage."))
    if action.is_voided:
        raise Conflict(_l("That is voided. Log it again first."))
    orphan.action = action
    _solve(orphan, OrphanSolution.LOGGED, "", actor)


def solve_without_entry(orphan: OrphanSheet, reason: str, *, actor: User) -> None:
    """Nothing on it is to be entered anywhere."""
    _check_open(orphan, actor)
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why nothing is to be entered: it is kept.")})
    _solve(orphan, OrphanSolution.NOTHING_TO_ENTER, reason.strip(), actor)


def offer_orphan(orphan: OrphanSheet, other: Unit, text: str, *, actor: User) -> None:
    """Ask another unit to take it. Until it does, the sheet is this unit's to solve."""
    _check_open(orphan, actor)
    if other.id == orphan.unit_id or not other.active:
        raise Invalid({"/unit": _l("Choose another unit.")})
    orphan.offered_to = other
    if text.strip():
        _attempt(orphan, text.strip(), actor)
    _record("orphan-offered", orphan, actor, {"to": other.name})


def take_offered(orphan: OrphanSheet, *, actor: User) -> OrphanSheet:
    """The other unit takes it: solved here, and theirs to work from now on."""
    unit = _offered_to(orphan, actor)
    theirs = OrphanSheet(
        outage=orphan.outage,
        unit=unit,
        sheet=orphan.sheet,
        serial=orphan.serial,
        fault=orphan.fault,
        content=orphan.content,
        found_where=f"{orphan.unit.name}: {orphan.found_where}".strip(": ")[:200],
        found_at=orphan.found_at,
        found_by=orphan.found_by,
        solution_note="",
    )
    db.session.add(theirs)
    for attempt in orphan.attempts:
        theirs.attempts.append(OrphanAttempt(text=attempt.text, by=attempt.by, at=attempt.at))
    _solve(orphan, OrphanSolution.OTHER_UNIT, unit.name, actor)
    concern_unit(orphan.outage, unit, actor=actor)
    reopen_for_late_change(orphan.outage_id, unit.id, _l("An unclear form was found after the sign-off."), actor=actor)
    _record("orphan-taken", theirs, actor, {"serial": theirs.serial, "from": orphan.unit.name})
    return theirs


def decline_offered(orphan: OrphanSheet, reason: str, *, actor: User) -> None:
    """The other unit says that it is not theirs."""
    unit = _offered_to(orphan, actor)
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why it is not yours.")})
    orphan.offered_to = None
    _attempt(orphan, f"{unit.name}: {reason.strip()}", actor)
    _record("orphan-declined", orphan, actor, {"by": unit.name})


def reopen_orphan(orphan: OrphanSheet, *, actor: User) -> None:
    """Take a solution back: it was the wrong one."""
    if not sees_unit(actor, orphan.unit_id):
        raise Forbidden(_l("You do not work in this unit."))
    if orphan.solution is None:
        raise Conflict(_l("It is not solved yet."))
    if orphan.solution is OrphanSolution.OTHER_UNIT:
        raise Conflict(_l("The other unit has it now. They can offer it back."))
    before = {"solution": orphan.solution}
    orphan.solution, orphan.solution_note, orphan.action = None, "", None
    orphan.solved_by, orphan.solved_at = None, None
    reopen_for_late_change(
        orphan.outage_id, orphan.unit_id, _l("An unclear form was opened again after the sign-off."), actor=actor
    )
    _record("orphan-reopened", orphan, actor, {}, before)


def lock_orphan(orphan_id: int) -> OrphanSheet:
    """The sheet, held against other writers until the end of the request."""
    orphan = db.session.scalars(
        select(OrphanSheet)
        .where(OrphanSheet.id == orphan_id)
        .with_for_update(of=OrphanSheet)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if orphan is None:
        raise NotFound(_l("There is no such unclear form."))
    return orphan


def _attempt(orphan: OrphanSheet, text: str, actor: User) -> None:
    orphan.attempts.append(OrphanAttempt(text=text[:MAX_TEXT], by=actor, at=utcnow()))


def _solve(orphan: OrphanSheet, solution: OrphanSolution, note: str, actor: User) -> None:
    orphan.solution, orphan.solution_note = solution, note
    orphan.solved_by, orphan.solved_at = actor, utcnow()
    orphan.offered_to = None
    # A reason may name a patient, as what can be read on the sheet may.
    _record("orphan-solved", orphan, actor, {"solution": solution, "action": orphan.action_id})


def _check_open(orphan: OrphanSheet, actor: User) -> None:
    if not sees_unit(actor, orphan.unit_id):
        raise Forbidden(_l("You do not work in the unit that has this form."))
    if orphan.solution is not None:
        by = orphan.solved_by.name if orphan.solved_by else ""
        raise Conflict(_l("%(name)s has solved it already.", name=by), holder=by)


def _offered_to(orphan: OrphanSheet, actor: User) -> Unit:
    if orphan.offered_to is None or orphan.solution is not None or not sees_unit(actor, orphan.offered_to.id):
        raise Conflict(_l("It is no longer offered to your unit."))
    return orphan.offered_to


def _record(
    verb: str, orphan: OrphanSheet, actor: User, after: Mapping[str, object], before: Mapping[str, object] | None = None
) -> None:
    db.session.flush()
    record_event(
        verb,
        orphan,
        actor=actor,
        before=dict(before) if before else None,
        after=dict(after),
        outage_id=orphan.outage_id,
        unit_id=orphan.unit_id,
    )
