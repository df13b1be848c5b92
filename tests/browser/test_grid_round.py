"""The medication round: every dose saved as it was given, once, with few keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import (
    DOSE,
    NAMES,
    barriers,
    furnish_ward,
    identity,
    logged,
    open_grid,
    paste,
    wait_until_kept,
)

pytestmark = pytest.mark.browser
SLOWLY = 70  # ms between keys: faster ones are a hand scanner's


def keys(page: Page, *pressed: str) -> None:
    """As fast as a person presses them."""
    for key in pressed:
        page.keyboard.press(key, delay=SLOWLY)


def write(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=SLOWLY)


def all_sent(page: Page, count: int) -> None:
    expect(page.locator(".state-done")).to_have_count(count)


def test_a_round_begins_with_the_last_one_and_each_dose_is_saved_once(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 3)
    page = log_in("nurse")
    open_grid(page, "round")
    rows = page.locator("tr.sheet-row")
    expect(rows).to_have_count(9)
    expect(page.locator("tr.sheet-row .mark-planned").first).to_be_focused()
    keys(page, "g", " ", "v")  # two as planned, one refused
    write(page, "vill inte")
    keys(page, "Enter", "a")  # the second patient's drugs, all at once
    keys(page, "e", "Enter")  # not given: the routine wants to know why
    fault = page.locator(".asked-field .fault")
    expect(fault).to_have_text("Det här måste fyllas i.")
    reason = page.locator(".asked-field input[aria-invalid]")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-describedby", fault.get_attribute("id") or "")
    write(page, "sover")
    keys(page, "Enter", "d")  # partly: how much
    write(page, "25")
    keys(page, "Enter")
    write(page, "kräktes")
    keys(page, "Enter", "Control+s", "Control+s")
    all_sent(page, 8)
    expect(page.locator(".sheet-total")).to_contain_text("1")

    found = logged(site, DOSE)
    told = sorted((one["name"], one["fields"]["drug"], one["fields"]["outcome"]) for one in found)
    assert told == sorted(
        [
            (NAMES[0], "Alvedon", "given"),
            (NAMES[0], "Fragmin", "given"),
            (NAMES[0], "Metoprolol", "refused"),
            (NAMES[1], "Alvedon", "given"),
            (NAMES[1], "Fragmin", "given"),
            (NAMES[1], "Metoprolol", "given"),
            (NAMES[2], "Alvedon", "not_given"),
            (NAMES[2], "Fragmin", "partly"),
        ]
    )
    by_outcome = {one["fields"]["outcome"]: one["fields"] for one in found}
    assert by_outcome["refused"]["deviation_reason"] == "vill inte"
    assert by_outcome["not_given"]["not_given_reason"] == "sover"
    assert (by_outcome["partly"]["given_dose"], by_outcome["partly"]["deviation_reason"]) == (25, "kräktes")
    assert by_outcome["given"]["dose_unit"] in ("g", "mg", "unit")


def test_marks_and_what_is_half_typed_outlive_a_reload_and_a_lost_server(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 2)
    page = log_in("nurse")
    open_grid(page, "round")
    keys(page, "g", "v")
    write(page, "mår il")
    wait_until_kept(page, "round", "mår il")
    page.reload()
    page.locator(".sheet-bar").wait_for()
    expect(page.locator(".mark[aria-pressed=true]")).to_have_count(2)
    expect(page.locator(".asked-field input").first).to_have_value("mår il")

    page.context.set_offline(True)
    page.keyboard.press("Control+s")
    expect(page.locator(".state-question")).to_have_count(2)  # on this device
    assert logged(site, DOSE) == []
    page.context.set_offline(False)
    all_sent(page, 2)
    page.reload()
    all_sent(page, 2)
    page.keyboard.press("Control+s")
    assert len(logged(site, DOSE)) == 2


def test_a_refused_row_says_why_at_its_cell_and_is_mended_in_place(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 1, drugs=0)
    page = log_in("nurse")
    open_grid(page, "round")
    page.fill("#sheet-add", "19991331-2386")  # fits its check digit, and no such day is in any year
    page.keyboard.press("Enter")
    for text in ("Alvedon", "500 mg", "1", "gram", ""):
        if text == "gram":
            page.keyboard.press("g")
        else:
            write(page, text)
        page.keyboard.press("Tab")
    row = page.locator("tr.sheet-row")
    row.locator("[data-mark=given]").click()
    page.keyboard.press("Control+s")
    fault = page.locator(".sheet-head .fault")
    expect(fault).to_have_text(re.compile("Datum"))
    assert logged(site, DOSE) == []
    field = page.locator(".sheet-head input")
    field.fill("1")  # the bed of somebody on the list
    field.press("Enter")
    page.keyboard.press("Control+s")
    all_sent(page, 1)
    [dose] = logged(site, DOSE)
    assert dose["identity"] == identity(0)
    assert dose["fields"]["dose_unit"] == "g"


def test_what_was_just_given_is_not_marked_with_all_the_others(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 1)
    page = log_in("nurse")
    open_grid(page, "round")
    keys(page, "g", "Control+s")
    all_sent(page, 1)
    page.locator(".sheet-again").click()
    expect(page.locator(".state-done")).to_have_count(0)
    expect(page.locator(".sheet-doubt")).to_have_count(1)
    page.locator("[data-act=all]").click()
    expect(page.locator(".mark[aria-pressed=true]")).to_have_count(2)
    page.keyboard.press("Control+s")
    all_sent(page, 2)
    assert len(logged(site, DOSE)) == 3


def test_a_mark_can_be_undone_and_a_row_saved_by_itself(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 1)
    page = log_in("nurse")
    open_grid(page, "round")
    keys(page, "v", "Escape", "z")
    expect(page.locator(".mark[aria-pressed=true]")).to_have_count(0)
    expect(page.locator(".asked-field")).to_have_count(0)
    keys(page, "ArrowDown", "g", "ArrowUp", "ArrowUp", "ArrowDown", "s", "s")
    all_sent(page, 1)
    [dose] = logged(site, DOSE)
    assert dose["fields"]["drug"] == "Fragmin"
    assert "deviation_reason" not in dose["fields"]


def test_on_a_phone_one_patient_is_shown_with_large_buttons(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 3)
    page = log_in("nurse", 390, 844)
    open_grid(page, "round")
    expect(page.locator("tr.sheet-row:visible")).to_have_count(3)
    assert barriers(page) == []
    button = page.locator("tr.sheet-row:visible [data-mark=given]").first
    box = button.bounding_box()
    assert box and box["height"] >= 44 and box["width"] > 200
    button.click()
    page.locator("[data-mark=refused]:visible").nth(1).click()
    page.get_by_role("button", name="Nästa").click()
    expect(page.locator(".sheet-head:visible")).to_contain_text(NAMES[1])
    page.locator("[data-act=all]:visible").click()
    page.locator(".sheet-save").click()
    expect(page.locator(".sheet-status")).to_contain_text("5")
    all_sent(page, 5)
    assert len(logged(site, DOSE)) == 5


def test_thirty_patients_with_eight_drugs_fit_the_screen_and_keep_the_name_in_sight(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 3, drugs=1)
    page = log_in("nurse")
    open_grid(page, "round")
    lines = [
        f"{number}\tFiktiv {number}\t{identity(number)}\tDrog {drug}\t{drug}\tmg"
        for number in range(30)
        for drug in range(1, 9)
    ]
    paste(page, "\n".join(["Säng\tNamn\tPersonnummer\tLäkemedel\tDos\tEnhet", *lines]))
    page.keyboard.press("Enter")
    expect(page.locator("tr.sheet-row")).to_have_count(243)
    assert barriers(page) == []
    for _ in range(20):
        page.keyboard.press("PageDown")
    places = page.evaluate(
        """() => {
          const box = (element) => element.getBoundingClientRect();
          const cell = document.activeElement;
          const head = cell.closest("tbody").querySelector(".sheet-head th");
          return [0, box(head).top, box(head).bottom, box(cell).top + 1, box(cell).bottom,
            box(document.querySelector(".sheet-bar")).top];
        }"""
    )
    assert places == sorted(places), "the patient's name or the row itself is covered"
