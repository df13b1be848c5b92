"""A workbook that is read in while the server dies, again and again: every row is logged once."""

from __future__ import annotations

import http.client
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from sqlalchemy import func
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests.exports.action_book import doses, filled, old_outage, saved
from tests.region import user
from tests.server import ROOT, free_port, stop, wait_until_well
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Action
from tracker.models.action_import import ActionImport
from tracker.routine import Routine
from tracker.services.event import CommandLine, verify_chain
from tracker.services.login import set_password

PASSWORD = "papper och penna 26"
ROWS = 100


class Reader:
    """Somebody at a browser without scripts, who reads a workbook in."""

    def __init__(self, address: str, data_dir: Path) -> None:
        self._address, self._data_dir = address, data_dir
        self._jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar))
        self.html = self._fetch("/login")
        self.press("/login", login="nurse", password=PASSWORD)

    def _fetch(self, path: str, data: bytes | None = None, kind: str = "application/x-www-form-urlencoded") -> str:
        request = Request(self._address + path, data, {"Content-Type": kind} if data else {})  # noqa: S310
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    @property
    def token(self) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.html)
        assert found
        return found[1]

    @property
    def place(self) -> str:
        found = re.search(r"/actions/import/[0-9a-f-]{36}", self.html)
        assert found
        return found[0]

    def open(self, path: str) -> None:
        self.html = self._fetch(path)

    def press(self, path: str, **fields: str) -> None:
        self.html = self._fetch(path, urlencode({"csrf_token": self.token, **fields}).encode())

    def hand_in(self, content: bytes) -> None:
        self.open("/actions/import")
        parts = {"csrf_token": self.token, "file": FileStorage(io.BytesIO(content), "logga.xlsx", "file")}
        stream, length, boundary = stream_encode_multipart(parts)
        self.html = self._fetch("/actions/import", stream.read(length), f"multipart/form-data; boundary={boundary}")

    def press_without_waiting(self, path: str) -> None:
        """The form is sent; what becomes of it nobody hears."""
        at = urlsplit(self._address)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection(at.hostname or "", at.port)) as connection:
            connection.request("POST", path, urlencode({"csrf_token": self.token}), headers)
            wait_until_writing(self._data_dir / "tracker.sqlite3")


def wait_until_writing(database: Path) -> None:
    """Return when somebody holds the database's write lock: a portion has begun and is not saved yet."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return
            connection.execute("ROLLBACK")
    raise AssertionError("nothing was ever written")


@contextmanager
def killed_server(data_dir: Path) -> Iterator[str]:
    """A server that is killed with whatever it is doing at the end."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environment |= {"TRACKER_DATA_DIR": str(data_dir), "TRACKER_PORT": str(port), "TRACKER_LANGUAGE": "en"}
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_well(process, f"http://127.0.0.1:{port}", data_dir / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process, signal.SIGKILL)


def test_a_server_killed_half_way_logs_every_row_once(
    tmp_path: Path, template_database: Path, routine: Routine
) -> None:
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        set_password(user("nurse"), PASSWORD, actor=CommandLine())
        content = saved(filled(old_outage("melior"), *doses(ROWS)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()

    with killed_server(tmp_path) as address:  # killed while the first rows go in
        reader = Reader(address, tmp_path)
        reader.hand_in(content)
        first = reader.place
        reader.press_without_waiting(f"{first}/confirm")
    with killed_server(tmp_path) as address:  # killed after some, in the middle of others
        reader = Reader(address, tmp_path)
        reader.open(first)
        if "confirm-import" in reader.html:
            reader.press(f"{first}/confirm")
        assert "rows are logged" in reader.html
        reader.press_without_waiting(f"{first}/continue")
    with killed_server(tmp_path) as address:  # the same file handed in anew, and killed again
        reader = Reader(address, tmp_path)
        reader.hand_in(content)
        second = reader.place
        assert second != first
        reader.press_without_waiting(f"{second}/confirm")
    with killed_server(tmp_path) as address:  # both are brought to their end
        reader = Reader(address, tmp_path)
        for place in (second, first):
            reader.open(place)
            if "confirm-import" in reader.html:
                reader.press(f"{place}/confirm")
            while "/continue" in reader.html:
                reader.press(f"{place}/continue")
            assert "Every row is logged" in reader.html

    with app.app_context():
        drugs = list(db.session.scalars(db.select(Action.subject)))
        assert sorted(drugs) == sorted(dose["drug"] for dose in doses(ROWS)), "none lost, none twice"
        logged = db.session.scalar(db.select(func.sum(ActionImport.logged)))
        assert logged == ROWS
        assert list(verify_chain()) == []
        db.session.remove()
        db.engine.dispose()
