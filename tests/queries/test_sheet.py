"""Which gaps a unit still has to explain, what was odd about a number, and how many forms it needs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, log, unit, user
from tests.sheets import DOSE, NOTE, issue, log_on, serials, sheet_of
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import OrphanFault, Outage
from tracker.queries.sheet import sheet_counts, sheet_obstacles
from tracker.queries.sheet_doubt import SheetUse, sheet_doubts
from tracker.queries.sheet_need import needs_for
from tracker.queries.sheet_standing import sheet_ranges
from tracker.serial import write_serial
from tracker.services.orphan_sheet import OrphanEntry, note_orphan, solve_without_entry
from tracker.services.outage import restore_system
from tracker.services.sheet import count_blanks, lose_sheet, mark_blank, void_sheet

pytestmark = pytest.mark.usefixtures("context")


def names(outage: Outage) -> list[str]:
    return [name for obstacle in sheet_obstacles(outage, unit()) for name in obstacle.names]


def test_hundreds_of_forms_are_a_few_ranges() -> None:
    numbers = [*range(1, 200), *range(300, 500), 700]
    assert [str(part) for part in sheet_ranges(map(write_serial, numbers))] == [
        f"{write_serial(1)} – {write_serial(199)}",
        f"{write_serial(300)} – {write_serial(499)}",
        write_serial(700),
    ]


def test_every_gap_is_named_until_each_form_is_accounted_for() -> None:
    outage = declare("melior")
    series = issue(outage, 5)
    one, two, three, four, five = serials(series)
    assert names(outage) == [f"{one} – {five}"]  # not counted yet
    log_on(outage, one)
    count_blanks(series, sheet_of(five), actor=user("nurse"))
    assert names(outage) == [two, three, four]
    void_sheet(sheet_of(two), "felskriven", outage, actor=user("nurse"))
    lose_sheet(sheet_of(three), "letat i alla rum", outage, actor=user("nurse"))
    log_on(outage, four)
    assert names(outage) == []
    counts = sheet_counts(outage, unit())
    assert counts["missing_sheets"] == [{"serial": three, "reason": "letat i alla rum"}]
    assert (counts["used"], counts["void"], counts["missing"], counts["blank"]) == (2, 1, 1, 1)


def test_a_pack_nobody_opened_is_no_gap_and_one_form_of_it_lost_is() -> None:
    outage, pack = declare("melior"), issue(None, 3)
    assert names(outage) == []
    lose_sheet(sheet_of(serials(pack)[0]), "borta", outage, actor=user("nurse"))
    assert names(outage) == [f"{serials(pack)[1]} – {serials(pack)[2]}"]


def test_blanks_counted_while_a_system_was_down_are_counted_again() -> None:
    """A form counted blank at shift end may be written on before the outage is over."""
    outage = declare("melior")
    series = issue(outage, 2)
    log_on(outage, serials(series)[0])
    count_blanks(series, sheet_of(serials(series)[1]), actor=user("nurse"))
    assert names(outage) == []
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert names(outage) == [serials(series)[1]]
    count_blanks(series, sheet_of(serials(series)[1]), actor=user("nurse"))
    assert names(outage) == []


def test_an_unclear_form_is_a_gap_until_it_is_solved() -> None:
    outage = declare("melior")
    serial = serials(issue(outage, 1))[0]
    entry = OrphanEntry(OrphanFault.NO_PATIENT, serial, "Alvedon 1 g kl 8", "expeditionen")
    orphan = note_orphan(entry, outage, unit(), actor=user("nurse"))
    assert names(outage) == [serial]
    log_on(outage, serial)
    assert names(outage) == [serial]  # logged in part, and still unclear
    solve_without_entry(orphan, "gäller ingen patient", actor=user("nurse"))
    assert names(outage) == []


def doubts(told: str, outage: Outage, **changed: object) -> set[str]:
    use = {
        "told": told,
        "kind": current_routine().kinds[DOSE],
        "unit_id": unit().id,
        "outage_id": outage.id,
        "patient_id": None,
        "action_id": uuid.uuid4(),
    } | changed
    return {doubt.code for doubt in sheet_doubts(SheetUse(**use))}  # type: ignore[arg-type]


def test_what_is_odd_about_a_number_is_told_and_nothing_else() -> None:
    outage, other = declare("melior", units=("ward", "clinic")), declare("melior", drill=True)
    plain, void, missing, blank = serials(issue(outage, 4))
    void_sheet(sheet_of(void), "spilld", outage, actor=user("nurse"))
    lose_sheet(sheet_of(missing), "borta", outage, actor=user("nurse"))
    mark_blank(sheet_of(blank), outage, actor=user("nurse"))
    foreign = serials(issue(outage, 1, unit_code="clinic", actor="outsider"))[0]
    assert doubts("", outage) == doubts("AVD10-42", outage) == doubts(plain, outage) == doubts(blank, outage) == set()
    assert doubts(f"{plain[:-1]}{'A' if plain[-1] != 'A' else 'B'}", outage) == {"wrong_letter"}
    assert doubts(write_serial(999_999), outage) == {"unknown"}
    assert doubts(void, outage) == {"void"}
    assert doubts(missing, outage) == {"missing"}
    assert doubts(foreign, outage) == {"other_unit"}
    assert doubts(plain, other) == {"other_outage"}
    assert doubts(plain, outage, kind=current_routine().kinds[NOTE]) == {"other_kind"}


def test_a_form_of_one_patient_with_another_patient_on_it_is_odd_and_a_visit_list_is_not() -> None:
    outage = declare("melior", "elvis")
    dose, visits = serials(issue(outage, 1))[0], serials(issue(outage, 1, "elvis.visit"))[0]
    action = log_on(outage, dose)
    log_on(outage, visits, "elvis.visit")
    assert doubts(dose, outage) == {"other_patient"}
    assert doubts(dose, outage, patient_id=action.patient_id) == set()
    assert doubts(visits, outage, kind=current_routine().kinds["elvis.visit"]) == set()


def test_enough_for_eight_hours_comes_from_the_busiest_outage_else_from_the_routine() -> None:
    needs = needs_for(unit(), current_routine(), ["melior"])
    assert needs[DOSE].count == current_routine().kinds[DOSE].paper.eight_hours
    assert needs["pmo.note"].count == 0
    outage = declare("melior", hours_ago=2)
    for number in range(6):
        log(outage, NOTE, identity=TEST_NUMBERS[number])
    db.session.commit()
    need = needs_for(unit(), current_routine(), ["melior"])[NOTE]
    assert need.logged == 6
    assert 28 <= need.count <= 31  # 3 an hour, 8 hours, a quarter to spare
    assert timedelta(hours=need.hours) >= timedelta(hours=2)
