"""Lists of work done as a whole, through the API: the same rows, order and refusals as on the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from tests.api.bodies import answered, problem
from tests.page import Api
from tests.region import TEST_NUMBERS, declare, log, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access
from tracker.services.outage import restore_system

VISITS = "/work-lists/visits/register"
Open = Callable[[str], Api]


def visits(app: Flask, count: int = 2) -> list[str]:
    with app.app_context():
        outage = declare("elvis")
        actions = [str(log(outage, "elvis.visit", identity=TEST_NUMBERS[number]).id) for number in range(count)]
        restore_system(outage, "elvis", utcnow(), actor=user("it"))
        db.session.commit()
        return actions


def test_the_lists_of_the_routine_are_told_with_their_verbs(api: Open) -> None:
    lists = {one["id"]: one for one in answered(api("secretary").get("/work-lists"))["lists"]}
    assert {"dictations", "visits", "surgery-saves"} <= lists.keys()
    assert [verb["does"] for verb in lists["surgery-saves"]["steps"][1]["verbs"]] == ["finish", "missing"]


def test_rows_come_in_order_and_are_in_the_access_log(app: Flask, api: Open) -> None:
    actions = visits(app)
    rows = answered(api("secretary").get(VISITS))["rows"]
    assert {row["action"] for row in rows} == set(actions)
    assert [item["item"] for item in rows[0]["items"]] == ["register-visit", "register-payment"]
    assert [item["state"] for item in rows[0]["items"]] == ["ready", "waiting"]
    with app.app_context():
        seen = db.session.scalars(select(Access.patient_id).where(Access.user_id == user("secretary").id)).all()
        assert {str(one) for one in seen} == {row["patient"] for row in rows}


def test_several_rows_are_finished_at_once_and_one_that_is_gone_undoes_all(app: Flask, api: Open) -> None:
    first, second = visits(app)
    secretary = api("secretary")
    assert answered(
        secretary.post(f"{VISITS}/all", {"rows": [{"action": first, "reference": "B 1", "version": 1}]})
    ) == {"rows": 1}
    refused = secretary.post(f"{VISITS}/all", {"rows": [{"action": first}, {"action": second}]})
    assert first in problem(refused, 409)["detail"]
    (left,) = answered(secretary.get(VISITS))["rows"]
    assert (left["action"], [item["state"] for item in left["items"]]) == (second, ["ready", "waiting"])


def test_what_there_is_not_is_said(app: Flask, api: Open) -> None:
    (first,) = visits(app, 1)
    secretary = api("secretary")
    problem(secretary.get("/work-lists/visits/nothing"), 404)
    problem(secretary.get("/work-lists/nothing/register"), 404)
    problem(secretary.post(f"{VISITS}/nothing", {"rows": [{"action": first}]}), 404)
    problem(secretary.post(f"{VISITS}/all", {"rows": []}), 422)
    problem(secretary.post(f"{VISITS}/all", {"rows": [{"action": str(uuid.uuid4())}]}), 409)
    problem(api("outsider").post(f"{VISITS}/all", {"rows": [{"action": first}]}), 409)
