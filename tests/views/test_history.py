"""Who reads which part of the history and of the access log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from tests.english import speak_english
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.extensions import db
from tracker.models import Access
from tracker.services.access import record_access

Fetch = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


@pytest.fixture
def logged(app: Flask) -> str:
    """One handout of the ward, and one dictation of the clinic; the id of the first."""
    with app.app_context():
        outage = declare("melior", "medspeech", units=("ward", "clinic"))
        action = log(outage, "melior.medication-administration", name="Test Hemlig", note="hemlig anteckning")
        log(outage, "medspeech.dictation", actor="outsider", unit_code="clinic", identity=TEST_NUMBERS[1])
        return str(action.id)


def test_the_region_wide_roles_see_who_did_what_and_no_patient(browser: Fetch, logged: str) -> None:
    for login in ("admin", "director", "it"):
        page = browser(login).get("/history")
        assert page.status == 200
        assert page.html.count("<strong>Logged</strong>") == 2
        assert "Nora Nyström" in page.html
        for secret in ("Hemlig", "hemlig", TEST_NUMBERS[0], TEST_NUMBERS[0][2:], logged, "Medication"):
            assert secret not in page.html


def test_a_unit_manager_sees_their_units_lines_only(browser: Fetch, logged: str) -> None:
    page = browser("manager2").get("/history")
    assert page.html.count("<strong>Logged</strong>") == 1
    assert f"/actions/{logged}" in page.html
    assert "Ute Udd" not in page.html
    assert "Hemlig" not in page.html  # the page of the action shows it, and notes that it was read
    assert browser("manager").get("/history").html.count("<strong>Logged</strong>") == 2


@pytest.mark.parametrize("login", ["nurse", "secretary", "outsider"])
@pytest.mark.parametrize("url", ["/history", "/history/accesses", "/history/check"])
def test_others_see_nothing_of_it(browser: Fetch, login: str, url: str) -> None:
    assert browser(login).get(url).status == 403


def test_the_history_is_filtered(browser: Fetch, app: Flask, logged: str) -> None:
    admin = browser("admin")
    with app.app_context():
        nurse, ward, clinic = user("nurse").id, unit().id, unit("clinic").id
    assert "<strong>Logged</strong>" not in admin.get("/history?verb=declared").html
    assert admin.get("/history?verb=logged").html.count("<strong>Logged</strong>") == 2
    assert "<td>Ute Udd" not in admin.get(f"/history?actor={nurse}").html
    assert "<td>Nora" not in admin.get(f"/history?unit={clinic}").html
    assert "<td>command line" in admin.get("/history?actor=-1").html
    assert "<td>Nora" not in admin.get("/history?actor=-1").html
    assert "Nothing here" in admin.get("/history?outage=999").html
    assert browser("manager2").get(f"/history?unit={ward}").status == 200
    assert browser("manager2").get(f"/history?unit={clinic}").status == 404


def test_older_lines_are_a_click_away_and_none_is_shown_twice(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    with app.app_context():
        outage = declare("melior")
        for _number in range(60):
            log(outage, "melior.medication-administration")
    numbers: list[int] = []
    url = "/history?verb=logged"
    while url:
        page = admin.get(url)
        numbers += [int(text_) for text_ in re.findall(r'line-number">(\d+)', page.html)]
        found = re.search(r'href="([^"]+)" rel="next"', page.html)
        url = found[1].replace("&amp;", "&") if found else ""
    assert len(numbers) == len(set(numbers)) == 60
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("query", ["outage=x", "unit=99999999999999999999", "before=-1", "verb=<b>", "actor=9999"])
def test_a_strange_address_is_no_fault(browser: Fetch, query: str) -> None:
    assert browser("admin").get(f"/history?{query}").status == 200


def test_what_changed_is_shown_to_the_units_manager(browser: Fetch) -> None:
    manager = browser("manager2")
    manager.post("/units/ward/local-routine/change", {"systems": ["melior"], "signs_on_paper": "y"})
    assert "Signs on paper: No → Yes" in manager.get("/history").html
    assert "Signs on paper" not in browser("admin").get("/history").html


def test_the_access_log_shows_who_saw_which_patient_of_the_unit(browser: Fetch, app: Flask, logged: str) -> None:
    browser("nurse").get(f"/actions/{logged}")
    page = browser("manager2").get("/history/accesses")
    assert "Nora Nyström" in page.html
    assert "Test Hemlig" in page.html
    assert "Reading an action" in page.html
    for login in ("admin", "director", "it"):
        assert browser(login).get("/history/accesses").status == 403


def test_another_units_accesses_are_not_shown(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        action = log(
            outage, "melior.medication-administration", actor="outsider", unit_code="clinic", name="Test Annan"
        )
        record_access(user("outsider"), [action.patient_id], unit_id=unit("clinic").id, doing="action.show")
        db.session.commit()
        clinic = unit("clinic").id
    manager2 = browser("manager2")
    assert "Test Annan" not in manager2.get("/history/accesses").html
    assert manager2.get(f"/history/accesses?unit={clinic}").status == 404
    assert "Test Annan" in browser("manager").get("/history/accesses").html


def test_reading_the_log_is_an_access_too(browser: Fetch, app: Flask, logged: str) -> None:
    browser("nurse").get(f"/actions/{logged}")
    manager = browser("manager2")
    manager.get("/history/accesses")
    with app.app_context():
        assert db.session.query(Access).filter_by(doing="history.accesses", user_id=user("manager2").id).count() == 1
    assert "Reading this log" not in manager.get("/history/accesses").html
    assert "Reading this log" in manager.get("/history/accesses?log=1").html


def test_the_access_log_is_filtered_by_person_patient_and_day(browser: Fetch, app: Flask, logged: str) -> None:
    with app.app_context():
        outage = declare("pmo")
        other = log(outage, "pmo.note", actor="physician", identity=TEST_NUMBERS[2], name="Test Annan")
        patient = str(other.patient_id)
        # 23:30 UTC is half past midnight of the next day in Sweden.
        with time_machine.travel(datetime(2026, 1, 10, 23, 30, tzinfo=UTC), tick=False):
            record_access(user("physician"), [other.patient_id], unit_id=unit().id, doing="item.queue")
            db.session.commit()
        physician = user("physician").id
    browser("nurse").get(f"/actions/{logged}")
    manager = browser("manager2")
    assert "Test Hemlig" not in manager.get(f"/history/accesses?user={physician}").html
    assert "Test Hemlig" not in manager.get(f"/history/accesses?patient={patient}").html
    assert "Re-entry queue" in manager.get(f"/history/accesses?patient={patient}").html
    assert "Re-entry queue" in manager.get("/history/accesses?day=2026-01-11").html
    assert "Re-entry queue" not in manager.get("/history/accesses?day=2026-01-10").html
    for query in ("day=2026-13-45", "patient=199001012385", "day=9999-12-31"):
        assert manager.get(f"/history/accesses?{query}").status == 200


def test_an_empty_log_says_what_it_is_for(browser: Fetch) -> None:
    assert "Nobody has seen a patient yet" in browser("manager2").get("/history/accesses").html


def test_administrators_and_directors_see_that_the_history_is_whole(browser: Fetch, logged: str) -> None:
    for login in ("admin", "director"):
        page = browser(login).get("/history/check")
        assert "Yes, the history is whole" in page.html
        assert re.search(r'class="hash">[0-9a-f]{64}<', page.html)
    for login in ("it", "manager"):
        assert browser(login).get("/history/check").status == 403


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE event SET actor_name = 'Någon' WHERE id = 3", "line 3"),
        ("DELETE FROM event WHERE id = 3", "line 3: missing"),
        ("DELETE FROM event WHERE id = (SELECT max(id) FROM event)", "the end"),
    ],
)
def test_a_history_that_was_tampered_with_is_told(browser: Fetch, app: Flask, tampering: str, fault: str) -> None:
    with app.app_context():
        db.session.execute(text(tampering))
        db.session.commit()
    page = browser("admin").get("/history/check")
    assert fault in page.html
    assert "history is whole." not in page.html
