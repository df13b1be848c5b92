"""Devices: whose they are, how much they hold, and which of them stand in the way of a sign-off."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Device, DeviceExcuse, DeviceUnit, Outage, Unit
from tracker.queries.obstacle import Obstacle

CODE = "devices"


@dataclass(frozen=True)
class Standing:
    """How one device stands to one unit in one outage."""

    held: DeviceUnit
    excuse: DeviceExcuse | None
    """A manager's reason, if it still covers what the device is known to hold."""
    silent_since: datetime | None
    """It could work without the server during the outage, and has not been heard of since the last system came back."""

    @property
    def device(self) -> Device:
        return self.held.device

    @property
    def stands_in_the_way(self) -> bool:
        return (self.held.unsent > 0 or self.silent_since is not None) and self.excuse is None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_device(device_id: uuid.UUID) -> Device | None:
    return db.session.get(Device, device_id)


def device_with(device_id: uuid.UUID, token: str) -> Device | None:
    """The device, if the token is its own."""
    device = db.session.scalars(select(Device).where(Device.id == device_id).with_for_update(of=Device)).one_or_none()
    if device is None or not hmac.compare_digest(device.token_hash, token_hash(token)):
        return None
    return device


def get_device(device_id: uuid.UUID, unit_ids: frozenset[int]) -> Device:
    """A device that has to do with one of these units."""
    device = find_device(device_id)
    if device is None or not unit_ids & {device.unit_id, *(row.unit_id for row in device.units)}:
        raise NotFound(_l("There is no such device in your units."))
    return device


def devices_of(unit_id: int) -> Sequence[DeviceUnit]:
    """Every device that has worked in the unit, those that hold something first, then the latest heard of."""
    rows = db.session.scalars(
        select(DeviceUnit)
        .join(DeviceUnit.device)
        .where(DeviceUnit.unit_id == unit_id)
        .options(
            joinedload(DeviceUnit.device).selectinload(Device.excuses).joinedload(DeviceExcuse.by),
            joinedload(DeviceUnit.device).selectinload(Device.units),
        )
        .order_by(DeviceUnit.unsent.desc(), Device.reported_at.desc())
    )
    return rows.all()


def standings(outage: Outage, unit: Unit) -> list[Standing]:
    return [_standing(row, outage, unit) for row in devices_of(unit.id)]


def device_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """What must be settled about devices before the unit can be signed off."""
    in_the_way = [one for one in standings(outage, unit) if one.stands_in_the_way]
    holding = [one for one in in_the_way if one.held.unsent]
    silent = [one for one in in_the_way if not one.held.unsent]
    found = []
    if holding:
        found.append(
            Obstacle(
                CODE,
                _l("Devices with entries that are not sent: %(count)s.", count=len(holding)),
                tuple(f"{one.device.name} ({one.held.unsent})" for one in holding),
            )
        )
    if silent:
        found.append(
            Obstacle(
                CODE,
                _l("Devices not heard of since the systems came back: %(count)s.", count=len(silent)),
                tuple(one.device.name for one in silent),
            )
        )
    return found


def device_counts(outage: Outage, unit: Unit) -> dict[str, Any]:
    """For the evidence of the sign-off: how many devices, what they hold, and which were excused, by whom and why."""
    found = standings(outage, unit)
    return {
        "devices": len(found),
        "unsent": sum(one.held.unsent for one in found),
        "excused": [
            {
                "name": one.device.name,
                "unsent": one.excuse.unsent,
                "reason": one.excuse.reason,
                "by": one.excuse.by.name,
            }
            for one in found
            if one.excuse
        ],
    }


def _standing(row: DeviceUnit, outage: Outage, unit: Unit) -> Standing:
    excuse = next((one for one in row.device.excuses if one.outage_id == outage.id and one.unit_id == unit.id), None)
    if excuse and row.unsent > excuse.unsent:
        excuse = None  # it turned out to hold more than the manager knew
    return Standing(row, excuse, _silent_since(row, outage))


def _silent_since(row: DeviceUnit, outage: Outage) -> datetime | None:
    if row.bundle_until is None or row.bundle_until < outage.began_at:
        return None
    back = [system.restored_at for system in outage.systems]
    if not back or None in back:
        return None  # as long as a system is down the unit cannot be signed off anyway
    last = max(moment for moment in back if moment is not None)
    bundled_after = row.bundled_at is not None and row.bundled_at >= last
    heard = row.device.reported_at
    return heard if heard < min(last, utcnow()) and not bundled_after else None
