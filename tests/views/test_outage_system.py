"""Following one system of an outage through the pages: back, down again, its times corrected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Outage, OutageKind
from tracker.queries.outage import systems_down
from tracker.services.outage import SystemDown, declare_outage, restore_system

Login = Callable[[str | None], Browser]


def wall(when: datetime) -> str:
    return when.astimezone(ZoneInfo("Europe/Stockholm")).strftime("%Y-%m-%dT%H:%M")


def _outage(app: Flask, *systems: str, **more: Any) -> int:
    with app.app_context():
        return declare(*(systems or ("melior",)), **more).id


def _down(app: Flask) -> set[str]:
    with app.app_context():
        return set(systems_down(False))


def _english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def test_before_a_restoration_it_is_told_how_much_becomes_ready(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior")
        for _ in range(3):
            log(outage, "melior.medication-administration")
        outage_id = outage.id
    it = _english(browser("it"))
    assert "3 follow-ups become ready at once." in it.get(f"/outages/{outage_id}/systems/melior/restore").html
    page = it.post(f"/outages/{outage_id}/systems/melior/restore", {"restored_at": wall(utcnow())})
    assert "Melior is back. 3 follow-ups became ready." in page.html
    assert _down(app) == set()


def test_a_wrong_time_is_refused_and_kept(app: Flask, browser: Login) -> None:
    outage_id = _outage(app, hours_ago=2)
    it = _english(browser("it"))
    for wrong in (wall(utcnow() - timedelta(hours=5)), wall(utcnow() + timedelta(hours=5)), "", "nyss"):
        page = it.post(f"/outages/{outage_id}/systems/melior/restore", {"restored_at": wrong})
        assert page.status == 422
        assert f'value="{wrong}"' in page.html
    assert _down(app) == {"melior"}


def test_the_second_to_restore_is_told_that_it_is_back(app: Flask, browser: Login) -> None:
    outage_id = _outage(app)
    url, sent = f"/outages/{outage_id}/systems/melior/restore", {"restored_at": wall(utcnow())}
    it = _english(browser("it"))
    assert it.post(url, sent).status == 200
    page = it.post(url, sent)
    assert page.status == 409
    assert "Melior is not down in this outage." in page.html
    assert sent["restored_at"] in page.html


def test_another_outage_that_holds_the_system_down_is_named(app: Flask, browser: Login) -> None:
    first, second = _outage(app), _outage(app)
    page = _english(browser("it")).get(f"/outages/{first}/systems/melior/restore")
    assert "Nothing becomes ready until it is back there as well" in page.html
    assert f'href="/outages/{second}"' in page.html


def test_a_system_goes_down_again_and_both_stretches_are_shown(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", hours_ago=5)
        restore_system(outage, "melior", utcnow() - timedelta(hours=3), actor=user("it"))
        db.session.commit()
        outage_id = outage.id
    url = f"/outages/{outage_id}/systems/melior/down"
    it = _english(browser("it"))
    assert "Melior is down again" in it.get(url).html
    page = it.post(url, {"down_at": wall(utcnow() - timedelta(hours=1))})
    assert "In all 3 h" in page.html
    assert _down(app) == {"melior"}
    assert it.post(url, {"down_at": wall(utcnow())}).status == 409


def test_a_further_system_goes_down_in_the_same_outage(app: Flask, browser: Login) -> None:
    outage_id = _outage(app)
    it = _english(browser("it"))
    assert f"/outages/{outage_id}/systems/pmo/down" in it.get(f"/outages/{outage_id}").html
    it.post(f"/outages/{outage_id}/systems/pmo/down", {"down_at": wall(utcnow())})
    assert _down(app) == {"melior", "pmo"}


def test_a_time_is_corrected_with_a_reason_that_stands_in_the_history(app: Flask, browser: Login) -> None:
    outage_id = _outage(app, hours_ago=3)
    url = f"/outages/{outage_id}/systems/melior/correct"
    it = _english(browser("it"))
    right = (utcnow() - timedelta(hours=4)).replace(second=0, microsecond=0)
    refused = it.post(url, {"down_at": wall(right), "restored_at": "", "reason": ""})
    assert refused.status == 422
    assert f'value="{wall(right)}"' in refused.html
    page = it.post(url, {"down_at": wall(right), "restored_at": "", "reason": "Loggen säger så"})
    assert "Reason: Loggen säger så" in page.html
    with app.app_context():
        outage = db.session.get(Outage, outage_id)
        assert outage is not None
        assert outage.began_at == right


def test_of_two_who_correct_at_once_the_second_is_told_and_loses_nothing(app: Flask, browser: Login) -> None:
    outage_id = _outage(app, hours_ago=3)
    url = f"/outages/{outage_id}/systems/melior/correct"
    it = _english(browser("it"))
    seen = re.search(r'name="seen" value="(\d+)"', it.get(url).html)
    assert seen
    sent = {"down_at": wall(utcnow() - timedelta(hours=4)), "restored_at": "", "reason": "Fel", "seen": seen[1]}
    assert it.post(url, sent).status == 200
    page = it.post(url, {**sent, "reason": "Mitt skäl"})
    assert page.status == 409
    assert "Ivar Ing changed the outage" in page.html
    assert "Mitt skäl" in page.html


@pytest.mark.parametrize("step", ["restore", "down", "correct"])
def test_only_it_operations_change_systems_that_exist(app: Flask, browser: Login, step: str) -> None:
    outage_id = _outage(app)
    for login in ("nurse", "manager", "director", "admin"):
        assert browser(login).get(f"/outages/{outage_id}/systems/melior/{step}").status == 403
        assert browser(login).post(f"/outages/{outage_id}/systems/melior/{step}").status == 403
    assert browser("it").get(f"/outages/{outage_id}/systems/journalen/{step}").status == 404
    assert browser("it").get(f"/outages/4711/systems/melior/{step}").status == 404
    assert _down(app) == {"melior"}


def test_a_system_that_was_never_down_has_no_times_to_correct(app: Flask, browser: Login) -> None:
    outage_id = _outage(app)
    assert browser("it").get(f"/outages/{outage_id}/systems/pmo/correct").status == 404


def test_the_line_of_time_holds_every_stretch_planned_ones_too(app: Flask, browser: Login) -> None:
    with app.app_context():
        begins = [SystemDown("melior", utcnow() - timedelta(hours=1)), SystemDown("pmo", utcnow() + timedelta(1))]
        outage = declare_outage("Byte", OutageKind.PLANNED, False, begins, [unit()], actor=user("it"))
        db.session.commit()
        outage_id = outage.id
    page = browser("it").get(f"/outages/{outage_id}")
    assert page.html.count('<rect class="going-on"') == 1
    assert page.html.count('<rect class="planned"') == 1
