"""What a unit manager's word on an action promises."""

from __future__ import annotations

import pytest

from tests.region import declare, item_of, log, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, Attention, ItemState, Outage
from tracker.queries.action import ActionFilter, count_actions_by_unit, find_actions
from tracker.queries.confirmation import (
    actions_by_id,
    first_sign_offs,
    histories_of,
    managers_of,
    reading_mark,
    standings,
    states_of,
)
from tracker.queries.item import state_of
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action, confirm_many, send_back_action
from tracker.services.item import claim_item, finish_item, mark_item_not_needed, undo_item
from tracker.services.outage import restore_system, take_system_down

pytestmark = pytest.mark.usefixtures("context")


def restored(*systems: str) -> Outage:
    outage = declare(*systems)
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    return outage


def order(outage: Outage) -> Action:
    """An action with one item: a handout of a drug."""
    return log(outage, "melior.medication-administration")


def closed_by(login: str, outage: Outage) -> Action:
    action = order(outage)
    for item in action.items:
        finish_item(item, "M-1", actor=user(login))
    return action


def two_items(outage: Outage) -> Action:
    """A dictation on a DPM: the physician docks it, the secretary types it."""
    fields = sample_fields(current_routine().kinds["medspeech.dictation"], {"record_system": "melior", "medium": "dpm"})
    return log(outage, "medspeech.dictation", fields=fields, role="nurse")


def test_the_manager_confirms_what_others_closed() -> None:
    action = closed_by("nurse", restored("melior"))
    confirmation = confirm_action(action, actor=user("manager"))
    assert action.state == "confirmed"
    assert (confirmation.confirmed_by.login, confirmation.version) == ("manager", 1)


def test_nobody_confirms_what_they_did_all_alone_but_another_manager_does() -> None:
    action = closed_by("manager", restored("melior"))
    with pytest.raises(Forbidden):
        confirm_action(action, actor=user("manager"))
    assert action.confirmation is None
    confirm_action(action, actor=user("manager2"))
    assert action.state == "confirmed"


def test_a_manager_who_did_one_of_two_follow_ups_may_confirm() -> None:
    action = two_items(restored("melior", "medspeech"))
    finish_item(item_of(action, "dock-dpm"), actor=user("manager"))
    finish_item(item_of(action, "type-dictation"), "M-7", actor=user("secretary"))
    confirm_action(action, actor=user("manager"))
    assert action.state == "confirmed"


def test_finding_everything_not_needed_oneself_is_doing_it_all_alone() -> None:
    action = order(restored("melior"))
    mark_item_not_needed(action.items[0], "Redan införd", actor=user("manager"))
    with pytest.raises(Forbidden):
        confirm_action(action, actor=user("manager"))


@pytest.mark.parametrize("login", ["nurse", "secretary", "outsider", "director", "it", "admin"])
def test_only_the_units_manager_confirms_and_sends_back(login: str) -> None:
    action = closed_by("nurse2", restored("melior"))
    with pytest.raises(Forbidden):
        confirm_action(action, actor=user(login))
    with pytest.raises(Forbidden):
        send_back_action(action, "Fel", actor=user(login))
    assert action.state == "closed"


def test_the_manager_of_another_unit_does_not_confirm() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    action = log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
    finish_item(action.items[0], actor=user("outsider"))
    with pytest.raises(Forbidden):
        confirm_action(action, actor=user("manager2"))
    confirm_action(action, actor=user("manager"))


def test_an_open_action_is_not_confirmed() -> None:
    action = two_items(restored("melior", "medspeech"))
    finish_item(item_of(action, "dock-dpm"), actor=user("nurse"))
    with pytest.raises(Conflict):
        confirm_action(action, actor=user("manager"))
    assert action.state == "open"


def test_the_second_confirmation_is_told_who_came_first() -> None:
    action = closed_by("nurse", restored("melior"))
    confirm_action(action, actor=user("manager"))
    with pytest.raises(Conflict) as refused:
        confirm_action(action, actor=user("manager2"))
    assert refused.value.holder == "Maria Mård"
    assert len(action.confirmations) == 1


def test_sending_back_opens_again_and_withdraws_the_confirmation() -> None:
    action = closed_by("nurse", restored("melior"))
    confirm_action(action, actor=user("manager"))
    send_back_action(action, "  Fel vårdtillfälle ", actor=user("manager2"))
    item = action.items[0]
    assert action.state == "open"
    assert (item.state, item.attention, item.attention_note) == (
        ItemState.OPEN,
        Attention.SENT_BACK,
        "Fel vårdtillfälle",
    )
    assert item.done_by_id is None
    assert action.confirmations[0].withdrawn_at is not None
    assert state_of(item) == "ready"
    finish_item(item, "M-2", actor=user("nurse"))
    confirm_action(action, actor=user("manager"))
    assert action.state == "confirmed"


def test_what_was_found_not_needed_can_be_sent_back() -> None:
    action = order(restored("melior"))
    mark_item_not_needed(action.items[0], "Redan införd", actor=user("nurse"))
    send_back_action(action, "Den finns inte i Melior", actor=user("manager"))
    assert action.items[0].state is ItemState.OPEN


def test_what_a_correction_made_obsolete_is_not_opened_by_sending_back() -> None:
    outage = restored("melior")
    kind = current_routine().kinds["melior.prescription"]
    action = log(outage, kind.id, actor="physician", fields=sample_fields(kind, {"form": "deferred"}), role="physician")
    before = {item.item for item in action.items}
    correction = Correction(reason="Pappersrecept", fields=sample_fields(kind, {"form": "paper"}))
    correct_action(action, correction, actor=user("physician"))
    due = {spec.item for spec in kind.items_for(action.fields)}
    gone = before - due
    assert gone, "the correction makes a follow-up obsolete"
    for item in action.items:
        if not item.is_finished:
            finish_item(item, actor=user("physician"))
    send_back_action(action, "Fel läkemedel", actor=user("manager"))
    assert {item.item for item in action.items if item.state is ItemState.NOT_NEEDED} == gone
    assert {item.item for item in action.items if item.state is ItemState.OPEN} == due


