"""A device that could not be registered with its bundle says so, and is registered as soon as it can be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser.outbox_ward import SEALED, Ward, open_hospital
from tests.browser.ward_device import actions_in, ward_device
from tests.faults.proxy import REFUSED, Fault, fault_proxy, refusal
from tracker.routine import Routine

pytestmark = pytest.mark.browser
DEVICES = "/api/v1/devices"


def registered(data_dir: Path) -> list[int]:
    """How much each device is known to hold."""
    with sqlite3.connect(data_dir / "tracker.sqlite3") as connection:
        return [row[0] for row in connection.execute("SELECT unsent FROM device_unit")]


@pytest.mark.parametrize("fault", [REFUSED, refusal(503)], ids=["no answer", "503"])
def test_it_is_tried_again_until_the_unit_can_see_what_the_device_holds(
    chromium: Chromium, tmp_path: Path, template_database: Path, routine: Routine, fault: Fault
) -> None:
    with (
        open_hospital(tmp_path, template_database, routine) as hospital,
        fault_proxy(hospital.address) as proxy,
        ward_device(chromium, tmp_path / "disk", proxy.address) as device,
    ):
        faults = {DEVICES: fault, SEALED: refusal(422)}
        proxy.rule = lambda method, path: faults.get(path) if method == "POST" else None
        device.log_in()
        assert device.load_bundle()["device"] is None
        before = frozenset(actions_in(hospital.data_dir))
        ward = Ward(device, proxy, hospital.data_dir, hospital.outage, hospital.fields, before)
        ward.open()
        told = device.page.locator("#ward-screen .unsent-state .attention")
        expect(told).to_be_visible()
        expect(device.page.locator("#outbox-status.outbox-loud")).to_be_visible()
        ward.save(3)
        device.wait_for("refused.length === 3")
        assert registered(hospital.data_dir) == []
        del faults[DEVICES]
        expect(told).to_have_count(0, timeout=30_000)
        expect(device.page.locator("#ward-screen .unsent-state")).to_be_visible()
        device.until("(await (await import('/static/js/ward/device.js')).device())")
        for _try in range(100):
            if registered(hospital.data_dir) == [3]:
                break
            device.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
        assert registered(hospital.data_dir) == [3], "one device, and the unit sees what it holds"
