"""Bodies of API requests for tests."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.region import TEST_NUMBERS, declare, sample_fields
from tracker.clock import utcnow
from tracker.extensions import current_routine

DOSE = "melior.medication-administration"


def outage_of(app: Flask, *systems: str, **told: Any) -> int:
    """The id of a new outage."""
    with app.app_context():
        return declare(*systems, **told).id


def entry(app: Flask, outage: int, kind: str = DOSE, **changes: Any) -> dict[str, Any]:
    """A valid body for `POST /actions`; None in `changes` leaves a name out."""
    with app.app_context():
        fields = sample_fields(current_routine().kinds[kind], changes.pop("given", None))
    body: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "outage": outage,
        "kind": kind,
        "unit": "ward",
        "patient": {"identity": TEST_NUMBERS[0], "name": "Test Testsson"},
        "performed_at": (utcnow() - timedelta(hours=1)).isoformat(),
        "role": "nurse",
        "fields": fields,
    }
    body |= changes
    return {name: value for name, value in body.items() if value is not None}


def pointers(answer: TestResponse) -> set[str]:
    """The places that a refusal points to, after checking that it is a proper problem document."""
    return {fault["pointer"] for fault in problem(answer, 422)["errors"]}


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    document: dict[str, Any] = answer.get_json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def answered(answer: TestResponse, status: int = 200) -> Any:
    """The body of an answer that went well."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()
