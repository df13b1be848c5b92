"""A shared computer is read by whoever is logged in and by nobody after them; and it works without the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.conftest import Site
from tests.browser.ward_device import WardDevice, actions_in, ward_device
from tests.faults.proxy import REFUSED, Fault, Proxy, fault_proxy
from tests.region import TEST_NUMBERS, declare, log, sample_fields
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import LoginSession
from tracker.services.entry import entry_digest

pytestmark = pytest.mark.browser
NAME, TYPED, DRUG = "Hemliga Hilda", "Halvskriven anteckning", "Ovanligamedlet"
NASTY = {
    "id": "x",
    "åäö": ["Å", "e\u0301", "\u00e9", "\u2028\u2029", "\u007f", 'citat " och \\ bakstreck', "\t\n\r\b\f\u0001"],
    "👩🏽‍⚕️": {"𝒳": 1, "\uffee": 2, "a": 3, "Z": 4, "": None, "é": True, "z": False},
    "long": "x" * 10_000,
    "number": -9007199254740991,
}
_READ_EVERYTHING = """async () => {
  const seen = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie];
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error);
  });
  const keys = [];
  const locked = [];
  const walk = (value) => {
    if (value instanceof CryptoKey) keys.push(value);
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      for (const code of ["utf-8", "utf-16le", "latin1"]) seen.push(new TextDecoder(code).decode(value));
    } else if (value && typeof value === "object") {
      for (const [name, one] of Object.entries(value)) { seen.push(name); walk(one); }
    } else seen.push(String(value));
  };
  for (const {name} of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const records = await done(database.transaction(store).objectStore(store).getAll());
      records.forEach(walk);
      locked.push(...records.filter(({iv, data}) => iv && data));
    }
    database.close();
  }
  for (const key of keys) for (const {name, iv, data} of locked) {
    const how = {name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name)};
    seen.push(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)));
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      seen.push(request.url);
      const type = (await cache.match(request)).headers.get("Content-Type") ?? "";
      if (/text|json|javascript/.test(type)) seen.push(await (await cache.match(request)).text());
    }
  }
  return {text: seen.join("\\n"), keys: keys.length};
}"""


@pytest.fixture
def network(site: Site) -> Iterator[Proxy]:
    with fault_proxy(site.address) as proxy:
        yield proxy


@pytest.fixture
def device(
    chromium: Chromium, site: Site, network: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WardDevice]:
    """A shared computer with the nurse's bundle on it: a patient, and a drug logged for her."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        outage = declare("melior")
        fields = {"drug": DRUG, "dose": "1", "dose_unit": "mg", "outcome": "given"}
        log(outage, "melior.medication-administration", identity=TEST_NUMBERS[3], name=NAME, fields=fields)
        note_fields = sample_fields(site.routine.kinds["melior.note"])
        at = outage.began_at.isoformat()
        number = outage.id
        db.session.remove()
        db.engine.dispose()
    with ward_device(chromium, tmp_path_factory.mktemp("disk"), network.address) as found:
        found.log_in()
        found.load_bundle()
        found.wait_for_worker()
        found.page.goto("/ward/unsent")
        found.prepare(number, note_fields, at)
        found.page.evaluate(
            "async (text) => (await import('/static/js/ward/bundle.js')).keepDraft('round', {text})", TYPED
        )
        yield found


def secrets_of(text: str) -> list[str]:
    """What of the nurse's is found in it."""
    number = TEST_NUMBERS[3]
    wanted = (
        NAME,
        number,
        f"{number[:8]}-{number[8:]}",
        number[2:],
        TYPED,
        DRUG,
        "Nora Nyström",
        '"login":"nurse"',
        "Test Testsson",
    )
    return [one for one in wanted if one in text]


def everything(device: WardDevice) -> dict[str, Any]:
    found: dict[str, Any] = device.page.evaluate(_READ_EVERYTHING)
    return found


def sessions(site: Site) -> list[str]:
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        found = [row.user.login for row in db.session.scalars(select(LoginSession))]
        db.session.remove()
        db.engine.dispose()
    return found


def test_after_one_logs_out_without_the_server_and_another_logs_in_nothing_can_be_read(
    device: WardDevice, network: Proxy, site: Site
) -> None:
    page = device.page
    network.on("/api/v1/sealed-entries", REFUSED)
    device.page.evaluate("() => saveMany(3)")
    there = everything(device)
    assert {NAME, TYPED, DRUG} <= set(secrets_of(there["text"])), "this way of reading finds what is there"
    page.goto("/")
    network.down()
    page.locator("details.me > summary").click()
    page.locator("form[action$='/logout'] button").click()
    page.wait_for_url("**/login")
    left = everything(device)
    assert (secrets_of(left["text"]), left["keys"]) == ([], 0)
    assert len(device.held()) == 3, "what is unsent stays, sealed"
    assert sessions(site) == ["nurse"]
    network.on("/api/v1/sealed-entries", REFUSED)
    page.goto("/")
    page.wait_for_url("**/login**")  # the session was ended before anything was shown
    assert sessions(site) == []
    device.log_in("outsider")
    device.load_bundle()
    left = everything(device)
    assert secrets_of(left["text"]) == []
    network.up()
    page.evaluate("async () => (await import('/static/js/ward/outbox.js')).sendNow()")
    device.wait_for("unsent === 0")
    assert device.promised <= set(actions_in(site.data_dir)), "the tickets say who wrote them, whoever is logged in"


