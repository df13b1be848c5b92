"""Forty items of ten patients worked in Melior with the keyboard alone, beside the same work from the Excel checklist.

The counts stand in docs/desk-keystrokes.md; written anew with WRITE_MEASURES=1.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser import spreadsheet
from tests.browser.conftest import LogIn, Site
from tests.browser.desk_ward import DOSES, furnish_desk, references, take_next
from tests.browser.hand import Hand
from tests.server import ROOT

pytestmark = pytest.mark.browser
FILE = ROOT / "docs" / "desk-keystrokes.md"
PATIENTS = 10
ITEMS = PATIENTS * len(DOSES)


def line(where: str, hand: Hand) -> str:
    each = f"{hand.keys / ITEMS:.1f} | {hand.seconds / ITEMS:.1f}"
    return f"| {where} | {hand.keys} | {hand.taps} | {hand.steps} | {hand.seconds} | {each} |\n"


def copy_all(page: Page, hand: Hand) -> int:
    """C for each field, until only the running text is left; gives how many were copied."""
    copied = 0
    while page.locator(".typed.is-next, .patient-head.is-next").count():
        left = page.locator(".work[data-current] .typed .copy:not(.copied), .patient-head .copy:not(.copied)").count()
        hand.press("c")
        expect(
            page.locator(".work[data-current] .typed .copy:not(.copied), .patient-head .copy:not(.copied)")
        ).to_have_count(left - 1)
        copied += 1
    return copied


def test_forty_items_of_ten_patients_with_the_keyboard_alone(log_in: LogIn, site: Site) -> None:
    furnish_desk(site, PATIENTS)
    page = log_in("nurse", height=1200)
    take_next(page)
    page.mouse.move(0, 0)
    hand = Hand(page)
    fields = []
    for number in range(ITEMS):
        if number and number % len(DOSES) == 0:
            expect(page.locator(".keys-on form[action*='/queue/next'] button")).to_be_focused()
            hand.think()
            hand.press("k")  # the next patient
        item = page.locator(".work[data-mine][data-current]")
        expect(item).to_have_count(1)
        expect(page.locator(".is-next .copy")).to_be_focused()
        expect(item.locator(".work-where .section")).to_be_in_viewport()
        hand.think()  # the right patient and drug are found in Melior
        fields.append(copy_all(page, hand))
        hand.think()
        before = item.get_attribute("id")
        hand.press("k")
        expect(page.locator(f"#{before}[data-mine]")).to_have_count(0)
    expect(page.locator(".work[data-mine]")).to_have_count(0)
    assert len(references(site)) == ITEMS
    excel = spreadsheet.checklist(fields, len(DOSES))
    assert hand.taps == 0
    assert hand.keys < excel.keys
    lines = line("here", hand) + line("Excel checklist", excel)
    if os.environ.get("WRITE_MEASURES") == "1":
        others = [
            one for one in FILE.read_text().splitlines(keepends=True) if not one.startswith(("| here", "| Excel"))
        ]
        place = next(number for number, one in enumerate(others) if one.startswith("|---")) + 1
        FILE.write_text("".join([*others[:place], lines, *others[place:]]))
    assert lines in FILE.read_text(), f"docs/desk-keystrokes.md is not what was counted:\n{lines}"
