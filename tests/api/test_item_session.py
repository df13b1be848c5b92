"""The API while somebody works: claims kept alive, stale answers refused, several settled by one entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.api.bodies import DOSE, answered, problem
from tests.api.conftest import Ward
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Item
from tracker.queries.record_text import local_minute


def test_keeping_alive_prolongs_ones_own_claims_and_tells_what_was_lost(ready: Ward) -> None:
    other = ready.log(DOSE)["document-administration"]
    nurse, colleague = ready.api("nurse"), ready.api("nurse2")
    answered(nurse.post(f"/items/{ready.item}/claim"))
    answered(colleague.post(f"/items/{other}/claim"))
    with time_machine.travel(utcnow() + timedelta(minutes=10)):
        told = answered(nurse.post("/items/keep-alive", {"items": [ready.item, other, 999_999]}))
        assert [one["id"] for one in told["kept"]] == [ready.item]
        assert told["kept"][0]["until"] > (utcnow() + timedelta(minutes=29)).isoformat()
        assert {one["id"]: one["holder"] for one in told["lost"]} == {other: "Nils Norberg", 999_999: None}
        assert all(one["message"] for one in told["lost"])
        item = answered(nurse.get(f"/items/{ready.item}"))
        assert item["revision"] == told["kept"][0]["revision"]


def test_keeping_alive_shows_no_patient_and_refuses_what_is_no_list(ready: Ward, app: Flask) -> None:
    answered(ready.api("nurse").post(f"/items/{ready.item}/claim"))
    with app.app_context():
        db.session.query(Access).delete()
        db.session.commit()
    answered(ready.api("nurse").post("/items/keep-alive", {"items": [ready.item]}))
    for wrong in ({}, {"items": "alla"}, {"items": [1] * 501}):
        problem(ready.api("nurse").post("/items/keep-alive", wrong), 422)
    with app.app_context():
        assert db.session.scalars(select(Access)).all() == []


def test_a_claim_kept_alive_outlives_its_minutes_and_one_left_alone_does_not(ready: Ward) -> None:
    nurse = ready.api("nurse")
    answered(nurse.post(f"/items/{ready.item}/claim"))
    start = utcnow()
    for minutes in (20, 40, 60):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert answered(nurse.post("/items/keep-alive", {"items": [ready.item]}))["lost"] == []
    with time_machine.travel(start + timedelta(minutes=80)):
        problem(ready.api("nurse2").post(f"/items/{ready.item}/claim"), 409)
    with time_machine.travel(start + timedelta(minutes=91)):
        answered(ready.api("nurse2").post(f"/items/{ready.item}/claim"))


@pytest.mark.parametrize(("verb", "body"), [("done", {}), ("not-needed", {"reason": "x"}), ("ask", {"question": "x"})])
def test_an_answer_from_an_older_reading_is_refused(ready: Ward, verb: str, body: dict[str, str]) -> None:
    path = f"/items/{ready.item}"
    read = answered(ready.api("nurse").get(path))["revision"]
    answered(ready.api("nurse2").post(f"{path}/claim"))
    answered(ready.api("nurse2").post(f"{path}/begin"))
    answered(ready.api("nurse2").post(f"{path}/release"))
    problem(ready.api("nurse").post(f"{path}/{verb}", {**body, "revision": read}), 409)
    now = answered(ready.api("nurse").get(path))
    assert now["check_first"]
    assert now["attention_at"]
    answered(ready.api("nurse").post(f"{path}/{verb}", {**body, "revision": now["revision"]}))


def test_one_entry_settles_several_and_a_repeat_changes_nothing(ready: Ward, app: Flask) -> None:
    others = [ready.log(DOSE)["document-administration"] for _ in range(2)]
    body = {"reference": "M-9", "also": others}
    done = answered(ready.api("nurse").post(f"/items/{ready.item}/done", body))
    assert answered(ready.api("nurse").post(f"/items/{ready.item}/done", body)) == done
    for other in others:
        item = answered(ready.api("nurse").get(f"/items/{other}"))
        assert (item["reference"], item["settled_with"]) == ("M-9", ready.item)
    answered(ready.api("nurse").post(f"/items/{ready.item}/undo"))
    with app.app_context():
        assert {db.session.get_one(Item, one).state for one in others} == {"open"}
    problem(ready.api("nurse").post(f"/items/{ready.item}/done", {"also": [999_999]}), 404)


def test_one_of_several_that_is_a_colleagues_refuses_all_and_says_which(ready: Ward, app: Flask) -> None:
    mine, theirs = (ready.log(DOSE)["document-administration"] for _ in range(2))
    answered(ready.api("nurse2").post(f"/items/{theirs}/claim"))
    body = {"reference": "M-9", "also": [mine, theirs]}
    refused = problem(ready.api("nurse").post(f"/items/{ready.item}/done", body), 409)
    assert "Nils Norberg" in refused["detail"]
    with app.app_context():
        assert local_minute(db.session.get_one(Item, theirs).action.performed_at) in refused["detail"]
        assert [db.session.get_one(Item, one).state for one in (ready.item, mine)] == ["open", "open"]
