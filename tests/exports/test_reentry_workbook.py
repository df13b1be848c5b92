"""The re-entry workbook, opened again: what a secretary finds in it, and what can never happen in it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from exports.workbook_file import file_name
from tests.exports.reading import heading, only_row, reopen, rows, sheet_of, system_sheets, texts, workbook_of
from tests.region import ALL_SYSTEMS, TEST_NUMBERS, declare, fields_for, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.i18n import time_zone
from tracker.models import Patient
from tracker.queries.item import ItemFilter, every_item
from tracker.services.action import Correction, correct_action
from tracker.services.item import (
    answer_item,
    ask_about_item,
    begin_item,
    claim_item,
    finish_item,
    mark_item_not_needed,
    release_item,
)
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")
HOSTILE = ("=1+1", "+46 26", "-5 mg", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1+1")


def test_every_follow_up_of_every_kind_stands_once_on_the_sheet_of_its_system() -> None:
    outage = declare(*ALL_SYSTEMS)
    for kind in current_routine().kinds.values():
        for spec in kind.items:
            log(outage, kind.id, fields=fields_for(kind, spec))
    made = workbook_of(outage, language="sv")
    expected = {item.id: item.system for item in every_item(ItemFilter(user("manager").unit_ids)).items}
    found: dict[int, str] = {}
    for sheet in system_sheets(reopen(made)):
        for row in rows(sheet):
            number = row[heading(sheet)[0]]
            assert number not in found, "a follow-up stands twice"
            found[number] = sheet.title
    names = {system: current_routine().target_name(system, "sv").replace("/", "-") for system in expected.values()}
    assert found == {number: names[system] for number, system in expected.items()}
    assert made.rows == len(expected) >= 80
    order = [names[system] for system in current_routine().target_order if system in names]
    assert [sheet.title for sheet in system_sheets(reopen(made))] == order


def test_rows_are_sorted_by_patient_then_by_time() -> None:
    outage = declare("melior")
    now = utcnow()
    for identity, minutes in ((1, 10), (0, 5), (1, 50), (0, 90)):
        log(
            outage,
            "melior.note",
            fields={**sample_fields(current_routine().kinds["melior.note"]), "form": "paper"},
            identity=TEST_NUMBERS[identity],
            performed_at=now - timedelta(minutes=minutes),
        )
    table = rows(sheet_of(workbook_of(outage), "Melior"))
    assert [(row["Patient number"], row["Performed"]) for row in table] == sorted(
        (row["Patient number"], row["Performed"]) for row in table
    )
    assert len(table) == 4


def test_what_is_to_be_known_first_says_who_had_begun_and_when() -> None:
    outage = declare("melior")
    item = log(outage, "melior.medication-administration").items[0]
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    assert item.begun_at is not None
    when = f"{item.begun_at.astimezone(time_zone()):%Y-%m-%d %H:%M}"
    release_item(item, actor=user("nurse"))
    told = str(only_row(workbook_of(outage))["Know first"])
    assert f"Check the system first: it may be entered already (Nora Nyström, {when})" in told


def test_every_field_can_be_read_in_the_order_it_is_typed() -> None:
    outage = declare("melior")
    kind = current_routine().kinds["melior.medication-administration"]
    log(outage, kind.id, fields=sample_fields(kind, {"drug": "Alvedon", "dose": 1.5}, every=True), note="Åt frukost")
    row = only_row(workbook_of(outage, language="sv"))
    lines = str(list(row.values())[8]).replace("; ", "\n").split("\n")
    assert lines[0] == "Läkemedel: Alvedon"
    assert "Dos: 1,5" in lines
    shown = kind.shown_fields(sample_fields(kind, every=True))
    assert len(lines) == len(shown) + 1, "every field, and the note"
    assert "Åt frukost" in lines[-1]
    assert any("Infört i efterhand efter driftstopp." in str(value) for value in row.values())


def test_times_are_dates_on_the_wall_clock() -> None:
    outage = declare("melior")
    action = log(outage, "melior.note")
    performed = only_row(workbook_of(outage))["Performed"]
    assert isinstance(performed, datetime)
    assert performed == action.performed_at.astimezone(time_zone()).replace(tzinfo=None, second=0, microsecond=0)


def test_a_sheet_reads_and_prints_well() -> None:
    outage = declare("melior")
    log(outage, "melior.note")
    log(outage, "melior.note", identity=TEST_NUMBERS[1])
    sheet = sheet_of(workbook_of(outage), "Melior")
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(3, sheet.max_column).coordinate}"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.endswith("$A$1:$Q$3")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
    assert sheet.oddFooter.right.text == "&P / &N"
    assert "patient data" in sheet.oddFooter.left.text
    assert sheet.oddFooter.center.text == "Driftstopp"
    assert all(dimension.width for dimension in sheet.column_dimensions.values())
    assert sheet["I2"].alignment.wrap_text


def test_the_tick_column_has_a_drop_down_of_three_answers() -> None:
    outage = declare("melior")
    log(outage, "melior.note")
    sheet = sheet_of(workbook_of(outage), "Melior")
    (choice,) = sheet.data_validations.dataValidation
    tick = heading(sheet).index("Tick") + 1
    assert str(choice.sqref) == sheet.cell(2, tick).coordinate
    assert choice.formula1 == '"Done,Not needed,Question"'
    assert sheet.cell(2, tick).value is None


def test_text_is_never_a_formula_whatever_it_begins_with() -> None:
    outage = declare("melior")
    outage.name = "=cmd|' /C calc'!A0"
    kind = current_routine().kinds["melior.medication-administration"]
    for number, text in enumerate(HOSTILE):
        log(
            outage,
            kind.id,
            identity=TEST_NUMBERS[number],
            name=text,
            fields={**sample_fields(kind), "drug": text.strip()},
            note=text,
        )
    workbook = reopen(workbook_of(outage))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    written = {text.strip() for text in HOSTILE} | {outage.name}
    assert written <= {cell.value for cell in cells}
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@")]
    assert len(risky) > len(HOSTILE)
    assert all(cell.quotePrefix for cell in risky)


def test_signs_that_a_workbook_cannot_hold_are_left_out_and_nothing_else() -> None:
    outage = declare("melior")
    log(outage, "melior.note", name="Åsa\x0bÖ\x01berg\uffff <&> \U0001f600", note="rad 1\r\nrad 2")
    row = only_row(workbook_of(outage))
    assert row["Patient"] == "ÅsaÖberg <&> \U0001f600"
    assert row["Note"] == "rad 1\nrad 2"


def test_a_text_too_long_for_a_row_says_so() -> None:
    outage = declare("melior")
    log(outage, "melior.note", note="ord " * 900)
    row = only_row(workbook_of(outage))
    assert "longer than the row can show" in str(row["Know first"])
    assert str(row["Note"]).count("ord") == 900


def test_a_drill_is_marked_everywhere() -> None:
    outage = declare("melior", drill=True)
    log(outage, "melior.note")
    workbook = reopen(workbook_of(outage))
    assert [sheet.title for sheet in workbook] == ["Summary (drill)", "Melior (drill)", "_ticks"]
    assert any(text.startswith("DRILL") for text in texts(workbook.worksheets[0]))
    assert all(sheet.oddHeader.left.text.startswith("DRILL") for sheet in workbook)
    real = declare("melior")
    log(real, "melior.note")
    assert "DRILL" not in " ".join(texts(reopen(workbook_of(real)).worksheets[0]))


def test_what_is_finished_comes_ticked_and_signed() -> None:
    outage = declare("melior")
    first, second = log(outage, "melior.medication-administration"), log(outage, "melior.medication-administration")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    finish_item(first.items[0], "M-17", actor=user("nurse"))
    mark_item_not_needed(second.items[0], "Fanns redan", actor=user("nurse2"))
    table = {row["No."]: row for row in rows(sheet_of(workbook_of(outage), "Melior"))}
    done, not_needed = table[first.items[0].id], table[second.items[0].id]
    assert (done["Tick"], done["Reference"], done["Signature"]) == ("Done", "M-17", "Nora Nyström")
    assert isinstance(done["Time"], datetime)
    assert (not_needed["Tick"], not_needed["Comment"]) == ("Not needed", "Fanns redan")


def test_what_must_be_known_first_is_told() -> None:
    outage = declare("melior")
    waiting = log(outage, "melior.note", identity=TEST_NUMBERS[0])
    assert "Waits for: Melior" in str(only_row(workbook_of(outage))["Know first"])
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    held = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[1])
    asked = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[2])
    amended = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[3], fields=_dose(1))
    claim_item(held.items[0], actor=user("nurse"))
    ask_about_item(asked.items[0], "Vilken styrka?", actor=user("nurse2"))
    answer_item(asked.items[0], "500 mg", actor=user("nurse"))
    finish_item(amended.items[0], actor=user("nurse"))
    correct_action(amended, Correction("fel dos", fields={"dose": 2}), actor=user("nurse"))
    told = {row["No."]: row for row in rows(sheet_of(workbook_of(outage), "Melior"))}
    assert told[waiting.items[0].id]["Know first"] is None
    assert "Being entered by Nora Nyström" in told[held.items[0].id]["Know first"]
    assert "Vilken styrka?" in told[asked.items[0].id]["Know first"]
    assert told[asked.items[0].id]["Answer"] == "500 mg"
    assert "Amend in the target system" in told[amended.items[0].id]["Know first"]
    assert "1 → 2" in told[amended.items[0].id]["Know first"]


def _dose(amount: int) -> dict[str, object]:
    return {**sample_fields(current_routine().kinds["melior.medication-administration"]), "dose": amount}


def test_the_name_of_a_protected_person_stays_in_the_application() -> None:
    outage = declare("melior")
    action = log(outage, "melior.note", name="Hemlig Hemligsson")
    db.session.get_one(Patient, action.patient_id).protected = True
    workbook = reopen(workbook_of(outage))
    assert "Hemlig" not in " ".join(text for sheet in workbook for text in texts(sheet))
    assert only_row(workbook_of(outage))["Patient"] == "PROTECTED IDENTITY"
    assert only_row(workbook_of(outage))["Patient number"] == action.patient.number


def test_other_outages_and_other_units_stay_out() -> None:
    outage, other = declare("melior", units=("ward", "clinic")), declare("melior")
    mine = log(outage, "melior.note")
    log(other, "melior.note", identity=TEST_NUMBERS[1])
    log(outage, "melior.note", unit_code="clinic", actor="outsider", identity=TEST_NUMBERS[2])
    assert only_row(workbook_of(outage, "nurse"))["No."] == mine.items[0].id
    assert workbook_of(outage, "nurse", outage_id=other.id).rows == 1, "the outage is the one asked for"


def test_the_file_name_is_ascii_and_names_no_patient() -> None:
    name = file_name("aterinforing", 7, ["Avd 10/Östra"])
    assert name.startswith("aterinforing-7-avd-10-ostra-2") and name.endswith(".xlsx") and name.isascii()
    assert "-2-enheter-" in file_name("aterinforing", 7, ["a", "b"])


def test_two_unknown_patients_of_one_label_are_kept_apart() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    first = log(outage, "melior.note")
    for code, actor in (("ward", "nurse"), ("clinic", "outsider")):
        action = log(outage, "melior.note", unit_code=code, actor=actor, identity=TEST_NUMBERS[1])
        action.patient = Patient(
            id=uuid.uuid4(), identity_kind="unknown", identity="Okänd man 1", scope=f"{outage.id}:{code}"
        )
        db.session.flush()
    table = rows(sheet_of(workbook_of(outage), "Melior"))
    assert [row["Patient number"] for row in table].count("Okänd man 1") == 2
    assert first.items[0].id in [row["No."] for row in table]
    assert workbook_of(outage).patient_ids >= {first.patient_id}
    assert len(workbook_of(outage).patient_ids) == 3
