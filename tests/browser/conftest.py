"""A real server process and a real Chromium, driven as the users do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from tests.region import USERS, user
from tests.server import running_server
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.routine import Routine
from tracker.services.event import CommandLine
from tracker.services.login import set_password

PASSWORD = "papper och penna 26"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Site:
    """The served region of tests/region.py, and its data for looking behind the pages."""

    address: str
    data_dir: Path
    routine: Routine


@pytest.fixture
def site(tmp_path: Path, template_database: Path, routine: Routine) -> Iterator[Site]:
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        for login in USERS:
            set_password(user(login), PASSWORD, actor=CommandLine())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with running_server(tmp_path) as address:
        yield Site(address, tmp_path, routine)


LogIn = Callable[..., Page]


@pytest.fixture
def log_in(chromium: Chromium, site: Site) -> Iterator[LogIn]:
    """Log a user in, in a browser of their own. Any script error or refused request fails the test."""
    faults: list[str] = []
    contexts = []

    def open_for(login: str, width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=site.address,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if re.search("Content Security", said.text) else None)
        page.goto("/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{site.address}/")
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert faults == []
