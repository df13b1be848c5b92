"""The order of re-entry: why each stands where it does."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.region import TEST_NUMBERS, declare, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Outage, Risk
from tracker.queries.item import READY, ItemFilter, every_item, queue_page
from tracker.queries.turn import Turn, find_turns, last_worked, next_turn
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA, BO, CILLA = (uuid.UUID(int=number) for number in (1, 2, 3))


def turn(patient: uuid.UUID, risk: Risk, hours: float, system: str = "melior", stage: int = 3, place: int = 1) -> Turn:
    """`hours`: how long before noon the oldest was performed."""
    oldest = NOON - timedelta(hours=hours)
    return Turn(patient, system, risk, oldest, oldest.date(), stage, place)


HIGH, URGENT, AWAITED, OTHER = Risk.HIGH_RISK, Risk.URGENT, Risk.AWAITED, Risk.OTHER


@pytest.mark.parametrize(
    ("reason", "at", "first", "then"),
    [
        ("high risk before urgent, however old", None, turn(ANNA, HIGH, 1), turn(BO, URGENT, 50)),
        ("urgent before awaited", None, turn(ANNA, URGENT, 1), turn(BO, AWAITED, 50)),
        ("awaited before the rest", None, turn(ANNA, AWAITED, 1), turn(BO, OTHER, 50)),
        ("an older day first", None, turn(ANNA, OTHER, 30), turn(BO, OTHER, 2)),
        ("the oldest of a day", None, turn(ANNA, OTHER, 5), turn(BO, OTHER, 2)),
        ("the patient one is at", ("elvis", BO), turn(BO, OTHER, 2), turn(ANNA, OTHER, 5)),
        ("the system one is at", ("elvis", CILLA), turn(BO, OTHER, 2, "elvis", 0, 4), turn(ANNA, OTHER, 5)),
        ("risk breaks off both", ("elvis", BO), turn(ANNA, HIGH, 1), turn(BO, OTHER, 40, "elvis")),
        ("an older day breaks off both", ("elvis", BO), turn(ANNA, OTHER, 40), turn(BO, OTHER, 2, "elvis")),
        ("system by system", None, turn(ANNA, OTHER, 2, "clinic24", 3, 0), turn(BO, OTHER, 5)),
        ("contact before doses", None, turn(ANNA, OTHER, 1, "elvis", 0, 4), turn(ANNA, OTHER, 5)),
        ("contact before a high-risk dose", None, turn(ANNA, OTHER, 1, "elvis", 0, 4), turn(ANNA, HIGH, 5)),
        ("a note after a dose in another system", ("pmo", ANNA), turn(ANNA, OTHER, 1), turn(ANNA, OTHER, 5, "pmo", 5)),
    ],
)
def test_whose_turn_it_is(reason: str, at: tuple[str, uuid.UUID] | None, first: Turn, then: Turn) -> None:
    assert next_turn([first, then], at) == first, reason
    assert next_turn([then, first], at) == first, reason


def test_contact_of_a_patient_with_a_high_risk_dose_goes_before_other_patients() -> None:
    contact, dose, other = turn(ANNA, OTHER, 1, "elvis", 0, 4), turn(ANNA, HIGH, 1), turn(BO, URGENT, 40)
    assert next_turn([other, dose, contact]) == contact
    assert next_turn([other, dose]) == dose
    assert next_turn([]) is None


def test_few_changes_of_system() -> None:
    """Ten patients with items of the same day in two systems: all of one system, then all of the other."""
    left = [turn(uuid.UUID(int=number), OTHER, 5, "melior", 3, 1) for number in range(1, 6)]
    left += [turn(uuid.UUID(int=number), OTHER, 6, "elvis", 0, 4) for number in range(6, 11)]
    at, systems = None, []
    while found := next_turn(left, at):
        left.remove(found)
        at = (found.system, found.patient_id)
        systems.append(found.system)
    assert systems == ["melior"] * 5 + ["elvis"] * 5


def restore(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


@pytest.mark.usefixtures("context")
def test_a_patients_items_stand_in_the_order_of_their_stages() -> None:
    """Logged in the opposite order, one minute apart."""
    outage = declare("melior", "svarsdatabasen", "elvis", "pmo")
    for kind, actor in (
        ("elvis.visit", "secretary"),
        ("melior.note", "nurse"),
        ("svarsdatabasen.radiology-routine", "physician"),
        ("melior.medication-administration", "nurse"),
        ("melior.medication-order", "physician"),
    ):
        log(outage, kind, actor=actor)
    restore(outage, "melior", "svarsdatabasen", "elvis", "pmo")
    items, _, _ = queue_page(ItemFilter(frozenset({unit().id})), page=1, patients_per_page=5)
    stages = [stage.id for stage in current_routine().stages]
    found = list(dict.fromkeys(stages[item.stage] for item in items))
    assert found == [stage for stage in stages if stage in found]
    assert [found[0], *found[-2:]] == ["contact", "note", "payment"]
    assert [item.id for item in every_item(ItemFilter(frozenset({unit().id}), systems=("melior",))).items] == [
        item.id for item in items if item.system == "melior"
    ]


def drug(name: str) -> dict[str, Any]:
    return {**sample_fields(current_routine().kinds["melior.medication-administration"]), "drug": name}


@pytest.mark.usefixtures("context")
def test_the_queue_begins_with_the_patient_at_risk_and_goes_on_where_one_is() -> None:
    outage = declare("melior", "svarsdatabasen")
    dose = "melior.medication-administration"
    log(outage, dose, fields=drug("Alvedon"))
    log(outage, "svarsdatabasen.radiology-urgent", actor="physician", identity=TEST_NUMBERS[1])
    log(outage, dose, identity=TEST_NUMBERS[2], fields=drug("Insulin aspart"))
    restore(outage, "melior", "svarsdatabasen")
    ready = ItemFilter(frozenset({unit().id}), states=(READY,))
    items, _, _ = queue_page(ready, page=1, patients_per_page=5)
    assert [item.risk for item in items if item.kind_of_work == "enter"] == [Risk.HIGH_RISK, Risk.OTHER]
    assert [item.risk for item in items if item.action.kind != dose] == [Risk.URGENT] * 2
    nurses = ItemFilter(frozenset({unit().id}), states=(READY,), roles=("nurse",))
    places = current_routine().target_order
    first = next_turn(find_turns(nurses, places), last_worked(user("nurse")))
    assert first is not None
    assert first.patient_id == items[0].action.patient_id
    assert last_worked(user("nurse")) is None
    claim_item(items[0], actor=user("nurse"))
    finish_item(items[0], "1", actor=user("nurse"))
    db.session.commit()
    assert last_worked(user("nurse")) == ("melior", items[0].action.patient_id)
