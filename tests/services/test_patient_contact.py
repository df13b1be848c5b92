"""Patients to contact: who stands on the list and why, and what an attempt does and does not do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Action, ContactOutcome, Event, Item, ItemState, Outage
from tracker.queries.patient_contact import count_to_contact, patients_to_contact
from tracker.services.action import void_action
from tracker.services.event import verify_chain
from tracker.services.item import finish_item
from tracker.services.outage import restore_system
from tracker.services.patient_contact import log_contact
from tracker.services.reply import acknowledge_item

pytestmark = pytest.mark.usefixtures("context")
TOLD, NOT_REACHED, NOT_NEEDED = ContactOutcome.TOLD, ContactOutcome.NOT_REACHED, ContactOutcome.NOT_NEEDED
CT = {"examination": "DT hjärna", "urgency": "within_48h", "question": "Blödning?"}


@pytest.fixture
def outage(context: None) -> Outage:
    return declare("melior", "svarsdatabasen", units=("ward", "clinic"), hours_ago=200)


def written(outage: Outage, kind: str, hours_ago: float, number: int = 0, **fields: object) -> Action:
    spec = current_routine().kinds[kind]
    login = "physician" if "physician" in spec.logged_by else "nurse"
    return log(
        outage,
        kind,
        actor=login,
        identity=TEST_NUMBERS[number],
        name=f"Patient {number}",
        fields=sample_fields(spec, fields),
        performed_at=utcnow() - timedelta(hours=hours_ago),
        done_items=("fax-referral",) if kind.endswith("-urgent") else (),
    )


def listed(*, settled: bool = False) -> dict[str, list[str]]:
    units = user("nurse").unit_ids
    found = patients_to_contact(units, settled=settled)
    assert settled or count_to_contact(units) == len(found)
    return {one.patient.name: [reason.waits_for for reason in one.reasons] for one in found}


def waiting(name: str) -> list[Item]:
    found = patients_to_contact(user("nurse").unit_ids)
    return [item for one in found if one.patient.name == name for reason in one.reasons for item in reason.items]


def test_prescriptions_referrals_and_results_stand_there_beyond_their_limit(outage: Outage) -> None:
    written(outage, "melior.prescription", 47, 0, form="deferred")
    written(outage, "melior.prescription", 49, 1, form="deferred")
    written(outage, "svarsdatabasen.radiology-routine", 49, 2, form="dictated")
    written(outage, "svarsdatabasen.radiology-urgent", 5, 3, **CT)
    written(outage, "svarsdatabasen.radiology-urgent", 73, 4, **CT)
    assert listed() == {
        "Patient 1": ["prescription"],
        "Patient 2": ["referral"],
        "Patient 3": ["referral"],  # faxed, and nobody said that it arrived
        "Patient 4": ["referral", "result"],  # the fax and the signing of one result are one thing to the patient
    }
    assert count_to_contact(user("nurse").unit_ids) == 4
    assert count_to_contact(user("outsider").unit_ids) == 0


def test_what_is_sent_acknowledged_answered_or_voided_is_gone(outage: Outage) -> None:
    prescription = written(outage, "melior.prescription", 49, 0, form="deferred")
    faxed = written(outage, "svarsdatabasen.radiology-urgent", 5, 1, **CT)
    dictated = written(outage, "svarsdatabasen.radiology-routine", 49, 2, form="dictated")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    finish_item(item_of(prescription, "send-e-prescription"), actor=user("physician"))
    acknowledge_item(item_of(faxed, "fax-referral"), "Rut", utcnow(), actor=user("nurse"))
    void_action(dictated, "fel patient", actor=user("physician"))
    assert listed() == {}


def test_who_is_not_reached_stays_and_who_is_told_leaves(outage: Outage) -> None:
    written(outage, "svarsdatabasen.radiology-urgent", 73, 0, **CT)
    log_contact(waiting("Patient 0"), NOT_REACHED, "Inget svar, försök kl 16", actor=user("nurse"))
    (one,) = patients_to_contact(user("nurse").unit_ids)
    assert one.attempts == 1
    assert one.reasons[0].contacts[0].note == "Inget svar, försök kl 16"
    (about_result,) = [reason for reason in one.reasons if reason.waits_for == "result"]
    log_contact(about_result.items, TOLD, actor=user("nurse2"))
    assert listed() == {"Patient 0": ["referral"]}
    log_contact(waiting("Patient 0"), NOT_NEEDED, "Ligger inne på avdelningen", actor=user("nurse"))
    assert listed() == {}
    assert listed(settled=True) == {"Patient 0": ["referral", "result"]}


def test_an_attempt_finishes_nothing(outage: Outage) -> None:
    action = written(outage, "svarsdatabasen.radiology-urgent", 73, 0, **CT)
    before = {item.item: (item.state, item.revision) for item in action.items}
    log_contact(waiting("Patient 0"), TOLD, actor=user("nurse"))
    db.session.commit()
    assert {item.item: (item.state, item.revision) for item in action.items} == before
    assert item_of(action, "sign-result").state is ItemState.OPEN
    assert list(verify_chain()) == []


def test_a_phone_number_that_was_logged_for_the_patient_is_shown(outage: Outage) -> None:
    written(outage, "melior.prescription", 49, 0, form="deferred")
    spec = current_routine().kinds["clinic24.drop-in"]
    fields = {**sample_fields(spec), "phone_number": "070-174 06 05"}
    log(outage, "clinic24.drop-in", identity=TEST_NUMBERS[0], fields=fields)
    (one,) = patients_to_contact(user("nurse").unit_ids)
    assert one.phones == ["070-174 06 05"]


def test_one_attempt_is_one_patients_in_ones_own_unit_and_about_what_still_waits(outage: Outage) -> None:
    first = written(outage, "melior.prescription", 49, 0, form="deferred")
    second = written(outage, "melior.prescription", 49, 1, form="deferred")
    one, other = item_of(first, "send-e-prescription"), item_of(second, "send-e-prescription")
    nurse = user("nurse")
    with pytest.raises(Invalid):
        log_contact([], TOLD, actor=nurse)
    with pytest.raises(Invalid):
        log_contact([one, other], TOLD, actor=nurse)
    with pytest.raises(Invalid):
        log_contact([one], NOT_NEEDED, " ", actor=nurse)
    with pytest.raises(Forbidden):
        log_contact([one], TOLD, actor=user("outsider"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    finish_item(one, actor=user("physician"))
    with pytest.raises(Conflict):
        log_contact([one], TOLD, actor=nurse)
    log_contact([other], TOLD, "Anna: hämtar i morgon", actor=nurse)
    event = db.session.query(Event).filter(Event.verb == "contacted").one()
    assert "Anna" not in str(event.after)


def test_drills_are_not_counted(outage: Outage) -> None:
    written(declare("melior", drill=True, hours_ago=100), "melior.prescription", 49, 0, form="deferred")
    assert count_to_contact(user("nurse").unit_ids) == 0
