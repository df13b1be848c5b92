"""The main job, told by everyone in it, in a real browser: from outage to sign-off and workbook."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import LogIn, Site
from tests.region import numbered_patient
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Item
from tracker.queries.item import state_of
from tracker.services.event import verify_chain

pytestmark = pytest.mark.browser


def fill(page: Page, **fields: str) -> None:
    """Fill fields of the log form by their ids in the routine, whatever kind of input they are."""
    for name, value in fields.items():
        radio = page.locator(f'input[type=radio][name="f_{name}"][value="{value}"]')
        if radio.count():
            radio.check()
            continue
        field = page.locator(f'[name="f_{name}"]')
        if not field.is_visible():
            page.locator("details.more-fields > summary").click()
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def name_patient(page: Page, number: str, name: str) -> None:
    page.locator('input[data-way="identity"]').check()
    page.fill("#identity", number)
    page.fill("#name", name)


def save(page: Page, then: str = "") -> None:
    page.locator(f'.save-bar button[value="{then}"]').click()
    page.wait_for_load_state()
    expect(page.locator(".summary-bad")).to_have_count(0)


def declare(page: Page, *systems: str) -> None:
    page.goto("/outages/new")
    for system in systems:
        page.locator(f'input[name="systems"][value="{system}"]').check()
    began = datetime.now(ZoneInfo("Europe/Stockholm")) - timedelta(hours=3)
    page.fill("#down_at", f"{began:%Y-%m-%dT%H:%M}")
    page.fill("#name", "Melior och MedSpeech nere")
    page.locator('input[name="units_by"]').last.check()
    page.locator('input[name="units"][value="ward"]').check()
    page.locator(".save-bar .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("Melior och MedSpeech nere")


def restore(page: Page, system: str) -> None:
    page.goto("/outages/1")
    page.locator(f'a[href$="/systems/{system}/restore"]').click()
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/outages/1")


def work(page: Page) -> int:
    """Take every patient's ready follow-ups from the queue and finish them; the number finished."""
    finished = 0
    while True:
        page.goto("/queue?system=all&state=ready")
        take = page.locator(".card-patient form[action*='/take'] button").first
        if not take.count():
            return finished
        take.click()
        page.wait_for_load_state()
        while page.locator("article.work .work-done").count():
            panel = page.locator("article.work", has=page.locator(".work-done")).first
            if not panel.locator(".work-done").is_visible():
                panel.locator("summary.work-head").click()
            for name in ("handed_to", "moved_to"):
                field = panel.locator(f'[name$="{name}"]')
                if field.count():
                    field.fill("Peter Palm")
            panel.locator(".work-done").click()
            page.wait_for_load_state()
            expect(page.locator(".summary-bad")).to_have_count(0)
            finished += 1


