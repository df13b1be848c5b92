"""A claim lasts while its holder works; whoever lost it is told who has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.region import user
from tests.services.test_item import ready_dose, verbs_of
from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.models import Item
from tracker.queries.attention import attention_since, begun_by
from tracker.queries.item import attention_of, state_of
from tracker.services.item import ask_about_item, begin_item, claim_item, finish_item, release_item, undo_item
from tracker.services.lease import prolong_claim
from tracker.services.outage import take_system_down

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def item() -> Item:
    found = ready_dose()
    claim_item(found, actor=user("nurse"))
    return found


def test_a_claim_is_prolonged_by_its_holder_without_a_line_in_the_history(item: Item) -> None:
    with time_machine.travel(utcnow() + timedelta(minutes=20)):
        prolong_claim(item, actor=user("nurse"))
        assert item.claimed_until is not None
        assert item.claimed_until - utcnow() > timedelta(minutes=29)
    assert verbs_of(item) == ["claimed"]


def test_one_that_ran_out_is_held_again_while_nobody_came_in_between(item: Item) -> None:
    begin_item(item, actor=user("nurse"))
    with time_machine.travel(utcnow() + timedelta(minutes=40)):
        assert attention_of(item, utcnow())[0] == "check_first"
        prolong_claim(item, actor=user("nurse"))
        assert state_of(item) == "claimed"
        assert attention_of(item, utcnow())[0] is None, "the same person goes on"


def test_whoever_lost_it_is_told_who_has_it(item: Item) -> None:
    with time_machine.travel(utcnow() + timedelta(minutes=40)):
        claim_item(item, actor=user("nurse2"))
        for verb in (prolong_claim, begin_item):
            with pytest.raises(Conflict) as refused:
                verb(item, actor=user("nurse"))
            assert refused.value.holder == "Nils Norberg"
        finish_item(item, "M-1", actor=user("nurse2"))
        with pytest.raises(Conflict) as refused:
            prolong_claim(item, actor=user("nurse"))
        assert refused.value.holder == "Nils Norberg"


def test_what_was_let_go_or_asked_about_is_not_held(item: Item) -> None:
    release_item(item, actor=user("manager"))
    with pytest.raises(Conflict) as refused:
        prolong_claim(item, actor=user("nurse"))
    assert refused.value.holder is None
    ask_about_item(item, "Vilken dos?", actor=user("nurse2"))
    with pytest.raises(Conflict):
        prolong_claim(item, actor=user("nurse"))


def test_whoever_takes_again_what_they_had_begun_is_told_to_check_first(item: Item) -> None:
    began = utcnow()
    with time_machine.travel(began, tick=False):
        begin_item(item, actor=user("nurse"))
    with time_machine.travel(began + timedelta(minutes=40)):
        assert begun_by(item, utcnow()) == user("nurse").id
        claim_item(item, actor=user("nurse"))
        assert attention_of(item, utcnow()) == ("check_first", "Nora Nyström")
        assert (attention_since(item, utcnow()), begun_by(item, utcnow())) == (began, user("nurse").id)
        assert (item.begun_at, state_of(item)) == (None, "claimed")
    assert verbs_of(item) == ["claimed", "begun", "claimed"]


def test_a_claim_of_ones_own_that_ran_out_is_taken_anew_only_when_ready(item: Item) -> None:
    begin_item(item, actor=user("nurse"))
    take_system_down(item.action.outage, "melior", utcnow() + timedelta(minutes=1), actor=user("it"))
    with time_machine.travel(utcnow() + timedelta(minutes=40)):
        with pytest.raises(Conflict):
            claim_item(item, actor=user("nurse"))
        assert item.begun_at is not None, "what was begun is still known"


def test_check_first_says_when_the_earlier_work_began_or_was_done(item: Item) -> None:
    began = utcnow()
    with time_machine.travel(began, tick=False):
        begin_item(item, actor=user("nurse"))
    with time_machine.travel(began + timedelta(minutes=40)):
        assert attention_since(item, utcnow()) == began
        claim_item(item, actor=user("nurse2"))
        assert attention_since(item, utcnow()) == began
        finish_item(item, "M-1", actor=user("nurse2"))
        assert attention_since(item, utcnow()) is None
        done = item.done_at
        undo_item(item, actor=user("nurse2"))
        assert (item.attention, attention_since(item, utcnow())) == ("check_first", done)