def test_sending_back_needs_a_reason_and_something_finished() -> None:
    outage = restored("melior")
    action = closed_by("nurse", outage)
    with pytest.raises(Invalid) as refused:
        send_back_action(action, "   ", actor=user("manager"))
    assert list(refused.value.faults) == ["/reason"]
    with pytest.raises(Invalid):
        send_back_action(action, "x" * 2001, actor=user("manager"))
    assert action.state == "closed"
    with pytest.raises(Conflict):
        send_back_action(order(outage), "Fel", actor=user("manager"))


def test_a_voided_action_is_not_sent_back() -> None:
    action = closed_by("nurse", restored("melior"))
    void_action(action, "Dubbelt", actor=user("nurse"))
    with pytest.raises(Conflict):
        send_back_action(action, "Fel", actor=user("manager"))


def test_a_change_after_the_confirmation_withdraws_it() -> None:
    outage = restored("melior")
    undone, corrected, voided = (closed_by("nurse", outage) for _ in range(3))
    for action in (undone, corrected, voided):
        confirm_action(action, actor=user("manager"))
    undo_item(undone.items[0], actor=user("nurse"))
    correct_action(corrected, Correction(reason="Skrivfel", note="Rättad"), actor=user("nurse"))
    void_action(voided, "Dubbelt", actor=user("nurse"))
    assert [action.confirmation for action in (undone, corrected, voided)] == [None, None, None]
    assert [action.state for action in (undone, corrected, voided)] == ["open", "open", "open"]


def test_many_are_confirmed_and_the_others_are_left_with_the_reason() -> None:
    outage = restored("melior")
    good, other = closed_by("nurse", outage), closed_by("nurse2", outage)
    mine, still_open, taken = closed_by("manager", outage), order(outage), closed_by("nurse", outage)
    confirm_action(taken, actor=user("manager2"))
    db.session.commit()
    seen = {action.id: reading_mark(action) for action in (good, other, mine, still_open, taken)}
    outcome = confirm_many(seen, actor=user("manager"))
    assert set(outcome.confirmed) == {good.id, other.id}
    assert {key: type(why) for key, why in outcome.left.items()} == {
        mine.id: Forbidden,
        still_open.id: Conflict,
        taken.id: Conflict,
    }


def test_what_changed_after_it_was_read_is_left() -> None:
    action = closed_by("nurse", restored("melior"))
    seen = {action.id: reading_mark(action)}
    undo_item(action.items[0], actor=user("nurse"))
    finish_item(action.items[0], "M-other", actor=user("nurse"))
    db.session.commit()
    assert list(confirm_many(seen, actor=user("manager")).left) == [action.id]
    assert action.state == "closed"
    assert confirm_many({action.id: reading_mark(action)}, actor=user("manager")).confirmed == [action.id]


def test_the_list_to_confirm_leaves_voided_ones_out() -> None:
    outage = restored("melior")
    kept, gone = closed_by("nurse", outage), order(outage)
    void_action(gone, "Dubbelt", actor=user("nurse"))
    here = frozenset({unit().id})
    found, total = find_actions(ActionFilter(here, state="to_confirm"), page=1, per_page=10)
    assert (list(found), total) == ([kept], 1)
    assert count_actions_by_unit(here)[(outage.id, unit().id)] == {
        "total": 2,
        "open": 0,
        "to_confirm": 1,
        "confirmed": 0,
        "voided": 1,
    }


def test_the_list_derives_the_same_states_as_the_queue() -> None:
    outage = declare("melior", "medspeech")
    restore_system(outage, "medspeech", utcnow(), actor=user("it"))
    first, second, third = two_items(outage), two_items(outage), order(outage)
    claim_item(item_of(first, "dock-dpm"), actor=user("nurse"))
    finish_item(item_of(second, "dock-dpm"), actor=user("nurse"))
    actions = [first, second, third]
    states = states_of(actions)
    assert states == {item.id: state_of(item) for action in actions for item in action.items}
    assert set(states.values()) == {"claimed", "waiting", "done"}
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert states_of([second])[item_of(second, "type-dictation").id] == "ready"
    take_system_down(outage, "melior", utcnow(), actor=user("it"))
    assert states_of([second])[item_of(second, "type-dictation").id] == "waiting"


def test_the_history_of_an_action_holds_its_items_events_and_no_others() -> None:
    outage = restored("melior")
    action, other = closed_by("nurse", outage), closed_by("nurse", outage)
    confirm_action(action, actor=user("manager"))
    histories = histories_of([action, other])
    assert [event.verb for event in histories[action.id]] == ["logged", "done", "confirmed"]
    assert [event.verb for event in histories[other.id]] == ["logged", "done"]


def test_standings_count_each_unit_and_actions_are_only_found_in_ones_units() -> None:
    outage = restored("melior")
    closed, still_open = closed_by("nurse", outage), order(outage)
    here = frozenset({unit().id})
    (standing,) = standings(here, count_actions_by_unit(here))
    assert (standing.open, standing.to_confirm, standing.confirmed, standing.sign_off) == (1, 1, 0, None)
    assert actions_by_id([closed.id, still_open.id], frozenset({unit("clinic").id})) == []
    assert [manager.login for manager in managers_of(here)[unit().id]] == ["manager", "manager2"]
    assert first_sign_offs(here) == {}
