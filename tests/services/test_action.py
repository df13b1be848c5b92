"""Logging, correcting and voiding: what changes, what is kept, and what must be done again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, item_of, log, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import Action, Attention, ItemState, Outage, Patient
from tracker.services.action import Correction, correct_action, log_action, void_action
from tracker.services.entry import ActionEntry
from tracker.services.item import finish_item, mark_item_not_needed
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry

pytestmark = pytest.mark.usefixtures("context")
VISIT = "elvis.visit"


def restored(outage: Outage, *systems: str) -> None:
    for system in systems:
        restore_system(outage, system, utcnow(), actor=user("it"))
    db.session.commit()


def test_the_same_entry_twice_is_one_action_and_other_content_is_refused() -> None:
    outage = declare("melior")
    key = uuid.uuid4()
    first = log(outage, "melior.medication-administration", action_id=key)
    assert log(outage, "melior.medication-administration", action_id=key) is first
    with pytest.raises(Conflict):
        log(outage, "melior.medication-administration", action_id=key, fields={**first.fields, "dose": 9})
    assert db.session.query(Action).count() == 1


def test_all_mistakes_are_told_at_once() -> None:
    outage = declare("melior")
    entry = ActionEntry(
        id=uuid.uuid4(),
        digest="x",
        outage_id=outage.id,
        kind="melior.medication-administration",
        unit="ward",
        patient=PatientEntry(identity="19900101-2386"),
        performed_at=utcnow() + timedelta(days=1),
        fields={"dose": "mycket", "colour": "blå"},
    )
    with pytest.raises(Invalid) as refused:
        log_action(entry, actor=user("nurse"))
    assert {"/fields/drug", "/fields/dose", "/fields/colour", "/performed_at", "/patient/identity"} <= set(
        refused.value.faults
    )


def test_a_correction_keeps_both_versions_and_opens_what_was_entered_for_amending() -> None:
    outage = declare("melior")
    action = log(outage, "melior.medication-administration")
    old = action.fields["dose"]
    restored(outage, "melior")
    item = item_of(action, "document-administration")
    finish_item(item, "M-7", actor=user("nurse"))
    correct_action(action, Correction("fel dos", fields={"dose": 7}), actor=user("nurse2"))
    assert [version.content["fields"]["dose"] for version in action.versions] == [old, 7]
    assert (item.state, item.attention, item.attention_note) == (ItemState.OPEN, Attention.AMEND, "fel dos")


def test_a_correction_reopens_only_the_follow_ups_that_type_what_changed() -> None:
    outage = declare("elvis")
    action = log(outage, VISIT, actor="secretary")
    restored(outage, "elvis")
    visit, payment = item_of(action, "register-visit"), item_of(action, "register-payment")
    finish_item(visit, actor=user("secretary"))
    finish_item(payment, actor=user("secretary"))
    kind_fields = {"fee": 300} if "fee" in action.fields else {}
    if not kind_fields:
        pytest.fail("the visit has no fee to correct")
    correct_action(action, Correction("fel avgift", fields=kind_fields), actor=user("secretary"))
    assert visit.state is ItemState.DONE
    assert payment.attention is Attention.AMEND


def test_a_correction_of_the_patient_concerns_every_follow_up() -> None:
    outage = declare("melior")
    action = log(outage, "melior.medication-administration")
    restored(outage, "melior")
    finish_item(action.items[0], actor=user("nurse"))
    correct_action(
        action, Correction("fel patient", patient=PatientEntry(identity=TEST_NUMBERS[3])), actor=user("nurse")
    )
    assert action.patient.identity == TEST_NUMBERS[3]
    assert action.items[0].attention is Attention.AMEND


def test_a_follow_up_no_longer_due_is_not_needed_or_removed_and_a_new_one_is_added() -> None:
    outage = declare("melior")
    fields = {"form": "deferred", "drug": "Kåvepenin", "schedule": "1 x 3"}
    action = log(outage, "melior.prescription", actor="physician", fields=fields)
    correct_action(action, Correction("skrevs på papper", fields={"form": "paper"}), actor=user("physician"))
    assert item_of(action, "send-e-prescription").state is ItemState.NOT_NEEDED
    correct_action(action, Correction("nej, e-recept", fields={"form": "deferred"}), actor=user("physician"))
    assert item_of(action, "send-e-prescription").state is ItemState.OPEN
    restored(outage, "melior")
    finish_item(item_of(action, "send-e-prescription"), actor=user("physician"))
    correct_action(action, Correction("papper ändå", fields={"form": "paper"}), actor=user("physician"))
    assert item_of(action, "send-e-prescription").attention is Attention.REMOVE


def test_a_correction_needs_a_reason_a_change_and_the_unit() -> None:
    action = log(declare("melior"), "melior.medication-administration")
    with pytest.raises(Invalid):
        correct_action(action, Correction(" ", fields={"dose": 3}), actor=user("nurse"))
    db.session.rollback()
    with pytest.raises(Invalid):
        correct_action(action, Correction("inget", fields=dict(action.fields)), actor=user("nurse"))
    db.session.rollback()
    with pytest.raises(Forbidden):
        correct_action(action, Correction("annan enhet", fields={"dose": 3}), actor=user("outsider"))


def test_voiding_takes_back_what_is_open_and_asks_for_the_removal_of_what_was_entered() -> None:
    outage = declare("elvis")
    action = log(outage, VISIT, actor="secretary")
    restored(outage, "elvis")
    finish_item(item_of(action, "register-visit"), actor=user("secretary"))
    void_action(action, "dubbelt", actor=user("secretary"))
    assert item_of(action, "register-visit").attention is Attention.REMOVE
    assert item_of(action, "register-payment").state is ItemState.NOT_NEEDED
    assert action.state == "open"
    with pytest.raises(Conflict):
        void_action(action, "igen", actor=user("secretary"))
    finish_item(item_of(action, "register-visit"), actor=user("secretary"))
    assert action.state == "closed"


def test_a_withdrawn_question_does_not_hang() -> None:
    outage = declare("melior")
    action = log(outage, "melior.medication-administration")
    mark_item_not_needed(action.items[0], "redan införd", actor=user("nurse"))
    void_action(action, "dubbelt", actor=user("nurse"))
    assert action.is_closed


def test_a_temporary_label_is_one_patient_in_its_unit_and_outage_and_another_elsewhere() -> None:
    def log_unknown(outage: Outage, unit: str, actor: str) -> Patient:
        entry = ActionEntry(
            id=uuid.uuid4(),
            digest="x",
            outage_id=outage.id,
            kind="melior.medication-administration",
            unit=unit,
            patient=PatientEntry(identity="Okänd man 1", identity_kind=IdentityKind.UNKNOWN),
            performed_at=utcnow(),
            fields={"drug": "Alvedon", "dose": 1, "dose_unit": "mg", "outcome": "given"},
        )
        return log_action(entry, actor=user(actor)).action.patient

    outage = declare("melior", units=("ward", "clinic"))
    first = log_unknown(outage, "ward", "nurse")
    assert log_unknown(outage, "ward", "nurse2") is first
    assert log_unknown(outage, "clinic", "outsider") is not first
    assert log_unknown(declare("melior"), "ward", "nurse") is not first


def test_a_unit_that_was_forgotten_joins_the_outage_by_logging() -> None:
    outage = declare("melior", units=("clinic",))
    log(outage, "melior.medication-administration")
    assert {unit.code for unit in outage.units} == {"ward", "clinic"}
