"""Why a patient and an item stand where they do in the queue: to be read on the page."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.english import speak_english
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.services.outage import restore_system

DOSE = "melior.medication-administration"
Open = Callable[[str | None], Browser]


def test_why_a_patient_and_an_item_stand_where_they_do_can_be_read(app: Flask, browser: Open) -> None:
    speak_english(app)
    with app.app_context():
        outage = declare("melior", "svarsdatabasen")
        dose = sample_fields(current_routine().kinds[DOSE])
        log(outage, DOSE, name="Anna Andersson", fields={**dose, "drug": "Alvedon"})
        action = log(outage, DOSE, identity=TEST_NUMBERS[1], name="Berit Berg", fields={**dose, "drug": "Morfin"})
        for system in ("melior", "svarsdatabasen"):
            restore_system(outage, system, utcnow(), actor=user("it"))
        db.session.commit()
        item_id = item_of(action, "document-administration").id
        stages = [stage.label.en for stage in current_routine().stages]
    queue = browser("nurse").get("/queue?system=melior").html
    assert queue.index("Berit Berg") < queue.index("Anna Andersson")
    assert re.findall(r'<span class="quiet why">(.*?)</span>', queue) == [
        "High risk: Opioid · the oldest is from 1 h 0 min ago",
        "The oldest is from 1 h 0 min ago",
    ]
    assert all(stage in queue for stage in stages)
    page = browser("nurse").get(f"/items/{item_id}").html
    assert "Stands here because: High risk: Opioid; step 4 of 7 within the patient: Doses given." in page
