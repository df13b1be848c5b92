"""Every test has a migrated SQLite database of its own, with the small region of tests/region.py in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from tests.page import Api, Browser
from tests.region import build_region
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.routine import Routine, load_routine


@pytest.fixture(scope="session")
def routine() -> Routine:
    return load_routine(Settings().routine_dir)


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory, routine: Routine) -> Path:
    """A migrated database with the region in it, copied for every test."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(Settings(data_dir=folder), routine)
    with app.app_context():
        upgrade()
        build_region()
        db.session.remove()
        db.engine.dispose()
    return folder / "tracker.sqlite3"


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory, routine: Routine) -> Flask:
    """One for all tests of a process: to make it, and its pages and queries again, takes longer than most tests do."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("app"), secret_key="x" * 32), routine)
    app.testing = True
    return app


@pytest.fixture
def app(tmp_path: Path, shared_app: Flask, template_database: Path) -> Iterator[Flask]:
    """The application as it was made, with data of its own in the test's folder."""
    config, extensions = dict(shared_app.config), dict(shared_app.extensions)
    settings: Settings = extensions["tracker.settings"]
    shared_app.extensions["tracker.settings"] = settings.model_copy(update={"data_dir": tmp_path})
    shutil.copy(settings.data_dir / "sealing.key", tmp_path)
    database = settings.data_dir / template_database.name
    database.symlink_to(shutil.copy(template_database, tmp_path))
    yield shared_app
    with shared_app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.unlink()
    shared_app.config.clear()
    shared_app.config.update(config)
    shared_app.extensions.clear()
    shared_app.extensions.update(extensions)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """For tests of services and queries: an application context with one database session."""
    with app.app_context():
        yield


@pytest.fixture
def browser(app: Flask) -> Callable[[str | None], Browser]:
    return lambda login: Browser(app, login)


@pytest.fixture
def api(app: Flask) -> Callable[[str], Api]:
    return lambda login: Api(app, login)
