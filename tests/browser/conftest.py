"""A real server process and a real Chromium, driven as the users do."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from tests.browser.pages import find_values
from tests.browser.visitor import DESK, Visitor
from tests.region import USERS, user
from tests.server import running_server
from tracker import create_app
from tracker.config import Settings
from tracker.demo.load import load_demo
from tracker.demo.region import PASSWORD as DEMO_PASSWORD
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


@pytest.fixture(scope="session")
def site_database(tmp_path_factory: pytest.TempPathFactory, template_database: Path, routine: Routine) -> Path:
    """The region, where everybody has a password."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(template_database, folder)
    app = create_app(Settings(data_dir=folder), routine)
    with app.app_context():
        for login in USERS:
            set_password(user(login), PASSWORD, actor=CommandLine())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return folder / template_database.name


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, site_database: Path, routine: Routine) -> Iterator[Site]:
    """One server for all tests of a process: to start one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(site_database, folder)
    with running_server(folder) as address:
        yield Site(address, folder, routine)


@pytest.fixture
def site(served: Site, site_database: Path) -> Site:
    """The region as it was at first, whatever the test before has done to it."""
    with closing(connect(site_database)) as first, closing(connect(served.data_dir / site_database.name)) as now:
        first.backup(now)
    return served


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


@dataclass(frozen=True)
class Demo(Site):
    """The served demo, and ids of what is in it (tests.browser.pages.find_values)."""

    found: dict[str, str]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, routine: Routine) -> Iterator[Demo]:
    """The demo of `make demo`, one for all tests of a process: they leave it nearly as they found it."""
    base = tmp_path_factory.getbasetemp()
    loaded = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "loaded-demo"
    with (loaded.parent / "loaded-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # it takes long to load: once for all processes
        if not (loaded / "found.json").exists():
            _load_demo(loaded, routine)
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(loaded, folder, dirs_exist_ok=True)
    with running_server(folder) as address:
        yield Demo(address, folder, routine, json.loads((folder / "found.json").read_text()))


def _load_demo(folder: Path, routine: Routine) -> None:
    app = create_app(Settings(data_dir=folder), routine)
    with app.app_context():
        upgrade()
        load_demo()
        found = find_values()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    (folder / "found.json").write_text(json.dumps(found))


VisitAs = Callable[..., Visitor]


@pytest.fixture
def visit_as(chromium: Chromium, demo: Demo) -> Iterator[VisitAs]:
    """A person of the demo in a browser of their own, logged in. Anything wrong behind the pages fails the test."""
    visitors: list[Visitor] = []

    def visit(login: str, size: tuple[int, int] = DESK) -> Visitor:
        visitor = Visitor(chromium, demo.address, size)
        visitors.append(visitor)
        if login:
            visitor.log_in(login, DEMO_PASSWORD)
        return visitor

    yield visit
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
