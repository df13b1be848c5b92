"""Every page can be used by everybody: by eye, by ear, by keyboard, on a phone, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from tests.browser.conftest import Demo, VisitAs
from tests.browser.pages import (
    ADMINISTRATOR,
    IT,
    MANAGER,
    NOBODY,
    NOT_PAGES,
    NURSE,
    PAGES,
    SIZES,
)
from tests.browser.visitor import APPLICATION, DESK, PHONE, Visitor
from tests.server import running_server
from tracker import create_app
from tracker.config import Settings

pytestmark = pytest.mark.browser
DEPENDS_ON_SIZE = ("scrollable-region-focusable", "link-name", "button-name")
WHO = pytest.mark.parametrize("who", SIZES)


def paths_of(demo: Demo, who: str) -> list[str]:
    app = create_app(Settings(data_dir=demo.data_dir), demo.routine)
    with app.test_request_context():
        return [page.path(demo.found) for page in PAGES if who in page.who]


def faults_of(visitor: Visitor, size: tuple[int, int]) -> list[str]:
    """What is wrong with the page on the screen, all of it unfolded: looked at closely on a screen of that size."""
    faults = visitor.no_way_past_the_menus()
    visitor.unfold()
    faults += visitor.wider_than(DESK if size == PHONE else PHONE) + visitor.barriers(*DEPENDS_ON_SIZE)
    return faults + visitor.wider_than(size) + visitor.barriers()


def test_no_page_is_forgotten(demo: Demo) -> None:
    app = create_app(Settings(data_dir=demo.data_dir), demo.routine)
    readable = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    assert {page.endpoint for page in PAGES} == readable - NOT_PAGES
    assert readable >= NOT_PAGES
    assert {who for page in PAGES for who in page.who} == set(SIZES)


@WHO
def test_every_page_works_for_eye_ear_and_keyboard(demo: Demo, visit_as: VisitAs, who: str) -> None:
    size = SIZES[who]
    visitor = visit_as(who, size)
    faults: list[str] = []
    for path in paths_of(demo, who):
        visitor.open(path)
        faults += faults_of(visitor, size)
    assert faults == []


@WHO
def test_every_page_speaks_both_languages(demo: Demo, visit_as: VisitAs, who: str) -> None:
    visitor = visit_as(who)
    paths = paths_of(demo, who)
    for language, name in APPLICATION.items():
        with visitor.language(language):
            for path in paths:
                lang, title = visitor.in_language(language, path)
                about, _, application = title.rpartition(" – ")
                assert (lang, application) == (language, name), f"{path}: {lang} {title!r}"
                assert about.strip(), f"{path} does not say what it is about"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_open_menus_are_no_barrier(visit_as: VisitAs, size: tuple[int, int]) -> None:
    visitor = visit_as(MANAGER, size)
    menus = visitor.page.locator("details.me, .nav-more, .foot-nav details").locator("visible=true")
    assert menus.count() == 2
    faults = []
    for menu in menus.all():
        menu.locator("summary").click()
        faults += visitor.wider_than(size) + visitor.barriers()
        visitor.page.keyboard.press("Escape")
        assert menu.get_attribute("open") is None
    assert faults == []


def log_in_wrongly(visitor: Visitor) -> None:
    visitor.open("/login")
    visitor.page.fill("#login", "nobody-here")
    visitor.page.fill("#password", "something wrong")
    visitor.page.click("main button")


def log_nothing(visitor: Visitor) -> None:
    visitor.open("/log/melior.medication-administration")
    visitor.page.locator(".save-bar .btn-primary").click()


def declare_nothing(visitor: Visitor) -> None:
    visitor.open("/outages/new")
    visitor.page.locator(".save-bar .btn-primary").click()


def create_nobody(visitor: Visitor) -> None:
    visitor.open("/users/new")
    visitor.page.locator("main form .btn-primary").last.click()


@pytest.mark.parametrize(
    ("who", "refuse"),
    [(NOBODY, log_in_wrongly), (NURSE, log_nothing), (IT, declare_nothing), (ADMINISTRATOR, create_nobody)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_refused_form_is_no_barrier(visit_as: VisitAs, who: str, refuse: Callable[[Visitor], None]) -> None:
    visitor = visit_as(who, PHONE)
    refuse(visitor)
    visitor.page.locator(".field-bad").first.wait_for()
    faulty = visitor.page.locator("[aria-invalid=true], fieldset.field-bad")
    assert faulty.count() > 0
    for one in faulty.all():
        described = one.get_attribute("aria-describedby") or ""
        told = [visitor.page.locator(f"[id='{part}']").inner_text() for part in described.split()]
        assert any(told), f"no word beside {one.evaluate('element => element.outerHTML.slice(0, 150)')}"
    assert faults_of(visitor, PHONE) == []


def test_refusals_and_answers_are_no_barrier(demo: Demo, visit_as: VisitAs) -> None:
    """Pages that no address leads to: not there, not yours, links to hand out, a patient searched for."""
    nurse, administrator = visit_as(NURSE, PHONE), visit_as(ADMINISTRATOR)
    nurse.open("/items/999999", status=404)
    faults = faults_of(nurse, PHONE)
    nurse.open("/users", status=403)
    faults += faults_of(nurse, PHONE)
    administrator.open(f"/users/{demo.found['nurse']}")
    administrator.page.locator("form[action$='/link'] button").click()
    administrator.page.wait_for_url("**/link")
    faults += faults_of(administrator, DESK)
    assert faults == []


def test_the_first_page_of_a_new_database_is_no_barrier(chromium: Chromium, tmp_path: Path) -> None:
    with running_server(tmp_path) as address:
        link = re.search(r"/link/\S+", (tmp_path / "server.log").read_text())
        assert link is not None
        visitor = Visitor(chromium, address, PHONE)
        visitor.open(link[0])
        assert faults_of(visitor, PHONE) == []
        visitor.context.close()
        assert visitor.faults == []
