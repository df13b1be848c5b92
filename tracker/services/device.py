"""Devices that can log without the server: registering one, hearing from it, naming it, excusing it at a sign-off."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Device, DeviceExcuse, DeviceUnit, Outage, Unit, User
from tracker.permissions import sees_unit
from tracker.queries.device import token_hash
from tracker.services.event import record_event

MAX_NAME = 60
NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Registered:
    device: Device
    token: str
    """By which the device proves later that a report is its own; shown once."""


@dataclass(frozen=True)
class Held:
    """What a device says it holds of one unit."""

    count: int
    oldest_at: datetime | None


def register_device(name: str, unit: Unit, *, actor: User) -> Registered:
    """Make a browser known to the unit."""
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    token = secrets.token_urlsafe(24)
    device = Device(
        id=uuid.uuid4(),
        unit=unit,
        name=_checked_name(name),
        token_hash=token_hash(token),
        registered_by=actor,
        units=[DeviceUnit(unit_id=unit.id)],
    )
    db.session.add(device)
    record_event("device-registered", device, actor=actor, after={"name": device.name}, unit_id=unit.id)
    return Registered(device, token)


def rename_device(device: Device, name: str, *, actor: User) -> None:
    """Call it what the unit calls it, so that it can be found: "The computer in the office"."""
    before = device.name
    device.name = _checked_name(name)
    if device.name != before:
        record_event(
            "renamed",
            device,
            actor=actor,
            before={"name": before},
            after={"name": device.name},
            unit_id=device.unit_id,
        )


def excuse_device(device: Device, outage: Outage, unit: Unit, reason: str, *, actor: User) -> None:
    """Let the unit be signed off although the device may hold entries; the reason stands in the evidence."""
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager can do this."))
    if not reason.strip():
        raise Invalid(
            {"/reason": _l("Say why, for example that the device is lost and its entries were logged again.")}
        )
    held = _row(device, unit.id)
    excuse = next((one for one in device.excuses if one.outage_id == outage.id and one.unit_id == unit.id), None)
    if excuse is None:
        excuse = DeviceExcuse(device=device, outage=outage, unit=unit)
        db.session.add(excuse)
    excuse.reason, excuse.unsent, excuse.by, excuse.at = reason.strip(), held.unsent, actor, utcnow()
    record_event(
        "excused",
        device,
        actor=actor,
        after={"reason": excuse.reason, "unsent": held.unsent},
        outage_id=outage.id,
        unit_id=unit.id,
    )


def note_report(device: Device, held: Mapping[str, Held]) -> None:
    """What the device says it holds of each unit (by code); of a unit it does not name, nothing.

    No line of history: it is a sign of life, and nobody's decision.
    """
    now = utcnow()
    for row in device.units:
        told = held.get(row.unit.code)
        row.unsent = told.count if told else 0
        row.oldest_unsent_at = min(told.oldest_at or now, now) if told and told.count else None
    device.unsent = sum(told.count for told in held.values())
    moments = [min(told.oldest_at or now, now) for told in held.values() if told.count]
    device.oldest_unsent_at = min(moments) if moments else None
    device.reported_at = now


def note_bundle(device: Device, unit: Unit, until: datetime) -> None:
    """The device can work in the unit without the server from now on, until the ticket runs out."""
    row = _row(device, unit.id)
    now = utcnow()
    if row.bundled_at and now - row.bundled_at < NOTE_EVERY and row.bundle_until == until:
        return
    row.bundled_at = now
    row.bundle_until = max(until, row.bundle_until or until)
    if not device.unsent:
        device.unit = unit  # it is where it is used


def _row(device: Device, unit_id: int) -> DeviceUnit:
    row = db.session.scalars(
        select(DeviceUnit).where(DeviceUnit.device_id == device.id, DeviceUnit.unit_id == unit_id)
    ).one_or_none()
    if row is None:
        row = DeviceUnit(device=device, unit_id=unit_id, unsent=0)
        db.session.add(row)
        db.session.flush()
    return row


def _checked_name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise Invalid({"/name": _l("Enter a name for the device.")})
    if len(clean) > MAX_NAME:
        raise Invalid({"/name": _l("The name is too long: at most 60 characters.")})
    return clean
