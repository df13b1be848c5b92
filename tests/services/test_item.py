"""Every verb of an item: who may, when, what is refused, and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from tests.region import declare, fields_for, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, Event, Item, Outage
from tracker.queries.attention import attention_since
from tracker.queries.item import attention_of, state_of
from tracker.services.action import Correction, correct_action
from tracker.services.item import (
    ask_about_item,
    begin_item,
    claim_item,
    finish_item,
    mark_item_not_needed,
    release_item,
    undo_item,
)
from tracker.services.outage import restore_system, take_system_down

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"


def dose(outage: Outage, **more: Any) -> Item:
    return item_of(log(outage, DOSE, **more), "document-administration")


def ready_dose() -> Item:
    outage = declare("melior")
    item = dose(outage)
    restore(outage, "melior")
    return item


def restore(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))


def action_with(kind: str, item_id: str, outage: Outage, actor: str) -> Action:
    spec = current_routine().kinds[kind]
    wanted = next(item for item in spec.items if item.item == item_id)
    return log(outage, kind, actor=actor, fields=fields_for(spec, wanted))


def paper_order(outage: Outage) -> Action:
    """A chemistry order on paper with a reply by fax: five things to follow up."""
    kind = current_routine().kinds["melior.chemistry-order"]
    fields = {**fields_for(kind, next(item for item in kind.items if item.item == "watch-fax-reply"))}
    return log(outage, kind.id, actor="nurse", fields=fields)


def verbs_of(item: Item) -> list[str]:
    return list(
        db.session.scalars(
            select(Event.verb).where(Event.subject_type == "item", Event.subject_id == str(item.id)).order_by(Event.id)
        )
    )


def test_a_claim_holds_for_the_set_minutes_and_names_its_holder() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    assert item.claimed_until is not None
    assert timedelta(minutes=29) < item.claimed_until - utcnow() <= timedelta(minutes=30)
    with pytest.raises(Conflict) as refused:
        claim_item(item, actor=user("nurse2"))
    assert refused.value.holder == "Nora Nyström"
    assert verbs_of(item) == ["claimed"]


def test_claiming_again_prolongs_ones_own_claim_without_a_second_line_in_the_history() -> None:
    item = ready_dose()
    with time_machine.travel(utcnow(), tick=False) as clock:
        claim_item(item, actor=user("nurse"))
        first = item.claimed_until
        clock.shift(timedelta(minutes=20))
        claim_item(item, actor=user("nurse"))
        assert first is not None
        assert item.claimed_until == first + timedelta(minutes=20)
    assert verbs_of(item) == ["claimed"]


def test_nobody_finishes_or_sets_aside_or_asks_about_what_another_holds() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    for verb in (
        lambda: finish_item(item, actor=user("nurse2")),
        lambda: mark_item_not_needed(item, "finns redan", actor=user("nurse2")),
        lambda: ask_about_item(item, "Vilken dos?", actor=user("nurse2")),
        lambda: release_item(item, actor=user("nurse2")),
    ):
        with pytest.raises(Conflict) as refused:
            verb()
        assert refused.value.holder == "Nora Nyström"
    assert item.claimed_by_id == user("nurse").id


def test_a_claim_that_ran_out_before_work_began_is_taken_over_without_a_warning() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    with time_machine.travel(utcnow() + timedelta(minutes=31)):
        assert state_of(item) == "ready"
        assert attention_of(item, utcnow()) == (None, "")
        claim_item(item, actor=user("nurse2"))
    assert item.claimed_by_id == user("nurse2").id
    assert item.attention is None


def test_a_claim_that_ran_out_after_work_began_says_check_the_system_first() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    with time_machine.travel(utcnow() + timedelta(minutes=31)):
        assert attention_of(item, utcnow()) == ("check_first", "Nora Nyström")
        assert attention_since(item, utcnow()) == item.begun_at
        begun = item.begun_at
        claim_item(item, actor=user("nurse2"))
    assert item.attention == "check_first"
    assert item.attention_at == attention_since(item, utcnow()) == begun
    assert item.attention_note == "Nora Nyström"
    assert item.begun_at is None


def test_releasing_after_work_began_says_check_the_system_first() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    release_item(item, actor=user("nurse"))
    assert (item.state, item.attention) == ("open", "check_first")


def test_beginning_counts_for_the_holder_only() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    with pytest.raises(Conflict) as refused:
        begin_item(item, actor=user("nurse2"))
    assert refused.value.holder == "Nora Nyström"
    assert item.begun_at is None


def test_the_units_manager_can_release_a_claim_and_nobody_is_refused_twice() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    release_item(item, actor=user("manager"))
    assert item.state == "open"
    with pytest.raises(Conflict):
        release_item(item, actor=user("manager"))


def test_a_waiting_item_cannot_be_taken_or_finished_but_asked_about_and_set_aside() -> None:
    outage = declare("melior")
    item, other = dose(outage), dose(outage)
    for verb in (claim_item, finish_item):
        with pytest.raises(Conflict) as refused:
            verb(item, actor=user("nurse"))
        assert "Melior" in str(refused.value.message)
    ask_about_item(item, "Vilken dos?", actor=user("nurse2"))
    mark_item_not_needed(other, "dubbelt loggad", actor=user("nurse2"))
    assert (item.state, other.state) == ("question", "not_needed")


def test_an_item_waits_for_the_step_before_it() -> None:
    outage = declare("elvis")
    action = log(outage, "elvis.visit", actor="secretary")
    restore(outage, "elvis")
    visit, payment = item_of(action, "register-visit"), item_of(action, "register-payment")
    assert state_of(payment) == "waiting"
    with pytest.raises(Conflict):
        claim_item(payment, actor=user("secretary"))
    mark_item_not_needed(visit, "fanns redan", actor=user("secretary"))
    assert state_of(payment) == "ready"
    claim_item(payment, actor=user("secretary"))


def test_what_was_taken_before_the_system_fell_again_may_still_be_finished_by_its_holder() -> None:
    outage = declare("melior")
    held, free = dose(outage), dose(outage)
    restore(outage, "melior")
    claim_item(held, actor=user("nurse"))
    take_system_down(outage, "melior", utcnow() + timedelta(seconds=1), actor=user("it"))
    with time_machine.travel(utcnow() + timedelta(minutes=1)):
        assert state_of(free) == "waiting"
        finish_item(held, "M-1", actor=user("nurse"))
        with pytest.raises(Conflict):
            finish_item(free, "M-2", actor=user("nurse"))
    assert held.state == "done"


def test_finishing_keeps_who_when_and_the_reference_and_a_repeat_changes_nothing() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    finish_item(item, "  M-1 ", actor=user("nurse"))
    assert (item.state, item.reference, item.done_by_id) == ("done", "M-1", user("nurse").id)
    assert item.claimed_by_id is None
    done_at = item.done_at
    finish_item(item, "M-1", actor=user("nurse"))
    assert item.done_at == done_at
    assert verbs_of(item) == ["claimed", "done"]


def test_the_second_to_finish_is_told_who_did() -> None:
    item = ready_dose()
    finish_item(item, "M-1", actor=user("nurse"))
    for verb in (
        lambda: finish_item(item, "M-2", actor=user("nurse2")),
        lambda: claim_item(item, actor=user("nurse2")),
        lambda: mark_item_not_needed(item, "finns", actor=user("nurse2")),
    ):
        with pytest.raises(Conflict) as refused:
            verb()
        assert refused.value.holder == "Nora Nyström"
    assert item.reference == "M-1"


def test_work_from_an_older_version_of_the_action_is_refused() -> None:
    item = ready_dose()
    claim_item(item, actor=user("nurse"))
    begin_item(item, actor=user("nurse"))
    correct_action(item.action, Correction(reason="fel dos", fields={"dose": 5}), actor=user("physician"))
    with pytest.raises(Conflict):
        finish_item(item, "M-1", version=1, actor=user("nurse"))
    assert (item.state, item.attention) == ("open", "check_first")
    claim_item(item, actor=user("nurse"))
    finish_item(item, "M-1", version=2, actor=user("nurse"))
    assert (item.state, item.attention) == ("done", None)


def test_a_fax_reply_is_done_only_when_handed_over_to_somebody_at_some_time() -> None:
    item = item_of(paper_order(declare("melior")), "watch-fax-reply")
    with pytest.raises(Invalid) as refused:
        finish_item(item, "", {}, actor=user("nurse"))
    assert set(refused.value.faults) == {"/handed_to", "/handed_at"}
    with pytest.raises(Invalid) as refused:
        finish_item(item, "", {"handed_to": "Dr Palm", "handed_at": "nyss"}, actor=user("nurse"))
    assert set(refused.value.faults) == {"/handed_at"}
    finish_item(item, "", {"handed_to": "Dr Palm", "handed_at": "2026-11-20T14:05"}, actor=user("nurse"))
    assert item.finish == {"handed_to": "Dr Palm", "handed_at": "2026-11-20T13:05:00+00:00"}


def test_too_long_a_reference_is_refused() -> None:
    item = ready_dose()
    with pytest.raises(Invalid) as refused:
        finish_item(item, "x" * 121, actor=user("nurse"))
    assert set(refused.value.faults) == {"/reference"}


def test_a_result_is_signed_on_paper_only_where_the_units_routine_says_so_and_then_while_waiting_too() -> None:
    outage = declare("melior", "svarsdatabasen")
    action = action_with("svarsdatabasen.radiology-urgent", "sign-result", outage, "physician")
    item = item_of(action, "sign-result")
    assert state_of(item) == "waiting"
    with pytest.raises(Invalid) as refused:
        finish_item(item, on_paper=True, actor=user("physician"))
    assert set(refused.value.faults) == {"/on_paper"}
    unit().signs_on_paper = True
    finish_item(item, on_paper=True, actor=user("physician"))
    assert (item.state, item.on_paper) == ("done", True)
    undo_item(item, actor=user("physician"))
    assert item.on_paper is False


def test_what_is_typed_in_a_system_is_never_signed_on_paper() -> None:
    item = ready_dose()
    unit().signs_on_paper = True
    with pytest.raises(Invalid):
        finish_item(item, on_paper=True, actor=user("nurse"))
