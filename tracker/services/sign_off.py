"""A unit manager signs a unit off when nothing is open; whatever comes later reopens it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import ChainHead, Outage, OutageUnit, SignOff, Unit, User
from tracker.queries.outage import current_sign_off
from tracker.queries.sign_off import sign_off_evidence
from tracker.services.event import record_event


def sign_off_unit(outage: Outage, unit: Unit, *, actor: User) -> SignOff:
    """Attest that nothing of the unit was left; raises Conflict naming what is open."""
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager signs it off."))
    if unit.id not in outage.unit_ids:
        raise Conflict(_l("The outage does not concern this unit."))
    _lock(outage.id, unit.id)
    if current_sign_off(outage.id, unit.id):
        raise Conflict(_l("The unit is signed off already."))
    evidence = sign_off_evidence(outage, unit)
    if evidence.obstacles:
        raise Conflict(evidence.obstacles[0].text)
    head = db.session.scalars(select(ChainHead)).one()
    basis: dict[str, Any] = {**evidence.counts, "history": {"lines": head.length, "head": head.hash}}
    sign_off = SignOff(outage=outage, unit=unit, signed_by=actor, signed_at=utcnow(), basis=basis)
    db.session.add(sign_off)
    record_event("signed-off", sign_off, actor=actor, after=basis, outage_id=outage.id, unit_id=unit.id)
    return sign_off


def reopen_unit(outage: Outage, unit: Unit, reason: str, *, actor: User) -> SignOff:
    """The manager takes the sign-off back, with a reason."""
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager reopens it."))
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why the unit is reopened.")})
    sign_off = current_sign_off(outage.id, unit.id)
    if sign_off is None:
        raise Conflict(_l("The unit is not signed off."))
    _reopen(sign_off, reason.strip(), actor)
    return sign_off


def reopen_for_late_change(outage_id: int, unit_id: int, reason: Any, *, actor: User) -> None:
    """Something was logged or changed after the sign-off: it no longer holds."""
    _lock(outage_id, unit_id)
    sign_off = current_sign_off(outage_id, unit_id)
    if sign_off is not None:
        _reopen(sign_off, str(reason), actor)


def _lock(outage_id: int, unit_id: int) -> None:
    """One at a time for a unit of an outage: nothing slips in between the evidence and the signature."""
    db.session.execute(
        select(OutageUnit.id).where(OutageUnit.outage_id == outage_id, OutageUnit.unit_id == unit_id).with_for_update()
    )


def _reopen(sign_off: SignOff, reason: str, actor: User) -> None:
    sign_off.reopened_at, sign_off.reopened_by, sign_off.reopen_reason = utcnow(), actor, reason
    record_event(
        "reopened",
        sign_off,
        actor=actor,
        after={"reason": reason},
        outage_id=sign_off.outage_id,
        unit_id=sign_off.unit_id,
    )
