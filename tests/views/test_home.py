"""The start page: for each role what is down, and what to do now."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import USERS, declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Duty, Outage
from tracker.services.item import ask_about_item, claim_item, finish_item
from tracker.services.outage import restore_system
from tracker.services.sign_off import sign_off_unit

Login = Callable[[str | None], Browser]


def _english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def _restore(outage: Outage, system: str) -> None:
    restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


@pytest.mark.parametrize("login", sorted(USERS))
def test_every_role_has_a_start_page_with_and_without_an_outage(app: Flask, browser: Login, login: str) -> None:
    page = _english(browser(login)).get("/")
    assert page.status == 200
    assert "No outage is going on" in page.html
    with app.app_context():
        log(declare("melior", units=("ward", "clinic")), "melior.medication-administration")
    page = browser(login).get("/")
    assert page.status == 200
    assert "Driftstopp" in page.html


def test_a_nurse_logs_with_one_press_and_sees_what_is_down_for_how_long(app: Flask, browser: Login) -> None:
    with app.app_context():
        declare("melior", hours_ago=3.2)
    html = _english(browser("nurse")).get("/").html
    assert 'href="/log"' in html
    assert re.search(r"<strong>Melior</strong> down 3 h 1[12] min", html)


def test_only_those_who_log_are_offered_to(browser: Login) -> None:
    for login in ("it", "director", "admin"):
        assert 'href="/log"' not in browser(login).get("/").html


def test_ready_follow_ups_of_ones_role_are_counted_by_system_and_lead_to_the_queue(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", "pmo")
        for _ in range(3):
            log(outage, "melior.medication-administration")
        _restore(outage, "melior")
        log(outage, "pmo.note")
    nurse = _english(browser("nurse"))
    html = nurse.get("/").html
    assert "3 follow-ups ready for you" in html
    links = re.findall(r'<a class="tile[^"]*" href="(/queue[^"]*)"', html)
    assert len(links) == 2
    ready = next(link for link in links if "system=melior" in link).replace("&amp;", "&")
    assert "state=ready" in ready
    assert nurse.get(ready).status == 200
    assert "follow-ups ready for you" not in _english(browser("secretary")).get("/").html.replace(
        "0 follow-ups ready for you", ""
    )


def test_a_drill_is_marked_and_not_counted_as_ready(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", drill=True)
        log(outage, "melior.medication-administration")
        _restore(outage, "melior")
    html = _english(browser("nurse")).get("/").html
    assert "0 follow-ups ready for you" in html
    assert "outage=drill" in html


def test_questions_and_what_one_holds_wait_there_and_the_patients_are_in_the_access_log(
    app: Flask, browser: Login
) -> None:
    with app.app_context():
        outage = declare("melior")
        actions = [log(outage, "melior.medication-administration", name="Kerstin Karlsson") for _ in range(2)]
        _restore(outage, "melior")
        items = [item_of(action, "document-administration") for action in actions]
        claim_item(items[0], actor=user("nurse2"))
        ask_about_item(items[1], "Vilken dos?", actor=user("nurse2"))
        db.session.commit()
        patient_id = actions[0].patient_id
    html = _english(browser("nurse2")).get("/").html
    assert "Kerstin Karlsson" in html
    assert f"/queue/patient/{patient_id}" in html
    with app.app_context():
        seen = db.session.query(Access).filter_by(user_id=user("nurse2").id, doing="home.start").all()
        assert {row.patient_id for row in seen} == {patient_id}
    html = _english(browser("nurse")).get("/").html
    assert "1 question to you" in html
    assert "Kerstin Karlsson" not in html


def test_a_claim_that_has_run_out_is_not_held_any_more(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior")
        action = log(outage, "melior.medication-administration", name="Kerstin Karlsson")
        _restore(outage, "melior")
        item = item_of(action, "document-administration")
        claim_item(item, actor=user("nurse"))
        item.claimed_until = utcnow() - timedelta(minutes=1)
        db.session.commit()
    assert "Kerstin Karlsson" not in browser("nurse").get("/").html


def test_a_duty_is_ticked_there_and_is_gone(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior")
        duty = db.session.query(Duty).filter_by(outage_id=outage.id, duty="print-handout-lists").one()
        duty_id = duty.id
    nurse = _english(browser("nurse"))
    assert f"/duties/{duty_id}/done" in nurse.get("/").html
    page = nurse.post(f"/duties/{duty_id}/done", {"show": "home"}, follow=False)
    assert page.location == "/"
    assert f"/duties/{duty_id}/done" not in nurse.get("/").html


def test_a_manager_sees_how_far_each_unit_is_and_signs_off_when_nothing_is_left(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        action = log(outage, "melior.medication-administration")
        _restore(outage, "melior")
        finish_item(item_of(action, "document-administration"), "M-1", actor=user("nurse"))
        db.session.commit()
        outage_id = outage.id
    html = _english(browser("manager")).get("/").html
    assert f'href="/confirm?outage={outage_id}&amp;unit=ward"' in html
    assert f'href="/sign-off/{outage_id}/ward"' in html
    assert f'href="/sign-off/{outage_id}/clinic"' in html
    assert "/sign-off/" not in browser("nurse").get("/").html
    with app.app_context():
        sign_off_unit(db.session.get(Outage, outage_id), unit("clinic"), actor=user("manager"))  # type: ignore[arg-type]
        db.session.commit()
    assert f'href="/sign-off/{outage_id}/clinic"' not in browser("manager").get("/").html


def test_it_operations_restore_and_declare_from_there(app: Flask, browser: Login) -> None:
    assert 'href="/outages/new"' in browser("it").get("/").html
    with app.app_context():
        outage_id = declare("melior").id
    for login, may in (("it", True), ("director", False), ("nurse", False)):
        html = browser(login).get("/").html
        assert (f"/outages/{outage_id}/systems/melior/restore" in html) is may
        assert ('href="/outages/new"' in html) is may


def test_the_director_sees_the_regions_numbers_and_no_patient(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        log(outage, "melior.medication-administration", name="Kerstin Karlsson")
        log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
    html = browser("director").get("/").html
    assert re.findall(r'class="number">([^<]+)<', html)[0] == "2"
    assert "Kerstin" not in html


def test_the_administrator_comes_to_units_and_users(browser: Login) -> None:
    html = browser("admin").get("/").html
    assert 'href="/units"' in html
    assert 'href="/users"' in html
    assert re.findall(r'class="number">([^<]+)<', html) == ["3", str(len(USERS))]


def test_who_to_call_when_something_else_stops(browser: Login) -> None:
    assert "(026-1) 53 000" in browser("nurse").get("/").html
