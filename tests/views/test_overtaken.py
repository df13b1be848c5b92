"""Two who write at the same moment: the second is told, in words and with 409, and nobody sees a database error."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.api.bodies import problem
from tests.page import Api, Browser
from tests.region import declare, log
from tracker import create_app, write_lock
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Item
from tracker.permissions import Permission, requires
from tracker.routine import Routine
from tracker.write_lock import WriteLock


@pytest.fixture
def app(tmp_path: Path, template_database: Path, routine: Routine) -> Iterator[Flask]:
    """An application of its own, with two routes that write what somebody else has changed meanwhile."""
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    own = create_app(Settings(data_dir=tmp_path, secret_key="x" * 32), routine)
    own.testing = True
    for path in ("/stale", "/api/v1/stale"):
        own.add_url_rule(path, path[1:].replace("/", "_"), requires(Permission.SIGNED_IN)(change_under_oneself))
    yield own
    with own.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def item(app: Flask) -> int:
    with app.app_context():
        return log(declare("melior"), "melior.medication-administration").items[0].id


def change_under_oneself() -> str:
    """Reads an item, lets somebody else change it, and writes it."""
    found = db.session.scalars(select(Item)).one()
    db.session.execute(text("UPDATE item SET revision = revision + 1"))
    found.attention_note = "för sent"
    return ""


def test_a_write_from_a_stale_reading_is_refused_in_words(
    app: Flask, item: int, browser: Callable[..., Browser]
) -> None:
    nurse = browser("nurse").client
    page = nurse.get("/stale")
    assert page.status_code == 409
    assert "text/html" in page.content_type
    assert "detail" in problem(nurse.get("/api/v1/stale"), 409)
    with app.app_context():
        assert db.session.scalars(select(Item.attention_note)).one() == ""


def test_who_waits_too_long_for_another_is_told(
    app: Flask, item: int, api: Callable[[str], Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = api("nurse")
    monkeypatch.setattr(write_lock, "SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "tracker.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert problem(nurse.post(f"/items/{item}/ask", {"question": "Vilken dos?"}), 409)["detail"]
    other.execute("ROLLBACK")
    other.close()
    assert nurse.post(f"/items/{item}/ask", {"question": "Vilken dos?"}).status_code == 200


def test_writers_come_in_the_order_they_asked() -> None:
    lock, order, ready = WriteLock(), list[int](), threading.Event()
    assert lock.take(1)

    def write(number: int) -> None:
        ready.set()
        assert lock.take(30)
        order.append(number)
        lock.give_back()

    threads = []
    for number in range(20):
        ready.clear()
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        ready.wait()
        while len(lock._queue) <= number:
            pass
    lock.give_back()
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_who_gave_up_does_not_stand_in_the_way() -> None:
    lock = WriteLock()
    assert lock.take(1)
    assert not lock.take(0.01)
    lock.give_back()
    assert lock.take(0)
