"""The second person at work without a mouse: right line by line, a difference seen side by side, and sent back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.test_keyboard import press_on_to, tab_to
from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import current_routine, db
from tracker.models import Item
from tracker.services.item import finish_item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.browser
DOSE = "melior.medication-administration"


def enter(site: Site) -> list[int]:
    """Two doses of morphine to two patients, entered by one nurse."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        outage = declare("melior")
        given = {"drug": "Morfin", "dose": 5, "dose_unit": "mg", "route": "intravenöst", "outcome": "given"}
        fields = sample_fields(current_routine().kinds[DOSE], given)
        items = [
            item_of(log(outage, DOSE, fields=fields, identity=identity), "document-administration")
            for identity in TEST_NUMBERS[:2]
        ]
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        for item in items:
            finish_item(item, actor=user("nurse"))
        db.session.commit()
        ids = [item.id for item in items]
        db.session.remove()
        db.engine.dispose()
    return ids


def stored(site: Site, item_id: int) -> tuple[str, str]:
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        item = db.session.get_one(Item, item_id)
        found = (item.state.value, item.attention_note)
        db.session.remove()
        db.engine.dispose()
    return found


def expect_focus_in(page: Page, row: str) -> None:
    expect(page.locator(f".check-row:has([name='{row}']) *:focus")).to_have_count(1)


def test_two_entries_are_checked_with_the_keyboard_alone(site: Site, log_in: LogIn) -> None:
    right, wrong = enter(site)
    page = log_in("nurse2")
    expect(page.locator("a[href='/checks']")).to_be_visible()
    press_on_to(page, "a[href='/checks']", f"a[href='/checks/{right}']")
    press_on_to(page, f".page-head a[href='/checks/{right}']", ".second-check")
    expect_focus_in(page, "same-patient")
    for _ in range(page.locator(".check-row").count()):
        page.keyboard.press("Enter")  # the same: on to the next line
    expect(page.locator("[data-approve]")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/checks/{wrong}")
    assert stored(site, right)[0] == "done"

    for name in ("patient", "performed_at", "drug"):
        expect_focus_in(page, f"same-{name}")
        page.keyboard.press("Enter")
    tab_to(page, "[name='read-dose']")
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    while not page.locator("[data-approve]:focus").count():
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".check-differs").wait_for()
    expect(page.locator(".check-differs")).to_have_count(1)
    expect(page.locator(".check-differs .check-logged")).to_have_text("5")
    expect(page.locator("[name='read-dose']")).to_have_value("50")
    assert stored(site, wrong)[0] == "entered"

    tab_to(page, "[name=note]")
    assert "50" in page.locator("[name=note]").input_value(), "the difference is written down already"
    press_on_to(page, "[name=verb][value=reject]", ".page-head")
    page.wait_for_url("**/checks")
    state, note = stored(site, wrong)
    assert state == "open"
    assert "50" in note
