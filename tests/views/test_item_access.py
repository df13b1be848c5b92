"""Who may see and work items: units, roles, the access log, drills."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, log
from tests.views.test_item_queue import DOSE, restore
from tests.views.test_item_work import Case, Open, case, stored
from tracker.extensions import db
from tracker.models import Access, Item

__all__ = ["case"]


@pytest.mark.parametrize("verb", ["claim", "release", "done", "not-needed", "ask", "answer", "undo", "begin"])
def test_other_units_items_do_not_exist(app: Flask, browser: Open, case: Case, verb: str) -> None:
    page = browser("outsider").post(case.verb(verb), {"reason": "x", "question": "x", "text": "x"})
    assert page.status == 404
    assert browser("outsider").get(case.work).status == 404
    assert browser("outsider").get(f"/items/{case.item}").status == 404
    assert stored(app, case).state == "open"


@pytest.mark.parametrize("verb", ["claim", "done", "not-needed", "ask"])
def test_other_roles_may_read_but_not_work(app: Flask, browser: Open, case: Case, verb: str) -> None:
    secretary = browser("secretary")
    page = secretary.get(f"/items/{case.item}")
    assert page.status == 200
    assert "work-done" not in page.html
    assert secretary.get(case.work).status == 200
    assert secretary.post(case.verb(verb), {"reason": "x", "question": "x"}).status == 403
    assert stored(app, case).state == "open"


@pytest.mark.parametrize("verb", ["claim", "done", "undo", "begin"])
def test_nothing_is_changed_by_following_a_link(browser: Open, case: Case, verb: str) -> None:
    assert browser("nurse").get(f"/items/{case.item}/{verb}").status == 405


def test_working_a_patient_is_written_to_the_access_log(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.get(case.work)
    nurse.get(f"/items/{case.item}")
    with app.app_context():
        doing = set(db.session.scalars(select(Access.doing).where(Access.patient_id == case.patient)))
    assert {"item.patient", "item.show"} <= doing


def test_a_refused_form_shows_the_patient_again_and_that_is_logged_too(app: Flask, browser: Open, case: Case) -> None:
    assert browser("nurse").post(case.verb("ask"), {"question": ""}).status == 422
    with app.app_context():
        doing = set(db.session.scalars(select(Access.doing).where(Access.patient_id == case.patient)))
    assert "item.ask" in doing


def test_a_drill_says_on_every_page_and_in_the_sentence_that_it_is_one(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("melior", drill=True)
        action = log(outage, DOSE, identity=TEST_NUMBERS[3])
        restore(outage, "melior")
        patient = action.patient_id
    html = browser("nurse").get(f"/queue/patient/{patient}").html
    assert 'class="attention"' in html
    assert "ÖVNING" in html


def test_finishing_one_prolongs_the_rest_that_one_holds(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(f"{case.work}/take?system=melior")
    with app.app_context():
        other = db.session.scalars(select(Item).where(Item.state == "claimed", Item.id != case.item)).one()
        before = other.claimed_until
        other_id = other.id
    nurse.post(case.verb("done"), {"version": case.version})
    with app.app_context():
        after = db.session.get_one(Item, other_id).claimed_until
        assert after is not None
        assert before is not None
        assert after > before
