"""The rows of a workbook that was handed in are not kept for longer than is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app import prepare
from tests.english import speak_english
from tests.exports.action_book import doses, filled, old_outage
from tests.page import Browser
from tests.region import user
from tests.views.import_page import hand_in, let_in, place_of
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Event, Outage
from tracker.models.action_import import ActionImport
from tracker.services.event import CommandLine
from tracker.services.login import set_password

Fetch = Callable[[str | None], Browser]
PASSWORD = "papper och penna 26"


@pytest.fixture
def outage(app: Flask) -> Outage:
    speak_english(app)
    with app.app_context():
        return old_outage("melior", "elvis")


def test_rows_that_nobody_came_back_to_are_gone_after_twelve_hours(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    with app.app_context():
        book = filled(outage, *doses(2), {**doses(3)[2], "dose": "två"})
        set_password(user("secretary"), PASSWORD, actor=CommandLine())
        db.session.commit()

    def somebody_logs_in() -> None:
        visitor = browser(None)
        told = {"login": "secretary", "password": PASSWORD, "csrf_token": visitor.get("/login").csrf}
        assert visitor.client.post("/login", data=told).status_code == 302

    def the_server_starts() -> None:
        with app.app_context():
            db.session.remove()
        prepare(app, app.extensions["tracker.settings"])

    ways = (
        somebody_logs_in,
        the_server_starts,
        lambda: browser("secretary").get("/actions/import"),
        lambda: nurse.get(place_of(page)),
        lambda: nurse.client.get(f"{place_of(page)}/rest.xlsx"),
    )
    for number, way in enumerate(ways):
        page = hand_in(nurse, book)
        if number % 2:
            let_in(nurse, page)  # what was not logged is kept, to be handed back
        aged(app, timedelta(hours=11, minutes=59))
        way()
        assert kept_rows(app), number
        aged(app, timedelta(hours=12, minutes=1))
        way()
        assert kept_rows(app) == [], number
    with app.app_context():
        last = db.session.query(Event).filter(Event.subject_type == "action_import").order_by(Event.id.desc()).first()
        assert last is not None
        assert (last.verb, last.actor_name) == ("workbook-forgotten", "time limit")
    assert nurse.get(place_of(page)).status == 200, "what became of it can still be seen"


def aged(app: Flask, age: timedelta) -> None:
    """Let the uploads whose rows are kept have been read in so long ago."""
    with app.app_context():
        for found in db.session.query(ActionImport):
            found.read_at = utcnow() - age
        db.session.commit()


def kept_rows(app: Flask) -> list[object]:
    with app.app_context():
        return [row for found in db.session.query(ActionImport) for row in found.rows]
