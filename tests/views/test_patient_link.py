"""Saying who somebody is, on the pages: nothing is linked before both have been seen side by side."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tests.services.test_patient_link import entry_for
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import Access, Action, Patient, PatientLink, PatientMove
from tracker.services.action import log_action
from tracker.services.patient import PatientEntry

Open = Callable[[str | None], Browser]
LABEL = "Okänd man ca 40 år"
WOMAN, BOY = TEST_NUMBERS[2], TEST_NUMBERS[1]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


@pytest.fixture
def stranger(app: Flask) -> uuid.UUID:
    """Somebody with a label and a dose."""
    with app.app_context():
        told = PatientEntry(identity=LABEL, identity_kind=IdentityKind.UNKNOWN)
        action = log_action(entry_for(declare("melior"), told), actor=user("nurse")).action
        db.session.commit()
        return action.patient_id


def agreed(page: Page) -> dict[str, str]:
    """What the page sends when one agrees."""
    form = page.html.partition('name="how" value="identity"><')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return {name: html.unescape(value) for name, value in sent.items()} | {"how": "identity"}


def links(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(PatientLink)).all())


def test_both_are_shown_first_and_what_speaks_against_it(app: Flask, browser: Open, stranger: uuid.UUID) -> None:
    nurse = browser("nurse")
    path = f"/patients/{stranger}/link"
    assert nurse.get(path).status == 200
    page = nurse.post(path, {"how": "identity", "identity": WOMAN, "name": "Anna Ett", "reason": "Körkort"})
    assert page.status == 200
    assert "the other sex" in page.html
    assert "1 action is corrected" in page.html
    assert links(app) == 0
    other = nurse.post(path, {**agreed(page), "identity": BOY})
    assert "Is this the same person?" in other.html, "agreed to one, not to another"
    assert links(app) == 0
    done = nurse.post(path, agreed(page))
    assert "Linked. 1 action follows." in done.html
    with app.app_context():
        action = db.session.scalars(select(Action)).one()
        assert action.patient.identity == WOMAN
        item, action_id = action.items[0].id, action.id
    for shown in (f"/actions/{action_id}", f"/items/{item}", "/queue?state=waiting&system=all"):
        assert f"Logged as</span> {LABEL}" in nurse.get(shown).html or f"Logged as {LABEL}" in nurse.get(shown).html
    again = nurse.post(path, agreed(page))
    assert "settled already" in again.html
    assert links(app) == 1


def test_faults_stand_at_their_fields_and_what_was_typed_stays(browser: Open, stranger: uuid.UUID) -> None:
    nurse = browser("nurse")
    page = nurse.post(f"/patients/{stranger}/link", {"how": "identity", "identity": "19900101-2380", "reason": ""})
    assert page.status == 422
    assert "The last digit does not fit" in page.html
    assert "Say how you know" in page.html
    assert "19900101-2380" in page.html


def test_a_link_is_undone_with_a_reason(app: Flask, browser: Open, stranger: uuid.UUID) -> None:
    nurse = browser("nurse")
    path = f"/patients/{stranger}/link"
    nurse.post(path, agreed(nurse.post(path, {"how": "identity", "identity": WOMAN, "reason": "Körkort"})))
    with app.app_context():
        link = db.session.scalars(select(PatientLink)).one().id
        right = db.session.scalars(select(Patient).where(Patient.identity == WOMAN)).one().id
    undo = f"/patients/{right}/links/{link}/undo"
    assert "1 action goes back" in nurse.get(undo).html
    assert nurse.post(undo, {"reason": " "}).status == 422
    assert "1 action has gone back" in nurse.post(undo, {"reason": "Förväxling"}).html
    assert nurse.get(undo).status == 404
    page = nurse.get(f"/patients/{stranger}")
    assert "Förväxling" in page.html
    assert f"/patients/{stranger}/link" in page.html


def test_a_visitor_keeps_the_number(app: Flask, browser: Open) -> None:
    with app.app_context():
        patient = log(declare("melior"), "melior.medication-administration", identity="19790518M01C").patient_id
    page = browser("nurse").post(f"/patients/{patient}/link", {"how": "none", "reason": "Turist, åter hemrest"})
    assert "there is no other identity" in page.html
    assert "Who is it?" not in page.html


def test_other_units_do_not_find_the_patient(browser: Open, stranger: uuid.UUID) -> None:
    outsider = browser("outsider")
    assert outsider.get(f"/patients/{stranger}").status == 404
    assert outsider.get(f"/patients/{stranger}/link").status == 404
    assert outsider.post(f"/patients/{stranger}/link", {"identity": WOMAN, "reason": "x"}).status == 404


def test_whoever_is_shown_beside_the_label_is_in_the_access_log(app: Flask, browser: Open, stranger: uuid.UUID) -> None:
    with app.app_context():
        outage = declare("melior", units=("clinic",))
        known = log(outage, "melior.note", identity=WOMAN, unit_code="clinic", actor="outsider", name="Anna Ett")
        known_id = known.patient_id
    page = browser("nurse").post(f"/patients/{stranger}/link", {"identity": WOMAN, "reason": "Körkort"})
    assert "Anna Ett" in page.html
    with app.app_context():
        seen = db.session.scalars(select(Access.patient_id).where(Access.user_id == user("nurse").id))
        assert known_id in set(seen)


def test_a_move_says_first_what_goes_along(app: Flask, browser: Open, stranger: uuid.UUID) -> None:
    nurse = browser("nurse")
    path = f"/patients/{stranger}/move/ward"
    page = nurse.get(path)
    assert "1 action with something left to do." in page.html
    assert nurse.post(path, {"to": ""}).status == 422
    assert nurse.post(path, {"to": "nowhere"}).status == 422
    done = nurse.post(path, {"to": "clinic", "bed": "2", "note": "Operation"})
    assert "Moved to Ögonmottagningen. 1 action went along." in done.html
    assert nurse.post(path, {"to": "clinic"}).status == 409, "the second click moves nothing"
    with app.app_context():
        assert len(db.session.scalars(select(PatientMove)).all()) == 1
        assert db.session.scalars(select(Action)).one().unit_id == unit("clinic").id
    assert "bed 2" in browser("outsider").get(f"/patients/{stranger}").html


def test_the_receiving_unit_fetches_a_patient_it_has_put_on_its_list(app: Flask, browser: Open) -> None:
    with app.app_context():
        action = log(declare("melior"), "melior.medication-administration", identity=WOMAN)
        patient, ward, clinic = action.patient_id, unit().id, unit("clinic").id
    browser("nurse").post("/patients", {"unit": str(ward), "identity": WOMAN, "bed": "4"})
    receiver = browser("outsider")
    page = receiver.post("/patients", {"unit": str(clinic), "identity": WOMAN, "bed": "1"})
    assert "also on the list of Avdelning 10" in page.html
    fetched = receiver.post(f"/patients/{patient}/move/ward", {"to": "clinic"})
    assert "1 action went along" in fetched.html
    with app.app_context():
        assert db.session.scalars(select(Action)).one().unit_id == clinic
