"""The ward's logging screen: one handout in a handful of keys, and nothing lost, doubled or saved by mistake."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import DOSE, furnish_ward, identity, logged
from tests.browser.hand import SLOWLY
from tests.browser.ready import until
from tests.region import TEST_NUMBERS
from tracker.clock import utcnow

pytestmark = pytest.mark.browser
CHOSEN = "#chosen-patient"
_KEPT = f"await (await import('/static/js/ward/bundle.js')).loadDraft('form:{DOSE}')"


@pytest.fixture
def nurse(log_in: LogIn, site: Site) -> Page:
    furnish_ward(site, patients=3)
    page = log_in("nurse")
    open_log(page)
    return page


def open_log(page: Page, kind: str = DOSE) -> None:
    page.goto(f"/ward/log/{kind}")
    expect(page.locator("#patient-search")).to_be_focused()


def press(page: Page, *keys: str) -> int:
    """Press keys one after the other, no faster than a person; gives how many."""
    for key in keys:
        page.keyboard.press(key, delay=SLOWLY)
    return len(keys)


def sent(page: Page) -> None:
    expect(page.locator(".saved a[href^='/actions/']")).to_be_visible()


def kept(page: Page) -> None:
    """Wait until what is half-typed is on the disk."""
    until(page, _KEPT)


def hold(page: Page) -> None:
    """Let no entry through for now."""
    page.route("**/api/v1/sealed-entries", lambda route: route.abort())


def test_a_dose_that_was_given_before_takes_four_keys(nurse: Page, site: Site) -> None:
    keys = press(nurse, "2", "Enter")
    expect(nurse.locator(CHOSEN)).to_contain_text("Bo Berg")
    expect(nurse.locator(".pick")).to_have_count(3)
    place = nurse.locator(".pick", has_text="Metoprolol").locator("kbd").inner_text()
    keys += press(nurse, place)
    expect(nurse.locator(".save-what")).to_contain_text(re.compile("Bo Berg.*Metoprolol 50 mg.*50 mg"))
    keys += press(nurse, "Enter")
    sent(nurse)
    expect(nurse.locator("#patient-search")).to_be_focused()
    assert keys == 4

    (one,) = logged(site, DOSE)
    assert (one["identity"], one["fields"]["drug"]) == (identity(1), "Metoprolol")
    assert {"strength": "50 mg", "dose": 50, "dose_unit": "mg", "route": "peroralt", "outcome": "given"}.items() <= one[
        "fields"
    ].items()


def test_a_new_drug_is_typed_without_the_mouse_and_enter_saves_in_the_last_field(nurse: Page, site: Site) -> None:
    press(nurse, *"an", "Enter")
    expect(nurse.locator(".pick").first).to_be_focused()
    nurse.keyboard.type("Oxynorm", delay=SLOWLY)
    press(nurse, "Enter")
    expect(nurse.locator("#f_dose")).to_be_focused()
    nurse.keyboard.type("2,5", delay=SLOWLY)
    press(nurse, "Enter")
    nurse.keyboard.type("mg", delay=SLOWLY)
    press(nurse, "Enter")
    sent(nurse)
    (one,) = logged(site, DOSE)
    assert (one["name"], one["fields"]["drug"], one["fields"]["dose"]) == ("Anna Alm", "Oxynorm", 2.5)


def test_enter_never_takes_one_of_two_patients_who_fit_as_well(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, patients=12, drugs=1)  # Karin Lund and Leo Mo do not share letters; Ida Ju and Hugo Isberg do
    page = log_in("nurse")
    open_log(page)
    press(page, "i", "Enter")
    expect(page.locator(CHOSEN)).to_be_hidden()
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    press(page, "ArrowDown", "Enter")
    expect(page.locator(CHOSEN)).to_contain_text("Ida Ju")


def test_the_same_dose_again_is_asked_about_first_also_while_the_server_is_silent(nurse: Page, site: Site) -> None:
    hold(nurse)
    for _time in range(2):
        press(nurse, "1", "Enter")
        nurse.locator(".pick").first.click()
        press(nurse, "Enter")
        nurse.locator(".saved, .doubts").first.wait_for()
    expect(nurse.locator(".doubts")).to_be_focused()
    expect(nurse.locator(".doubts li")).to_have_count(1)
    nurse.locator(".doubts .btn-secondary").click()
    expect(nurse.locator(CHOSEN)).to_contain_text("Anna Alm")
    press(nurse, "Enter")
    nurse.locator(".doubts").wait_for()
    kept(nurse)
    nurse.reload()
    nurse.locator(CHOSEN).get_by_text("Anna Alm").wait_for()
    nurse.locator(".save-bar .btn-primary").click()
    expect(nurse.locator(".doubts li")).to_have_count(1)
    nurse.unroute_all()
    nurse.locator(".doubts .btn-primary").click()
    sent(nurse)
    press(nurse, "1", "Enter")
    expect(nurse.locator(".pick")).to_have_count(3)
    assert len(logged(site, DOSE)) == 2


def test_what_is_missing_is_told_at_the_field_and_nothing_is_saved(nurse: Page, site: Site) -> None:
    nurse.locator(".save-bar .btn-primary").click()
    expect(nurse.locator(".summary-bad")).to_be_focused()
    expect(nurse.locator(".field-bad")).to_have_count(4)
    for bad in nurse.locator("[aria-invalid=true]").all():
        assert nurse.locator(f"[id='{(bad.get_attribute('aria-describedby') or '').split()[-1]}']").inner_text()
    nurse.locator(".summary-bad a").nth(1).click()
    expect(nurse.locator("#f_drug")).to_be_focused()
    press(nurse, "Escape")
    nurse.locator("#patient-search").fill("3")
    press(nurse, "Enter")
    nurse.locator(".pick").first.click()
    nurse.locator("#f_dose").fill("två")
    nurse.locator("#performed_at").fill("25:10")
    nurse.locator(".save-bar .btn-primary").click()
    expect(nurse.locator("#f_dose-error, #performed_at-error")).to_have_count(2)
    tomorrow = (utcnow() + timedelta(days=1)).date().isoformat()
    nurse.locator("#f_dose").fill("1")
    nurse.locator("#performed_at").fill("2310")
    nurse.locator("#performed_at-day").fill(tomorrow)
    nurse.locator(".save-bar .btn-primary").click()
    expect(nurse.locator(".fault")).to_have_count(1)
    expect(nurse.locator("#performed_at-error")).to_be_visible()
    assert logged(site, DOSE) == []


def test_what_is_half_typed_survives_a_reload_and_is_gone_once_saved(nurse: Page, site: Site) -> None:
    press(nurse, "3", "Enter")
    nurse.locator("#f_drug").fill("Ipren")
    nurse.locator("#note").fill("Svårläst dos")
    nurse.locator("#f_drug").press("Tab")
    kept(nurse)
    nurse.reload()
    expect(nurse.locator("#note")).to_have_value("Svårläst dos")
    expect(nurse.locator(CHOSEN)).to_contain_text("Cilla Dal")
    nurse.locator("#f_dose").fill("1")
    nurse.locator("#f_dose_unit").select_option("tablet")
    nurse.locator(".save-bar .btn-primary").click()
    sent(nurse)
    open_log(nurse)
    expect(nurse.locator(".flash")).to_have_count(0)
    expect(nurse.locator("#note")).to_have_value("")
    assert [one["note"] for one in logged(site, DOSE)] == ["Svårläst dos"]


def test_pressing_save_again_and_again_logs_once(nurse: Page, site: Site) -> None:
    press(nurse, "1", "Enter", "1")
    nurse.locator(".save-bar .btn-primary").evaluate("(button) => { for (let n = 0; n < 5; n++) button.click(); }")
    sent(nurse)
    expect(nurse.locator(".summary-bad")).to_have_count(0)
    assert len(logged(site, DOSE)) == 1


def test_a_key_that_is_held_down_chooses_but_saves_nothing(nurse: Page, site: Site) -> None:
    press(nurse, "1")
    nurse.keyboard.down("Enter")
    for _repeat in range(8):
        nurse.keyboard.down("Enter")  # Playwright marks these as repeats of a key that is held
    nurse.keyboard.up("Enter")
    expect(nurse.locator(CHOSEN)).to_contain_text("Anna Alm")
    expect(nurse.locator(".saved, .doubts, .summary-bad")).to_have_count(0)
    assert logged(site, DOSE) == []


def test_the_next_patient_gets_the_drug_but_never_the_dose(nurse: Page, site: Site) -> None:
    press(nurse, "1", "Enter")
    nurse.locator(".pick", has_text="Alvedon").click()
    nurse.locator(".moment-quick button", has_text="1 h").click()
    time = nurse.locator("#performed_at").input_value()
    nurse.locator(".save-bar .btn-secondary").click()
    sent(nurse)
    expect(nurse.locator("#patient-search")).to_be_focused()
    expect(nurse.locator("#f_drug")).to_have_value("Alvedon")
    expect(nurse.locator("#f_dose")).to_have_value("")
    expect(nurse.locator("#performed_at")).to_have_value(time)


def test_a_refused_entry_says_why_and_is_mended_with_its_faults_at_the_fields(nurse: Page, site: Site) -> None:
    wrong = f"{TEST_NUMBERS[2][:-1]}{(int(TEST_NUMBERS[2][-1]) + 1) % 10}"
    nurse.locator("#patient_how-identity").check()
    nurse.locator("#identity").fill(wrong)
    nurse.locator("#identity").press("Tab")
    expect(nurse.locator("#identity + .hint + .attention, .attention:has-text('siffr')").first).to_be_visible()
    nurse.locator("#name").fill("Tolvan Tolvansson")
    nurse.locator("#f_drug").fill("Waran")
    nurse.locator("#f_dose").fill("2")
    nurse.locator("#f_dose_unit").select_option("tablet")
    nurse.locator(".save-bar .btn-primary").click()
    nurse.locator(".saved a[href='/ward/unsent']").click()
    expect(nurse.locator(".refused > li")).to_have_count(1)
    nurse.locator(".refused .btn-primary").click()
    expect(nurse.locator("#f_drug")).to_have_value("Waran")
    expect(nurse.locator("#identity-error")).to_be_visible()
    nurse.locator("#identity").fill(TEST_NUMBERS[2])
    nurse.locator(".save-bar .btn-primary").click()
    sent(nurse)
    assert [(one["identity"], one["fields"]["dose"]) for one in logged(site, DOSE)] == [(TEST_NUMBERS[2], 2)]
    nurse.goto("/ward/unsent")
    expect(nurse.locator(".unsent-state")).to_be_visible()
    expect(nurse.locator(".refused, .unsent-some")).to_have_count(0)
