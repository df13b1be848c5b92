"""What people do to the workbook: the right rows, or an error that says where and what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from exports.action_upload import MAX_ROWS
from tests.english import speak_english
from tests.exports.action_book import (
    DAY,
    DOSE,
    DOSE_ROW,
    NOTE,
    doses,
    filled,
    letter_of,
    old_outage,
    read,
    saved,
    sheet_of,
    template,
    write,
)
from tests.region import TEST_NUMBERS, log, unit, user
from tracker.errors import Invalid
from tracker.models import Outage
from tracker.models.action_import import ActionImport
from tracker.services.action_import import keep_upload
from tracker.services.action_plan import PlannedRow, Standing, plan_import


@pytest.fixture
def outage(app: Flask) -> Iterator[Outage]:
    speak_english(app)
    with app.app_context():
        yield old_outage("melior")


def kept(outage: Outage, book: Workbook) -> ActionImport:
    upload = read(saved(book), outage)
    return keep_upload(
        upload.rows,
        upload.about,
        outage=outage,
        unit=unit(),
        file_name="logga.xlsx",
        file_digest=upload.digest,
        actor=user("nurse"),
    )


def planned(outage: Outage, book: Workbook) -> list[PlannedRow]:
    return plan_import(kept(outage, book)).rows


def told(outage: Outage, book: Workbook) -> list[dict[str, str]]:
    return [{key: str(fault) for key, fault in row.read.faults.items()} for row in planned(outage, book)]


def entry_of(outage: Outage, **cells: Any) -> Any:
    """The one row with these cells, as it would be logged."""
    (row,) = planned(outage, filled(outage, {**DOSE_ROW, **cells}))
    assert row.read.entry, dict(row.read.faults)
    return row.read.entry


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (DAY, "0715"), ("2024-11-20", "7.15"), ("20/11 -24", "07:15:00"), ("20.11.2024", time(7, 15)), (45616, 715),
        (datetime(2024, 11, 20, 7, 15), None), (None, "2024-11-20 07:15"), ("2024-11-20\u00a0", " kl 7.15 "),
        (45616.3020833333, None), ("241120", 0.302083333333333),
    ],
)  # fmt: skip
def test_dates_and_times_as_people_write_them(outage: Outage, day: Any, clock: Any) -> None:
    entry = entry_of(outage, _date=day, _time=clock)
    assert entry.performed_at.isoformat() == "2024-11-20T07:15:00+01:00"


@pytest.mark.parametrize(
    "number",
    ["19900101-2385", "900101-2385", "9001012385", 199001012385, 199001012385.0, "1990 0101 2385", "19900101–2385",
     "12-3 · 19900101-2385 · Test Testsson", "19900101\u00a02385"],
)  # fmt: skip
def test_a_number_however_it_is_written_is_the_same_patient(outage: Outage, number: Any) -> None:
    assert entry_of(outage, _patient=number).patient.identity == "199001012385"


def test_a_number_that_lost_its_first_zero_and_one_of_a_hundred_years(outage: Outage) -> None:
    assert entry_of(outage, _patient=201022381).patient.identity == "200201022381"
    assert entry_of(outage, _patient="000102+9818").patient.identity == "190001029818"


def test_swedish_decimals_spaces_and_a_unit_written_in_the_cell(outage: Outage) -> None:
    assert entry_of(outage, dose="2,5").fields["dose"] == 2.5
    assert entry_of(outage, dose="1\u00a0000").fields["dose"] == 1000
    assert entry_of(outage, dose=" 1 000 ").fields["dose"] == 1000
    assert entry_of(outage, dose=0.1 + 0.2).fields["dose"] == 0.3


def test_choices_in_other_case_or_language_and_names_of_colleagues(outage: Outage) -> None:
    entry = entry_of(outage, dose_unit=" TABLET ", outcome="given", _by=" nora  NYSTRÖM ", _role="physician")
    assert (entry.fields["dose_unit"], entry.performed_by_login, entry.role) == ("tablet", "nurse", "physician")
    someone = entry_of(outage, _by="Vikarie Vera", _role="SJUKSKÖTERSKA")
    assert (someone.performed_by_login, someone.performed_by_name, someone.role) == ("", "Vikarie Vera", "nurse")


def test_what_cannot_be_right_is_told_at_its_column(outage: Outage) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "_patient": {"_patient": "19900101-2386"},
        "_date": {"_date": "igår"},
        "_time": {"_time": "25:00"},
        "_by": {"_by": None},
        "_role": {"_by": "Vikarie Vera"},
        "dose": {"dose": datetime(2024, 5, 2)},
        "strength": {"strength": datetime(2024, 5, 2)},
        "dose_unit": {"dose_unit": "skopa"},
        "given_dose": {"given_dose": 2},
        "drug": {"drug": None},
        "_sheet": {"_sheet": "K" * 41},
    }
    book = filled(outage, *({**DOSE_ROW, **cells} for cells in wrong.values()))
    assert [list(faults) for faults in told(outage, book)] == [[key] for key in wrong]


def test_a_bed_or_a_name_alone_is_not_taken_for_a_patient_and_a_label_is(outage: Outage) -> None:
    log(outage, NOTE, identity=TEST_NUMBERS[3], name="Anna Ask")
    book = filled(outage, {**DOSE_ROW, "_patient": "anna ask"}, {**DOSE_ROW, "_patient": "Okänd man 1"})
    first, second = planned(outage, book)
    assert "Choose the patient from the list" in str(first.read.faults["_patient"])
    assert second.read.entry and second.read.is_label
    assert "temporary label" in str(second.notes)


def test_merged_cells_formulas_and_errors_are_named_where_they_matter(outage: Outage) -> None:
    book = filled(outage, *doses(4))
    sheet = sheet_of(book)
    sheet.merge_cells(start_row=3, end_row=4, start_column=2, end_column=2)
    dose = letter_of(sheet, "dose")
    sheet.cell(5, dose).value = "=1+1"  # openpyxl saves no result
    sheet.cell(6, dose).value = "#N/A"
    sheet.cell(6, dose).data_type = "e"
    faults = told(outage, book)
    assert ["merged" in faults[row]["_patient"] for row in (0, 1)] == [True, True]
    assert "no saved result" in faults[2]["dose"]
    assert "error" in faults[3]["dose"]


def test_hidden_rows_are_read_and_said_and_empty_ones_between_are_nothing(outage: Outage) -> None:
    book = filled(outage, doses(1)[0])
    sheet = sheet_of(book)
    write(sheet, 9, doses(2)[1])
    sheet.row_dimensions[9].hidden = True
    upload = kept(outage, book)
    assert [row["line"] for row in upload.rows] == [3, 9]
    assert upload.about["sheets"][0]["notices"] == [
        "1 row is hidden or filtered out in the file. It is read too: row 9."
    ]


def test_moved_renamed_extra_and_missing_columns(outage: Outage) -> None:
    book = filled(outage, DOSE_ROW)
    sheet = sheet_of(book)
    drug, dose = letter_of(sheet, "drug"), letter_of(sheet, "dose")
    sheet.cell(2, drug).value = "Preparat"  # renamed: its hidden key still tells
    for line in (1, 2, 3):  # moved to the far right, key and all
        sheet.cell(line, 60).value = sheet.cell(line, dose).value
        sheet.cell(line, dose).value = None
    sheet.cell(2, 70).value, sheet.cell(3, 70).value = "Eget", "ring anhörig"
    found = kept(outage, book)
    (row,) = plan_import(found).rows
    assert row.standing is Standing.GOOD
    assert row.read.values["drug"] == "Alvedon"
    assert found.about["sheets"][0]["notices"] == ["Column BR, “Eget”, is none of the template's and was not read."]
    sheet.delete_cols(letter_of(sheet, "_date"))
    found = kept(outage, book)
    assert (
        "The column “Date” is missing. Put it back, or begin with the template." in found.about["sheets"][0]["notices"]
    )
    assert plan_import(found).rows[0].standing is Standing.FAULTY


def test_a_heading_that_people_see_counts_before_the_hidden_key(outage: Outage) -> None:
    book = filled(outage, {**DOSE_ROW, "drug": "500 mg", "strength": "Alvedon"})
    sheet = sheet_of(book)
    drug, strength = (letter_of(sheet, key) for key in ("drug", "strength"))
    sheet.cell(2, drug).value, sheet.cell(2, strength).value = "Styrka", "Läkemedel *"
    (row,) = planned(outage, book)
    assert (row.read.values["drug"], row.read.values["strength"]) == ("Alvedon", "500 mg")


def test_sheets_renamed_reordered_copied_deleted_and_added(outage: Outage) -> None:
    book = template(outage, DOSE, NOTE)
    write(sheet_of(book), 3, DOSE_ROW)
    book.remove(sheet_of(book, NOTE))
    book.move_sheet(sheet_of(book), -1)
    copy = book.copy_worksheet(sheet_of(book))
    copy["B3"].value = TEST_NUMBERS[3]
    sheet_of(book).title = "Mina doser"
    own = book.create_sheet("Eget blad")
    for _line in range(3):
        own.append(["a", "b", "c", "d"])
    upload = read(saved(book), outage)
    assert [upload.sheets[row.sheet].title for row in upload.rows] == ["Mina doser", "Läkemedelsutdelning Copy"]
    assert upload.notices == ["The sheet “Eget blad” is none of the template's and was not read."]
    assert [row.standing for row in planned(outage, book)] == [Standing.GOOD, Standing.GOOD]


def test_a_hidden_sheet_with_rows_is_told(outage: Outage) -> None:
    book = filled(outage, DOSE_ROW)
    book.copy_worksheet(sheet_of(book)).sheet_state = "hidden"
    assert "is hidden and was not read" in read(saved(book), outage).notices[0]


def test_without_hidden_row_and_column_headings_and_the_sheets_name_are_enough(outage: Outage) -> None:
    book = filled(outage, DOSE_ROW)
    sheet = sheet_of(book)
    sheet.delete_cols(1)
    sheet.delete_rows(1)
    sheet.insert_rows(1, 2)
    sheet["A1"].value = "Våra doser under natten"
    (row,) = planned(outage, book)
    assert (row.standing, row.row.mark, row.row.line) == (Standing.GOOD, "", 4)


def test_more_rows_than_can_be_read_are_refused(outage: Outage) -> None:
    book = filled(outage)
    sheet = sheet_of(book)
    for line in range(3, MAX_ROWS + 5):
        sheet.cell(line, 2).value = "x"
    with pytest.raises(Invalid, match="more than 5000 rows"):
        read(saved(book), outage)
