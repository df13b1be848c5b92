"""Every open page becomes one that works without the server, whatever stood in the way when it was opened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Route, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.ready import until, wait_until_ready
from tests.browser.ward_device import ward_device
from tests.faults.proxy import Fault, fault_proxy

pytestmark = pytest.mark.browser
_FORGET = "async () => { for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister(); }"
_ACTIVE = "(await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'"


def test_a_page_on_its_way_while_the_worker_takes_over_is_taken_too(log_in: LogIn, site: Site) -> None:
    page = log_in("nurse")
    wait_until_ready(page)
    page.goto("/healthz")
    page.evaluate(_FORGET)
    page.reload()
    late = page.context.new_page()

    def hold(route: Route) -> None:
        page.evaluate("navigator.serviceWorker.register('/sw.js')")
        until(page, _ACTIVE)
        route.continue_()

    late.route("**/ward", hold)
    late.goto("/ward")
    wait_until_ready(late)
    late.context.set_offline(True)
    late.goto("/log")
    expect(late.locator("#ward-screen > *").first).to_be_visible()


def test_what_could_not_be_fetched_is_told_and_fetched_when_the_server_is_back(
    chromium: Chromium, site: Site, tmp_path: Path
) -> None:
    with fault_proxy(site.address) as proxy, ward_device(chromium, tmp_path / "disk", proxy.address) as device:
        proxy.on("/manifest.webmanifest", Fault(status=502), method="GET")
        page = device.log_in()
        page.goto("/ward")
        line = page.locator("#outbox-status")
        expect(line).to_contain_text("kan inte arbeta utan servern")
        expect(line).to_have_attribute("title", re.compile("inte möjligt än"))
        proxy.up()
        page.evaluate("dispatchEvent(new Event('online'))")
        wait_until_ready(page)
        expect(line).not_to_contain_text("kan inte arbeta utan servern")
        proxy.down()
        page.goto("/log")
        expect(page.locator("#ward-screen > *").first).to_be_visible()
