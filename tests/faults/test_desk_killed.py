"""The worker dies between "begun" and "done": the item says check the system first, with who and when."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import time_machine

from tests.page import Api, Browser
from tests.region import declare, log, user
from tests.server import ROOT, free_port, send, stop, wait_until_well
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Item
from tracker.routine import Routine
from tracker.services.event import CommandLine, verify_chain
from tracker.services.login import create_token
from tracker.services.outage import restore_system
from tracker.views.page import clock_time

DOSE = "melior.medication-administration"


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    with (data_dir / "server.log").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=ROOT,
            env={**os.environ, "TRACKER_DATA_DIR": str(data_dir), "TRACKER_PORT": str(port)},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_well(process, f"http://127.0.0.1:{port}", data_dir / "server.log")
        yield f"http://127.0.0.1:{port}", process
    finally:
        stop(process, signal.SIGKILL)


def test_killed_between_begun_and_done_it_says_check_first_with_who_and_when(
    tmp_path: Path, template_database: Path, routine: Routine
) -> None:
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    app = create_app(Settings(data_dir=tmp_path, secret_key="x" * 32), routine)
    with app.app_context():
        outage = declare("melior")
        action = log(outage, DOSE)
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        token = create_token(user("nurse"), actor=CommandLine())
        db.session.commit()
        item_id, patient = action.items[0].id, action.patient_id
        db.session.remove()

    with served(tmp_path) as (address, process):
        assert send(address, f"/items/{item_id}/claim", token).status == 200
        begun = send(address, f"/items/{item_id}/begin", token)
        assert begun.status == 200
        stop(process, signal.SIGKILL)

    with app.app_context():
        item = db.session.get_one(Item, item_id)
        assert (item.state, item.attention, item.done_by_id) == ("claimed", None, None)
        began = item.begun_at
        assert began is not None
        db.session.remove()

    with time_machine.travel(utcnow() + timedelta(minutes=31)):
        told = Api(app, "nurse2").get(f"/items/{item_id}").json
        assert told is not None
        assert (told["state"], told["check_first"], told["attention_note"]) == ("ready", True, "Nora Nyström")
        assert told["attention_at"] == began.isoformat()
        colleague = Browser(app, "nurse2")
        pages = [
            colleague.get(f"/queue/patient/{patient}?system=melior").html,
            colleague.get(f"/items/{item_id}").html,
            colleague.post(f"/queue/patient/{patient}/take?system=melior").html,
        ]
        with app.app_context():
            when = clock_time(began)
        for html in pages:
            warning = html.split('class="attention warn-check_first"')[1].split("</div>")[0]
            assert "Nora Nyström" in warning
            assert when in warning
        late = Api(app, "nurse").post(f"/items/{item_id}/done", {"reference": "M-1"})
        assert late.status_code == 409, "whoever comes back late is told who has it"
        assert Api(app, "nurse2").post(f"/items/{item_id}/done", {"reference": "M-2"}).status_code == 200
    with app.app_context():
        assert db.session.get_one(Item, item_id).reference == "M-2"
        assert list(verify_chain()) == []
        db.session.remove()
        db.engine.dispose()
