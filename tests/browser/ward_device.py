"""A browser on a ward, with a disk of its own that outlives it: started, killed, and started again on the same disk."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import PASSWORD
from tests.browser.ready import until
from tests.region import numbered_patient

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENTS = [numbered_patient(number) for number in range(200)]
OUTBOX = "/static/js/ward/outbox.js"
BUNDLE = "/static/js/ward/bundle.js"
_PREPARE = """async ([outage, numbers, fields, at]) => {
  let made = 0;
  const {newId} = await import("/static/js/ward/entry.js");
  window.outbox = await import("/static/js/ward/outbox.js");
  window.store = await import("/static/js/ward/store.js");
  window.entry = (number, changes = {}) => ({
    id: newId(), outage, kind: "melior.note", unit: "ward",
    patient: {identity: numbers[made++ % numbers.length], name: "Test Testsson"},
    performed_at: at, performed_by: {login: "nurse"}, role: "nurse",
    recorded_at: new Date().toISOString(), note: `Anteckning ${number}`, fields, ...changes,
  });
  window.saveMany = async (count, changes) => {
    for (let i = 0; i < count; i += 1) {
      const made = entry(i, changes);
      await told("attempted", made.id);
      const saved = await outbox.save(made);
      await told("promised", saved.id);
    }
  };
}"""
_HELD = """async () => (await (await import("/static/js/ward/store.js")).entries.all())
  .map(({id, state, status, faults}) => ({id, state, status: status ?? null, faults: faults ?? {}}))"""


@dataclass
class WardDevice:
    """One browser profile. `folder` is its disk."""

    chromium: Chromium
    folder: Path
    address: str
    flags: tuple[str, ...] = ()
    context: BrowserContext | None = None
    attempted: set[str] = field(default_factory=set)
    """The ids of entries that the page began to save."""
    promised: set[str] = field(default_factory=set)
    """The ids that `save` has answered for: noted here, outside the browser, as they come."""

    def _note(self, what: str, entry_id: str) -> None:
        (self.promised if what == "promised" else self.attempted).add(entry_id)

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def start(self) -> Page:
        self.context = self.chromium.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", *self.flags],
            base_url=self.address,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            accept_downloads=True,
        )
        self.context.set_default_timeout(30_000)
        self.context.expose_function("told", self._note)
        return self.page

    def kill(self) -> None:
        """SIGKILL to the browser and all its processes: no unload, no flush, as when the power goes."""
        assert self.context is not None
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(Exception):
            self.context.close()
        self.context = None
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.folder / name).unlink(missing_ok=True)

    def _processes(self) -> list[int]:
        """Only those that run on this profile's folder."""
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            with suppress(OSError):
                if f"--user-data-dir={self.folder}".encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def log_in(self, login: str = "nurse") -> Page:
        page = self.page
        page.goto("/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{self.address}/")
        return page

    def load_bundle(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(
            f"""async () => {{
              const {{loadBundle}} = await import("{BUNDLE}");
              const {{bundle, from}} = await loadBundle();
              return {{from, user: bundle.user.login, device: bundle.device, outage: bundle.outage?.id}};
            }}"""
        )
        return found

    def prepare(self, outage: int, fields: dict[str, Any], at: str) -> None:
        """Give the page ways to make and save entries."""
        self.page.evaluate(_PREPARE, [outage, PATIENTS, fields, at])

    def held(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(_HELD)
        return found

    def wait_for_worker(self) -> None:
        """Until the service worker stands before the next page."""
        self.until("(await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")

    def until(self, condition: str) -> None:
        until(self.page, condition)

    def wait_for(self, condition: str) -> None:
        """Until what the outbox tells its watchers fulfils a condition, such as `unsent === 0`."""
        self.page.evaluate(
            f"""async () => {{
              const {{watch}} = await import("{OUTBOX}");
              window.known = {{}};
              watch((known) => {{ window.known = known; }});
            }}"""
        )
        names = "unsent, refused, state, since, needsLogin"
        self.until(f"window.known.refused && (({{{names}}}) => {condition})(window.known)")


@contextmanager
def ward_device(chromium: Chromium, folder: Path, address: str) -> Iterator[WardDevice]:
    device = WardDevice(chromium, folder, address)
    device.start()
    try:
        yield device
    finally:
        device.close()


def actions_in(data_dir: Path) -> list[str]:
    """The ids of all actions, as the database has them."""
    with sqlite3.connect(data_dir / "tracker.sqlite3") as connection:
        rows = connection.execute("SELECT id FROM action").fetchall()
    return [f"{row[0][:8]}-{row[0][8:12]}-{row[0][12:16]}-{row[0][16:20]}-{row[0][20:]}" for row in rows]
