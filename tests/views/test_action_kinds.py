"""Choosing what to log."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, log, user
from tests.views.action_page import DOSE
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Outage
from tracker.services.outage import restore_system

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", "medspeech").id


def test_the_nurse_is_offered_what_fits_the_systems_down_and_the_rest_is_behind_it(
    browser: Browsers, outage: int
) -> None:
    page = browser("nurse").get("/log")
    offered, _, rest = page.html.partition('class="other-kinds"')
    assert f"/log/{DOSE}" in offered
    assert "/log/medspeech.dictation" in offered
    assert "/log/elvis.visit" not in offered
    assert "/log/elvis.visit" in rest
    assert "/log/melior.medication-order" in rest, "physicians order; a nurse can still log it"


def test_without_an_outage_the_page_says_whom_to_call(browser: Browsers) -> None:
    page = browser("nurse").get("/log")
    assert page.status == 200
    assert "53 000" in page.html
    assert browser("nurse").get(f"/log/{DOSE}").status == 200


def test_logging_is_still_offered_when_the_systems_are_back(app: Flask, browser: Browsers, outage: int) -> None:
    with app.app_context():
        found = db.session.get_one(Outage, outage)
        for system in ("melior", "medspeech"):
            restore_system(found, system, utcnow(), actor=user("it"))
        db.session.commit()
    page = browser("nurse").get("/log")
    assert f"/log/{DOSE}" in page.html.partition('class="other-kinds"')[0]


def test_what_was_logged_last_comes_first(app: Flask, browser: Browsers, outage: int) -> None:
    with app.app_context():
        log(db.session.get_one(Outage, outage), "elvis.visit")
    page = browser("nurse").get("/log")
    first_tile = re.search(r'class="tile kind" href="/log/([a-z.-]+)', page.html)
    assert first_tile and first_tile[1] == "elvis.visit"


def test_a_drill_is_marked_and_the_real_outage_is_chosen_before_it(app: Flask, browser: Browsers, outage: int) -> None:
    with app.app_context():
        drill = declare("pmo", drill=True).id
    nurse = browser("nurse")
    assert "drill-bar" not in nurse.get("/log").html
    assert "drill-bar" in nurse.get(f"/log?outage={drill}").html
    assert "drill-bar" in nurse.get(f"/log/pmo.note?outage={drill}").html
