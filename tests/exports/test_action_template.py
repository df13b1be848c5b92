"""The workbook for logging: what it holds, that spreadsheets keep it whole, and that no kind is left out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from exports.action_template import TemplateSheet, build_action_template
from tests.english import speak_english
from tests.exports.action_book import DAY, DOSE, NOTE, filled, old_outage, read, saved, sheet_of, template
from tests.region import TEST_NUMBERS, log, sample_fields, unit, user
from tracker.extensions import current_routine, db
from tracker.models import Outage
from tracker.routine.spec import FieldType
from tracker.services.action_column import DONE, column_by_key
from tracker.services.action_import import keep_upload
from tracker.services.action_plan import PlannedRow, Standing, plan_import

FILES = Path(__file__).parent / "files"


@pytest.fixture
def outage(app: Flask) -> Iterator[Outage]:
    speak_english(app)
    with app.app_context():
        yield old_outage("melior")


def plan_of(outage: Outage, content: bytes) -> list[PlannedRow]:
    upload = read(content, outage)
    place = {"outage": outage, "unit": unit(), "actor": user("nurse")}
    return plan_import(keep_upload(upload.rows, upload.about, file_name="a.xlsx", file_digest="", **place)).rows


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice-via-ods.xlsx"])
def test_a_file_that_libreoffice_saved_gives_the_right_rows(outage: Outage, name: str) -> None:
    log(outage, NOTE, identity=TEST_NUMBERS[3], name="Anna Ask")
    content = (FILES / name).read_bytes()
    rows = plan_of(outage, content)
    assert [row.standing for row in rows] == [Standing.GOOD] * 5, [dict(row.read.faults) for row in rows]
    entries = [row.read.entry for row in rows if row.read.entry]
    assert [(entry.patient.identity, f"{entry.performed_at:%Y-%m-%d %H:%M}") for entry in entries] == [
        (TEST_NUMBERS[2], "2024-11-20 07:15"),
        (TEST_NUMBERS[3], "2024-11-20 07:15"),
        (TEST_NUMBERS[1], "2024-11-20 07:15"),
        ("Okänd man 1", "2024-11-20 07:15"),
        (TEST_NUMBERS[3], "2024-11-20 08:00"),
    ]
    assert [entry.fields.get("dose") for entry in entries] == [2, 2, 2.5, 2, None]
    assert entries[3].performed_by_name == "Vikarie Vera"
    assert all(row.row.mark for row in rows), "the rows keep their marks"
    upload = read(content, outage)
    assert (upload.made_for["unit"], upload.notices) == ("ward", [])
    assert upload.sheets[0].notices == ["1 row is hidden or filtered out in the file. It is read too: row 5."]


def test_every_kind_can_be_filled_in_and_read_back_in_both_languages(outage: Outage) -> None:
    for language in ("sv", "en"):
        for kind in current_routine().kinds.values():
            columns = column_by_key(kind)
            given = sample_fields(kind, every=True)
            written = {
                name: columns[name].choice_in(str(value).lower() if isinstance(value, bool) else str(value), language)
                if columns[name].choices
                else value
                for name, value in given.items()
            }
            for spec in kind.fields:
                if spec.type is FieldType.DATETIME and spec.id in written:
                    written[spec.id] = "2024-11-20 08:15"
            role = columns["_role"].choice_in(kind.logged_by[0], language)
            who = {"_patient": TEST_NUMBERS[0], "_date": DAY, "_time": "0715", "_by": "Vera", "_role": role}
            (row,) = plan_of(outage, saved(filled(outage, {**who, **written}, kind=kind.id, language=language)))
            assert row.read.entry, (kind.id, dict(row.read.faults))
            assert set(row.read.values) == set(given), kind.id


def test_drop_downs_hints_and_marks(outage: Outage) -> None:
    log(outage, NOTE, identity=TEST_NUMBERS[3], name="Anna Ask")
    hidden = log(outage, NOTE, identity=TEST_NUMBERS[4], name="Hemlig Hansson")
    hidden.patient.protected = True
    db.session.commit()
    book = template(outage, DOSE, "melior.medication-order")
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] == [
        "Så fungerar det" if book.sheetnames[0] != "How it works" else "How it works",
        "Läkemedelsutdelning",
        "Läkemedelsordination",
    ]
    sheet = sheet_of(book)
    assert (sheet.row_dimensions[1].hidden, sheet.column_dimensions["A"].hidden) == (True, True)
    marks = [sheet.cell(line, 1).value for line in range(3, 123)]
    assert all(marks) and len(set(marks)) == 120
    texts = {str(cell.value) for row in book["_lists"].iter_rows() for cell in row if cell.value}
    assert {"20130106-2384 · Anna Ask", "Nora Nyström", "tablett", "Sjuksköterska"} <= texts
    assert not any("Hemlig" in text for text in texts), "a protected person's name stays in the application"
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(lists) > 6
    assert all(
        len(rule.prompt or "") <= 255 and len(rule.error or "") <= 225 for rule in sheet.data_validations.dataValidation
    )
    keys = [cell.value for cell in sheet_of(book, "melior.medication-order")[1]]
    assert f"{DONE}hand-to-nurse" in keys
    assert str(sheet.cell(2, keys.index("_patient") + 1).value).endswith("*")


def test_what_begins_like_a_formula_stays_text(outage: Outage) -> None:
    log(outage, NOTE, identity=TEST_NUMBERS[3], name="=1+1")
    kinds = [TemplateSheet(current_routine().kinds[DOSE])]
    made = build_action_template(outage, unit(), kinds, language="sv", address="http://localhost/")
    book = load_workbook(io.BytesIO(made.content))
    assert [cell.data_type for row in book["_lists"].iter_rows() for cell in row if cell.data_type == "f"] == []
    assert made.patient_ids
