"""Before you leave: what only this device knows is told there too, before anybody goes home."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import LogIn, Site
from tests.region import TEST_NUMBERS, declare, sample_fields
from tracker import create_app
from tracker.config import Settings
from tracker.routine.spec import KindSpec

DOSE = "melior.medication-administration"
SAVE = """async ([entry]) => {
  const { save } = await import("/static/js/ward/outbox.js");
  await save(entry);
}"""
KEEP = """async ([name, rows]) => {
  const { keepDraft } = await import("/static/js/ward/bundle.js");
  return keepDraft(name, { rows });
}"""

DROP = "async (name) => (await import('/static/js/ward/bundle.js')).dropDraft(name)"


def test_unsent_entries_and_a_half_filled_round_stand_there_until_they_are_through(site: Site, log_in: LogIn) -> None:
    with create_app(Settings(data_dir=site.data_dir), site.routine).app_context():
        outage = declare("melior").id
    page = log_in("nurse", width=390, height=844)
    page.goto("/shift-end")
    expect(page.locator("[data-all-clear]")).to_be_visible()
    expect(page.locator("[data-device]")).to_be_hidden()
    page.goto("/ward")
    expect(page.locator("#ward-screen a").first).to_be_visible()
    page.route("**/api/v1/sealed-entries", lambda route: route.abort())
    page.evaluate(SAVE, [_dose(outage, site.routine.kinds[DOSE])])
    assert page.evaluate(KEEP, [f"grid:round:ward:{outage}", [{"state": "open", "mark": "given"}]])
    page.evaluate(KEEP, [f"grid:visits:ward:{outage}", [{"state": "open", "mark": ""}]])
    page.goto("/shift-end")
    device = page.locator("[data-device]")
    expect(device.get_by_role("button")).to_have_count(2)
    expect(page.locator("[data-all-clear]")).to_be_hidden()
    links = device.locator("a[href*='/ward/']")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", re.compile(rf"^/ward/round\?unit=ward&outage={outage}$"))
    page.unroute("**/api/v1/sealed-entries")
    device.get_by_role("button").first.click()
    expect(device.get_by_role("button")).to_have_count(0)
    page.evaluate(
        "async (name) => (await import('/static/js/ward/bundle.js')).dropDraft(name)", f"grid:round:ward:{outage}"
    )
    page.reload()
    expect(page.locator("[data-all-clear]")).to_be_visible()


def _dose(outage: int, kind: KindSpec) -> dict[str, object]:
    return {
        "id": "6f2d3c1e-7a55-4c0e-9d52-0a6a51f3c111",
        "outage": outage,
        "kind": kind.id,
        "unit": "ward",
        "patient": {"identity": TEST_NUMBERS[0], "name": "Test Testsson"},
        "performed_at": "2026-11-20T10:00:00Z",
        "performed_by": {"login": "nurse"},
        "role": "nurse",
        "fields": sample_fields(kind),
        "recorded_at": "2026-11-20T10:01:00Z",
    }
