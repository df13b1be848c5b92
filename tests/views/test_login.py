"""Logging in and out as a user sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.guard import SESSION_KEY
from tracker.models import Event, LoginSession
from tracker.services.event import CommandLine
from tracker.services.login import issue_link, set_password

Fetch = Callable[[str | None], Browser]
PASSWORD = "fisken simmar 4711"


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


@pytest.fixture(autouse=True)
def nurses_password(app: Flask) -> None:
    with app.app_context():
        set_password(user("nurse"), PASSWORD, actor=CommandLine())
        db.session.commit()


def log_in(browser: Browser, password: str = PASSWORD, login: str = "nurse", target: str = "") -> Page:
    return browser.post(f"/login{target}", {"login": login, "password": password}, follow=False)


def test_a_user_logs_in_with_any_case_and_spaces_around_the_name(browser: Fetch) -> None:
    page = log_in(browser(None), login=" Nurse ")
    assert (page.status, page.location) == (302, "/")


def test_wrong_passwords_are_counted_although_they_are_refused(browser: Fetch, app: Flask) -> None:
    visitor = browser(None)
    refusals = [log_in(visitor, "fel") for _try in range(8)]
    assert {page.status for page in refusals} == {422}
    locked = log_in(visitor)
    assert locked.status == 422
    unknown = log_in(visitor, login="nobody")
    words = [page.html.split('id="login-error"')[1].split("</p>")[0] for page in (refusals[0], locked, unknown)]
    assert len(set(words)) == 1
    with app.app_context():
        assert db.session.query(Event).filter_by(verb="locked").count() == 1
    with time_machine.travel(utcnow() + timedelta(minutes=11)):
        assert log_in(visitor).status == 302


def test_a_refused_log_in_keeps_the_name_and_forgets_the_password(browser: Fetch) -> None:
    page = log_in(browser(None), "hemligt felaktigt")
    assert 'value="nurse"' in page.html
    assert "hemligt felaktigt" not in page.html


def test_a_copied_cookie_opens_nothing_after_log_out(browser: Fetch, app: Flask) -> None:
    visitor = browser(None)
    log_in(visitor)
    with visitor.client.session_transaction() as session:
        copied = session[SESSION_KEY]
    thief = browser(None)
    with thief.client.session_transaction() as session:
        session[SESSION_KEY] = copied
    assert thief.get("/account").status == 200
    visitor.post("/logout")
    assert thief.get("/account", follow=False).status == 302
    assert visitor.get("/account", follow=False).status == 302


def test_rest_ends_the_session_and_work_keeps_it(browser: Fetch) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        visitor = browser("nurse")
        for _step in range(5):
            clock.shift(timedelta(minutes=50))
            assert visitor.get("/account", follow=False).status == 200
        clock.shift(timedelta(minutes=61))
        assert visitor.get("/account", follow=False).status == 302


def test_no_session_outlives_its_hours_however_busy(browser: Fetch) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        visitor = browser("nurse")
        for _step in range(19):
            clock.shift(timedelta(minutes=30))
            assert visitor.get("/account", follow=False).status == 200
        clock.shift(timedelta(minutes=31))
        assert visitor.get("/account", follow=False).status == 302


def test_an_account_out_of_use_cannot_log_in_nor_go_on(browser: Fetch, app: Flask) -> None:
    visitor = browser("nurse")
    with app.app_context():
        user("nurse").active = False
        db.session.commit()
    assert visitor.get("/account", follow=False).status == 302
    assert log_in(browser(None)).status == 422


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "evil.example",
        "//[",
        "\\\\evil.example",
    ],
)
def test_after_log_in_one_never_lands_on_a_strange_site(browser: Fetch, target: str) -> None:
    page = browser(None).client.get("/login", query_string={"next": target})
    assert page.status_code == 200
    visitor = browser(None)
    data = {"login": "nurse", "password": PASSWORD, "csrf_token": visitor.get("/login").csrf}
    answer = visitor.client.post("/login", query_string={"next": target}, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_after_log_in_one_lands_where_one_was_going(browser: Fetch) -> None:
    visitor = browser(None)
    sent = visitor.get("/account?x=1", follow=False)
    assert sent.location.startswith("/login?next=")
    page = visitor.get(sent.location)
    assert "next=" in page.html
    assert log_in(visitor, target=sent.location.removeprefix("/login")).location == "/account?x=1"


def test_a_one_time_link_sets_a_password_once(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        token = issue_link(user("secretary"), actor=CommandLine())
        db.session.commit()
    visitor = browser(None)
    differing = visitor.post(f"/link/{token}", {"password": PASSWORD, "again": PASSWORD + "x"})
    assert differing.status == 422
    short = visitor.post(f"/link/{token}", {"password": "kort", "again": "kort"})
    assert short.status == 422
    assert "at least 8" in short.html
    assert visitor.post(f"/link/{token}", {"password": PASSWORD, "again": PASSWORD}).status == 200
    again = visitor.post(f"/link/{token}", {"password": "ett annat lösenord", "again": "ett annat lösenord"})
    assert again.status == 404
    assert log_in(visitor, login="secretary").status == 302
    assert visitor.get("/link/nonsense").status == 404


def test_a_user_changes_the_password_knowing_the_old_one(browser: Fetch) -> None:
    visitor = browser(None)
    log_in(visitor)
    new = {"password": "ett annat lösenord", "again": "ett annat lösenord"}
    wrong = visitor.post("/account", {"current": "fel", **new})
    assert wrong.status == 422
    assert 'id="current-error"' in wrong.html
    visitor.post("/account", {"current": PASSWORD, **new})
    assert visitor.get("/account", follow=False).status == 302
    assert log_in(visitor).status == 422
    assert log_in(visitor, new["password"]).status == 302


def test_language_is_chosen_before_and_after_log_in(browser: Fetch, app: Flask) -> None:
    visitor = browser(None)
    assert 'lang="en"' in visitor.get("/login").html
    visitor.post("/language", {"language": "sv"})
    assert '<html lang="sv"' in visitor.get("/login").html
    nurse = browser("nurse")
    nurse.post("/language", {"language": "sv", "next": "/account"})
    assert '<html lang="sv"' in browser("nurse").get("/account").html  # another device of the same user
    nurse.post("/language", {"language": "xx"})
    assert '<html lang="sv"' in nurse.get("/account").html


def test_the_unit_one_works_in_is_chosen_among_ones_own(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        clinic, emergency = unit("clinic").id, unit("emergency").id
    manager = browser("manager")
    assert "Nurse · Avdelning 10" in manager.get("/account").html
    manager.post("/unit", {"unit": clinic, "next": "/account"})
    assert "Nurse · Ögonmottagningen" in manager.get("/account").html
    assert manager.post("/unit", {"unit": emergency}).status == 422
    assert "Nurse · Ögonmottagningen" in manager.get("/account").html


def test_a_form_without_its_token_is_refused(browser: Fetch, app: Flask) -> None:
    nurse = browser("nurse")
    assert nurse.client.post("/logout").status_code == 400
    with app.app_context():
        assert db.session.query(LoginSession).count() == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Fetch) -> None:
    visitor = browser(None)
    cookies = visitor.client.get("/login").headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
