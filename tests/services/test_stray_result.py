"""Results that came without a recipient: the hunt for their order, and what matching does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.models import Action, Event, ItemState, Outage, StrayResult, StraySolution
from tracker.queries.outage import current_sign_off
from tracker.queries.reply import awaited_of
from tracker.queries.shift import left_by
from tracker.queries.sign_off import sign_off_evidence, sign_off_obstacles
from tracker.queries.stray_result import orders_for, solved_strays, strays_of, unsolved_strays
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.event import verify_chain
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import link_patient, undo_link
from tracker.services.patient_move import move_patient
from tracker.services.sign_off import sign_off_unit
from tracker.services.stray_result import (
    StrayEntry,
    add_stray_attempt,
    decline_stray,
    hand_over_stray,
    match_stray,
    note_stray,
    offer_stray,
    reopen_stray,
    take_stray,
)

pytestmark = pytest.mark.usefixtures("context")
RESERVE = "19790518M01C"
HANDED = {"handed_to": "Peter Palm", "handed_at": "2026-11-20T10:00+01:00"}
CT = {"examination": "DT hjärna", "urgency": "today", "question": "Blödning?"}
LAB = {"form": "paper", "orderer": "Peter Palm", "tests": "Kalium, CRP", "urgency": "immediate", "fax_reply": False}


@pytest.fixture
def outage(context: None) -> Outage:
    return declare("melior", "svarsdatabasen", units=("ward", "clinic"))


def note(
    outage: Outage, patient: str = "", content: str = "DT hjärna: ingen blödning", *, urgent: bool = False
) -> StrayResult:
    entry = StrayEntry(patient, "Röntgen Gävle", content, utcnow(), urgent)
    return note_stray(entry, outage, unit(), actor=user("nurse"))


def scanned(outage: Outage, number: str = TEST_NUMBERS[0], name: str = "Test Testsson", **more: str) -> Action:
    return log(
        outage,
        "svarsdatabasen.radiology-urgent",
        actor="physician",
        identity=number,
        name=name,
        fields={**CT, **more},
        done_items=("fax-referral",),
    )


def likely(stray: StrayResult) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.awaited.item.action.patient.name, one.reasons) for one in orders_for(stray)[0]]


def test_a_whole_number_is_the_patient_and_anything_else_is_what_it_says(outage: Outage) -> None:
    known = note(outage, TEST_NUMBERS[1])
    assert known.patient is not None
    assert known.patient_said == ""
    said = note(outage, "Test…, 20020109-", "något annat")
    assert said.patient is None
    assert said.patient_said == "Test…, 20020109-"


def test_what_is_missing_is_told_and_the_same_one_is_not_noted_twice(outage: Outage) -> None:
    with pytest.raises(Invalid) as refused:
        note_stray(StrayEntry("", " ", "", utcnow() + timedelta(hours=2)), outage, unit(), actor=user("nurse"))
    assert set(refused.value.faults) == {"/sender", "/content", "/arrived_at"}
    note(outage)
    with pytest.raises(Conflict, match="Nora"):
        note(outage)
    note(outage, TEST_NUMBERS[0])  # the same words of another patient
    note(outage, TEST_NUMBERS[1])
    with pytest.raises(Conflict):
        note(outage, TEST_NUMBERS[1])
    with pytest.raises(Forbidden):
        note_stray(StrayEntry("", "x", "y", utcnow()), outage, unit("emergency"), actor=user("nurse"))


def test_orders_are_suggested_by_patient_by_what_it_says_by_test_and_by_time(outage: Outage) -> None:
    scanned(outage)
    log(outage, "melior.chemistry-order", identity=TEST_NUMBERS[1], name="Kajsa Kalium", fields=LAB)
    assert likely(note(outage, TEST_NUMBERS[0], "svar")) == [("Test Testsson", ("patient", "before"))]
    assert likely(note(outage, "Kajsa ???", "svar")) == [("Kajsa Kalium", ("said", "before"))]
    assert likely(note(outage, f"nr {TEST_NUMBERS[1][:8]}-", "svar ett")) == [("Kajsa Kalium", ("said", "before"))]
    assert likely(note(outage, "", "CRP 240")) == [("Kajsa Kalium", ("test", "before"))]
    assert likely(note(outage, TEST_NUMBERS[2], "CRP 240")) == []  # another patient's order is never offered
    likely_ones, others = orders_for(note(outage, "", "oläsligt"))
    assert likely_ones == []
    assert len(others) == 2


def test_an_order_written_after_it_came_is_not_likely(outage: Outage) -> None:
    scanned(outage)
    early = StrayEntry("", "Röntgen", "DT hjärna", utcnow() - timedelta(hours=2))
    assert likely(note_stray(early, outage, unit(), actor=user("nurse"))) == []


def test_a_fax_reply_is_done_only_when_a_physician_has_it(outage: Outage) -> None:
    action = scanned(outage)
    watch = item_of(action, "watch-fax-reply")
    first = note(outage, TEST_NUMBERS[0])
    match_stray(first, watch, actor=user("nurse"))
    assert first.solution is StraySolution.MATCHED
    assert not watch.is_finished
    assert awaited_of(watch) is not None  # here, and nobody has it yet
    assert strays_of([action.id])[action.id] == [first]
    reopen_stray(first, actor=user("nurse2"))
    match_stray(first, watch, HANDED, actor=user("nurse"))
    assert watch.state is ItemState.DONE
    assert watch.finish["handed_to"] == "Peter Palm"
    assert item_of(action, "sign-result").state is ItemState.OPEN


def test_who_may_not_finish_the_item_only_ties_the_result_to_it(outage: Outage) -> None:
    watch = item_of(scanned(outage), "watch-fax-reply")
    stray = note(outage, TEST_NUMBERS[0])
    with pytest.raises(Forbidden):
        match_stray(stray, watch, HANDED, actor=user("secretary"))
    match_stray(stray, watch, actor=user("secretary"))
    assert watch.state is ItemState.OPEN


def test_what_was_only_watched_for_is_done_with_the_trace_and_taking_it_back_opens_it(outage: Outage) -> None:
    action = log(outage, "melior.chemistry-order", fields=LAB)
    watch = item_of(action, "watch-result")
    stray = note(outage, TEST_NUMBERS[0], "Kalium 5,9")
    match_stray(stray, watch, actor=user("nurse"))
    assert not stray.finished_item  # Svarsdatabasen is down: it cannot be seen there yet
    reopen_stray(stray, actor=user("nurse"))
    restore_system(outage, "svarsdatabasen", utcnow(), actor=user("it"))
    match_stray(stray, watch, actor=user("nurse"))
    assert watch.state is ItemState.DONE
    assert watch.reference == f"Röntgen Gävle #{stray.id}"
    reopen_stray(stray, actor=user("nurse"))
    assert not watch.is_finished
    assert stray.solution is None


def test_a_result_to_sign_stays_to_be_signed(outage: Outage) -> None:
    action = log(outage, "svarsdatabasen.chemistry-order", fields={"tests": "Troponin T", "orderer": "Peter Palm"})
    restore_system(outage, "svarsdatabasen", utcnow(), actor=user("it"))
    sign = item_of(action, "sign-result")
    match_stray(note(outage, TEST_NUMBERS[0], "Troponin"), sign, actor=user("physician"))
    assert sign.state is ItemState.OPEN


def test_it_is_never_tied_to_another_patient_another_unit_or_what_is_answered(outage: Outage) -> None:
    watch = item_of(scanned(outage), "watch-fax-reply")
    with pytest.raises(Conflict):
        match_stray(note(outage, TEST_NUMBERS[3]), watch, actor=user("nurse"))
    faxed = item_of(watch.action, "fax-referral")
    stray = note(outage, "", "DT")
    with pytest.raises(Conflict):
        match_stray(stray, faxed, actor=user("nurse"))  # an acknowledgement is no result
    drill = declare("svarsdatabasen", drill=True)
    with pytest.raises(Conflict):
        match_stray(stray, item_of(scanned(drill), "watch-fax-reply"), actor=user("nurse"))
    match_stray(stray, watch, HANDED, actor=user("nurse"))
    with pytest.raises(Conflict):
        match_stray(note(outage, TEST_NUMBERS[0], "ett till"), watch, HANDED, actor=user("nurse"))
    with pytest.raises(Conflict, match="Nora"):
        match_stray(stray, watch, actor=user("nurse2"))


def test_a_physician_takes_it_with_name_and_time(outage: Outage) -> None:
    stray = note(outage, urgent=True)
    with pytest.raises(Invalid):
        hand_over_stray(stray, " ", utcnow() + timedelta(days=1), actor=user("nurse"))
    hand_over_stray(stray, "Peter Palm", utcnow(), actor=user("nurse"))
    assert (stray.solution, stray.solution_note) == (StraySolution.HANDED_OVER, "Peter Palm")
    reopen_stray(stray, actor=user("nurse"))
    assert stray.handed_at is None


def test_it_stays_here_until_the_other_unit_takes_it(outage: Outage) -> None:
    stray = note(outage)
    add_stray_attempt(stray, "Ringde röntgen: vet inte", actor=user("nurse2"))
    offer_stray(stray, unit("clinic"), "Er patient?", actor=user("nurse"))
    assert [one.code for one in sign_off_obstacles(outage, unit())][-1] == "stray_results"
    assert list(unsolved_strays(user("outsider").unit_ids)) == [stray]
    decline_stray(stray, "nej", actor=user("outsider"))
    assert list(unsolved_strays(user("outsider").unit_ids)) == []
    offer_stray(stray, unit("clinic"), "", actor=user("nurse"))
    theirs = take_stray(stray, actor=user("outsider"))
    assert stray.solution is StraySolution.OTHER_UNIT
    assert theirs.attempts[0].text == "Ringde röntgen: vet inte"
    assert list(unsolved_strays(user("nurse").unit_ids)) == []
    with pytest.raises(Conflict):
        take_stray(stray, actor=user("outsider"))
    with pytest.raises(Conflict):
        reopen_stray(stray, actor=user("nurse"))


def test_unsolved_it_stands_in_the_way_of_the_sign_off_and_at_the_end_of_the_shift(outage: Outage) -> None:
    stray = note(outage, TEST_NUMBERS[0])
    (found,) = [one for one in sign_off_obstacles(outage, unit()) if one.code == "stray_results"]
    assert found.names == (f"#{stray.id} Röntgen Gävle",)
    assert [one for left in left_by(user("nurse")) for one in left.strays] == [stray]
    hand_over_stray(stray, "Peter Palm", utcnow(), actor=user("nurse"))
    assert "stray_results" not in [one.code for one in sign_off_obstacles(outage, unit())]
    assert sign_off_evidence(outage, unit()).counts["stray_results"]["handed_over"] == 1
    assert left_by(user("nurse")) == []


def test_matched_to_an_order_that_is_voided_it_is_to_be_solved_again(outage: Outage) -> None:
    action = scanned(outage)
    stray = note(outage, TEST_NUMBERS[0])
    match_stray(stray, item_of(action, "sign-result"), actor=user("nurse"))
    assert "stray_results" not in [one.code for one in sign_off_obstacles(outage, unit())]
    void_action(action, "fel patient", actor=user("physician"))
    assert list(unsolved_strays(user("nurse").unit_ids)) == [stray]
    assert list(solved_strays(user("nurse").unit_ids)) == []
    assert "stray_results" in [one.code for one in sign_off_obstacles(outage, unit())]
    reopen_stray(stray, actor=user("nurse"))
    hand_over_stray(stray, "Peter Palm", utcnow(), actor=user("nurse"))
    assert list(solved_strays(user("nurse").unit_ids)) == [stray]


def test_matched_to_an_order_that_is_corrected_to_another_patient_it_is_to_be_solved_again(outage: Outage) -> None:
    action = scanned(outage)
    stray = note(outage)
    match_stray(stray, item_of(action, "watch-fax-reply"), HANDED, actor=user("nurse"))
    sign_off_codes = [one.code for one in sign_off_obstacles(outage, unit())]
    assert "stray_results" not in sign_off_codes
    assert strays_of([action.id]) == {action.id: [stray]}
    right = PatientEntry(identity=TEST_NUMBERS[1], name="Rätt Person")
    correct_action(action, Correction(reason="fel patient", patient=right), actor=user("physician"))
    assert stray.lost_its_order
    assert list(unsolved_strays(user("nurse").unit_ids)) == [stray]
    assert list(solved_strays(user("nurse").unit_ids)) == []
    assert strays_of([action.id]) == {}
    (found,) = [one for one in sign_off_obstacles(outage, unit()) if one.code == "stray_results"]
    assert found.names == (f"#{stray.id} Röntgen Gävle",)
    assert sign_off_evidence(outage, unit()).counts["stray_results"] == {
        "unsolved": 1,
        "matched": 0,
        "handed_over": 0,
        "other_unit": 0,
    }
    assert [one for left in left_by(user("nurse")) for one in left.strays] == [stray]
    reopen_stray(stray, actor=user("nurse"))
    match_stray(stray, item_of(action, "watch-fax-reply"), actor=user("nurse"))
    assert list(solved_strays(user("nurse").unit_ids)) == [stray]
    assert not stray.lost_its_order


def test_linked_to_another_identity_the_order_loses_its_result_until_it_is_looked_at_or_undone(outage: Outage) -> None:
    action = scanned(outage, RESERVE)
    stray = note(outage)
    match_stray(stray, item_of(action, "sign-result"), actor=user("nurse"))
    right = PatientEntry(identity=TEST_NUMBERS[1], name="Rätt Person")
    linked = link_patient(action.patient, right, "id-kort", unit(), actor=user("nurse"))
    assert list(unsolved_strays(user("nurse").unit_ids)) == [stray]
    undo_link(linked.link, "fel person", unit(), actor=user("nurse"))
    assert list(solved_strays(user("nurse").unit_ids)) == [stray]


def test_the_unit_that_matched_it_is_opened_again_though_the_order_went_to_another_unit(outage: Outage) -> None:
    action = scanned(outage)
    stray = note(outage)
    match_stray(stray, item_of(action, "sign-result"), actor=user("nurse"))
    move_patient(action.patient, unit(), unit("clinic"), actor=user("nurse"))
    for system in ("melior", "svarsdatabasen"):
        restore_system(outage, system, utcnow(), actor=user("it"))
    sign_off_unit(outage, unit(), actor=user("manager"))
    void_action(action, "fel patient", actor=user("outsider"))
    assert current_sign_off(outage.id, unit().id) is None


def test_the_history_holds_nothing_of_what_it_says(outage: Outage) -> None:
    stray = note(outage, TEST_NUMBERS[0], "Anna Andersson: positiv")
    add_stray_attempt(stray, "Anna Andersson?", actor=user("nurse"))
    db.session.commit()
    for event in db.session.query(Event).filter(Event.subject_type == "stray_result"):
        assert "Anna" not in str(event.after)
    assert list(verify_chain()) == []
