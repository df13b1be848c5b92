"""A unit's own high-risk words: what they would take in, and that they hold for what is not entered yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.english import speak_english
from tests.page import Browser
from tests.region import declare, item_of, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.errors import Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Event, Item, Outage, RiskWord
from tracker.queries.risk_word import would_take_in
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system
from tracker.services.risk_word import add_risk_word, remove_risk_word

Open = Callable[[str | None], Browser]
DOSE = "melior.medication-administration"


def dose(outage: Outage, drug: str, unit_code: str = "ward", actor: str = "nurse") -> Item:
    fields = sample_fields(current_routine().kinds[DOSE], {"drug": drug})
    return item_of(log(outage, DOSE, fields=fields, unit_code=unit_code, actor=actor), "document-administration")


@pytest.mark.usefixtures("context")
def test_a_word_takes_in_what_is_open_and_what_comes_and_leaves_what_is_done() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    done, held, waiting = dose(outage, "Digoxin BioPhausia"), dose(outage, "digoxin"), dose(outage, "Alvedon")
    elsewhere = dose(outage, "Digoxin", "clinic", "outsider")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    finish_item(done, actor=user("nurse"))
    claim_item(held, actor=user("nurse"))
    assert would_take_in(unit(), "potassium", "Digox") == [held]
    row = add_risk_word(unit(), "potassium", " Digox ", actor=user("manager"))
    assert row.word == "digox"
    assert [item.high_risk for item in (done, held, waiting, elsewhere)] == ["", "potassium", "", ""]
    assert held.risk == 1
    assert dose(outage, "Digoxin").high_risk == "potassium"
    finish_item(held, actor=user("nurse"))
    assert held.state == "entered"
    verbs = set(db.session.scalars(select(Event.verb)))
    assert {"risk-word-added", "risk-changed"} <= verbs


@pytest.mark.usefixtures("context")
def test_taken_off_the_list_it_frees_what_is_not_entered_and_leaves_what_awaits_a_second_person() -> None:
    outage = declare("melior")
    entered, waiting = dose(outage, "Digoxin"), dose(outage, "Digoxin")
    row = add_risk_word(unit(), "potassium", "digoxin", actor=user("manager"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    finish_item(entered, actor=user("nurse"))
    remove_risk_word(row, actor=user("manager2"))
    assert (entered.state, entered.high_risk) == ("entered", "potassium")
    assert (waiting.high_risk, waiting.risk) == ("", 4)
    assert db.session.scalars(select(RiskWord)).all() == []


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("category", "word"),
    [("potassium", "di"), ("potassium", "x" * 61), ("potassium", "--- x"), ("sugar", "digoxin"), ("opioid", "Morfin")],
)
def test_what_is_no_word_or_on_the_list_already_is_refused(category: str, word: str) -> None:
    with pytest.raises(Invalid):
        add_risk_word(unit(), category, word, actor=user("manager"))


@pytest.mark.usefixtures("context")
def test_only_the_units_manager_sets_it() -> None:
    for login in ("nurse", "outsider", "director", "admin"):
        with pytest.raises(Forbidden):
            add_risk_word(unit(), "potassium", "digoxin", actor=user(login))


def test_the_manager_sees_first_what_it_would_take_in(app: Flask, browser: Open) -> None:
    speak_english(app)
    with app.app_context():
        outage = declare("melior")
        dose(outage, "Digoxin")
        dose(outage, "Digoxin")
    manager = browser("manager")
    path = "/units/ward/risk-words"
    page = manager.post(path, {"category": "potassium", "word": "Digox", "verb": "preview"})
    assert "It would take in 2 follow-ups" in page.html
    assert "Digoxin (2)" in page.html
    with app.app_context():
        assert db.session.scalars(select(RiskWord)).all() == []
    page = manager.post(path, {"category": "potassium", "word": "Digox", "verb": "add"})
    assert "digox" in page.html
    assert manager.post(path, {"category": "potassium", "word": "digox", "verb": "add"}).status == 422
    assert "digox" in browser("nurse").get("/units/ward/local-routine").html
    assert "High-risk words" in manager.get("/history").html
    with app.app_context():
        row = db.session.scalars(select(RiskWord)).one().id
    assert manager.post(f"{path}/{row}/remove").status == 200
    assert manager.post(f"{path}/{row}/remove").status == 404


@pytest.mark.parametrize(("login", "status"), [("nurse", 403), ("outsider", 403), ("admin", 403), ("manager2", 200)])
def test_the_page_is_for_the_units_manager(browser: Open, login: str, status: int) -> None:
    assert browser(login).get("/units/ward/risk-words").status == status
