"""An entry names a patient of the device's list, and comes when that patient is somewhere else or nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.bodies import DOSE, answered, entry, outage_of, pointers
from tests.page import Api
from tests.region import TEST_NUMBERS, sample_fields, unit, user
from tests.sealing import seal
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.identity import IdentityKind
from tracker.models import Action, ItemState, Outage, Patient
from tracker.queries.placement import placements_in
from tracker.services.action import Correction, correct_action, log_action
from tracker.services.entry import ActionEntry
from tracker.services.patient import PatientEntry
from tracker.services.patient_move import move_patient
from tracker.services.placement import Spot, end_placement, place_patient

Client = Callable[[str], Api]
Known = Callable[[Outage, PatientEntry], None]
Happened = Callable[[Patient], None]
NUMBER = PatientEntry(identity=TEST_NUMBERS[0], name="Tolvan Tolvansson")
LABEL = PatientEntry(identity="Okänd man 1", identity_kind=IdentityKind.UNKNOWN)


def in_a_bed(_outage: Outage, told: PatientEntry) -> None:
    place_patient(told, Spot(bed="7"), unit("ward"), actor=user("nurse"))


def logged_once(outage: Outage, told: PatientEntry) -> None:
    done = utcnow() - timedelta(hours=1)
    fields = sample_fields(current_routine().kinds[DOSE])
    entry_id = uuid.uuid4()
    log_action(ActionEntry(entry_id, "x" * 64, outage.id, DOSE, "ward", told, done, fields=fields), actor=user("nurse"))


def moved(patient: Patient) -> None:
    move_patient(patient, unit("ward"), unit("clinic"), actor=user("nurse"))


def moved_twice(patient: Patient) -> None:
    moved(patient)
    move_patient(patient, unit("clinic"), unit("emergency"), actor=user("outsider"))


def gone(patient: Patient) -> None:
    for placement in placements_in(unit("ward").id):
        if placement.patient_id == patient.id:
            end_placement(placement, actor=user("nurse"))


def moved_and_gone(patient: Patient) -> None:
    moved(patient)
    for placement in placements_in(unit("clinic").id):
        end_placement(placement, actor=user("outsider"))


def named_by_mistake(patient: Patient) -> None:
    for action in db.session.query(Action).filter(Action.patient_id == patient.id):
        other = PatientEntry(identity=TEST_NUMBERS[1], name="Tretton Trettonsson")
        correct_action(action, Correction("Fel patient.", patient=other), actor=user("nurse"))


@dataclass
class Sent:
    """An entry of a device that was given the unit's patients before something happened to the one it names."""

    app: Flask
    patient: str
    envelope: dict[str, str]

    def deliver(self) -> TestResponse:
        return self.app.test_client().post("/api/v1/sealed-entries", json=self.envelope)


def sent(app: Flask, api: Client, told: PatientEntry, known_by: Known, happened: Happened) -> Sent:
    outage = outage_of(app, "melior")
    with app.app_context():
        found = db.session.get(Outage, outage)
        assert found is not None
        known_by(found, told)
        db.session.commit()
    bundle: dict[str, Any] = answered(api("nurse").get("/ward", unit="ward", outage=outage))
    (patient,) = bundle["patients"]
    written = entry(app, outage, patient={"id": patient["id"]}, recorded_at=utcnow().isoformat())
    with app.app_context():
        happened(db.session.query(Patient).filter(Patient.identity == told.identity).one())
        db.session.commit()
    return Sent(app, patient["id"], seal(written, bundle["seal"], bundle["ticket"]))


@pytest.mark.parametrize("told", [NUMBER, LABEL], ids=["number", "label"])
@pytest.mark.parametrize("known_by", [in_a_bed, logged_once])
@pytest.mark.parametrize("happened", [moved, moved_twice, gone, moved_and_gone])
def test_it_lands_where_it_was_done(
    app: Flask, api: Client, told: PatientEntry, known_by: Known, happened: Happened
) -> None:
    entry_of = sent(app, api, told, known_by, happened)
    answer = answered(entry_of.deliver(), 201)
    assert (answer["id"], answer["digest"]) == (entry_of.envelope["id"], entry_of.envelope["digest"])
    with app.app_context():
        action = db.session.get(Action, uuid.UUID(entry_of.envelope["id"]))
        assert action is not None
        assert (str(action.patient_id), action.unit.code) == (entry_of.patient, "ward")
        assert {item.state for item in action.items} == {ItemState.OPEN}


def test_for_somebody_who_was_only_ever_named_by_mistake_it_comes_back_to_be_mended(app: Flask, api: Client) -> None:
    assert pointers(sent(app, api, NUMBER, logged_once, named_by_mistake).deliver()) == {"/patient/id"}
    assert answered(sent(app, api, LABEL, in_a_bed, named_by_mistake).deliver(), 201)
