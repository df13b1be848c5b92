"""Outages: declaring one, and following its systems down, up, down again and corrected."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import Invalid, NotFound
from tracker.extensions import db
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.models import Outage, OutageKind, SignOff, Unit
from tracker.permissions import Permission, requires
from tracker.queries.outage import get_outage, outages_for
from tracker.queries.routine import routine_of
from tracker.queries.sign_off import sign_offs_in
from tracker.queries.unit import active_units, find_unit
from tracker.services import outage as services
from tracker.services.entry import entry_digest
from tracker.views.api.parse import MAX_ID, Body, Moment, Reason, read, stamp

blueprint = Blueprint("outage", __name__)
OUTAGE = f"/outages/<int(max={MAX_ID}):outage_id>"
SYSTEM = f"{OUTAGE}/systems/<system>"


class SystemBody(Body):
    system: str
    down_at: Moment | None = None


class DeclareBody(Body):
    """With an `id` of its own the same declaration can be sent again: a time-out says nothing of what was done."""

    id: uuid.UUID | None = None
    name: str
    kind: OutageKind
    drill: bool = False
    systems: list[SystemBody]
    units: list[str] | None = None


class RestoreBody(Body):
    restored_at: Moment | None = None


class DownBody(Body):
    down_at: Moment | None = None


class TimesBody(Reason):
    """`restored_at: null` says that the system is still down; a time that is not named stays."""

    down_at: Moment | None = None
    restored_at: Moment | None = None


@blueprint.get("/outages")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """The outages of the user's units, the latest first; all of them for region-wide roles."""
    outages = outages_for(current_user())
    signed: dict[int, list[SignOff]] = {outage.id: [] for outage in outages}
    for sign_off in sign_offs_in(signed):
        signed[sign_off.outage_id].append(sign_off)
    return jsonify(outages=[describe_outage(outage, signed[outage.id]) for outage in outages])


@blueprint.post("/outages")
@requires(Permission.OUTAGE_DECLARE)
def declare() -> ResponseReturnValue:
    """Declare an outage. Without units it concerns every active unit that uses one of the systems.

    The same `id` with the same content answers 200 with the outage as it is; with other content 409.
    """
    body = read(DeclareBody)
    sent = services.Sent(body.id, entry_digest(body.model_dump(mode="json"))) if body.id else None
    if sent and (known := services.find_sent(sent)):
        return _answer(known)
    now = utcnow()
    systems = [services.SystemDown(row.system, row.down_at or now) for row in body.systems]
    units = _named_units(body.units) if body.units else _units_using({row.system for row in body.systems})
    outage = services.declare_outage(body.name, body.kind, body.drill, systems, units, sent=sent, actor=current_user())
    return _answer(outage), 201


@blueprint.get(OUTAGE)
@requires(Permission.SIGNED_IN)
def show(outage_id: int) -> ResponseReturnValue:
    return _answer(visible_outage(outage_id))


@blueprint.post(f"{SYSTEM}/restore")
@requires(Permission.OUTAGE_DECLARE)
def restore(outage_id: int, system: str) -> ResponseReturnValue:
    outage = _with_system(outage_id, system)
    restored_at = read(RestoreBody).restored_at or utcnow()
    services.restore_system(outage, system, restored_at, actor=current_user())
    return _answer(outage)


@blueprint.post(f"{SYSTEM}/down")
@requires(Permission.OUTAGE_DECLARE)
def down(outage_id: int, system: str) -> ResponseReturnValue:
    """The system is down again, or a further system is down too."""
    outage = _with_system(outage_id, system)
    services.take_system_down(outage, system, read(DownBody).down_at or utcnow(), actor=current_user())
    return _answer(outage)


@blueprint.post(f"{SYSTEM}/correct")
@requires(Permission.OUTAGE_DECLARE)
def correct(outage_id: int, system: str) -> ResponseReturnValue:
    """Correct the times of the system's latest stretch."""
    outage = _with_system(outage_id, system)
    body = read(TimesBody)
    if not {"down_at", "restored_at"} & body.model_fields_set:
        raise Invalid({"/down_at": _l("Give the time that is to be corrected.")})
    services.correct_system_times(
        outage, system, body.down_at, _restored_at(outage, system, body), body.reason, actor=current_user()
    )
    return _answer(outage)


@blueprint.post(f"{OUTAGE}/cancel")
@requires(Permission.OUTAGE_DECLARE)
def cancel(outage_id: int) -> ResponseReturnValue:
    """Cancel a planned outage that has not begun."""
    visible_outage(outage_id)
    outage = services.lock_outage(outage_id)
    services.cancel_outage(outage, read(Reason).reason, actor=current_user())
    return _answer(outage)


def visible_outage(outage_id: int) -> Outage:
    """An outage that the user may see; any other does not exist for them."""
    outage = get_outage(outage_id)
    user = current_user()
    if not user.is_region_wide and outage.unit_ids.isdisjoint(user.unit_ids):
        raise NotFound(_l("There is no such outage."))
    return outage


def describe_outage(outage: Outage, sign_offs: Iterable[SignOff]) -> dict[str, Any]:
    now = utcnow()
    return {
        "id": outage.id,
        "name": outage.name,
        "kind": outage.kind.value,
        "drill": outage.drill,
        "systems": [
            {
                "system": row.system,
                "down_at": stamp(row.down_at),
                "restored_at": stamp(row.restored_at),
                "down": row.is_down(now),
            }
            for row in outage.systems
        ],
        "systems_down": list(outage.systems_down(now)),
        "units": [unit.code for unit in outage.units],
        "declared_at": stamp(outage.declared_at),
        "declared_by": outage.declared_by.name,
        "began_at": stamp(outage.began_at),
        "cancelled_at": stamp(outage.cancelled_at) if outage.cancelled_at else None,
        "cancelled_by": outage.cancelled_by.name if outage.cancelled_by else None,
        "cancel_reason": outage.cancel_reason,
        "routine_digest": outage.routine_digest,
        "sign_offs": [
            {"unit": row.unit.code, "signed_by": row.signed_by.name, "signed_at": stamp(row.signed_at)}
            for row in sign_offs
        ],
    }


def _answer(outage: Outage) -> Response:
    db.session.flush()
    db.session.refresh(outage)
    return jsonify(describe_outage(outage, sign_offs_in([outage.id])))


def _with_system(outage_id: int, system: str) -> Outage:
    """The outage, for a change of one system that its routine knows."""
    outage = visible_outage(outage_id)
    if system not in routine_of(outage).system_by_id:
        raise NotFound(_l("The routine has no such system."))
    return outage


def _restored_at(outage: Outage, system: str, body: TimesBody) -> datetime | None:
    if "restored_at" in body.model_fields_set:
        return body.restored_at
    stretch = outage.latest(system)
    return stretch.restored_at if stretch else None


def _named_units(codes: Sequence[str]) -> list[Unit]:
    faults: dict[str, object] = {}
    units: dict[int, Unit] = {}
    for number, code in enumerate(codes):
        unit = find_unit(code)
        if unit is None:
            faults[f"/units/{number}"] = _l("There is no such unit.")
        else:
            units[unit.id] = unit
    if faults:
        raise Invalid(faults)
    return list(units.values())


def _units_using(systems: set[str]) -> list[Unit]:
    return [unit for unit in active_units() if not systems.isdisjoint(unit.systems)]
