"""The first sheet of the re-entry workbook: what was chosen, how much there is, and what vouches for it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.exports.reading import only_row, reopen, sheet_of, system_sheets, texts, workbook_of
from tests.region import TEST_NUMBERS, declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.queries.history import history_head
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")


def test_a_filter_holds_and_is_told_in_words() -> None:
    outage = declare("melior", "pmo", units=("ward", "clinic"))
    ours = log(outage, "melior.medication-administration")
    log(outage, "melior.medication-administration", unit_code="clinic", actor="outsider", identity=TEST_NUMBERS[1])
    log(outage, "pmo.note", identity=TEST_NUMBERS[2])
    made = workbook_of(
        outage,
        unit_ids=frozenset({unit().id}),
        systems=("melior",),
        roles=("nurse",),
        states=("waiting",),
        patient_id=ours.patient_id,
    )
    assert only_row(made)["No."] == item_of(ours, "document-administration").id
    told = texts(reopen(made).worksheets[0])
    assert {"Avdelning 10", "Melior", "Nurse", "Waiting"} <= set(told)
    assert not any("Ögonmottagningen" in text for text in told)
    assert made.patients == {unit().id: frozenset({ours.patient_id})}
    assert made.patient_ids == frozenset({ours.patient_id})


def test_the_summary_counts_and_vouches_for_the_workbook() -> None:
    outage = declare("melior", "svarsdatabasen")
    log(outage, "melior.note", identity=TEST_NUMBERS[0])
    log(outage, "melior.note", identity=TEST_NUMBERS[1])
    log(outage, "svarsdatabasen.radiology-urgent", identity=TEST_NUMBERS[0])
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    made = workbook_of(outage)
    summary = reopen(made).worksheets[0]
    filled = [tuple(value for value in row if value is not None) for row in summary.iter_rows(values_only=True)]
    lines = [line for line in filled if line]
    assert ("Patients", "2") in lines
    assert ("Made by", "Maria Mård, Nurse") in lines
    length, head = history_head()
    assert ("History", f"{length} lines, the last: {head}") in lines
    total = next(line for line in lines if line[0] == "Total")
    assert total[-1] == made.rows == sum(sheet.max_row - 1 for sheet in system_sheets(reopen(made)))
    melior = next(line for line in lines if line[0] == "Melior" and isinstance(line[1], int))
    assert melior[-1] == sheet_of(made, "Melior").max_row - 1
    assert any(line[0] == "Svarsdatabasen" and line[-1] == "Still down" for line in lines)
    assert any(line[0] == "Melior" and isinstance(line[-1], datetime) for line in lines)
    assert summary.oddFooter.right.text == "&P / &N"


def test_a_choice_that_nothing_fits_makes_a_workbook_that_says_so() -> None:
    made = workbook_of(declare("melior"))
    workbook = reopen(made)
    assert len(workbook.worksheets) == 1
    assert "No follow-up fits the choice." in texts(workbook.worksheets[0])
    assert (made.rows, made.patient_ids) == (0, frozenset())
