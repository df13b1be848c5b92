"""Setting an item aside, asking about it, undoing it, and who may do what."""

from __future__ import annotations

import pytest

from tests.region import declare, item_of, log, user
from tests.services.test_item import ready_dose, restore, verbs_of
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.queries.item import state_of
from tracker.services.action import void_action
from tracker.services.event import verify_chain
from tracker.services.item import (
    answer_item,
    ask_about_item,
    claim_item,
    finish_item,
    mark_item_not_needed,
    release_item,
    undo_item,
)

pytestmark = pytest.mark.usefixtures("context")


def test_not_needed_asks_why() -> None:
    item = ready_dose()
    for reason in ("", "   ", "x" * 2001):
        with pytest.raises(Invalid) as refused:
            mark_item_not_needed(item, reason, actor=user("nurse"))
        assert set(refused.value.faults) == {"/reason"}
    mark_item_not_needed(item, " finns redan ", actor=user("nurse"))
    assert (item.state, item.reason, item.done_by_id) == ("not_needed", "finns redan", user("nurse").id)


def test_a_question_rests_the_item_until_a_colleague_of_the_performers_role_answers() -> None:
    outage = declare("melior", "medspeech")
    item = item_of(log(outage, "melior.dictation", actor="physician"), "type-dictation")
    restore(outage, "melior", "medspeech")
    claim_item(item, actor=user("secretary"))
    with pytest.raises(Invalid):
        ask_about_item(item, " ", actor=user("secretary"))
    question = ask_about_item(item, "Vilken patient?", actor=user("secretary"))
    assert item.state == "question"
    assert item.claimed_by_id is None
    for verb in (claim_item, finish_item):
        with pytest.raises(Conflict):
            verb(item, actor=user("secretary"))
    with pytest.raises(Forbidden):
        answer_item(item, "Det vet jag.", actor=user("nurse"))
    with pytest.raises(Invalid):
        answer_item(item, "", actor=user("physician"))
    answer_item(item, "Den äldre.", actor=user("physician"))
    assert state_of(item) == "ready"
    assert (question.answer, question.answered_by_id) == ("Den äldre.", user("physician").id)
    with pytest.raises(Conflict):
        answer_item(item, "En gång till.", actor=user("physician"))


def test_undo_opens_it_again_and_warns_that_it_may_be_in_the_system() -> None:
    item = ready_dose()
    finish_item(item, "M-1", actor=user("nurse"))
    undo_item(item, actor=user("nurse2"))
    assert (item.state, item.attention, item.attention_note) == ("open", "check_first", "Nora Nyström")
    assert item.done_by_id is None
    with pytest.raises(Conflict):
        undo_item(item, actor=user("nurse2"))


def test_undoing_not_needed_leaves_no_warning() -> None:
    item = ready_dose()
    mark_item_not_needed(item, "fanns", actor=user("nurse"))
    undo_item(item, actor=user("nurse"))
    assert (item.state, item.attention) == ("open", None)


def test_undo_is_refused_while_the_next_step_is_begun_or_done() -> None:
    outage = declare("elvis")
    action = log(outage, "elvis.visit", actor="secretary")
    restore(outage, "elvis")
    visit, payment = item_of(action, "register-visit"), item_of(action, "register-payment")
    finish_item(visit, actor=user("secretary"))
    claim_item(payment, actor=user("secretary2"))
    with pytest.raises(Conflict):
        undo_item(visit, actor=user("secretary"))
    finish_item(payment, actor=user("secretary2"))
    with pytest.raises(Conflict):
        undo_item(visit, actor=user("secretary"))
    undo_item(payment, actor=user("secretary2"))
    undo_item(visit, actor=user("secretary"))
    assert state_of(payment) == "waiting"


def test_what_is_to_be_removed_stays_so_when_undone() -> None:
    item = ready_dose()
    finish_item(item, "M-1", actor=user("nurse"))
    void_action(item.action, "fel patient", actor=user("nurse"))
    assert item.attention == "remove"
    finish_item(item, "M-1", actor=user("nurse"))
    undo_item(item, actor=user("nurse"))
    assert item.attention == "remove"


def test_what_a_void_made_not_needed_cannot_be_opened_again() -> None:
    item = ready_dose()
    void_action(item.action, "fel patient", actor=user("nurse"))
    with pytest.raises(Conflict):
        undo_item(item, actor=user("nurse"))


@pytest.mark.parametrize("login", ["physician", "secretary", "outsider", "manager2", "it"])
def test_only_its_role_in_its_unit_works_an_item(login: str) -> None:
    item = ready_dose()
    for verb in (
        lambda: claim_item(item, actor=user(login)),
        lambda: finish_item(item, actor=user(login)),
        lambda: mark_item_not_needed(item, "finns", actor=user(login)),
        lambda: ask_about_item(item, "Vad?", actor=user(login)),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert (item.state, verbs_of(item)) == ("open", [])


def test_nobody_outside_the_unit_answers_or_undoes() -> None:
    item = ready_dose()
    ask_about_item(item, "Vilken dos?", actor=user("nurse2"))
    with pytest.raises(Forbidden):
        answer_item(item, "Fem.", actor=user("outsider"))
    answer_item(item, "Fem.", actor=user("nurse"))
    finish_item(item, actor=user("nurse"))
    for login in ("outsider", "secretary"):
        with pytest.raises(Forbidden):
            undo_item(item, actor=user(login))


def test_every_verb_is_in_the_history_and_the_history_is_whole() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    release_item(item, actor=user("nurse"))
    ask_about_item(item, "Vilken?", actor=user("nurse"))
    answer_item(item, "Den.", actor=user("nurse2"))
    mark_item_not_needed(item, "finns", actor=user("nurse"))
    undo_item(item, actor=user("nurse"))
    finish_item(item, "M", actor=user("nurse"))
    assert verbs_of(item) == ["claimed", "released", "asked", "answered", "not-needed", "undone", "done"]
    db.session.commit()
    assert list(verify_chain()) == []
