"""The unit's list of patients, as the ward and the clinic work with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Patient, Placement

Open = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def add(browser: Browser, number: str, code: str = "ward", **more: str) -> Page:
    with browser.client.application.app_context():
        chosen = str(unit(code).id)
    return browser.post("/patients", {"unit": chosen, "identity": number, **more})


def order(page: Page) -> list[str]:
    return re.findall(r'class="spot"><strong>([^<]*)</strong>', page.html)


def line_of(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Placement.id).where(Placement.ended_at.is_(None))).one()


def test_the_list_is_by_bed_as_people_count_and_needs_no_outage(browser: Open) -> None:
    nurse = browser("nurse")
    for number, bed in zip(TEST_NUMBERS, ("10", "2", "3:10", "3:2", ""), strict=False):
        page = add(nurse, number, bed=bed, name="Test Testsson")
        assert page.status == 200
    assert order(page) == ["2", "3:2", "3:10", "10", "–"]
    assert "On the list:" in page.html


def test_a_clinic_books_times_and_one_patient_twice(browser: Open) -> None:
    nurse = browser("outsider")
    for time in ("10.30", "0900", "9:15"):
        page = add(nurse, TEST_NUMBERS[0], "clinic", time=time, clinician="Dr Palm")
    assert order(page) == ["09:00", "09:15", "10:30"]
    again = add(nurse, TEST_NUMBERS[0], "clinic", time="9:15", clinician="Dr Palm")
    assert "on the list already" in again.html
    assert len(order(again)) == 3
    assert "Enter a time as HH:MM." in add(nurse, TEST_NUMBERS[0], "clinic", time="25:90").html


def test_the_same_number_twice_is_told_at_the_field_and_the_same_line_twice_is_one(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    add(nurse, TEST_NUMBERS[0], bed="4")
    assert len(order(add(nurse, TEST_NUMBERS[0][2:8] + "-" + TEST_NUMBERS[0][8:], bed="4"))) == 1
    refused = add(nurse, TEST_NUMBERS[0], bed="5")
    assert refused.status == 409
    assert "in bed 4" in refused.html
    assert TEST_NUMBERS[0] in refused.html, "what was typed stays"


def test_faults_are_told_and_nothing_is_lost(browser: Open) -> None:
    nurse = browser("nurse")
    page = add(nurse, "19900101-2380", name="Anna Test", bed="7")
    assert page.status == 422
    assert "The last digit does not fit" in page.html
    assert 'value="Anna Test"' in page.html
    assert 'value="7"' in page.html
    assert add(nurse, "").status == 422


def test_two_in_one_bed_is_shown(browser: Open) -> None:
    nurse = browser("nurse")
    add(nurse, TEST_NUMBERS[0], bed="4")
    page = add(nurse, TEST_NUMBERS[1], bed="4")
    assert "There is another patient in bed 4" in page.html
    assert page.html.count("two here") == 2


def test_change_bed_take_off_and_put_back(browser: Open, app: Flask) -> None:
    nurse, colleague = browser("nurse"), browser("nurse2")
    add(nurse, TEST_NUMBERS[0], bed="4")
    line = line_of(app)
    assert order(colleague.post(f"/patients/placements/{line}", {"bed": "12"})) == ["12"]
    gone = nurse.post(f"/patients/placements/{line}/left")
    assert order(gone) == []
    assert "Taken off the list in the last 24 hours" in gone.html
    late = colleague.post(f"/patients/placements/{line}/left")
    assert "Nora Nyström has taken the patient off the list already." in late.html
    assert order(colleague.post(f"/patients/placements/{line}/back")) == ["12"]
    assert "on the list already" in nurse.post(f"/patients/placements/{line}/back").html


def test_an_unknown_patient_is_marked_and_found_again_by_the_label(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    page = add(nurse, "Okänd man 1", unknown="y", bed="9")
    assert "Say who it is before the unit is signed off" in page.html
    with app.app_context():
        outage = declare("melior")
        first = db.session.scalars(select(Patient)).one()
        action = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[5])
        assert action.patient_id != first.id
    again = add(nurse, "Okänd man 1", unknown="y", bed="9")
    assert len(order(again)) == 1


def test_the_counts_are_the_units_own(browser: Open, app: Flask) -> None:
    with app.app_context():
        outage = declare("melior")
        log(outage, "melior.medication-administration", identity=TEST_NUMBERS[0])
        log(outage, "melior.medication-administration", identity=TEST_NUMBERS[0], unit_code="clinic", actor="outsider")
    page = add(browser("nurse"), TEST_NUMBERS[0], bed="4")
    assert re.search(r'data-label="Logged"><a[^>]*>1</a>', page.html)
    assert re.search(r'data-label="Open"><strong>1</strong>', page.html)


def test_only_those_of_the_unit_see_its_list_and_it_is_written_down(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    add(nurse, TEST_NUMBERS[0], bed="4", name="Hemlig Hansson")
    line = line_of(app)
    outsider = browser("outsider")
    with app.app_context():
        ward = unit().id
    assert "Hemlig" not in outsider.get(f"/patients?unit={ward}").html
    assert outsider.post(f"/patients/placements/{line}", {"bed": "1"}).status == 404
    assert outsider.post(f"/patients/placements/{line}/left").status == 404
    for login in ("it", "director", "admin"):
        assert browser(login).get("/patients").status == 403
    with app.app_context():
        seen = db.session.scalars(select(Access).where(Access.user_id == user("nurse").id)).all()
        assert {row.doing for row in seen} == {"patient.index"}
        assert {row.unit_id for row in seen} == {ward}


def test_the_log_form_offers_the_list_first_by_bed(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    with app.app_context():
        outage = declare("melior")
        log(outage, "melior.medication-administration", identity=TEST_NUMBERS[5], name="Aron Annan")
    for number, bed, name in ((TEST_NUMBERS[0], "10", "Bo Tio"), (TEST_NUMBERS[1], "2", "Cilla Två")):
        add(nurse, number, bed=bed, name=name)
    page = nurse.get("/log/melior.medication-administration")
    names = re.findall(r'class="patient-name">([^<]+)<', page.html)
    assert names == ["Cilla Två", "Bo Tio", "Aron Annan"]
    assert 'data-spot="2"' in page.html
    with app.app_context():
        chosen = db.session.scalars(select(Patient).where(Patient.name == "Bo Tio")).one().id
    page = nurse.get(f"/log/melior.medication-administration?patient={chosen}")
    assert re.search(rf'checked[^>]*value="{chosen}"|value="{chosen}"[^>]*checked', page.html)


def test_bookings_of_earlier_days_are_folded_away(browser: Open, app: Flask) -> None:
    nurse = browser("outsider")
    yesterday = (utcnow() - timedelta(days=1)).date().isoformat()
    add(nurse, TEST_NUMBERS[0], "clinic", time="9:00", day=yesterday)
    page = add(nurse, TEST_NUMBERS[1], "clinic", time="10:00")
    assert page.html.index("10:00</strong>") < page.html.index("Earlier days") < page.html.index("09:00</strong>")
