"""Fifty people at one queue of a real server with two worker processes, on either database."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from tests.region import declare, log, numbered_patient, user
from tests.server import database_of, running_server
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.guard import SESSION_KEY
from tracker.models import Role
from tracker.services.event import CommandLine
from tracker.services.login import create_token, open_session
from tracker.services.outage import restore_system
from tracker.services.user import UserEntry, create_user

Answer = TypeVar("Answer")
CLAIMERS, PATIENTS, ITEMS = 50, 50, 100
SECRET = "x" * 32


@dataclass(frozen=True)
class Claimer:
    """One of the fifty: with a token for the API, and a browser that is logged in."""

    name: str
    token: str
    cookie: str
    csrf: str

    def send(self, address: str, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Press a button of a page; the status, and where the answer leads."""
        parts = urlsplit(address)
        headers = {"Cookie": f"tracker={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)) as connection:
            connection.request("POST", path, urlencode({"csrf_token": self.csrf, **(fields or {})}), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")


@dataclass(frozen=True)
class Rush:
    app: Flask
    address: str
    claimers: Sequence[Claimer]
    items: Sequence[int]

    def everybody(self, does: Callable[[Claimer], Answer]) -> list[Answer]:
        with ThreadPoolExecutor(len(self.claimers)) as pool:
            return list(pool.map(does, self.claimers))


@pytest.fixture(params=["sqlite", "postgresql"])
def either_app(request: pytest.FixtureRequest) -> Flask:
    """The region on each of the two databases."""
    found: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "app_on_postgres")
    return found


@pytest.fixture
def rush(either_app: Flask, tmp_path: Path) -> Iterator[Rush]:
    """A hundred doses of fifty patients, ready for the fifty nurses who stand there."""
    app = either_app
    with app.app_context():
        outage = declare("melior")
        items = [
            log(outage, "melior.medication-administration", identity=numbered_patient(number % PATIENTS)).items[0].id
            for number in range(ITEMS)
        ]
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        claimers = [_claimer(app, number) for number in range(CLAIMERS)]
        db.session.commit()
        db.session.remove()
    with running_server(tmp_path, workers=2, secret_key=SECRET, **database_of(app)) as address:
        yield Rush(app, address, claimers, items)


def _claimer(app: Flask, number: int) -> Claimer:
    name = f"Skötare {number}"
    person = create_user(UserEntry(f"claimer{number}", name, Role.NURSE, ("ward",)), actor=CommandLine())
    token, opened = create_token(person, actor=CommandLine()), open_session(person)
    raw = secrets.token_hex(20)
    csrf = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return Claimer(name, token, signer.dumps({SESSION_KEY: opened, "csrf_token": raw}), str(csrf))
