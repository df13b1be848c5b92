"""A ticked workbook against what happened meanwhile: nothing of anybody else's is overwritten, everything is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.english import speak_english
from tests.exports.action_book import saved
from tests.exports.tick_book import doses_logged, keep, line_of, log_dose, melior, read_in, taken, tick, write
from tests.region import declare, fields_for, item_of, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, Item, ItemState, Outage, TickImport
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.item import (
    answer_item,
    ask_about_item,
    begin_item,
    claim_item,
    finish_item,
    mark_item_not_needed,
    release_item,
    undo_item,
)
from tracker.services.outage import restore_system
from tracker.services.tick_judge import Standing
from tracker.services.tick_plan import PlannedTick, plan_ticks

Logged = tuple[Outage, Action, Item]


@pytest.fixture
def logged(app: Flask, context: None) -> Logged:
    speak_english(app)
    outage, (action,) = doses_logged(1)
    return outage, action, action.items[0]


def planned(found: TickImport, login: str = "nurse") -> PlannedTick:
    (only,) = plan_ticks(found, user(login)).rows
    return only


def conflict(found: TickImport, login: str = "nurse") -> tuple[str, tuple[str, ...]]:
    """Why, and what stands in the application. Applying it changes nothing."""
    only = planned(found, login)
    assert only.standing is Standing.CONFLICT, only
    return only.verdict.reason, only.verdict.theirs


def problem(found: TickImport, login: str = "nurse") -> str:
    only = planned(found, login)
    assert only.standing is Standing.PROBLEM, only
    return only.verdict.reason


def ticked(outage: Outage, item: Item | Action, answer: str = "Done", **cells: object) -> bytes:
    book = taken(outage)
    tick(book, item, answer, **cells)
    return saved(book)


def test_what_a_colleague_finished_stays_and_both_are_shown(logged: Logged) -> None:
    outage, action, item = logged
    book = ticked(outage, item, Reference="M-2")
    finish_item(item, "M-1", actor=user("nurse2"))
    why, theirs = conflict(keep(book))
    assert "does not stand twice" in why
    assert theirs[0] == "Done" and theirs[1].startswith("Nils Norberg, 2") and theirs[2] == "Reference: M-1"
    read_in(book)
    assert (item.state, item.reference, item.done_by) == (ItemState.DONE, "M-1", user("nurse2"))
    assert action.items == [item]


def test_what_the_reader_finished_in_the_application_too_is_known(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    finish_item(item, "M-1", actor=user("nurse"))
    assert planned(keep(book)).standing is Standing.KNOWN
    other_reference = ticked(outage, item)
    assert keep(other_reference).rows == [] or planned(keep(other_reference)).standing is not Standing.CHANGE


def test_a_reader_who_entered_another_reference_is_asked(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item, Reference="M-2")
    finish_item(item, "M-1", actor=user("nurse"))
    why, theirs = conflict(keep(book))
    assert "finished" in why and "Reference: M-1" in theirs


def test_an_action_that_was_corrected_is_not_finished_by_an_older_reading(logged: Logged) -> None:
    outage, action, item = logged
    book = ticked(outage, item)
    correct_action(action, Correction("fel dos", fields={**action.fields, "dose": 9}), actor=user("nurse"))
    why, _theirs = conflict(keep(book))
    assert "corrected" in why
    read_in(book)
    assert item.state is ItemState.OPEN


def test_a_voided_action_is_told(logged: Logged) -> None:
    outage, action, item = logged
    book = ticked(outage, item)
    void_action(action, "Loggad två gånger", actor=user("nurse"))
    why, theirs = conflict(keep(book))
    assert "voided" in why and any("Loggad två gånger" in line for line in theirs)


def test_what_a_colleague_holds_or_has_begun_is_left_to_them(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    claim_item(item, actor=user("nurse2"))
    assert conflict(keep(book))[0] == "Nils Norberg has it."
    begin_item(item, actor=user("nurse2"))
    assert "has begun" in conflict(keep(book))[0]
    release_item(item, actor=user("nurse2"))
    assert "Check the system first" in conflict(keep(book))[0]


def test_a_claim_that_was_let_go_before_anything_was_begun_is_nothing(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    claim_item(item, actor=user("nurse2"))
    release_item(item, actor=user("nurse2"))
    assert planned(keep(book)).standing is Standing.CHANGE


def test_a_question_asked_meanwhile_answered_or_not_is_told(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    ask_about_item(item, "Vilken styrka?", actor=user("nurse2"))
    why, theirs = conflict(keep(book))
    assert "question was asked" in why and "Question: Vilken styrka?" in theirs
    answer_item(item, "500 mg", actor=user("nurse"))
    why, theirs = conflict(keep(book))
    assert "Read the answer first" in why and "Answer: 500 mg" in theirs


def test_a_patient_who_moved_to_another_unit_takes_the_item_along(logged: Logged) -> None:
    outage, action, item = logged
    book = ticked(outage, item)
    action.unit = unit("clinic")
    db.session.commit()
    only = planned(keep(book))
    assert only.standing is Standing.CONFLICT and "another unit" in only.verdict.reason
    assert only.item is None, "what the reader may not see is not shown"
    assert "another unit" in conflict(keep(book, "manager"), "manager")[0]
    read_in(book, "manager")
    assert item.state is ItemState.OPEN


def test_what_was_undone_after_the_workbook_was_made_is_looked_at_first(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    finish_item(item, actor=user("nurse2"))
    undo_item(item, actor=user("nurse2"))
    assert "Check the system first" in conflict(keep(book))[0]


def test_what_the_reader_had_begun_in_the_application_is_looked_at_first(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    with time_machine.travel(utcnow() + timedelta(minutes=40)):
        reason, theirs = conflict(keep(book))
        assert "Check the system first" in reason
        assert any("Nora Nyström, 20" in line for line in theirs), "who had begun, and when"
        claim_item(item, actor=user("nurse"))
        assert "Check the system first" in conflict(keep(book))[0]


def test_what_was_finished_when_the_workbook_was_made_is_changed_in_the_application(logged: Logged) -> None:
    outage, _action, item = logged
    mark_item_not_needed(item, "Fanns", actor=user("nurse"))
    book = taken(outage)
    write(melior(book), line_of(melior(book), item), Tick=None)
    assert "changed in the application" in problem(keep(saved(book)))


def test_a_waiting_item_cannot_be_done_but_may_be_not_needed_or_asked_about(app: Flask, context: None) -> None:
    speak_english(app)
    outage, (action,) = doses_logged(1, back=False)
    assert "waits for: Melior" in problem(keep(ticked(outage, action)))
    for answer in ("Not needed", "Question"):
        assert planned(keep(ticked(outage, action, answer, Comment="Text"))).standing is Standing.CHANGE


def test_a_step_may_be_ticked_together_with_the_one_before_it(app: Flask, context: None) -> None:
    speak_english(app)
    outage = declare("elvis")
    kind = current_routine().kinds["elvis.visit"]
    spec = next(spec for spec in kind.items if spec.item == "register-payment")
    action = log(outage, kind.id, fields=fields_for(kind, spec))
    restore_system(outage, "elvis", utcnow(), actor=user("it"))
    visit, payment = item_of(action, "register-visit"), item_of(action, "register-payment")
    book = taken(outage)
    sheet = book.worksheets[1]
    write(sheet, line_of(sheet, payment), Tick="Done")
    assert "waits for" in problem(keep(saved(book), "secretary"), "secretary")
    write(sheet, line_of(sheet, visit), Tick="Done")
    read_in(saved(book), "secretary", portion=1)
    assert (visit.state, payment.state) == (ItemState.DONE, ItemState.DONE)


@pytest.mark.parametrize(
    ("answer", "cells", "said"),
    [
        (None, {"Reference": "M-1"}, "nothing is ticked"),
        ("Kanske", {}, "none of the answers"),
        ("Not needed", {}, "does not say why"),
        ("Question", {"Signature": "NN"}, "what is asked"),
        ("Question", {"Comment": "?" * 2001}, "too long"),
        ("Done", {"Reference": "M" * 121}, "too long"),
    ],
)
def test_what_is_filled_in_by_halves_is_named(logged: Logged, answer: str, cells: dict[str, str], said: str) -> None:
    assert said in problem(keep(ticked(logged[0], logged[2], answer, **cells)))


def test_another_role_and_another_unit_are_named(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    assert "another role" in problem(keep(book, "secretary"), "secretary")
    assert "do not work in the unit" in problem(keep(book, "outsider"), "outsider")
    assert planned(keep(book, "outsider"), "outsider").item is None


def test_what_asks_for_more_is_finished_in_the_application(logged: Logged) -> None:
    outage = logged[0]
    kind = current_routine().kinds["melior.chemistry-order"]
    spec = next(spec for spec in kind.items if any(field.required for field in spec.finish))
    assert spec.when is not None
    action = log(outage, kind.id, fields=sample_fields(kind, {"form": "paper", spec.when.field: spec.when.equals[0]}))
    item = item_of(action, spec.item)
    book = taken(outage)
    sheet = next(sheet for sheet in book.worksheets[1:] if any(cell.value == item.id for cell in sheet["A"]))
    write(sheet, line_of(sheet, item), Tick="Done")
    found = plan_ticks(keep(saved(book)), user("nurse")).rows
    assert "Finish it in the application" in found[0].verdict.reason


def test_rows_of_another_outage_change_nothing_there(logged: Logged) -> None:
    outage, _action, item = logged
    other, (theirs,) = doses_logged(1)
    book, foreign = taken(outage), taken(other)
    tick(foreign, theirs)
    sheet, from_sheet = melior(book), melior(foreign)
    sheet.append([cell.value for cell in from_sheet[line_of(from_sheet, theirs)]])
    read_in(saved(book))
    assert (item.state, theirs.items[0].state) == (ItemState.OPEN, ItemState.OPEN)


def test_a_list_that_names_an_item_of_another_outage_is_not_believed(logged: Logged) -> None:
    outage, _action, item = logged
    other = log_dose(doses_logged(0)[0])
    found = keep(ticked(outage, item))
    found.rows = [{**found.rows[0], "key": f"{other.items[0].id}-BBBBB"}]
    assert "another workbook" in problem(found)


def test_ran_out_claims_of_others_are_looked_at_first(logged: Logged) -> None:
    outage, _action, item = logged
    book = ticked(outage, item)
    claim_item(item, actor=user("nurse2"))
    begin_item(item, actor=user("nurse2"))
    item.claimed_until = utcnow() - timedelta(minutes=1)
    db.session.commit()
    assert "Check the system first" in conflict(keep(book))[0]
