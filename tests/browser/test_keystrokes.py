"""How many presses, taps and seconds the ward's daily work takes, beside the same work in a plain Excel sheet.

The counts stand in docs/keystrokes.md. After a change that makes them better (or worse) write them anew:
`WRITE_MEASURES=1 pytest tests/browser/test_keystrokes.py`.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser import spreadsheet
from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import DOSE, NAMES, VISIT, furnish_clinic, furnish_ward, logged, open_grid
from tests.browser.hand import Hand
from tests.server import ROOT

pytestmark = pytest.mark.browser
FILE = ROOT / "docs" / "keystrokes.md"
TASKS = {
    "handout": "One handout",
    "round": "A round of 12 patients with 3 drugs, 3 deviations",
    "visits": "A visit list of 20, with 2 who did not come and 3 free of charge",
}


def line(task: str, where: str, hand: Hand) -> str:
    return f"| {TASKS[task]} | {where} | {hand.keys} | {hand.taps} | {hand.steps} | {hand.seconds} |\n"


def compare(task: str, here: Hand, excel: Hand) -> None:
    """Fewer than in Excel, and as many as the file says."""
    assert here.keys + here.taps < excel.keys + excel.taps
    assert here.seconds < excel.seconds
    lines = line(task, "here", here) + line(task, "Excel", excel)
    if os.environ.get("WRITE_MEASURES") == "1":
        write(task, lines)
    assert lines in FILE.read_text(), f"docs/keystrokes.md is not what was counted:\n{lines}"


def write(task: str, lines: str) -> None:
    """Put the task's lines where they stood, or at the end of the table."""
    before = FILE.read_text().splitlines(keepends=True)
    others = [one for one in before if not one.startswith(f"| {TASKS[task]} |")]
    tasks = list(TASKS.values())
    earlier = [f"| {one} |" for one in tasks[: tasks.index(TASKS[task])]] + ["|---"]
    place = max(number for number, one in enumerate(others) if one.startswith(tuple(earlier))) + 1
    FILE.write_text("".join([*others[:place], lines, *others[place:]]))


def saved(page: Page, count: int) -> None:
    expect(page.locator(".state-done")).to_have_count(count)


def test_one_handout(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 12)
    page = log_in("nurse")
    page.goto(f"/ward/log/{DOSE}")
    expect(page.locator("#patient-search")).to_be_focused()
    hand = Hand(page)
    hand.think()
    hand.write("2")
    hand.press("Enter")
    picks = page.locator(".pick", has_text="Metoprolol")
    expect(picks).to_be_visible()
    hand.think()
    hand.press(picks.locator("kbd").inner_text())
    hand.think()
    hand.press("Enter")
    expect(page.locator(".saved a[href^='/actions/']")).to_be_visible()
    [dose] = logged(site, DOSE)
    assert (dose["name"], dose["fields"]["drug"], dose["fields"]["dose"]) == (NAMES[1], "Metoprolol", 50)
    compare("handout", hand, spreadsheet.handout())


def test_a_medication_round(log_in: LogIn, site: Site) -> None:
    furnish_ward(site, 12)
    page = log_in("nurse")
    open_grid(page, "round")
    expect(page.locator("tr.sheet-row .mark-planned").first).to_be_focused()
    hand = Hand(page)
    hand.think(12)  # every patient's paper list is read
    deviations = {
        1: ("v", "vill inte", "Enter"),
        6: ("ArrowDown", "d", "25", "Enter", "kräktes", "Enter"),
        9: ("e", "sover", "Enter"),
    }
    for patient in range(12):
        for part in deviations.get(patient, ()):
            if len(part) == 1 or part in ("Enter", "ArrowDown"):
                hand.press(part)
            else:
                hand.write(part)
        if patient in deviations:
            hand.think(2)
        hand.press("a")
    hand.think()
    hand.press("Control+s")
    saved(page, 36)
    doses = logged(site, DOSE)
    other = sorted((one["name"], one["fields"]["outcome"]) for one in doses if one["fields"]["outcome"] != "given")
    assert len(doses) == 36
    assert other == sorted([(NAMES[1], "refused"), (NAMES[6], "partly"), (NAMES[9], "not_given")])
    compare("round", hand, spreadsheet.medication_round())


def test_a_visit_list(log_in: LogIn, site: Site) -> None:
    furnish_clinic(site, 20)
    page = log_in("secretary")
    open_grid(page, "visits")
    hand = Hand(page)
    for name, text in (
        ("visit_type", "n"),
        ("contact_type", ""),
        ("clinician", ""),
        ("fee", "275"),
        ("payment_method", "kor"),
    ):
        expect(page.locator(f"#head-{name}")).to_be_focused()
        if text:
            hand.think()
            hand.write(text)
        hand.press("Enter")
    hand.press("Enter")  # what holds for those who do not come may stay as it is
    expect(page.locator("tr.sheet-row .mark-planned").first).to_be_focused()
    hand.think(20)  # every patient on the paper list is looked up
    missed, free = (3, 9), (6, 12, 17)
    for patient in range(20):
        if patient in missed:
            hand.think()
            hand.press("u")
        elif patient in free:
            hand.think(2)
            hand.press("f")
            hand.write("ba")
            hand.press("Enter")
        else:
            hand.press("b")
    hand.think()
    hand.press("Control+s")
    saved(page, 20)
    visits = [one["fields"] for one in logged(site, VISIT)]
    count = {
        "paid": sum(
            one["payment"] == "paid" and one["fee"] == 275 and one["payment_method"] == "card" for one in visits
        ),
        "free": sum(one.get("free_reason") == "child" for one in visits),
        "missed": sum(one["attendance"] == "no_show" for one in visits),
    }
    assert count == {"paid": 15, "free": 3, "missed": 2}
    compare("visits", hand, spreadsheet.visit_list())
