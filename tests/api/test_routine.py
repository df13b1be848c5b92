"""The routine for programs holds all that the two tables of the domain hold."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.api.bodies import answered, outage_of, problem
from tests.page import Api
from tests.region import user
from tracker.extensions import db
from tracker.routine import Routine

Client = Callable[[str], Api]
TYPES = {"text", "long_text", "choice", "number", "yes_no", "datetime", "date", "time", "fax", "identity"}


def test_every_kind_item_and_duty_is_there(api: Client, routine: Routine) -> None:
    told = answered(api("nurse").get("/routine"))
    assert told["version"] == routine.version
    assert told["digest"] == routine.digest
    assert [system["id"] for system in told["systems"]] == list(routine.system_by_id)
    assert [kind["id"] for kind in told["kinds"]] == list(routine.kinds)
    assert len(told["kinds"]) == 40
    assert sum(len(kind["items"]) for kind in told["kinds"]) == 80
    assert len(told["duties"]) == 48
    for kind in told["kinds"]:
        fields = {field["id"]: field for field in kind["fields"]}
        assert {field["type"] for field in kind["fields"]} <= TYPES
        assert all((field["type"] == "choice") == bool(field["choices"]) for field in kind["fields"])
        for item in kind["items"]:
            assert item["when"] is None or item["when"]["field"] in fields
        for field in kind["fields"]:
            assert field["shown_when"] is None or field["shown_when"]["field"] in fields


def test_texts_are_in_the_users_language(app: Flask, api: Client) -> None:
    nurse = api("nurse")
    swedish = nurse.get("/routine")
    kind = next(kind for kind in answered(swedish)["kinds"] if kind["id"] == "melior.medication-administration")
    assert kind["label"] == kind["labels"]["sv"] == "Läkemedelsutdelning"
    with app.app_context():
        user("nurse").language = "en"
        db.session.commit()
    english = nurse.get("/routine")
    kind = next(kind for kind in answered(english)["kinds"] if kind["id"] == "melior.medication-administration")
    assert kind["label"] == kind["labels"]["en"]
    assert swedish.headers["ETag"] != english.headers["ETag"]


def test_an_unchanged_routine_is_not_sent_again(api: Client) -> None:
    nurse = api("nurse")
    etag = nurse.get("/routine").headers["ETag"]
    again = nurse.client.get("/api/v1/routine", headers={**nurse.headers, "If-None-Match": etag})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_an_outage_tells_the_routine_it_is_worked_under(app: Flask, api: Client, routine: Routine) -> None:
    outage = outage_of(app, "melior")
    assert answered(api("nurse").get(f"/outages/{outage}/routine"))["digest"] == routine.digest
    problem(api("outsider").get(f"/outages/{outage}/routine"), 404)
