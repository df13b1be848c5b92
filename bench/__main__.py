"""`make bench`: how the pages and the API grow with the work, beside the cheapest request there is.

Prints a table for docs/measures.md. Every figure is the median of several requests through the whole application
(guard, permissions, templates) on the embedded database.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from bench import live
from tests.page import Api, Browser
from tests.region import build_region, declare, log, numbered_patient, user
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.queries.outage import get_outage
from tracker.services.outage import restore_system

SMALL, LARGE = 400, 4000
ROUNDS = 7


@dataclass(frozen=True)
class Measure:
    name: str
    seconds: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), secret_key="x" * 32))
        with app.app_context():
            upgrade()
            build_region()
            outage = declare("melior")
            restore_system(outage, "melior", utcnow(), actor=user("it"))
            db.session.commit()
        bare = durable_insert(Path(folder) / "bare.sqlite3")
        per_log = fill(app, 0, SMALL)
        small = requests(app)
        fill(app, SMALL, LARGE)
        large = requests(app)
    report(bare, per_log, small, large)
    print()
    live.main()


def durable_insert(path: Path) -> float:
    """Seconds for one committed insert in plain SQLite with the same durability: the floor."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)")
    began = time.perf_counter()
    for number in range(200):
        connection.execute("INSERT INTO line (text) VALUES (?)", (str(number),))
    connection.close()
    return (time.perf_counter() - began) / 200


def fill(app: Flask, first: int, last: int) -> float:
    """Log actions through the service, each committed by itself; seconds for one."""
    began = time.perf_counter()
    with app.app_context():
        outage = get_outage(1)
        for number in range(first, last):
            log(outage, "melior.medication-administration", identity=numbered_patient(number // 8))
    return (time.perf_counter() - began) / (last - first)


def requests(app: Flask) -> list[Measure]:
    nurse, manager, api = Browser(app, "nurse"), Browser(app, "manager"), Api(app, "nurse")
    wanted: list[tuple[str, Callable[[], int]]] = [
        ("health check", lambda: nurse.client.get("/healthz").status_code),
        ("start page", lambda: nurse.client.get("/").status_code),
        ("log form", lambda: nurse.client.get("/log/melior.medication-administration").status_code),
        ("queue, 25 patients", lambda: nurse.client.get("/queue").status_code),
        ("confirm, 50 actions", lambda: manager.client.get("/confirm").status_code),
        ("API: 100 items", lambda: api.get("/items", limit=100).status_code),
        ("API: summary", lambda: api.get("/outages/1/summary").status_code),
        ("re-entry workbook", lambda: nurse.client.get("/lists/workbook.xlsx?outage=1&states=all").status_code),
    ]
    return [Measure(name, median(ask)) for name, ask in wanted]


def median(ask: Callable[[], int]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert ask() == 200
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def report(bare: float, per_log: float, small: list[Measure], large: list[Measure]) -> None:
    floor = small[0].seconds
    print(f"One action logged, with its item, history and access: {per_log / bare:.0f} x one durable SQLite insert")
    print()
    print(f"| Request | x health check, {SMALL} actions | x health check, {LARGE} actions | growth at 10 x the work |")
    print("|---|---|---|---|")
    for one, other in zip(small, large, strict=True):
        print(
            f"| {one.name} | {one.seconds / floor:.0f} | {other.seconds / floor:.0f} "
            f"| {other.seconds / one.seconds:.1f} |"
        )


if __name__ == "__main__":
    main()
