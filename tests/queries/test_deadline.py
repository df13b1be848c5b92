"""Deadlines: which limit an item has, from when it counts, and that the stored time follows the action."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.region import declare, item_of, log, sample_fields, user
from tracker.extensions import current_routine, db
from tracker.models import Action
from tracker.queries.deadline import due_at, locks_at
from tracker.routine.spec import WorkKind
from tracker.services.action import Correction, correct_action

pytestmark = pytest.mark.usefixtures("context")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday
PERFORMED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # the Friday before


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def logged(system: str, kind: str, **fields: Any) -> Action:
    fields = sample_fields(current_routine().kinds[kind], fields)
    return log(declare(system), kind, fields=fields, performed_at=PERFORMED)


def chat(**fields: Any) -> Action:
    return logged("clinic24", "clinic24.consultation", **fields)


def test_an_entry_is_due_in_two_days() -> None:
    item = item_of(logged("melior", "melior.medication-administration"), "document-administration")
    assert item.due_at == due_at(item) == PERFORMED + timedelta(hours=current_routine().deadlines.entry_hours)
    assert locks_at(item.action) == PERFORMED + timedelta(days=14)


def test_what_is_no_entry_has_no_limit_of_its_own() -> None:
    action = logged("medspeech", "medspeech.dictation", medium="dpm")
    assert item_of(action, "dock-dpm").kind_of_work is WorkKind.ACT
    assert item_of(action, "dock-dpm").due_at is None
    assert item_of(action, "type-dictation").due_at is not None


def test_a_chat_is_answered_in_three_working_days_from_when_it_was_done() -> None:
    item = item_of(chat(), "answer-request")
    assert item.due_at == due_at(item) == datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)


def test_a_chat_is_answered_in_three_working_days_from_when_it_was_sent_where_that_is_told() -> None:
    item = item_of(chat(requested_at="2026-11-19T21:00:00+01:00"), "answer-request")
    assert item.due_at == datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)


def test_a_correction_moves_the_limit() -> None:
    item = item_of(chat(), "answer-request")
    correct_action(
        item.action, Correction(reason="fel dag", performed_at=PERFORMED + timedelta(days=3)), actor=user("nurse")
    )
    db.session.commit()
    assert item.due_at == due_at(item) == datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC)
