"""The list of logged actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, user
from tests.views.action_page import DOSE
from tracker.extensions import db
from tracker.models import Access, Outage
from tracker.services.action import void_action

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", units=("ward", "clinic")).id


def put(app: Flask, outage: int, count: int = 1, **more: object) -> list[str]:
    with app.app_context():
        found = db.session.get_one(Outage, outage)
        return [str(log(found, DOSE, **more).id) for _ in range(count)]  # type: ignore[arg-type]


def test_an_empty_list_says_what_will_stand_there(browser: Browsers, outage: int) -> None:
    page = browser("nurse").get("/actions")
    assert page.status == 200
    assert 'class="empty"' in page.html


def test_the_list_holds_the_units_of_the_user_and_no_other(app: Flask, browser: Browsers, outage: int) -> None:
    [mine] = put(app, outage)
    [theirs] = put(app, outage, actor="outsider", unit_code="clinic", identity=TEST_NUMBERS[2])
    nurse = browser("nurse").get("/actions").html
    assert mine in nurse and theirs not in nurse
    manager = browser("manager").get("/actions").html
    assert mine in manager and theirs in manager
    only = browser("manager").get("/actions?unit=clinic").html
    assert mine not in only and theirs in only
    assert mine in browser("nurse").get("/actions?unit=clinic").html, "a unit that is not theirs narrows nothing"


def test_the_list_is_narrowed_by_state_kind_patient_outage_and_who(app: Flask, browser: Browsers, outage: int) -> None:
    [dose] = put(app, outage)
    [other] = put(app, outage, actor="nurse2", identity=TEST_NUMBERS[2])
    with app.app_context():
        drill = declare("pmo", drill=True)
        note = log(drill, "pmo.note", actor="nurse2")
        void_action(note, "fel", actor=user("nurse2"))
        db.session.commit()
        note_id, patient, drill_id = str(note.id), note.patient_id, drill.id
    nurse = browser("nurse")
    for query, there, gone in (
        ("state=voided", {note_id}, {dose, other}),
        ("state=open", {dose, other}, {note_id}),
        ("kind=pmo.note", {note_id}, {dose, other}),
        ("mine=yes", {dose}, {other, note_id}),
        (f"outage={drill_id}", {note_id}, {dose, other}),
        (f"patient={patient}", {dose, note_id}, {other}),
    ):
        html = nurse.get(f"/actions?{query}").html
        assert all(f"/actions/{one}" in html for one in there), query
        assert not any(f"/actions/{one}" in html for one in gone), query


def test_nonsense_in_the_address_narrows_nothing(app: Flask, browser: Browsers, outage: int) -> None:
    [dose] = put(app, outage)
    page = browser("nurse").get("/actions?state=x&outage=x&patient=x&page=-3&unit=x")
    assert page.status == 200
    assert dose in page.html


def test_a_long_list_is_paged_and_keeps_its_filter(app: Flask, browser: Browsers, outage: int) -> None:
    put(app, outage, count=51)
    page = browser("nurse").get("/actions?state=open")
    assert page.html.count('class="mono nowrap">') >= 50
    assert "state=open&amp;page=2" in page.html or "page=2&amp;state=open" in page.html
    assert browser("nurse").get("/actions?state=open&page=2").status == 200


def test_the_list_asks_the_database_as_often_for_many_as_for_few(app: Flask, browser: Browsers, outage: int) -> None:
    nurse = browser("nurse")

    def count() -> int:
        asked: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        nurse.get("/actions")
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    put(app, outage, count=2)
    few = count()
    put(app, outage, count=20)
    assert count() == few


def test_a_patient_is_found_by_name_or_number_without_either_in_the_address(
    app: Flask, browser: Browsers, outage: int
) -> None:
    [dose] = put(app, outage, name="Anna Kvist")
    put(app, outage, name="Annika Berg", identity=TEST_NUMBERS[2])
    nurse = browser("nurse")
    for search in ("kvist", "20020102-2381", "020102-2381"):
        page = nurse.post("/actions/patient", {"search": search}, follow=False)
        assert page.status == 302, search
        assert "Kvist" not in page.location and "2381" not in page.location
        assert dose in nurse.get(page.location).html
    several = nurse.post("/actions/patient", {"search": "ann"})
    assert "Anna Kvist" in several.html and "Annika Berg" in several.html
    for search in ("", "a", "- -", "%%", "Nobody"):
        page = nurse.post("/actions/patient", {"search": search})
        assert page.status == 200
        assert "Anna Kvist" not in page.html, search


def test_another_unit_finds_no_patient_of_this_one(app: Flask, browser: Browsers, outage: int) -> None:
    put(app, outage, name="Anna Kvist")
    assert "Anna Kvist" not in browser("outsider").post("/actions/patient", {"search": "Anna"}).html


@pytest.mark.parametrize("login", ["it", "director", "admin"])
def test_those_without_patients_see_no_list(browser: Browsers, login: str) -> None:
    assert browser(login).get("/actions").status == 403
    assert browser(login).post("/actions/patient", {"search": "Anna"}).status == 403


def test_everyone_in_the_list_is_in_the_access_log(app: Flask, browser: Browsers, outage: int) -> None:
    put(app, outage)
    put(app, outage, identity=TEST_NUMBERS[2])
    browser("nurse").get("/actions")
    with app.app_context():
        assert len({access.patient_id for access in db.session.scalars(select(Access))}) == 2
