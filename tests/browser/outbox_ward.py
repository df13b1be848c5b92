"""A ward with a device, a network that fails on demand, and a server: for the tests of the outbox."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium

from tests.browser.conftest import PASSWORD
from tests.browser.ward_device import WardDevice, actions_in, ward_device
from tests.faults.proxy import Proxy, fault_proxy
from tests.region import declare, sample_fields, user
from tests.server import running_server
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.routine import Routine
from tracker.services.event import CommandLine
from tracker.services.login import set_password

SEALED = "/api/v1/sealed-entries"


@dataclass
class Ward:
    """A nurse's browser, the network between, and the server's data."""

    device: WardDevice
    proxy: Proxy
    data_dir: Path
    outage: int
    fields: dict[str, Any]
    before: frozenset[str]
    """What was in the database when the test began."""

    def open(self) -> None:
        self.device.page.goto("/ward/unsent")
        self.device.prepare(self.outage, self.fields, (utcnow() - timedelta(hours=1)).isoformat())

    def save(self, number: int = 1, **changes: Any) -> None:
        self.device.page.evaluate("([number, changes]) => saveMany(number, changes)", [number, changes])

    def begin_to_save(self, number: int) -> None:
        """Without waiting for the end."""
        self.device.page.evaluate("(number) => { saveMany(number, {}); }", number)

    def send_now(self) -> None:
        self.device.page.evaluate("() => outbox.sendNow()")

    def restart(self) -> None:
        """After the power was gone, on the same disk."""
        self.device.kill()
        self.device.start()
        self.open()

    def held(self) -> Counter[str]:
        return Counter(one["state"] for one in self.device.held())

    def all_logged_once(self) -> None:
        """When all is sent: 0 lost, 0 twice, counts agree."""
        self.device.wait_for("unsent === 0")
        logged = Counter(one for one in actions_in(self.data_dir) if one not in self.before)
        assert self.device.promised - set(logged) == set(), "lost"
        assert [one for one, times in logged.items() if times > 1] == [], "twice"
        assert set(logged) <= self.device.attempted, "nobody wrote this"
        assert self.device.held() == []


@dataclass(frozen=True)
class Hospital:
    """One server for all tests of this file, with an outage going on."""

    address: str
    data_dir: Path
    outage: int
    fields: dict[str, Any]


@contextmanager
def open_hospital(folder: Path, template_database: Path, routine: Routine) -> Iterator[Hospital]:
    shutil.copy(template_database, folder / "tracker.sqlite3")
    app = create_app(Settings(data_dir=folder), routine)
    with app.app_context():
        set_password(user("nurse"), PASSWORD, actor=CommandLine())
        outage = declare("melior").id
        fields = sample_fields(routine.kinds["melior.note"])
        db.session.remove()
        db.engine.dispose()
    with running_server(folder) as address:
        yield Hospital(address, folder, outage, fields)


@contextmanager
def open_ward(chromium: Chromium, hospital: Hospital, folder: Path) -> Iterator[Ward]:
    """The ward application open on a new device that has its bundle and its service worker."""
    with fault_proxy(hospital.address) as proxy, ward_device(chromium, folder, proxy.address) as device:
        device.log_in()
        device.load_bundle()
        device.wait_for_worker()
        before = frozenset(actions_in(hospital.data_dir))
        found = Ward(device, proxy, hospital.data_dir, hospital.outage, hospital.fields, before)
        found.open()
        yield found
