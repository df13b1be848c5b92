"""The pages of a ticked workbook: what it would change, changing it, and what was not applied."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.english import speak_english
from tests.exports.action_book import saved
from tests.exports.tick_book import doses_logged, line_of, melior, taken, tick
from tests.page import Browser, Page
from tests.region import user
from tests.views.import_page import counts
from tracker.extensions import db
from tracker.models import Access, Action, Event, Item, ItemState, TickImport
from tracker.services.item import finish_item

Fetch = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


@pytest.fixture
def ticked(app: Flask) -> bytes:
    """Nine doses: two ticked, one of them finished by a colleague meanwhile, one deleted, one whose code is lost."""
    with app.app_context():
        outage, actions = doses_logged(9)
        book = taken(outage)
        tick(book, actions[0], Reference="M-1", Signature="NN", Time="2026-11-23 14:05")
        tick(book, actions[1], Reference="M-2")
        tick(book, actions[2], Row_code=None)
        melior(book).delete_rows(line_of(melior(book), actions[3]))
        finish_item(actions[1].items[0], "M-9", actor=user("nurse2"))
        db.session.commit()
        return saved(book)


def hand_in(browser: Browser, content: bytes, name: str = "ifylld.xlsx") -> Page:
    return browser.post("/ticks", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def place_of(page: Page) -> str:
    found = re.search(r"/ticks/[0-9a-f-]{36}", page.html)
    assert found, page.html
    return found[0]


def states(app: Flask) -> list[str]:
    with app.app_context():
        return [item.state.value for item in db.session.scalars(select(Item).order_by(Item.id))]


def apply(browser: Browser, page: Page) -> Page:
    shown = browser.post(f"{place_of(page)}/apply")
    while 'id="go-on"' in shown.html:
        shown = browser.post(f"{place_of(page)}/continue")
    return shown


def test_what_is_ticked_is_marked_after_a_preview_and_the_rest_is_named(
    app: Flask, browser: Fetch, ticked: bytes
) -> None:
    nurse = browser("nurse")
    page = hand_in(nurse, ticked)
    assert counts(page) == {
        "to be changed": 1, "happened meanwhile": 1, "not possible": 1, "in already": 0, "not touched": 5, "deleted": 1,
    }  # fmt: skip
    text = unescape(page.html)
    assert "does not stand twice" in text and "Reference: M-9" in text and "Reference: M-2" in text
    assert "lost its row code" in text and "Melior, row 4" in text
    assert states(app).count("done") == 1, "nothing is changed before it is confirmed"
    done = apply(nurse, page)
    assert counts(done) == {"changed now": 1, "in already": 0, "not touched": 5, "not applied": 3}
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == "M-1")).one()
        assert (item.state, item.done_by) == (ItemState.DONE, user("nurse"))
        trace = db.session.scalars(select(Event).where(Event.verb == "ticked")).one()
        assert trace.after is not None
        assert (trace.after["signature"], trace.after["time"]) == ("NN", "2026-11-23 14:05")
        shown = nurse.get(f"/actions/{item.action_id}")
    assert "NN · 2026-11-23 14:05" in unescape(shown.html)


def test_the_same_file_twice_changes_nothing_the_second_time(app: Flask, browser: Fetch, ticked: bytes) -> None:
    nurse = browser("nurse")
    apply(nurse, hand_in(nurse, ticked))
    before = states(app)
    again = hand_in(nurse, ticked)
    assert counts(again)["to be changed"] == 0 and counts(again)["in already"] == 1
    apply(nurse, again)
    assert states(app) == before
    colleague = hand_in(browser("nurse2"), ticked)
    assert counts(colleague)["to be changed"] == 0


def test_the_rest_is_a_workbook_that_says_why(app: Flask, browser: Fetch, ticked: bytes) -> None:
    nurse = browser("nurse")
    done = apply(nurse, hand_in(nurse, ticked))
    response = nurse.client.get(f"{place_of(done)}/rest.xlsx")
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(response.data)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(rows) == 3
    told = " ".join(str(cell) for row in rows for cell in row if cell)
    assert "does not stand twice" in told and "lost its row code" in told and "was deleted" in told and "M-9" in told
    again = hand_in(nurse, response.data, "rester.xlsx")
    assert again.status == 422 and "hidden list" in again.html
    forgotten = nurse.post(f"{place_of(done)}/forget")
    assert forgotten.status == 200
    with app.app_context():
        assert [found.rows for found in db.session.scalars(select(TickImport))] == [[]]
    assert nurse.client.get(f"{place_of(done)}/rest.xlsx").status_code == 404


def test_whoever_is_shown_is_in_the_access_log(app: Flask, browser: Fetch, ticked: bytes) -> None:
    hand_in(browser("nurse"), ticked)
    with app.app_context():
        shown = set(
            db.session.scalars(
                select(Access.patient_id).where(Access.user_id == user("nurse").id, Access.doing == "tick_import.show")
            )
        )
        actions = db.session.scalars(select(Action).order_by(Action.id)).all()
        names = {action.patient_id for action in actions if action.subject.split()[-1] in ("0", "1", "2", "3")}
        assert shown == names, "the changed, the conflict, the one by its number alone, and the deleted"


def test_a_workbook_is_its_readers_alone(app: Flask, browser: Fetch, ticked: bytes) -> None:
    place = place_of(hand_in(browser("nurse"), ticked))
    other = browser("nurse2")
    assert other.get(place).status == 404
    assert other.post(f"{place}/apply").status == 404
    assert browser("admin").get("/ticks").status == 403


def test_a_workbook_of_strangers_shows_no_patient_of_theirs(app: Flask, browser: Fetch, ticked: bytes) -> None:
    page = hand_in(browser("outsider"), ticked)
    assert counts(page)["to be changed"] == 0
    assert "You do not work in the unit" in page.html
    assert "M-9" not in page.html, "what stands in the application of another unit is not told"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"nothing"])
def test_what_is_no_such_workbook_is_refused_in_words(browser: Fetch, ticked: bytes, content: bytes) -> None:
    nurse = browser("nurse")
    page = hand_in(nurse, content)
    assert page.status == 422 and "fault" in page.html
    assert hand_in(nurse, ticked, "ifylld.ods").status == 422
    assert nurse.post("/ticks").status == 422


def test_a_file_that_unpacks_to_too_much_is_not_opened(browser: Fetch, ticked: bytes) -> None:
    bomb = io.BytesIO(ticked)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", b"\0" * (101 * 1024 * 1024))
    page = hand_in(browser("nurse"), bomb.getvalue())
    assert page.status == 422 and "unpacks to more" in page.html


def test_it_is_reached_from_the_lists_and_the_queue(browser: Fetch, ticked: bytes) -> None:
    nurse = browser("nurse")
    assert 'href="/ticks"' in nurse.get("/lists").html
    assert 'href="/ticks"' in nurse.get("/queue").html
