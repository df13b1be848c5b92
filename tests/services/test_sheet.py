"""Numbered forms: each has one number for ever, and nothing becomes of it without somebody's word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, unit, user
from tests.sheets import DOSE, NOTE, issue, log_on, serials, sheet_of
from tracker.clock import telling, utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Event, SheetState
from tracker.queries.sheet import series_in
from tracker.queries.sheet_standing import stand_of
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.sheet import (
    Wanted,
    count_blanks,
    issue_sheets,
    lose_sheet,
    mark_blank,
    undo_settling,
    void_sheet,
)

pytestmark = pytest.mark.usefixtures("context")


def state(serial: str) -> str:
    return stand_of(sheet_of(serial)).state


def test_no_two_forms_ever_share_a_number() -> None:
    outage = declare("melior")
    found = [*serials(issue(outage, 5)), *serials(issue(None, 4, NOTE)), *serials(issue(outage, 2, actor="manager"))]
    assert len(found) == len(set(found)) == 11
    assert found == sorted(found)


def test_a_double_click_prints_one_set() -> None:
    outage = declare("melior")
    first = issue(outage, 3)
    assert issue(outage, 3).id == first.id
    with telling(utcnow() + timedelta(minutes=2)):
        assert issue(outage, 3).id != first.id


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ([], "/"),
        ([Wanted(DOSE, 201)], f"/{DOSE}"),
        ([Wanted("no.such", 1)], "/no.such"),
        ([Wanted(DOSE, -1)], f"/{DOSE}"),
    ],
)
def test_an_order_that_cannot_be_is_told_at_its_number(wanted: list[Wanted], pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        issue_sheets(unit(), None, wanted, current_routine(), actor=user("nurse"))
    assert pointer in caught.value.faults


def test_nobody_issues_forms_for_a_unit_that_is_not_theirs() -> None:
    with pytest.raises(Forbidden):
        issue_sheets(unit(), None, [Wanted(DOSE, 1)], current_routine(), actor=user("outsider"))


def test_logging_names_its_form_however_the_number_was_typed_and_many_may_name_one() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    first = log_on(outage, serial.lower().replace("-", " "))
    second = log_on(outage, f"DT:{serial}")
    assert first.numbered_sheet is second.numbered_sheet is sheet_of(serial)
    assert first.sheet == serial.lower().replace("-", " ")
    assert state(serial) == "used"
    assert stand_of(sheet_of(serial)).actions == 2


def test_a_number_that_is_not_ours_is_kept_as_written() -> None:
    action = log_on(declare("melior"), "AVD10-0042")
    assert (action.sheet, action.numbered_sheet) == ("AVD10-0042", None)


def test_voiding_the_action_leaves_the_form_to_be_accounted_for() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    action = log_on(outage, serial)
    void_action(action, "fel patient", actor=user("nurse"))
    assert state(serial) == "unlogged"


def test_correcting_the_number_moves_the_action_to_the_other_form() -> None:
    outage = declare("melior")
    one, two, _three = serials(issue(outage))
    action = log_on(outage, one)
    correct_action(action, Correction(reason="fel nummer", sheet=two), actor=user("nurse"))
    assert (state(one), state(two)) == ("unlogged", "used")


def test_a_pack_printed_ahead_belongs_to_the_outage_in_which_it_is_first_used() -> None:
    pack = issue(None, 4)
    assert series_in(unit().id, None)
    outage = declare("melior")
    log_on(outage, serials(pack)[0])
    assert pack.outage_id == outage.id
    assert series_in(unit().id, None) == []


def test_blanks_of_one_outage_go_on_into_the_next_as_a_series_of_its_own() -> None:
    first, pack = declare("melior"), issue(None, 4)
    one, _two, three, four = serials(pack)
    log_on(first, one)
    count_blanks(pack, sheet_of(three), actor=user("nurse"))
    second = declare("melior", drill=True)
    log_on(second, three)
    assert [str(line.whole) for line in series_in(unit().id, second.id)] == [f"{three} – {four}"]
    assert (state(three), state(four)) == ("used", "unlogged")
    assert [sheet.serial for sheet in series_in(unit().id, first.id)[0].sheets("used", "unlogged")] == serials(pack)[:2]


def test_counting_says_which_are_blank_and_counting_again_takes_back_what_was_not() -> None:
    outage = declare("melior")
    series = issue(outage, 5)
    one, two, three, four, five = serials(series)
    log_on(outage, one)
    log_on(outage, four)
    assert count_blanks(series, sheet_of(three), actor=user("nurse")) == 2
    assert [state(serial) for serial in (one, two, three, four, five)] == ["used", "unlogged", "blank", "used", "blank"]
    assert count_blanks(series, sheet_of(five), actor=user("nurse")) == 1
    assert state(three) == "unlogged"
    assert count_blanks(series, None, actor=user("nurse")) == 0
    assert state(five) == "unlogged"


def test_a_blank_form_that_is_used_and_voided_is_not_blank_again() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    mark_blank(sheet_of(serial), outage, actor=user("nurse"))
    void_action(log_on(outage, serial), "fel", actor=user("nurse"))
    assert state(serial) == "unlogged"


@pytest.mark.parametrize("settle", [void_sheet, lose_sheet])
def test_void_and_missing_have_a_reason_and_can_be_undone(settle: object) -> None:
    outage = declare("melior")
    sheet = sheet_of(serials(issue(outage))[0])
    with pytest.raises(Invalid):
        settle(sheet, "  ", outage, actor=user("nurse"))  # type: ignore[operator]
    settle(sheet, "kaffe på den", outage, actor=user("nurse"))  # type: ignore[operator]
    assert (sheet.reason, sheet.settled_by) == ("kaffe på den", user("nurse"))
    undo_settling(sheet, actor=user("nurse2"))
    assert (sheet.state, sheet.reason, sheet.settled_at) == (SheetState.ISSUED, "", None)
    verbs = [event.verb for event in db.session.query(Event).filter_by(subject_type="sheet").order_by(Event.id)]
    assert verbs[-1] == "sheet-undone"


def test_a_form_that_is_used_is_neither_void_nor_missing() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    log_on(outage, serial)
    with pytest.raises(Conflict):
        lose_sheet(sheet_of(serial), "borta", outage, actor=user("nurse"))


def test_logging_from_a_missing_form_is_never_refused_and_it_is_found() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    lose_sheet(sheet_of(serial), "letat överallt", outage, actor=user("nurse"))
    log_on(outage, serial, identity=TEST_NUMBERS[1])
    assert state(serial) == "used"


def test_only_the_unit_says_what_became_of_its_forms() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    sheet = sheet_of(serials(issue(outage))[0])
    for attempt in (
        lambda: void_sheet(sheet, "x", outage, actor=user("outsider")),
        lambda: count_blanks(sheet.series, sheet, actor=user("outsider")),
    ):
        with pytest.raises(Forbidden):
            attempt()
