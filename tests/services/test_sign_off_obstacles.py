"""What stands in the way of a sign-off besides follow-ups, and what stands in its evidence with a reason."""

from __future__ import annotations

import pytest

from tests.region import declare, log, unit, user
from tracker.clock import utcnow
from tracker.errors import Conflict
from tracker.extensions import current_routine, db
from tracker.identity import IdentityKind
from tracker.models import OrphanFault, Outage, Patient
from tracker.queries.sign_off import sign_off_evidence, sign_off_obstacles
from tracker.services.action import Correction, correct_action
from tracker.services.confirmation import confirm_action
from tracker.services.device import Held, excuse_device, note_report, register_device
from tracker.services.handover import Things, hand_over
from tracker.services.item import finish_item
from tracker.services.orphan_sheet import OrphanEntry, note_orphan, solve_without_entry
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import settle_patient
from tracker.services.sheet import Wanted, issue_sheets, lose_sheet
from tracker.services.sign_off import sign_off_unit

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"


@pytest.fixture
def outage(context: None) -> Outage:
    """Melior is back, and the one dose is entered and confirmed."""
    found = declare("melior")
    restore_system(found, "melior", utcnow(), actor=user("it"))
    return found


def codes(outage: Outage) -> list[str]:
    return [obstacle.code for obstacle in sign_off_obstacles(outage, unit())]


def refused(outage: Outage) -> str:
    with pytest.raises(Conflict) as conflict:
        sign_off_unit(outage, unit(), actor=user("manager"))
    return str(conflict.value.message)


def test_a_form_nobody_accounts_for_is_named_and_a_missing_one_stands_in_the_evidence(outage: Outage) -> None:
    (pile,) = issue_sheets(unit(), outage, [Wanted(DOSE, 2)], current_routine(), actor=user("nurse"))
    (obstacle,) = sign_off_obstacles(outage, unit())
    assert obstacle.code == "sheets"
    assert pile.sheets[0].serial in " ".join(obstacle.names)
    assert refused(outage) == str(obstacle.text)
    for sheet in pile.sheets:
        lose_sheet(sheet, "Letade i rummet och i papperskorgen", outage, actor=user("nurse"))
    db.session.flush()
    assert codes(outage) == []
    basis = sign_off_unit(outage, unit(), actor=user("manager")).basis
    assert basis["sheets"]["missing_sheets"][1] == {
        "serial": pile.sheets[1].serial,
        "reason": "Letade i rummet och i papperskorgen",
    }


def test_an_unclear_form_is_in_the_way_until_it_is_solved(outage: Outage) -> None:
    entry = OrphanEntry(OrphanFault.NO_PATIENT, "", "Alvedon 1 g kl 8", "Under en säng")
    orphan = note_orphan(entry, outage, unit(), actor=user("nurse"))
    assert codes(outage) == ["orphan_sheets"]
    refused(outage)
    solve_without_entry(orphan, "Dubbletten av en som är införd", actor=user("nurse"))
    assert codes(outage) == []
    assert sign_off_unit(outage, unit(), actor=user("manager")).basis["orphan_sheets"]["nothing_to_enter"] == 1


def test_a_patient_by_label_is_in_the_way_until_linked_or_settled(outage: Outage) -> None:
    action = log(outage, DOSE)
    unknown = PatientEntry(identity="Okänd man 1", identity_kind=IdentityKind.UNKNOWN)
    correct_action(action, Correction(reason="Okänd", patient=unknown), actor=user("nurse"))
    finish_item(action.items[0], actor=user("nurse"))
    confirm_action(action, actor=user("manager"))
    (obstacle,) = sign_off_obstacles(outage, unit())
    assert "Okänd man" not in str(obstacle), "no patient stands among the obstacles"
    patient = db.session.get_one(Patient, action.patient_id)
    settle_patient(patient, "Turist som har åkt hem", unit(), actor=user("nurse"))
    assert codes(outage) == []
    assert sign_off_evidence(outage, unit()).counts["patients"]["settled_patients"] == 1


def test_a_device_with_unsent_entries_is_named_and_can_be_left_out_with_a_reason(outage: Outage) -> None:
    device = register_device("Datorn i expeditionen", unit(), actor=user("nurse")).device
    note_report(device, {"ward": Held(3, utcnow())})
    db.session.flush()
    (obstacle,) = sign_off_obstacles(outage, unit())
    assert obstacle.code == "devices"
    assert "Datorn i expeditionen" in obstacle.names[0]
    refused(outage)
    excuse_device(device, outage, unit(), "Stulen, allt loggat igen", actor=user("manager"))
    db.session.flush()
    assert codes(outage) == []
    (excused,) = sign_off_unit(outage, unit(), actor=user("manager")).basis["devices"]["excused"]
    assert (excused["name"], excused["reason"], excused["unsent"]) == (
        "Datorn i expeditionen",
        "Stulen, allt loggat igen",
        3,
    )


def test_a_hand_over_nobody_took_does_not_stop_the_sign_off_and_is_counted(outage: Outage) -> None:
    entry = OrphanEntry(OrphanFault.ILLEGIBLE, "", "?", "")
    orphan = note_orphan(entry, outage, unit(), actor=user("nurse"))
    hand_over(Things(orphans=(orphan.id,)), unit(), user("nurse2"), "", actor=user("nurse"))
    solve_without_entry(orphan, "Tomt papper", actor=user("secretary"))
    assert codes(outage) == []
    assert sign_off_evidence(outage, unit()).counts["handovers"] == {"waiting": 1}


def test_everything_in_the_way_is_told_at_once_and_the_first_thing_first() -> None:
    outage = declare("melior")
    log(outage, DOSE)
    note_orphan(OrphanEntry(OrphanFault.ILLEGIBLE, "", "?", ""), outage, unit(), actor=user("nurse"))
    issue_sheets(unit(), outage, [Wanted(DOSE, 1)], current_routine(), actor=user("nurse"))
    assert codes(outage) == ["down", "items", "sheets", "orphan_sheets"]
    assert "Melior" in refused(outage)
