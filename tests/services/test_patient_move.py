"""A patient who moves takes along what is left to do: one unit owns each action, always."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.page import Api, Browser
from tests.region import TEST_NUMBERS, declare, fields_for, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, Attention, Event, Item, ItemState, Outage, Unit
from tracker.queries.action import ActionFilter, count_actions, find_actions
from tracker.queries.item import UNFINISHED, ItemFilter, count_items, every_item, questions_for
from tracker.queries.outage import current_sign_off
from tracker.queries.placement import placements_in
from tracker.services.action import Correction, correct_action, lock_action
from tracker.services.confirmation import confirm_action
from tracker.services.event import verify_chain
from tracker.services.item import answer_item, ask_about_item, begin_item, claim_item, finish_item
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry
from tracker.services.patient_move import Moved, move_patient
from tracker.services.placement import Spot, place_patient
from tracker.services.sign_off import sign_off_unit
from tracker.services.unit import LocalRoutine, set_local_routine

DOSE = "melior.medication-administration"
ORDER = "melior.chemistry-order"
CODES = ("ward", "clinic", "emergency")
Open = Callable[[str | None], Browser]


def move(action: Action, to: str = "clinic", actor: str = "nurse", **more: str) -> Moved:
    return move_patient(action.patient, action.unit, unit(to), actor=user(actor), **more)


def back_up(outage: Outage) -> None:
    restore_system(outage, "melior", utcnow(), actor=user("it"))


@pytest.mark.usefixtures("context")
def test_what_is_open_goes_along_and_what_is_closed_stays() -> None:
    outage = declare("melior", units=("ward",))
    back_up(outage)
    open_one, closed, confirmed = (log(outage, DOSE) for _ in range(3))
    for action in (closed, confirmed):
        finish_item(action.items[0], actor=user("nurse"))
    confirm_action(confirmed, actor=user("manager"))
    done = move(open_one, note="Till operation")
    assert list(done.actions) == [open_one]
    assert (open_one.unit.code, open_one.done_in.code) == ("clinic", "ward")
    assert (closed.unit.code, confirmed.unit.code) == ("ward", "ward")
    assert unit("clinic").id in outage.unit_ids, "the receiving unit is concerned"
    lines = db.session.scalars(select(Event).where(Event.subject_id == str(open_one.id))).all()
    assert {(line.verb, line.unit_id) for line in lines} >= {
        ("moved", unit().id),
        ("received", unit("clinic").id),
    }, "both managers read it in their history"
    assert list(verify_chain()) == []
    with pytest.raises(Conflict):
        move_patient(open_one.patient, unit(), unit("clinic"), actor=user("nurse"))


@pytest.mark.usefixtures("context")
def test_the_bed_ends_here_and_begins_there() -> None:
    spot = place_patient(PatientEntry(identity=TEST_NUMBERS[0]), Spot("4"), unit(), actor=user("nurse")).placement
    move_patient(spot.patient, unit(), unit("clinic"), bed="2", actor=user("nurse"))
    assert placements_in(unit().id) == []
    (there,) = placements_in(unit("clinic").id)
    assert (there.patient, there.bed) == (spot.patient, "2")


@pytest.mark.usefixtures("context")
def test_a_claim_is_let_go_and_begun_work_says_check_first() -> None:
    outage = declare("melior")
    back_up(outage)
    held, begun = log(outage, DOSE), log(outage, DOSE)
    for action in (held, begun):
        claim_item(action.items[0], actor=user("nurse2"))
    begin_item(begun.items[0], actor=user("nurse2"))
    move(held)
    assert {held.items[0].state, begun.items[0].state} == {ItemState.OPEN}
    assert held.items[0].attention is None
    assert begun.items[0].attention is Attention.CHECK_FIRST
    assert begun.items[0].attention_note == "Nils Norberg"
    with pytest.raises(Forbidden):
        claim_item(held.items[0], actor=user("nurse"))
    claim_item(held.items[0], actor=user("outsider"))


@pytest.mark.usefixtures("context")
def test_the_roles_are_those_of_the_receiving_unit_and_come_back_with_the_patient() -> None:
    local = LocalRoutine(
        item_roles={(ORDER, "watch-fax-reply"): "secretary"},
        duty_roles={},
        facts=[],
        signs_on_paper=False,
        systems=unit("clinic").systems,
    )
    set_local_routine(unit("clinic"), local, actor=user("manager"))
    outage = declare("melior")
    spec = current_routine().kinds[ORDER]
    watched = next(item for item in spec.items if item.item == "watch-fax-reply")
    action = log(outage, ORDER, fields=fields_for(spec, watched), actor="physician")
    before = {item.item: item.roles for item in action.items}
    assert before["watch-fax-reply"] != ("secretary",)
    move(action)
    assert item_of(action, "watch-fax-reply").roles == ("secretary",)
    move(action, "ward", actor="outsider")
    assert {item.item: item.roles for item in action.items} == before


@pytest.mark.usefixtures("context")
def test_the_receiving_units_sign_off_is_reopened() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    back_up(outage)
    sign_off_unit(outage, unit("clinic"), actor=user("manager"))
    move(log(outage, DOSE))
    assert current_sign_off(outage.id, unit("clinic").id) is None


@pytest.mark.usefixtures("context")
def test_who_moves_whom_and_where_to() -> None:
    outage = declare("melior")
    action = log(outage, DOSE)
    with pytest.raises(Forbidden):
        move_patient(action.patient, unit(), unit("emergency"), actor=user("outsider"))
    with pytest.raises(Invalid):
        move_patient(action.patient, unit(), unit(), actor=user("nurse"))
    unit("emergency").active = False
    with pytest.raises(Invalid):
        move(action, "emergency")
    move(action, actor="outsider")  # the receiving unit may fetch


@pytest.mark.usefixtures("context")
def test_the_author_answers_from_the_sending_unit_but_only_the_owner_corrects() -> None:
    outage = declare("melior")
    action = log(outage, DOSE, actor="nurse")
    move(action)
    item = action.items[0]
    ask_about_item(item, "Vilken dos?", actor=user("outsider"))
    assert list(questions_for(user("nurse"))) == [item]
    assert questions_for(user("secretary")) == []
    with pytest.raises(Forbidden):
        answer_item(item, "5 mg", actor=user("secretary"))
    with pytest.raises(Forbidden):
        correct_action(action, Correction(reason="Skrivfel", note="Nytt"), actor=user("nurse"))
    answer_item(item, "5 mg", actor=user("nurse"))
    correct_action(action, Correction(reason="Skrivfel", note="Nytt"), actor=user("outsider"))


def test_the_sending_unit_reads_on_and_the_pages_say_where_it_was_done(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("melior")
        action = log(outage, DOSE, actor="nurse")
        move(action, note="Operation")
        db.session.commit()
        action_id, item_id, patient_id = action.id, action.items[0].id, action.patient_id
    nurse, receiver = browser("nurse"), browser("outsider")
    page = nurse.get(f"/actions/{action_id}")
    assert page.status == 200
    assert "Ögonmottagningen" in page.html
    assert f"/actions/{action_id}/correct" not in page.html
    for path in ("correct", "void"):
        assert nurse.get(f"/actions/{action_id}/{path}").status == 403
        assert receiver.get(f"/actions/{action_id}/{path}").status == 200
    assert nurse.get(f"/items/{item_id}").status == 200
    assert nurse.post(f"/items/{item_id}/claim").status in (403, 409)
    assert str(action_id) in nurse.get("/actions?state=moved").html
    assert str(action_id) not in nurse.get("/actions").html
    assert "Avdelning 10" in receiver.get(f"/actions/{action_id}").html
    assert nurse.get(f"/patients/{patient_id}").status == 200
    assert receiver.get(f"/patients/{patient_id}").status == 200


def test_a_device_that_sends_again_after_the_move_gets_its_first_answer(app: Flask, api: Callable[[str], Api]) -> None:
    from tests.api.bodies import entry, outage_of

    body = entry(app, outage_of(app, "melior"))
    first = api("nurse").post("/actions", body)
    assert first.status_code == 201
    with app.app_context():
        move(db.session.scalars(select(Action)).one())
        db.session.commit()
    again = api("nurse").post("/actions", body)
    assert again.status_code == 200
    assert again.get_json()["digest"] == first.get_json()["digest"]


STEP = st.tuples(st.sampled_from(("log", "finish", "move")), st.integers(0, 2), st.integers(0, 2))


@pytest.mark.usefixtures("context")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=9))
def test_after_any_moves_each_item_is_in_one_units_queue_and_the_counts_add_up(
    steps: list[tuple[str, int, int]],
) -> None:
    nested = db.session.begin_nested()
    try:
        outage = declare_quietly()
        for verb, which, to in steps:
            _step(outage, verb, which, to)
        _check_books(outage)
    finally:
        nested.rollback()
        db.session.rollback()
        db.session.expire_all()


def declare_quietly() -> Outage:
    """Like tests.region.declare, without its commit: every example begins anew."""
    from tracker.models import OutageKind
    from tracker.services.outage import SystemDown, declare_outage

    outage = declare_outage(
        "Driftstopp", OutageKind.ACUTE, False, [SystemDown("pmo", utcnow())], [unit()], actor=user("it")
    )
    db.session.flush()
    return outage


def _step(outage: Outage, verb: str, which: int, to: int) -> None:
    number = TEST_NUMBERS[which]
    if verb == "log":
        from tests.services.test_patient_link import entry_for
        from tracker.services.action import log_action

        log_action(entry_for(outage, PatientEntry(identity=number)), actor=user("nurse"))
        return
    theirs = [one for one in db.session.scalars(select(Action)) if one.patient.identity == number]
    actions = [one for one in theirs if not one.is_closed]
    if not actions:
        return
    action = lock_action(actions[0].id)
    if verb == "finish":
        worker = {"ward": "nurse", "clinic": "outsider"}.get(action.unit.code)
        if worker:
            finish_item(action.items[0], actor=user(worker))
        return
    target = unit(CODES[to])
    if target.id != action.unit_id and action.unit.code != "emergency":
        move_patient(action.patient, action.unit, target, actor=user("manager"))


def _check_books(outage: Outage) -> None:
    units = db.session.scalars(select(Unit)).all()
    queues = [
        {item.id for item in every_item(ItemFilter(frozenset({one.id}), states=UNFINISHED)).items} for one in units
    ]
    unfinished = {item.id for item in db.session.scalars(select(Item)) if not item.is_finished}
    assert sum(map(len, queues)) == len(set().union(*queues)) == len(unfinished)
    every = frozenset(one.id for one in units)
    for count in (count_items, count_actions):
        kind = ItemFilter if count is count_items else ActionFilter
        parts = [count(kind(frozenset({one.id}), outage.id)) for one in units]  # type: ignore[operator]
        total = count(kind(every, outage.id))  # type: ignore[operator]
        assert {name: sum(part[name] for part in parts) for name in total} == total
    for action in db.session.scalars(select(Action)):
        assert action.done_in.code == "ward"
        lists = {one.code: find_actions(ActionFilter(frozenset({one.id})), page=1, per_page=99)[0] for one in units}
        owned = [code for code, found in lists.items() if action in found]
        assert owned == [action.unit.code]
