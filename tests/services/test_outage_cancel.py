"""A planned outage that does not come is cancelled with a reason, and one that was sent twice is declared once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.bodies import answered, problem
from tests.page import Api, Browser
from tests.region import declare, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.extensions import db
from tracker.models import Event, Outage
from tracker.queries.outage import current_outages, open_outages_of, systems_down
from tracker.services.event import verify_chain
from tracker.services.outage import cancel_outage, restore_system, take_system_down

Client = Callable[[str], Api]


def planned() -> Outage:
    return declare("elvis", kind="planned", hours_ago=-48)


@pytest.mark.usefixtures("context")
def test_a_cancelled_outage_is_over_before_it_began_and_never_takes_a_system_down() -> None:
    outage = planned()
    cancel_outage(outage, "Flytten görs i januari.", actor=user("it"))
    db.session.commit()
    assert systems_down(False, utcnow() + timedelta(days=3)) == ()
    assert outage.systems_down(utcnow() + timedelta(days=3)) == ()
    assert list(current_outages(user("nurse"))) == []
    assert list(open_outages_of(unit().id)) == []
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event and (event.verb, event.after and event.after["reason"]) == ("cancelled", "Flytten görs i januari.")
    assert list(verify_chain()) == []


@pytest.mark.usefixtures("context")
def test_what_has_begun_is_worked_in_or_is_cancelled_cannot_be_cancelled_or_changed() -> None:
    with pytest.raises(Conflict):
        cancel_outage(declare("melior"), "fel", actor=user("it"))
    worked = planned()
    log(worked, "melior.note")
    with pytest.raises(Conflict):
        cancel_outage(worked, "fel", actor=user("it"))
    outage = planned()
    with pytest.raises(Invalid):
        cancel_outage(outage, "  ", actor=user("it"))
    cancel_outage(outage, "fel", actor=user("it"))
    for change in (
        lambda: cancel_outage(outage, "fel", actor=user("it")),
        lambda: restore_system(outage, "elvis", utcnow(), actor=user("it")),
        lambda: take_system_down(outage, "melior", utcnow(), actor=user("it")),
    ):
        with pytest.raises(Conflict):
            change()


def test_the_page_asks_why_and_shows_it(app: Flask, browser: Callable[[str], Browser]) -> None:
    with app.app_context():
        number = planned().id
    it = browser("it")
    assert f"/outages/{number}/cancel" in it.get(f"/outages/{number}").html
    assert it.post(f"/outages/{number}/cancel", {"reason": ""}).status == 422
    assert "Flytten görs i januari." in it.post(f"/outages/{number}/cancel", {"reason": "Flytten görs i januari."}).html
    assert f"/outages/{number}/cancel" not in it.get(f"/outages/{number}").html
    assert it.post(f"/outages/{number}/cancel", {"reason": "igen"}).status == 409
    assert browser("nurse").get(f"/outages/{number}/cancel").status == 403
    assert it.get("/outages").status == 200


def declaration(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "name": "Melior nere",
        "kind": "acute",
        "systems": [{"system": "melior", "down_at": (utcnow() - timedelta(hours=1)).isoformat()}],
        **changes,
    }


def test_the_same_declaration_sent_again_is_the_same_outage(app: Flask, api: Client) -> None:
    it, body = api("it"), declaration()
    first = answered(it.post("/outages", body), 201)
    assert answered(it.post("/outages", body), 200) == first
    problem(it.post("/outages", {**body, "name": "Något annat"}), 409)
    answered(it.post("/outages", declaration()), 201)
    with app.app_context():
        assert db.session.scalar(select(func.count(Outage.id))) == 2


def test_a_program_cancels_what_is_planned(app: Flask, api: Client) -> None:
    ahead = [{"system": "elvis", "down_at": (utcnow() + timedelta(days=2)).isoformat()}]
    outage = answered(api("it").post("/outages", declaration(kind="planned", systems=ahead)), 201)["id"]
    problem(api("it").post(f"/outages/{outage}/cancel", {}), 422)
    assert api("nurse").post(f"/outages/{outage}/cancel", {"reason": "nej"}).status_code == 403
    told = answered(api("it").post(f"/outages/{outage}/cancel", {"reason": "Flyttad"}))
    assert (told["cancel_reason"], told["cancelled_by"]) == ("Flyttad", "Ivar Ing")
    assert told["systems_down"] == []
    problem(api("it").post(f"/outages/{outage}/cancel", {"reason": "Flyttad"}), 409)
