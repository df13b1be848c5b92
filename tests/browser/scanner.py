"""A hand scanner and a camera for tests: keys as a scanner sends them, and a film that shows a code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from weakref import WeakKeyDictionary

import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.region import TEST_NUMBERS, declare, log, user
from tests.server import running_server
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.routine import Routine
from tracker.services.event import CommandLine
from tracker.services.login import set_password

PASSWORD = "papper och penna 26"
FORM = "/log/melior.medication-administration"
PATIENTS = ((TEST_NUMBERS[0], "Tolv Tolvsson"), (TEST_NUMBERS[1], "Tretton Trettonsson"))
_SHIFT = 8
_US_PLACES = {
    ":": ("Semicolon", True),
    "-": ("Minus", False),
    "]": ("BracketRight", False),
    " ": ("Space", False),
}
_ON_SWEDISH = {":": "Ö", "-": "+"}
"""What a Swedish computer makes of a scanner that was set to a US keyboard."""
_HOLD_TIME = """() => {
  const { setTimeout, clearTimeout } = window, late = new Map();
  let holds = true;
  window.setTimeout = (does, wait, ...told) => {
    const go = () => does(...told);
    const id = setTimeout(() => (holds ? late.set(id, go) : go()), wait);
    return id;
  };
  window.clearTimeout = (id) => { late.delete(id); clearTimeout(id); };
  window.letTimeGo = () => {
    Object.assign(window, { setTimeout, clearTimeout });
    holds = false;
    for (const go of late.values()) go();
  };
}"""
SIZE = (640, 480)
FRAMES = 4


@contextmanager
def scanning_ward(folder: Path, template_database: Path, routine: Routine) -> Iterator[str]:
    """A served ward in an outage, with two patients in the list of its logging form, in English; gives the address."""
    shutil.copy(template_database, folder / "tracker.sqlite3")
    app = create_app(Settings(data_dir=folder), routine)
    with app.app_context():
        set_password(user("nurse"), PASSWORD, actor=CommandLine())
        outage = declare("melior")
        for identity, name in PATIENTS:
            log(outage, "melior.note", identity=identity, name=name)
        db.session.remove()
        db.engine.dispose()
    with running_server(folder, language="en") as address:
        yield address


def log_in(context: BrowserContext) -> Page:
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/login")
    page.fill("#login", "nurse")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda address: not address.endswith("/login"))
    return page


_last_key: WeakKeyDictionary[Page, float] = WeakKeyDictionary()


def send_keys(
    page: Page, text: str, *, gap: float, end: str = "", us_scanner: bool = False, held: bool = False, rest: float = 1
) -> None:
    """Keys with `gap` milliseconds between them by their own time stamps, however busy this computer is.

    The first follows `rest` seconds after the last of the call before. What the page would do after a time waits
    until the last key has come: each takes its way through the test, which a real scanner's does not.
    """
    page.evaluate(_HOLD_TIME)
    session = page.context.new_cdp_session(page)
    at = _last_key.get(page, time()) + rest
    for character in text:
        place, shift = _US_PLACES.get(
            character, (f"Key{character}" if character.isalpha() else f"Digit{character}", False)
        )
        if character == "\r":
            _press(session, "Enter", "Enter", at, typed="\r")
        else:
            typed = _ON_SWEDISH.get(character, character) if us_scanner else character
            _press(session, typed, place, at, shift=shift or character.isupper(), repeat=held)
        at += gap / 1000
    if end:
        _press(session, end, end, at, typed="\r" if end == "Enter" else "")
    _last_key[page] = at
    session.detach()
    page.evaluate("() => letTimeGo()")


def scan(page: Page, text: str, *, end: str = "Enter", us_scanner: bool = False) -> None:
    """One pull of the trigger."""
    send_keys(page, text, gap=8, end=end, us_scanner=us_scanner)


def pause(page: Page) -> None:
    """Until any code is over."""
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 200))")


def _press(
    session: CDPSession,
    key: str,
    code: str,
    at: float,
    *,
    shift: bool = False,
    repeat: bool = False,
    typed: str | None = None,
) -> None:
    told = {"key": key, "code": code, "timestamp": at, "modifiers": _SHIFT if shift else 0}
    text = key if typed is None else typed
    virtual = {"Enter": 13, "Tab": 9, "Escape": 27, " ": 32}.get(key, 0)
    down = {**told, "type": "keyDown", "text": text, "autoRepeat": repeat, "windowsVirtualKeyCode": virtual}
    session.send("Input.dispatchKeyEvent", down)
    session.send("Input.dispatchKeyEvent", {**told, "type": "keyUp", "windowsVirtualKeyCode": virtual})


def film(path: Path, *codes: tuple[str, zxingcpp.BarcodeFormat]) -> Path:
    """A y4m film of one still picture with these codes beside each other, on a grey ground as a camera sees it."""
    picture = Image.new("L", SIZE, 205)
    room = SIZE[0] // len(codes)
    for number, (text, kind) in enumerate(codes):
        drawn = zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=True)
        height, width = drawn.shape[:2]
        scale = max(1, min((room - 40) // width, 300 // height))
        drawing = Image.fromarray(drawn).convert("L").resize((width * scale, height * scale), Image.Resampling.NEAREST)
        place = (number * room + (room - drawing.width) // 2, (SIZE[1] - drawing.height) // 2)
        picture.paste(drawing, place)
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _number in range(FRAMES):
            file.write(b"FRAME\n" + picture.tobytes() + grey)
    return path
