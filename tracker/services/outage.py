"""Declaring an outage, and following its systems down, up, down again, and corrected."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_routine, db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Outage, OutageKind, OutageUnit, RoutineVersion, SystemOutage, Unit, User
from tracker.services.duty import create_duties, schedule_duties
from tracker.services.event import record_event

CLOCK_SKEW = timedelta(minutes=5)
SAME_PRESS = timedelta(minutes=1)
FAR_OFF = timedelta(days=366)


@dataclass(frozen=True)
class SystemDown:
    system: str
    down_at: datetime


@dataclass(frozen=True)
class Sent:
    """How a program sent it: an id of its own, and a fingerprint of what it said."""

    id: uuid.UUID
    digest: str


def declare_outage(
    name: str,
    kind: OutageKind,
    drill: bool,
    systems: Sequence[SystemDown],
    units: Sequence[Unit],
    *,
    sent: Sent | None = None,
    actor: User,
) -> Outage:
    """Declare an outage of some systems for some units; raises Invalid for a system or a time that cannot be."""
    faults: dict[str, object] = {}
    if not name.strip():
        faults["/name"] = _l("Give the outage a name that staff will recognise.")
    if len(name) > 120:
        faults["/name"] = _l("The name is too long: at most 120 characters.")
    if not systems:
        faults["/systems"] = _l("Choose at least one system.")
    if not units:
        faults["/units"] = _l("Choose at least one unit.")
    seen: set[str] = set()
    for number, down in enumerate(systems):
        if down.system not in current_routine().system_by_id:
            faults[f"/systems/{number}/system"] = _l("The routine has no such system.")
        if down.system in seen:
            faults[f"/systems/{number}/system"] = _l("The system is named twice.")
        seen.add(down.system)
        if fault := _start_fault(kind, down.down_at):
            faults[f"/systems/{number}/down_at"] = fault
    if faults:
        raise Invalid(faults)
    outage = Outage(
        name=name.strip(),
        kind=kind,
        drill=drill,
        routine_digest=_keep_routine(),
        declared_at=utcnow(),
        declared_by=actor,
        systems=[SystemOutage(system=down.system, down_at=down.down_at) for down in systems],
        concerned=[OutageUnit(unit=unit) for unit in units],
        sent_as=sent.id if sent else None,
        digest=sent.digest if sent else None,
    )
    db.session.add(outage)
    db.session.flush()
    _record(outage, "declared", None, _describe(outage), actor)
    create_duties(outage)
    return outage


def find_sent(sent: Sent) -> Outage | None:
    """The outage that came under this id before; with other content the id is refused."""
    found = db.session.scalars(select(Outage).where(Outage.sent_as == sent.id)).one_or_none()
    if found is not None and found.digest != sent.digest:
        raise Conflict(_l("Another outage was declared under this id."))
    return found


def cancel_outage(outage: Outage, reason: str, *, actor: User) -> None:
    """A planned outage that does not come. What has begun cannot be cancelled, only restored."""
    if outage.is_cancelled:
        raise Conflict(_l("The outage is cancelled already."))
    if outage.began_at <= utcnow():
        raise Conflict(_l("The outage has begun. Mark its systems restored instead."))
    if db.session.scalar(select(Action.id).where(Action.outage_id == outage.id).limit(1)):
        raise Conflict(_l("Something is logged in the outage already. It cannot be cancelled."))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why it is cancelled.")})
    if len(reason) > 2000:
        raise Invalid({"/reason": _l("The text is too long. Shorten it.")})
    before = _describe(outage)
    outage.cancelled_at, outage.cancelled_by, outage.cancel_reason = utcnow(), actor, reason.strip()
    _record(outage, "cancelled", before, {**_describe(outage), "reason": reason.strip()}, actor)


def _check_not_cancelled(outage: Outage) -> None:
    if outage.is_cancelled:
        raise Conflict(_l("The outage is cancelled. Declare a new one."))


def lock_outage(outage_id: int) -> Outage:
    """The outage, held against other writers until the end of the request."""
    outage = db.session.scalars(
        select(Outage)
        .where(Outage.id == outage_id)
        .with_for_update(of=Outage)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if outage is None:
        raise NotFound(_l("There is no such outage."))
    return outage


def find_twin(name: str, kind: OutageKind, drill: bool, systems: Iterable[str], *, actor: User) -> Outage | None:
    """The same outage declared by the same person within the last minute: a button pressed twice.

    Holds the person against a second press that comes at the same time.
    """
    db.session.execute(select(User.id).where(User.id == actor.id).with_for_update())
    candidates = db.session.scalars(
        select(Outage).where(
            Outage.declared_by_id == actor.id,
            Outage.name == name.strip(),
            Outage.kind == kind,
            Outage.drill.is_(drill),
            Outage.declared_at > utcnow() - SAME_PRESS,
        )
    )
    wanted = set(systems)
    return next((outage for outage in candidates if set(outage.system_ids) == wanted), None)


def restore_system(outage: Outage, system: str, restored_at: datetime, *, actor: User) -> SystemOutage:
    """Mark one system restored at its own time."""
    _check_not_cancelled(outage)
    stretch = _open_stretch(outage, system)
    if stretch is None:
        raise Conflict(_l("%(system)s is not down in this outage.", system=_name(system)))
    if restored_at > utcnow() + CLOCK_SKEW:
        raise Invalid({"/restored_at": _l("The time lies ahead of now. Enter when the system came back.")})
    if restored_at <= stretch.down_at:
        raise Invalid({"/restored_at": _l("The system went down after that. Check the times.")})
    before = _describe(outage)
    stretch.restored_at = restored_at
    schedule_duties(outage)
    _record(outage, "restored", before, _describe(outage), actor)
    return stretch


def take_system_down(outage: Outage, system: str, down_at: datetime, *, actor: User) -> SystemOutage:
    """A system goes down again, or a further system goes down in the same outage."""
    _check_not_cancelled(outage)
    if system not in current_routine().system_by_id:
        raise Invalid({"/system": _l("The routine has no such system.")})
    if _open_stretch(outage, system):
        raise Conflict(_l("%(system)s is down already in this outage.", system=_name(system)))
    if fault := _start_fault(outage.kind, down_at):
        raise Invalid({"/down_at": fault})
    latest = outage.latest(system)
    if latest and latest.restored_at and down_at < latest.restored_at:
        raise Invalid({"/down_at": _l("The system was still down then. Enter a time after it came back.")})
    before = _describe(outage)
    stretch = SystemOutage(outage=outage, system=system, down_at=down_at)
    db.session.add(stretch)
    db.session.flush()
    create_duties(outage)
    _record(outage, "down", before, _describe(outage), actor)
    return stretch


def correct_system_times(
    outage: Outage, system: str, down_at: datetime | None, restored_at: datetime | None, reason: str, *, actor: User
) -> SystemOutage:
    """Correct the times of a system's latest stretch. Without `restored_at` the system counts as still down."""
    _check_not_cancelled(outage)
    stretch = outage.latest(system)
    if stretch is None:
        raise Conflict(_l("%(system)s is not part of this outage.", system=_name(system)))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why the time is corrected.")})
    down_at = down_at or stretch.down_at
    if fault := _start_fault(outage.kind, down_at):
        raise Invalid({"/down_at": fault})
    if restored_at and restored_at <= down_at:
        raise Invalid({"/restored_at": _l("The system cannot be back before it went down.")})
    if restored_at and restored_at > utcnow() + CLOCK_SKEW:
        raise Invalid({"/restored_at": _l("The time lies ahead of now. Enter when the system came back.")})
    earlier = [
        other.restored_at
        for other in outage.systems
        if other.system == system and other is not stretch and other.restored_at
    ]
    if earlier and down_at < max(earlier):
        raise Invalid({"/down_at": _l("The system was still down then. Enter a time after it came back.")})
    before = _describe(outage)
    stretch.down_at, stretch.restored_at = down_at, restored_at
    schedule_duties(outage)
    _record(outage, "times-corrected", before, {**_describe(outage), "reason": reason.strip()}, actor)
    return stretch


