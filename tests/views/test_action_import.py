"""Excel in: taking the workbook along, looking at what it says, logging it, and getting the rest back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.english import speak_english
from tests.exports.action_book import DOSE, DOSE_ROW, doses, filled, old_outage, saved, sheet_of, template, write
from tests.page import Browser
from tests.region import TEST_NUMBERS, log, unit, user
from tests.views.action_page import actions
from tests.views.import_page import counts, faults, hand_in, let_in, place_of
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Event, Outage
from tracker.models.action_import import ActionImport
from tracker.services.sign_off import sign_off_unit

Fetch = Callable[[str | None], Browser]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


@pytest.fixture
def outage(app: Flask) -> Outage:
    with app.app_context():
        return old_outage("melior", "elvis")


def test_a_dose_written_in_the_workbook_is_logged_after_a_preview(app: Flask, browser: Fetch, outage: Outage) -> None:
    secretary = browser("secretary")
    with app.app_context():
        book = filled(outage, {**DOSE_ROW, "_sheet": "K7-1", "_note": "Sov."})
    page = hand_in(secretary, book)
    assert counts(page) == {"ready to log": 1, "for you to decide": 0, "to mend": 0, "logged before": 0}
    assert "Alvedon" in page.html
    assert actions(app) == [], "nothing is logged before it is confirmed"
    done = let_in(secretary, page)
    assert "Every row is logged" in done.html
    (action,) = actions(app)
    assert action.fields == {
        "drug": "Alvedon",
        "strength": "500 mg",
        "dose": 2,
        "dose_unit": "tablet",
        "outcome": "given",
        "given_as": "single",
    }
    assert action.performed_at.isoformat() == "2024-11-20T06:15:00+00:00"
    assert (action.patient.identity, action.role, action.sheet, action.note) == (
        TEST_NUMBERS[2],
        "nurse",
        "K7-1",
        "Sov.",
    )
    assert (action.performer, action.logged_by_id != action.performed_by_id) == ("Nora Nyström", True)


def test_reading_the_same_file_twice_adds_nothing_even_sorted_and_saved_anew(
    app: Flask, browser: Fetch, outage: Outage
) -> None:
    nurse = browser("nurse")
    with app.app_context():
        book = filled(outage, *doses(5))
        write(sheet_of(book), 300, doses(6)[5])  # far below the marked rows: it has no mark
    let_in(nurse, hand_in(nurse, book))
    assert len(actions(app)) == 6
    again = hand_in(nurse, book)
    assert counts(again)["logged before"] == 6
    assert "nothing to log" in again.html
    sheet = sheet_of(book)
    for first, second in ((3, 7), (4, 6)):  # sorted the other way round, marks and all
        for column in range(1, sheet.max_column + 1):
            one, other = sheet.cell(first, column), sheet.cell(second, column)
            one.value, other.value = other.value, one.value
    assert counts(hand_in(nurse, book))["logged before"] == 6
    assert len(actions(app)) == 6


def test_good_rows_go_in_and_bad_ones_come_back_to_be_mended(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    good, bad, worse = doses(3)
    with app.app_context():
        book = filled(
            outage, good, {**bad, "dose": "två", "dose_unit": "skopor"}, {**worse, "_patient": "19900101-2386"}
        )
    page = hand_in(nurse, book)
    told = faults(page)
    assert [(row, column) for row, column, _ in told] == [("4", "K Dos"), ("4", "L Enhet"), ("5", "B Patient")]
    assert told[0][2] == "Enter a number, such as 2 or 2.5."
    assert "19900101-2386" not in page.html, "a wrong number is a person's number too"
    done = let_in(nurse, page)
    assert counts(done) == {"logged now": 1, "logged before": 0, "left to mend": 2}
    rest = load_workbook(io.BytesIO(nurse.client.get(f"{place_of(done)}/rest.xlsx").data))
    sheet = sheet_of(rest)
    wrong = {cell.column_letter: cell.comment.text for cell in sheet[3] if cell.comment}
    assert wrong == {"L": "Enter a number, such as 2 or 2.5.", "M": "Choose one of the answers."}
    assert "Dose: Enter a number" in str(sheet["B3"].value)
    write(sheet, 3, {"dose": "2,5", "dose_unit": "ml"})
    write(sheet, 4, {"_patient": TEST_NUMBERS[1]})
    mended = hand_in(nurse, rest)
    assert counts(mended)["ready to log"] == 2
    let_in(nurse, mended)
    assert sorted(action.fields["dose"] for action in actions(app)) == [2, 2, 2.5]
    assert counts(hand_in(nurse, rest))["logged before"] == 2


def test_what_was_logged_by_hand_meanwhile_is_asked_about(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    with app.app_context():
        log(
            outage,
            DOSE,
            identity=TEST_NUMBERS[2],
            fields={"drug": "alvedon", "dose": "2", "dose_unit": "tablet", "outcome": "given"},
            performed_at=datetime.fromisoformat("2024-11-20T07:30:00+01:00"),
        )
        book = filled(
            outage,
            DOSE_ROW,
            {**DOSE_ROW, "_time": "0720", "_patient": TEST_NUMBERS[3]},
            {**DOSE_ROW, "_time": "0725", "_patient": TEST_NUMBERS[3]},
        )
    page = hand_in(nurse, book)
    assert counts(page)["for you to decide"] == 2
    assert "Something alike is logged for this patient" in page.html
    assert "Row 4 says nearly the same" in page.html
    done = let_in(nurse, page)
    assert counts(done) == {"logged now": 1, "logged before": 0, "left to mend": 2}
    again = hand_in(nurse, book)
    let_in(nurse, again, 0)
    assert len(actions(app)) == 3, "what is ticked is logged"
    assert counts(hand_in(nurse, book))["logged before"] == 2


def test_a_copied_row_and_one_changed_after_logging_are_named(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    first, second = doses(2)
    with app.app_context():
        book = filled(outage, first)
    sheet = sheet_of(book)
    mark = sheet["A3"].value
    for line, row in ((4, first), (5, second)):
        write(sheet, line, row)
        sheet.cell(line, 1).value = mark  # whole rows copied, then one of them changed
    page = hand_in(nurse, book)
    assert counts(page) == {"ready to log": 2, "for you to decide": 1, "to mend": 0, "logged before": 0}
    assert "copy of row 3, the same in every cell" in page.html
    assert "Copied from row 3 and changed" in page.html
    let_in(nurse, page)
    write(sheet, 3, {"dose": 3})
    changed = hand_in(nurse, book)
    assert counts(changed)["logged before"] == 2
    write(sheet, 4, {"dose": 4})
    write(sheet, 5, {"dose": 5})
    changed = hand_in(nurse, book)
    assert counts(changed) == {"ready to log": 0, "for you to decide": 3, "to mend": 0, "logged before": 0}
    assert "logged before with other content" in changed.html
    assert len(actions(app)) == 2


def test_another_place_an_older_routine_and_a_signed_off_unit_are_told_before(
    app: Flask, browser: Fetch, outage: Outage
) -> None:
    manager = browser("manager")
    with app.app_context():
        other = old_outage("melior", units=("ward", "clinic"))
        for stretch in db.session.get_one(Outage, outage.id).systems:
            stretch.restored_at = utcnow()
        sign_off_unit(db.session.get_one(Outage, outage.id), unit(), actor=user("manager"))
        db.session.commit()
        book = filled(outage, {**DOSE_ROW, "_role": "Nurse"})  # nobody of that name works in the clinic
        asked = f"?outage={other.id}&unit={unit('clinic').id}"
    page = hand_in(manager, book, query=asked)
    assert "signed off in this outage" in page.html
    assert "Log them in Ögonmottagningen" in page.html
    moved = manager.post(f"{place_of(page)}/place")
    assert "made for another unit: Avdelning 10" in moved.html
    assert "made for another outage" in moved.html
    let_in(manager, moved)
    (action,) = actions(app)
    assert action.outage_id == other.id
    with app.app_context():
        assert action.unit_id == unit("clinic").id
    book["_about"]["B6"].value = "0" * 64
    assert "another version of the routine" in hand_in(manager, book).html


def test_nobody_else_sees_an_upload_and_each_step_is_in_the_history(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    with app.app_context():
        log(outage, DOSE, identity=TEST_NUMBERS[2], name="Test Testsson")
        book = filled(outage, DOSE_ROW)
    taken = nurse.get("/actions/import/template.xlsx?kinds=all")
    assert taken.status == 200
    page = hand_in(nurse, book)
    for login in ("nurse2", "outsider"):
        assert browser(login).get(place_of(page)).status == 404
        assert browser(login).post(f"{place_of(page)}/confirm").status == 404
    assert "nothing logged yet" in nurse.get("/actions/import").html
    done = let_in(nurse, page)
    nurse.post(f"{place_of(done)}/forget")
    with app.app_context():
        verbs = db.session.query(Event.verb).filter(Event.subject_type == "action_import").order_by(Event.id)
        assert [verb for (verb,) in verbs] == [
            "workbook-read",
            "workbook-let-in",
            "workbook-finished",
            "workbook-forgotten",
        ]
        assert db.session.query(ActionImport).one().rows == []
        doings = {doing for (doing,) in db.session.query(Access.doing)}
        assert {"action_import.template", "action_import.show"} <= doings


def test_a_file_that_is_none_of_ours_is_refused_in_plain_words(app: Flask, browser: Fetch, outage: Outage) -> None:
    nurse = browser("nurse")
    assert "ends with .xlsx" in hand_in(nurse, b"x", name="bild.png").html
    assert "cannot be read as a workbook" in hand_in(nurse, b"PK\x03\x04 broken").html
    with app.app_context():
        book = template(outage)
    for title in book.sheetnames[1:2]:
        book.remove(book[title])
    assert "Begin with the template" in hand_in(nurse, saved(book)).html
    with app.app_context():
        empty = template(outage)
    assert "No row is filled in" in hand_in(nurse, empty).html


def test_the_menu_says_that_reading_a_workbook_in_is_logging(browser: Fetch) -> None:
    def marked(path: str) -> set[str]:
        return set(re.findall(r'<a href="([^"]*)" aria-current="page"', browser("nurse").get(path).html))

    assert marked("/actions/import") == {"/log"}
    assert marked("/actions") == {"/actions"}
    assert marked("/") == {"/"}
