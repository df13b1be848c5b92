"""Logging through the API: once, whole, and never refused for what was really done."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.bodies import DOSE, answered, entry, outage_of, pointers, problem
from tests.page import Api
from tests.region import TEST_NUMBERS, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Patient
from tracker.services.entry import entry_digest

Client = Callable[[str], Api]


def warnings(answer: dict) -> list[str]:
    return [warning["code"] for warning in answer["warnings"]]


def test_a_new_action_is_answered_with_its_digest_and_items(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    answer = answered(api("nurse").post("/actions", body), 201)
    assert answer["id"] == body["id"]
    assert answer["digest"] == entry_digest(body)
    assert answer["state"] == "open"
    assert answer["warnings"] == []
    (item,) = answer["items"]
    assert (item["item"], item["system"], item["role"], item["state"], item["waits_for"]) == (
        "document-administration",
        "melior",
        "nurse",
        "waiting",
        ["melior"],
    )


def test_the_same_entry_again_gives_the_same_answer_and_no_second_action(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    nurse = api("nurse")
    first = answered(nurse.post("/actions", body), 201)
    assert answered(nurse.post("/actions", body), 200) == first
    assert answered(api("nurse2").post("/actions", body), 200) == first
    with app.app_context():
        assert db.session.scalar(select(func.count(Action.id))) == 1


def test_the_same_id_with_other_content_is_refused(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    nurse = api("nurse")
    answered(nurse.post("/actions", body), 201)
    problem(nurse.post("/actions", {**body, "note": "något annat"}), 409)
    problem(api("outsider").post("/actions", {**body, "unit": "clinic"}), 409)


def test_every_fault_is_pointed_out_in_one_answer(app: Flask, api: Client) -> None:
    body = entry(
        app,
        outage_of(app, "melior"),
        id="not-a-uuid",
        performed_at="yesterday",
        patient={"identity": "19900101-2386", "shoe_size": 42},
        role="director",
        fields={"dose": "a lot", "colour": "red"},
        sheet="x" * 41,
        done_items="all",
        surprise=1,
    )
    assert pointers(api("nurse").post("/actions", body)) >= {
        "/id",
        "/performed_at",
        "/patient/shoe_size",
        "/role",
        "/fields/drug",
        "/fields/dose",
        "/fields/colour",
        "/sheet",
        "/done_items",
        "/surprise",
    }


def test_faults_of_meaning_are_all_told_too(app: Flask, api: Client) -> None:
    body = entry(
        app,
        outage_of(app, "melior"),
        unit="nowhere",
        patient={"identity": "19900101-2386"},
        performed_at=(utcnow() + timedelta(hours=2)).isoformat(),
        performed_by={"login": "nobody"},
        fields={},
    )
    found = pointers(api("nurse").post("/actions", body))
    assert found >= {"/unit", "/patient/identity", "/performed_at", "/performed_by/login", "/fields/drug"}
    with app.app_context():
        assert db.session.scalar(select(func.count(Patient.id))) == 0


@pytest.mark.parametrize(
    ("name", "value", "pointer"),
    [
        ("outage", 999, "/outage"),
        ("outage", 10**30, "/outage"),
        ("outage", "1", "/outage"),
        ("outage", True, "/outage"),
        ("kind", "melior.dancing", "/kind"),
        ("unit", 7, "/unit"),
        ("patient", {}, "/patient/identity"),
        ("patient", "19900101-2385", "/patient"),
        ("patient", {"identity": TEST_NUMBERS[0], "identity_kind": "passport"}, "/patient/identity_kind"),
        ("patient", {"identity": TEST_NUMBERS[0], "protected": "yes"}, "/patient/protected"),
        ("patient", {"id": str(uuid.uuid4())}, "/patient/id"),
        ("patient", {"id": str(uuid.uuid4()), "identity": TEST_NUMBERS[0]}, "/patient"),
        ("performed_at", "2026-11-20", "/performed_at"),
        ("performed_at", "0001-01-01T00:00:00+14:00", "/performed_at"),
        ("performed_at", 1764000000, "/performed_at"),
        ("performed_by", {}, "/performed_by"),
        ("performed_by", {"login": "nurse", "name": "Nora"}, "/performed_by"),
        ("performed_by", {"name": "N" * 121}, "/performed_by/name"),
        ("fields", [], "/fields"),
        ("fields", {"drug": ["Alvedon"], "dose": 1, "dose_unit": ["mg"], "outcome": {}}, "/fields/dose_unit"),
        ("note", "bell \x07", "/note"),
        ("done_items", ["document-administration"], "/done_items/0"),
        ("done_items", [3], "/done_items/0"),
        ("recorded_at", "soon", "/recorded_at"),
    ],
)
def test_a_wrong_value_is_pointed_to(app: Flask, api: Client, name: str, value: object, pointer: str) -> None:
    body = entry(app, outage_of(app, "melior"))
    assert pointer in pointers(api("nurse").post("/actions", {**body, name: value}))


def test_a_fault_is_told_in_the_users_language_without_the_number(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"), patient={"identity": "19900101-2386"})
    nurse = api("nurse")
    with app.app_context():
        user("nurse").language = "en"
        db.session.commit()
    answer = nurse.post("/actions", body)
    assert "last digit" in problem(answer, 422)["errors"][0]["detail"]
    assert "2386" not in answer.get_data(as_text=True)


def test_a_time_without_an_offset_is_swedish_time(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"), performed_at="2026-01-15T14:05", recorded_at="2026-01-15T14:20")
    answer = answered(api("nurse").post("/actions", body), 201)
    assert answer["items"][0]["performed_at"] == "2026-01-15T13:05:00+00:00"
    shown = answered(api("nurse").get(f"/actions/{body['id']}"))
    assert shown["recorded_at"] == "2026-01-15T13:20:00+00:00"
    assert shown["received_at"] > shown["recorded_at"]


def test_a_time_that_the_clock_skips_is_refused(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"), performed_at="2026-03-29T02:30")
    assert pointers(api("nurse").post("/actions", body)) == {"/performed_at"}


def test_who_logs_is_the_performer_unless_somebody_else_is_named(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    nurse = api("nurse")
    own = entry(app, outage, role=None)
    answered(nurse.post("/actions", own), 201)
    shown = answered(nurse.get(f"/actions/{own['id']}"))
    assert (shown["performed_by"], shown["role"]) == ({"login": "nurse", "name": "Nora Nyström"}, "nurse")
    other = entry(app, outage, performed_by={"login": "Nurse2"}, role=None)
    answered(nurse.post("/actions", other), 201)
    assert answered(nurse.get(f"/actions/{other['id']}"))["performed_by"]["login"] == "nurse2"
    hired = entry(app, outage, performed_by={"name": "Hilda Hyr"}, role="nurse")
    answered(nurse.post("/actions", hired), 201)
    assert answered(nurse.get(f"/actions/{hired['id']}"))["performed_by"] == {"login": None, "name": "Hilda Hyr"}
    assert pointers(nurse.post("/actions", entry(app, outage, performed_by={"name": "Hilda"}, role=None))) == {"/role"}


def test_doubts_are_warned_of_and_never_refused(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior", hours_ago=3)
    nurse = api("nurse")
    first = entry(app, outage)
    answered(nurse.post("/actions", first), 201)
    twin = answered(nurse.post("/actions", entry(app, outage)), 201)
    assert warnings(twin) == ["duplicate"]
    assert (twin["warnings"][0]["action"], twin["warnings"][0]["unit"]) == (first["id"], "ward")
    doubtful = entry(
        app,
        outage,
        patient={"identity": TEST_NUMBERS[0], "name": "Någon Annan"},
        performed_at=(utcnow() - timedelta(days=3)).isoformat(),
        role="secretary",
    )
    answer = answered(nurse.post("/actions", doubtful), 201)
    assert set(warnings(answer)) == {"role", "before_outage", "patient_name"}
    assert answered(nurse.post("/actions", doubtful), 200)["warnings"] == answer["warnings"]


def test_an_act_can_be_told_done_while_logging(app: Flask, api: Client) -> None:
    body = entry(
        app,
        outage_of(app, "svarsdatabasen"),
        "svarsdatabasen.radiology-urgent",
        role="physician",
        done_items=["fax-referral"],
    )
    items = answered(api("physician").post("/actions", body), 201)["items"]
    by_id = {item["item"]: item for item in items}
    assert (by_id["fax-referral"]["state"], by_id["fax-referral"]["done_by"]) == ("done", "Peter Palm")
    assert by_id["watch-fax-reply"]["state"] == "ready"


def test_a_known_patient_is_named_by_id_and_an_unknown_one_by_a_label(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    nurse = api("nurse")
    known = answered(nurse.post("/actions", entry(app, outage)), 201)["items"][0]["patient"]
    again = entry(app, outage, patient={"id": known}, given={"drug": "Furix"})
    assert answered(nurse.post("/actions", again), 201)["items"][0]["patient"] == known
    label = {"identity": "Okänd man 1", "identity_kind": "unknown"}
    item = answered(nurse.post("/actions", entry(app, outage, patient=label)), 201)["items"][0]
    assert (item["patient_identity_kind"], item["patient_identity"]) == ("unknown", "Okänd man 1")


def test_only_those_who_work_in_the_unit_log_there(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    problem(api("outsider").post("/actions", entry(app, outage)), 403)
    for login in ("it", "director", "admin"):
        problem(api(login).post("/actions", entry(app, outage)), 403)


def test_an_action_shows_everything_about_it_and_writes_the_access_log(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"), sheet="A-17", note="vid sängen")
    nurse = api("nurse")
    answered(nurse.post("/actions", body), 201)
    shown = answered(nurse.get(f"/actions/{body['id']}"))
    assert (shown["sheet"], shown["note"], shown["version"], shown["voided"]) == ("A-17", "vid sängen", 1, None)
    assert shown["fields"]["drug"] == body["fields"]["drug"]
    assert shown["patient"]["number"] == "20020102-2381"
    assert shown["logged_by"]["login"] == "nurse"
    assert [version["number"] for version in shown["versions"]] == [1]
    assert shown["confirmations"] == shown["send_backs"] == []
    assert "2381" not in nurse.get(f"/actions/{body['id']}").request.path
    with app.app_context():
        doings = list(db.session.scalars(select(Access.doing).order_by(Access.id)))
    assert doings == ["api.action.log", "api.action.show", "api.action.show"]


def test_another_units_action_does_not_exist(app: Flask, api: Client) -> None:
    body = entry(app, outage_of(app, "melior"))
    answered(api("nurse").post("/actions", body), 201)
    outsider = api("outsider")
    problem(outsider.get(f"/actions/{body['id']}"), 404)
    for verb, content in (("correct", {"reason": "x", "note": "y"}), ("void", {"reason": "x"})):
        problem(outsider.post(f"/actions/{body['id']}/{verb}", content), 404)
    problem(api("director").get(f"/actions/{body['id']}"), 403)
    problem(api("nurse").get(f"/actions/{uuid.uuid4()}"), 404)


@pytest.mark.parametrize("kind", [DOSE, "melior.note"])
def test_the_record_sentence_tells_who_when_and_that_it_is_late(app: Flask, api: Client, kind: str) -> None:
    body = entry(app, outage_of(app, "melior"), kind, performed_at="2026-01-15T14:05")
    item = answered(api("nurse").post("/actions", body), 201)["items"][0]
    assert "2026-01-15 14:05" in item["sentence"]
    assert "Nora Nyström" in item["sentence"]
    assert "efterhand" in item["sentence"]
