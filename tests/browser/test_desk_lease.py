"""A claim lives as long as somebody works at the page: the browser's clock is moved on instead of waited for."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from tests.browser.conftest import LogIn, Site
from tests.browser.desk_ward import furnish_desk, take_next
from tests.browser.grid_ward import behind
from tests.browser.hand import SLOWLY
from tests.browser.test_desk_session import CURRENT, copied, press
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Item

pytestmark = pytest.mark.browser
KEEP_ALIVE = "**/api/v1/items/keep-alive"
BETWEEN = "05:30"
"""A sixth of the thirty minutes that a claim lasts, and the half minute between two looks at the clock."""


@pytest.fixture
def desk(log_in: LogIn, site: Site) -> Page:
    """A patient's two doses are taken, one field is copied, and the clock is in the test's hand."""
    furnish_desk(site, 1, 2)
    page = log_in("nurse")
    page.clock.install()
    take_next(page)
    press(page, "c")
    copied(page, 1)
    return page


def run_short(site: Site) -> None:
    """Both claims are nearly over."""
    with behind(site):
        for item in db.session.scalars(select(Item)):
            item.claimed_until = utcnow() + timedelta(minutes=2)
        db.session.commit()


def minutes_left(site: Site) -> list[float]:
    with behind(site):
        ends = db.session.scalars(select(Item.claimed_until).order_by(Item.id)).all()
        return [(end - utcnow()) / timedelta(minutes=1) for end in ends if end]


def asked(page: Page) -> list[str]:
    """Every keep-alive from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "keep-alive" in request.url else None)
    return sent


def told_until(site: Site) -> str:
    """Until when the first of them is held, as the page writes it."""
    with behind(site):
        until = db.session.scalars(select(Item.claimed_until).order_by(Item.id)).first()
        assert until is not None
        return until.astimezone(ZoneInfo("Europe/Stockholm")).strftime("%H:%M")


def test_whoever_works_keeps_what_they_hold(desk: Page, site: Site) -> None:
    run_short(site)
    desk.reload()
    expect(desk.locator(f"{CURRENT} .holder-me")).to_contain_text(told_until(site))
    for _round in range(3):  # three sixths of a claim, and nothing of it is used up
        run_short(site)
        press(desk, "ArrowDown")
        with desk.expect_response(KEEP_ALIVE):
            desk.clock.run_for(BETWEEN)
        expect(desk.locator(".desk-told-bad")).to_have_count(0)
        left = minutes_left(site)
        assert len(left) == 2
        assert min(left) > 20
    expect(desk.locator(f"{CURRENT} .holder-me")).to_contain_text(told_until(site))


def test_a_page_that_nobody_touches_lets_go_and_a_key_takes_hold_again(desk: Page, site: Site) -> None:
    with desk.expect_response(KEEP_ALIVE):
        desk.clock.run_for(BETWEEN)
    desk.clock.run_for(BETWEEN)  # ten minutes without a sign of life are over now
    sent = asked(desk)
    run_short(site)
    for _hour in range(2):
        desk.clock.run_for("01:00:00")
    with desk.expect_response(KEEP_ALIVE):
        press(desk, "ArrowDown")
    assert len(sent) == 1, "an unattended screen keeps others from the patient"
    assert min(minutes_left(site)) > 20


def test_a_page_out_of_sight_lets_go_until_it_is_looked_at(desk: Page, site: Site) -> None:
    sent = asked(desk)
    show(desk, hidden=True)
    for _time in range(2):
        desk.clock.run_for("04:00")
        press(desk, "ArrowDown")  # whatever happens there is nobody's work
    assert sent == []
    with desk.expect_response(KEEP_ALIVE):
        show(desk, hidden=False)


def show(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


@pytest.mark.parametrize("fault", ["gone", "503"])
def test_a_server_that_is_not_reached_is_told_with_the_time_and_taken_back_when_it_is(
    desk: Page, site: Site, fault: str
) -> None:
    gone = True

    def maybe(route: Route) -> None:
        if not gone:
            route.continue_()
        elif fault == "gone":
            route.abort()
        else:
            route.fulfill(status=503, body="Service Unavailable")

    desk.route(KEEP_ALIVE, maybe)
    held_until = told_until(site)
    press(desk, "r")
    desk.keyboard.type("M-1", delay=SLOWLY)
    desk.clock.run_for(BETWEEN)
    told = desk.locator(f"{CURRENT} .desk-told-bad")
    expect(told).to_contain_text("Servern nås inte")
    expect(told).to_contain_text(held_until)
    expect(told).to_be_in_viewport()
    gone = False
    run_short(site)
    desk.keyboard.type("7", delay=SLOWLY)
    with desk.expect_response(KEEP_ALIVE):
        desk.clock.run_for(BETWEEN)
    expect(told).to_be_hidden()
    expect(desk.locator(f"{CURRENT} input[name=reference]")).to_have_value("M-17")
    assert min(minutes_left(site)) > 20
