"""The queue through the API: all that is needed to work, only to those who may, filtered and paged."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from tests.api.bodies import DOSE, answered, pointers, problem
from tests.api.conftest import FAXED, Ward
from tests.region import TEST_NUMBERS, unit
from tracker.extensions import db
from tracker.models import Access


def test_an_item_tells_all_that_is_typed_and_why_it_waits(ward: Ward) -> None:
    item = answered(ward.api("nurse").get(f"/items/{ward.item}"))
    assert item["action"] == ward.action
    assert (item["kind"], item["item"], item["kind_of_work"]) == (DOSE, "document-administration", "enter")
    assert (item["state"], item["needs"], item["waits_for"]) == ("waiting", ["melior"], ["melior"])
    assert (item["section"], item["basis"], item["unit"]) == ("4.5.2", "routine", "ward")
    assert (item["patient_identity"], item["patient_name"]) == (TEST_NUMBERS[0], "Test Testsson")
    assert (item["performed_by"], item["performer_role"]) == ("Nora Nyström", "nurse")
    assert {"id": "drug", "label": "Läkemedel", "value": "Något", "text": "Något"} in item["fields"]
    assert item["check_first"] is False


def test_a_step_waits_for_the_one_before_it(ward: Ward) -> None:
    items = ward.log(FAXED, "physician", role="physician")
    watch = answered(ward.api("nurse").get(f"/items/{items['watch-fax-reply']}"))
    assert (watch["state"], watch["waits_for"]) == ("waiting", ["after:fax-referral"])
    answered(ward.api("physician").post(f"/items/{items['fax-referral']}/done"))
    watch = answered(ward.api("nurse").get(f"/items/{items['watch-fax-reply']}"))
    assert (watch["state"], watch["waits_for"]) == ("ready", [])


def test_the_queue_is_filtered_and_paged(ward: Ward) -> None:
    ward.log(FAXED, "physician", role="physician", patient={"identity": TEST_NUMBERS[1]})
    nurse = ward.api("nurse")

    def found(**query: Any) -> list[str]:
        return [item["item"] for item in answered(nurse.get("/items", **query))["items"]]

    everything = found()
    assert len(everything) > 3
    assert found(outage=ward.outage) == everything
    assert found(system="melior") == ["document-administration"]
    assert set(found(system="melior,fax")) == {"document-administration", "fax-referral", "watch-fax-reply"}
    assert found(role="nurse", kind=DOSE) == ["document-administration"]
    assert "sign-result" in found(role="physician,secretary")
    assert found(state="ready") == ["fax-referral"]
    assert len(found(state="ready,waiting")) == len(everything)
    patient = answered(nurse.get(f"/items/{ward.item}"))["patient"]
    assert found(patient=patient) == found(action=ward.action) == ["document-administration"]
    assert found(unit="ward") == everything
    assert found(state="done") == []
    pages, cursor = [], None
    while True:
        page = answered(nurse.get("/items", limit=2, **({"cursor": cursor} if cursor else {})))
        assert page["total"] == len(everything)
        pages += [item["item"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == everything


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "ready,lost"),
        ("system", "sap"),
        ("role", "unit_manager"),
        ("kind", "melior.dancing"),
        ("unit", "nowhere"),
        ("outage", "999"),
        ("outage", "first"),
        ("patient", TEST_NUMBERS[0]),
        ("action", "1"),
        ("cursor", "-1"),
        ("cursor", "x"),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "all"),
        ("sate", "ready"),
    ],
)
def test_a_filter_that_there_is_not_is_refused(ward: Ward, name: str, value: str) -> None:
    assert pointers(ward.api("nurse").get("/items", **{name: value})) == {f"/{name}"}


def test_patients_are_for_those_who_work_with_them(ward: Ward) -> None:
    for login in ("it", "director", "admin"):
        problem(ward.api(login).get("/items"), 403)
        problem(ward.api(login).get(f"/items/{ward.item}"), 403)
        problem(ward.api(login).post(f"/items/{ward.item}/claim"), 403)
    outsider = ward.api("outsider")
    assert answered(outsider.get("/items")) == {"items": [], "next": None, "total": 0}
    problem(outsider.get("/items", unit="ward"), 403)
    problem(outsider.get(f"/items/{ward.item}"), 404)
    for verb, body in (
        ("claim", {}),
        ("release", {}),
        ("begin", {}),
        ("done", {}),
        ("undo", {}),
        ("not-needed", {"reason": "x"}),
        ("ask", {"question": "x"}),
        ("answer", {"text": "x"}),
    ):
        problem(outsider.post(f"/items/{ward.item}/{verb}", body), 404)


def test_a_list_writes_each_patient_to_the_access_log_once(ward: Ward) -> None:
    ward.log(FAXED, "physician", role="physician", patient={"identity": TEST_NUMBERS[1]})
    answered(ward.api("nurse").get("/items"))
    with ward.app.app_context():
        rows = db.session.scalars(select(Access).where(Access.doing == "api.item.index")).all()
        assert len(rows) == len({row.patient_id for row in rows}) == 2
        assert {row.unit_id for row in rows} == {unit().id}


def test_a_long_list_costs_no_more_questions_than_a_short_one(ward: Ward) -> None:
    def questions() -> int:
        count = 0

        def asked(*_: Any) -> None:
            nonlocal count
            count += 1

        with ward.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", asked)
        try:
            answered(nurse.get("/items", limit=500))
        finally:
            event.remove(engine, "before_cursor_execute", asked)
        return count

    nurse = ward.api("nurse")
    few = questions()
    for number in range(1, 8):
        ward.log(given={"drug": f"Läkemedel {number}"}, patient={"identity": TEST_NUMBERS[number]})
    assert questions() == few
