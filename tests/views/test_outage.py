"""Declaring and following outages through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.page import Browser, Page
from tests.region import declare, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Outage
from tracker.queries.outage import systems_down
from tracker.services.outage import concern_unit, restore_system
from tracker.services.sign_off import sign_off_unit
from tracker.services.unit import UnitEntry, create_unit

Login = Callable[[str | None], Browser]
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def wall(when: datetime) -> str:
    return when.astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M")


def _form(*systems: str, **more: Any) -> dict[str, Any]:
    return {
        "systems": list(systems),
        "kind": "acute",
        "down_at": wall(utcnow() - timedelta(hours=1)),
        "units_by": "using",
        "name": "",
        **more,
    }


def _outage(app: Flask, *systems: str, **more: Any) -> int:
    with app.app_context():
        return declare(*(systems or ("melior",)), **more).id


def _count(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Outage).count()


def _latest(app: Flask) -> dict[str, Any]:
    with app.app_context():
        outage = db.session.query(Outage).order_by(Outage.id.desc()).first()
        assert outage is not None
        return {
            "id": outage.id,
            "name": outage.name,
            "drill": outage.drill,
            "kind": outage.kind,
            "units": {row.unit.code for row in outage.concerned},
            "times": {row.system: (row.down_at, row.restored_at) for row in outage.systems},
        }


def _down(app: Flask, drill: bool = False) -> set[str]:
    with app.app_context():
        return set(systems_down(drill))


class TestTheList:
    def test_nothing_going_on_is_said(self, browser: Login) -> None:
        assert "No outage is going on" in _english(browser("nurse")).get("/outages").html

    def test_it_shows_what_is_down_since_when_and_marks_a_drill(self, app: Flask, browser: Login) -> None:
        _outage(app, "melior", hours_ago=3.2)
        _outage(app, "pmo", drill=True)
        page = _english(browser("nurse")).get("/outages")
        assert re.search(r"Melior</strong> <span>down 3 h 1[12] min", page.html)
        assert "Drill" in page.html

    def test_what_is_over_stands_apart(self, app: Flask, browser: Login) -> None:
        with app.app_context():
            outage = declare("melior")
            restore_system(outage, "melior", utcnow(), actor=user("it"))
            sign_off_unit(outage, unit(), actor=user("manager"))
            db.session.commit()
        page = _english(browser("nurse")).get("/outages")
        assert "No outage is going on" in page.html
        assert "<h2>Finished</h2>" in page.html

    def test_only_outages_of_ones_own_units_are_listed(self, app: Flask, browser: Login) -> None:
        _outage(app)
        assert "Driftstopp" in browser("nurse").get("/outages").html
        assert "No outage is going on" in _english(browser("outsider")).get("/outages").html

    def test_only_it_operations_declare(self, browser: Login) -> None:
        assert "/outages/new" in browser("it").get("/outages").html
        for login in ("nurse", "manager", "director", "admin"):
            assert "/outages/new" not in browser(login).get("/outages").html
            assert browser(login).get("/outages/new").status == 403
            assert browser(login).post("/outages/new", _form("melior")).status == 403


class TestDeclaring:
    def test_everybody_sees_it_at_once(self, app: Flask, browser: Login) -> None:
        page = browser("it").post("/outages/new", _form("melior", "medspeech", name="Nätet nere"))
        assert page.status == 200
        assert "Nätet nere" in page.html
        assert _down(app) == {"melior", "medspeech"}
        assert "Melior" in browser("nurse").get("/account").html

    def test_all_units_that_use_the_systems_are_concerned_when_none_is_chosen(self, app: Flask, browser: Login) -> None:
        with app.app_context():
            create_unit(UnitEntry("lab", "Kemlab", "Gävle", unit().kind, ("svarsdatabasen",)), actor=user("admin"))
            db.session.commit()
        browser("it").post("/outages/new", _form("melior"))
        assert _latest(app)["units"] == {"ward", "clinic", "emergency"}

    def test_chosen_units_are_taken_as_they_are_chosen(self, app: Flask, browser: Login) -> None:
        browser("it").post("/outages/new", _form("melior", units_by="chosen", units=["clinic"]))
        assert _latest(app)["units"] == {"clinic"}

    def test_units_marked_by_the_page_do_not_count_while_all_that_use_it_is_the_choice(
        self, app: Flask, browser: Login
    ) -> None:
        browser("it").post("/outages/new", _form("melior", units=["clinic"]))
        assert _latest(app)["units"] == {"ward", "clinic", "emergency"}

    def test_each_system_may_have_a_time_of_its_own(self, app: Flask, browser: Login) -> None:
        common = (utcnow() - timedelta(hours=2)).replace(second=0, microsecond=0)
        own = common - timedelta(hours=3)
        browser("it").post(
            "/outages/new", _form("melior", "pmo", down_at=wall(common), own_pmo=wall(own), own_elvis=wall(own))
        )
        assert _latest(app)["times"] == {"melior": (common, None), "pmo": (own, None)}

    def test_without_a_name_it_is_named_after_its_systems_and_day(self, app: Flask, browser: Login) -> None:
        _english(browser("it")).post("/outages/new", _form("melior", "pmo", "elvis"))
        day = (utcnow() - timedelta(hours=1)).astimezone(STOCKHOLM).strftime("%Y-%m-%d")
        assert _latest(app)["name"] == f"Melior, PMO and ELVIS down {day}"

    def test_a_planned_outage_begins_at_its_time_and_is_no_outage_before(self, app: Flask, browser: Login) -> None:
        page = _english(browser("it")).post(
            "/outages/new", _form("elvis", kind="planned", down_at=wall(utcnow() + timedelta(days=9)))
        )
        assert "Planned, not begun" in page.html
        assert _down(app) == set()

    def test_a_drill_takes_nothing_real_down(self, app: Flask, browser: Login) -> None:
        page = _english(browser("it")).post("/outages/new", _form("melior", drill="y"))
        assert 'class="drill"' in page.html
        assert (_down(app), _down(app, drill=True)) == (set(), {"melior"})

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"systems": []}, "Choose at least one system."),
            ({"down_at": ""}, "Enter when it went down."),
            ({"down_at": "i morse"}, "Enter a date and a time"),
            ({"down_at": " "}, "Enter a date and a time"),
            ({"down_at": "0001-01-01T00:00"}, "Enter a date and a time"),
            ({"down_at": "0202-11-23T10:00"}, "more than a year away"),
            ({"down_at": wall(utcnow() + timedelta(hours=3))}, "An acute outage cannot begin ahead of now."),
            ({"own_melior": wall(utcnow() + timedelta(hours=3))}, "An acute outage cannot begin ahead of now."),
            ({"own_melior": "x"}, "Enter a date and a time"),
            ({"units_by": "chosen"}, "Choose at least one unit."),
            ({"units_by": "chosen", "units": ["hemlig"]}, "Choose from the list."),
            ({"systems": ["journalen"]}, "Choose from the list."),
            ({"name": "x" * 121}, "The name is too long"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, app: Flask, browser: Login, wrong: dict[str, Any], said: str
    ) -> None:
        sent = _form("melior", name="Nätet nere i Gävle") | wrong
        page = _english(browser("it")).post("/outages/new", sent)
        assert page.status == 422
        assert said in page.html
        assert f'value="{sent["name"]}"' in page.html
        assert f'value="{sent["down_at"]}"' in page.html
        assert _count(app) == 0

    def test_a_system_that_no_unit_uses_needs_chosen_units(self, app: Flask, browser: Login) -> None:
        with app.app_context():
            for code in ("ward", "clinic", "emergency"):
                unit(code).systems = ("melior",)
            db.session.commit()
        page = _english(browser("it")).post("/outages/new", _form("pmo"))
        assert page.status == 422
        assert "Choose at least one unit." in page.html

    def test_a_button_pressed_twice_declares_once(self, app: Flask, browser: Login) -> None:
        it = _english(browser("it"))
        first = it.post("/outages/new", _form("melior"), follow=False)
        again = it.post("/outages/new", _form("melior", anyway="y"), follow=False)
        assert first.location == again.location
        assert _count(app) == 1

    def test_a_system_down_already_is_pointed_out_before_a_second_outage_of_it(
        self, app: Flask, browser: Login
    ) -> None:
        first = _outage(app, "melior")
        page = _english(browser("it")).post("/outages/new", _form("melior", "pmo", name="Mitt stopp"))
        assert page.status == 422
        assert f'href="/outages/{first}"' in page.html
        assert 'value="Mitt stopp"' in page.html
        assert _count(app) == 1
        browser("it").post("/outages/new", _form("melior", "pmo", name="Mitt stopp", anyway="y"))
        assert _count(app) == 2

    def test_a_drill_of_a_system_that_is_really_down_is_no_second_outage_of_it(
        self, app: Flask, browser: Login
    ) -> None:
        _outage(app, "melior")
        browser("it").post("/outages/new", _form("melior", drill="y"))
        assert _count(app) == 2


class TestOneOutage:
    def test_all_of_it_is_seen_by_it_operations(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app, "melior", "pmo", units=("ward", "clinic"))
        page = _english(browser("it")).get(f"/outages/{outage_id}")
        for shown in ("Melior", "PMO", "Avdelning 10", "Ögonmottagningen", "Outage declared", "0 of 2 signed off"):
            assert shown in page.html
        assert f"/outages/{outage_id}/systems/melior/restore" in page.html

    def test_staff_see_their_own_units_only_and_cannot_change_it(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app, units=("ward", "clinic"))
        page = _english(browser("nurse")).get(f"/outages/{outage_id}")
        assert "Avdelning 10" in page.html
        assert "Ögonmottagningen" not in page.html
        assert "It concerns 1 other unit too." in page.html
        assert "/systems/" not in page.html

    def test_an_outage_of_other_units_does_not_exist(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app)
        assert browser("outsider").get(f"/outages/{outage_id}").status == 404
        assert browser("it").get("/outages/4711").status == 404

    def test_a_patient_is_never_shown(self, app: Flask, browser: Login) -> None:
        with app.app_context():
            outage = declare("melior")
            log(outage, "melior.medication-administration", name="Hemlig Person")
            outage_id = outage.id
        page = browser("it").get(f"/outages/{outage_id}")
        assert "Hemlig" not in page.html
        assert "20020102" not in page.html

    def test_the_manager_is_led_to_the_sign_off(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app)
        assert f"/sign-off/{outage_id}/ward" in browser("manager").get(f"/outages/{outage_id}").html
        assert "/sign-off/" not in browser("nurse").get(f"/outages/{outage_id}").html

    def test_forgotten_units_are_added(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app)
        page = _english(browser("it")).post(f"/outages/{outage_id}/units", {"units": ["clinic"]})
        assert "Ögonmottagningen" in page.html
        assert _latest(app)["units"] == {"ward", "clinic"}

    def test_a_unit_that_a_colleague_added_meanwhile_is_no_mistake(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app)
        with app.app_context():
            outage = db.session.get(Outage, outage_id)
            assert outage is not None
            concern_unit(outage, unit("clinic"), actor=user("it"))
            db.session.commit()
        page = browser("it").post(f"/outages/{outage_id}/units", {"units": ["clinic", "emergency"]})
        assert page.status == 200
        assert _latest(app)["units"] == {"ward", "clinic", "emergency"}

    def test_adding_no_unit_or_an_unknown_one_is_refused(self, app: Flask, browser: Login) -> None:
        outage_id = _outage(app)
        for units in ([], ["hemlig"]):
            assert browser("it").post(f"/outages/{outage_id}/units", {"units": units}).status == 422
        assert browser("nurse").post(f"/outages/{outage_id}/units", {"units": ["clinic"]}).status == 403
        assert browser("it").post("/outages/4711/units", {"units": ["clinic"]}).status == 404


def _english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def test_a_stranger_is_asked_to_log_in(browser: Login) -> None:
    page: Page = browser(None).get("/outages", follow=False)
    assert page.status == 302
    assert page.location.startswith("/login")
