"""Already there? What arrived by itself is not entered again; what arrived twice leaves something to remove."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.region import declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, Arrival, ArrivalCheck, Event, Item
from tracker.queries.arrival import latest_looks, looks_at, may_have_arrived
from tracker.queries.twin import twin_item
from tracker.routine import Routine
from tracker.services.action import Correction, correct_action
from tracker.services.arrival import finished_by_arrival, look_for_arrival
from tracker.services.confirmation import confirm_action
from tracker.services.item import begin_item, claim_item, release_item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.usefixtures("context")
ORDER = "melior.chemistry-order"


def paper_order(*systems: str, **fields: Any) -> Action:
    outage = declare("melior", "svarsdatabasen")
    kind = current_routine().kinds[ORDER]
    action = log(outage, ORDER, fields=sample_fields(kind, {"form": "paper", "fax_reply": False, **fields}))
    for system in systems or ("melior", "svarsdatabasen"):
        restore_system(outage, system, utcnow(), actor=user("it"))
    return action


def verbs_of(item: Item) -> list[str]:
    query = select(Event.verb).where(Event.subject_type == "item", Event.subject_id == str(item.id))
    return list(db.session.scalars(query.order_by(Event.id)))


def test_what_arrived_is_finished_with_who_saw_it_and_its_reference() -> None:
    watch = item_of(paper_order(), "watch-result")
    look_for_arrival(watch, Arrival.ARRIVED, "LAB-77", "I lablistan", actor=user("nurse"))
    assert (watch.state, watch.reference, watch.done_by) == ("done", "LAB-77", user("nurse"))
    assert [(look.answer, look.reference, look.note) for look in looks_at(watch)] == [
        (Arrival.ARRIVED, "LAB-77", "I lablistan")
    ]
    assert verbs_of(watch) == ["looked", "done"]
    look_for_arrival(watch, Arrival.ARRIVED, "LAB-77", "I lablistan", actor=user("nurse"))
    assert verbs_of(watch) == ["looked", "done"], "sent twice, it is the same"


def test_a_result_that_arrived_is_still_to_be_signed() -> None:
    sign = item_of(paper_order(), "sign-result")
    sign.after = None  # the step before it is finished in other tests
    look_for_arrival(sign, Arrival.ARRIVED, "LAB-77", actor=user("physician"))
    assert (sign.state, sign.done_by_id) == ("open", None)
    assert latest_looks([sign.id])[sign.id].answer is Arrival.ARRIVED


def test_whatever_the_routine_lets_arrive_never_signs_nor_verifies_nor_asks_for_less(routine: Routine) -> None:
    for kind in routine.kinds.values():
        for spec in kind.items:
            if spec.may_arrive:
                item = Item(kind_of_work=spec.kind_of_work)
                assert kind.twin is not None, f"{kind.id}: what may arrive may arrive twice"
                assert spec.item != "move-from-dr-edi", "it arrives in the basket, and has to be moved by somebody"
                if spec.item.startswith(("sign-", "act-on-", "check-", "link-")):
                    assert item.kind_of_work not in ("enter", "watch")


def test_missing_is_written_down_and_the_work_goes_on_by_hand() -> None:
    watch = item_of(paper_order(), "watch-result")
    look_for_arrival(watch, Arrival.MISSING, note="Inget ännu", actor=user("nurse"))
    assert (watch.state, verbs_of(watch)) == ("open", ["looked"])
    claim_item(watch, actor=user("nurse"))
    look_for_arrival(watch, Arrival.ARRIVED, actor=user("nurse"))
    assert watch.state == "done"
    assert [look.answer.value for look in looks_at(watch)] == ["missing", "arrived"]


def test_twice_is_finished_and_leaves_the_twin_to_be_cancelled_once() -> None:
    action = paper_order()
    watch = item_of(action, "watch-result")
    look_for_arrival(watch, Arrival.TWICE, note="Två svar, 08.10 och 08.40", actor=user("nurse"))
    twin = twin_item(action)
    assert twin is not None
    assert (watch.state, twin.state, twin.kind_of_work, twin.system) == ("done", "open", "act", "melior")
    assert twin.attention_note == "Två svar, 08.10 och 08.40"
    assert action.state == "open"
    sign = item_of(action, "sign-result")
    sign.after = None
    look_for_arrival(sign, Arrival.TWICE, actor=user("physician"))
    assert len([item for item in action.items if item.item == twin.item]) == 1


def test_only_who_works_the_item_looks_and_only_when_it_can_be_seen() -> None:
    waiting = item_of(paper_order("melior"), "watch-result")
    with pytest.raises(Conflict):
        look_for_arrival(waiting, Arrival.ARRIVED, actor=user("nurse"))
    restore_system(waiting.action.outage, "svarsdatabasen", utcnow(), actor=user("it"))
    for login in ("secretary", "outsider"):
        with pytest.raises(Forbidden):
            look_for_arrival(waiting, Arrival.ARRIVED, actor=user(login))
    claim_item(waiting, actor=user("nurse2"))
    with pytest.raises(Conflict) as refused:
        look_for_arrival(waiting, Arrival.MISSING, actor=user("nurse"))
    assert refused.value.holder == "Nils Norberg"
    assert looks_at(waiting) == []


def test_what_nothing_delivers_is_not_said_to_have_arrived_unless_somebody_may_have_entered_it() -> None:
    outage = declare("melior")
    item = item_of(log(outage, "melior.medication-administration"), "document-administration")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert not may_have_arrived(item)
    with pytest.raises(Conflict):
        look_for_arrival(item, Arrival.ARRIVED, actor=user("nurse"))
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    release_item(item, actor=user("nurse"))
    assert may_have_arrived(item), "check the system first"
    with pytest.raises(Invalid):
        look_for_arrival(item, Arrival.TWICE, actor=user("nurse2"))
    assert looks_at(item) == []
    look_for_arrival(item, Arrival.ARRIVED, "MEL-3", actor=user("nurse2"))
    assert (item.state, item.reference) == ("done", "MEL-3")


def test_a_high_risk_entry_that_stood_there_is_checked_by_a_second_person_too() -> None:
    outage = declare("melior")
    kind = current_routine().kinds["melior.medication-administration"]
    item = item_of(log(outage, kind.id, fields=sample_fields(kind, {"drug": "Morfin"})), "document-administration")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    release_item(item, actor=user("nurse"))
    look_for_arrival(item, Arrival.ARRIVED, actor=user("nurse"))
    assert (item.state, item.entered_by) == ("entered", user("nurse"))


def test_a_look_at_what_was_corrected_meanwhile_is_refused() -> None:
    watch = item_of(paper_order(), "watch-result")
    correct_action(watch.action, Correction("fel prov", fields={"tests": "Hb"}), actor=user("nurse"))
    with pytest.raises(Conflict):
        look_for_arrival(watch, Arrival.ARRIVED, version=1, actor=user("nurse"))
    look_for_arrival(watch, Arrival.ARRIVED, version=2, actor=user("nurse"))


def test_what_asks_to_be_told_more_is_finished_by_hand() -> None:
    action = paper_order(fax_reply=True, fax_number="026-15 40 00")
    assert not finished_by_arrival(item_of(action, "watch-fax-reply"))
    assert finished_by_arrival(item_of(action, "watch-result"))


def test_nobody_confirms_alone_what_they_alone_saw() -> None:
    outage = declare("elvis")
    kind = current_routine().kinds["elvis.provisio-record"]
    action = log(outage, kind.id, actor="secretary", fields=sample_fields(kind))
    restore_system(outage, "elvis", utcnow(), actor=user("it"))
    item = item_of(action, "save-again")
    item.roles = ("nurse",)
    look_for_arrival(item, Arrival.ARRIVED, actor=user("manager"))
    with pytest.raises(Forbidden):
        confirm_action(action, actor=user("manager"))
    assert confirm_action(action, actor=user("manager2"))
    assert db.session.scalars(select(ArrivalCheck)).one().by == user("manager")
