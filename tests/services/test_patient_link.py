"""Who an unknown patient turned out to be: everything follows, both identities are kept, and it can be undone."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, item_of, log, numbered_patient, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.identity import Identity, IdentityKind
from tracker.models import Action, Attention, ItemState, Outage, Patient, PatientLink
from tracker.queries.outage import current_sign_off
from tracker.queries.patient_doubt import likeness, link_doubts
from tracker.queries.patient_link import logged_as, patient_link_counts, patient_link_obstacles, right_identity
from tracker.queries.placement import placements_in
from tracker.services.action import Correction, correct_action, log_action, void_action
from tracker.services.confirmation import confirm_action
from tracker.services.entry import ActionEntry
from tracker.services.event import verify_chain
from tracker.services.item import finish_item
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import Linked, link_patient, settle_patient, undo_link
from tracker.services.placement import Spot, place_patient
from tracker.services.sign_off import sign_off_unit

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"
LABEL = "Okänd man ca 40 år"
MAN = TEST_NUMBERS[1]
"""A boy of the test series: an even eleventh digit is a woman's, an odd one a man's."""
RESERVE = "19790518M01C"


def entry_for(
    outage: Outage, patient: PatientEntry, code: str = "ward", action_id: uuid.UUID | None = None
) -> ActionEntry:
    return ActionEntry(
        id=action_id or uuid.uuid4(),
        digest=uuid.uuid4().hex,
        outage_id=outage.id,
        kind=DOSE,
        unit=code,
        patient=patient,
        performed_at=utcnow() - timedelta(hours=1),
        fields=sample_fields(current_routine().kinds[DOSE]),
    )


def unknown(outage: Outage, label: str = LABEL, code: str = "ward", actor: str = "nurse") -> Action:
    told = PatientEntry(identity=label, identity_kind=IdentityKind.UNKNOWN)
    return log_action(entry_for(outage, told, code), actor=user(actor)).action


def link(patient: Patient, number: str = MAN, name: str = "Adam Alm") -> Linked:
    told = PatientEntry(identity=number, name=name)
    return link_patient(patient, told, "Identifierad av anhörig", unit(), actor=user("nurse"))


def test_every_action_follows_and_both_identities_are_kept() -> None:
    outage = declare("melior")
    actions = [unknown(outage), unknown(outage)]
    label = actions[0].patient
    done = link(label)
    assert set(done.actions) == set(actions)
    for action in actions:
        assert action.patient.identity == MAN
        assert [row.content["identity"] for row in action.versions] == [LABEL, MAN]
        assert action.versions[-1].reason == "Identifierad av anhörig"
        assert logged_as([action])[action.id] is label
    assert db.session.get(Patient, label.id), "the label stays"
    assert list(verify_chain()) == []


def test_what_was_entered_is_amended_the_confirmation_withdrawn_the_sign_off_reopened() -> None:
    outage = declare("melior")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    action = unknown(outage)
    finish_item(action.items[0], "M-1", actor=user("nurse"))
    confirm_action(action, actor=user("manager"))
    settle = settle_patient(action.patient, "Trodde det", unit(), actor=user("nurse"))
    sign_off_unit(outage, unit(), actor=user("manager"))
    undo_link(settle, "Legitimation hittad", unit(), actor=user("nurse"))
    link(action.patient)
    assert action.items[0].state is ItemState.OPEN
    assert action.items[0].attention is Attention.AMEND
    assert action.confirmation is None
    assert current_sign_off(outage.id, unit().id) is None


def test_the_units_of_a_reserve_number_all_follow() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    here = log(outage, DOSE, identity=RESERVE)
    there = log(outage, DOSE, identity=RESERVE, unit_code="clinic", actor="outsider")
    assert here.patient is there.patient
    link(here.patient)
    assert here.patient.identity == there.patient.identity == MAN


def test_a_unit_is_not_signed_off_while_somebody_is_unsettled() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    assert patient_link_obstacles(outage, unit()) == []
    label, reserve = unknown(outage).patient, log(outage, DOSE, identity=RESERVE).patient
    (obstacle,) = patient_link_obstacles(outage, unit())
    assert (obstacle.code, obstacle.names) == ("patients", ()), "no name and no number of a patient"
    assert patient_link_obstacles(outage, unit("clinic")) == []
    link(label)
    assert len(patient_link_obstacles(outage, unit())) == 1
    settle_patient(reserve, "Turist, åter hemrest", unit(), actor=user("nurse"))
    assert patient_link_obstacles(outage, unit()) == []
    assert patient_link_counts(outage, unit()) == {"linked_patients": 1, "settled_patients": 1}


def test_a_voided_action_does_not_ask_who_it_was() -> None:
    outage = declare("melior")
    void_action(unknown(outage), "Fel", actor=user("nurse"))
    assert patient_link_obstacles(outage, unit()) == []


def test_a_device_that_still_knows_the_label_lands_on_the_right_identity() -> None:
    outage = declare("melior")
    first = unknown(outage)
    label = first.patient
    link(label)
    late = unknown(outage)
    by_id = log_action(entry_for(outage, PatientEntry(id=label.id)), actor=user("nurse")).action
    for action in (late, by_id):
        assert action.patient.identity == MAN
        assert [row.content["identity"] for row in action.versions] == [LABEL, MAN]
        assert logged_as([action])[action.id] is label
    elsewhere = unknown(outage, code="clinic", actor="outsider")
    assert elsewhere.patient.is_unknown, "the same label in another unit is somebody else"


def test_an_entry_sent_again_after_the_link_gets_its_first_answer() -> None:
    outage = declare("melior")
    told = entry_for(outage, PatientEntry(identity=LABEL, identity_kind=IdentityKind.UNKNOWN))
    first = log_action(told, actor=user("nurse"))
    link(first.action.patient)
    again = log_action(told, actor=user("nurse"))
    assert (again.created, again.action) == (False, first.action)
    assert len(again.action.versions) == 2


def test_a_wrong_link_is_undone_and_only_what_it_moved_goes_back() -> None:
    outage = declare("melior")
    moved, own = unknown(outage), log(outage, DOSE, identity=MAN, name="Adam Alm")
    label = moved.patient
    done = link(label)
    late = unknown(outage)
    back = undo_link(done.link, "Förväxling", unit(), actor=user("nurse2"))
    assert set(back.actions) == {moved, late}
    assert moved.patient is label and late.patient is label
    assert own.patient.identity == MAN and len(own.versions) == 1
    assert len(moved.versions) == 3
    assert logged_as([moved, late, own]) == {}
    assert len(patient_link_obstacles(outage, unit())) == 1
    assert right_identity(label) is label
    link(label, numbered_patient(3))
    assert moved.patient.identity == numbered_patient(3)
    assert {row.undone_at is None for row in db.session.query(PatientLink)} == {True, False}


def test_an_action_that_was_corrected_to_a_third_patient_stays_there() -> None:
    outage = declare("melior")
    kept, corrected = unknown(outage), unknown(outage)
    done = link(kept.patient)
    third = PatientEntry(identity=TEST_NUMBERS[0])
    correct_action(corrected, Correction(reason="Fel patient", patient=third), actor=user("nurse"))
    assert list(undo_link(done.link, "Förväxling", unit(), actor=user("nurse")).actions) == [kept]
    assert corrected.patient.identity == TEST_NUMBERS[0]


def test_label_then_reserve_number_then_the_right_number() -> None:
    outage = declare("melior")
    action = unknown(outage)
    label = action.patient
    first = link(label, RESERVE, "")
    second = link_patient(action.patient, PatientEntry(identity=MAN), "Ambassaden", unit(), actor=user("nurse"))
    assert action.patient.identity == MAN
    assert right_identity(label).identity == MAN
    assert patient_link_obstacles(outage, unit()) == []
    assert unknown(outage).patient.identity == MAN
    undo_link(second.link, "Fel person", unit(), actor=user("nurse"))
    assert action.patient.identity == RESERVE
    undo_link(first.link, "Fel nummer", unit(), actor=user("nurse"))
    assert action.patient is label


def test_the_place_on_the_list_follows_and_comes_back() -> None:
    declare("melior")
    told = PatientEntry(identity=LABEL, identity_kind=IdentityKind.UNKNOWN)
    label = place_patient(told, Spot("7"), unit(), actor=user("nurse")).placement.patient
    done = link(label)
    (standing,) = placements_in(unit().id)
    assert (standing.bed, standing.patient.identity) == ("7", MAN)
    with pytest.raises(Invalid) as refused:
        place_patient(told, Spot("8"), unit(), actor=user("nurse"))
    assert list(refused.value.faults) == ["/patient/identity"], "the label has been used for another patient"
    undo_link(done.link, "Fel", unit(), actor=user("nurse"))
    (standing,) = placements_in(unit().id)
    assert (standing.bed, standing.patient) == ("7", label)


def test_what_cannot_be_linked_is_refused() -> None:
    outage = declare("melior")
    label = unknown(outage).patient
    known = log(outage, DOSE, identity=TEST_NUMBERS[0]).patient
    for told, reason in ((MAN, " "), ("19900101-2380", "Pass"), ("", "Pass")):
        with pytest.raises(Invalid):
            link_patient(label, PatientEntry(identity=told), reason, unit(), actor=user("nurse"))
    with pytest.raises(Conflict):
        link(known)
    with pytest.raises(Forbidden):
        link_patient(label, PatientEntry(identity=MAN), "Pass", unit("clinic"), actor=user("outsider"))
    link(label)
    with pytest.raises(Conflict, match="Nora"):
        link(label, TEST_NUMBERS[0])


def test_what_speaks_against_a_link_is_seen_before_it() -> None:
    outage = declare("melior")
    label = unknown(outage).patient
    boy = Identity(IdentityKind.PERSONNUMMER, TEST_NUMBERS[1])
    doubts = link_doubts(label, boy, "", 4)
    assert (doubts.other_sex, doubts.other_age) == (False, True), "forty, not a child"
    woman = Identity(IdentityKind.PERSONNUMMER, TEST_NUMBERS[2])
    assert link_doubts(label, woman, "", 4).other_sex
    log(outage, DOSE, identity=TEST_NUMBERS[2])
    assert link_doubts(label, woman, "", 4).alike == 1, "perhaps the same dose, logged under both"
    place_patient(PatientEntry(id=label.id), Spot("7"), unit(), actor=user("nurse"))
    place_patient(PatientEntry(identity=woman.number), Spot("8"), unit(), actor=user("nurse"))
    (other,) = link_doubts(label, woman, "", 4).elsewhere
    assert other.bed == "8"
    named = log(outage, DOSE, identity=RESERVE, name="Tomás Herrera").patient
    assert link_doubts(named, boy, "Adam Alm", 4).other_name
    assert not link_doubts(named, boy, "Herrera, Tomás", 4).other_name


@pytest.mark.parametrize(
    ("kind", "number", "sex", "age"),
    [
        (IdentityKind.UNKNOWN, "Okänd kvinna 1, ca 25 år", "f", 25),
        (IdentityKind.UNKNOWN, "Unknown man 2", "m", None),
        (IdentityKind.UNKNOWN, "Okänd", "", None),
        (IdentityKind.RESERVE, RESERVE, "m", 47),
        (IdentityKind.PERSONNUMMER, "199001012385", "f", 36),
        (IdentityKind.PERSONNUMMER, "200201092392", "m", 24),
    ],
)
def test_sex_and_age_are_read_from_what_there_is(kind: IdentityKind, number: str, sex: str, age: int | None) -> None:
    found = likeness(Identity(kind, number))
    assert found.sex == sex
    if age is None:
        assert found.youngest is None
    else:
        assert found.youngest in (age - 1, age, age + 1)


def test_a_follow_up_told_done_while_logging_is_to_be_amended_too() -> None:
    outage = declare("svarsdatabasen")
    kind = current_routine().kinds["svarsdatabasen.radiology-urgent"]
    told = PatientEntry(identity=LABEL, identity_kind=IdentityKind.UNKNOWN)
    entry = entry_for(outage, told)
    faxed = next(spec.item for spec in kind.items if spec.kind_of_work.value == "act")
    entry = ActionEntry(
        **{**vars(entry), "kind": kind.id, "fields": sample_fields(kind), "done_items": (faxed,), "role": "physician"}
    )
    action = log_action(entry, actor=user("physician")).action
    link(action.patient)
    assert item_of(action, faxed).attention is Attention.AMEND
