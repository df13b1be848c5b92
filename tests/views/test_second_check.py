"""The second person's pages: what waits, side by side, and a difference that cannot be overlooked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Access, Item
from tracker.queries.second_check import checked_fields
from tracker.services.item import finish_item
from tracker.services.outage import restore_system

Open = Callable[[str | None], Browser]
DOSE = "melior.medication-administration"


def enter(app: Flask, *drugs: str, by: str = "nurse") -> list[int]:
    """High-risk doses of one patient each, entered by one nurse."""
    with app.app_context():
        outage = declare("melior")
        kind = current_routine().kinds[DOSE]
        given = {"dose": 5, "dose_unit": "mg", "outcome": "given", "route": "peroralt"}
        items = [
            item_of(
                log(outage, DOSE, fields=sample_fields(kind, {**given, "drug": drug}), identity=TEST_NUMBERS[number]),
                "document-administration",
            )
            for number, drug in enumerate(drugs)
        ]
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        for item in items:
            finish_item(item, "MEL-1", actor=user(by))
        db.session.commit()
        return [item.id for item in items]


def ticked(app: Flask, item_id: int, **read: str) -> dict[str, Any]:
    """Everything the same, except what was written instead."""
    with app.app_context():
        item = db.session.get(Item, item_id)
        assert item is not None
        fields = checked_fields(item, "sv")
        sent = {f"same-{field.id}": "y" for field in fields if field.id not in read}
        return {
            **sent,
            **{f"read-{name}": text for name, text in read.items()},
            "revision": item.revision,
            "verb": "check",
        }


def state(app: Flask, item_id: int) -> str:
    with app.app_context():
        item = db.session.get(Item, item_id)
        assert item is not None
        return item.state.value


@pytest.fixture
def entries(app: Flask) -> list[int]:
    return enter(app, "Morfin", "Waran")


def test_the_list_shows_what_waits_for_me_and_what_of_mine_waits(browser: Open, entries: list[int]) -> None:
    theirs = browser("nurse2").get("/checks").html
    assert all(f"/checks/{item}" in theirs for item in entries)
    assert "Nora Nyström" in theirs
    mine = browser("nurse").get("/checks").html
    assert f"/checks/{entries[0]}" not in mine
    assert all(f"/items/{item}" in mine for item in entries)
    assert "väntar på en andra person" in mine or "waiting for a second person" in mine
    assert "Morfin" not in browser("outsider").get("/checks").html


def test_logged_and_read_stand_side_by_side_and_nothing_is_ticked_beforehand(browser: Open, entries: list[int]) -> None:
    page = browser("nurse2").get(f"/checks/{entries[0]}")
    assert "Morfin" in page.html
    assert "checked" not in page.html.replace("Checked", "")
    assert page.html.count('class="check-row') == 7


def test_ticked_line_by_line_it_is_done_and_the_next_comes(app: Flask, browser: Open, entries: list[int]) -> None:
    nurse = browser("nurse2")
    page = nurse.post(f"/checks/{entries[0]}", ticked(app, entries[0]), follow=False)
    assert page.location.endswith(f"/checks/{entries[1]}")
    assert state(app, entries[0]) == "done"
    last = nurse.post(f"/checks/{entries[1]}", ticked(app, entries[1], dose="5,0"), follow=False)
    assert last.location.endswith("/checks")
    assert state(app, entries[1]) == "done"


def test_a_line_left_open_is_refused(app: Flask, browser: Open, entries: list[int]) -> None:
    sent = ticked(app, entries[0])
    del sent["same-dose"]
    page = browser("nurse2").post(f"/checks/{entries[0]}", sent)
    assert page.status == 422
    assert "check-open" in page.html
    assert "check-differs" not in page.html
    assert state(app, entries[0]) == "entered"


def test_a_difference_comes_back_highlighted_with_everything_kept_and_a_note_begun(
    app: Flask, browser: Open, entries: list[int]
) -> None:
    page = browser("nurse2").post(f"/checks/{entries[0]}", ticked(app, entries[0], dose="50"))
    assert page.status == 422
    assert page.html.count("check-differs") == 1
    assert 'value="50"' in page.html
    assert page.html.count(" checked") == 6
    assert "50." in page.html.split("<textarea")[1].split("</textarea>")[0]
    assert state(app, entries[0]) == "entered"


def test_sent_back_with_what_is_wrong_it_is_on_the_list_of_who_entered_it(
    app: Flask, browser: Open, entries: list[int]
) -> None:
    nurse = browser("nurse2")
    sent = {**ticked(app, entries[0], dose="50"), "verb": "reject"}
    assert nurse.post(f"/checks/{entries[0]}", sent).status == 422
    assert nurse.post(f"/checks/{entries[0]}", {**sent, "note": "Det står 50 mg."}, follow=False).status == 302
    assert state(app, entries[0]) == "open"
    assert "Det står 50 mg." in browser("nurse").get("/checks").html


def test_an_older_reading_is_refused_and_its_ticks_are_gone(app: Flask, browser: Open, entries: list[int]) -> None:
    sent = {**ticked(app, entries[0], drug="Morfin"), "revision": 1}
    page = browser("nurse2").post(f"/checks/{entries[0]}", sent)
    assert page.status == 409
    assert " checked" not in page.html
    assert 'value="Morfin"' in page.html
    assert state(app, entries[0]) == "entered"


def test_two_at_once_the_second_is_told_who_was_first(app: Flask, browser: Open, entries: list[int]) -> None:
    sent = ticked(app, entries[0])
    browser("nurse2").post(f"/checks/{entries[0]}", sent)
    page = browser("physician").post(f"/checks/{entries[0]}", sent)
    assert page.status == 409
    assert "Nils Norberg" in page.html


def test_who_entered_it_and_who_may_not_check_read_the_entry_instead(
    app: Flask, browser: Open, entries: list[int]
) -> None:
    for login in ("nurse", "secretary"):
        assert browser(login).get(f"/checks/{entries[0]}", follow=False).location.endswith(f"/items/{entries[0]}")
        assert browser(login).post(f"/checks/{entries[0]}", ticked(app, entries[0])).status == 403
    assert browser("outsider").get(f"/checks/{entries[0]}").status == 404
    assert browser("director").get("/checks").status == 403


def test_the_access_log_knows_whose_entry_was_read(app: Flask, browser: Open, entries: list[int]) -> None:
    browser("physician").get(f"/checks/{entries[0]}")
    with app.app_context():
        doings = list(db.session.scalars(select(Access.doing).where(Access.user_id == user("physician").id)))
    assert "second_check.show" in doings
