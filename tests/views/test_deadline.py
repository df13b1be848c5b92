"""Age against the limit: said in words wherever an item stands, and the queue can show only what is past its limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from tests.english import speak_english
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, user
from tracker.extensions import db
from tracker.models import Action, Item
from tracker.services.item import claim_item
from tracker.services.outage import restore_system
from tracker.views.deadline import age_against, span

DOSE = "melior.medication-administration"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
Open = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def _english(app: Flask) -> None:
    speak_english(app)


def doses(*hours_ago: float) -> list[Item]:
    """A dose of a patient each, so long ago, ready to enter."""
    outage = declare("melior", hours_ago=300)
    actions: list[Action] = [
        log(outage, DOSE, identity=number, name=f"Patient {number[-4:]}", performed_at=NOW - timedelta(hours=hours))
        for hours, number in zip(hours_ago, TEST_NUMBERS, strict=False)
    ]
    restore_system(outage, "melior", NOW, actor=user("it"))
    db.session.commit()
    return [item_of(action, "document-administration") for action in actions]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("hours", "text", "level"),
    [
        (0.5, "30 min of 2 d", "fine"),
        (28, "1 d 4 h of 2 d", "fine"),
        (42, "6 h left of 2 d", "soon"),
        (48, "0 min left of 2 d", "soon"),
        (53, "over by 5 h", "over"),
        (73.5, "over by 1 d 1 h", "over"),
        (-1, "0 min of 2 d", "fine"),
    ],
)
def test_the_words_say_what_the_colour_says(hours: float, text: str, level: str) -> None:
    since = NOW - timedelta(hours=hours)
    age = age_against(since, since + timedelta(hours=48), NOW)
    assert (age.text, age.level) == (text, level)
    assert 0 <= age.share <= 100


@pytest.mark.usefixtures("context")
def test_a_span_leaves_out_parts_that_are_nothing() -> None:
    assert [span(timedelta(minutes=minutes)) for minutes in (0, 59, 61, 1440, 1500)] == [
        "0 min",
        "59 min",
        "1 h",
        "1 d",
        "1 d 1 h",
    ]


@time_machine.travel(NOW, tick=False)
def test_the_queue_shows_the_age_of_each_item_against_its_limit(app: Flask, browser: Open) -> None:
    with app.app_context():
        doses(2, 53)
    html = browser("nurse").get("/queue").html
    assert re.search(r'class="age age-fine".*?2 h of 2 d', html, re.DOTALL)
    assert re.search(r'class="age age-over".*?over by 5 h', html, re.DOTALL)


@time_machine.travel(NOW, tick=False)
def test_only_what_is_past_its_limit_can_be_shown(app: Flask, browser: Open) -> None:
    with app.app_context():
        doses(2, 53)
    page = browser("nurse").get("/queue?limit=over")
    assert TEST_NUMBERS[1][-4:] in page.html
    assert f"Patient {TEST_NUMBERS[0][-4:]}" not in page.html
    assert '<option value="over" selected>' in page.html


@time_machine.travel(NOW, tick=False)
def test_the_item_and_its_patient_s_work_show_it_too(app: Flask, browser: Open) -> None:
    with app.app_context():
        item = doses(53)[0]
        claim_item(item, actor=user("nurse"))
        db.session.commit()
        item_id, patient_id = item.id, item.action.patient_id
    assert "over by 5 h" in browser("nurse").get(f"/items/{item_id}").html
    assert "over by 5 h" in browser("nurse").get(f"/queue/patient/{patient_id}?system=melior").html


@time_machine.travel(NOW, tick=False)
def test_an_entry_says_by_when_the_record_is_to_be_locked(app: Flask, browser: Open) -> None:
    with app.app_context():
        item_id = doses(53)[0].id
    assert "To be signed and locked in the record by 2026-12-06." in browser("nurse").get(f"/items/{item_id}").html


@time_machine.travel(NOW, tick=False)
def test_the_overview_counts_what_is_past_its_limit_and_how_long(app: Flask, browser: Open) -> None:
    with app.app_context():
        doses(2, 53, 80, 24 * 15)
    for login in ("manager", "director"):
        html = re.sub(r"<[^>]+>|\s+", " ", browser(login).get("/overview").html)
        assert re.search(r"3 +Over their limit +the oldest by 13 d 0 h", html)
        assert "1 not entered although the record should be locked" in html


@time_machine.travel(NOW, tick=False)
def test_nothing_past_its_limit_is_said_in_words(app: Flask, browser: Open) -> None:
    with app.app_context():
        doses(2)
    html = re.sub(r"<[^>]+>|\s+", " ", browser("director").get("/overview").html)
    assert re.search(r"0 +Over their limit +all within their time", html)
