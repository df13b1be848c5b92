"""The board of replies, results without a recipient and patients to contact, through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.bodies import answered, pointers, problem
from tests.api.conftest import FAXED, Ward
from tests.region import TEST_NUMBERS
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access


def ago(**span: float) -> str:
    return (utcnow() - timedelta(**span)).isoformat()


@pytest.fixture
def items(ward: Ward) -> dict[str, int]:
    """An urgent referral of five hours ago, faxed."""
    fields = {"examination": "DT hjärna", "urgency": "immediate", "question": "Blödning?"}
    return ward.log(
        FAXED, "physician", role="physician", performed_at=ago(hours=5), fields=fields, done_items=["fax-referral"]
    )


def board(ward: Ward, login: str = "nurse", **query: Any) -> dict[str, Any]:
    return {one["item"]: one for one in answered(ward.api(login).get("/replies", **query))["replies"]}


def test_the_board_tells_what_is_awaited_and_how_it_stands(ward: Ward, items: dict[str, int]) -> None:
    found = board(ward)
    assert list(found) == ["fax-referral", "watch-fax-reply", "sign-result"]
    assert [one["awaits"] for one in found.values()] == ["acknowledgement", "reply", "result"]
    assert [one["overdue"] for one in found.values()] == [True, True, False]
    assert found["watch-fax-reply"]["subject"] == "DT hjärna"
    assert list(board(ward, awaits="result")) == ["sign-result"]
    assert list(board(ward, overdue="1")) == ["fax-referral", "watch-fax-reply"]
    assert board(ward, mine="1") == {}
    assert board(ward, "outsider") == {}
    assert pointers(ward.api("nurse").get("/replies", awaits="nothing")) == {"/awaits"}
    problem(ward.api("nurse").get("/replies", awaited="result"), 422)
    with ward.app.app_context():
        assert "api.reply.index" in {row.doing for row in db.session.query(Access)}


def test_it_is_watched_chased_acknowledged_and_handed_over(ward: Ward, items: dict[str, int]) -> None:
    nurse = ward.api("nurse")
    watch, fax = f"/items/{items['watch-fax-reply']}", f"/items/{items['fax-referral']}"
    assert answered(nurse.post(f"{watch}/watch", {"login": "nurse2"}))["awaited"]["watched_by"] == "nurse2"
    assert answered(nurse.post(f"{watch}/watch", {}))["awaited"]["watched_by"] is None
    problem(nurse.post(f"{watch}/watch", {"login": "outsider"}), 422)
    chased = answered(nurse.post(f"{watch}/chase", {"text": "Granskas 16", "again_at": "2099-01-01T16:00"}))
    assert chased["chases"][0]["text"] == "Granskas 16"
    problem(nurse.post(f"{watch}/chase", {"text": "x", "again_at": "2020-01-01T16:00"}), 422)
    said = {"said_by": "Rut", "said_at": utcnow().isoformat()}
    problem(nurse.post(f"{watch}/acknowledge", said), 409)
    assert answered(nurse.post(f"{fax}/acknowledge", said))["acknowledged"]["said_by"] == "Rut"
    assert list(board(ward)) == ["watch-fax-reply", "sign-result"]
    assert answered(nurse.post(f"{fax}/withdraw-acknowledgement"))["acknowledged"] is None
    answered(nurse.post(f"{watch}/done", {"handed_to": "Peter Palm", "handed_at": utcnow().isoformat()}))
    assert list(board(ward)) == ["sign-result"]
    problem(nurse.post(f"{watch}/chase", {"text": "x"}), 409)
    assert answered(nurse.get(f"{watch}/reply"))["awaited"] is None
    problem(ward.api("outsider").get(f"{watch}/reply"), 404)


def test_a_result_without_a_recipient_finds_its_order(ward: Ward, items: dict[str, int]) -> None:
    nurse = ward.api("nurse")
    body = {
        "outage": ward.outage,
        "unit": "ward",
        "sender": "Röntgen",
        "content": "DT hjärna: utan anmärkning",
        "arrived_at": utcnow().isoformat(),
        "patient": TEST_NUMBERS[0],
    }
    stray = answered(nurse.post("/stray-results", body), 201)
    assert [one["item"] for one in stray["orders"]] == [items["watch-fax-reply"]]
    assert pointers(nurse.post("/stray-results", {**body, "sender": " "})) == {"/sender"}
    problem(nurse.post("/stray-results", {**body, "unit": "clinic"}), 403)
    url = f"/stray-results/{stray['id']}"
    problem(ward.api("outsider").get(url), 404)
    assert answered(nurse.post(f"{url}/attempt", {"text": "Ringde"}))["attempts"][0]["text"] == "Ringde"
    handed = {"handed_to": "Peter Palm", "handed_at": utcnow().isoformat()}
    matched = answered(nurse.post(f"{url}/match", {"item": items["watch-fax-reply"], **handed}))
    assert (matched["solution"], matched["item"]) == ("matched", items["watch-fax-reply"])
    assert answered(nurse.get(f"/items/{items['sign-result']}/reply"))["stray_results"] == [stray["id"]]
    assert answered(nurse.get("/stray-results"))["stray_results"] == []
    assert len(answered(nurse.get("/stray-results", solved="1"))["stray_results"]) == 1
    assert answered(nurse.post(f"{url}/reopen"))["solution"] is None
    assert "watch-fax-reply" in board(ward)
    told = {"physician": "Peter Palm", "handed_at": utcnow().isoformat()}
    assert answered(nurse.post(f"{url}/hand-over", told))["solution"] == "handed_over"


def test_another_unit_takes_or_declines_it(ward: Ward) -> None:
    nurse, other = ward.api("nurse"), ward.api("outsider")
    body = {
        "outage": ward.outage,
        "unit": "ward",
        "sender": "Lab",
        "content": "Hb 110",
        "arrived_at": utcnow().isoformat(),
    }
    url = f"/stray-results/{answered(nurse.post('/stray-results', body), 201)['id']}"
    problem(nurse.post(f"{url}/offer", {"unit": "nowhere"}), 422)
    answered(nurse.post(f"{url}/offer", {"unit": "clinic", "text": "Er?"}))
    answered(other.post(f"{url}/decline", {"reason": "nej"}))
    answered(nurse.post(f"{url}/offer", {"unit": "clinic"}))
    theirs = answered(other.post(f"{url}/take"))
    assert theirs["unit"] == "clinic"
    problem(nurse.post(f"{url}/reopen"), 409)


def test_patients_to_contact_and_an_attempt(ward: Ward) -> None:
    fields = {"examination": "DT hjärna", "urgency": "immediate", "question": "Blödning?"}
    items = ward.log(FAXED, "physician", role="physician", performed_at=ago(hours=25), fields=fields)
    nurse = ward.api("nurse")
    (patient,) = answered(nurse.get("/contacts"))["patients"]
    assert [(one["waits_for"], len(one["items"])) for one in patient["reasons"]] == [("referral", 1), ("result", 2)]
    assert len(answered(nurse.get("/contacts", waits_for="result"))["patients"][0]["reasons"]) == 1
    problem(nurse.get("/contacts", waits_for="nothing"), 422)
    both = [items["watch-fax-reply"], items["sign-result"]]
    answered(nurse.post("/contacts", {"items": both, "outcome": "not_reached", "note": "inget svar"}), 201)
    problem(nurse.post("/contacts", {"items": both, "outcome": "phoned"}), 422)
    problem(nurse.post("/contacts", {"items": [], "outcome": "told"}), 422)
    problem(ward.api("outsider").post("/contacts", {"items": both, "outcome": "told"}), 404)
    answered(nurse.post("/contacts", {"items": both, "outcome": "told"}), 201)
    (patient,) = answered(nurse.get("/contacts"))["patients"]
    assert [one["waits_for"] for one in patient["reasons"]] == ["referral"]
    (settled,) = answered(nurse.get("/contacts", settled="1"))["patients"]
    assert settled["reasons"][0]["contacts"][0]["outcome"] == "told"
    assert "watch-fax-reply" in board(ward)  # telling the patient finishes nothing
