"""The ward application with the server gone: its screens, and what they say about where they come from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import PASSWORD, Demo, LogIn, Site, VisitAs
from tests.browser.grid_ward import DOSE, behind, furnish_ward, logged
from tests.browser.pages import NURSE
from tests.browser.ready import wait_until_ready
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.region import TEST_NUMBERS
from tracker.extensions import db
from tracker.models import Action

pytestmark = pytest.mark.browser
SCREENS = (
    "/ward",
    f"/ward/log/{DOSE}",
    "/ward/log/elvis.visit",
    "/ward/patients",
    "/ward/routine",
    "/ward/routine?system=melior",
    "/ward/unsent",
)


@pytest.fixture
def nurse(log_in: LogIn, site: Site) -> Page:
    """A nurse's page, ready to work without the server."""
    furnish_ward(site, patients=3)
    page = log_in("nurse", 390, 844)
    page.goto("/ward")
    page.locator("a.tile.kind").first.wait_for()
    wait_until_ready(page)
    return page


def shown(page: Page) -> None:
    """A screen stands there, and it has not failed."""
    page.locator("#ward-screen > *").first.wait_for()
    expect(page.locator("#ward-from.ward-from-device")).to_be_visible()


def test_the_log_the_patients_and_the_routine_stand_there_without_the_server(nurse: Page, site: Site) -> None:
    nurse.context.set_offline(True)
    nurse.goto("/log")
    shown(nurse)
    nurse.locator(f"a.tile[href$='{DOSE}']").click()
    nurse.locator("#patient-search").fill("2")
    nurse.locator("#patient-search").press("Enter")
    nurse.locator(".pick").first.click()
    nurse.locator(".save-bar .btn-primary").click()
    expect(nurse.locator(".saved")).to_be_visible()
    nurse.goto("/patients")
    shown(nurse)
    expect(nurse.locator(".ward-patient")).to_have_count(3)
    nurse.goto("/routine")
    shown(nurse)
    nurse.locator(".tile", has_text="Melior").first.click()
    expect(nurse.locator(".passage").first).to_be_visible()
    expect(nurse.locator(".call-phone").first).to_be_visible()
    nurse.goto("/queue")
    expect(nurse.locator("#ward-screen a[href='/ward']")).to_be_visible()
    nurse.goto("/ward/unsent")
    expect(nurse.locator(".unsent-some .unsent-number")).to_contain_text("1")
    assert logged(site, DOSE) == []

    nurse.context.set_offline(False)
    nurse.locator("main .btn-primary").first.click()
    expect(nurse.locator(".unsent-some")).to_have_count(0)
    assert [one["name"] for one in logged(site, DOSE)] == ["Bo Berg"]


def test_a_patient_told_by_number_can_be_chosen_again_while_the_server_is_silent(nurse: Page, site: Site) -> None:
    nurse.context.set_offline(True)
    nurse.goto(f"/ward/log/{DOSE}")
    nurse.locator("#patient_how-identity").check()
    nurse.locator("#identity").fill(TEST_NUMBERS[2])
    nurse.locator("#name").fill("Nya Patienten")
    fill_dose(nurse, "Alvedon")
    nurse.locator(".saved").wait_for()
    nurse.locator(".foot-nav a[href='/ward/patients']").click()
    nurse.locator(".ward-patient", has_text="Nya Patienten").wait_for()
    nurse.go_back()
    nurse.locator("#patient-search").fill("nya")
    nurse.locator("#patient-search").press("Enter")
    expect(nurse.locator("#chosen-patient")).to_contain_text("Nya Patienten")
    fill_dose(nurse, "Ipren")
    nurse.locator(".saved", has_text="Ipren").wait_for()
    nurse.reload()
    nurse.locator("#patient-search").fill("nya")
    nurse.locator("#patient-search").press("Enter")
    expect(nurse.locator("#chosen-patient")).to_contain_text("Nya Patienten")
    nurse.context.set_offline(False)
    nurse.goto("/ward/unsent")
    expect(nurse.locator(".unsent-state:not(.unsent-some)")).to_be_visible()
    found = logged(site, DOSE)
    assert {(one["identity"], one["fields"]["drug"]) for one in found} == {
        (TEST_NUMBERS[2], "Alvedon"),
        (TEST_NUMBERS[2], "Ipren"),
    }


def fill_dose(page: Page, drug: str) -> None:
    page.locator("#f_drug").fill(drug)
    page.locator("#f_dose").fill("1")
    page.locator("#f_dose_unit").select_option("tablet")
    page.locator(".save-bar .btn-primary").click()


