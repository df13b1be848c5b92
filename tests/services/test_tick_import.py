"""Ticks applied: exactly what was ticked, once, and the one who reads them in answers for them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.english import speak_english
from tests.exports.action_book import saved
from tests.exports.tick_book import doses_logged, keep, line_of, melior, read_in, taken, tick, write
from tests.exports.tick_file import ROWS, dose_item, fill_file, known_outage
from tests.region import user
from tracker.clock import utcnow
from tracker.errors import Forbidden
from tracker.extensions import db
from tracker.models import Event, ItemState, Role, TickImport
from tracker.services.event import CommandLine, verify_chain
from tracker.services.item import claim_item, finish_item, undo_item
from tracker.services.tick_import import apply_ticks, begin_ticks, rows_to_come
from tracker.services.tick_plan import Standing, TickPlan, plan_ticks
from tracker.services.user import UserEntry, create_user

FILES = Path(__file__).parents[1] / "exports" / "files"


@pytest.fixture(autouse=True)
def english(app: Flask, context: None) -> None:
    speak_english(app)


def events(verb: str = "ticked") -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.verb == verb).order_by(Event.id)))


def plan(found: TickImport, login: str = "nurse") -> TickPlan:
    return plan_ticks(found, user(login))


@pytest.mark.parametrize("name", ["openpyxl", "ticked-libreoffice.xlsx", "ticked-libreoffice-via-ods.xlsx"])
def test_a_file_of_any_program_gives_exactly_the_changes_ticked_and_names_the_rest(name: str) -> None:
    outage = known_outage()
    content = fill_file(outage) if name == "openpyxl" else (FILES / name).read_bytes()
    found = read_in(content)
    doses = [dose_item(place) for place in range(ROWS)]
    assert [item.state.value for item in doses] == ["done", "not_needed", "question", "done", *["open"] * 5]
    assert (doses[0].reference, doses[1].reason, doses[3].reference) == ("M-1", "Fanns", "")
    assert [question.question for question in doses[2].questions] == ["=Vilken styrka?"]
    traces = {int(event.subject_id): event.after or {} for event in events()}
    assert traces[doses[0].id]["time"] == traces[doses[2].id]["time"] == "2026-11-23 14:05"
    assert traces[doses[1].id]["time"] == "2026-11-23 14:10"
    assert (found.applied, found.unchanged, found.known) == (4, 2, 0)
    left = plan(found).rows
    assert sorted(planned.verdict.reason.split(",")[0].split(".")[0] for planned in left) == [
        "",
        "The row has lost its row code",
        *["The row stands several times and the copies do not say the same: Melior 2"] * 2,
    ]
    assert [planned.row.item_id for planned in left if planned.standing is Standing.GONE] == [doses[6].id]
    assert any("hidden" in notice for notice in found.about["notices"])
    assert any("Anteckningar" in notice for notice in found.about["notices"])
    again = read_in(content)
    assert (again.applied, again.known) == (0, 4)
    assert list(verify_chain()) == []


def test_a_copy_that_was_sorted_and_saved_anew_is_known_again() -> None:
    outage, actions = doses_logged(3)
    book = taken(outage)
    tick(book, actions[0], Signature="NN")
    read_in(book)
    sheet = melior(book)
    write(sheet, line_of(sheet, actions[1]), Tick="Done")
    sheet.insert_rows(2)
    again = read_in(saved(book))
    assert (again.applied, again.known) == (1, 1)
    assert len(events()) == 2


def test_what_was_read_in_and_undone_since_is_not_done_again_by_the_same_file() -> None:
    outage, (action,) = doses_logged(1)
    book = taken(outage)
    tick(book, action)
    content = saved(book)
    read_in(content)
    undo_item(action.items[0], actor=user("nurse"))
    (planned,) = plan(keep(content)).rows
    assert planned.standing is Standing.CONFLICT and "read in before" in planned.verdict.reason
    anew = taken(outage)
    tick(anew, action)
    assert plan(keep(anew)).count(Standing.CHANGE) == 1, "a workbook taken since says what it knows"


def test_the_reader_is_who_finished_it_and_the_signature_is_kept() -> None:
    outage, (action,) = doses_logged(1)
    book = taken(outage)
    tick(book, action, Signature="N. Norberg", Time="i går", Comment="Sent")
    read_in(book)
    item = action.items[0]
    assert (item.state, item.done_by) == (ItemState.DONE, user("nurse"))
    (trace,) = events()
    assert trace.actor_id == user("nurse").id and trace.after is not None
    assert (trace.after["signature"], trace.after["time"]) == ("N. Norberg", "i går")
    assert trace.after["reason"] == "N. Norberg · i går · Sent"


@pytest.mark.parametrize("signature", ["Maria Mård", "MM", "maria m.", "manager"])
def test_what_somebody_signed_who_can_confirm_is_read_in_by_themselves(signature: str) -> None:
    outage, (action,) = doses_logged(1)
    book = taken(outage)
    tick(book, action, Signature=signature)
    content = saved(book)
    (planned,) = plan(keep(content)).rows
    assert planned.standing is Standing.PROBLEM and "can confirm here" in planned.verdict.reason
    assert plan(keep(content, "manager"), "manager").count(Standing.CHANGE) == 1


def test_a_high_risk_entry_is_entered_and_a_second_person_still_checks_it() -> None:
    outage, actions = doses_logged(2, drug="Morfin")
    own, others = actions
    assert own.items[0].needs_second_person
    book = taken(outage)
    tick(book, own, Signature="Nora")
    tick(book, others, Signature="Nils Norberg")
    found = read_in(book)
    assert (own.items[0].state, own.items[0].entered_by) == (ItemState.ENTERED, user("nurse"))
    assert others.items[0].state is ItemState.OPEN
    (left,) = plan(found).rows
    assert "signed by somebody else" in left.verdict.reason, "or whoever entered it could check it alone"


def test_what_happens_between_preview_and_word_is_respected() -> None:
    outage, actions = doses_logged(3)
    book = taken(outage)
    for action in actions:
        tick(book, action)
    found = keep(book)
    assert plan(found).count(Standing.CHANGE) == 3
    finish_item(actions[0].items[0], "M-9", actor=user("nurse2"))
    begin_ticks(found, actor=user("nurse"))
    claim_item(actions[1].items[0], actor=user("nurse2"))
    db.session.commit()
    assert apply_ticks(found, 40, actor=user("nurse")) == 0
    assert [action.items[0].state.value for action in actions] == ["done", "claimed", "done"]
    assert actions[0].items[0].reference == "M-9"
    assert (found.applied, plan(found).count(Standing.CONFLICT)) == (1, 2)


def test_portions_go_on_where_they_stopped() -> None:
    outage, actions = doses_logged(5)
    book = taken(outage)
    for action in actions:
        tick(book, action)
    found = keep(book)
    begin_ticks(found, actor=user("nurse"))
    begin_ticks(found, actor=user("nurse"))
    assert [apply_ticks(found, 2, actor=user("nurse")) for _portion in range(4)] == [3, 1, 0, 0]
    assert (found.applied, rows_to_come(found), found.rows) == (5, 0, [])
    assert found.applied_at is not None
    assert len(events("ticks-applied")) == 1


def test_rows_are_forgotten_when_nobody_came_back_to_them() -> None:
    outage, (action,) = doses_logged(1)
    book = taken(outage)
    tick(book, action)
    content = saved(book)
    old = keep(content)
    old.read_at = utcnow() - timedelta(hours=13)
    db.session.commit()
    fresh = keep(content)
    assert (old.rows, old.applied_at is not None, len(fresh.rows)) == ([], True, 1)
    assert len(events("ticks-forgotten")) == 1


def test_a_workbook_of_an_outage_elsewhere_is_refused() -> None:
    outage, (action,) = doses_logged(1)
    book = taken(outage)
    tick(book, action)
    elsewhere = create_user(UserEntry("far", "Fia Fjärran", Role.NURSE, ("emergency",), ()), actor=CommandLine())
    with pytest.raises(Forbidden):
        keep(book, elsewhere.login)


def test_the_files_are_small() -> None:
    for path in FILES.glob("ticked-*.xlsx"):
        assert path.stat().st_size < 20_000
        assert load_workbook(path)["_ticks"].sheet_state == "hidden"