def test_whoever_logs_out_hears_first_what_is_half_typed(device: WardDevice, network: Proxy) -> None:
    page, dialog = device.page, device.page.locator(".leave-dialog")

    def half_type() -> None:
        page.goto("/ward/log/melior.note")
        page.locator("#note").fill(TYPED)
        device.until("await (await import('/static/js/ward/bundle.js')).loadDraft('form:melior.note')")

    def press_log_out() -> None:
        page.locator("details.me > summary").click()
        page.locator(".me-menu button").last.click()

    half_type()
    press_log_out()
    page.wait_for_url("**/shift-end?leaving=1")
    expect(page.locator("[data-device] a[href='/ward/log/melior.note']")).to_be_visible()
    page.goto("/ward")
    network.down()
    press_log_out()
    expect(dialog.locator("a[href='/ward/log/melior.note']")).to_be_visible()
    dialog.locator("a").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#note")).to_have_value(TYPED)
    network.up()
    page.goto("/")
    network.down()
    press_log_out()
    dialog.locator(".btn-primary").click()
    expect(dialog).to_have_count(0)
    assert page.url.endswith("/")
    press_log_out()
    dialog.locator(".btn-secondary").click()
    page.wait_for_url("**/login")
    left = everything(device)
    assert (secrets_of(left["text"]), left["keys"]) == ([], 0)


def test_another_who_logs_in_finds_nothing_even_if_nobody_logged_out(device: WardDevice) -> None:
    device.page.context.clear_cookies()
    device.log_in("secretary")
    device.until("!(await (await import('/static/js/ward/store.js')).kept.get('key'))")
    left = everything(device)
    assert (secrets_of(left["text"]), left["keys"]) == ([], 0)


def test_the_browser_works_out_the_servers_digests(device: WardDevice) -> None:
    script = "async (entry) => (await import('/static/js/ward/seal.js')).entryDigest(entry)"
    assert device.page.evaluate(script, NASTY) == entry_digest(json.loads(json.dumps(NASTY)))
    refused = "async () => { try { return await (%s)({n: 1.5}); } catch (error) { return error.name; } }"
    assert device.page.evaluate(refused % script) == "TypeError"


def test_the_pages_of_the_ward_open_without_the_server_and_others_say_so(device: WardDevice, network: Proxy) -> None:
    network.down()
    page = device.page
    for path in ("/", "/log", "/log/melior.note", "/ward", "/ward/patients", "/routine", "/patients"):
        page.goto(path)
        expect(page.locator("#ward-title")).to_be_visible()
        expect(page.locator("#outbox-status.outbox-loud")).to_be_visible()
    page.goto("/duties")
    expect(page.locator("#ward-screen a[href='/ward']")).to_be_visible()


def test_a_form_that_cannot_be_sent_is_kept_for_its_author_at_the_same_address(
    device: WardDevice, network: Proxy
) -> None:
    page = device.page
    page.goto("/log/melior.note")
    page.fill("#note", TYPED)
    entry_id = page.locator("[name=entry_id]").input_value()
    network.down()
    page.locator(".save-bar .btn-primary").click()
    page.locator("#ward-screen").wait_for()
    assert "/log/melior.note" in page.url
    draft = page.evaluate("async () => (await import('/static/js/ward/bundle.js')).loadDraft('form:melior.note')")
    fields = dict(draft["fields"])
    assert (fields["note"], fields["entry_id"]) == (TYPED, entry_id)
    assert "csrf_token" not in fields


def test_a_new_version_takes_over_and_what_is_typed_stays(device: WardDevice, network: Proxy) -> None:
    page = device.page
    old = page.request.get("/sw.js").text()
    version = json.loads(old.splitlines()[0].removeprefix("const TRACKER = ").removesuffix(";"))["version"]
    page.goto("/log/melior.note")
    page.fill("#note", TYPED)
    changed = Fault(
        status=200,
        body=old.replace(version, "another-version").encode(),
        headers=(("Content-Type", "text/javascript"),),
    )
    network.on("/sw.js", changed, method="GET")
    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    device.until("(await caches.keys()).join() === 'tracker-another-version'")
    assert page.locator("#note").input_value() == TYPED
    network.down()
    page.goto("/log")
    expect(page.locator("#ward-title")).to_be_visible()
