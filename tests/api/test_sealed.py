"""Entries sealed by a device: logged once, in the name of whoever wrote them, and never readable on the way."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.api.bodies import DOSE, answered, entry, outage_of, pointers, problem
from tests.page import Api, Browser
from tests.region import TEST_NUMBERS, user
from tests.sealing import seal
from tests.server import running_server, send
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Access, Action, Event
from tracker.routine import Routine
from tracker.sealing import SealingKeys

Client = Callable[[str], Api]


@dataclass
class Device:
    """A nurse's device with its bundle, and somebody's connection that carries what it sealed."""

    app: Flask
    bundle: dict[str, Any]
    outage: int
    client: FlaskClient

    def write(self, **changes: Any) -> dict[str, Any]:
        return entry(self.app, self.outage, **{"recorded_at": utcnow().isoformat(), **changes})

    def seal(self, body: dict[str, Any], ticket: str | None = "") -> dict[str, str]:
        return seal(body, self.bundle["seal"], self.bundle["ticket"] if ticket == "" else ticket)

    def send(self, envelope: dict[str, str], **more: Any) -> TestResponse:
        return self.client.post("/api/v1/sealed-entries", json=envelope, **more)


@pytest.fixture
def device(app: Flask, api: Client) -> Device:
    outage = outage_of(app, "melior")
    bundle = answered(api("nurse").get("/ward", unit="ward", outage=outage))
    return Device(app, bundle, outage, app.test_client())


def logged(app: Flask) -> list[tuple[str, str]]:
    """Every action: who it says logged it, and who did it."""
    with app.app_context():
        return [(one.logged_by.login, one.performer) for one in db.session.scalars(select(Action))]


def signed_in(app: Flask, browser: Callable[[str | None], Browser], login: str) -> tuple[FlaskClient, dict[str, str]]:
    client = browser(login).client
    return client, {"X-CSRFToken": answered(client.get("/api/v1/csrf"))["token"]}


def test_an_entry_is_logged_in_its_authors_name_though_nobody_is_logged_in(app: Flask, device: Device) -> None:
    envelope = device.seal(device.write(performed_by={"login": "nurse"}))
    answer = answered(device.send(envelope), 201)
    assert (answer["id"], answer["digest"]) == (envelope["id"], envelope["digest"])
    assert logged(app) == [("nurse", "Nora Nyström")]


def test_an_entry_that_comes_again_is_answered_as_the_first_time(app: Flask, device: Device) -> None:
    body = device.write()
    first = answered(device.send(device.seal(body)), 201)
    for envelope in (device.seal(body), device.seal(body, ticket=None)):
        again = answered(device.send(envelope), 200)
        assert (again["id"], again["digest"]) == (envelope["id"], envelope["digest"])
        assert again["state"] == first["state"]
    assert len(logged(app)) == 1


def test_the_same_id_with_other_content_is_refused(app: Flask, device: Device) -> None:
    body = device.write()
    answered(device.send(device.seal(body)), 201)
    problem(device.send(device.seal({**body, "note": "Något annat"})), 409)
    assert len(logged(app)) == 1


def test_a_colleague_who_is_logged_in_sends_it_and_the_author_stays(
    app: Flask, device: Device, browser: Callable[[str | None], Browser]
) -> None:
    client, headers = signed_in(app, browser, "nurse2")
    device.client = client
    answered(device.send(device.seal(device.write()), headers=headers), 201)
    assert logged(app) == [("nurse", "Nora Nyström")]
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.verb == "arrived")).one()
        assert event.actor_name == "Nils Norberg"


def test_without_a_ticket_somebody_of_the_unit_must_send_it_and_say_who_did_it(
    app: Flask, device: Device, browser: Callable[[str | None], Browser]
) -> None:
    unnamed = device.seal(device.write(), ticket=None)
    named = device.seal(device.write(performed_by={"name": "Vik Arien"}), ticket=None)
    for envelope in (unnamed, named):
        problem(device.send(envelope), 401)
    for login, status in (("outsider", 403), ("nurse2", 201)):
        device.client, headers = signed_in(app, browser, login)
        problem(device.send(named), 401)  # a cookie alone proves nothing: any page could have sent it
        assert device.send(named, headers=headers).status_code == status
    assert pointers(device.send(unnamed, headers=headers)) == {"/performed_by/name"}
    assert logged(app) == [("nurse2", "Vik Arien")]


def test_a_ticket_is_good_for_what_was_written_before_it_ran_out_however_late_it_comes(
    app: Flask, device: Device
) -> None:
    in_time = device.write(recorded_at=(utcnow() + timedelta(hours=9)).isoformat())
    too_late = device.write(recorded_at=(utcnow() + timedelta(hours=11)).isoformat())
    with time_machine.travel(utcnow() + timedelta(days=14), tick=True):
        answered(device.send(device.seal(in_time)), 201)
        problem(device.send(device.seal(too_late)), 401)


@pytest.mark.parametrize("change", ["deactivated", "moved"])
def test_whoever_may_log_no_longer_is_refused_and_told_why(app: Flask, device: Device, change: str) -> None:
    before, after = device.write(), device.write()
    answered(device.send(device.seal(before)), 201)
    with app.app_context():
        if change == "deactivated":
            user("nurse").active = False
        else:
            nurse = user("nurse")
            list(map(db.session.delete, nurse.memberships))
        db.session.commit()
    refused = problem(device.send(device.seal(after)), 403)
    assert "kollega" in refused["detail"]
    answered(device.send(device.seal(before)), 200)  # what is safe already is said to be
    assert len(logged(app)) == 1


def test_a_ticket_made_up_or_changed_is_none(device: Device) -> None:
    ticket = device.bundle["ticket"]
    for forged in (ticket[:-2] + ("AA" if not ticket.endswith("AA") else "BB"), "x", ticket.split(".")[0], 7):
        problem(device.send(seal(device.write(), device.bundle["seal"], forged)), 401)  # type: ignore[arg-type]


def test_an_envelope_cannot_be_passed_off_as_another(app: Flask, device: Device) -> None:
    one, other = device.seal(device.write()), device.seal(device.write())
    flipped = one["sealed"][:-4] + ("A" if one["sealed"][-4] != "A" else "B") + one["sealed"][-3:]
    for changes in (
        {"id": other["id"]},
        {"digest": other["digest"]},
        {"id": other["id"], "digest": other["digest"]},
        {"key_id": "0" * 16},
        {"sealed": flipped},
        {"sealed": "AQ"},
    ):
        assert pointers(device.send({**one, **changes})) == {"/sealed"}
    assert logged(app) == []


def test_every_fault_is_pointed_to_and_nothing_of_the_patient_is_answered(app: Flask, device: Device) -> None:
    body = device.write(fields={"dose": "mycket"}, patient={"identity": "19900101-2386", "name": "Hemlig Person"})
    answer = device.send(device.seal(body))
    assert {"/patient/identity", "/fields/drug", "/fields/dose"} <= pointers(answer)
    answered(device.send(device.seal(device.write(patient={"identity": TEST_NUMBERS[0], "name": "Hemlig"}))), 201)
    again = device.send(device.seal(device.write(patient={"identity": TEST_NUMBERS[0], "name": "Annan"})))
    assert {one["code"] for one in answered(again, 201)["warnings"]} == {"duplicate", "patient_name"}
    for told in (answer, again):
        assert not any(word in told.get_data(as_text=True) for word in ("Hemlig", "Annan", "9001", TEST_NUMBERS[0]))


def test_a_refused_entry_is_opened_for_its_unit_only_and_the_access_is_written(
    app: Flask, api: Client, device: Device
) -> None:
    answered(device.send(device.seal(device.write())), 201)  # the patient is known from now on
    body = device.write(fields={})
    envelope = device.seal(body)
    problem(device.send(envelope), 422)
    problem(app.test_client().post("/api/v1/sealed-entries/open", json=envelope), 401)
    problem(api("outsider").post("/sealed-entries/open", envelope), 403)
    for login in ("nurse", "nurse2"):
        assert answered(api(login).post("/sealed-entries/open", envelope))["entry"] == body
    with app.app_context():
        seen = db.session.scalars(select(Access.user_id).where(Access.doing == "api.sealed.unseal")).all()
        assert {user("nurse").id, user("nurse2").id} == set(seen)


def test_too_large_and_too_much_rubbish_is_stopped(device: Device) -> None:
    envelope = device.seal(device.write())
    problem(device.send({**envelope, "sealed": "A" * 200_000}), 413)
    statuses = Counter(device.send({**envelope, "sealed": "AQ"}).status_code for _ in range(302))
    assert statuses == {422: 300, 429: 2}


def test_an_older_key_still_opens_and_the_first_is_sealed_to(tmp_path: Path, routine: Routine) -> None:
    old = SealingKeys(tmp_path / "old.pem")
    SealingKeys(tmp_path / "new.pem")
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "new.pem").read_bytes() + (tmp_path / "old.pem").read_bytes())
    app = create_app(Settings(data_dir=tmp_path, sealing_key=both), routine)
    keys: SealingKeys = app.extensions["tracker.sealing"]
    assert keys.seal["key_id"] != old.seal["key_id"]
    body = {"id": str(uuid.uuid4()), "note": "åäö"}
    envelope = seal(body, old.seal)
    opened = keys.open(envelope["sealed"], entry_id=body["id"], digest=envelope["digest"], key_id=envelope["key_id"])
    assert opened["entry"] == body
    assert (tmp_path / "old.pem").stat().st_mode & 0o077 == 0


def test_fifty_copies_at_once_make_one_action(app: Flask, device: Device, tmp_path: Path) -> None:
    envelope = device.seal(device.write())
    with running_server(tmp_path, secret_key="x" * 32) as address, ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: send(address, "/sealed-entries", "", envelope), range(50)))
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 49}
    assert {answer.body["digest"] for answer in answers} == {envelope["digest"]}
    with app.app_context():
        assert db.session.scalar(select(func.count(Action.id)).where(Action.kind == DOSE)) == 1


def test_what_was_logged_otherwise_is_settled_by_somebody_who_looked_and_nothing_is_lost(
    app: Flask, api: Client, device: Device
) -> None:
    body = device.write()
    answered(device.send(device.seal(body)), 201)
    other = device.seal({**body, "note": "Den andra"})
    problem(device.send(other), 409)
    problem(api("outsider").post("/sealed-entries/settle", other), 403)
    problem(api("nurse").post("/sealed-entries/settle", device.seal(device.write())), 409)
    settled = answered(api("nurse2").post("/sealed-entries/settle", other))
    assert (settled["id"], settled["digest"]) == (other["id"], other["digest"])
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.verb == "entry-settled")).one()
        assert event.after and event.after["not_logged"]["note"] == "Den andra"
