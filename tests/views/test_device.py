"""The unit's devices on a page, and the file that is carried from one to the server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.bodies import answered, entry, outage_of
from tests.english import speak_english
from tests.page import Api, Browser
from tests.region import TEST_NUMBERS
from tests.sealing import seal
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Action, Device

Person = Callable[[str | None], Browser]
Client = Callable[[str], Api]


@pytest.fixture
def outage(app: Flask) -> int:
    return outage_of(app, "melior")


def registered(api: Client, login: str = "nurse") -> tuple[str, str]:
    made = answered(api(login).post("/devices", {"name": "Chrome på Windows", "unit": "ward"}), 201)
    return made["id"], made["token"]


def report(app: Flask, device: str, token: str, count: int) -> int:
    body = {"token": token, "units": [{"unit": "ward", "count": count, "oldest": utcnow().isoformat()}]}
    return app.test_client().post(f"/api/v1/devices/{device}/report", json=body).status_code


def test_the_unit_sees_what_its_devices_hold_and_what_they_are_called(
    app: Flask, browser: Person, api: Client, outage: int
) -> None:
    device, token = registered(api)
    assert report(app, device, "another", 4) == 404
    assert report(app, device, token, 4) == 200
    nurse = browser("nurse2")
    page = nurse.get("/devices")
    assert "Chrome på Windows" in page.html
    assert ">4<" in page.html
    assert nurse.post(f"/devices/{device}", {"name": ""}).status == 422
    assert "Datorn i expeditionen" in nurse.post(f"/devices/{device}", {"name": "Datorn i expeditionen"}).html
    assert browser("outsider").get(f"/devices/{device}").status == 404
    assert "Datorn i expeditionen" not in browser("outsider").get("/devices").html


def test_a_manager_excuses_a_device_and_others_cannot(app: Flask, browser: Person, api: Client, outage: int) -> None:
    device, token = registered(api)
    report(app, device, token, 2)
    with app.app_context():
        unit_id = db.session.scalars(select(Device.unit_id)).one()
    path = f"/devices/{device}/excuse/{outage}/{unit_id}"
    assert path in browser("manager").get("/devices").html
    assert path not in browser("nurse").get("/devices").html
    assert browser("nurse").post(path, {"reason": "Borttappad"}).status == 403
    assert browser("manager").post(path, {"reason": ""}).status == 422
    assert "Borttappad" in browser("manager").post(path, {"reason": "Borttappad"}).html


@pytest.fixture
def sealed(app: Flask, api: Client, outage: int) -> Callable[..., dict[str, Any]]:
    bundle = answered(api("nurse").get("/ward"))

    def make(**changes: Any) -> dict[str, Any]:
        body = entry(app, outage, **{"recorded_at": utcnow().isoformat(), **changes})
        return seal(body, bundle["seal"], bundle["ticket"])

    return make


def carry(person: Browser, *lines: object) -> str:
    data = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    page = person.post("/devices/carried", {"file": (io.BytesIO(data), "driftstopp.dtsealed")})
    assert page.status == 200
    return page.html


def logged(app: Flask) -> list[str]:
    with app.app_context():
        return [one.logged_by.login for one in db.session.scalars(select(Action))]


def test_a_carried_file_is_read_in_once_by_whoever_carries_it(
    app: Flask, browser: Person, sealed: Callable[..., dict[str, Any]]
) -> None:
    entries = [sealed() for _ in range(3)]
    carrier = browser("it")
    for _ in range(2):
        shown = carry(carrier, *entries, entries[0])
        assert TEST_NUMBERS[0][2:] not in shown
        assert "Test Testsson" not in shown
    assert logged(app) == ["nurse"] * 3


def test_bad_lines_are_told_and_the_good_ones_are_logged(
    app: Flask, browser: Person, sealed: Callable[..., dict[str, Any]]
) -> None:
    bad = sealed(fields={})
    speak_english(app)
    lines = (sealed(), b"{broken", bad, {**sealed(), "digest": "0" * 64}, b"[1]", b"\xff", sealed())
    shown = carry(browser("nurse2"), *lines)
    assert logged(app) == ["nurse", "nurse"]
    for number in (2, 3, 4, 5, 6):
        assert f"Entry {number}:" in shown
    assert "Entry 1:" not in shown


def test_no_file_is_told_at_the_field(browser: Person) -> None:
    assert browser("nurse").post("/devices/carried", {}).status == 422
