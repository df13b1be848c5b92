"""A hundred pages that refresh themselves, against a real server: what they cost it, and what they cost those who save.

Run by `make bench`. Ratios only: requests for "nothing new" beside whole pages, and a save beside a hundred pollers
beside a save alone.
"""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import upgrade

from tests.region import build_region, declare, log, numbered_patient, user
from tests.server import running_server, send
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.guard import SESSION_KEY
from tracker.services.event import CommandLine
from tracker.services.login import create_token, open_session
from tracker.services.outage import restore_system

POLLERS, EVERY, PATIENTS, ASKED, SAVES = 100, 8.0, 60, 300, 40
SECRET = "x" * 32


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), secret_key=SECRET))
        with app.app_context():
            upgrade()
            build_region()
            outage = declare("melior")
            items = [
                log(outage, "melior.medication-administration", identity=numbered_patient(number % PATIENTS))
                .items[0]
                .id
                for number in range(4 * PATIENTS)
            ]
            restore_system(outage, "melior", utcnow(), actor=user("it"))
            token, cookie = create_token(user("nurse"), actor=CommandLine()), _cookie(app)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        with running_server(Path(folder), secret_key=SECRET) as address:
            page = _seconds_each(address, cookie, "", ASKED // 10)
            nothing = _seconds_each(address, cookie, _tag(address, cookie), ASKED)
            alone = _save(address, token, items[:SAVES])
            with _polling(address, cookie):
                beside = _save(address, token, items[SAVES : 2 * SAVES])
    print("| Live refresh | |")
    print("|---|---|")
    print(f"| requests for nothing new in the time of one queue page | {page / nothing:.0f} |")
    print(f"| a save beside {POLLERS} pages that refresh themselves, x a save alone | {beside / alone:.1f} |")


def _cookie(app: Flask) -> str:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.dumps({SESSION_KEY: open_session(user("nurse2"))}))


def _ask(connection: http.client.HTTPConnection, cookie: str, tag: str) -> tuple[int, str]:
    live = {"X-Live": "1", "If-None-Match": tag} if tag else {}
    connection.request("GET", "/queue", headers={"Cookie": f"tracker={cookie}", **live})
    answer = connection.getresponse()
    text = answer.read().decode()
    return answer.status, answer.headers.get("ETag") or (text.split('data-tag="')[1].split('"')[0] if not live else "")


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _tag(address: str, cookie: str) -> str:
    with closing(_connection(address)) as connection:
        return f'"{_ask(connection, cookie, "")[1]}"'


def _seconds_each(address: str, cookie: str, tag: str, times: int) -> float:
    with closing(_connection(address)) as connection:
        began = time.perf_counter()
        for _ in range(times):
            status, new = _ask(connection, cookie, tag)
            assert status == (304 if tag else 200)
            tag = new if tag else ""
        return (time.perf_counter() - began) / times


def _save(address: str, token: str, items: list[int]) -> float:
    times = []
    for item in items:
        began = time.perf_counter()
        assert send(address, f"/items/{item}/claim", token).status == 200
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextmanager
def _polling(address: str, cookie: str) -> Iterator[None]:
    """A hundred screens that ask as the script does."""
    over = threading.Event()

    def screen(number: int) -> None:
        over.wait(EVERY * number / POLLERS)
        tag = _tag(address, cookie) if not over.is_set() else ""
        with closing(_connection(address)) as connection:
            while not over.wait(EVERY):
                tag = _ask(connection, cookie, tag)[1] or tag

    screens = [threading.Thread(target=screen, args=(number,)) for number in range(POLLERS)]
    for one in screens:
        one.start()
    time.sleep(EVERY)  # until all of them have come
    try:
        yield
    finally:
        over.set()
        for one in screens:
            one.join()
