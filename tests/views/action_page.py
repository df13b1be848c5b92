"""Filling in the logging form in tests, as a nurse does."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.page import Page
from tests.region import TEST_NUMBERS, sample_fields
from tracker.extensions import db
from tracker.models import Action
from tracker.routine import Routine
from tracker.routine.spec import FieldType, KindSpec

DOSE = "melior.medication-administration"


def entry_id(page: Page) -> str:
    found = re.search(r'name="entry_id" value="([^"]+)"', page.html)
    assert found, "the page has no logging form"
    return found[1]


def value_of(page: Page, name: str) -> str:
    """What stands in a text input of the page."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page.html)
    assert tag, f"no input {name}"
    value = re.search(r'value="([^"]*)"', tag[0])
    return value[1] if value else ""


def agreed(page: Page) -> str:
    found = re.search(r'name="agreed" value="([^"]+)"', page.html)
    assert found, "the page asks nothing"
    return found[1]


def sent_fields(kind: KindSpec, values: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for field_id, value in values.items():
        name = f"f_{field_id}"
        if kind.field_by_id[field_id].type is FieldType.DATETIME:
            sent[name] = ["08:15", "2024-11-20"]
        else:
            sent[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return sent


def filled(routine: Routine, kind_id: str = DOSE, *, every: bool = False, **more: Any) -> dict[str, Any]:
    """A filled-in form: a new patient by number, done at eight this morning by whoever logs."""
    kind = routine.kinds[kind_id]
    return {
        "entry_id": str(uuid.uuid4()),
        "patient_how": "identity",
        "identity": TEST_NUMBERS[0],
        "name": "Test Testsson",
        "performed_at": ["08:00", "2024-11-20"],
        "performer": "me",
        **sent_fields(kind, sample_fields(kind, every=every)),
        **more,
    }


def actions(app: Flask) -> list[Action]:
    """Everything that was logged, in order, loaded whole."""
    with app.app_context():
        found = list(db.session.scalars(select(Action).order_by(Action.received_at)))
        for action in found:
            assert action.items and action.patient and action.performer
        return found
