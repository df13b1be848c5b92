"""Scanning with the camera: what it reads, and what it says where it cannot. Chromium films what the test drew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.scanner import FORM, PATIENTS, film, log_in, scanning_ward
from tracker.routine import Routine
from tracker.serial import code_of, write_serial

pytestmark = pytest.mark.browser
FORMATS = zxingcpp.BarcodeFormat
(ONE, ONE_NAME), (OTHER, _) = PATIENTS
SHEET = write_serial(421)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "sv-SE"}
FILMED = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, template_database: Path, routine: Routine) -> Iterator[str]:
    with scanning_ward(tmp_path_factory.mktemp("camera"), template_database, routine) as address:
        yield address


@contextmanager
def phone(chromium: Chromium, address: str, *switches: str) -> Iterator[Page]:
    """A nurse's phone with the logging form open, in a browser of its own with these switches."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    faults: list[str] = []
    browser = chromium.browser_type.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu", *switches])
    try:
        context = browser.new_context(base_url=address, **PHONE)
        page = log_in(context)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        page.goto(FORM)
        page.locator(".scan-said").wait_for(state="attached")
        yield page
    finally:
        browser.close()
    assert faults == []


def start_camera(page: Page) -> None:
    page.locator(".scan-button").click()


def cameras_on(page: Page) -> int:
    return page.evaluate("window.tracks.filter((track) => track.readyState === 'live').length")


WATCH_TRACKS = """() => {
  window.tracks = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const got = await open(wish);
    tracks.push(...got.getTracks());
    return got;
  };
}"""


def test_sheets_and_wristbands_of_every_sort_are_read_and_the_camera_goes_off(
    chromium: Chromium, ward: str, tmp_path: Path
) -> None:
    """One browser for all: the film is what its camera sees when it is switched on."""
    shown = tmp_path / "film.y4m"
    film(shown, (ONE, FORMATS.Code128))
    with phone(chromium, ward, *FILMED, f"--use-file-for-fake-video-capture={shown}") as page:
        page.evaluate(WATCH_TRACKS)
        for codes, expected in (
            ([(ONE, FORMATS.Code128)], ONE_NAME),
            ([(code_of(SHEET), FORMATS.QRCode)], SHEET),
            ([(ONE, FORMATS.DataMatrix)], ONE_NAME),
            ([(ONE, FORMATS.Aztec)], ONE_NAME),
        ):
            film(shown, *codes)
            start_camera(page)
            expect(page.locator(".scan-done")).to_contain_text(expected, timeout=20_000)
            expect(page.locator("dialog")).to_have_count(0)
            assert cameras_on(page) == 0
            page.locator(".scan-close").click()
        expect(page.locator("#sheet")).to_have_value(SHEET)

        film(shown, (ONE, FORMATS.QRCode), (OTHER, FORMATS.QRCode))
        start_camera(page)
        expect(page.locator(".scan-words")).to_contain_text("several codes", timeout=20_000)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        page.wait_for_function("() => window.tracks.every((track) => track.readyState === 'ended')")


def test_a_refused_camera_says_what_to_do(chromium: Chromium, ward: str) -> None:
    with phone(chromium, ward, "--use-fake-device-for-media-stream", "--deny-permission-prompts") as page:
        start_camera(page)
        expect(page.locator("dialog .scan-words")).to_contain_text("Allow it for this page")
        page.locator("dialog button", has_text="Close").click()
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator(".scan-button")).to_be_focused()


def test_over_plain_http_a_phone_says_that_the_address_is_the_reason(chromium: Chromium, ward: str) -> None:
    address = f"http://ward.example:{urlsplit(ward).port}"
    with phone(chromium, address, "--host-resolver-rules=MAP ward.example 127.0.0.1") as page:
        assert page.evaluate("isSecureContext") is False
        start_camera(page)
        expect(page.locator(".scan-bad")).to_contain_text("https://")
        expect(page.locator("dialog")).to_have_count(0)


def test_without_a_camera_there_is_no_button(chromium: Chromium, ward: str) -> None:
    with phone(chromium, ward) as page:
        page.wait_for_function("() => navigator.mediaDevices.enumerateDevices().then((all) => all.length === 0)")
        expect(page.locator(".scan-button")).to_have_count(0)


def test_only_the_decoder_may_run_webassembly(chromium: Chromium, ward: str) -> None:
    with phone(chromium, ward) as page:
        policies = {
            path: page.request.get(path).headers["content-security-policy"]
            for path in (FORM, "/static/js/scan.js", "/static/js/scan/decoder.js")
        }
    assert [path for path, policy in policies.items() if "wasm" in policy] == ["/static/js/scan/decoder.js"]
