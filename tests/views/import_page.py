"""Handing in a workbook of actions, as its reader does."""

from __future__ import annotations

import io
import re
from html import unescape

from openpyxl import Workbook

from tests.exports.action_book import saved
from tests.page import Browser, Page


def hand_in(browser: Browser, book: Workbook | bytes, *, name: str = "logga.xlsx", query: str = "") -> Page:
    content = book if isinstance(book, bytes) else saved(book)
    return browser.post(
        f"/actions/import{query}", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def place_of(page: Page) -> str:
    """Where the page's upload lives."""
    found = re.search(r"/actions/import/[0-9a-f-]{36}", page.html)
    assert found, page.html
    return found[0]


def counts(page: Page) -> dict[str, int]:
    tiles = re.findall(r'class="number">(\d+)</span><small>([^<]+)<', page.html)
    return {unescape(label): int(number) for number, label in tiles}


def faults(page: Page) -> list[tuple[str, ...]]:
    """(row, column, message) of every fault that is told."""
    found = re.findall(
        r'<td class="import-lines" data-label="[^"]*">([^<]+)</td><td data-label="[^"]*">([^<]*)</td><td>([^<]*)',
        page.html,
    )
    return [tuple(unescape(part).strip() for part in row) for row in found]


def let_in(browser: Browser, page: Page, *agreed: int) -> Page:
    """Confirm, and press "Go on" until it is done."""
    place = place_of(page)
    shown = browser.post(f"{place}/confirm", {"agreed": [str(number) for number in agreed]})
    while 'id="go-on"' in shown.html:
        shown = browser.post(f"{place}/continue")
    return shown
