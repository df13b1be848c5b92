"""The unit's list by keyboard and on a phone."""

from __future__ import annotations

from tests.browser.conftest import LogIn
from tests.region import numbered_patient


def test_a_ward_is_typed_in_without_the_mouse_and_a_bed_is_found(log_in: LogIn) -> None:
    page = log_in("nurse")
    page.goto("/patients")
    page.focus("#identity")
    for number in range(1, 9):
        page.keyboard.type(numbered_patient(number), delay=45)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type(f"Test P{number}", delay=45)
        page.keyboard.press("Tab")
        page.keyboard.type(str(number + 5))
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "added=" in url)
        page.locator(".patients-list tbody tr").nth(number - 1).wait_for()
        page.locator("#identity:focus").wait_for()
    beds = page.locator(".patients-list .spot strong").all_inner_texts()
    assert beds == [str(bed) for bed in range(6, 14)]
    page.fill("#find", "p7")
    assert page.locator(".patients-list tbody tr:visible").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".patients-list tbody tr:visible").count() == 8


def test_on_a_phone_nothing_sticks_out_and_the_list_comes_first(log_in: LogIn) -> None:
    page = log_in("nurse", 390, 844)
    page.goto("/patients")
    page.fill("#identity", numbered_patient(1))
    page.fill("#name", "Maria-Magdalena Charlotta Emanuelsdotter von Schwartzenberg-Lindenkrona")
    page.fill("#bed", "10:2")
    page.click("#add form .btn-primary")
    page.wait_for_url(lambda url: "added=" in url)
    page.goto("/patients")
    assert not page.locator("#identity").is_visible()
    page.click(".row-more summary")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.fill(".row-form input[name=bed]", "11")
    page.click(".row-form .btn-primary")
    page.wait_for_url(lambda url: "changed=" in url)
    assert page.locator(".patients-list .spot strong").inner_text() == "11"
