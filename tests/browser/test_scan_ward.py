"""Scanning in the ward application: where letters are commands, a code must not give anybody a dose."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import furnish_ward, identity, open_grid
from tests.browser.scanner import pause, scan, send_keys
from tests.region import TEST_NUMBERS
from tracker.serial import code_of, write_serial

pytestmark = pytest.mark.browser
PRESSED = ".sheet-screen [aria-pressed=true]"
SAVES = next(write_serial(number) for number in range(1, 24) if write_serial(number).endswith("S"))
"""A serial whose letter saves a row where it is typed as a command."""


@pytest.fixture
def round_(log_in: LogIn, site: Site) -> Page:
    furnish_ward(site, patients=3)
    page = log_in("nurse")
    open_grid(page, "round")
    expect(page.locator("[data-cell^=mark-]:focus")).to_have_count(1)
    return page


def test_a_code_on_a_rows_buttons_marks_nothing_and_leads_to_the_patient(round_: Page) -> None:
    scan(round_, code_of(SAVES))
    expect(round_.locator(".scan-said")).to_contain_text(SAVES)
    scan(round_, "AGV1234567890D", end="")  # a code of something else, from a scanner without Enter
    scan(round_, identity(1))
    expect(round_.locator(".scan-done")).to_contain_text("Bo Berg")
    expect(round_.locator(PRESSED)).to_have_count(0)
    expect(round_.locator("tbody", has_text="Bo Berg").locator(":focus")).to_have_count(1)

    scan(round_, TEST_NUMBERS[0])
    expect(round_.locator("#sheet-add")).to_be_focused()
    expect(round_.locator(PRESSED)).to_have_count(0)


def test_no_blank_or_enter_of_a_code_presses_the_button_it_falls_on(round_: Page) -> None:
    number = identity(1)
    for code in (
        f"{number[:8]} {number[8:]}",
        "AB 1234567 C",
        " 12 34 56 78 90 12 34 56",
        "LOT  G V D",
        "A1\rG 2345 678",
        "G V " * 60,
    ):
        for end in ("", "Enter"):
            scan(round_, code, end=end)
            pause(round_)
            expect(round_.locator(PRESSED)).to_have_count(0)
            round_.locator("[data-cell=mark-given]").first.focus()


def test_the_space_that_somebody_presses_does_what_it_always_did(round_: Page) -> None:
    given = round_.locator("[data-cell=mark-given]")
    given.first.focus()
    round_.keyboard.press("Space", delay=70)
    expect(round_.locator(PRESSED)).to_have_count(1)
    expect(given.nth(1)).to_be_focused()
    round_.keyboard.down("Space")
    pause(round_)
    for _time in range(3):
        round_.keyboard.down("Space")  # held down, it comes again and again
    round_.keyboard.up("Space")
    expect(round_.locator(PRESSED)).to_have_count(2)
    expect(given.nth(2)).to_be_focused()
    send_keys(round_, "G ", gap=20)  # faster than anybody: the second is for the row that the first leads to
    expect(round_.locator(PRESSED)).to_have_count(4)
    round_.keyboard.press("t", delay=70)
    send_keys(round_, " 1 ", gap=20)
    expect(round_.locator("[data-cell=at]:focus")).to_have_value(" 1 ")


def test_commands_are_still_commands_however_fast(round_: Page) -> None:
    send_keys(round_, "GGG", gap=20)
    expect(round_.locator(PRESSED)).to_have_count(3)
    send_keys(round_, "G", gap=20)
    expect(round_.locator(PRESSED)).to_have_count(4)
    send_keys(round_, "T1234", gap=20)  # faster than anybody: the time goes into the cell that T leads to
    expect(round_.locator("[data-cell=at]:focus")).to_have_value("1234")
    expect(round_.locator(PRESSED)).to_have_count(4)


def test_the_form_of_a_row_is_never_replaced_without_asking(round_: Page) -> None:
    first, second = write_serial(7), write_serial(8)
    round_.keyboard.press("m", delay=70)
    dialog, field = round_.locator("dialog[open]"), round_.locator("#row-sheet")
    scan(round_, code_of(first))
    expect(field).to_have_value(first)
    scan(round_, code_of(second))
    ask = dialog.locator(".scan-ask")
    expect(ask).to_contain_text(second)
    expect(field).to_have_value(first)
    send_keys(round_, "", gap=8, end="Escape")
    expect(ask).to_have_count(0)
    expect(dialog).to_be_visible()
    expect(field).to_have_value(first)
    scan(round_, code_of(second))
    ask.locator("button", has_text=second).last.click()
    expect(field).to_have_value(second)
    scan(round_, code_of(second))
    expect(dialog.locator(".scan-done")).to_contain_text(second)
    dialog.locator(".btn-primary").last.click()
    expect(dialog).to_have_count(0)
    scan(round_, identity(1))
    expect(round_.locator("body > .scan-done")).to_contain_text("Bo Berg")


def test_a_wristband_on_the_patient_pages_leads_to_the_row_or_fills_in_who_is_new(round_: Page) -> None:
    round_.goto("/patients")
    round_.locator(".scan-said").wait_for(state="attached")
    round_.focus("#name")
    scan(round_, identity(1))
    expect(round_.locator("tr", has_text="Bo Berg").locator(".who a")).to_be_focused()
    expect(round_.locator(".scan-done")).to_contain_text("2 Bo Berg")
    scan(round_, TEST_NUMBERS[2])
    expect(round_.locator("#identity")).to_have_value("19900101-2385")
    expect(round_.locator("#name")).to_be_focused()

    round_.goto("/ward/patients")
    round_.locator("#find-patient").wait_for()
    scan(round_, identity(1))
    round_.wait_for_url("**/ward/log/**")
    expect(round_.locator("#chosen-patient")).to_contain_text("Bo Berg")
    scan(round_, identity(0))
    expect(round_.locator(".scan-ask")).to_contain_text("Anna Alm")
    round_.locator(".scan-ask button", has_text="Anna Alm").click()
    expect(round_.locator("#chosen-patient")).to_contain_text("Anna Alm")
