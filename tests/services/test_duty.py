"""Duties: which units get which, when they are due, and who may tick them. Held against the contract, row by row."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from tests.region import ALL_SYSTEMS, declare, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.models import Duty, DutyRule, DutyState, Event, Outage, OutageKind, Role, UnitKind
from tracker.queries.unit import get_unit
from tracker.services.duty import finish_duty, lock_duty, mark_duty_not_needed, reopen_duty
from tracker.services.event import CommandLine
from tracker.services.outage import SystemDown, declare_outage, restore_system, take_system_down
from tracker.services.unit import UnitEntry, create_unit
from tracker.services.user import UserEntry, create_user

CONTRACT = Path(__file__).parents[2].parent / "shared" / "domain" / "duties.csv"
ROWS = list(csv.DictReader(CONTRACT.read_text(encoding="utf-8").splitlines()))
UNITS_OF_SCOPE = {
    "unit": {"ward", "clinic", "emergency", "surgery"},
    "emergency unit": {"emergency"},
    "surgery unit": {"surgery"},
    "region": {None},
}

pytestmark = pytest.mark.usefixtures("context")


def _duties(outage: Outage) -> list[Duty]:
    return list(db.session.scalars(select(Duty).where(Duty.outage_id == outage.id)))


def _of(outage: Outage, duty: str, code: str | None = "ward") -> Duty:
    return next(row for row in _duties(outage) if row.duty == duty and (row.unit.code if row.unit else None) == code)


def _add_surgery() -> None:
    create_unit(UnitEntry("surgery", "Operation", "Gävle", UnitKind.SURGERY, ALL_SYSTEMS), actor=CommandLine())
    create_unit(UnitEntry("bare", "Utan system", "Gävle", UnitKind.CLINIC, ()), actor=CommandLine())


def test_the_contract_is_the_whole_of_it() -> None:
    assert len(ROWS) == 48


@pytest.mark.parametrize("row", ROWS, ids=[row["duty"] for row in ROWS])
@pytest.mark.parametrize("kind", ["acute", "planned"])
def test_a_duty_stands_for_just_the_units_role_and_kind_of_outage_of_the_contract(
    row: dict[str, str], kind: str
) -> None:
    _add_surgery()
    every = ("ward", "clinic", "emergency", "surgery", "bare")
    system = "melior" if row["system"] == "any" else row["system"].split("|")[0]
    outage = declare(system, units=every, kind=kind)
    found = [duty for duty in _duties(outage) if duty.duty == row["duty"]]
    expected = UNITS_OF_SCOPE[row["scope"]] if row["outage"] in (kind, "both", "always") else set()
    if expected and row["system"] == "any" and row["scope"] == "unit":
        expected = expected | {"bare"}
    assert {duty.unit.code if duty.unit else None for duty in found} == expected
    assert len(found) == len(expected), "once each"
    assert {duty.role for duty in found} <= {row["role"]}


@pytest.mark.parametrize("row", [row for row in ROWS if row["system"] != "any"], ids=lambda row: row["duty"])
def test_a_duty_of_a_system_comes_with_each_of_its_systems_and_no_other(row: dict[str, str]) -> None:
    _add_surgery()
    kind = "planned" if row["outage"] == "planned" else "acute"
    every = ("ward", "clinic", "emergency", "surgery")
    for system in ALL_SYSTEMS:
        outage = declare(system, units=every, kind=kind)
        stands = any(duty.duty == row["duty"] for duty in _duties(outage))
        assert stands is (system in row["system"].split("|")), system


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a Friday
DUE = {
    "-21 days": BEGAN - timedelta(days=21),
    "-7 days": BEGAN - timedelta(days=7),
    "-1 day": BEGAN - timedelta(days=1),
    "start": BEGAN,
    "3 working days": datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC),  # the end of that day in Sweden
    "none": None,
    "daily": None,
    "standing": None,
}


@time_machine.travel(NOW)
@pytest.mark.parametrize("row", ROWS, ids=[row["duty"] for row in ROWS])
def test_a_duty_is_due_when_the_contract_says(row: dict[str, str]) -> None:
    _add_surgery()
    kind = OutageKind.PLANNED if row["outage"] == "planned" else OutageKind.ACUTE
    system = "melior" if row["system"] == "any" else row["system"].split("|")[0]
    units = [get_unit(code) for code in ("ward", "emergency", "surgery")]
    outage = declare_outage("Stopp", kind, False, [SystemDown(system, BEGAN)], units, actor=user("it"))
    duties = [duty for duty in _duties(outage) if duty.duty == row["duty"]]
    assert duties
    if row["due"].startswith("at once"):
        expected = None if row["phase"] in ("restored", "after") else BEGAN
    else:
        expected = DUE[row["due"]]
    assert {duty.due_at for duty in duties} == {expected}
    if row["due"].startswith("at once") and row["phase"] in ("restored", "after"):
        restore_system(outage, system, BEGAN + timedelta(hours=2), actor=user("it"))
        assert {duty.due_at for duty in duties} == {BEGAN + timedelta(hours=2)}


def test_the_news_of_a_planned_outage_is_due_when_it_is_declared_not_when_it_begins() -> None:
    outage = declare_outage(
        "Stopp", OutageKind.PLANNED, False, [SystemDown("melior", utcnow() + timedelta(days=30))], [unit()],
        actor=user("it"),
    )  # fmt: skip
    assert _of(outage, "inform-staff").due_at == outage.declared_at


@time_machine.travel(NOW)
def test_working_days_are_counted_on_the_clock_of_the_wall() -> None:
    night_to_saturday = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday 00:30 in Sweden
    outage = declare_outage(
        "Stopp", OutageKind.ACUTE, False, [SystemDown("clinic24", night_to_saturday)], [unit()], actor=user("it")
    )
    assert _of(outage, "answer-chats").due_at == datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)


def test_swedish_holidays_are_no_working_days() -> None:
    wednesday = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    with time_machine.travel(wednesday):
        outage = declare_outage(
            "Stopp", OutageKind.ACUTE, False, [SystemDown("clinic24", wednesday)], [unit()], actor=user("it")
        )
    # Monday 28, Tuesday 29 and Wednesday 30 December: Christmas eve is as free as Christmas day.
    assert _of(outage, "answer-chats").due_at == datetime(2026, 12, 30, 22, 59, 59, tzinfo=UTC)


def test_what_is_due_at_restoration_waits_for_the_last_system_and_for_it_again_when_it_falls() -> None:
    outage = declare("melior", "pmo", hours_ago=5)
    tell = _of(outage, "restored-inform-staff")
    restore_system(outage, "melior", utcnow() - timedelta(hours=3), actor=user("it"))
    assert tell.due_at is None
    last = utcnow() - timedelta(hours=2)
    restore_system(outage, "pmo", last, actor=user("it"))
    assert tell.due_at == last
    take_system_down(outage, "pmo", utcnow() - timedelta(hours=1), actor=user("it"))
    assert tell.due_at is None


def test_a_units_local_routine_decides_who() -> None:
    ward = unit()
    ward.duty_rules.append(DutyRule(duty="print-handout-lists", role="secretary"))
    db.session.flush()
    outage = declare("melior", units=("ward", "clinic"))
    assert _of(outage, "print-handout-lists").role == "secretary"
    assert _of(outage, "print-handout-lists", "clinic").role == "nurse"
    finish_duty(_of(outage, "print-handout-lists"), actor=user("secretary"))
    with pytest.raises(Forbidden):
        finish_duty(_of(outage, "print-handout-lists", "clinic"), actor=user("secretary"))


@pytest.mark.parametrize(
    ("duty", "code", "login", "may"),
    [
        ("print-handout-lists", "ward", "nurse", True),
        ("print-handout-lists", "ward", "secretary", False),
        ("print-handout-lists", "ward", "outsider", False),
        ("print-handout-lists", "ward", "manager2", True),
        ("check-plexus", "ward", "other", True),
        ("check-plexus", "clinic", "nurse", False),
        ("inform-staff", "ward", "nurse", False),
        ("inform-staff", "ward", "manager", True),
        ("post-plexus", None, "it", True),
        ("post-plexus", None, "director", False),
        ("post-plexus", None, "manager", False),
        ("director-informs", None, "director", True),
    ],
)
def test_a_duty_is_ticked_by_its_role_in_the_unit_or_by_the_manager(
    duty: str, code: str | None, login: str, may: bool
) -> None:
    outage = declare("melior", units=("ward", "clinic"))
    found = _of(outage, duty, code)
    if may:
        finish_duty(found, actor=user(login))
        assert (found.state, found.done_by) == (DutyState.DONE, user(login))
    else:
        for change in (finish_duty, reopen_duty):
            with pytest.raises(Forbidden):
                change(found, actor=user(login))
        with pytest.raises(Forbidden):
            mark_duty_not_needed(found, "Ingen skrivare", actor=user(login))


def test_ticking_twice_is_no_fault_but_the_first_stands() -> None:
    outage = declare("melior")
    duty = _of(outage, "print-handout-lists")
    finish_duty(duty, actor=user("nurse"))
    finish_duty(duty, actor=user("nurse2"))
    assert duty.done_by is user("nurse")
    with pytest.raises(Conflict) as refused:
        mark_duty_not_needed(duty, "Behövs inte", actor=user("nurse2"))
    assert refused.value.holder == "Nora Nyström"


def test_not_needed_needs_a_reason() -> None:
    outage = declare("melior")
    duty = _of(outage, "print-handout-lists")
    with pytest.raises(Invalid):
        mark_duty_not_needed(duty, "  ", actor=user("nurse"))
    mark_duty_not_needed(duty, " Inga patienter ", actor=user("nurse"))
    assert (duty.state, duty.reason) == (DutyState.NOT_NEEDED, "Inga patienter")


def test_a_tick_can_be_taken_back_and_everything_is_in_the_history() -> None:
    outage = declare("melior")
    duty = _of(outage, "print-handout-lists")
    with pytest.raises(Conflict):
        reopen_duty(duty, actor=user("nurse"))
    finish_duty(duty, actor=user("nurse"))
    reopen_duty(duty, actor=user("nurse2"))
    assert (duty.state, duty.done_by, duty.done_at) == (DutyState.OPEN, None, None)
    events = db.session.scalars(select(Event).where(Event.subject_type == "duty").order_by(Event.id)).all()
    assert [(event.verb, event.actor_name) for event in events] == [
        ("done", "Nora Nyström"),
        ("reopened", "Nils Norberg"),
    ]


def test_a_duty_that_does_not_exist_cannot_be_held() -> None:
    with pytest.raises(NotFound):
        lock_duty(4711)


def test_a_new_colleague_may_tick_at_once() -> None:
    outage = declare("melior")
    create_user(UserEntry("ny", "Ny Nilsson", Role.NURSE, ("ward",), ()), actor=CommandLine())
    finish_duty(_of(outage, "print-handout-lists"), actor=user("ny"))
    assert _of(outage, "print-handout-lists").state is DutyState.DONE
