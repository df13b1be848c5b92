"""What the outbox makes of answers: only the server's own acknowledgement lets an entry go."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser.outbox_ward import SEALED, Hospital, Ward, open_hospital, open_ward
from tests.browser.ward_device import WardDevice, actions_in
from tests.faults.proxy import (
    CUT_BEFORE_ANSWER,
    CUT_IN_ANSWER,
    JSON_PORTAL,
    LOGIN_PAGE,
    PORTAL,
    REFUSED,
    Fault,
    fault_proxy,
    refusal,
)
from tests.server import send
from tracker.routine import Routine

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, template_database: Path, routine: Routine) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital"), template_database, routine) as found:
        yield found


@pytest.fixture
def ward(chromium: Chromium, hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(chromium, hospital, tmp_path_factory.mktemp("disk")) as found:
        yield found


IN_THE_WAY = {
    "no network": REFUSED,
    "cut before the answer": CUT_BEFORE_ANSWER,
    "cut in the answer": CUT_IN_ANSWER,
    "log-in page": LOGIN_PAGE,
    "portal": PORTAL,
    "portal in JSON": JSON_PORTAL,
    "401": refusal(401),
    "429": refusal(429),
    "500": refusal(500),
    "bad gateway": Fault(status=502, body=b"Bad gateway"),
    "403 of a proxy": Fault(status=403, body=b"Blocked by the proxy"),
    "201 of another": Fault(
        status=201, body=b'{"id": "x", "digest": "y"}', headers=(("Content-Type", "application/json"),)
    ),
}


def test_an_entry_stays_until_the_server_itself_has_acknowledged_it(ward: Ward) -> None:
    for number, (name, fault) in enumerate(IN_THE_WAY.items(), start=1):
        ward.proxy.on(SEALED, fault)
        ward.save()
        ward.send_now()
        assert ward.held() == {"waiting": number}, name
    ward.proxy.up()
    ward.open()
    ward.all_logged_once()  # by itself


def test_what_is_saved_while_others_are_being_sent_is_sent_at_once_too(ward: Ward) -> None:
    for _ in range(10):
        ward.device.page.evaluate(
            """async () => {
              const sending = outbox.sendNow();
              await Promise.all([saveMany(2), sending]);
            }"""
        )
        ward.all_logged_once()


def test_after_a_pause_it_is_tried_again(ward: Ward) -> None:
    ward.proxy.on(SEALED, REFUSED)
    ward.save()
    ward.device.wait_for("state === 'unreachable'")
    ward.proxy.up()
    ward.all_logged_once()


def test_a_refused_entry_stays_says_so_and_is_not_sent_again_by_itself(ward: Ward) -> None:
    for number, status in enumerate((403, 409, 413, 422), start=1):
        ward.proxy.on(SEALED, refusal(status))
        ward.save()
        ward.device.wait_for(f"refused.length === {number}")
    expect(ward.device.page.locator("#outbox-status")).to_contain_text("4")
    ward.proxy.up()
    ward.open()
    ward.device.wait_for("state === 'reached'")
    assert ward.held() == {"refused": 4}
    assert [path for _, path, _ in ward.proxy.passed if path == SEALED] == []
    ward.send_now()
    ward.all_logged_once()


def test_a_refused_entry_is_opened_mended_and_sent(ward: Ward) -> None:
    ward.save(fields={})
    ward.device.wait_for("refused.length === 1")
    (refused,) = ward.device.held()
    assert any(pointer.startswith("/fields/") for pointer in refused["faults"])
    opened = ward.device.page.evaluate("(id) => outbox.openRefused(id)", refused["id"])
    assert opened["note"] == "Anteckning 0"
    ward.device.page.evaluate(
        "([id, entry]) => outbox.replace(id, entry)", [refused["id"], {**opened, "fields": ward.fields}]
    )
    ward.all_logged_once()


def test_a_full_disk_is_told_and_what_was_promised_is_there_when_there_is_room_again(
    chromium: Chromium, hospital: Hospital, small_disk: Path
) -> None:
    with open_ward(chromium, hospital, small_disk / "profile") as ward:
        ward.proxy.down()
        ward.save(3)
        fill(small_disk)
        save = "(note) => outbox.save(entry(1, {note})).then(({id}) => told('promised', id), (error) => error.code)"
        codes = [ward.device.page.evaluate(save, "x" * 50_000) for _ in range(3)]
        assert codes[-1] in ("quota", "unavailable")
        expect(ward.device.page.locator("#outbox-status.outbox-loud")).to_be_visible()
        (small_disk / "filling").unlink()
        ward.restart()
        assert {one["id"] for one in ward.device.held()} >= ward.device.promised


def fill(disk: Path) -> None:
    """Until not a byte fits."""
    with (disk / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of its own that can be filled; only root may make one."""
    folder = tmp_path_factory.mktemp("small")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_no_room_by_the_browsers_own_limit_is_told_and_nothing_is_promised(ward: Ward) -> None:
    fault = ward.device.page.evaluate(
        """async () => {
          const put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
          try {
            return await outbox.save(entry(1)).then(() => null, (error) => [error.code, error.message]);
          } finally {
            IDBObjectStore.prototype.put = put;
          }
        }"""
    )
    assert fault[0] == "quota"
    assert len(fault[1]) > 20
    ward.save()
    ward.all_logged_once()


