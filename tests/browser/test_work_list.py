"""Whole-group work without a mouse: a day's visits down the list, DPMs docked together, operations saved again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import behind
from tests.browser.test_keyboard import tab_to
from tests.region import TEST_NUMBERS, declare, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.browser
ROW = "input[name=row]"


def furnish(site: Site, system: str, kind: str, count: int, **fields: Any) -> None:
    with behind(site):
        outage = declare(system)
        values = {**sample_fields(current_routine().kinds[kind], fields), **fields}
        for number in range(count):
            log(outage, kind, fields=values, identity=TEST_NUMBERS[number], actor="physician")
        restore_system(outage, system, utcnow(), actor=user("it"))


def stored(site: Site) -> list[tuple[str, str, str]]:
    with behind(site):
        items = db.session.query(Item).order_by(Item.id)
        return [(item.item, item.state.value, item.reference) for item in items]


def told(page: Page, words: str) -> None:
    expect(page.locator(".flash")).to_contain_text(words)
    expect(page.locator(ROW).first).to_be_focused()


def test_visits_are_registered_down_the_list_with_the_keyboard(site: Site, log_in: LogIn) -> None:
    furnish(site, "elvis", "elvis.visit", 3)
    page = log_in("secretary")
    page.goto("/work-lists/visits")
    tab_to(page, ROW)
    page.keyboard.press("r")  # nothing is ticked: the row that has the focus
    told(page, ": 1 ")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(ROW + ":checked")).to_have_count(2)
    page.keyboard.press("b")
    told(page, ": 2 ")
    assert [state for _item, state, _reference in stored(site)] == ["done", "done", "done", "open", "done", "open"]
    page.locator(".list-reference").first.focus()
    page.keyboard.type("B 77")
    page.keyboard.press("Enter")  # on to the next row: nothing is sent
    page.keyboard.type("B 78")
    page.keyboard.press("Enter")
    expect(page.locator(ROW + ":checked")).to_have_count(2)
    page.locator(ROW).first.focus()
    page.keyboard.press("r")
    page.locator(".empty").wait_for()
    assert [reference for _item, _state, reference in stored(site)] == ["", "", "", "B 77", "", "B 78"]


def test_dpms_are_docked_together(site: Site, log_in: LogIn) -> None:
    furnish(site, "medspeech", "medspeech.dictation", 4, medium="dpm", device_number="DPM 7")
    page = log_in("physician")
    page.goto("/work-lists/dictations?step=dock")
    tab_to(page, ".tick-group")
    page.keyboard.press("Space")
    expect(page.locator(ROW + ":checked")).to_have_count(4)
    page.locator(ROW).last.uncheck()
    page.locator(ROW).first.focus()
    page.keyboard.press("d")
    told(page, ": 3 ")
    assert [state for item, state, _reference in stored(site) if item == "dock-dpm"].count("done") == 3


def test_a_letter_in_a_reference_is_text(site: Site, log_in: LogIn) -> None:
    furnish(site, "elvis", "elvis.visit", 1)
    page = log_in("secretary")
    page.goto("/work-lists/visits")
    page.locator(".list-reference").first.focus()
    page.keyboard.type("rb")
    expect(page.locator(".list-reference").first).to_have_value("rb")
    assert {state for _item, state, _reference in stored(site)} == {"open"}
