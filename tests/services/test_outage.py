"""Declaring an outage and following its systems: each refusal, and what each change moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.region import declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_routine, db
from tracker.models import Duty, Event, Outage, OutageKind, RoutineVersion, Unit
from tracker.queries.item import state_of
from tracker.queries.outage import systems_down
from tracker.queries.routine import routine_of
from tracker.services.event import verify_chain
from tracker.services.outage import (
    SystemDown,
    concern_unit,
    correct_system_times,
    declare_outage,
    find_twin,
    lock_outage,
    restore_system,
    take_system_down,
)

pytestmark = pytest.mark.usefixtures("context")
HOUR = timedelta(hours=1)


def _declare(
    *systems: SystemDown,
    name: str = "Stopp",
    kind: OutageKind = OutageKind.ACUTE,
    units: tuple[Unit, ...] | None = None,
) -> Outage:
    concerned = (unit(),) if units is None else units
    return declare_outage(name, kind, False, systems, concerned, actor=user("it"))


def _faults(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(error.value.faults)


def test_an_outage_keeps_its_systems_units_and_the_routine_in_force() -> None:
    outage = declare("melior", "pmo", units=("ward", "clinic"))
    assert outage.system_ids == ("melior", "pmo")
    assert {row.unit.code for row in outage.concerned} == {"ward", "clinic"}
    assert routine_of(outage).digest == current_routine().digest
    declare("elvis")
    assert db.session.query(RoutineVersion).count() == 1


@pytest.mark.parametrize(("name", "fault"), [("  ", "/name"), ("x" * 121, "/name")])
def test_an_outage_needs_a_name_of_sensible_length(name: str, fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        _declare(SystemDown("melior", utcnow()), name=name)
    assert _faults(refused) == {fault}


def test_an_outage_needs_a_system_and_a_unit_and_says_both_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        _declare(units=())
    assert _faults(refused) == {"/systems", "/units"}


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        _declare(SystemDown("journalen", utcnow()))
    assert _faults(refused) == {"/systems/0/system"}


def test_a_system_named_twice_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        _declare(SystemDown("melior", utcnow()), SystemDown("melior", utcnow()))
    assert _faults(refused) == {"/systems/1/system"}


def test_an_acute_outage_cannot_begin_ahead_but_a_planned_one_can() -> None:
    ahead = SystemDown("melior", utcnow() + HOUR)
    with pytest.raises(Invalid) as refused:
        _declare(ahead)
    assert _faults(refused) == {"/systems/0/down_at"}
    assert _declare(ahead, kind=OutageKind.PLANNED).id


def test_a_year_that_is_a_slip_of_the_finger_is_refused() -> None:
    for slip in (utcnow() - timedelta(days=400), utcnow() + timedelta(days=400)):
        with pytest.raises(Invalid) as refused:
            _declare(SystemDown("melior", slip), kind=OutageKind.PLANNED)
        assert _faults(refused) == {"/systems/0/down_at"}
        with pytest.raises(Invalid):
            correct_system_times(declare("melior"), "melior", slip, None, "Fel", actor=user("it"))


def test_a_planned_system_counts_as_up_until_its_time() -> None:
    outage = _declare(SystemDown("melior", utcnow() + HOUR), kind=OutageKind.PLANNED)
    assert systems_down(False) == ()
    action = log(outage, "melior.medication-administration")
    assert state_of(item_of(action, "document-administration")) == "ready"
    assert systems_down(False, utcnow() + 2 * HOUR) == ("melior",)
    assert state_of(item_of(action, "document-administration"), utcnow() + 2 * HOUR) == "waiting"


def test_a_drill_makes_nothing_real_wait_and_the_other_way_round() -> None:
    real = declare("pmo")
    drill = declare("melior", drill=True)
    assert systems_down(False) == ("pmo",)
    assert systems_down(True) == ("melior",)
    in_real = item_of(log(real, "melior.medication-administration"), "document-administration")
    in_drill = item_of(log(drill, "melior.medication-administration"), "document-administration")
    assert (state_of(in_real), state_of(in_drill)) == ("ready", "waiting")


def test_each_system_comes_back_at_its_own_time() -> None:
    outage = declare("melior", "medspeech")
    restored = utcnow() - HOUR
    restore_system(outage, "medspeech", restored, actor=user("it"))
    assert outage.latest("medspeech").restored_at == restored  # type: ignore[union-attr]
    assert systems_down(False) == ("melior",)


def test_restoring_what_is_not_down_is_a_conflict() -> None:
    outage = declare("melior")
    with pytest.raises(Conflict):
        restore_system(outage, "pmo", utcnow(), actor=user("it"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    with pytest.raises(Conflict):
        restore_system(outage, "melior", utcnow(), actor=user("it"))


def test_a_system_comes_back_after_it_went_down_and_not_ahead_of_now() -> None:
    outage = declare("melior", hours_ago=3)
    for wrong in (utcnow() - 4 * HOUR, outage.began_at, utcnow() + HOUR):
        with pytest.raises(Invalid) as refused:
            restore_system(outage, "melior", wrong, actor=user("it"))
        assert _faults(refused) == {"/restored_at"}


def test_a_system_goes_down_again_as_a_stretch_of_its_own() -> None:
    outage = declare("melior", hours_ago=5)
    restore_system(outage, "melior", utcnow() - 3 * HOUR, actor=user("it"))
    take_system_down(outage, "melior", utcnow() - 2 * HOUR, actor=user("it"))
    assert len([row for row in outage.systems if row.system == "melior"]) == 2
    assert outage.system_ids == ("melior",)
    assert systems_down(False) == ("melior",)


def test_a_system_cannot_go_down_while_it_is_down() -> None:
    outage = declare("melior", hours_ago=5)
    with pytest.raises(Conflict):
        take_system_down(outage, "melior", utcnow(), actor=user("it"))
    restore_system(outage, "melior", utcnow() - 3 * HOUR, actor=user("it"))
    with pytest.raises(Invalid) as refused:
        take_system_down(outage, "melior", utcnow() - 4 * HOUR, actor=user("it"))
    assert _faults(refused) == {"/down_at"}


def test_a_further_system_brings_its_own_duties() -> None:
    outage = declare("melior")
    take_system_down(outage, "elvis", utcnow(), actor=user("it"))
    assert "elvis" in outage.system_ids
    assert "note-on-visit-screen" in {duty.duty for duty in _duties(outage)}


def test_a_further_system_must_be_known_and_not_ahead_in_an_acute_outage() -> None:
    outage = declare("melior")
    with pytest.raises(Invalid) as refused:
        take_system_down(outage, "journalen", utcnow(), actor=user("it"))
    assert _faults(refused) == {"/system"}
    with pytest.raises(Invalid) as refused:
        take_system_down(outage, "pmo", utcnow() + HOUR, actor=user("it"))
    assert _faults(refused) == {"/down_at"}


def test_a_corrected_time_needs_a_reason_and_stays_in_the_history_with_the_old_one() -> None:
    outage = declare("melior", hours_ago=3)
    before = outage.began_at
    with pytest.raises(Invalid) as refused:
        correct_system_times(outage, "melior", before - HOUR, None, " ", actor=user("it"))
    assert _faults(refused) == {"/reason"}
    correct_system_times(outage, "melior", before - HOUR, None, "Loggen visar 1 h tidigare", actor=user("it"))
    event = db.session.scalars(select(Event).where(Event.verb == "times-corrected")).one()
    assert event.before is not None
    assert event.before["systems"][0]["down_at"] == before.isoformat()
    assert event.after is not None
    assert event.after["systems"][0]["down_at"] == (before - HOUR).isoformat()
    assert event.after["reason"] == "Loggen visar 1 h tidigare"
    assert list(verify_chain()) == []


def test_a_system_marked_back_by_mistake_is_down_again_when_corrected() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    correct_system_times(outage, "melior", None, None, "Fel system", actor=user("it"))
    assert systems_down(False) == ("melior",)


def test_a_correction_is_refused_when_the_times_cannot_be() -> None:
    outage = declare("melior", hours_ago=6)
    began = outage.began_at
    restore_system(outage, "melior", began + HOUR, actor=user("it"))
    take_system_down(outage, "melior", began + 2 * HOUR, actor=user("it"))
    for down_at, restored_at, fault in (
        (began + 3 * HOUR, began + 2 * HOUR, "/restored_at"),
        (None, utcnow() + HOUR, "/restored_at"),
        (began + HOUR / 2, None, "/down_at"),
        (utcnow() + HOUR, None, "/down_at"),
    ):
        with pytest.raises(Invalid) as refused:
            correct_system_times(outage, "melior", down_at, restored_at, "Fel", actor=user("it"))
        assert _faults(refused) == {fault}
    with pytest.raises(Conflict):
        correct_system_times(outage, "pmo", began, None, "Fel", actor=user("it"))


def test_a_correction_moves_what_is_due() -> None:
    outage = declare("clinic24", hours_ago=30)
    answer = next(duty for duty in _duties(outage) if duty.duty == "answer-chats")
    due = answer.due_at
    assert due is not None
    correct_system_times(outage, "clinic24", outage.began_at - timedelta(days=7), None, "Fel dag", actor=user("it"))
    assert answer.due_at == due - timedelta(days=7)


def test_a_forgotten_unit_is_added_once_with_its_duties() -> None:
    outage = declare("melior", units=("ward",))
    concern_unit(outage, unit("clinic"), actor=user("it"))
    concern_unit(outage, unit("clinic"), actor=user("it"))
    assert {row.unit.code for row in outage.concerned} == {"ward", "clinic"}
    of_clinic = [duty.duty for duty in _duties(outage) if duty.unit_id == unit("clinic").id]
    assert "print-handout-lists" in of_clinic
    assert len(of_clinic) == len(set(of_clinic))
    assert db.session.scalars(select(Event).where(Event.verb == "unit-added")).one().unit_id == unit("clinic").id


def test_logging_in_a_forgotten_unit_adds_it() -> None:
    outage = declare("melior", units=("ward",))
    log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
    assert unit("clinic").id in outage.unit_ids


def test_the_same_outage_by_the_same_person_within_a_minute_is_found() -> None:
    outage = declare("melior", "pmo")
    same = {"kind": OutageKind.ACUTE, "drill": False, "systems": ["pmo", "melior"]}
    assert find_twin("Driftstopp ", actor=user("it"), **same) is outage  # type: ignore[arg-type]
    assert find_twin("Ett annat", actor=user("it"), **same) is None  # type: ignore[arg-type]
    assert find_twin("Driftstopp", actor=user("director"), **same) is None  # type: ignore[arg-type]
    assert find_twin("Driftstopp", OutageKind.ACUTE, True, ["pmo", "melior"], actor=user("it")) is None
    assert find_twin("Driftstopp", OutageKind.ACUTE, False, ["melior"], actor=user("it")) is None
    outage.declared_at = utcnow() - timedelta(minutes=2)
    assert find_twin("Driftstopp", actor=user("it"), **same) is None  # type: ignore[arg-type]


def test_an_outage_that_does_not_exist_cannot_be_held() -> None:
    with pytest.raises(NotFound):
        lock_outage(4711)


def _duties(outage: Outage) -> list[Duty]:
    return list(db.session.scalars(select(Duty).where(Duty.outage_id == outage.id)))
