"""Through the API: two persons for high risk, what arrived by itself, and the twin that has to go."""

from __future__ import annotations

from typing import Any

from tests.api.bodies import answered, pointers, problem
from tests.api.conftest import Ward

ORDER = "melior.chemistry-order"
GIVEN = {"drug": "Morfin", "dose": 5, "dose_unit": "mg", "outcome": "given", "route": "peroralt"}


def entered(ward: Ward) -> tuple[str, dict[str, Any]]:
    item = ward.log(given=GIVEN)["document-administration"]
    path = f"/items/{item}"
    told = answered(ward.api("nurse").post(f"{path}/done", {"reference": "M-1", "version": 1}))
    return path, told


def seen(told: dict[str, Any], **read: Any) -> dict[str, Any]:
    return {"seen": {field["id"]: field["logged"] for field in told["check_fields"]} | read}


def test_done_answers_entered_and_a_second_person_makes_it_done(ready: Ward) -> None:
    path, told = entered(ready)
    assert (told["state"], told["high_risk"], told["entered_by"], told["done_by"]) == (
        "entered", "opioid", "Nora Nyström", None,
    )  # fmt: skip
    listed = answered(ready.api("nurse2").get("/items", state="entered"))
    assert [item["id"] for item in listed["items"]] == [told["id"]]
    problem(ready.api("nurse").post(f"{path}/check", seen(told)), 403)
    assert pointers(ready.api("nurse2").post(f"{path}/check", seen(told, dose="50"))) == {"/seen/dose"}
    assert pointers(ready.api("nurse2").post(f"{path}/check", {"seen": {"dose": 5}})) >= {"/seen/drug", "/seen/patient"}
    done = answered(ready.api("nurse2").post(f"{path}/check", {**seen(told, dose=5), "revision": told["revision"]}))
    assert (done["state"], done["entered_by"], done["done_by"]) == ("done", "Nora Nyström", "Nils Norberg")
    assert problem(ready.api("physician").post(f"{path}/check", seen(told)), 409)["holder"] == "Nils Norberg"


def test_sent_back_it_is_ready_again_and_says_what_is_wrong(ready: Ward) -> None:
    path, told = entered(ready)
    assert pointers(ready.api("nurse2").post(f"{path}/reject", {"note": " "})) == {"/note"}
    back = answered(ready.api("nurse2").post(f"{path}/reject", {"note": "Det står 50 mg."}))
    assert (back["state"], back["attention"], back["attention_note"]) == ("ready", "amend", "Det står 50 mg.")
    problem(ready.api("nurse2").post(f"{path}/check", seen(told)), 409)


def test_nobody_checks_in_a_unit_of_others_nor_as_another_role(ready: Ward) -> None:
    path, told = entered(ready)
    problem(ready.api("outsider").post(f"{path}/check", seen(told)), 404)
    problem(ready.api("secretary").post(f"{path}/check", seen(told)), 403)
    problem(ready.api("director").post(f"{path}/check", seen(told)), 403)


def test_what_arrived_by_itself_is_done_and_twice_leaves_a_twin(ready: Ward) -> None:
    ready.restore("svarsdatabasen")
    items = ready.log(ORDER, given={"form": "paper", "fax_reply": False})
    path = f"/items/{items['watch-result']}"
    assert answered(ready.api("nurse").get(path))["may_arrive"] is True
    assert pointers(ready.api("nurse").post(f"{path}/arrival", {"answer": "perhaps"})) == {"/answer"}
    missing = answered(ready.api("nurse").post(f"{path}/arrival", {"answer": "missing"}))
    assert missing["state"] == "ready"
    body = {"answer": "twice", "reference": "LAB-7", "note": "Två svar"}
    twice = answered(ready.api("nurse").post(f"{path}/arrival", body))
    assert (twice["state"], twice["reference"]) == ("done", "LAB-7")
    again = answered(ready.api("nurse").post(f"{path}/arrival", body))
    assert again["revision"] == twice["revision"]
    action = answered(ready.api("nurse").get(f"/actions/{twice['action']}"))
    assert [item["item"] for item in action["items"]].count("cancel-twin") == 1


def test_an_electronic_one_was_sent_too(ready: Ward) -> None:
    items = ready.log("melior.prescription", "physician", given={"form": "paper", "drug": "Alvedon"})
    path = f"/items/{items['document-prescription']}/twin"
    assert pointers(ready.api("nurse").post(path, {"reason": ""})) == {"/reason"}
    twin = answered(ready.api("nurse").post(path, {"reason": "E-recept sänt 10.15"}))
    assert (twin["item"], twin["system"], twin["state"], twin["role"]) == (
        "cancel-twin",
        "melior",
        "ready",
        "physician",
    )
    assert answered(ready.api("physician").post(path, {"reason": "igen"}))["id"] == twin["id"]
    problem(ready.api("outsider").post(path, {"reason": "x"}), 404)
    assert answered(ready.api("physician").post(f"/items/{twin['id']}/done"))["state"] == "done"
