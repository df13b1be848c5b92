"""The derived state: SQL and Python agree on every combination, and lists, counts and pages follow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
import time_machine

from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import current_routine, db
from tracker.models import Action, Item, ItemState, Outage
from tracker.queries.item import (
    STATES,
    ItemFilter,
    count_cells,
    count_items,
    every_item,
    find_items,
    get_item,
    held_by,
    questions_for,
    queue_page,
    state_of,
)
from tracker.queries.question import questions_asked_by
from tracker.services.item import answer_item, ask_about_item, claim_item, finish_item, mark_item_not_needed
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"


def ward() -> frozenset[int]:
    return frozenset({unit().id})


def restore(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


def put(item: Item, state: ItemState, until: datetime | None = None) -> None:
    """Set a stored state directly, with the actor that its constraints ask for."""
    worker = user("nurse")
    item.state = state
    item.claimed_by, item.claimed_until = (worker, until) if state is ItemState.CLAIMED else (None, None)
    finished = state in (ItemState.DONE, ItemState.NOT_NEEDED)
    item.done_by, item.done_at = (worker, utcnow()) if finished else (None, None)
    item.entered_by, item.entered_at = (worker, utcnow()) if state is ItemState.ENTERED else (None, None)
    item.reason = "finns" if state is ItemState.NOT_NEEDED else ""


def test_sql_and_python_agree_for_every_combination() -> None:
    """Real or drill, each system up or down, each stored state, claims in force and run out, each predecessor."""
    now = utcnow()
    claims = [(ItemState.CLAIMED, now + timedelta(minutes=5)), (ItemState.CLAIMED, now - timedelta(minutes=5))]
    stored = [(state, None) for state in ItemState if state is not ItemState.CLAIMED] + claims
    outages = {
        (drill, restored): declare("elvis", "melior", drill=drill, hours_ago=hours)
        for hours, (drill, restored) in enumerate(product((False, True), (False,)), start=3)
    }
    restore(outages[(False, False)], "melior")  # real: only ELVIS is down; drill: both are
    expected: dict[int, str] = {}
    for outage in outages.values():
        for (state, until), (before, before_until) in product(stored, stored):
            visit = log(outage, "elvis.visit", actor="secretary")
            put(item_of(visit, "register-visit"), before, before_until)
            put(item_of(visit, "register-payment"), state, until)
        for state, until in stored:
            put(item_of(log(outage, DOSE), "document-administration"), state, until)
    db.session.commit()
    for shift in (timedelta(0), timedelta(minutes=10)):
        with time_machine.travel(now + shift, tick=False):
            page = every_item(ItemFilter(unit_ids=ward()))
            expected = {item.id: state_of(item) for item in page.items}
            assert page.states == expected
            assert {"waiting", "ready", "claimed", "done", "not_needed", "question", "entered"} >= set(
                expected.values()
            )
    restore(outages[(False, False)], "elvis")
    page = every_item(ItemFilter(unit_ids=ward()))
    assert page.states == {item.id: state_of(item) for item in page.items}
    assert {"waiting", "ready"} <= set(page.states.values())
    assert len(page.items) == 2 * (2 * 7 * 7 + 7)


def test_a_drill_keeps_nothing_real_waiting_and_the_other_way_round() -> None:
    real = declare("melior")
    dose = item_of(log(real, DOSE), "document-administration")
    restore(real, "melior")
    drill = declare("melior", drill=True)
    drilled = item_of(log(drill, DOSE, identity=TEST_NUMBERS[1]), "document-administration")
    assert (state_of(dose), state_of(drilled)) == ("ready", "waiting")
    assert count_items(ItemFilter(unit_ids=ward(), drill=False))["ready"] == 1
    assert count_items(ItemFilter(unit_ids=ward(), drill=True))["waiting"] == 1


def test_a_system_that_is_down_in_another_real_outage_keeps_an_item_waiting() -> None:
    first = declare("melior")
    dose = item_of(log(first, DOSE), "document-administration")
    restore(first, "melior")
    declare("melior", hours_ago=1, units=("clinic",))
    assert state_of(dose) == "waiting"
    assert count_items(ItemFilter(unit_ids=ward()))["waiting"] == 1


def test_a_system_that_goes_down_later_counts_as_up_until_then() -> None:
    declare("melior", hours_ago=-2, kind="planned")
    outage = declare("elvis")
    dose = item_of(log(outage, DOSE), "document-administration")
    assert state_of(dose) == "ready"
    with time_machine.travel(utcnow() + timedelta(hours=3)):
        assert state_of(dose) == "waiting"
        assert count_items(ItemFilter(unit_ids=ward()))["waiting"] == 1


def test_a_neighbour_system_without_outages_counts_as_up() -> None:
    outage = declare("medspeech")
    action = log(
        outage,
        "medspeech.dictation",
        actor="physician",
        fields={**_dictation(), "record_system": "paf", "medium": "tape", "tape_number": "7"},
    )
    tape = item_of(action, "type-dictation")
    assert state_of(tape) == "waiting"
    finish_item(item_of(action, "hand-over-tape"), actor=user("physician"))
    assert state_of(tape) == "ready"


def _dictation() -> dict[str, object]:
    kind = current_routine().kinds["medspeech.dictation"]
    return sample_fields(kind, {"record_system": "paf", "medium": "tape"})


def test_filters_find_what_they_say() -> None:
    outage = declare("melior", "svarsdatabasen")
    first = log(outage, DOSE, performed_at=utcnow() - timedelta(hours=2, minutes=30))
    second = log(outage, "svarsdatabasen.radiology-urgent", actor="physician", identity=TEST_NUMBERS[1])
    units = ward()
    cases: list[tuple[ItemFilter, int]] = [
        (ItemFilter(unit_ids=units), 4),
        (ItemFilter(unit_ids=frozenset({unit("clinic").id})), 0),
        (ItemFilter(unit_ids=units, outage_id=outage.id + 1), 0),
        (ItemFilter(unit_ids=units, systems=("fax",)), 2),
        (ItemFilter(unit_ids=units, systems=("melior", "svarsdatabasen")), 2),
        (ItemFilter(unit_ids=units, roles=("nurse",)), 2),
        (ItemFilter(unit_ids=units, states=("ready",)), 1),
        (ItemFilter(unit_ids=units, states=("waiting",)), 3),
        (ItemFilter(unit_ids=units, kinds=(DOSE,)), 1),
        (ItemFilter(unit_ids=units, patient_id=second.patient_id), 3),
        (ItemFilter(unit_ids=units, action_id=first.id), 1),
        (ItemFilter(unit_ids=units, older_than=utcnow() - timedelta(hours=2)), 1),
    ]
    for chosen, count in cases:
        assert find_items(chosen).total == count, chosen
        assert len(every_item(chosen).items) == count, chosen
        assert sum(count_items(chosen).values()) == count, chosen
        assert sum(cell["count"] for cell in count_cells(chosen)) == count, chosen


def test_an_item_for_either_of_two_roles_is_found_by_both() -> None:
    log(declare("svarsdatabasen"), "svarsdatabasen.chemistry-order")
    for role in ("nurse", "physician"):
        page = find_items(ItemFilter(unit_ids=ward(), roles=(role,), systems=("melior",)))
        assert [item.item for item in page.items] == ["watch-result"]


def test_counts_name_every_state_and_their_cells_add_up() -> None:
    outage = declare("melior")
    items = [item_of(log(outage, DOSE), "document-administration") for _ in range(4)]
    restore(outage, "melior")
    claim_item(items[0], actor=user("nurse"))
    finish_item(items[1], actor=user("nurse"))
    mark_item_not_needed(items[2], "finns", actor=user("nurse"))
    counts = count_items(ItemFilter(unit_ids=ward()))
    assert set(counts) == set(STATES)
    assert counts == {**dict.fromkeys(STATES, 0), "claimed": 1, "done": 1, "not_needed": 1, "ready": 1}
    cells = count_cells(ItemFilter(unit_ids=ward()))
    assert {(cell["unit"], cell["system"], cell["role"]) for cell in cells} == {("ward", "melior", "nurse")}


def test_pages_of_a_program_hold_every_item_once() -> None:
    outage = declare("melior")
    for number in range(7):
        log(outage, DOSE, identity=TEST_NUMBERS[number])
    seen: list[int] = []
    cursor = None
    while True:
        page = find_items(ItemFilter(unit_ids=ward()), cursor=cursor, limit=3)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page.total == 7


def test_the_queue_holds_a_patients_items_together_the_longest_waiting_first() -> None:
    outage = declare("melior")
    now = utcnow()
    for number, hours in ((0, 1), (1, 2.5), (0, 2), (2, 0.5)):
        log(outage, DOSE, identity=TEST_NUMBERS[number], performed_at=now - timedelta(hours=hours))
    items, states, total = queue_page(ItemFilter(unit_ids=ward()), page=1, patients_per_page=2)
    assert total == 3
    assert [item.action.patient.identity for item in items] == [TEST_NUMBERS[1], TEST_NUMBERS[0], TEST_NUMBERS[0]]
    assert items[1].action.performed_at < items[2].action.performed_at
    assert set(states) == {item.id for item in items}
    rest, _, _ = queue_page(ItemFilter(unit_ids=ward()), page=2, patients_per_page=2)
    assert [item.action.patient.identity for item in rest] == [TEST_NUMBERS[2]]


def test_other_units_items_do_not_exist() -> None:
    item = item_of(log(declare("melior"), DOSE), "document-administration")
    assert get_item(item.id, ward()).id == item.id
    with pytest.raises(NotFound):
        get_item(item.id, frozenset({unit("clinic").id}))
    with pytest.raises(NotFound):
        get_item(item.id + 1000, ward())


def _asked() -> Action:
    outage = declare("melior")
    action = log(outage, DOSE, performed_by="nurse2")
    ask_about_item(item_of(action, "document-administration"), "Vilken dos?", actor=user("manager"))
    return action


def test_a_question_is_for_the_performer_and_colleagues_of_the_same_role() -> None:
    _asked()
    assert [len(questions_for(user(login))) for login in ("nurse2", "nurse", "secretary", "outsider")] == [1, 1, 0, 0]


def test_ones_own_questions_stay_until_the_item_is_finished() -> None:
    item = item_of(_asked(), "document-administration")
    manager = user("manager")
    assert [question.answer for question in questions_asked_by(manager)] == [None]
    answer_item(item, "5 mg", actor=user("nurse2"))
    assert [question.answer for question in questions_asked_by(manager)] == ["5 mg"]
    assert questions_asked_by(user("nurse")) == []
    mark_item_not_needed(item, "finns", actor=manager)
    assert questions_asked_by(manager) == []


def test_what_one_holds_is_ones_own_claims_only() -> None:
    outage = declare("melior")
    items = [item_of(log(outage, DOSE), "document-administration") for _ in range(2)]
    restore(outage, "melior")
    claim_item(items[0], actor=user("nurse"))
    claim_item(items[1], actor=user("nurse2"))
    assert [item.id for item in held_by(user("nurse"))] == [items[0].id]
