"""The two jobs done all night, without a mouse: logging a handout, and working a follow-up down."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.browser.conftest import Demo, LogIn, Site, VisitAs
from tests.browser.hand import SLOWLY
from tests.browser.pages import NURSE
from tests.region import declare, log
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Action, Item

pytestmark = pytest.mark.browser
ENOUGH = 150
_SHOWS_FOCUS = """(element) => {
  const around = element.closest("label, .card, article") ?? element;
  return [element, around].some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  });
}"""


def tab_to(page: Page, target: str) -> None:
    """Press Tab until that element has the focus, and see that it shows it."""
    for _ in range(ENOUGH):
        focused = page.locator("*:focus")
        if focused.count() and focused.evaluate("(element, target) => element.matches(target)", target):
            assert focused.evaluate(_SHOWS_FOCUS), f"{target} does not show that it has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def write(page: Page, text: str) -> None:
    """At a person's speed: what comes faster is taken for a hand scanner, and its Tab for the end of the code."""
    page.keyboard.type(text, delay=SLOWLY)


def press_on_to(page: Page, target: str, then: str) -> None:
    """Tab to a link or button, press Enter, and wait for what comes next."""
    tab_to(page, target)
    page.keyboard.press("Enter")
    page.locator(then).first.wait_for()


def behind(demo: Demo, query: Any) -> list[Any]:
    app = create_app(Settings(data_dir=demo.data_dir), demo.routine)
    with app.app_context():
        found = list(db.session.execute(query))
        db.session.remove()
        db.engine.dispose()
    return found


def test_a_handout_is_logged_with_the_keyboard_alone(demo: Demo, visit_as: VisitAs) -> None:
    page = visit_as(NURSE).page
    page.mouse.move(0, 0)
    press_on_to(page, "a[href='/log']", "h1 ~ *")
    page.wait_for_url("**/log")
    press_on_to(page, "a[href*='/log/melior.medication-administration']", "#log-form")
    tab_to(page, "input[name=patient_how]")
    while page.locator("input[data-way=identity]:not(:checked)").count():
        page.keyboard.press("ArrowDown")
    tab_to(page, "#identity")
    write(page, "19121212-1212")
    tab_to(page, "#name")
    write(page, "Tolvan Tolvansson")
    tab_to(page, "[name=f_drug]")
    write(page, "Waran")
    tab_to(page, "[name=f_dose]")
    write(page, "2")
    tab_to(page, "[name=f_dose_unit]")
    write(page, "tab")
    tab_to(page, "#note")
    write(page, "Med tangentbordet")
    press_on_to(page, ".save-bar .btn-primary", ".doubts, .summary-bad, [href*='/actions/']")
    page.wait_for_url("**/logged")

    logged = behind(demo, select(Action.fields).where(Action.note == "Med tangentbordet"))
    assert len(logged) == 1
    assert {"drug": "Waran", "dose": 2, "dose_unit": "tablet"}.items() <= logged[0][0].items()


def test_a_follow_up_is_worked_down_with_the_keyboard_alone(demo: Demo, visit_as: VisitAs) -> None:
    page = visit_as(NURSE).page
    done = select(func.count(Item.id)).where(Item.reference == "tangentbord-1")
    page.goto("/queue?system=melior&state=ready")
    press_on_to(page, "form[action*='/queue/next'] button", "article.work")
    expect(page.locator("article.work.work-mine")).not_to_have_count(0)
    tab_to(page, "article.work input[name$=reference]")
    write(page, "tangentbord-1")
    tab_to(page, ".work-done")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "item=" in address or "/queue" in address)
    page.wait_for_load_state()
    expect(page.locator(".summary-bad")).to_have_count(0)
    assert behind(demo, done) == [(1,)]


def test_the_log_form_begins_with_the_patient_also_where_the_list_is_short(log_in: LogIn, site: Site) -> None:
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        log(declare("melior"), "melior.note")
        db.session.remove()
        db.engine.dispose()
    nurse = log_in("nurse")
    nurse.goto("/log/melior.medication-administration")
    expect(nurse.locator('input[name="patient_id"]').first).to_be_focused()
