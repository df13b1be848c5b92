"""The pages of sheets that nobody understands yet."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare
from tests.sheets import NOTE, issue, serials
from tests.views.action_page import actions, agreed, filled, value_of
from tracker.extensions import db
from tracker.models import OrphanSheet, OrphanSolution, Outage
from tracker.routine import Routine

Open = Callable[[str | None], Browser]
FOUND = {"fault": "no_patient", "words": "Bertil? 1 g Alvedon", "found_where": "golvet i korridoren"}


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", units=("ward", "clinic")).id


def only(app: Flask) -> tuple[OrphanSolution | None, uuid.UUID | None]:
    with app.app_context():
        orphan = db.session.query(OrphanSheet).one()
        return orphan.solution, orphan.action_id


def note(nurse: Browser, outage: int, **more: str) -> str:
    page = nurse.client.post(
        "/orphans/new", data={"csrf_token": nurse.get("/account").csrf, "place": str(outage), **FOUND, **more}
    )
    assert page.status_code == 302
    return str(page.headers["Location"])


def test_what_is_missing_is_told_and_what_was_typed_is_kept(outage: int, browser: Open) -> None:
    page = browser("nurse").post(
        "/orphans/new", {"place": str(outage), "serial": "42", "words": "", "found_where": "här"}
    )
    assert page.status == 422
    assert 'value="här"' in page.html
    assert 'id="words-error"' in page.html


def test_everybody_of_the_unit_works_it_and_nobody_else_sees_it(app: Flask, outage: int, browser: Open) -> None:
    url = note(browser("nurse"), outage)
    assert "Bertil? 1 g Alvedon" in browser("secretary").get(f"/orphans?outage={outage}").html
    tried = browser("physician").post(f"{url}/attempt", {"attempt-text": "Frågade Nils: inte hans"})
    assert "Frågade Nils: inte hans" in tried.html
    assert browser("outsider").get(url).status == 404
    refused = browser("nurse2").post(f"{url}/nothing", {"nothing-reason": ""})
    assert refused.status == 422
    assert browser("nurse2").post(f"{url}/nothing", {"nothing-reason": "en kladd"}).status == 200
    assert only(app) == (OrphanSolution.NOTHING_TO_ENTER, None)


def test_logging_from_it_fills_in_number_and_words_and_solves_it(
    app: Flask, outage: int, browser: Open, routine: Routine
) -> None:
    with app.app_context():
        serial = serials(issue(db.session.get_one(Outage, outage), 1, NOTE))[0]
    nurse = browser("nurse")
    url = note(nurse, outage, serial=serial)
    assert f'<option selected value="{NOTE}">' in nurse.get(url).html  # the kind that the form is for
    page = nurse.get(f"{url}/log?kind={NOTE}")
    assert value_of(page, "sheet") == serial
    assert "Bertil? 1 g Alvedon" in page.html
    action = re.search(r'<form method="post" action="([^"]+)" id="log-form"', page.html)
    assert action
    target = action[1].replace("&amp;", "&")
    form = filled(routine, NOTE, sheet=serial, note="Bertil? 1 g Alvedon")
    asked = nurse.post(target, form)
    assert only(app) == (None, None)  # shown first: the form is noted as unclear
    nurse.post(target, {**form, "agreed": agreed(asked)})
    assert only(app) == (OrphanSolution.LOGGED, actions(app)[0].id)


def test_another_unit_is_asked_and_takes_it(app: Flask, outage: int, browser: Open) -> None:
    nurse, outsider = browser("nurse"), browser("outsider")
    url = note(nurse, outage)
    assert nurse.post(f"{url}/offer", {"offer-unit": "", "offer-text": ""}).status == 422
    assert nurse.post(f"{url}/offer", {"offer-unit": "clinic", "offer-text": "Er?"}).status == 200
    offered = outsider.get(url)
    assert offered.status == 200
    assert f'action="{url}/take"' in offered.html
    assert f'action="{url}/nothing"' not in offered.html
    taken = outsider.post(f"{url}/take")
    assert taken.status == 200
    assert "Er?" in taken.html
    assert outsider.get(url).status == 404  # theirs has a page of its own
    assert nurse.get(url).status == 200


def test_two_who_solve_it_at_once_are_told_who_came_first(outage: int, browser: Open) -> None:
    url = note(browser("nurse"), outage)
    browser("nurse").post(f"{url}/nothing", {"nothing-reason": "en kladd"})
    second = browser("nurse2").post(f"{url}/attempt", {"attempt-text": "Frågade alla"})
    assert second.status == 409
    assert "Nora Nyström" in second.html
