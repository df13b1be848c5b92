"""Reading a workbook in, in a browser: it goes on by itself, on a phone too, and no page of it keeps anybody out."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import Workbook, load_workbook

from tests.browser.conftest import VisitAs
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.exports.action_book import saved, sheet_of, write
from tests.region import TEST_NUMBERS

pytestmark = pytest.mark.browser
ROWS = 50


def fill(book: Workbook) -> bytes:
    """More doses than one portion, one that is wrong, and two that say the same. All but one are done by a stranger."""
    row = {
        "_patient": TEST_NUMBERS[6], "_date": "2026-01-02", "_by": "Vikarie Vera", "_role": "nurse",
        "drug": "Furix", "dose": 1, "dose_unit": "mg",
    }  # fmt: skip
    sheet = sheet_of(book)
    for place in range(ROWS):
        write(sheet, 3 + place, {**row, "_time": f"08{place:02d}", "drug": f"Läkemedel {place}"})
    write(sheet, 3 + ROWS, {**row, "_time": "25:00"})
    return saved(book)


def look(visitor: Visitor) -> None:
    visitor.unfold()
    assert visitor.barriers() == []
    assert visitor.wider_than(PHONE) + visitor.wider_than(DESK) == []


def test_a_long_workbook_is_logged_by_itself_and_the_rest_comes_back(visit_as: VisitAs) -> None:
    nurse = visit_as("ssk")
    page = nurse.page
    nurse.open("/actions/import")
    look(nurse)
    with page.expect_download() as taken:
        page.click("a.btn-primary[download]")
    book = load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    page.set_input_files("input[type=file]", files=[
        {"name": "logga.xlsx", "mimeType": "application/octet-stream", "buffer": fill(book)}
    ])  # fmt: skip
    page.click("form[enctype] button")
    page.wait_for_selector(".import-counts")
    look(nurse)
    ticks = page.locator("input[name=agreed]")
    assert ticks.count() == ROWS, "a date so long before the outage is asked about"
    button = page.locator("#confirm-import .btn-primary")
    assert button.is_disabled(), "nothing is ready and nothing ticked"
    page.click("[data-tick-all]")
    assert re.search(rf"\b{ROWS}\b", button.inner_text())
    button.click()
    page.wait_for_selector(".import-rest")
    assert [page.locator(".import-counts .number").nth(place).inner_text() for place in range(3)] == [
        str(ROWS),
        "0",
        "1",
    ]
    look(nurse)
    with page.expect_download() as handed_back:
        page.click(".import-rest a[download]")
    rest = load_workbook(io.BytesIO(handed_back.value.path().read_bytes()))
    assert sheet_of(rest).cell(3, 2).comment is None
    assert "25:00" in [cell.value for cell in sheet_of(rest)[3]]
    page.click(".import-rest form button")
    page.wait_for_selector("input[type=file]")
