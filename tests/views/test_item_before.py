"""Asked before an item is entered: is it there already, was an electronic one sent too, who else must see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.english import speak_english
from tests.page import Browser
from tests.region import declare, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, Item
from tracker.queries.twin import twin_item
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system

Open = Callable[[str | None], Browser]
DOSE, ORDER, PRESCRIPTION = "melior.medication-administration", "melior.chemistry-order", "melior.prescription"


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> None:
    speak_english(app)


def items_of(app: Flask, kind: str, actor: str, *given: dict[str, Any]) -> list[dict[str, int]]:
    """Actions of a kind whose systems are back: their items by id."""
    with app.app_context():
        outage = declare("melior", "svarsdatabasen")
        actions = [
            log(
                outage,
                kind,
                actor=actor,
                fields=sample_fields(current_routine().kinds[kind], fields),
                performed_at=utcnow() - timedelta(hours=2 - number),
            )
            for number, fields in enumerate(given)
        ]
        for system in ("melior", "svarsdatabasen"):
            restore_system(outage, system, utcnow(), actor=user("it"))
        db.session.commit()
        return [{item.item: item.id for item in action.items} | {"version": action.version} for action in actions]


def stored(app: Flask, item_id: int) -> Item:
    with app.app_context():
        item = db.session.get(Item, item_id)
        assert item is not None
        return item


def action_of(app: Flask, item_id: int) -> Action:
    item = db.session.get(Item, item_id)
    assert item is not None
    return item.action


def test_what_may_have_arrived_is_asked_about_first_and_arrived_finishes_it(app: Flask, browser: Open) -> None:
    (order,) = items_of(app, ORDER, "nurse", {"form": "paper", "fax_reply": False})
    nurse, item = browser("nurse"), order["watch-result"]
    page = nurse.get(f"/items/{item}")
    assert all(f'value="{answer}"' in page.html for answer in ("arrived", "twice", "missing"))
    nurse.post(f"/items/{item}/arrival", {"answer": "missing", "version": 1})
    assert stored(app, item).state == "open"
    assert "It was not there" in nurse.get(f"/items/{item}").html
    page = nurse.post(f"/items/{item}/arrival", {"answer": "arrived", "reference": "LAB-7", "version": 1})
    assert page.status == 200
    assert (stored(app, item).state, stored(app, item).reference) == ("done", "LAB-7")
    assert 'class="arrival"' not in page.html
    assert "It stood there: Nora Nyström" in page.html
    assert "Looked whether it had arrived by itself" in page.html


def test_twice_puts_the_twin_on_the_list(app: Flask, browser: Open) -> None:
    (order,) = items_of(app, ORDER, "nurse", {"form": "paper", "fax_reply": False})
    browser("nurse").post(f"/items/{order['watch-result']}/arrival", {"answer": "twice", "version": 1})
    with app.app_context():
        twin = twin_item(action_of(app, order["watch-result"]))
        assert twin is not None
        twin_id = twin.id
    page = browser("nurse").get(f"/items/{twin_id}")
    assert "It stands there twice." in page.html


def test_a_result_that_arrived_is_still_to_be_signed(app: Flask, browser: Open) -> None:
    (order,) = items_of(app, "svarsdatabasen.radiology-urgent", "physician", {})
    physician, item = browser("physician"), order["sign-result"]
    assert "something is still to be done by hand" in physician.get(f"/items/{item}").html
    page = physician.post(f"/items/{item}/arrival", {"answer": "arrived", "version": 1})
    assert "It stood there" in page.html
    assert stored(app, item).state == "open"


def test_no_answer_an_older_reading_and_what_another_has_are_refused_with_what_was_typed(
    app: Flask, browser: Open
) -> None:
    (order,) = items_of(app, ORDER, "nurse", {"form": "paper", "fax_reply": False})
    item = order["watch-result"]
    page = browser("nurse").post(f"/items/{item}/arrival", {"reference": "LAB-7", "version": 1})
    assert page.status == 422
    assert 'value="LAB-7"' in page.html
    page = browser("nurse").post(f"/items/{item}/arrival", {"answer": "arrived", "reference": "LAB-7", "version": 0})
    assert page.status == 409
    with app.app_context():
        found = db.session.get(Item, item)
        assert found is not None
        claim_item(found, actor=user("nurse2"))
        db.session.commit()
    page = browser("nurse").post(f"/items/{item}/arrival", {"answer": "arrived", "version": 1})
    assert page.status == 409
    assert "Nils Norberg" in page.html
    assert stored(app, item).state == "claimed"
    assert browser("secretary").post(f"/items/{item}/arrival", {"answer": "missing", "version": 1}).status == 403
    assert browser("outsider").post(f"/items/{item}/arrival", {"answer": "missing"}).status == 404


def test_an_electronic_one_was_sent_too(app: Flask, browser: Open) -> None:
    (paper,) = items_of(app, PRESCRIPTION, "physician", {"form": "paper", "drug": "Alvedon"})
    physician, item = browser("physician"), paper["document-prescription"]
    assert "An electronic one was sent too" in physician.get(f"/items/{item}").html
    assert physician.post(f"/items/{item}/twin", {"version": 1}).status == 422
    page = physician.post(f"/items/{item}/twin", {"reason": "E-recept sänt 10.15", "version": 1})
    assert "An electronic one was sent too" not in page.html
    with app.app_context():
        twin = twin_item(action_of(app, item))
        assert twin is not None
        assert twin.attention_note == "E-recept sänt 10.15"
    assert browser("outsider").post(f"/items/{item}/twin", {"reason": "x"}).status == 404


def test_one_on_paper_and_one_electronic_are_pointed_out(app: Flask, browser: Open) -> None:
    paper, sent = items_of(
        app,
        PRESCRIPTION,
        "physician",
        {"form": "paper", "drug": "Alvedon"},
        {"form": "deferred", "drug": "Alvedon"},
    )
    physician = browser("physician")
    assert "Maybe sent twice." in physician.get(f"/items/{paper['document-prescription']}").html
    assert "Maybe sent twice." in physician.get(f"/items/{sent['send-e-prescription']}").html


def test_an_entered_item_says_who_is_awaited_and_leads_the_second_person_to_the_check(
    app: Flask, browser: Open
) -> None:
    (dose,) = items_of(app, DOSE, "nurse", {"drug": "Morfin"})
    item = dose["document-administration"]
    with app.app_context():
        found = db.session.get(Item, item)
        assert found is not None
        finish_item(found, actor=user("nurse"))
        db.session.commit()
    for path in ("/queue?state=entered&system=all", f"/items/{item}", "/"):
        assert f"/checks/{item}" in browser("nurse2").get(path).html or path == "/"
        assert f"/checks/{item}" not in browser("nurse").get(path).html
    assert "1 high-risk entry to check" in browser("nurse2").get("/").html
    assert "It waits for a second person." in browser("nurse").get(f"/items/{item}").html
    assert browser("nurse").post(f"/items/{item}/undo").status == 200
    assert stored(app, item).state == "open"
