"""Any order of steps leaves everything accounted for.

The same examples every time. `LONG_SEARCH=500 pytest tests/faults/test_state_machine.py` tries so many new ones.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from tests.english import speak_english
from tests.faults.machine import DRUGS, MORE_KINDS, any_number, somebody
from tests.faults.machine_desk import Desk
from tests.faults.machine_device import Device
from tests.faults.machine_manager import Manager
from tracker.extensions import db
from tracker.models import Arrival

EXAMPLES, STEPS = 20, 30
REACHED = {
    "log": {"action logged"},
    "sync": {"action arrived", "delivered", "delivered again"},
    "restore, go down again": {"outage restored", "outage down"},
    "claim": {"item claimed", "item begun", "item released"},
    "done, not needed, undo": {"item done", "item not-needed", "item undone"},
    "ask, answer": {"item asked", "item answered"},
    "second check": {"item entered", "item checked", "item rejected"},
    "correct, void": {"action corrected", "action voided", "item reopened"},
    "confirm, send back": {"action confirmed", "action confirmation-withdrawn", "action sent-back"},
    "sign off": {"sign_off signed-off", "sign_off reopened"},
    "late arrival": {"delivered late"},
    "ticked workbooks": {"tick_import ticks-let-in", "tick_import ticks-applied", "item ticked"},
    "beside the list": {
        "item looked",
        "item twin-found",
        "item settled-together",
        "handover handed-over",
        "handover taken-over",
        "handover taken-back",
        "stray_result stray-noted",
        "stray_result stray-solved",
        "stray_result stray-reopened",
    },
}
"""By the steps that the machine promises: what must have been accepted at least once, or it tests less than it says."""


STORIES = ("ticked", "late", "handed on", "handed back", "stray", "twin", "high risk", "settled")


class Everybody(Desk, Device, Manager):
    """All of them in one ward."""

    @initialize(
        stories=st.lists(st.sampled_from(STORIES), max_size=3, unique=True), number=any_number, back=st.booleans()
    )
    def an_outage_begins(self, stories: list[str], number: int, back: bool) -> None:
        """Also with what chance seldom puts together."""
        super().an_outage_begins()
        for story in stories:
            match story:
                case "ticked":
                    self.a_ticked_workbook_is_read(1, "Done", 0)
                case "late":
                    self.something_is_delivered_after_the_sign_off("physician", MORE_KINDS[number % 6], number, back)
                case "handed on" | "handed back":
                    self.hand_on(number, number, "take back" if story == "handed back" else "take over")
                case "stray":
                    self.a_stray_result_is_matched(number, number, True)
                case "twin":
                    self.an_order_is_begun_and_found_twice(MORE_KINDS[4], number, Arrival.TWICE)
                case "high risk":
                    self.high_risk_is_logged_entered_and_looked_at(DRUGS[1], 1, "physician", back)
                case "settled":
                    self.two_of_one_patient_are_settled_together(DRUGS[number % 3], number, back)

    @rule(who=somebody, kind=st.sampled_from(MORE_KINDS), patient=any_number, again=st.booleans())
    def something_is_delivered_after_the_sign_off(self, who: str, kind: str, patient: int, again: bool) -> None:
        self.close_and_sign_off(who)
        self.write_and_deliver(kind, DRUGS[patient % 3], patient, again)


def test_after_any_order_of_steps_everything_is_accounted_for(
    app: Flask, tmp_path: Path, template_database: Path
) -> None:
    speak_english(app)

    def fresh() -> None:
        db.session.remove()
        db.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            (tmp_path / f"tracker.sqlite3{ending}").unlink(missing_ok=True)
        shutil.copy(template_database, tmp_path / "tracker.sqlite3")

    search = int(os.environ.get("LONG_SEARCH", "0"))
    Everybody.fresh = staticmethod(fresh)
    with app.app_context():
        run_state_machine_as_test(
            Everybody,
            settings=settings(
                max_examples=search or EXAMPLES,
                stateful_step_count=STEPS,
                derandomize=not search,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    missed = {step: sorted(events - set(Everybody.reached)) for step, events in REACHED.items()}
    assert not any(missed.values()), f"never reached: {missed}"
