"""Many at once against a real server: one action of one entry, one holder of one item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.bodies import entry, outage_of
from tests.page import Api
from tests.server import Answer, database_of, running_server, send
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Action, Item, Patient, Role
from tracker.queries.outage import get_outage
from tracker.queries.user import find_user
from tracker.services.event import CommandLine, verify_chain
from tracker.services.login import create_token
from tracker.services.outage import restore_system
from tracker.services.user import UserEntry, create_user

COPIES = 50
CLAIMERS = 40


@dataclass
class Server:
    address: str
    outage: int
    token: str

    def all_at_once(self, calls: list[Callable[[], Answer]]) -> list[Answer]:
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(lambda call: call(), calls))


@pytest.fixture
def server(app: Flask, api: Callable[[str], Api], tmp_path: Path) -> Iterator[Server]:
    outage = outage_of(app, "melior")
    token = api("nurse").headers["Authorization"].removeprefix("Bearer ")
    with running_server(tmp_path, **database_of(app)) as address:
        yield Server(address, outage, token)


def test_fifty_copies_of_one_entry_make_one_action(app: Flask, server: Server) -> None:
    body = entry(app, server.outage)
    answers = server.all_at_once([lambda: send(server.address, "/actions", server.token, body)] * COPIES)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: COPIES - 1}
    assert len({str(answer.body) for answer in answers}) == 1, "every copy gets the same answer"
    with app.app_context():
        assert db.session.scalar(select(func.count(Action.id))) == 1
        assert db.session.scalar(select(func.count(Item.id))) == 1
        assert db.session.scalar(select(func.count(Patient.id))) == 1
        assert list(verify_chain()) == []


def test_of_two_entries_with_one_id_the_second_is_refused(app: Flask, server: Server) -> None:
    body = entry(app, server.outage)
    answers = server.all_at_once(
        [
            lambda note=note: send(server.address, "/actions", server.token, {**body, "note": note})
            for note in ("en", "en annan")
        ]
    )
    assert sorted(answer.status for answer in answers) == [201, 409]


def test_of_forty_claimers_one_holds_the_item_and_the_others_are_told_who(app: Flask, server: Server) -> None:
    item = send(server.address, "/actions", server.token, entry(app, server.outage)).body["items"][0]["id"]
    names = {f"nurse{number}": f"Nurse {number}" for number in range(100, 100 + CLAIMERS)}
    tokens = []
    with app.app_context():
        restore_system(get_outage(server.outage), "melior", utcnow(), actor=find_user("it"))
        for login, name in names.items():
            claimer = create_user(UserEntry(login, name, Role.NURSE, ("ward",)), actor=CommandLine())
            tokens.append(create_token(claimer, actor=CommandLine()))
        db.session.commit()
    answers = server.all_at_once(
        [lambda token=token: send(server.address, f"/items/{item}/claim", token) for token in tokens]
    )
    assert Counter(answer.status for answer in answers) == {200: 1, 409: CLAIMERS - 1}
    (holder,) = [answer.body["claimed_by"] for answer in answers if answer.status == 200]
    assert holder in names.values()
    assert {answer.body["holder"] for answer in answers if answer.status == 409} == {holder}