def states(site: Site) -> dict[tuple[str, str], Counter[str]]:
    """How many items there are of each kind and follow-up, by state, read behind the pages."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    found: dict[tuple[str, str], Counter[str]] = {}
    with app.app_context():
        for item in db.session.scalars(select(Item)):
            found.setdefault((item.action.kind, item.item), Counter())[state_of(item)] += 1
        db.session.remove()
        db.engine.dispose()
    return found


def test_the_main_job_from_outage_to_sign_off(log_in: LogIn, site: Site) -> None:
    it, nurse, physician = log_in("it"), log_in("nurse"), log_in("physician")

    # IT declares Melior and MedSpeech down, and everybody sees it.
    declare(it, "melior", "medspeech")
    nurse.goto("/")
    expect(nurse.locator(".status")).to_contain_text("Melior")
    expect(nurse.locator(".status")).to_contain_text("MedSpeech")

    # A nurse logs a round of twelve handouts: the drug stays, the patient and the dose change.
    nurse.goto("/log/melior.medication-administration")
    for number in range(12):
        name_patient(nurse, numbered_patient(number), f"Patient {number + 1}")
        if number == 0:
            fill(nurse, drug="Alvedon", strength="500 mg", dose_unit="tablet")
        fill(nurse, dose="2")
        expect(nurse.locator('[name="f_drug"]')).to_have_value("Alvedon")
        save(nurse, "fields")

    # A physician: an order, a paper prescription and a dictation on a DPM.
    physician.goto("/log/melior.medication-order")
    name_patient(physician, numbered_patient(0), "")
    fill(physician, care_form="inpatient", order_change="new", drug="Furix", order_type="regular", dosing="fixed")
    fill(physician, dose="40", dose_unit="mg", schedule="1 x 1")
    save(physician)
    physician.goto("/log/melior.prescription")
    name_patient(physician, numbered_patient(1), "")
    fill(physician, form="paper", drug="Kåvepenin", strength="1 g", schedule="1 x 3 i 7 dagar")
    save(physician)
    physician.goto("/log/medspeech.dictation")
    name_patient(physician, numbered_patient(2), "")
    fill(physician, medium="dpm", record_system="melior", dictation_type="daily", device_number="DPM 7")
    save(physician)

    # A chemistry order on paper, with the reply by fax.
    nurse.goto("/log/melior.chemistry-order")
    name_patient(nurse, numbered_patient(3), "")
    fill(nurse, form="paper", tests="Troponin", orderer="Peter Palm", fax_reply="true", fax_number="026-15 40 00")
    save(nurse)

    before = states(site)
    assert sum(before["melior.medication-administration", "document-administration"].values()) == 12
    assert before["melior.medication-administration", "document-administration"]["waiting"] == 12
    assert before["medspeech.dictation", "dock-dpm"]["waiting"] == 1
    assert before["melior.chemistry-order", "watch-fax-reply"]["ready"] == 1

    # MedSpeech comes back: the DPM can be docked, nothing can be typed. Then Melior.
    restore(it, "medspeech")
    after_medspeech = states(site)
    assert after_medspeech["medspeech.dictation", "dock-dpm"]["ready"] == 1
    assert after_medspeech["medspeech.dictation", "type-dictation"]["waiting"] == 1
    assert after_medspeech["melior.medication-order", "enter-order"]["waiting"] == 1
    restore(it, "melior")
    after_melior = states(site)
    assert after_melior["melior.medication-administration", "document-administration"]["ready"] == 12
    assert after_melior["medspeech.dictation", "type-dictation"]["waiting"] == 1, "the DPM is not docked yet"
    assert after_melior["melior.chemistry-order", "sign-result"]["waiting"] == 1, "still in Dr EDI's basket"

    # The secretary asks before moving the result; the nurse answers.
    secretary = log_in("secretary")
    secretary.goto("/queue?system=all&state=ready")
    secretary.locator(".card-patient form[action*='/take'] button").first.click()
    secretary.locator("article.work details.say > summary").first.click()
    secretary.locator("article.work details.say textarea").first.fill("Vem är beställare?")
    secretary.locator("article.work details.say[open] .btn-primary").first.click()
    secretary.wait_for_load_state()
    nurse.goto("/questions")
    expect(nurse.locator("main")).to_contain_text("Vem är beställare?")
    nurse.locator("article textarea").first.fill("Peter Palm på avdelning 10")
    nurse.locator("article form .btn-primary").first.click()
    nurse.wait_for_load_state()

    # Everybody works down what is theirs, until nothing is left.
    done: Counter[str] = Counter()
    for _round in range(3):
        for who, page in (("nurse", nurse), ("physician", physician), ("secretary", secretary)):
            done[who] += work(page)
    finished = states(site)
    assert {state for counts in finished.values() for state in counts} == {"done"}
    assert done["secretary"] == 2, "the dictation and the result in Dr EDI's basket"

    # The manager confirms all and signs off.
    manager = log_in("manager")
    manager.goto("/confirm?unit=ward&outage=1")
    manager.locator("[data-select-page]").click()
    manager.locator("#confirm-many .btn-primary").click()
    manager.wait_for_load_state()
    manager.goto("/sign-off/1/ward")
    manager.locator(".attest input[type=checkbox]").check()
    manager.locator(".attest .btn-primary").click()
    expect(manager.locator(".signed")).to_be_visible()

    # The workbook, reopened, holds exactly those items.
    answer = manager.request.get("/lists/workbook.xlsx?outage=1&states=all")
    assert answer.ok
    assert sorted(ids_in(answer.body())) == sorted(ids_behind(site))


def ids_in(workbook: bytes) -> list[int]:
    """The item ids in a re-entry workbook: the first column of every sheet but the summary."""
    found: list[int] = []
    for sheet in load_workbook(io.BytesIO(workbook)).worksheets[1:]:
        values: Any = [row[0] for row in sheet.iter_rows(values_only=True)]
        found += [int(value) for value in values if str(value or "").isdigit()]
    return found


def ids_behind(site: Site) -> list[int]:
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        ids = list(db.session.scalars(select(Item.id)))
        assert list(verify_chain()) == []
        db.session.remove()
        db.engine.dispose()
    return ids
