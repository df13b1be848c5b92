"""The queue: what a user is shown first, how it is narrowed, and that it stays quick."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, numbered_patient, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Outage
from tracker.services.item import ask_about_item, begin_item, claim_item, finish_item
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import link_patient

DOSE = "melior.medication-administration"
Open = Callable[[str | None], Browser]


def restore(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


def two_doses_and_a_note() -> list[Action]:
    """Two patients with doses and a note, all ready in Melior; an urgent radiology referral is still waiting."""
    outage = declare("melior", "svarsdatabasen")
    actions = [
        log(outage, DOSE, name="Anna Andersson"),
        log(outage, DOSE, identity=TEST_NUMBERS[1], name="Berit Berg"),
        log(outage, "melior.note", name="Anna Andersson"),
        log(outage, "svarsdatabasen.radiology-urgent", actor="physician", name="Anna Andersson"),
    ]
    restore(outage, "melior")
    return actions


@contextmanager
def counted_statements(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_empty_queue_says_why_it_is_empty(browser: Open) -> None:
    page = browser("nurse").get("/queue")
    assert page.status == 200
    assert 'class="empty"' in page.html


def test_the_queue_opens_on_what_is_ready_for_me_in_the_busiest_system(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    page = browser("nurse").get("/queue")
    assert re.search(r'aria-current="true">Melior <span class="tab-count">3<', page.html)
    assert page.html.count('class="card-patient"') == 2
    assert "Anna Andersson" in page.html
    assert "20020102-2381" in page.html
    assert browser("secretary").get("/queue").html.count('class="card-patient"') == 0


def test_each_patient_stands_once_with_all_of_theirs(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    page = browser("nurse").get("/queue?state=unfinished&system=all&role=any")
    assert page.html.count(">Anna Andersson<") == 1
    assert page.html.count('class="card-patient"') == 2


def test_what_waits_says_what_it_waits_for(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("elvis", "melior")
        log(outage, "elvis.visit", actor="secretary")
        log(outage, DOSE)
    page = browser("secretary").get("/queue?state=waiting&system=all&role=any")
    assert re.search(r'class="waits">[^<]*ELVIS', page.html)
    assert re.search(r'class="waits">[^<]*Melior', page.html)
    with app.app_context():
        restore(db.session.scalars(select(Outage)).one(), "elvis")
    page = browser("secretary").get("/queue?state=waiting&system=elvis")
    assert re.search(r'class="waits">[^<]*Registrera besöket', page.html)


def test_filters_narrow_by_system_role_kind_and_age(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    nurse = browser("nurse")
    assert nurse.get("/queue?kind=melior.note").html.count('class="card-patient"') == 1
    assert nurse.get("/queue?system=svarsdatabasen&state=waiting&role=physician").html.count("card-patient") == 1
    assert nurse.get("/queue?role=secretary&system=all").html.count('class="card-patient"') == 0
    assert nurse.get("/queue?hours=4").html.count('class="card-patient"') == 0


@pytest.mark.parametrize(
    "query", ["system=nonsense", "state=x", "unit=clinic", "hours=999", "page=-1", "page=99", "outage=77", "patient=x"]
)
def test_an_unknown_choice_falls_back_to_the_usual(app: Flask, browser: Open, query: str) -> None:
    with app.app_context():
        two_doses_and_a_note()
    page = browser("nurse").get(f"/queue?{query}")
    assert page.status == 200
    assert page.html.count('class="card-patient"') == 2


def test_drills_and_real_work_are_never_mixed(app: Flask, browser: Open) -> None:
    with app.app_context():
        real = declare("melior")
        log(real, DOSE, name="Anna Andersson")
        drill = declare("melior", drill=True)
        log(drill, DOSE, identity=TEST_NUMBERS[1], name="Övnings Patient")
        restore(real, "melior")
        restore(drill, "melior")
    nurse = browser("nurse")
    assert "Övnings Patient" not in nurse.get("/queue").html
    drills = nurse.get("/queue?outage=drill").html
    assert "Övnings Patient" in drills
    assert "Anna Andersson" not in drills


def test_other_units_patients_are_not_there(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    page = browser("outsider").get("/queue?state=unfinished&system=all&role=any&unit=all")
    assert "Anna Andersson" not in page.html


@pytest.mark.parametrize("login", ["it", "director", "admin"])
def test_region_wide_roles_see_no_patients(browser: Open, login: str) -> None:
    assert browser(login).get("/queue").status == 403
    assert browser(login).get("/questions").status == 403


def test_everybody_sees_who_has_what_and_what_to_check_first(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, second, *_ = two_doses_and_a_note()
        claim_item(item_of(first, "document-administration"), actor=user("nurse2"))
        lapsed = item_of(second, "document-administration")
        claim_item(lapsed, actor=user("nurse2"))
        begin_item(lapsed, actor=user("nurse2"))
        lapsed.claimed_until = utcnow()
        db.session.commit()
    nurse = browser("nurse")
    assert "Nils Norberg" in nurse.get("/queue?state=claimed").html
    ready = nurse.get("/queue").html
    assert 'class="mark"' in ready
    assert "Berit Berg" in ready


def test_what_i_hold_is_on_top_wherever_i_look(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, *_ = two_doses_and_a_note()
        claim_item(item_of(first, "document-administration"), actor=user("nurse"))
        db.session.commit()
    page = browser("nurse").get("/queue?system=svarsdatabasen")
    assert re.search(r'class="held".*Anna Andersson', page.html, re.DOTALL)


def test_taking_the_next_patient_holds_all_of_theirs_in_that_system(app: Flask, browser: Open) -> None:
    with app.app_context():
        actions = two_doses_and_a_note()
        ids = [action.id for action in actions]
    page = browser("nurse").post("/queue/next?system=melior")
    assert page.status == 200
    assert "Anna Andersson" in page.html
    with app.app_context():
        states = [item.state for key in ids for item in db.session.get_one(Action, key).items]
        assert states.count("claimed") == 2
        assert states.count("open") >= 2


def test_taking_the_next_when_nothing_is_left_says_so(app: Flask, browser: Open) -> None:
    with app.app_context():
        declare("melior")
    page = browser("nurse").post("/queue/next?system=melior")
    assert page.status == 200
    assert "flash-warning" in page.html


def test_seeing_the_queue_is_written_to_the_access_log(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    browser("nurse").get("/queue")
    with app.app_context():
        rows = db.session.scalars(select(Access).where(Access.doing == "item.queue")).all()
        assert len(rows) == 2
        assert {row.user_id for row in rows} == {user("nurse").id}
        assert all(row.unit_id for row in rows)


def test_no_identity_number_stands_in_any_address(app: Flask, browser: Open) -> None:
    with app.app_context():
        two_doses_and_a_note()
    html = browser("nurse").get("/queue?state=unfinished&system=all&role=any").html
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', html)
    assert addresses
    assert not [
        address for address in addresses if re.search(r"\d{8}-?\d{4}(?!\d)", re.sub(r"[0-9a-f-]{36}", "", address))
    ]


def test_questions_come_to_the_performer_and_answers_back_to_the_asker(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, *_ = two_doses_and_a_note()
        item = item_of(first, "document-administration")
        ask_about_item(item, "Vilken styrka?", actor=user("nurse2"))
        db.session.commit()
        item_id = item.id
    nurse = browser("nurse")
    page = nurse.get("/questions")
    assert "Vilken styrka?" in page.html
    assert "Vilken styrka?" in browser("nurse2").get("/questions").html
    empty = nurse.post(f"/items/{item_id}/answer?back=questions", {"text": " "})
    assert empty.status == 422
    answered = nurse.post(f"/items/{item_id}/answer?back=questions", {"text": "500 mg"})
    assert answered.status == 200
    assert "500 mg" in browser("nurse2").get("/questions").html
    late = browser("manager").post(f"/items/{item_id}/answer?back=questions", {"text": "250 mg, tror jag"})
    assert late.status == 409
    assert "250 mg, tror jag" in late.html
    assert "500 mg" in late.html


def test_no_questions_says_so(browser: Open) -> None:
    assert 'class="empty"' in browser("nurse").get("/questions").html


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("melior")
        log(outage, DOSE)
        restore(outage, "melior")
    nurse = browser("nurse")
    nurse.get("/queue")
    with counted_statements(app) as few:
        nurse.get("/queue")
    with app.app_context():
        outage = db.session.scalars(select(Outage)).one()
        for number in range(40):
            log(outage, DOSE, identity=TEST_NUMBERS[number % len(TEST_NUMBERS)])
        item = item_of(log(outage, DOSE), "document-administration")
        finish_item(item, actor=user("nurse"))
        db.session.commit()
    with counted_statements(app) as many:
        nurse.get("/queue")
    assert len(many) == len(few)
    assert len(many) < 34


def test_the_queue_asks_as_often_for_many_who_came_without_a_number_as_for_one(app: Flask, browser: Open) -> None:
    def identified(*numbers: int) -> None:
        for number in numbers:
            unknown = log(outage, DOSE, identity=f"19790518M0{number}C", name="").patient
            told = PatientEntry(identity=numbered_patient(number), name=f"Patient {number}")
            link_patient(unknown, told, "Legitimation", unit(), actor=user("nurse"))
        db.session.commit()

    nurse = browser("nurse")
    with app.app_context():
        outage = declare("melior")
        identified(1)
        restore(outage, "melior")
    with counted_statements(app) as few:
        assert "19790518M01C" in nurse.get("/queue").html
    with app.app_context():
        outage = db.session.scalars(select(Outage)).one()
        identified(2, 3, 4, 5)
    with counted_statements(app) as many:
        assert "19790518M05C" in nurse.get("/queue").html
    assert len(many) == len(few)
