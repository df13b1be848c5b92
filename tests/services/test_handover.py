"""Handing over at the end of a shift: nothing is lost between two people, and nothing belongs to both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, item_of, log, unit, user
from tracker.clock import telling, utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.models import (
    Attention,
    Event,
    Handover,
    Item,
    ItemState,
    OrphanFault,
    OrphanSheet,
    Outage,
    Question,
    Sheet,
    SheetSeries,
    StrayResult,
)
from tracker.queries.handover import contents, handed_over_by, handover_counts, waiting_for, waiting_for_others
from tracker.queries.item import attention_of
from tracker.queries.shift import Left, leaves_something, left_by
from tracker.services.event import verify_chain
from tracker.services.handover import Things, hand_over, may_take_over, take_back, take_over
from tracker.services.item import answer_item, ask_about_item, begin_item, claim_item, finish_item, release_item
from tracker.services.outage import restore_system
from tracker.services.stray_result import StrayEntry, hand_over_stray, note_stray

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"


def restored() -> Outage:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    return outage


def held(outage: Outage, number: int = 0, begun: bool = False, login: str = "nurse") -> Item:
    item = item_of(log(outage, DOSE, identity=TEST_NUMBERS[number]), "document-administration")
    claim_item(item, actor=user(login))
    if begun:
        begin_item(item, actor=user(login))
    return item


def asked(outage: Outage, number: int = 5) -> Question:
    """A question to the nurse about what she did."""
    item = item_of(log(outage, DOSE, identity=TEST_NUMBERS[number]), "document-administration")
    return ask_about_item(item, "Vilken dos?", actor=user("nurse2"))


def orphan(outage: Outage) -> OrphanSheet:
    found = OrphanSheet(
        outage=outage, unit=unit(), fault=OrphanFault.NO_PATIENT, content="Alvedon 1 g", found_by=user("nurse")
    )
    db.session.add(found)
    db.session.flush()
    return found


def series(outage: Outage, *serials: str) -> SheetSeries:
    found = SheetSeries(unit=unit(), kind=DOSE, outage=outage, issued_by=user("nurse"))
    found.sheets = [Sheet(serial=serial, reason="") for serial in serials]
    db.session.add(found)
    db.session.flush()
    return found


def stray(outage: Outage) -> StrayResult:
    entry = StrayEntry("", "Röntgen Gävle", "DT hjärna: ingen blödning", utcnow())
    return note_stray(entry, outage, unit(), actor=user("nurse"))


def left(login: str) -> Left:
    found = left_by(user(login))
    return found[0] if found else Left(unit())


def test_whoever_has_nothing_leaves_nothing() -> None:
    outage = restored()
    log(outage, DOSE)
    assert left_by(user("nurse2")) == []
    assert not leaves_something(user("nurse2"))


def test_all_that_is_left_is_found_and_is_nobody_elses() -> None:
    outage = restored()
    item, question, lost = held(outage), asked(outage), orphan(outage)
    pile = series(outage, "A1", "A2")
    mine = left("nurse")
    assert (mine.held, mine.questions, mine.orphans) == ([item], [question], [lost])
    assert {row: [sheet.serial for sheet in sheets] for row, sheets in mine.sheets.items()} == {pile: ["A1", "A2"]}
    assert leaves_something(user("nurse"))
    assert left_by(user("secretary")) == []
    assert left("nurse2").is_nothing, "who asked waits for the answer"
    answer_item(question.item, "En tablett", actor=user("nurse"))
    assert left("nurse").questions == []
    assert left("nurse2").answered == [question]


def test_a_claim_that_ran_out_is_left_only_if_it_was_begun() -> None:
    outage = restored()
    item, begun = held(outage), held(outage, 1, begun=True)
    for one in (item, begun):
        one.claimed_until = utcnow() - timedelta(minutes=1)
    assert left("nurse").held == [begun]


def test_a_note_of_ones_own_is_left_to_its_author_and_a_dose_is_not() -> None:
    outage = declare("melior")
    log(outage, DOSE)
    note = log(outage, "melior.prescription", actor="physician")
    assert [item.action for item in left("physician").own] == [], "nothing can be entered while Melior is down"
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    own = left("physician").own
    assert own == [item for item in note.items if item in own]
    assert left("nurse").own == []
    assert not leaves_something(user("physician")), "it can wait: nobody is asked about it at log-out"


def test_what_is_handed_over_is_free_and_what_was_begun_must_be_checked_first() -> None:
    outage = restored()
    item, begun = held(outage), held(outage, 1, begun=True)
    handover = hand_over(Things(items=(item.id, begun.id)), unit(), user("nurse2"), "Sal 3", actor=user("nurse"))
    assert (item.state, item.attention) == (ItemState.OPEN, None)
    assert attention_of(begun, utcnow()) == (Attention.CHECK_FIRST, "Nora Nyström")
    assert waiting_for(user("nurse2")) == [handover]
    assert contents(handover) == {"items": 2, "questions": 0, "orphans": 0, "sheets": 0, "strays": 0}
    assert left_by(user("nurse")) == [], "it is not hers any more"
    assert handed_over_by(user("nurse")) == [handover]
    take_over(handover, actor=user("nurse2"))
    assert waiting_for(user("nurse2")) == []
    assert left("nurse2").taken_over == [item, begun]
    assert leaves_something(user("nurse2"))
    finish_item(item, actor=user("nurse2"))
    assert left("nurse2").taken_over == [begun]
    verbs = db.session.scalars(select(Event.verb).where(Event.subject_type == "handover").order_by(Event.id)).all()
    assert verbs == ["handed-over", "taken-over"]
    assert list(verify_chain()) == []


def test_every_sort_of_thing_goes_over_and_on() -> None:
    outage = restored()
    question, lost, pile = asked(outage), orphan(outage), series(outage, "A1", "A2")
    result = stray(outage)
    things = Things(questions=(question.id,), orphans=(lost.id,), series=(pile.id,), strays=(result.id,))
    first = hand_over(things, unit(), user("manager"), "", actor=user("nurse"))
    assert left_by(user("nurse")) == []
    take_over(first, actor=user("manager"))
    mine = left("manager")
    assert (mine.questions, mine.orphans, list(mine.sheets)) == ([question], [lost], [pile])
    assert mine.strays == [result]
    assert contents(first) == {"items": 0, "questions": 1, "orphans": 1, "sheets": 2, "strays": 1}
    second = hand_over(things, unit(), user("nurse2"), "", actor=user("manager"))
    assert left_by(user("manager")) == []
    take_over(second, actor=user("nurse2"))
    assert (left("nurse2").questions, left("nurse2").strays) == ([question], [result])
    assert left_by(user("nurse")) == []


def test_a_result_without_a_recipient_is_left_until_it_is_handed_over_or_solved() -> None:
    outage = restored()
    result = stray(outage)
    assert left("nurse").strays == [result]
    assert leaves_something(user("nurse")), "somebody waits for a result"
    handover = hand_over(Things(strays=(result.id,)), unit(), user("secretary"), "", actor=user("nurse"))
    assert handover_counts(outage, unit()) == {"waiting": 1}
    assert not leaves_something(user("nurse"))
    with pytest.raises(Conflict):
        hand_over(Things(strays=(result.id,)), unit(), user("nurse"), "", actor=user("nurse2"))
    take_over(handover, actor=user("secretary"))
    assert left("secretary").strays == [result]
    assert leaves_something(user("secretary"))
    hand_over_stray(result, "Peter Palm", utcnow(), actor=user("nurse2"))
    assert left_by(user("secretary")) == []
    with pytest.raises(Conflict):
        hand_over(Things(strays=(result.id,)), unit(), user("nurse2"), "", actor=user("secretary"))


def test_an_unclear_form_that_was_handed_over_holds_nobody_back_at_log_out() -> None:
    lost = orphan(restored())
    assert leaves_something(user("nurse"))
    hand_over(Things(orphans=(lost.id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    assert not leaves_something(user("nurse"))


def test_the_next_shift_is_whoever_of_the_role_comes_first_and_only_one_gets_it() -> None:
    handover = hand_over(Things(items=(held(restored()).id,)), unit(), None, "", actor=user("nurse"))
    assert [one for one in ("nurse", "nurse2", "manager", "secretary", "outsider") if waiting_for(user(one))] == [
        "nurse2",
        "manager",
    ]
    take_over(handover, actor=user("manager"))
    with pytest.raises(Conflict, match="Maria Mård") as refused:
        take_over(handover, actor=user("nurse2"))
    assert refused.value.holder == "Maria Mård"
    take_over(handover, actor=user("manager"))
    assert handover.received_by == user("manager")


def test_the_sender_takes_it_back_until_somebody_has_it() -> None:
    item = held(restored())
    handover = hand_over(Things(items=(item.id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    with pytest.raises(Forbidden):
        take_back(handover, actor=user("nurse2"))
    take_back(handover, actor=user("nurse"))
    assert left("nurse").taken_over == [item]
    assert handed_over_by(user("nurse")) == []
    with pytest.raises(Conflict, match="Nora Nyström"):
        take_over(handover, actor=user("nurse2"))
    again = hand_over(Things(items=(item.id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    take_over(again, actor=user("nurse2"))
    with pytest.raises(Conflict, match="Nils Norberg"):
        take_back(again, actor=user("nurse"))


def test_nothing_is_handed_over_twice() -> None:
    item = held(restored())
    things = Things(items=(item.id,))
    hand_over(things, unit(), user("nurse2"), "", actor=user("nurse"))
    with pytest.raises(Conflict):
        hand_over(things, unit(), user("manager"), "", actor=user("nurse"))
    assert len(db.session.scalars(select(Handover)).all()) == 1


def test_a_colleague_who_cannot_do_it_is_not_given_it() -> None:
    outage = restored()
    item, question = held(outage), asked(outage)
    for things in (Things(items=(item.id,)), Things(questions=(question.id,))):
        with pytest.raises(Invalid, match="Sara Sjö"):
            hand_over(things, unit(), user("secretary"), "", actor=user("nurse"))
    for login in ("outsider", "nurse"):
        with pytest.raises(Invalid):
            hand_over(Things(items=(item.id,)), unit(), user(login), "", actor=user("nurse"))
    assert item.claimed_by == user("nurse"), "nothing was let go"
    hand_over(Things(orphans=(orphan(outage).id,)), unit(), user("secretary"), "", actor=user("nurse"))


def test_only_what_one_has_is_handed_over_and_only_if_it_is_as_it_was() -> None:
    outage = restored()
    item = held(outage)
    with pytest.raises(Conflict, match="Nora Nyström"):
        hand_over(Things(items=(item.id,)), unit(), user("manager"), "", actor=user("nurse2"))
    release_item(item, actor=user("nurse"))
    with pytest.raises(Forbidden):
        hand_over(Things(items=(item.id,)), unit(), None, "", actor=user("secretary"))
    finish_item(item, actor=user("nurse2"))
    with pytest.raises(Conflict):
        hand_over(Things(items=(item.id,)), unit(), None, "", actor=user("nurse"))
    with pytest.raises(Conflict):
        hand_over(Things(orphans=(987654,)), unit(), None, "", actor=user("nurse"))
    with pytest.raises(Invalid):
        hand_over(Things(), unit(), None, "", actor=user("nurse"))
    with pytest.raises(Forbidden):
        hand_over(Things(items=(item.id,)), unit("clinic"), None, "", actor=user("nurse"))


def test_a_manager_can_take_over_what_would_be_left_lying() -> None:
    handover = hand_over(Things(items=(held(restored()).id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    assert waiting_for(user("manager")) == []
    assert waiting_for_others(user("manager")) == [handover]
    assert [
        login for login in ("manager", "manager2", "secretary", "nurse") if may_take_over(user(login), handover)
    ] == [
        "manager",
        "manager2",
    ]
    take_over(handover, actor=user("manager2"))
    assert handover.received_by == user("manager2")
    (item,) = left("manager2").taken_over
    with pytest.raises(Invalid):  # the next physician could not do it either
        hand_over(Things(items=(item.id,)), unit(), None, "", actor=user("manager2"))
    on = hand_over(Things(items=(item.id,)), unit(), user("nurse2"), "", actor=user("manager2"))
    assert waiting_for(user("nurse2")) == [on]


def test_the_sender_sees_for_a_day_who_has_it() -> None:
    with telling(utcnow() - timedelta(hours=30)):
        handover = hand_over(Things(items=(held(restored()).id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    assert handed_over_by(user("nurse")) == [handover]
    with telling(utcnow() - timedelta(hours=25)):
        take_over(handover, actor=user("nurse2"))
    assert handed_over_by(user("nurse")) == []
