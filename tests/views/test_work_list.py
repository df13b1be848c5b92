"""The pages of whole-group work: what stands on them, ticking several rows, and what a refusal keeps."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.english import speak_english
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Access, Action, Item, ItemState
from tracker.services.item import claim_item
from tracker.services.outage import restore_system

Open = Callable[[str | None], Browser]
VISITS = "/work-lists/visits"


@pytest.fixture(autouse=True)
def _english(app: Flask) -> None:
    speak_english(app)


def logged(system: str, kind: str, count: int = 2, *, drill: bool = False, **fields: Any) -> list[uuid.UUID]:
    """So many of a kind, each about a patient of its own, and the system back."""
    outage = declare(system, drill=drill)
    values = sample_fields(current_routine().kinds[kind], fields)
    who = "physician" if "dictation" in kind else "nurse"
    actions = [
        log(
            outage,
            kind,
            fields={**values, **fields},
            identity=TEST_NUMBERS[number],
            name=f"Patient {number}",
            actor=who,
        )
        for number in range(count)
    ]
    restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()
    return [action.id for action in actions]


def states(action_id: uuid.UUID) -> list[str]:
    action = db.session.get(Action, action_id)
    assert action is not None
    return [item.state.value for item in action.items]


def ticked(html: str) -> set[str]:
    boxes = re.findall(r"<input type=\"checkbox\" name=\"row\"[^>]*>", html)
    return {re.search(r'value="([^"]+)"', box)[1] for box in boxes if " checked" in box}  # type: ignore[index]


def test_the_lists_say_what_is_left_of_each_step(app: Flask, browser: Open) -> None:
    with app.app_context():
        logged("medspeech", "medspeech.dictation", medium="dpm")
    page = browser("secretary").get("/work-lists")
    text = " ".join(re.sub(r"<[^>]+>", " ", page.html).split())
    assert "DPMs and tapes 2 left To type 2 left" in text
    assert "Operations to save again" in text


def test_several_dpms_are_docked_at_once_by_whoever_dictated(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, second = logged("medspeech", "medspeech.dictation", medium="dpm", device_number="DPM 7", minutes=4)
    page = browser("secretary").get("/work-lists/dictations?step=dock")
    assert "DPM 7" in page.html and "Peter Palm" in page.html and "4 min" in page.html
    assert 'name="row"' not in page.html, "the secretary sees them; whoever dictated docks"
    physician = browser("physician")
    done = physician.post("/work-lists/dictations/dock/docked", {"row": [str(first), str(second)]})
    assert done.status == 200 and "Docked or handed over: 2 rows." in done.html
    with app.app_context():
        assert [states(one)[0] for one in (first, second)] == ["done", "done"]


def test_a_visit_and_its_payment_in_one_go_with_a_reference(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, second = logged("elvis", "elvis.visit")
    secretary = browser("secretary")
    assert secretary.get(VISITS).html.count('name="row"') == 2
    secretary.post(f"{VISITS}/register/all", {"row": str(first), f"reference-{first}": "B 77", f"version-{first}": "1"})
    with app.app_context():
        assert (states(first), states(second)) == (["done", "done"], ["open", "open"])
        action = db.session.get(Action, first)
        assert action is not None and {item.reference for item in action.items} == {"B 77"}


def test_one_refused_row_undoes_all_and_keeps_what_was_ticked_and_typed(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, second = logged("elvis", "elvis.visit")
        action = db.session.get(Action, first)
        assert action is not None
        claim_item(item_of(action, "register-visit"), actor=user("secretary2"))
        db.session.commit()
    page = browser("secretary").post(
        f"{VISITS}/register/all", {"row": [str(first), str(second)], f"reference-{second}": "B 78"}
    )
    assert page.status == 409
    assert "1 row says why it cannot be done" in page.html and "Sven Sand has it." in page.html
    assert ticked(page.html) == {str(second)} and 'value="B 78"' in page.html
    with app.app_context():
        assert (states(first), states(second)) == (["claimed", "open"], ["open", "open"])


def test_a_row_that_a_colleague_did_meanwhile_is_named_as_gone(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, second = logged("elvis", "elvis.visit")
    browser("secretary2").post(f"{VISITS}/register/all", {"row": str(first)})
    page = browser("secretary").post(f"{VISITS}/register/all", {"row": [str(first), str(second)]})
    assert page.status == 409 and "Nothing is saved yet" in page.html
    assert ticked(page.html) == {str(second)}


def test_nothing_ticked_is_told(app: Flask, browser: Open) -> None:
    with app.app_context():
        logged("elvis", "elvis.visit")
    page = browser("secretary").post(f"{VISITS}/register/all", {"row": "not a row"})
    assert page.status == 422 and "Tick the rows first." in page.html


def test_dictations_are_taken_together_and_lead_to_the_work(app: Flask, browser: Open) -> None:
    with app.app_context():
        rows = logged("melior", "melior.dictation", 3)
    page = browser("secretary").post("/work-lists/dictations/type/take", {"row": [str(row) for row in rows[:2]]})
    assert page.status == 200 and "data-mine" in page.html
    with app.app_context():
        assert [states(row) for row in rows] == [["claimed"], ["claimed"], ["open"]]


def test_other_units_and_other_lists_are_not_there(app: Flask, browser: Open) -> None:
    with app.app_context():
        first, _second = logged("elvis", "elvis.visit")
    outsider = browser("outsider")
    assert "Patient 0" not in outsider.get(VISITS).html
    assert outsider.post(f"{VISITS}/register/all", {"row": str(first)}).status == 409
    assert outsider.get("/work-lists/nothing").status == 404
    assert outsider.post(f"{VISITS}/register/nothing", {"row": str(first)}).status == 404
    with app.app_context():
        assert states(first) == ["open", "open"]


def test_drills_are_never_among_what_is_real(app: Flask, browser: Open) -> None:
    with app.app_context():
        logged("elvis", "elvis.visit", 1, drill=True)
        logged("melior", "melior.note", 1)
    assert "Patient 0" not in browser("secretary").get(VISITS).html
    assert "Patient 0" in browser("secretary").get(f"{VISITS}?outage=drill").html


def test_whose_rows_are_shown_is_in_the_access_log(app: Flask, browser: Open) -> None:
    with app.app_context():
        logged("elvis", "elvis.visit", 3)
    browser("secretary").get(VISITS)
    with app.app_context():
        seen = db.session.scalars(select(Access.patient_id).where(Access.user_id == user("secretary").id)).all()
        assert len(set(seen)) == 3


def test_what_waits_is_shown_with_the_reason_and_cannot_be_ticked(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("elvis")
        log(outage, "elvis.provisio-record", name="Patient 9")
    page = browser("secretary").get("/work-lists/surgery-saves")
    assert "Patient 9" in page.html and "Waits for ELVIS" in page.html and 'name="row"' not in page.html
    with app.app_context():
        assert db.session.scalars(select(Item)).one().state is ItemState.OPEN
