"""An electronic order was sent beside the paper one: one item to cancel it, however often it is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, Event, Outage
from tracker.queries.item import state_of
from tracker.queries.twin import likely_twins, may_have_twin, twin_item
from tracker.routine import Routine
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.services.item import claim_item, finish_item, mark_item_not_needed
from tracker.services.outage import restore_system
from tracker.services.sign_off import sign_off_unit
from tracker.services.twin import add_twin

pytestmark = pytest.mark.usefixtures("context")
KIND = "melior.prescription"


def prescription(outage: Outage | None = None, **more: Any) -> Action:
    fields = {"form": "paper", "drug": "Alvedon", **more.pop("fields", {})}
    kind = current_routine().kinds[KIND]
    return log(outage or declare("melior"), KIND, actor="physician", fields=sample_fields(kind, fields), **more)


def test_orders_referrals_and_prescriptions_know_their_twin(routine: Routine) -> None:
    known = {kind.id for kind in routine.kinds.values() if kind.twin}
    assert known >= {
        "melior.chemistry-order", "melior.medication-order", "melior.prescription", "pmo.lab-order",
        "pmo.radiology-referral", "pmo.referral-other", "pmo.prescription", "svarsdatabasen.radiology-urgent",
        "svarsdatabasen.radiology-routine", "svarsdatabasen.physiology-urgent", "svarsdatabasen.physiology-routine",
        "svarsdatabasen.pathology-referral", "svarsdatabasen.chemistry-order",
    }  # fmt: skip
    for kind_id in known:
        twin = routine.kinds[kind_id].twin
        assert twin is not None
        assert twin.item not in {item.item for item in routine.kinds[kind_id].items}
        assert (twin.basis, twin.kind_of_work, twin.unit_may_reassign) == ("derived", "act", False)
        assert twin.needs, "it can be cancelled only where it stands"


def test_a_twin_is_one_more_item_in_the_system_where_the_electronic_one_stands() -> None:
    action = prescription()
    twin = add_twin(action, "E-recept sänt 10.15 enligt receptdepån", actor=user("nurse"))
    assert (twin.state, twin.system, twin.roles, state_of(twin)) == ("open", "melior", ("physician",), "waiting")
    assert twin.high_risk == ""
    event = db.session.scalars(select(Event).where(Event.verb == "twin-found")).one()
    assert event.after is not None
    assert event.after["reason"] == "E-recept sänt 10.15 enligt receptdepån"
    restore_system(action.outage, "melior", utcnow(), actor=user("it"))
    finish_item(twin, actor=user("physician"))
    assert twin.state == "done"


def test_found_again_it_is_the_same() -> None:
    action = prescription()
    first = add_twin(action, "Dubbelt", actor=user("nurse"))
    assert add_twin(action, "Dubbelt igen", actor=user("physician")) is first
    assert len([item for item in action.items if item.item == first.item]) == 1
    assert not may_have_twin(action)


def test_who_may_and_what_is_refused() -> None:
    action = prescription()
    with pytest.raises(Forbidden):
        add_twin(action, "Dubbelt", actor=user("outsider"))
    with pytest.raises(Invalid):
        add_twin(action, " ", actor=user("nurse"))
    with pytest.raises(Invalid):
        add_twin(log(action.outage, "melior.note"), "Dubbelt", actor=user("nurse"))
    void_action(action, "fel patient", actor=user("physician"))
    with pytest.raises(Conflict):
        add_twin(action, "Dubbelt", actor=user("nurse"))


def test_a_correction_keeps_it_and_frees_it() -> None:
    action = prescription()
    twin = add_twin(action, "Dubbelt", actor=user("nurse"))
    restore_system(action.outage, "melior", utcnow(), actor=user("it"))
    claim_item(twin, actor=user("physician"))
    correct_action(action, Correction("fel", fields={"drug": "Ipren"}), actor=user("physician"))
    assert (twin.state, twin.attention_note, len(action.items)) == ("open", "Dubbelt", 2)
    finish_item(twin, actor=user("physician"))
    correct_action(action, Correction("fel igen", fields={"drug": "Alvedon"}), actor=user("physician"))
    assert twin.state == "done", "the electronic one is cancelled whatever the paper says"


def test_voiding_withdraws_it_unless_it_is_cancelled_already() -> None:
    first, second = prescription(), prescription(identity=TEST_NUMBERS[1])
    open_twin = add_twin(first, "Dubbelt", actor=user("nurse"))
    cancelled = add_twin(second, "Dubbelt", actor=user("nurse"))
    for action in (first, second):
        if action.outage.systems[0].restored_at is None:
            restore_system(action.outage, "melior", utcnow(), actor=user("it"))
    finish_item(cancelled, actor=user("physician"))
    void_action(first, "fel patient", actor=user("physician"))
    void_action(second, "fel patient", actor=user("physician"))
    assert open_twin.state == "not_needed"
    assert (cancelled.state, cancelled.attention) == ("done", None)


def test_one_found_late_takes_back_confirmation_and_sign_off() -> None:
    action = prescription()
    restore_system(action.outage, "melior", utcnow(), actor=user("it"))
    mark_item_not_needed(item_of(action, "document-prescription"), "finns", actor=user("physician"))
    confirm_action(action, actor=user("manager"))
    sign_off = sign_off_unit(action.outage, action.unit, actor=user("manager"))
    add_twin(action, "Dubbelt", actor=user("nurse"))
    assert action.confirmation is None
    assert sign_off.reopened_at is not None
    assert action.state == "open"


def test_a_cancelled_twin_is_sent_back_with_the_rest() -> None:
    action = prescription()
    twin = add_twin(action, "Dubbelt", actor=user("nurse"))
    restore_system(action.outage, "melior", utcnow(), actor=user("it"))
    finish_item(twin, actor=user("physician"))
    send_back_action(action, "Fel recept makulerat", actor=user("manager"))
    assert (twin.state, twin.attention) == ("open", "sent_back")


def test_one_on_paper_and_one_electronic_within_a_day_are_a_doubt() -> None:
    outage = declare("melior", hours_ago=60)
    now = utcnow()
    paper = prescription(outage, performed_at=now - timedelta(hours=2))
    sent = prescription(outage, fields={"form": "deferred"}, performed_at=now - timedelta(hours=20))
    prescription(outage, fields={"form": "deferred"}, performed_at=now - timedelta(hours=40))
    prescription(outage, fields={"form": "deferred", "drug": "Ipren"}, performed_at=now - timedelta(hours=3))
    prescription(outage, fields={"form": "deferred"}, identity=TEST_NUMBERS[1])
    prescription(outage, performed_at=now - timedelta(hours=3))
    assert list(likely_twins(paper)) == [sent]
    assert twin_item(paper) is None, "a doubt is nothing done"
    add_twin(paper, "Dubbelt", actor=user("nurse"))
    assert likely_twins(paper) == ()
    assert likely_twins(sent) != (), "the other paper one is still in doubt"
