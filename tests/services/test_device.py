"""Devices: what stands in the way of a sign-off is what they hold, or may hold, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.region import declare, unit, user
from tracker.clock import utcnow
from tracker.errors import Forbidden, Invalid
from tracker.extensions import db
from tracker.models import Device, Outage
from tracker.queries.device import device_counts, device_obstacles
from tracker.services.device import Held, excuse_device, note_bundle, note_report, register_device, rename_device
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")


def device_of(name: str = "Telefon", login: str = "nurse", code: str = "ward") -> Device:
    device = register_device(name, unit(code), actor=user(login)).device
    db.session.flush()
    return device


def hold(device: Device, **by_unit: int) -> None:
    note_report(device, {code: Held(count, utcnow() if count else None) for code, count in by_unit.items()})
    db.session.flush()


def names(outage: Outage, code: str = "ward") -> list[str]:
    return [name for obstacle in device_obstacles(outage, unit(code)) for name in obstacle.names]


def test_a_device_that_holds_entries_stands_in_the_way_until_it_has_sent_them() -> None:
    outage, device = declare("melior"), device_of()
    assert names(outage) == []
    hold(device, ward=3)
    assert names(outage) == ["Telefon (3)"]
    hold(device, ward=0)
    assert names(outage) == []


def test_it_stands_in_the_way_of_the_unit_whose_entries_it_holds() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    device = device_of(login="manager")
    note_bundle(device, unit("clinic"), utcnow() + timedelta(hours=8))
    hold(device, clinic=2)
    assert (names(outage, "ward"), names(outage, "clinic")) == ([], ["Telefon (2)"])


def test_a_device_that_worked_during_the_outage_must_be_heard_of_after_it() -> None:
    outage = declare("melior", hours_ago=5)
    with time_machine.travel(utcnow() - timedelta(hours=4), tick=False):
        device = device_of()
        note_bundle(device, unit(), utcnow() + timedelta(hours=10))
        hold(device)
    restore_system(outage, "melior", utcnow() - timedelta(hours=1), actor=user("it"))
    assert names(outage) == ["Telefon"]
    hold(device)
    assert names(outage) == []


def test_a_device_that_could_not_work_without_the_server_then_does_not_matter() -> None:
    with time_machine.travel(utcnow() - timedelta(days=30), tick=False):
        device = device_of()
        note_bundle(device, unit(), utcnow() + timedelta(hours=10))
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert names(outage) == []


def test_a_manager_excuses_a_device_with_a_reason_until_it_holds_more() -> None:
    outage, device = declare("melior"), device_of()
    hold(device, ward=2)
    with pytest.raises(Forbidden):
        excuse_device(device, outage, unit(), "Borttappad", actor=user("nurse"))
    with pytest.raises(Invalid):
        excuse_device(device, outage, unit(), " ", actor=user("manager"))
    excuse_device(device, outage, unit(), "Borttappad, loggat igen från papper", actor=user("manager"))
    db.session.flush()
    db.session.expire_all()
    assert names(outage) == []
    (excused,) = device_counts(outage, unit())["excused"]
    assert excused == {
        "name": "Telefon",
        "unsent": 2,
        "reason": "Borttappad, loggat igen från papper",
        "by": "Maria Mård",
    }
    hold(device, ward=3)
    assert names(outage) == ["Telefon (3)"]


def test_nobody_registers_a_device_in_a_unit_of_others_or_without_a_name() -> None:
    with pytest.raises(Forbidden):
        device_of(code="clinic")
    device = device_of()
    with pytest.raises(Invalid):
        rename_device(device, "  ", actor=user("nurse"))
    rename_device(device, " Datorn i   expeditionen ", actor=user("nurse2"))
    assert device.name == "Datorn i expeditionen"
