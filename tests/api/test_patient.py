"""The unit's patients through the API."""

from __future__ import annotations

import uuid

import pytest

from tests.api.bodies import answered, entry, pointers, problem
from tests.api.conftest import Ward
from tests.region import TEST_NUMBERS, numbered_patient


def place(ward: Ward, login: str = "nurse", status: int = 201, **more: object) -> dict[str, str]:
    patient = more.pop("patient", {"identity": TEST_NUMBERS[0], "name": "Anna Ett"})
    body = {"unit": "ward", "patient": patient, **more}
    found: dict[str, str] = answered(ward.api(login).post("/patients", body), status)
    return found


def test_the_list_is_placed_and_told_by_bed(ward: Ward) -> None:
    for number, bed in ((1, "10"), (2, "2")):
        place(ward, patient={"identity": numbered_patient(number)}, bed=bed)
    told = answered(ward.api("nurse").get("/patients", unit="ward"))
    assert [(one["bed"], one["actions"]) for one in told["patients"]] == [("2", 0), ("10", 0)]
    assert {one["to_be_identified"] for one in told["patients"]} == {False}


def test_the_same_again_is_the_same_line_and_another_bed_a_conflict(ward: Ward) -> None:
    first = place(ward, bed="4")
    assert place(ward, status=200, bed="4")["placement"] == first["placement"]
    body = {"unit": "ward", "patient": {"identity": TEST_NUMBERS[0]}, "bed": "5"}
    problem(ward.api("nurse").post("/patients", body), 409)


def test_faults_point_to_their_fields(ward: Ward) -> None:
    body = {"unit": "ward", "patient": {"identity": "19900101-2380"}, "bed": "x" * 50}
    assert pointers(ward.api("nurse").post("/patients", body)) == {"/patient/identity", "/bed"}
    assert pointers(ward.api("nurse").post("/patients", {**body, "unit": "nowhere"})) == {"/unit"}


def test_an_unknown_patient_is_linked_when_what_speaks_against_it_is_agreed_to(ward: Ward) -> None:
    told = {"identity": "Okänd man ca 40 år", "identity_kind": "unknown"}
    ward.log(patient=told)
    label = place(ward, patient=told, bed="7")
    assert label["to_be_identified"] is True
    api = ward.api("nurse")
    body = {"identity": TEST_NUMBERS[2], "name": "Anna Ett", "reason": "Körkort"}
    problem(api.post(f"/patients/{label['id']}/link", body), 409)
    assert pointers(api.post(f"/patients/{label['id']}/link", {**body, "identity": "123"})) == {"/patient/identity"}
    done = answered(api.post(f"/patients/{label['id']}/link", {**body, "agreed": True}))
    assert (done["linked_to"]["identity"], done["actions"]) == (TEST_NUMBERS[2], 1)
    problem(api.post(f"/patients/{label['id']}/link", {**body, "agreed": True}), 409)
    late = answered(api.post("/actions", entry(ward.app, ward.outage, patient=told)), 201)
    assert "linked" in {warning["code"] for warning in late["warnings"]}
    action = answered(api.get(f"/actions/{late['id']}"))
    assert action["patient"]["identity"] == TEST_NUMBERS[2]
    assert [version["content"]["identity"] for version in action["versions"]] == [told["identity"], TEST_NUMBERS[2]]


def test_there_is_no_other_identity(ward: Ward) -> None:
    visitor = place(ward, patient={"identity": "19790518M01C"}, bed="7")
    api = ward.api("nurse")
    path = f"/patients/{visitor['id']}/link"
    assert pointers(api.post(path, {"no_other": True, "reason": " "})) == {"/reason"}
    assert answered(api.post(path, {"no_other": True, "reason": "Turist"}))["linked_to"] is None
    (told,) = answered(api.get("/patients", unit="ward"))["patients"]
    assert told["to_be_identified"] is False


def test_a_move_takes_the_open_actions_along(ward: Ward) -> None:
    patient = place(ward, bed="4")
    path = f"/patients/{patient['id']}/move"
    api = ward.api("nurse")
    assert pointers(api.post(path, {"from_unit": "ward", "to": "nowhere"})) == {"/to"}
    done = answered(api.post(path, {"from_unit": "ward", "to": "clinic", "bed": "2", "note": "Operation"}))
    assert done["actions"] == [ward.action]
    problem(api.post(path, {"from_unit": "ward", "to": "clinic"}), 409)
    assert answered(ward.api("outsider").get(f"/items/{ward.item}"))["unit"] == "clinic"
    problem(ward.api("nurse").post(f"/items/{ward.item}/claim"), 403)


@pytest.mark.parametrize("verb", ["link", "move"])
def test_patients_of_other_units_are_not_there(ward: Ward, verb: str) -> None:
    patient = place(ward, bed="4")
    bodies = {
        "link": {"identity": TEST_NUMBERS[1], "reason": "Pass"},
        "move": {"from_unit": "ward", "to": "clinic"},
    }
    problem(ward.api("outsider").post(f"/patients/{patient['id']}/{verb}", bodies[verb]), 404)
    problem(ward.api("nurse").post(f"/patients/{uuid.uuid4()}/{verb}", bodies[verb]), 404)
    problem(ward.api("outsider").get("/patients", unit="ward"), 403)
    problem(ward.api("outsider").post("/patients", {"unit": "ward", "patient": {"identity": TEST_NUMBERS[1]}}), 403)
