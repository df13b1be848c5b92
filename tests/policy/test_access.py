"""Every page, file and answer that shows a patient writes who saw whom in the access log."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.page import Api, Browser
from tests.policy.test_routes import routes
from tests.region import TEST_NUMBERS, declare, item_of, log, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Patient
from tracker.services.item import ask_about_item, claim_item
from tracker.services.outage import restore_system


@pytest.fixture
def patients(app: Flask) -> dict[str, uuid.UUID]:
    """Three patients with something to do in the ward, by their printed number."""
    with app.app_context():
        outage = declare("melior", "elvis")
        actions = [
            log(outage, "melior.medication-administration", identity=number, name=f"Patient {number[:4]}")
            for number in TEST_NUMBERS[:3]
        ]
        log(outage, "elvis.visit", identity=TEST_NUMBERS[0])
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        ask_about_item(item_of(actions[0], "document-administration"), "Vilken dos?", actor=user("nurse2"))
        claim_item(item_of(actions[1], "document-administration"), actor=user("nurse"))
        db.session.commit()
        return {patient.number: patient.id for patient in db.session.scalars(select(Patient))}


def seen_by(app: Flask, login: str) -> set[uuid.UUID]:
    with app.app_context():
        return set(db.session.scalars(select(Access.patient_id).where(Access.user_id == user(login).id)))


def forget(app: Flask) -> None:
    with app.app_context():
        db.session.query(Access).delete()
        db.session.commit()


@pytest.mark.parametrize("login", ["nurse", "nurse2", "secretary", "manager", "it", "director", "admin"])
def test_whoever_is_shown_a_patient_is_in_the_access_log(
    app: Flask, browser: Callable[[str | None], Browser], patients: dict[str, uuid.UUID], login: str
) -> None:
    client = browser(login).client
    with app.app_context():
        action = db.session.scalars(select(Action)).first()
        assert action
        ids = {
            "action_id": action.id,
            "patient_id": action.patient_id,
            "item_id": action.items[0].id,
            "kind": action.kind,
            "code": "ward",
            "system": "melior",
            "list_id": "visits",
        }
    shown_somewhere = set()
    for rule in routes(app, "GET"):
        built = rule.build({name: ids.get(name, 1) for name in rule.arguments})
        assert built
        forget(app)
        response = client.get(built[1], query_string={"outage": 1} if rule.endpoint.startswith("export.") else None)
        if response.status_code >= 400:
            continue
        text = text_of(response.data, response.mimetype)
        shown = {patient for number, patient in patients.items() if number in text or number.replace("-", "") in text}
        assert shown <= seen_by(app, login), f"{rule.endpoint} shows a patient and writes no access"
        shown_somewhere |= shown
    works_there = login in ("nurse", "nurse2", "secretary", "manager")
    assert bool(shown_somewhere) is works_there, "patients are shown to those who work with them, and to nobody else"


def test_the_api_writes_accesses_too(app: Flask, api: Callable[[str], Api], patients: dict[str, uuid.UUID]) -> None:
    assert api("nurse").get("/items").status_code == 200
    assert seen_by(app, "nurse") == set(patients.values())


def text_of(data: bytes, mimetype: str) -> str:
    if "spreadsheet" not in mimetype:
        return data.decode(errors="replace")
    sheets = load_workbook(io.BytesIO(data)).worksheets
    return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell)
