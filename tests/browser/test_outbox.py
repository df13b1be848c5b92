"""The outbox on a ward's browser: whatever crashes, every entry is logged, and each once.

The tests keep their own list of what the browser said was saved: that is the promise the database is held against.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser.outbox_ward import SEALED, Hospital, Ward, open_hospital, open_ward
from tests.browser.ward_device import actions_in
from tests.faults.proxy import CUT_BEFORE_ANSWER, REFUSED, Fault
from tracker.routine import Routine

pytestmark = pytest.mark.browser
MANY = 500


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, template_database: Path, routine: Routine) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital"), template_database, routine) as found:
        yield found


@pytest.fixture
def ward(chromium: Chromium, hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(chromium, hospital, tmp_path_factory.mktemp("disk")) as found:
        yield found


def test_five_hundred_entries_made_without_the_server_and_a_crash_among_them(ward: Ward) -> None:
    ward.proxy.down()
    ward.open()
    ward.save(MANY // 2)
    ward.restart()  # the page itself comes from the device now
    assert ward.held() == {"waiting": MANY // 2}
    ward.save(MANY // 2)
    assert set(actions_in(ward.data_dir)) == ward.before
    expect(ward.device.page.locator("#outbox-status")).to_contain_text(str(MANY))
    ward.proxy.up()
    ward.send_now()
    ward.all_logged_once()
    assert len(actions_in(ward.data_dir)) == len(ward.before) + MANY


def test_killed_while_writing_and_before_anything_was_sent(ward: Ward) -> None:
    ward.proxy.down()
    for _ in range(3):
        before = len(ward.device.promised)
        ward.begin_to_save(200)
        ward.device.until(f"(await store.entries.all()).length > {before + 5}")
        ward.restart()
        held = {one["id"] for one in ward.device.held()}
        assert held >= ward.device.promised, "what was said to be saved is on the disk"
    ward.proxy.up()
    ward.send_now()
    ward.all_logged_once()


@pytest.mark.parametrize("reached", [False, True], ids=["during-send", "after-commit"])
def test_killed_before_the_answer_came(ward: Ward, reached: bool) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def hold(method: str, path: str) -> Fault | None:
        if path != SEALED:
            return None
        if reached:
            under_way.set()
            return CUT_BEFORE_ANSWER
        under_way.set()
        go_on.wait(20)
        return REFUSED

    ward.proxy.rule = hold
    ward.save(6)
    assert under_way.wait(20)
    if reached:
        ward.device.wait_for("state === 'unreachable'")
        assert set(actions_in(ward.data_dir)) > ward.before, "the server has them, and the browser does not know"
    ward.device.kill()
    go_on.set()
    ward.proxy.up()
    ward.device.start()
    ward.open()
    ward.all_logged_once()


def test_killed_between_the_answer_and_the_delete(ward: Ward) -> None:
    ward.device.page.evaluate("() => { store.entries.settle = () => new Promise(() => { window.answered = true; }); }")
    ward.save(4)
    ward.device.until("window.answered")
    ward.restart()
    ward.all_logged_once()
    assert Counter(status for _, path, status in ward.proxy.passed if path == SEALED)[200] >= 1, "sent again"


def test_two_tabs_send_everything_once(ward: Ward) -> None:
    other = ward.device.page.context.new_page()
    other.goto("/ward/unsent")
    ward.proxy.down()
    ward.save(30)
    ward.proxy.up()
    for page in (ward.device.page, other):
        page.evaluate("async () => { (await import('/static/js/ward/outbox.js')).sendNow(); }")
    ward.all_logged_once()
    posted = Counter(status for _, path, status in ward.proxy.passed if path == SEALED)
    assert posted == {201: 30}
    other.evaluate(
        """() => new Promise(async (resolve) => {
          (await import('/static/js/ward/outbox.js')).watch(({unsent}) => unsent === 0 && resolve()); })"""
    )


def test_an_older_store_with_entries_in_it_is_carried_over(ward: Ward) -> None:
    """Version 1: a store by running number, without states."""
    ward.proxy.down()
    ward.save(5)
    sealed = ward.device.page.evaluate("() => store.entries.all()")
    using_it, idle = ward.device.page, ward.device.page.context.new_page()
    using_it.close()
    ward.proxy.on(SEALED, REFUSED)
    idle.goto("/static/icon.svg")  # of this origin, without a script that would open the store
    ward.device.page.evaluate(
        """async (sealed) => {
          const done = (request) => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = request.onblocked = () => reject(request.error);
          });
          await done(indexedDB.deleteDatabase("tracker"));
          const asked = indexedDB.open("tracker", 1);
          asked.onupgradeneeded = () => asked.result.createObjectStore("outbox", {autoIncrement: true});
          const database = await done(asked);
          const transaction = database.transaction("outbox", "readwrite");
          for (const {id, digest, key_id, sealed: text} of sealed) {
            transaction.objectStore("outbox").add({id, digest, key_id, sealed: text});
          }
          await new Promise((resolve) => { transaction.oncomplete = resolve; });
          database.close();
        }""",
        sealed,
    )
    ward.open()
    assert ward.held() == {"waiting": 5}
    ward.proxy.up()
    ward.send_now()
    ward.all_logged_once()
