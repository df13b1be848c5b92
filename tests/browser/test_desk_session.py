"""The work session in a real browser: keys, the place that is kept, the claim kept alive, and the server gone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.desk_ward import begun, furnish_desk, references, take_next
from tests.browser.grid_ward import barriers, behind
from tests.browser.hand import SLOWLY
from tests.region import user
from tracker.extensions import db
from tracker.models import Item
from tracker.services.item import claim_item, release_item

pytestmark = pytest.mark.browser
CURRENT = ".work[data-mine][data-current]"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key, delay=SLOWLY)


def copied(page: Page, count: int) -> None:
    expect(page.locator(".copy.copied")).to_have_count(count)


def give_to_colleague(site: Site, item_id: int) -> None:
    with behind(site):
        item = db.session.get_one(Item, item_id)
        release_item(item, actor=user("manager"))
        claim_item(item, actor=user("nurse2"))


def test_keys_do_nothing_in_a_field_with_other_keys_or_when_switched_off(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    take_next(page)
    press(page, "r")
    expect(page.locator(f"{CURRENT} input[name=reference]")).to_be_focused()
    page.keyboard.type("kick", delay=SLOWLY)
    expect(page.locator(f"{CURRENT} input[name=reference]")).to_have_value("kick")
    press(page, "Escape", "Control+c", "Alt+k")
    expect(page.locator(".is-next .copy")).to_be_focused()
    copied(page, 0)
    expect(page.locator(f"{CURRENT} .work-done")).to_have_attribute("aria-keyshortcuts", "k")
    press(page, "?")
    page.locator(".desk-switch").uncheck()
    page.locator(".desk-close").click()
    press(page, "c", "i", "k")
    copied(page, 0)
    expect(page.locator(".say[open]")).to_have_count(0)
    expect(page.locator(".key:visible")).to_have_count(0)
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)
    page.reload()
    press(page, "c")
    copied(page, 0)
    page.locator(".desk-help").click()
    page.locator(".desk-switch").check()
    page.locator(".desk-close").click()
    press(page, "c")
    copied(page, 1)
    assert references(site) == []


def test_the_place_is_kept_through_other_windows_and_a_reload(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    take_next(page)
    for number in range(1, 4):
        press(page, "c")
        copied(page, number)
    expect(page.locator(".is-last")).to_contain_text("Utfört av")
    expect(page.locator(f"{CURRENT} .desk-copy-what")).to_have_text("Läkemedel")
    other = page.context.new_page()  # the record system
    other.goto("/routine")
    other.close()
    page.bring_to_front()
    expect(page.locator(".is-next .copy")).to_be_focused()
    page.reload()
    copied(page, 2)
    expect(page.locator(".is-next")).to_contain_text("Läkemedel")
    expect(page.locator(".is-next .copy")).to_be_focused()
    press(page, "n")
    expect(page.locator(".fold[open]")).to_have_count(1)
    expect(page.locator(".is-next")).to_contain_text("Utfört")
    press(page, "p")
    expect(page.locator(".is-next")).to_contain_text("Läkemedel")


def test_enter_in_the_reference_is_done_and_next_and_one_key_takes_it_back(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    take_next(page)
    one = page.locator(CURRENT).get_attribute("id")
    press(page, "c", "r")
    page.keyboard.type("M-17", delay=SLOWLY)
    press(page, "Enter")
    expect(page.locator(f"{CURRENT}:not(#{one}) .is-next .copy")).to_be_focused()
    assert references(site) == ["M-17"]
    press(page, "k")
    expect(page.locator(".desk-told-ask")).to_be_visible()
    assert len(references(site)) == 1, "nothing was copied from it: the key was pressed once too often"
    press(page, "z")
    expect(page.locator(f"{CURRENT}#{one}")).to_contain_text("Nora Nyström")
    assert references(site) == []


def test_words_written_where_no_field_has_the_cursor_finish_nothing(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    take_next(page)
    press(page, "c", "c")
    copied(page, 2)
    page.locator("h1").click()
    page.keyboard.type("M-17 klart", delay=SLOWLY)
    press(page, "?")
    expect(page.locator("#desk-keys")).not_to_be_visible()
    assert references(site) == []


def test_asking_and_not_needed_take_one_key_and_their_words(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    take_next(page)
    press(page, "i")
    page.keyboard.type("fanns redan", delay=SLOWLY)
    press(page, "Enter")
    expect(page.locator(".flash-success")).to_be_visible()
    expect(page.locator(".is-next .copy")).to_be_focused()
    press(page, "f")
    page.keyboard.type("Vilken dos?", delay=SLOWLY)
    press(page, "Control+Enter")
    expect(page.locator(CURRENT)).to_have_count(0)
    with behind(site):
        assert sorted(item.state for item in db.session.query(Item)) == ["not_needed", "question"]


def test_nothing_is_copied_silently_while_the_server_is_gone(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 1)
    page = log_in("nurse")
    take_next(page)
    press(page, "c")
    copied(page, 1)
    gone = True

    def maybe(route: Route) -> None:
        route.abort() if gone else route.continue_()

    page.route("**/begin", maybe)
    press(page, "c")
    expect(page.locator(".desk-told-bad")).to_be_visible()
    copied(page, 1)
    press(page, "c")
    copied(page, 2)
    expect(page.locator(".desk-told-bad")).to_be_visible()
    assert begun(site) == 0
    gone = False
    expect(page.locator(".desk-told-good")).to_be_visible()
    assert begun(site) == 1


def test_a_copy_is_known_though_the_browser_is_killed_right_after(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 1)
    page = log_in("nurse")
    take_next(page)
    press(page, "c", "c")
    copied(page, 2)
    page.context.close()
    assert begun(site) == 1


def test_what_a_colleague_has_now_is_told_and_nothing_typed_is_lost(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 1)
    page = log_in("nurse")
    take_next(page)
    item = int(re.sub(r"\D", "", page.locator(CURRENT).get_attribute("id") or ""))
    press(page, "c", "r")
    page.keyboard.type("M-18", delay=SLOWLY)
    give_to_colleague(site, item)
    page.evaluate("import('/static/js/desk/lease.js').then((desk) => desk.keepAlive())")
    expect(page.locator(".desk-told-bad")).to_contain_text("Nils Norberg")
    press(page, "Escape", "c")
    copied(page, 1)
    press(page, "r", "Enter")
    expect(page.locator(".summary-bad")).to_contain_text("Nils Norberg")
    expect(page.locator(f"#item-{item} input[name=reference]")).to_have_value("M-18")
    expect(page.locator(".meanwhile")).to_contain_text("Nils Norberg")
    assert references(site) == []


def test_a_slow_server_takes_nobody_out_of_the_field_they_write_in(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 1)
    page = log_in("nurse")
    take_next(page)
    press(page, "c")
    copied(page, 1)
    held: list[Route] = []
    page.route("**/begin", lambda route: held.append(route))
    with page.expect_request("**/begin"):
        press(page, "c")
    press(page, "r")
    held[0].continue_()
    copied(page, 2)
    expect(page.locator(f"{CURRENT} input[name=reference]")).to_be_focused()


def test_several_are_settled_by_one_entry(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, 1, 3)
    page = log_in("nurse")
    take_next(page)
    press(page, "c", "c", "s")
    expect(page.locator(f"{CURRENT} .together input").first).to_be_focused()
    press(page, "Space", "Tab", "Space", "r")
    page.keyboard.type("M-20", delay=SLOWLY)
    press(page, "Enter")
    expect(page.locator(CURRENT)).to_have_count(0)
    assert references(site) == ["M-20"] * 3


@pytest.mark.parametrize("width", [390, 1280])
def test_place_section_and_keys_stay_in_sight_and_everybody_can_use_the_page(
    log_in: LogIn, site: Site, width: int
) -> None:
    furnish_desk(site, 1, 2)
    page = log_in("nurse", width=width, height=844)
    take_next(page)
    press(page, "c", "c", "c")
    for distance in (0, 200, 400):
        page.evaluate("(distance) => scrollTo(0, distance)", distance)
        expect(page.locator(f"{CURRENT} .work-where .section")).to_be_in_viewport()
        expect(page.locator(f"{CURRENT} .work-done")).to_be_in_viewport()
        expect(page.locator(f"{CURRENT} .desk-copy")).to_be_in_viewport()
    assert barriers(page) == []
    press(page, "?")
    assert barriers(page) == []
