"""A sheet that nobody understands is worked until somebody does."""

from __future__ import annotations

import pytest

from tests.region import declare, log, unit, user
from tests.sheets import issue, log_on, serials
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.models import Event, OrphanFault, OrphanSheet, OrphanSolution, Outage
from tracker.queries.orphan_sheet import candidates_for, orphan_sheet_obstacles, unsolved_orphans
from tracker.services.action import void_action
from tracker.services.orphan_sheet import (
    OrphanEntry,
    add_attempt,
    decline_offered,
    note_orphan,
    offer_orphan,
    reopen_orphan,
    solve_by_action,
    solve_without_entry,
    take_offered,
)

pytestmark = pytest.mark.usefixtures("context")


def note(outage: Outage, serial: str = "", actor: str = "nurse", content: str = "Alvedon 1 g, kl 8?") -> OrphanSheet:
    orphan = note_orphan(
        OrphanEntry(OrphanFault.ILLEGIBLE, serial, content, "fikarummet"), outage, unit(), actor=user(actor)
    )
    db.session.commit()
    return orphan


def obstacles(outage: Outage, code: str = "ward") -> list[str]:
    return [name for found in orphan_sheet_obstacles(outage, unit(code)) for name in found.names]


def test_it_holds_the_unit_up_until_it_is_solved() -> None:
    outage = declare("melior")
    orphan = note(outage)
    assert obstacles(outage) == [f"#{orphan.id}"]
    solve_without_entry(orphan, "en kladd", actor=user("nurse2"))
    assert obstacles(outage) == []
    assert (orphan.solution, orphan.solved_by) == (OrphanSolution.NOTHING_TO_ENTER, user("nurse2"))


def test_its_number_is_read_like_any_other_and_a_wrong_one_is_told() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    assert note(outage, serial.lower().replace("-", "")).sheet is not None
    wrong = f"{serial[:-1]}{'A' if serial[-1] != 'A' else 'B'}"
    for told, content, pointer in ((wrong, "x", "/serial"), ("", " ", "/content"), ("999999V", "x", "/serial")):
        with pytest.raises(Invalid) as caught:
            note(outage, told, content=content)
        assert list(caught.value.faults) == [pointer]


def test_one_sheet_is_not_noted_twice_while_it_is_open() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    solve_without_entry(note(outage, serial), "kladd", actor=user("nurse"))
    note(outage, serial)
    with pytest.raises(Conflict):
        note(outage, serial, actor="nurse2")


def test_the_action_that_says_it_solves_it_and_it_can_be_opened_again() -> None:
    outage = declare("melior")
    serial = serials(issue(outage))[0]
    orphan = note(outage, serial)
    action = log_on(outage, serial)
    assert list(candidates_for(orphan)) == [action]
    solve_by_action(orphan, action, actor=user("nurse2"))
    assert (orphan.action, orphan.solution) == (action, OrphanSolution.LOGGED)
    with pytest.raises(Conflict):
        add_attempt(orphan, "frågade Nils", actor=user("nurse"))
    reopen_orphan(orphan, actor=user("nurse"))
    assert orphan.solution is None
    assert obstacles(outage) == [serial]


def test_a_voided_action_or_one_of_another_unit_solves_nothing() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    orphan = note(outage)
    voided = log(outage, "melior.note")
    void_action(voided, "fel", actor=user("nurse"))
    elsewhere = log(outage, "melior.note", actor="outsider", unit_code="clinic")
    for action in (voided, elsewhere):
        with pytest.raises(Conflict):
            solve_by_action(orphan, action, actor=user("nurse"))


def test_another_unit_takes_it_with_all_that_was_tried_or_declines_it() -> None:
    outage = declare("melior", units=("ward",))
    orphan = note(outage)
    add_attempt(orphan, "Peter känner inte igen stilen", actor=user("nurse"))
    offer_orphan(orphan, unit("clinic"), "Är det er blankett?", actor=user("nurse"))
    db.session.commit()
    assert obstacles(outage) == [f"#{orphan.id}"]  # ours until they take it
    decline_offered(orphan, "inte vår patient", actor=user("outsider"))
    assert orphan.offered_to is None
    assert orphan.attempts[-1].text == "Ögonmottagningen: inte vår patient"
    offer_orphan(orphan, unit("clinic"), "", actor=user("nurse"))
    db.session.commit()
    theirs = take_offered(orphan, actor=user("outsider"))
    assert orphan.solution is OrphanSolution.OTHER_UNIT
    assert obstacles(outage) == []
    assert obstacles(outage, "clinic") == [f"#{theirs.id}"]
    assert theirs.attempts[0].text == "Peter känner inte igen stilen"
    with pytest.raises(Conflict):
        take_offered(orphan, actor=user("outsider"))


def test_it_is_nobody_elses_business() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    orphan = note(outage)
    assert list(unsolved_orphans(frozenset({unit("clinic").id}))) == []
    for attempt in (
        lambda: add_attempt(orphan, "x", actor=user("outsider")),
        lambda: solve_without_entry(orphan, "x", actor=user("outsider")),
        lambda: reopen_orphan(orphan, actor=user("outsider")),
    ):
        with pytest.raises(Forbidden):
            attempt()
    with pytest.raises(Conflict):
        take_offered(orphan, actor=user("outsider"))


def test_what_is_read_on_it_stays_out_of_the_history() -> None:
    """It may name a patient; the region-wide roles read the history."""
    outage = declare("melior")
    solve_without_entry(note(outage, content="Bertil Bok 081213"), "Bertil Bok var inte här", actor=user("nurse"))
    for event in db.session.query(Event).filter_by(subject_type="orphan_sheet"):
        assert "Bertil" not in repr((event.before, event.after))
