"""Outages, duties, sign-off and counts through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.api.bodies import answered, entry, outage_of, pointers, problem
from tests.page import Api
from tests.region import TEST_NUMBERS, declare, log, unit
from tracker.clock import utcnow
from tracker.extensions import db

Client = Callable[[str], Api]


def ago(**span: float) -> str:
    return (utcnow() - timedelta(**span)).isoformat()


def told(**changes: object) -> dict:
    body = {"name": "Stopp i Melior", "kind": "acute", "drill": False, "systems": [{"system": "melior"}]}
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def test_an_outage_without_units_concerns_every_unit_that_uses_the_system(app: Flask, api: Client) -> None:
    with app.app_context():
        unit("emergency").systems = ("elvis",)
        db.session.commit()
    outage = answered(api("it").post("/outages", told()), 201)
    assert sorted(outage["units"]) == ["clinic", "ward"]
    (system,) = outage["systems"]
    assert (system["system"], system["restored_at"], system["down"]) == ("melior", None, True)
    assert outage["systems_down"] == ["melior"]
    assert len(outage["routine_digest"]) == 64
    assert answered(api("it").get("/outages"))["outages"] == [outage]


def test_an_outage_can_name_its_units_and_times(api: Client) -> None:
    since = ago(hours=2)
    outage = answered(
        api("it").post("/outages", told(units=["ward"], systems=[{"system": "elvis", "down_at": since}], drill=True)),
        201,
    )
    assert (outage["units"], outage["drill"], outage["systems"][0]["down_at"]) == (["ward"], True, since)
    soon = (utcnow() + timedelta(days=3)).isoformat()
    planned = answered(
        api("it").post("/outages", told(kind="planned", systems=[{"system": "pmo", "down_at": soon}])), 201
    )
    assert planned["systems"][0]["down"] is False


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": None}, "/name"),
        ({"kind": "sudden"}, "/kind"),
        ({"drill": "no"}, "/drill"),
        ({"systems": []}, "/systems"),
        ({"systems": [{"system": "sap"}]}, "/systems/0/system"),
        ({"systems": [{"system": "melior"}, {"system": "melior"}]}, "/systems/1/system"),
        ({"systems": [{"system": "melior", "down_at": "now"}]}, "/systems/0/down_at"),
        ({"systems": [{"system": "melior", "down_at": "2999-01-01T00:00"}]}, "/systems/0/down_at"),
        ({"systems": ["melior"]}, "/systems/0"),
        ({"units": ["ward", "nowhere"]}, "/units/1"),
        ({"until": "noon"}, "/until"),
    ],
)
def test_a_wrong_outage_is_refused_with_the_place(api: Client, changes: dict, pointer: str) -> None:
    assert pointer in pointers(api("it").post("/outages", told(**changes)))


def test_only_it_operations_declares_and_follows_systems(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    for login in ("nurse", "manager", "director", "admin"):
        problem(api(login).post("/outages", told()), 403)
        problem(api(login).post(f"/outages/{outage}/systems/melior/restore"), 403)


def test_staff_see_the_outages_of_their_units(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior", units=("ward",))
    assert [row["id"] for row in answered(api("nurse").get("/outages"))["outages"]] == [outage]
    assert answered(api("outsider").get("/outages")) == {"outages": []}
    problem(api("outsider").get(f"/outages/{outage}"), 404)
    problem(api("outsider").get(f"/outages/{outage}/summary"), 404)
    problem(api("outsider").get(f"/outages/{outage}/duties"), 404)
    problem(api("nurse").get("/outages/999"), 404)
    assert answered(api("director").get(f"/outages/{outage}"))["id"] == outage


def test_a_system_comes_back_goes_down_again_and_is_corrected(app: Flask, api: Client) -> None:
    it = api("it")
    outage = outage_of(app, "melior", "pmo", hours_ago=5)
    path = f"/outages/{outage}/systems/melior"
    assert pointers(it.post(f"{path}/restore", {"restored_at": ago(hours=6)})) == {"/restored_at"}
    assert pointers(it.post(f"{path}/restore", {"restored_at": "2999-01-01T00:00"})) == {"/restored_at"}
    back = answered(it.post(f"{path}/restore", {"restored_at": ago(hours=3)}))
    assert back["systems_down"] == ["pmo"]
    problem(it.post(f"{path}/restore"), 409)
    assert pointers(it.post(f"{path}/down", {"down_at": ago(hours=4)})) == {"/down_at"}
    again = answered(it.post(f"{path}/down", {"down_at": ago(hours=2)}))
    assert [row["system"] for row in again["systems"]] == ["melior", "pmo", "melior"]
    problem(it.post(f"{path}/down"), 409)
    assert answered(it.post(f"/outages/{outage}/systems/elvis/down"))["systems_down"][-1] == "elvis"
    problem(it.post(f"/outages/{outage}/systems/sap/down"), 404)
    problem(it.post("/outages/999/systems/melior/down"), 404)


def test_a_wrong_time_is_corrected_with_a_reason(app: Flask, api: Client) -> None:
    it = api("it")
    outage = outage_of(app, "melior", hours_ago=5)
    path = f"/outages/{outage}/systems/melior"
    at = ago(hours=1)
    answered(it.post(f"{path}/restore", {"restored_at": at}))
    assert pointers(it.post(f"{path}/correct", {"down_at": ago(hours=6)})) == {"/reason"}
    assert pointers(it.post(f"{path}/correct", {"reason": "fel"})) == {"/down_at"}
    assert pointers(it.post(f"{path}/correct", {"reason": "fel", "restored_at": ago(hours=9)})) == {"/restored_at"}
    began = ago(hours=6)
    (system,) = answered(it.post(f"{path}/correct", {"reason": "fel", "down_at": began}))["systems"]
    assert (system["down_at"], system["restored_at"]) == (began, at), "the time that is not named stays"
    (system,) = answered(it.post(f"{path}/correct", {"reason": "inte igång", "restored_at": None}))["systems"]
    assert (system["down_at"], system["restored_at"], system["down"]) == (began, None, True)
    problem(it.post(f"/outages/{outage}/systems/elvis/correct", {"reason": "fel", "down_at": began}), 409)


def test_counts_add_up_and_show_only_the_readers_units(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior", units=("ward", "clinic"))
    nurse = api("nurse")
    for drug in ("Alvedon", "Furix"):
        answered(nurse.post("/actions", entry(app, outage, given={"drug": drug})), 201)
    answered(api("outsider").post("/actions", entry(app, outage, unit="clinic")), 201)
    everything = answered(api("director").get(f"/outages/{outage}/summary"))
    assert everything["total"] == 3
    assert everything["by_unit"]["ward"]["waiting"] == 2
    assert everything["by_unit"]["clinic"]["waiting"] == 1
    assert everything["by_system"]["melior"]["waiting"] == everything["by_role"]["nurse"]["waiting"] == 3
    assert everything["by_state"]["waiting"] == sum(cell["count"] for cell in everything["cells"]) == 3
    assert everything["actions"]["open"] == 3
    assert [row["code"] for row in everything["units"]] == ["ward", "clinic"]
    assert everything["systems_down"] == ["melior"]
    mine = answered(nurse.get(f"/outages/{outage}/summary"))
    assert (mine["total"], [row["code"] for row in mine["units"]]) == (2, ["ward"])
    assert "Testsson" not in api("director").get(f"/outages/{outage}/summary").get_data(as_text=True)


def test_an_outage_without_anything_logged_counts_nothing(app: Flask, api: Client) -> None:
    summary = answered(api("manager").get(f"/outages/{outage_of(app, 'melior')}/summary"))
    assert (summary["total"], summary["cells"], summary["by_state"]["ready"]) == (0, [], 0)
    assert summary["over_limit"] == {}


def test_what_is_past_its_limit_is_counted_by_unit(app: Flask, api: Client) -> None:
    with app.app_context():
        outage = declare("melior", hours_ago=100)
        log(outage, "melior.note", performed_at=utcnow() - timedelta(hours=50))
        log(outage, "melior.note", performed_at=utcnow() - timedelta(hours=40), identity=TEST_NUMBERS[1])
        outage_id = outage.id
    assert answered(api("director").get(f"/outages/{outage_id}/summary"))["over_limit"] == {"ward": 1}
    items = answered(api("nurse").get("/items", outage=outage_id))["items"]
    assert all(item["due_at"] for item in items)


def test_a_unit_is_signed_off_when_nothing_is_open_and_reopened_by_what_comes_late(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior")
    path = f"/outages/{outage}/units/ward"
    nurse, manager = api("nurse"), api("manager")
    problem(manager.post(f"{path}/sign-off"), 409)
    answered(api("it").post(f"/outages/{outage}/systems/melior/restore"))
    problem(nurse.post(f"{path}/sign-off"), 403)
    problem(manager.post(f"/outages/{outage}/units/emergency/sign-off"), 403)
    problem(manager.post(f"/outages/{outage}/units/nowhere/sign-off"), 404)
    signed = answered(manager.post(f"{path}/sign-off"))
    assert (signed["unit"], signed["signed_by"], signed["basis"]["actions"]["total"]) == ("ward", "Maria Mård", 0)
    problem(manager.post(f"{path}/sign-off"), 409)
    assert answered(nurse.get(f"/outages/{outage}"))["sign_offs"][0]["unit"] == "ward"
    assert answered(nurse.get("/outages"))["outages"][0]["sign_offs"][0]["signed_by"] == "Maria Mård"
    assert answered(nurse.get(f"/outages/{outage}/summary"))["units"][0]["signed_off"]["by"] == "Maria Mård"
    assert pointers(manager.post(f"{path}/reopen", {"reason": ""})) == {"/reason"}
    assert answered(manager.post(f"{path}/reopen", {"reason": "ett papper till"}))["reopen_reason"] == "ett papper till"
    problem(manager.post(f"{path}/reopen", {"reason": "igen"}), 409)
    answered(manager.post(f"{path}/sign-off"))
    answered(nurse.post("/actions", entry(app, outage)), 201)
    assert answered(nurse.get(f"/outages/{outage}"))["sign_offs"] == []


def test_duties_are_shown_and_ticked_by_those_they_concern(app: Flask, api: Client) -> None:
    outage = outage_of(app, "melior", units=("ward", "clinic"))
    path = f"/outages/{outage}/duties"
    wards = answered(api("nurse").get(path))["duties"]
    assert wards
    assert {duty["unit"] for duty in wards} == {"ward"}
    everyone = answered(api("director").get(path))["duties"]
    assert {duty["unit"] for duty in everyone} == {"ward", "clinic", None}
    staff = next(duty for duty in wards if duty["role"] == "staff")
    assert staff["text"]
    assert staff["sections"]
    done = answered(api("nurse").post(f"/duties/{staff['id']}/done"))
    assert (done["state"], done["done_by"]) == ("done", "Nora Nyström")
    assert answered(api("nurse").post(f"/duties/{staff['id']}/done")) == done
    assert problem(api("nurse").post(f"/duties/{staff['id']}/not-needed", {"reason": "x"}), 409)["holder"]
    opened = answered(api("nurse").post(f"/duties/{staff['id']}/reopen"))
    assert (opened["state"], opened["done_by"], opened["done_at"]) == ("open", None, None)
    problem(api("nurse").post(f"/duties/{staff['id']}/reopen"), 409)
    assert pointers(api("nurse").post(f"/duties/{staff['id']}/not-needed", {"reason": " "})) == {"/reason"}
    shut = answered(api("nurse").post(f"/duties/{staff['id']}/not-needed", {"reason": "redan klart"}))
    assert (shut["state"], shut["reason"]) == ("not_needed", "redan klart")
    problem(api("outsider").post(f"/duties/{staff['id']}/done"), 404)
    managers = next(duty for duty in wards if duty["role"] == "unit_manager")
    problem(api("nurse").post(f"/duties/{managers['id']}/done"), 403)
    answered(api("manager").post(f"/duties/{managers['id']}/done"))
    regional = next(duty for duty in everyone if duty["unit"] is None and duty["role"] == "it_operations")
    problem(api("nurse").post(f"/duties/{regional['id']}/done"), 404)
    problem(api("director").post(f"/duties/{regional['id']}/done"), 403)
    answered(api("it").post(f"/duties/{regional['id']}/done"))
    problem(api("it").post("/duties/99999/done"), 404)
