"""The duties of an outage: laid out when it is declared, ticked by those they concern."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Duty, DutyState, Outage, Unit, User
from tracker.permissions import may_tick
from tracker.queries.routine import routine_of
from tracker.routine.spec import DutySpec
from tracker.services.event import record_event
from tracker.working_day import after_working_days

_UNIT_KIND_OF_SCOPE = {"emergency unit": "emergency", "surgery unit": "surgery"}


def create_duties(outage: Outage) -> None:
    """Lay out every duty the outage brings and does not have yet.

    A duty of a system concerns the outage's units that use it; a region's stands once (design, Roles).
    """
    existing = {
        (duty.duty, duty.unit_id) for duty in db.session.scalars(select(Duty).where(Duty.outage_id == outage.id))
    }
    for spec in routine_of(outage).duties.values():
        if not _belongs(spec, outage):
            continue
        concerned: list[Unit | None] = [None] if spec.scope == "region" else list(_units(spec, outage))
        for unit in concerned:
            if (spec.id, unit.id if unit else None) not in existing:
                db.session.add(
                    Duty(outage=outage, unit=unit, duty=spec.id, role=_role(spec, unit), state=DutyState.OPEN)
                )
    db.session.flush()
    schedule_duties(outage)


def schedule_duties(outage: Outage) -> None:
    """Work out when each duty is due, from the outage's times as they are known now."""
    specs = routine_of(outage).duties
    for duty in db.session.scalars(select(Duty).where(Duty.outage_id == outage.id)):
        duty.due_at = _due_at(specs[duty.duty], outage)


def finish_duty(duty: Duty, *, actor: User) -> None:
    _tick(duty, DutyState.DONE, "", actor)


def mark_duty_not_needed(duty: Duty, reason: str, *, actor: User) -> None:
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why it is not needed.")})
    _tick(duty, DutyState.NOT_NEEDED, reason.strip(), actor)


def reopen_duty(duty: Duty, *, actor: User) -> None:
    """Take a tick back."""
    _check(duty, actor)
    if duty.state is DutyState.OPEN:
        raise Conflict(_l("The duty is not ticked."))
    before = duty.state
    duty.state, duty.done_by, duty.done_at, duty.reason = DutyState.OPEN, None, None, ""
    _record(duty, "reopened", before, actor)


def lock_duty(duty_id: int) -> Duty:
    duty = db.session.scalars(select(Duty).where(Duty.id == duty_id).with_for_update(of=Duty)).one_or_none()
    if duty is None:
        raise NotFound(_l("There is no such duty."))
    return duty


def _tick(duty: Duty, state: DutyState, reason: str, actor: User) -> None:
    _check(duty, actor)
    if duty.state is state:
        return
    if duty.state is not DutyState.OPEN:
        raise Conflict(_l("The duty is ticked already."), holder=duty.done_by.name if duty.done_by else None)
    before = duty.state
    duty.state, duty.done_by, duty.done_at, duty.reason = state, actor, utcnow(), reason
    _record(duty, state.value, before, actor)


def _check(duty: Duty, actor: User) -> None:
    if not may_tick(actor, duty):
        raise Forbidden(_l("This duty is for another role or another unit."))


def _belongs(spec: DutySpec, outage: Outage) -> bool:
    if spec.outage not in (outage.kind.value, "both", "always"):
        return False
    return "any" in spec.systems or not set(spec.systems).isdisjoint(outage.system_ids)


def _units(spec: DutySpec, outage: Outage) -> list[Unit]:
    kind = _UNIT_KIND_OF_SCOPE.get(spec.scope)
    down = set(spec.systems) & set(outage.system_ids)
    return [
        unit
        for unit in outage.units
        if (kind is None or unit.kind.value == kind) and ("any" in spec.systems or not down.isdisjoint(unit.systems))
    ]


def _role(spec: DutySpec, unit: Unit | None) -> str:
    for rule in unit.duty_rules if unit else ():
        if rule.duty == spec.id:
            return rule.role
    return spec.role


def _due_at(spec: DutySpec, outage: Outage) -> datetime | None:
    began = _began(spec, outage)
    if spec.due.startswith("-"):
        return began - timedelta(days=int(spec.due[1:].split()[0]))
    if spec.due == "start":
        return began
    if spec.due.endswith("working days"):
        return after_working_days(began, int(spec.due.split()[0]))
    if spec.due.startswith("at once"):
        if spec.phase in ("restored", "after"):
            return _restored(spec, outage)
        return min(began, outage.declared_at) if spec.phase == "notice" else began
    return None


def _stretches(spec: DutySpec, outage: Outage) -> list[tuple[datetime, datetime | None]]:
    rows = [row for row in outage.systems if "any" in spec.systems or row.system in spec.systems]
    return [(row.down_at, row.restored_at) for row in rows or outage.systems]


def _began(spec: DutySpec, outage: Outage) -> datetime:
    return min(down_at for down_at, _ in _stretches(spec, outage))


def _restored(spec: DutySpec, outage: Outage) -> datetime | None:
    """When the last of the systems came back; None while one is down."""
    times = [restored_at for _, restored_at in _stretches(spec, outage)]
    known = [time for time in times if time]
    return max(known) if len(known) == len(times) else None


def _record(duty: Duty, verb: str, before: DutyState, actor: User) -> None:
    record_event(
        verb,
        duty,
        actor=actor,
        before={"state": before},
        after={"duty": duty.duty, "state": duty.state, "reason": duty.reason},
        outage_id=duty.outage_id,
        unit_id=duty.unit_id,
    )
