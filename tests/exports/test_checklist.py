"""The checklist: what one role of one unit has to see to, once."""

from __future__ import annotations

from collections import Counter

import pytest

from exports.checklist import Checklist, Section, make_checklist
from exports.checklist_workbook import build_checklist_workbook
from tests.exports.reading import reopen, texts
from tests.region import ALL_SYSTEMS, TEST_NUMBERS, declare, fields_for, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Duty, Outage
from tracker.queries.item import UNFINISHED, ItemFilter, every_item
from tracker.services.duty import finish_duty
from tracker.services.item import finish_item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")


def checklist_of(outage: Outage, *roles: str, login: str = "manager", **chosen: object) -> Checklist:
    made_by = user(login)
    filter_ = ItemFilter(**{"unit_ids": frozenset({unit().id}), "roles": roles, **chosen})  # type: ignore[arg-type]
    return make_checklist(outage, filter_, made_by=made_by, language="en")


def numbers(section: Section) -> list[int]:
    return [row.item_id for patient in section.patients for row in patient.rows]


def everything_logged() -> Outage:
    outage = declare(*ALL_SYSTEMS, units=("ward", "clinic"))
    for number, kind in enumerate(current_routine().kinds.values()):
        for spec in kind.items:
            log(outage, kind.id, fields=fields_for(kind, spec), identity=TEST_NUMBERS[number % 9])
    return outage


def test_without_a_role_each_follow_up_and_each_duty_stands_once() -> None:
    outage = everything_logged()
    made = checklist_of(outage)
    found = Counter(number for section in made.sections for number in numbers(section))
    assert set(found) == {item.id for item in every_item(ItemFilter(frozenset({unit().id}))).items}
    assert set(found.values()) == {1}
    duties = Counter(duty.duty_id for section in made.sections for duty in section.duties)
    assert set(duties) == {duty.id for duty in db.session.query(Duty).filter_by(outage_id=outage.id, unit_id=unit().id)}
    assert set(duties.values()) == {1}
    assert made.rows == len(found) + len(duties)


def test_a_roles_own_list_holds_what_it_shares_and_what_is_anybodys() -> None:
    outage = everything_logged()
    (section,) = checklist_of(outage, "nurse").sections
    expected = every_item(ItemFilter(frozenset({unit().id}), roles=("nurse",))).items
    assert set(numbers(section)) == {item.id for item in expected}
    assert {duty.role for duty in section.duties} == {"Nurse", "Staff"}
    assert (section.unit, section.role) == ("Avdelning 10", "Nurse")


def test_a_manager_gets_the_managers_duties_and_no_follow_up() -> None:
    (section,) = checklist_of(everything_logged(), "unit_manager").sections
    assert section.duties and not section.patients


def test_follow_ups_are_grouped_by_patient_and_system() -> None:
    outage = everything_logged()
    order = {target: number for number, target in enumerate(current_routine().target_order)}
    for section in checklist_of(outage).sections:
        listed = [patient.number for patient in section.patients]
        assert listed == sorted(set(listed)), "a patient's record is opened once"
        for patient in section.patients:
            places = [order[row.system] for row in patient.rows]
            assert places == sorted(places)


def test_a_duty_says_when_it_is_due_and_who_did_it() -> None:
    outage = declare("melior")
    duty = next(duty for duty in db.session.query(Duty).filter_by(unit_id=unit().id, role="nurse") if duty.due_at)
    finish_duty(duty, actor=user("nurse"))
    (section,) = checklist_of(outage, "nurse").sections
    line = next(line for line in section.duties if line.duty_id == duty.id)
    assert (line.outcome, line.signature) == ("Done", "Nora Nyström")
    assert line.due and line.finished_at
    assert all(not other.outcome for other in section.duties if other.duty_id != duty.id)


def test_only_the_duties_of_the_chosen_system_are_listed() -> None:
    outage = declare("melior", "pmo")
    specs = current_routine().duties
    duty_ids = {line.duty_id for section in checklist_of(outage, systems=("pmo",)).sections for line in section.duties}
    assert duty_ids
    for duty in db.session.query(Duty).filter(Duty.id.in_(duty_ids)):
        assert {"any", "pmo"} & set(specs[duty.duty].systems)


def test_another_units_patients_and_duties_stay_out() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    log(outage, "melior.note", unit_code="clinic", actor="outsider")
    made = checklist_of(outage)
    assert {section.unit for section in made.sections} == {"Avdelning 10"}
    assert made.patients == {}


def test_the_workbook_has_a_sheet_to_print_and_tick_for_each_unit_and_role() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    kind = current_routine().kinds["melior.medication-administration"]
    first = log(outage, kind.id, name="=1+1", fields={**sample_fields(kind), "drug": "-Alvedon"})
    log(outage, kind.id, identity=TEST_NUMBERS[1])
    finish_item(first.items[0], "M-1", actor=user("nurse"))
    filter_ = ItemFilter(user("manager").unit_ids)
    made = build_checklist_workbook(outage, filter_, made_by=user("manager"), language="en")
    workbook = reopen(made)
    titles = [sheet.title for sheet in workbook]
    assert {"Avdelning 10 Nurse", "Ögonmottagningen Nurse"} <= set(titles)
    sheet = workbook["Avdelning 10 Nurse"]
    assert sheet.print_title_rows == "$4:$4" and sheet.freeze_panes == "D5"
    assert sheet.page_setup.orientation == "landscape"
    assert [cell.value for cell in sheet[4]][:3] == ["Tick", "No.", "Patient number"]
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"Done,Not needed,Question"'
    line = next(row for row in sheet.iter_rows(values_only=True) if row[1] == first.items[0].id)
    assert line[0] == "Done" and "M-1" in line and "Nora Nyström" in line
    cells = [cell for its_sheet in workbook for row in its_sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert made.rows == sum(
        1
        for its_sheet in workbook
        for row in its_sheet.iter_rows(min_row=5, values_only=True)
        if row[5] is not None or row[6] is not None
    )


def test_a_drill_says_so_on_every_sheet() -> None:
    outage = declare("melior", drill=True)
    filter_ = ItemFilter(frozenset({unit().id}))
    workbook = reopen(build_checklist_workbook(outage, filter_, made_by=user("manager"), language="en"))
    for sheet in workbook:
        assert "(drill)" in sheet.title
        assert any(text.startswith("DRILL") for text in texts(sheet))


def test_an_empty_choice_makes_a_workbook_that_says_so() -> None:
    outage = declare("melior")
    filter_ = ItemFilter(frozenset({unit("clinic").id}), states=UNFINISHED)
    made = build_checklist_workbook(outage, filter_, made_by=user("manager"), language="en")
    assert made.rows == 0
    assert "No follow-up and no duty fits the choice." in texts(reopen(made).worksheets[0])
