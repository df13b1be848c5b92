"""The re-entry workbook taken along, ticked, and read back in a browser: every step can be used by everybody."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.browser.conftest import VisitAs
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.exports.action_book import saved
from tests.exports.reading import heading

pytestmark = pytest.mark.browser


def tick_last_rows(book: Workbook) -> bytes:
    """Of three rows that are ready one is done, one not needed without a reason, and one has lost its code."""
    columns: list[tuple[Worksheet, int]] = []
    ready = {
        str(key)
        for key, content in book["_ticks"].iter_rows(min_row=9, max_col=2, values_only=True)
        if json.loads(str(content))["state"] == "ready"
    }
    for sheet in book.worksheets[1:-1]:
        code = heading(sheet).index("Signatur") + 4
        columns += [(sheet, row) for row in range(2, sheet.max_row + 1) if sheet.cell(row, code).value in ready]
    for (sheet, row), cells in zip(columns[-3:], ({0: "Klar", 2: "AB"}, {0: "Ej aktuell"}, {5: None}), strict=True):
        tick = heading(sheet).index("Bocka av") + 1
        for step, value in cells.items():
            sheet.cell(row, tick + step).value = value
    return saved(book)


def look(visitor: Visitor) -> None:
    visitor.unfold()
    assert visitor.barriers() == []
    assert visitor.wider_than(PHONE) + visitor.wider_than(DESK) == []


def tiles(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".import-counts .number").all_inner_texts()


def test_a_workbook_is_taken_ticked_and_read_back(visit_as: VisitAs) -> None:
    secretary = visit_as("sekreterare")
    page = secretary.page
    secretary.open("/lists?states=ready&role=secretary")
    with page.expect_download() as taken:
        page.click("button[formaction='/lists/workbook.xlsx']")
    content = tick_last_rows(load_workbook(io.BytesIO(taken.value.path().read_bytes())))
    page.click("a[href='/ticks']")
    look(secretary)
    page.set_input_files("input[type=file]", files=[
        {"name": "ifylld.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    ])  # fmt: skip
    page.click("form[enctype] button")
    page.wait_for_selector(".import-counts")
    look(secretary)
    changed, conflicts, problems, known, _untouched, gone = tiles(secretary)
    assert (changed, conflicts, problems, known, gone) == ("1", "0", "2", "0", "0")
    page.click(".import-go .btn-primary")
    page.wait_for_selector(".import-rest")
    look(secretary)
    assert [tiles(secretary)[0], tiles(secretary)[3]] == ["1", "2"]
    with page.expect_download() as rest:
        page.click(".import-rest a[download]")
    assert load_workbook(io.BytesIO(rest.value.path().read_bytes())).worksheets[0].max_row == 3
    page.click(".import-rest form button")
    page.wait_for_selector("input[type=file]")
