"""The unit's devices: what they hold, what they are called, and which of them are excused at the sign-off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid, NotFound
from tracker.forms.device import CarriedFileForm, ExcuseDeviceForm, RenameDeviceForm
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import DeviceUnit, Outage, Unit
from tracker.permissions import Permission, requires
from tracker.queries.device import Standing, devices_of, get_device, standings
from tracker.queries.outage import open_outages_of, outage_seen_by
from tracker.queries.unit import units_by_id
from tracker.services import device as services
from tracker.views.device_file import LineResult, read_carried
from tracker.views.page import show_faults

blueprint = Blueprint("device", __name__)


@dataclass(frozen=True)
class InTheWay:
    """One device, and the unit's outages whose sign-off it stands in the way of."""

    standing: Standing
    outages: Sequence[Outage]


@dataclass(frozen=True)
class UnitDevices:
    unit: Unit
    held: Sequence[DeviceUnit]
    in_the_way: Sequence[InTheWay]
    excused: Sequence[tuple[Outage, Standing]]


@blueprint.get("/devices")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    return _page(CarriedFileForm(), [])


@blueprint.route("/devices/<uuid:device_id>", methods=["GET", "POST"])
@requires(Permission.ACTION_READ)
def rename(device_id: uuid.UUID) -> ResponseReturnValue:
    device = get_device(device_id, current_user().unit_ids)
    form = RenameDeviceForm(obj=device)
    if form.validate_on_submit():
        try:
            services.rename_device(device, form.name.data or "", actor=current_user())
        except Invalid as error:
            show_faults(form, error)
        else:
            flash(_("The device is called %(name)s now.", name=device.name), "success")
            return redirect(url_for("device.index"))
    return render_template("device/rename.html", form=form, device=device), 422 if form.errors else 200


@blueprint.route("/devices/<uuid:device_id>/excuse/<int:outage_id>/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
def excuse(device_id: uuid.UUID, outage_id: int, unit_id: int) -> ResponseReturnValue:
    """A manager lets the unit be signed off although the device may hold entries."""
    user = current_user()
    outage, unit = outage_seen_by(user, outage_id), _managed(unit_id)
    device = get_device(device_id, frozenset({unit.id}))
    form = ExcuseDeviceForm()
    if form.validate_on_submit():
        try:
            services.excuse_device(device, outage, unit, form.reason.data or "", actor=user)
        except Invalid as error:
            show_faults(form, error)
        else:
            flash(_("%(name)s no longer stands in the way of the sign-off.", name=device.name), "success")
            return redirect(url_for("device.index"))
    held = next((row for row in device.units if row.unit_id == unit.id), None)
    return (
        render_template("device/excuse.html", form=form, device=device, outage=outage, place=unit, held=held),
        422 if form.errors else 200,
    )


@blueprint.post("/devices/carried")
@requires(Permission.SIGNED_IN)
def carried() -> ResponseReturnValue:
    """Read in a file of sealed entries that was carried here from a device without a network."""
    form = CarriedFileForm()
    if not form.validate_on_submit():
        return _page(form, [], 422)
    results = read_carried(request.files["file"], current_user())
    return _page(CarriedFileForm(formdata=None), results)


def _page(form: CarriedFileForm, results: Sequence[LineResult], status: int = 200) -> ResponseReturnValue:
    user = current_user()
    units = [_unit_devices(unit) for unit in units_by_id(user.unit_ids)]
    shown = render_template("device/index.html", units=units, form=form, results=results)
    return shown, status


def _unit_devices(unit: Unit) -> UnitDevices:
    found = [(outage, one) for outage in open_outages_of(unit.id) for one in standings(outage, unit)]
    in_the_way: dict[uuid.UUID, InTheWay] = {}
    for outage, one in found:
        if one.stands_in_the_way:
            before = in_the_way.get(one.device.id)
            in_the_way[one.device.id] = InTheWay(one, [*(before.outages if before else ()), outage])
    return UnitDevices(
        unit,
        devices_of(unit.id),
        list(in_the_way.values()),
        [(outage, one) for outage, one in found if one.excuse],
    )


def _managed(unit_id: int) -> Unit:
    if not current_user().manages(unit_id):
        raise NotFound(_l("There is no such unit among yours."))
    return units_by_id(frozenset({unit_id}))[0]
