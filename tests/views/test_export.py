"""The page of lists and its files: who gets them, what they hold, and that each is logged."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.exports.reading import reopen, rows, system_sheets, texts
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.extensions import db
from tracker.models import Access, Action, Event, Outage, Patient
from tracker.services.event import verify_chain
from tracker.services.outage import concern_unit
from tracker.views import export as view

Browse = Callable[[str | None], Browser]
FILES = ("/lists/workbook.xlsx", "/lists/checklist.xlsx", "/lists/checklist")


@pytest.fixture
def outage_id(app: Flask) -> int:
    """Two doses in the ward and one in the clinic."""
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        log(outage, "melior.medication-administration", name="Anna Andersson")
        log(outage, "melior.medication-administration", identity=TEST_NUMBERS[1], name="Bo Berg")
        log(outage, "melior.medication-administration", unit_code="clinic", actor="outsider", identity=TEST_NUMBERS[2])
        return outage.id


def exports(app: Flask) -> list[Event]:
    with app.app_context():
        return list(db.session.scalars(select(Event).where(Event.verb == "exported").order_by(Event.id)))


def accesses(app: Flask, doing: str) -> list[Access]:
    with app.app_context():
        return list(db.session.scalars(select(Access).where(Access.doing == doing)))


def test_the_page_says_what_a_list_would_hold(browser: Browse, outage_id: int) -> None:
    page = browser("nurse").get("/lists")
    assert page.status == 200
    assert '<span class="number">2</span>' in page.html
    assert "Melior" in page.html
    assert "Anna Andersson" not in page.html, "only counts, so that reading the page shows no patient"


def test_the_choice_is_kept_and_counted(browser: Browse, outage_id: int) -> None:
    manager = browser("manager")
    assert '<span class="number">3</span>' in manager.get(f"/lists?outage={outage_id}").html
    page = manager.get(f"/lists?outage={outage_id}&units=clinic&states=waiting&systems=melior&role=nurse")
    assert '<span class="number">1</span>' in page.html
    checked = re.findall(r'<input checked [^>]*value="([^"]+)"', page.html)
    assert checked == ["clinic", "waiting", "melior"]
    assert '<option selected value="nurse">' in page.html


def test_without_an_outage_the_page_says_when_there_will_be_lists(browser: Browse) -> None:
    page = browser("nurse").get("/lists")
    assert page.status == 200
    assert "/lists/workbook.xlsx" not in page.html


def test_the_workbook_holds_the_units_of_the_user_and_no_other(app: Flask, browser: Browse, outage_id: int) -> None:
    answer = browser("nurse").client.get(f"/lists/workbook.xlsx?outage={outage_id}")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    name = answer.headers["Content-Disposition"]
    assert f"aterinforing-{outage_id}-ward-" in name and name.isascii()
    assert answer.headers["Cache-Control"] == "no-store"
    (sheet,) = system_sheets(reopen(answer.data))
    assert len(rows(sheet)) == 2
    with app.app_context():
        (clinic,) = db.session.scalars(select(Patient).where(Patient.identity == TEST_NUMBERS[2]))
        assert clinic.number not in texts(sheet)


@pytest.mark.parametrize("address", FILES)
def test_every_export_is_logged_with_its_filter_and_each_patient(
    app: Flask, browser: Browse, outage_id: int, address: str
) -> None:
    answer = browser("manager").client.get(f"{address}?outage={outage_id}&states=all")
    assert answer.status_code == 200
    (event,) = exports(app)
    assert event.after is not None
    assert (event.actor_name, event.outage_id) == ("Maria Mård", outage_id)
    assert event.after["filter"]["units"] == ["clinic", "ward"]
    assert event.after["patients"] == 3
    assert event.after["rows"] >= 3
    for number in TEST_NUMBERS[:3]:
        assert number not in str(event.after)
    doing = f"export.{event.after['what']}"
    with app.app_context():
        seen = {(row.patient_id, row.unit_id) for row in accesses(app, doing)}
        assert seen == {(action.patient_id, action.unit_id) for action in db.session.scalars(select(Action))}
        assert list(verify_chain()) == []


@pytest.mark.parametrize("address", ["/lists", *FILES])
@pytest.mark.parametrize(("login", "status"), [("director", 403), ("it", 403), ("admin", 403), (None, 302)])
def test_who_sees_no_patients_gets_no_lists(
    app: Flask, browser: Browse, outage_id: int, address: str, login: str | None, status: int
) -> None:
    assert browser(login).get(f"{address}?outage={outage_id}", follow=False).status == status
    assert exports(app) == []


@pytest.mark.parametrize("address", ["/lists", *FILES])
def test_an_outage_of_other_units_is_not_found(app: Flask, browser: Browse, address: str) -> None:
    with app.app_context():
        other = declare("melior", units=("emergency",)).id
    assert browser("nurse").get(f"{address}?outage={other}").status == 404
    assert exports(app) == []


@pytest.mark.parametrize("wrong", ["units=clinic", "systems=nonsense", "role=director", "states=whatever"])
def test_a_choice_that_cannot_be_is_refused_and_nothing_is_handed_out(
    app: Flask, browser: Browse, outage_id: int, wrong: str
) -> None:
    nurse = browser("nurse")
    page = nurse.get(f"/lists?outage={outage_id}&{wrong}")
    assert page.status == 422
    assert 'class="fault"' in page.html or "summary-bad" in page.html
    for address in FILES:
        refused = nurse.get(f"{address}?outage={outage_id}&{wrong}", follow=False)
        assert refused.status == 302 and refused.location.startswith("/lists?")
    assert exports(app) == []


def test_the_printable_page_shows_duties_patients_and_boxes_to_tick(browser: Browse, outage_id: int) -> None:
    page = browser("nurse").get(f"/lists/checklist?outage={outage_id}&role=nurse")
    assert page.status == 200
    assert "Anna Andersson" in page.html and "Bo Berg" in page.html
    assert page.html.count("tick-box") >= 2
    assert page.html.count('class="of-patient"') == 2


def test_a_print_of_too_much_is_refused_kindly(
    app: Flask, browser: Browse, outage_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "MAX_PRINTED", 1)
    page = browser("nurse").get(f"/lists/checklist?outage={outage_id}")
    assert "flash-warning" in page.html
    assert exports(app) == []


def test_a_drill_is_marked_on_the_printed_page(app: Flask, browser: Browse) -> None:
    with app.app_context():
        drill = declare("melior", drill=True).id
    page = browser("nurse").get(f"/lists/checklist?outage={drill}")
    assert "checklist-drill" in page.html


def test_a_protected_persons_name_is_not_printed(app: Flask, browser: Browse, outage_id: int) -> None:
    with app.app_context():
        patient = db.session.scalars(select(Patient).where(Patient.name == "Anna Andersson")).one()
        patient.protected = True
        db.session.commit()
    page = browser("nurse").get(f"/lists/checklist?outage={outage_id}")
    assert "Anna Andersson" not in page.html
    assert "Bo Berg" in page.html


def test_a_file_can_be_taken_while_others_log(
    app: Flask, browser: Browse, outage_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses a reading transaction that turns to writing after somebody else has written."""
    build = view.build_reentry_workbook

    def build_while_another_writes(*args: Any, **options: Any) -> Any:
        made = build(*args, **options)
        with ThreadPoolExecutor(1) as another:
            another.submit(write_meanwhile).result()
        return made

    def write_meanwhile() -> None:
        with app.app_context():
            outage = db.session.get_one(Outage, outage_id)
            concern_unit(outage, unit("emergency"), actor=user("it"))
            db.session.commit()

    monkeypatch.setattr(view, "build_reentry_workbook", build_while_another_writes)
    answer = browser("nurse").client.get(f"/lists/workbook.xlsx?outage={outage_id}")
    assert answer.status_code == 200
    assert len(exports(app)) == 1