def test_over_plain_http_it_is_said_once_that_nothing_half_typed_is_kept(
    chromium: Chromium, hospital: Hospital, tmp_path: Path
) -> None:
    flags = ("--host-resolver-rules=MAP ward.example 127.0.0.1",)
    device = WardDevice(chromium, tmp_path / "disk", hospital.address.replace("127.0.0.1", "ward.example"), flags)
    page = device.start()
    try:
        device.log_in()
        page.goto("/ward/log/melior.note")
        note, told, dialog = page.locator("#note"), page.locator(".not-kept"), page.locator(".leave-dialog")
        note.wait_for()
        expect(told).to_have_count(0)
        for text in ("Halvt", "Halvt skrivet"):
            note.fill(text)
            expect(told).to_have_count(1)
        page.locator("#ward-nav a[href='/ward/unsent']").click()
        expect(note).to_have_count(0)
        page.locator("details.me > summary").click()
        page.locator(".me-menu button").click()
        dialog.locator("a[href='/ward/log/melior.note']").click()  # the page of the shift's end would lose it
        expect(note).to_have_value("Halvt skrivet")
    finally:
        device.close()


def test_over_plain_http_from_another_computer_saved_means_that_the_server_has_it(
    chromium: Chromium, hospital: Hospital, tmp_path: Path
) -> None:
    flags = ("--host-resolver-rules=MAP ward.example 127.0.0.1",)  # any name but localhost
    with fault_proxy(hospital.address) as proxy:
        device = WardDevice(chromium, tmp_path / "disk", proxy.address.replace("127.0.0.1", "ward.example"), flags)
        before = frozenset(actions_in(hospital.data_dir))
        ward = Ward(device, proxy, hospital.data_dir, hospital.outage, hospital.fields, before)
        device.start()
        try:
            device.log_in()
            ward.open()
            ward.save(2)
            assert device.promised == set(actions_in(hospital.data_dir)) - before
            proxy.on("/api/v1/actions", CUT_BEFORE_ANSWER)
            ward.begin_to_save(1)
            device.wait_for("unsent === 1 && state === 'unreachable'")
            assert len(device.promised) == 2, "nothing is promised before the server has answered"
            proxy.up()
            device.until("!document.querySelector('.outbox-loud')")
            assert device.promised == set(actions_in(hospital.data_dir)) - before
            assert "https" in device.page.evaluate("() => outbox.whyNotPossible()")
        finally:
            device.close()


def test_a_file_that_was_carried_to_the_server_is_logged_once_and_the_device_hears_of_it(
    hospital: Hospital, ward: Ward
) -> None:
    ward.proxy.down()
    ward.save(3)
    name, text = ward.device.page.evaluate(
        "async () => { const {name, blob} = await outbox.saveFile(); return [name, await blob.text()]; }"
    )
    assert name.startswith("driftstopp-")
    assert name.endswith(".dtsealed")
    assert "Test Testsson" not in text
    answers = [send(hospital.address, "/sealed-entries", "", json.loads(line)) for line in text.splitlines()]
    assert [answer.status for answer in answers] == [201, 201, 201]
    ward.proxy.up()
    ward.send_now()
    ward.all_logged_once()
