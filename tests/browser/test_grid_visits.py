"""The visit list and the emergency register: who came, what was paid, and lines that stay open as long as they must."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import (
    EMERGENCY,
    NAMES,
    VISIT,
    barriers,
    behind,
    furnish_clinic,
    logged,
    open_grid,
    wait_until_kept,
)
from tests.browser.test_grid_round import keys, write
from tests.region import TEST_NUMBERS, declare

pytestmark = pytest.mark.browser


def test_a_visit_list_says_who_paid_and_what_the_cash_box_holds(log_in: LogIn, site: Site) -> None:
    furnish_clinic(site, 5)
    page = log_in("secretary")
    open_grid(page, "visits")
    expect(page.locator("tr.sheet-row")).to_have_count(5)
    assert barriers(page) == []
    page.select_option("#head-visit_type", "return")
    page.fill("#head-fee", "275,50")
    page.select_option("#head-payment_method", "card")
    page.locator("#head-payment_method").focus()
    keys(page, "Enter", "Enter")  # past what holds when a patient did not come, into the first row
    expect(page.locator("[data-mark=paid]").first).to_be_focused()
    keys(page, " ", "b", "f")
    page.locator(".asked-field select").select_option("child")
    keys(page, "Enter", "u", "k")
    expect(page.locator(".sheet-total")).to_contain_text("551 kr")
    keys(page, "Control+s")
    expect(page.locator(".state-done")).to_have_count(5)
    told = {one["name"]: one["fields"] for one in logged(site, VISIT)}
    assert {name: (one["attendance"], one["payment"], one.get("fee")) for name, one in told.items()} == {
        NAMES[0]: ("attended", "paid", 275.5),
        NAMES[1]: ("attended", "paid", 275.5),
        NAMES[2]: ("attended", "free", None),
        NAMES[3]: ("no_show", "undecided", None),
        NAMES[4]: ("attended", "invoice", 275.5),
    }
    assert all(one["clinician"] == "Peter Palm" and one["booked_how"] == "booked" for one in told.values())
    assert told[NAMES[2]]["free_reason"] == "child"
    page.reload()
    expect(page.locator(".state-done")).to_have_count(5)


def test_what_no_button_stands_for_is_marked_in_the_form_with_all_fields(log_in: LogIn, site: Site) -> None:
    furnish_clinic(site, 1)
    page = log_in("secretary")
    open_grid(page, "visits")
    page.locator("[data-cell=more]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Patienten gick innan").check()
    dialog.get_by_label("Avgiftsfri", exact=True).check()
    dialog.get_by_label("Återbesök").check()
    dialog.locator("#f_free_reason").select_option("child")
    dialog.locator("#row-note").fill("Ville inte vänta")
    dialog.locator("button.btn-primary").click()
    keys(page, "Control+s")
    expect(page.locator(".state-done")).to_have_count(1)
    [visit] = logged(site, VISIT)
    assert (visit["fields"]["attendance"], visit["note"]) == ("left", "Ville inte vänta")


def test_a_line_of_the_register_stays_open_until_it_is_complete(log_in: LogIn, site: Site) -> None:
    with behind(site):
        declare("elvis")
    page = log_in("nurse")
    open_grid(page, "register")
    page.locator("#sheet-add").focus()
    write(page, "Okänd man 1")
    keys(page, "Tab", "Tab")
    write(page, "trauma")
    keys(page, "Enter")
    page.fill("#sheet-add", TEST_NUMBERS[2])
    page.fill("#sheet-add-name", "Test Testsson")
    keys(page, "Enter")
    expect(page.locator("tr.sheet-row")).to_have_count(2)
    page.locator("[data-cell=triage_level]").first.select_option("red")
    wait_until_kept(page, "register", '"triage_level":"red"')
    page.reload()
    expect(page.locator("tr.sheet-row")).to_have_count(2)
    assert barriers(page) == []
    for button in page.locator("[data-mark=home]").all():
        button.click()
    keys(page, "Control+s")
    expect(page.locator(".state-done")).to_have_count(1)
    fault = page.locator("[data-cell=reason][aria-invalid]")
    expect(fault).to_be_focused()
    write(page, "bröstsmärta")
    keys(page, "Control+s")
    expect(page.locator(".state-done")).to_have_count(2)
    told = {one["identity"]: one["fields"] for one in logged(site, EMERGENCY)}
    assert told["Okänd man 1"]["reason"] == "trauma"
    assert told["Okänd man 1"]["triage_level"] == "red"
    assert told[TEST_NUMBERS[2]]["reason"] == "bröstsmärta"
    assert all(one["outcome"] == "home" and one["payment"] == "undecided" for one in told.values())
