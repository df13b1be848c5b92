"""What a unit's sign-off promises, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import Action, ChainHead, Duty, Outage, SignOff
from tracker.queries.exceptions import delays_of, open_duties_of, remarks_of
from tracker.queries.outage import current_sign_off
from tracker.queries.sign_off import past_sign_offs, sign_off_evidence
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.services.duty import finish_duty
from tracker.services.event import verify_chain
from tracker.services.item import finish_item, mark_item_not_needed, undo_item
from tracker.services.outage import restore_system, take_system_down
from tracker.services.patient import PatientEntry
from tracker.services.sign_off import reopen_unit, sign_off_unit

pytestmark = pytest.mark.usefixtures("context")


def confirmed(outage: Outage, **more: str) -> Action:
    action = log(outage, "melior.medication-administration", **more)  # type: ignore[arg-type]
    finish_item(action.items[0], "M-1", actor=user("nurse"))
    confirm_action(action, actor=user("manager"))
    return action


def signed() -> tuple[Outage, Action, SignOff]:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    action = confirmed(outage)
    return outage, action, sign_off_unit(outage, unit(), actor=user("manager"))


def test_the_sign_off_keeps_what_it_rested_on() -> None:
    outage, _action, sign_off = signed()
    assert current_sign_off(outage.id, unit().id) is sign_off
    assert sign_off.basis["actions"] == {"total": 1, "open": 0, "closed": 0, "confirmed": 1, "voided": 0}
    assert sign_off.basis["items"]["done"] == 1
    assert sign_off.basis["open_duties"] == len(open_duties_of(outage, unit()))
    head = db.session.scalars(select(ChainHead)).one()
    assert sign_off.basis["history"]["lines"] == head.length - 1
    assert len(sign_off.basis["history"]["head"]) == 64
    assert list(verify_chain()) == []


@pytest.mark.parametrize("login", ["nurse", "outsider", "director", "it", "admin"])
def test_only_the_units_manager_signs_and_reopens(login: str) -> None:
    outage, _action, _sign_off = signed()
    with pytest.raises(Forbidden):
        reopen_unit(outage, unit(), "Något", actor=user(login))
    reopen_unit(outage, unit(), "Något", actor=user("manager2"))
    with pytest.raises(Forbidden):
        sign_off_unit(outage, unit(), actor=user(login))


def test_a_unit_is_signed_off_once() -> None:
    outage, _action, _sign_off = signed()
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager2"))
    assert len(past_sign_offs(outage, unit())) == 1


def test_not_while_a_system_of_the_unit_is_down() -> None:
    outage = declare("melior", "pmo")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))
    unit().systems = ("melior",)
    sign_off_unit(outage, unit(), actor=user("manager"))


def test_not_with_open_follow_ups_and_not_with_unconfirmed_actions() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    action = log(outage, "melior.medication-administration")
    assert len(sign_off_evidence(outage, unit()).obstacles) == 1
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))
    finish_item(action.items[0], actor=user("nurse"))
    assert sign_off_evidence(outage, unit()).counts["actions"]["closed"] == 1
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))
    confirm_action(action, actor=user("manager"))
    sign_off_unit(outage, unit(), actor=user("manager"))


def test_a_voided_action_needs_no_confirmation_but_what_was_entered_must_be_removed_first() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    unentered = log(outage, "melior.medication-administration")
    void_action(unentered, "Dubbelt", actor=user("nurse"))
    entered = confirmed(outage, identity=TEST_NUMBERS[1])
    void_action(entered, "Fel patient", actor=user("nurse"))
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))
    finish_item(entered.items[0], actor=user("nurse"))
    sign_off_unit(outage, unit(), actor=user("manager"))


def test_a_unit_that_the_outage_does_not_concern_is_not_signed_off() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit("clinic"), actor=user("manager"))


def test_open_duties_are_counted_and_do_not_stop_the_sign_off() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    before = sign_off_evidence(outage, unit()).open_duties
    assert before == len(open_duties_of(outage, unit())) > 0
    duty = db.session.scalars(select(Duty).where(Duty.outage_id == outage.id, Duty.unit_id == unit().id)).first()
    assert duty
    finish_duty(duty, actor=user("manager"))
    assert sign_off_evidence(outage, unit()).open_duties == before - 1
    assert sign_off_unit(outage, unit(), actor=user("manager")).basis["open_duties"] == before - 1


def log_late(outage: Outage, action: Action) -> None:
    log(outage, "melior.medication-administration", identity=TEST_NUMBERS[2])


def undo(outage: Outage, action: Action) -> None:
    undo_item(action.items[0], actor=user("nurse"))


def correct(outage: Outage, action: Action) -> None:
    correct_action(action, Correction(reason="Skrivfel", note="Rättad"), actor=user("nurse"))


def void(outage: Outage, action: Action) -> None:
    void_action(action, "Dubbelt", actor=user("nurse"))


def send_back(outage: Outage, action: Action) -> None:
    send_back_action(action, "Fel", actor=user("manager2"))


@pytest.mark.parametrize("change", [log_late, undo, correct, void, send_back])
def test_whatever_comes_later_reopens_the_unit_and_says_why(change: Callable[[Outage, Action], None]) -> None:
    outage, action, sign_off = signed()
    change(outage, action)
    assert current_sign_off(outage.id, unit().id) is None
    assert sign_off.reopened_at is not None
    assert sign_off.reopened_by is not None
    assert sign_off.reopen_reason
    assert sign_off.basis["actions"]["confirmed"] == 1, "what was signed is kept"


def test_a_late_action_of_another_unit_leaves_the_sign_off_alone() -> None:
    outage, _action, _sign_off = signed()
    log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
    assert current_sign_off(outage.id, unit().id)


def test_after_a_late_action_the_unit_can_be_signed_off_again() -> None:
    outage, _action, first = signed()
    confirmed(outage, identity=TEST_NUMBERS[2])
    second = sign_off_unit(outage, unit(), actor=user("manager2"))
    assert past_sign_offs(outage, unit()) == [second, first]
    assert second.basis["actions"]["confirmed"] == 2
    assert remarks_of(outage, unit(), limit=10)["late"].total == 1


def test_reopening_needs_a_reason_and_a_sign_off() -> None:
    outage, _action, _sign_off = signed()
    with pytest.raises(Invalid):
        reopen_unit(outage, unit(), " ", actor=user("manager"))
    reopen_unit(outage, unit(), "Ett blad hittades", actor=user("manager"))
    with pytest.raises(Conflict):
        reopen_unit(outage, unit(), "Igen", actor=user("manager"))


def test_a_system_that_falls_again_stops_the_next_sign_off_but_not_the_last() -> None:
    outage, _action, _sign_off = signed()
    take_system_down(outage, "melior", utcnow(), actor=user("it"))
    assert current_sign_off(outage.id, unit().id)
    reopen_unit(outage, unit(), "Melior föll igen", actor=user("manager"))
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))


def test_the_evidence_names_everything_out_of_the_ordinary() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    here = unit()
    long_ago = utcnow() - timedelta(days=3)
    slow = log(outage, "melior.medication-administration", performed_at=long_ago)
    quick = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[1])
    unneeded = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[2])
    voided = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[3])
    correct_action(quick, Correction(reason="Fel tid", note="Kl 8"), actor=user("nurse"))
    correct_action(
        unneeded,
        Correction(reason="Okänd", patient=PatientEntry(identity="Okänd man 1", identity_kind=IdentityKind.UNKNOWN)),
        actor=user("nurse"),
    )
    finish_item(slow.items[0], actor=user("nurse"))
    finish_item(quick.items[0], actor=user("nurse"))
    mark_item_not_needed(unneeded.items[0], "Redan införd", actor=user("nurse"))
    void_action(voided, "Dubbelt", actor=user("nurse2"))
    send_back_action(quick, "Fel dos", actor=user("manager"))
    finish_item(quick.items[0], actor=user("nurse"))
    remarks = remarks_of(outage, here, limit=10)
    assert {sort: found.total for sort, found in remarks.items()} == {
        "voided": 1,
        "not_needed": 1,
        "corrected": 2,
        "sent_back": 1,
        "on_paper": 0,
        "late": 0,
        "unknown": 1,
    }
    (remark,) = remarks["voided"].shown
    assert (remark.action, remark.reason, remark.by) == (voided, "Dubbelt", "Nils Norberg")
    (remark,) = remarks["not_needed"].shown
    assert (remark.item, remark.reason, remark.by) == (unneeded.items[0], "Redan införd", "Nora Nyström")
    assert remarks["sent_back"].shown[0].reason == "Fel dos"
    delays = delays_of(outage, here)
    assert delays
    assert (delays.entered, delays.within_two_days) == (2, 1)
    assert delays.longest > timedelta(days=2)
    assert remarks_of(outage, here, limit=1)["corrected"].total == 2
    assert len(remarks_of(outage, here, limit=1)["corrected"].shown) == 1
    assert sign_off_evidence(outage, here).counts["unknown_patients"] == 1


def test_nothing_entered_has_no_delay() -> None:
    assert delays_of(declare("melior"), unit()) is None


def test_a_planned_outage_is_not_signed_off_before_it_has_begun() -> None:
    outage = declare("melior", hours_ago=-24, kind="planned")
    assert sign_off_evidence(outage, unit()).obstacles
    with pytest.raises(Conflict):
        sign_off_unit(outage, unit(), actor=user("manager"))
