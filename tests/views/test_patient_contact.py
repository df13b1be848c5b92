"""The page of patients to contact, and its print."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Access, Event, Patient, PatientContact

Open = Callable[[str | None], Browser]
KIND = "melior.prescription"


@pytest.fixture
def items(app: Flask) -> list[int]:
    """Two patients whose prescriptions nobody has sent for three days."""
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"), hours_ago=100)
        fields = sample_fields(current_routine().kinds[KIND], {"form": "deferred", "drug": "Alvedon"})
        actions = [
            log(
                outage,
                KIND,
                actor="physician",
                identity=number,
                name=f"Patient {number[:4]}",
                fields=fields,
                performed_at=utcnow() - timedelta(hours=72),
            )
            for number in TEST_NUMBERS[:2]
        ]
        return [item.id for action in actions for item in action.items if item.item == "send-e-prescription"]


def test_patients_stand_there_with_why_and_an_attempt_is_noted(app: Flask, browser: Open, items: list[int]) -> None:
    nurse = browser("nurse")
    page = nurse.get("/contacts")
    assert page.html.count('class="card-patient contact-card"') == 2
    assert "Alvedon" in page.html
    first = str(items[0])
    assert (
        nurse.post("/contacts", {"items": first, "of": first, "outcome": "not_reached", "note": "ingen"}).status == 200
    )
    again = nurse.get("/contacts").html
    assert again.count('class="card-patient contact-card"') == 2
    assert "ingen" in again
    nurse.post("/contacts", {"items": first, "of": first, "outcome": "told"})
    assert nurse.get("/contacts").html.count('class="card-patient contact-card"') == 1
    assert "ingen" in nurse.get("/contacts?settled=1").html
    with app.app_context():
        assert [row.outcome for row in db.session.query(PatientContact)] == ["not_reached", "told"]


def test_what_was_typed_is_kept_with_what_is_to_be_put_right(browser: Open, items: list[int]) -> None:
    nurse = browser("nurse")
    first = str(items[0])
    for sent in ({"items": first}, {"outcome": "told"}, {"items": first, "outcome": "not_needed"}):
        page = nurse.post("/contacts", {"of": first, "note": "", **sent})
        assert page.status == 422
    page = nurse.post("/contacts", {"of": first, "note": "Ringde dottern", "outcome": "told"})
    assert 'value="Ringde dottern"' in page.html
    both = nurse.post("/contacts", {"of": first, "items": [first, str(items[1])], "outcome": "told"})
    assert both.status == 422
    for nonsense in ("0", "99999999999999", "x"):
        assert nurse.post("/contacts", {"items": nonsense, "outcome": "told"}).status == 404


def test_another_unit_sees_nobody_and_cannot_note_an_attempt(browser: Open, items: list[int]) -> None:
    outsider = browser("outsider")
    assert "contact-card" not in outsider.get("/contacts").html
    assert outsider.post("/contacts", {"items": str(items[0]), "outcome": "told"}).status == 404


def test_the_filters_choose_unit_and_what_they_wait_for(browser: Open, items: list[int]) -> None:
    manager = browser("manager")
    assert "contact-card" in manager.get("/contacts?unit=ward&waits=prescription").html
    assert "contact-card" not in manager.get("/contacts?waits=result").html
    assert "contact-card" not in manager.get("/contacts?unit=clinic").html


def test_the_print_holds_the_same_patients_and_is_logged(app: Flask, browser: Open, items: list[int]) -> None:
    page = browser("nurse").get("/contacts/print")
    assert len(re.findall(r"Patient (2002|1990|2001)?", page.html)) >= 2
    assert "Alvedon" in page.html
    with app.app_context():
        event = db.session.query(Event).filter(Event.verb == "exported").one()
        assert event.after is not None
        assert event.after["what"] == "patients_to_contact"
        assert event.after["patients"] == 2
        seen = db.session.query(Access).filter(
            Access.user_id == user("nurse").id, Access.doing == "export.patients_to_contact"
        )
        assert seen.count() == 2


def test_a_protected_persons_name_stays_off_the_paper(app: Flask, browser: Open, items: list[int]) -> None:
    with app.app_context():
        for patient in db.session.query(Patient):
            patient.protected = True
        db.session.commit()
    page = browser("nurse").get("/contacts/print")
    assert "Patient 2002" not in page.html
    assert "Patient 2002" in browser("nurse").get("/contacts").html


def test_an_empty_print_logs_no_export(app: Flask, browser: Open) -> None:
    assert browser("nurse").get("/contacts/print").status == 200
    with app.app_context():
        assert db.session.query(Event).filter(Event.verb == "exported").count() == 0


def test_the_board_leads_to_it(browser: Open, items: list[int]) -> None:
    page = browser("nurse").get("/replies")
    assert 'href="/contacts"' in page.html
    assert '<span class="count">2</span>' in page.html
