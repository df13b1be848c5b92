"""The bundle: all that the ward works from, for one's own units only, and every patient in it in the access log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.bodies import DOSE, answered, entry, outage_of, problem
from tests.page import Api
from tests.region import TEST_NUMBERS, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import Access, Device, DeviceUnit, Patient, Placement

Client = Callable[[str], Api]


@pytest.fixture
def outage(app: Flask) -> int:
    return outage_of(app, "melior")


def place(app: Flask, bed: str, number: str) -> str:
    with app.app_context():
        patient = Patient(
            id=uuid.uuid4(), identity_kind=IdentityKind.PERSONNUMMER, identity=number, name=f"I säng {bed}"
        )
        db.session.add(Placement(unit=unit(), patient=patient, bed=bed, placed_by_id=user("nurse").id))
        db.session.commit()
        return str(patient.id)


def test_the_units_list_comes_first_by_bed_then_others_of_the_outage(app: Flask, api: Client, outage: int) -> None:
    ten, two = place(app, "10", TEST_NUMBERS[1]), place(app, "2", TEST_NUMBERS[2])
    answered(api("nurse").post("/actions", entry(app, outage)), 201)
    bundle = answered(api("nurse").get("/ward"))
    assert [one["id"] for one in bundle["patients"][:2]] == [two, ten]
    assert (bundle["patients"][2]["name"], bundle["patients"][2]["bed"]) == ("Test Testsson", "")
    with app.app_context():
        seen = set(db.session.scalars(select(Access.patient_id).where(Access.doing == "api.ward.bundle")))
    assert {str(one) for one in seen} == {one["id"] for one in bundle["patients"]}


def test_the_latest_dose_of_each_drug_and_strength(app: Flask, api: Client, outage: int) -> None:
    nurse = api("nurse")
    for hours, drug, dose in ((3, "Alvedon", "500"), (1, "alvedon", "1000"), (2, "Furix", "40")):
        fields = {"drug": drug, "dose": dose, "dose_unit": "mg", "outcome": "given"}
        at = (utcnow() - timedelta(hours=hours)).isoformat()
        answered(nurse.post("/actions", entry(app, outage, fields=fields, performed_at=at)), 201)
    bundle = answered(nurse.get("/ward"))
    doses = [(one["fields"]["drug"], one["fields"]["dose"]) for one in bundle["handouts"]]
    assert doses == [("alvedon", 1000), ("Furix", 40)]
    assert set(bundle["subjects"][DOSE]) == {"Alvedon", "alvedon", "Furix"}


def test_what_fits_the_outage_and_the_role_comes_first(app: Flask, api: Client, outage: int) -> None:
    bundle = answered(api("nurse").get("/ward"))
    routine = answered(api("nurse").get(bundle["routine_url"].removeprefix("/api/v1")))
    assert set(bundle["kinds"]) == {kind["id"] for kind in routine["kinds"]}
    assert bundle["kinds"][: len(bundle["offered"])] == bundle["offered"]
    assert DOSE in bundle["offered"]
    assert all(kind.startswith(("melior.", "medspeech.", "svarsdatabasen.")) for kind in bundle["offered"])
    assert (bundle["outage"]["id"], bundle["outage"]["systems_down"]) == (outage, ["melior"])


def test_a_unit_or_outage_of_others_is_not_there_and_without_an_outage_one_can_still_read(
    app: Flask, api: Client
) -> None:
    problem(api("nurse").get("/ward", unit="clinic"), 404)
    problem(api("nurse").get("/ward", outage=999_999), 404)
    problem(api("director").get("/ward"), 403)
    bundle = answered(api("nurse").get("/ward", unit="ward"))
    assert (bundle["outage"], bundle["unit"]["code"]) == (None, "ward")


def test_that_a_device_took_patients_along_is_kept(app: Flask, api: Client, outage: int) -> None:
    made = answered(api("nurse").post("/devices", {"name": "Telefon", "unit": "ward"}), 201)
    bundle = answered(api("nurse").get("/ward", device=made["id"]))
    assert bundle["device"] == {"id": made["id"], "name": "Telefon"}
    with app.app_context():
        row = db.session.scalars(select(DeviceUnit)).one()
        assert row.bundled_at and row.bundle_until and row.bundle_until > row.bundled_at
        assert db.session.scalars(select(Device)).one().token_hash not in json.dumps(bundle)
    assert answered(api("nurse").get("/ward", device=str(uuid.uuid4())))["device"] is None


def test_the_mark_of_the_owner_tells_two_users_apart_and_not_who_they_are(api: Client) -> None:
    marks = {answered(api(login).get("/ward"))["owner"] for login in ("nurse", "nurse", "nurse2")}
    assert len(marks) == 2
    assert not any("nurse" in mark for mark in marks)


def test_shell_worker_manifest_and_texts_are_for_everybody_and_hold_nobody(app: Flask) -> None:
    client = app.test_client()
    worker = client.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    told = json.loads(worker.get_data(as_text=True).splitlines()[0].removeprefix("const TRACKER = ").removesuffix(";"))
    for path in (*told["files"], told["shell"], told["notSent"]):
        with client.get(path) as answer:
            assert answer.status_code == 200, path
    assert told["version"] == client.get("/ward").headers["X-Tracker-Version"]
    manifest = json.loads(client.get("/manifest.webmanifest").data)
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert {icon["src"] for icon in manifest["icons"]} <= set(told["files"])
    texts = client.get("/texts/en.json").get_json()["texts"]
    plurals = [text for text in texts.values() if isinstance(text, list)]
    assert plurals and all("%(num)s" in many for _, many in plurals), "the scripts fill in the number"
    assert client.get("/texts/de.json").status_code == 404
