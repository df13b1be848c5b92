"""Devices: making one known, and hearing from it how much it holds."""

from __future__ import annotations

import uuid
from typing import Annotated

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field, StringConstraints

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.permissions import Permission, proves_itself, requires
from tracker.queries.device import device_with
from tracker.queries.unit import get_unit
from tracker.services import device as services
from tracker.views.api.parse import Body, Moment, read

blueprint = Blueprint("device", __name__)
MAX_HELD = 1_000_000


class DeviceBody(Body):
    name: Annotated[str, StringConstraints(max_length=200)]
    unit: str


class HeldBody(Body):
    unit: str
    count: Annotated[int, Field(ge=0, le=MAX_HELD)]
    oldest: Moment | None = None


class ReportBody(Body):
    token: Annotated[str, StringConstraints(max_length=100)]
    units: Annotated[list[HeldBody], Field(max_length=100)]


@blueprint.post("/devices")
@requires(Permission.ACTION_LOG)
def register() -> ResponseReturnValue:
    """Make the browser that asks a device of the unit. Its token is told once."""
    body = read(DeviceBody)
    registered = services.register_device(body.name[: services.MAX_NAME], get_unit(body.unit), actor=current_user())
    db.session.flush()
    device = registered.device
    return jsonify(id=str(device.id), name=device.name, token=registered.token), 201


@blueprint.post("/devices/<uuid:device_id>/report")
@requires(Permission.PUBLIC)
@proves_itself
def report(device_id: uuid.UUID) -> ResponseReturnValue:
    """How much the device holds of each unit. Its token is the proof; nobody needs to be logged in."""
    body = read(ReportBody)
    device = device_with(device_id, body.token)
    if device is None:
        raise NotFound(_l("There is no such device."))
    services.note_report(device, {row.unit: services.Held(row.count, row.oldest) for row in body.units})
    return jsonify(id=str(device.id), unsent=device.unsent)