def concern_unit(outage: Outage, unit: Unit, *, actor: User) -> None:
    """See that the outage concerns the unit: one that logs in it does, whoever forgot to name it."""
    if unit.id in outage.unit_ids:
        return
    before = _describe(outage)
    outage.concerned.append(OutageUnit(unit=unit))
    db.session.flush()
    create_duties(outage)
    _record(outage, "unit-added", before, _describe(outage), actor, unit_id=unit.id)


def _start_fault(kind: OutageKind, down_at: datetime) -> Any:
    """What is wrong with the time a system is said to go down, if anything: a far-off year is a slip of the finger."""
    if kind is OutageKind.ACUTE and down_at > utcnow() + CLOCK_SKEW:
        return _l("An acute outage cannot begin ahead of now.")
    if abs(down_at - utcnow()) > FAR_OFF:
        return _l("The time is more than a year away. Check the date.")
    return None


def _open_stretch(outage: Outage, system: str) -> SystemOutage | None:
    return next((row for row in outage.systems if row.system == system and row.restored_at is None), None)


def _keep_routine() -> str:
    """Store the routine in force, once, so that the outage can be read by it for ever."""
    routine = current_routine()
    if db.session.get(RoutineVersion, routine.digest) is None:
        db.session.add(RoutineVersion(digest=routine.digest, content=routine.model_dump_json()))
        db.session.flush()
    return routine.digest


def _name(system: str) -> str:
    spec = current_routine().system_by_id.get(system)
    return spec.name if spec else system


def _describe(outage: Outage) -> dict[str, object]:
    return {
        "name": outage.name,
        "kind": outage.kind,
        "drill": outage.drill,
        "systems": [
            {"system": row.system, "down_at": row.down_at, "restored_at": row.restored_at} for row in outage.systems
        ],
        "units": sorted(row.unit.code for row in outage.concerned),
    }


def _record(
    outage: Outage,
    verb: str,
    before: dict[str, object] | None,
    after: dict[str, object],
    actor: User,
    unit_id: int | None = None,
) -> None:
    record_event(verb, outage, actor=actor, before=before, after=after, outage_id=outage.id, unit_id=unit_id)
