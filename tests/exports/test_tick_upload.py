"""A ticked re-entry workbook, read back: what it says, whatever was done to it."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from flask import Flask
from openpyxl import Workbook

from exports.tick_list import read_tick_list
from tests.english import speak_english
from tests.exports.action_book import saved
from tests.exports.reading import heading
from tests.exports.tick_book import doses_logged, line_of, melior, read, taken, tick, told, write
from tests.region import user
from tracker.errors import Invalid
from tracker.models import Action, Outage
from tracker.services.item import finish_item
from tracker.services.tick_row import read_key, row_key

pytestmark = pytest.mark.usefixtures("context")
Logged = tuple[Outage, list[Action]]


@pytest.fixture
def logged(app: Flask, context: None) -> Logged:
    speak_english(app)
    return doses_logged(4)


def items(actions: list[Action]) -> list[int]:
    return [action.items[0].id for action in actions]


def test_a_workbook_that_nobody_touched_says_nothing(logged: Logged) -> None:
    outage, actions = logged
    finish_item(actions[0].items[0], "M-17", actor=user("nurse"))
    upload = read(taken(outage))
    assert (upload.rows, upload.notices, upload.unchanged) == ([], [], 4)


def test_a_tick_is_read_with_everything_beside_it(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    moment = datetime(2026, 11, 23, 14, 5)
    tick(book, actions[1], Reference="M-1", Signature="NN", Time=moment, Comment="Sov.")
    tick(book, actions[2], "Fråga", Comment="Vilken styrka?", Time="23/11 2026 kl 14.05")
    tick(book, actions[3], "not needed", Comment="Fanns redan", Time=46349.586806)
    first, second, third = read(book).rows
    assert first.item_id == items(actions)[1]
    assert first.cells == {
        "tick": "Done", "reference": "M-1", "signature": "NN", "time": "2026-11-23T14:05", "comment": "Sov.",
    }  # fmt: skip
    assert (second.cells["tick"], second.cells["time"]) == ("Fråga", "2026-11-23T14:05")
    assert third.cells["time"] == "2026-11-23T14:05"
    assert (first.baseline["state"], first.baseline["version"], first.changed[0]) == ("ready", 1, "tick")


def test_rows_are_known_by_their_code_wherever_they_stand(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    tick(book, actions[2], Reference="M-3")
    sheet = melior(book)
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for place, line in enumerate(reversed(lines), start=2):
        for column, value in enumerate(line, start=1):
            sheet.cell(place, column).value = value
    sheet.row_dimensions[3].hidden = True
    upload = read(book)
    (row,) = upload.rows
    assert (row.item_id, row.cells["reference"], row.line) == (items(actions)[2], "M-3", 3)
    assert ["row 3" in notice and "hidden" in notice for notice in upload.notices] == [True]


def test_columns_may_change_places_and_be_renamed_a_little(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    tick(book, actions[0], Comment="x", Signature="NN")
    sheet = melior(book)
    names = heading(sheet)
    sheet.cell(1, names.index("Comment") + 1).value = "Comment / reason"
    sheet.cell(1, names.index("Row code") + 1).value = "rör ej"
    sheet.insert_rows(1)
    sheet["A1"] = "Natten till tisdag"
    sheet.move_range(f"A1:{sheet.cell(6, 26).coordinate}", cols=3)
    sheet.insert_cols(2)
    upload = read(book)
    assert [row.cells for row in upload.rows] == [{"tick": "Done", "signature": "NN", "comment": "x"}]


def test_swedish_headings_and_answers_are_read_in_any_language(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage, language="sv")
    sheet = melior(book)
    write(sheet, line_of(sheet, actions[0]), Bocka_av="Klar", Kommentar="Ett")
    assert [row.cells["comment"] for row in read(book).rows] == ["Ett"]


def test_a_row_that_is_gone_is_missed(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    sheet = melior(book)
    sheet.delete_rows(line_of(sheet, actions[1]))
    (row,) = read(book).rows
    assert (row.gone, row.item_id) == (True, items(actions)[1])


def test_a_copy_that_says_the_same_counts_once(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    tick(book, actions[0], Reference="M-1")
    _copy(book, actions[0])
    upload = read(book)
    assert [row.fault for row in upload.rows] == [""]
    assert ["copy" in notice for notice in upload.notices] == [True]


def test_copies_that_differ_are_named_and_none_counts(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    last = _copy(book, actions[0])
    tick(book, actions[0], Reference="M-1")
    upload = read(book)
    assert ["copies do not say the same" in fault for fault in told(upload)] == [True, True]
    assert f"Melior {last}" in told(upload)[0]


def test_a_row_whose_code_is_lost_or_wrong_is_named_with_what_it_says(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    sheet = melior(book)
    tick(book, actions[0], Row_code=None)
    tick(book, actions[1], Row_code="17-BBBBB")
    upload = read(book)
    lost, wrong = [row for row in upload.rows if not row.gone]
    assert "lost its row code" in lost.fault and "none of this workbook's" in wrong.fault
    assert lost.told["patient_number"] == actions[0].patient.number
    assert lost.told["number"] == str(items(actions)[0])
    assert [row.item_id for row in upload.rows if row.gone] == [items(actions)[1]], "the code itself is missed"
    assert sheet.max_row == 5


def test_ticks_that_were_sorted_apart_from_their_patients_are_named(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    sheet = melior(book)
    tick(book, actions[0])
    write(sheet, line_of(sheet, actions[0]), Patient_number=actions[1].patient.number)
    tick(book, actions[2])
    sheet.cell(line_of(sheet, actions[2]), 1).value = items(actions)[3]
    assert ["do not belong together" in fault for fault in told(read(book))] == [True, True]


def test_rows_of_another_workbook_are_not_taken_for_this_ones(logged: Logged) -> None:
    outage, _actions = logged
    other, theirs = doses_logged(2)
    book, foreign = taken(outage), melior(taken(other))
    sheet = melior(book)
    sheet.append([cell.value for cell in foreign[line_of(foreign, theirs[0])]])
    write(sheet, 6, Tick="Done")
    (row,) = read(book).rows
    assert "none of this workbook's" in row.fault
    assert row.told["patient_number"] == theirs[0].patient.number


def test_merged_cells_and_formulas_without_result_are_named(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    sheet = melior(book)
    column = heading(sheet).index("Tick") + 1
    tick(book, actions[0])
    sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    tick(book, actions[3], Reference="=A1")
    faults = told(read(book))
    assert ["merged" in fault for fault in faults] == [True, True, False]
    assert "no saved result" in faults[2]


def test_what_was_rewritten_added_or_hidden_is_told(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    sheet = melior(book)
    sheet.cell(3, 9).value = "Dos: 7"
    sheet.cell(9, 4).value = "Klart till hit!"
    sheet.append([])
    extra = book.create_sheet("Mina anteckningar")
    extra.append(["Ring", "avd", "10"])
    hidden = book.create_sheet("Gömt")
    hidden.sheet_state = "hidden"
    upload = read(book)
    assert upload.rows == []
    said = " ".join(upload.notices)
    assert "in row 3" in said and "row 9 holds" in said and "Mina anteckningar" in said and "Gömt" in said
    assert actions[0].version == 1


def test_a_sheet_without_its_headings_is_told_and_its_rows_are_not_missed(logged: Logged) -> None:
    outage, _actions = logged
    book = taken(outage)
    melior(book).delete_rows(1)
    upload = read(book)
    assert upload.rows == []
    assert ["heading" in notice for notice in upload.notices] == [True]


def test_a_sheet_with_two_columns_to_tick_is_not_guessed(logged: Logged) -> None:
    outage, actions = logged
    book = taken(outage)
    tick(book, actions[0])
    sheet = melior(book)
    sheet.cell(1, heading(sheet).index("Section") + 1).value = "Tick"
    upload = read(book)
    assert upload.rows == []
    assert ["two columns" in notice for notice in upload.notices] == [True]


@pytest.mark.parametrize("change", ["gone", "shortened", "rewritten", "newer"])
def test_a_workbook_without_its_list_is_refused_in_plain_words(logged: Logged, change: str) -> None:
    book = taken(logged[0])
    hidden = book["_ticks"]
    if change == "gone":
        book.remove(hidden)
    elif change == "shortened":
        hidden.delete_rows(10)
    elif change == "rewritten":
        hidden["B9"] = str(hidden["B9"].value).replace("ready", "done")
    else:
        hidden["B1"] = "9"
    with pytest.raises(Invalid) as refused:
        read(book)
    assert "workbook" in str(refused.value.faults["/file"]) or "file" in str(refused.value.faults["/file"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", saved(Workbook())])
def test_a_file_that_is_none_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_tick_list(io.BytesIO(content), "ifylld.xlsx")
    with pytest.raises(Invalid):
        read_tick_list(io.BytesIO(content), "ifylld.docx")


def test_a_row_code_fits_only_its_own_item_in_its_own_outage(logged: Logged) -> None:
    _outage, actions = logged
    codes = {row_key(outage_id, actions[0].id, 7) for outage_id in range(200)}
    assert len(codes) == 200
    key = row_key(1, actions[0].id, 1042)
    assert read_key(f" {key.lower().replace('-', ' – ')} ") == key
    assert read_key("1042") is None and read_key("") is None


def _copy(book: Workbook, action: Action) -> int:
    """The row of the action copied below the others; gives where it stands."""
    sheet = melior(book)
    sheet.append([cell.value for cell in sheet[line_of(sheet, action)]])
    return sheet.max_row


def test_headings_copied_with_the_rows_are_no_row(logged: Logged) -> None:
    book = taken(logged[0])
    sheet = melior(book)
    sheet.append([cell.value for cell in sheet[1]])
    upload = read(book)
    assert (upload.rows, upload.notices, upload.unchanged) == ([], [], 4)