def test_a_form_of_the_server_that_cannot_be_sent_comes_back_filled_in(nurse: Page, site: Site) -> None:
    nurse.goto(f"/log/{DOSE}")
    nurse.locator(".patient-choice", has_text="Cilla Dal").click()
    nurse.locator("#f_drug").fill("Waran")
    nurse.locator("#f_dose").fill("2,5")
    nurse.locator("#f_dose_unit").select_option("mg")
    nurse.locator(".moment-quick [data-minutes='60']").click()
    time = nurse.locator("#performed_at").input_value()
    nurse.locator("#note").fill("Enligt PK")
    nurse.context.set_offline(True)
    nurse.locator(".save-bar .btn-primary").click()
    nurse.locator("#ward-screen .flash-warning").wait_for()
    expect(nurse.locator("#chosen-patient")).to_contain_text("Cilla Dal")
    for field, value in (("f_drug", "Waran"), ("f_dose", "2,5"), ("f_dose_unit", "mg"), ("note", "Enligt PK")):
        expect(nurse.locator(f"#{field}")).to_have_value(value)
    expect(nurse.locator("#performed_at")).to_have_value(time)
    nurse.locator(".save-bar .btn-primary").click()
    nurse.locator(".saved").wait_for()
    nurse.context.set_offline(False)
    nurse.goto("/ward/unsent")
    expect(nurse.locator(".unsent-state:not(.unsent-some)")).to_be_visible()
    assert [(one["name"], one["fields"]["dose"], one["note"]) for one in logged(site, DOSE)] == [
        ("Cilla Dal", 2.5, "Enligt PK")
    ]


def test_who_is_not_logged_in_sees_how_and_nothing_of_anybody(chromium: Chromium, site: Site) -> None:
    with chromium.new_context(base_url=site.address, locale="sv-SE") as context:
        page = context.new_page()
        page.goto("/ward")
        expect(page.locator("#ward-screen a[href^='/login']")).to_be_visible()
        expect(page.locator("#ward-me")).to_be_empty()
        page.locator("a[href='/ward/unsent']").first.click()
        expect(page.locator(".unsent-state")).to_be_visible()


def test_without_a_log_in_the_one_who_did_it_is_named_and_the_next_to_log_in_sends_it(nurse: Page, site: Site) -> None:
    nurse.locator("#ward-me summary").click()
    nurse.locator("#ward-me button.me-item").click()
    nurse.wait_for_url("**/login")
    nurse.context.set_offline(True)
    nurse.goto("/ward")
    expect(nurse.locator("body")).not_to_contain_text("Nora Nyström")
    nurse.locator("#ward-screen .panel .btn").click()
    nurse.locator(f"a.tile[href$='{DOSE}']").click()
    expect(nurse.locator("#log-form")).not_to_contain_text("Anna Alm")
    nurse.locator("#identity").fill(TEST_NUMBERS[2])
    fill_dose(nurse, "Alvedon")
    expect(nurse.locator("#performer_name-error, #performer_role-error")).to_have_count(2)
    nurse.locator("#performer_name").fill("Vera Vikarie")
    nurse.locator("#performer_role").select_option("nurse")
    nurse.locator(".save-bar .btn-primary").click()
    nurse.locator(".saved").wait_for()
    nurse.context.set_offline(False)
    nurse.goto("/login")
    nurse.fill("#login", "nurse2")
    nurse.fill("#password", PASSWORD)
    nurse.click("main button")
    nurse.wait_for_url(f"{site.address}/")
    nurse.goto("/ward/unsent")
    expect(nurse.locator(".unsent-state:not(.unsent-some)")).to_be_visible()
    with behind(site):
        (one,) = db.session.scalars(select(Action).where(Action.performed_by_name == "Vera Vikarie"))
        assert (one.patient.identity, one.role, one.logged_by.login) == (TEST_NUMBERS[2], "nurse", "nurse2")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_screen_works_for_eye_ear_and_keyboard(demo: Demo, visit_as: VisitAs, size: tuple[int, int]) -> None:
    visitor = visit_as(NURSE, size)
    faults: list[str] = []
    for path in SCREENS:
        visitor.open(path)
        visitor.page.locator("#ward-screen > *").first.wait_for()
        faults += look(visitor, size)
    visitor.open(f"/ward/log/{DOSE}")
    visitor.page.locator(".save-bar .btn-primary").click()
    visitor.page.locator(".summary-bad").wait_for()
    faults += look(visitor, size)
    visitor.page.locator(".patient-choice", has_text="Elsa Sundin").click()
    visitor.page.locator(".pick").first.wait_for()
    faults += look(visitor, size)
    assert faults == []


def look(visitor: Visitor, size: tuple[int, int]) -> list[str]:
    visitor.unfold()
    heading = visitor.page.locator("h1")
    title = visitor.page.title().split(" – ")[0]
    odd = [] if heading.count() == 1 and heading.inner_text() == title else [f"{visitor.page.url}: {title}"]
    return odd + visitor.wider_than(size) + visitor.barriers()
