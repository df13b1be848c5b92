"""Printed forms: every side fits its paper, carries its number, and its code is read back by a scanner."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from exports.blank_form import FRONT_ROOM, NEXT_ROOM
from tests.browser.conftest import LogIn, Site
from tests.region import unit, user
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import current_routine, db
from tracker.services.sheet import Wanted, issue_sheets

_MM = 96 / 25.4
OVERFLOW = """sides => sides.filter(side => side.scrollHeight > side.clientHeight
    || [...side.querySelectorAll('.cells, .form-what')].some(part => part.scrollHeight > part.clientHeight + 1)
    || (side.querySelector('.form-foot')?.getBoundingClientRect().bottom ?? 0) > side.getBoundingClientRect().bottom
    || [...side.querySelectorAll('.cell, .row-tick, .patient-box *')].some(
        part => part.getBoundingClientRect().right > side.getBoundingClientRect().right - 20)
  ).map(side => side.querySelector('.form-kind, .r-head, .r-what')?.textContent ?? 'a side')"""
SMALL_LINES = """sides => sides.flatMap(side => [...side.querySelectorAll('.line, .rows tbody tr, .digit')])
  .filter(line => line.getBoundingClientRect().height < 8 * 96 / 25.4 && !line.closest('.reading')).length"""

ROOMS = """sides => sides.filter(side => side.querySelector('.cells')).map(side =>
  [Boolean(side.querySelector('.performed')), side.querySelector('.cells').clientHeight * 25.4 / 96])"""


def issued(site: Site, wanted: dict[str, int]) -> list[int]:
    """Forms printed ahead for the ward: the ids of their series."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        orders = [Wanted(kind, count) for kind, count in wanted.items()]
        series = issue_sheets(unit(), None, orders, current_routine(), actor=user("nurse"))
        db.session.commit()
        found = [one.id for one in series]
        db.session.remove()
        db.engine.dispose()
    return found


def address(series: list[int], **more: str) -> str:
    query = [f"series={number}" for number in series] + [f"{name}={value}" for name, value in more.items()]
    return f"/sheets/print?{'&'.join(query)}"


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def codes_on(page: Page, side: int) -> list[str]:
    picture = page.locator(".side-of-paper").nth(side).screenshot()
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_pack_of_every_kind_fits_its_pages(site: Site, log_in: LogIn, language: str) -> None:
    series = issued(site, dict.fromkeys(site.routine.kinds, 1))
    page = log_in("nurse")
    page.goto(address(series, pack="1", language=language, sides="one"))
    page.emulate_media(media="print")
    sides = page.locator(".side-of-paper")
    assert sides.evaluate_all(OVERFLOW) == []
    assert sides.evaluate_all(SMALL_LINES) == 0
    rooms = sides.evaluate_all(ROOMS)
    assert [room for is_front, room in rooms if room < (FRONT_ROOM if is_front else NEXT_ROOM)] == []
    assert pages_of(page.pdf(prefer_css_page_size=True)) == sides.count()
    assert page.locator(".print-tools, .top").first.is_hidden()


def test_every_side_carries_its_number_and_the_code_is_read_back(site: Site, log_in: LogIn) -> None:
    kinds = {"melior.medication-administration": 2, "elvis.visit": 1, "provisio.surgery-record": 2, "melior.note": 1}
    page = log_in("nurse")
    page.goto(address(issued(site, kinds)))
    page.emulate_media(media="print")
    sides = page.locator(".side-of-paper")
    told = [
        (side.locator(".form-serial").all_inner_texts() or [""])[0]
        for side in (sides.nth(number) for number in range(sides.count()))
    ]
    # Printed on both sides, as the surgery forms are: a form begins on the front of a paper.
    assert [bool(serial) for serial in told] == [True, False] * 3 + [True] * 4 + [True]
    for number, serial in enumerate(told):
        assert codes_on(page, number) == ([f"DT:{serial}"] if serial else [])
        if serial:
            code = sides.nth(number).locator("svg.qr").bounding_box()
            assert code and code["width"] * 21 / 29 >= 22 * _MM  # without its quiet zone
    assert told[6] == told[7] != told[8] == told[9]
    assert pages_of(page.pdf(prefer_css_page_size=True)) == len(told)


def test_forms_on_one_side_need_no_empty_pages(site: Site, log_in: LogIn) -> None:
    series = issued(site, {"melior.note": 3})
    page = log_in("nurse")
    page.goto(address(series))
    assert page.locator(".side-of-paper").count() == 3
    page.get_by_role("button", name=re.compile("Skriv ut|Print")).first.wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
