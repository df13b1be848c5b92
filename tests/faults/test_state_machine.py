"""Any order of steps leaves everything accounted for.

The same examples every time. `LONG_SEARCH=500 pytest tests/faults/test_state_machine.py` tries so many new ones.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.english import speak_english
from tests.faults.machine import Ward
from tracker.extensions import db

EXAMPLES, STEPS = 8, 30
REACHED = {"logged", "restored", "corrected", "not-needed", "confirmed", "asked", "claimed", "ticks-let-in"}
"""What the steps must have come to at least once; otherwise this tests less than it says."""


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
    Ward.fresh = staticmethod(fresh)  # type: ignore[assignment]
    with app.app_context():
        run_state_machine_as_test(
            Ward,
            settings=settings(
                max_examples=search or EXAMPLES,
                stateful_step_count=STEPS,
                derandomize=not search,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert set(Ward.reached) >= REACHED, REACHED - set(Ward.reached)
