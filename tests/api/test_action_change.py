"""Correcting, voiding, confirming and sending back through the API: nothing vanishes, nobody confirms alone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from tests.api.bodies import answered, entry, outage_of, pointers, problem
from tests.page import Api
from tests.region import TEST_NUMBERS
from tracker.extensions import db
from tracker.models import Access

Client = Callable[[str], Api]


def test_a_correction_keeps_both_versions(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    nurse = api("nurse")
    answered(nurse.post("/actions", body), 201)
    path = f"/actions/{body['id']}"
    corrected = answered(
        nurse.post(
            f"{path}/correct",
            {
                "reason": "fel patient och dos",
                "patient": {"identity": TEST_NUMBERS[1], "name": "Rätt Person"},
                "performed_by": {"login": "nurse2"},
                "fields": {"dose": 3},
            },
        )
    )
    assert corrected["version"] == 2
    assert corrected["patient"]["name"] == "Rätt Person"
    assert corrected["performed_by"]["login"] == "nurse2"
    assert [version["content"]["fields"]["dose"] for version in corrected["versions"]][1] == 3
    assert corrected["versions"][1]["reason"] == "fel patient och dos"
    with app.app_context():
        seen = set(db.session.scalars(select(Access.patient_id).where(Access.doing == "api.action.correct")))
    assert len(seen) == 2, "the first version shows the other patient"
    assert pointers(nurse.post(f"{path}/correct", {"fields": {"dose": 4}})) == {"/reason"}
    assert pointers(nurse.post(f"{path}/correct", {"reason": " ", "note": "x"})) == {"/reason"}
    assert pointers(nurse.post(f"{path}/correct", {"reason": "r", "fields": {"colour": "x"}})) == {"/fields/colour"}
    assert pointers(nurse.post(f"{path}/correct", {"reason": "r", "id": "x"})) == {"/id"}


def test_every_fault_of_a_correction_is_told_at_once(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    nurse = api("nurse")
    answered(nurse.post("/actions", body), 201)
    wrong = {
        "reason": "fel",
        "patient": {"identity": "19900101-2386"},
        "performed_at": "2999-01-01T00:00",
        "performed_by": {"login": "nobody"},
        "fields": {"colour": "red"},
    }
    told = pointers(nurse.post(f"/actions/{body['id']}/correct", wrong))
    assert told == {"/patient/identity", "/performed_at", "/performed_by/login", "/fields/colour"}
    assert answered(nurse.get(f"/actions/{body['id']}"))["version"] == 1


def test_a_voided_action_stays_visible(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    nurse = api("nurse")
    answered(nurse.post("/actions", body), 201)
    path = f"/actions/{body['id']}"
    assert pointers(nurse.post(f"{path}/void", {"reason": ""})) == {"/reason"}
    voided = answered(nurse.post(f"{path}/void", {"reason": "loggad två gånger"}))
    assert (voided["voided"]["by"], voided["voided"]["reason"]) == ("Nora Nyström", "loggad två gånger")
    assert voided["items"][0]["state"] == "not_needed"
    assert voided["items"][0]["done_by"] == "Nora Nyström"
    problem(nurse.post(f"{path}/void", {"reason": "igen"}), 409)


def test_a_manager_confirms_and_sends_back_but_not_own_work(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    nurse, manager = api("nurse"), api("manager")
    answered(api("it").post(f"/outages/{outage}/systems/melior/restore"))
    body = entry(app, outage)
    path = f"/actions/{body['id']}"
    item = answered(nurse.post("/actions", body), 201)["items"][0]["id"]
    problem(manager.post(f"{path}/confirm"), 409)
    problem(nurse.post(f"{path}/confirm"), 403)
    answered(nurse.post(f"/items/{item}/done", {"reference": "M-1"}))
    confirmed = answered(manager.post(f"{path}/confirm"))
    assert (confirmed["state"], confirmed["confirmations"][0]["by"]) == ("confirmed", "Maria Mård")
    assert problem(api("manager2").post(f"{path}/confirm"), 409)["holder"] == "Maria Mård"
    assert pointers(manager.post(f"{path}/send-back", {"reason": ""})) == {"/reason"}
    back = answered(manager.post(f"{path}/send-back", {"reason": "fel dos i Melior"}))
    assert (back["state"], back["send_backs"][0]["reason"]) == ("open", "fel dos i Melior")
    assert back["confirmations"][0]["withdrawn_at"]
    assert back["items"][0]["attention"] == "sent_back"
    own = entry(app, outage, given={"drug": "Furix"})
    item = answered(manager.post("/actions", own), 201)["items"][0]["id"]
    answered(manager.post(f"/items/{item}/done", {}))
    problem(manager.post(f"/actions/{own['id']}/confirm"), 403)
