"""Fifty claimers, a hundred items, real processes: each item one holder, none lost, nobody sees a database error."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.faults.claimers import CLAIMERS, ITEMS, Claimer, Rush, either_app, rush
from tests.server import Answer, send
from tracker.extensions import db
from tracker.models import Event, Item, ItemState, Role, User
from tracker.services.event import verify_chain

__all__ = ["either_app", "rush"]
TRIES = 8
"""How many items each claims by number: every item is wanted by several."""


def holders(rush: Rush) -> Counter[str]:
    """How many items each holds, after seeing that every item has been claimed once and that nothing else changed."""
    with rush.app.app_context():
        items = db.session.scalars(select(Item)).all()
        assert len(items) == ITEMS
        assert {item.state for item in items} == {ItemState.CLAIMED}
        claims = db.session.execute(
            select(Event.subject_id, func.count()).where(Event.verb == "claimed").group_by(Event.subject_id)
        ).all()
        assert {int(row[0]): row[1] for row in claims} == dict.fromkeys(rush.items, 1), "one claim each"
        assert list(verify_chain()) == []
        return Counter(item.claimed_by.name for item in items if item.claimed_by)


def test_give_me_the_next_gives_everybody_something_else_and_everything_to_somebody(rush: Rush) -> None:
    def work(claimer: Claimer) -> list[tuple[int, str]]:
        answers = []
        while not answers or "/queue/patient/" in answers[-1][1]:
            answers.append(claimer.send(rush.address, "/queue/next"))
        return answers

    answers = rush.everybody(work)
    assert {status for each in answers for status, _ in each} == {302}
    given = [where.split("?")[0] for each in answers for _, where in each if "/queue/patient/" in where]
    held = holders(rush)
    assert sum(held.values()) == ITEMS
    assert len(given) >= len(set(given))


def test_claims_by_number_have_one_winner_each_and_the_others_hear_who(rush: Rush) -> None:
    def work(claimer: Claimer) -> list[tuple[int, int, str]]:
        first = 2 * rush.claimers.index(claimer)
        wanted = [rush.items[(first + step) % ITEMS] for step in range(TRIES)]
        answers = [(number, send(rush.address, f"/items/{number}/claim", claimer.token)) for number in wanted]
        return [
            (number, answer.status, answer.body.get("holder") or answer.body.get("claimed_by"))
            for number, answer in answers
        ]

    answers = [answer for each in rush.everybody(work) for answer in each]
    assert len(answers) == CLAIMERS * TRIES
    assert {status for _, status, _ in answers} == {200, 409}
    won = {number: who for number, status, who in answers if status == 200}
    assert set(won) == set(rush.items)
    assert Counter(number for number, status, _ in answers if status == 200) == dict.fromkeys(rush.items, 1)
    assert [who for number, status, who in answers if status == 409 and who != won[number]] == []
    assert holders(rush) == Counter(won.values())


def test_everything_claimed_can_be_finished_at_the_same_moment(rush: Rush) -> None:
    def work(claimer: Claimer) -> list[Answer]:
        first = 2 * rush.claimers.index(claimer)
        mine = rush.items[first : first + 2]
        steps = ("claim", "done", "undo", "claim", "done")
        return [send(rush.address, f"/items/{item}/{step}", claimer.token) for step in steps for item in mine]

    assert [answer for each in rush.everybody(work) for answer in each if answer.status != 200] == []
    with rush.app.app_context():
        assert set(db.session.scalars(select(Item.state))) == {ItemState.DONE}
        assert list(verify_chain()) == []


@pytest.mark.parametrize("what", ["user", "unit"])
def test_of_those_who_create_the_same_at_once_one_does_and_the_others_are_told(rush: Rush, what: str) -> None:
    with rush.app.app_context():
        for claimer in rush.claimers[:8]:
            _make_administrator(claimer.name)
        db.session.commit()
    path, fields = {
        "user": ("/users/new", {"login": "ny.person", "name": "Ny Person", "role": "nurse"}),
        "unit": (
            "/new-unit",
            {"code": "ny", "name": "Ny enhet", "site": "Gävle", "kind": "ward", "systems": "melior"},
        ),
    }[what]
    eight = Rush(rush.app, rush.address, rush.claimers[:8], rush.items)
    answers = eight.everybody(lambda claimer: claimer.send(rush.address, path, fields))
    statuses = Counter(status for status, _ in answers)
    assert sum(number for status, number in statuses.items() if status < 400) == 1, statuses
    assert set(statuses) <= {200, 302, 409, 422}
    with rush.app.app_context():
        assert list(verify_chain()) == []


def _make_administrator(name: str) -> None:
    person = db.session.scalars(select(User).where(User.name == name)).one()
    person.role = Role.ADMINISTRATOR
