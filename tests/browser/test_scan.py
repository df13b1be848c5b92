"""A hand scanner on the logging page: what it types goes to the right place, wherever the cursor is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.scanner import FORM, PATIENTS, log_in, pause, scan, scanning_ward, send_keys
from tests.region import TEST_NUMBERS
from tracker.routine import Routine
from tracker.serial import code_of, write_serial

pytestmark = pytest.mark.browser
(ONE, ONE_NAME), (OTHER, OTHER_NAME) = PATIENTS
STRANGER, STRANGER2 = TEST_NUMBERS[2], TEST_NUMBERS[3]
SHEET = write_serial(421)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, template_database: Path, routine: Routine) -> Iterator[str]:
    with scanning_ward(tmp_path_factory.mktemp("scan"), template_database, routine) as address:
        yield address


@pytest.fixture(scope="module")
def nurse(chromium: Chromium, ward: str) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=ward, locale="sv-SE") as context:
        yield log_in(context)


@pytest.fixture
def form(nurse: Page) -> Iterator[Page]:
    """A nurse's logging form. Nothing is ever sent off by a scanner."""
    faults: list[str] = []
    nurse.on("pageerror", lambda error: faults.append(str(error)))
    open_form(nurse)
    yield nurse
    assert nurse.url.endswith(FORM)
    assert faults == []


def open_form(page: Page) -> None:
    page.goto(FORM)
    page.locator(".scan-said").wait_for(state="attached")


def hyphened(number: str) -> str:
    return f"{number[:8]}-{number[8:]}"


def chosen(page: Page) -> str | None:
    return page.evaluate(
        """() => { const picked = document.querySelector('input[name="patient_id"]:checked:enabled');
        return picked && picked.closest("label").dataset.search.match(/[0-9]{12}/)[0]; }"""
    )


def test_a_wristband_chooses_the_patient_and_leaves_no_trace_in_the_field_with_the_cursor(form: Page) -> None:
    for cursor, end in (
        ("", "Enter"),
        ("#note", "Tab"),
        ("[name=f_drug]", ""),
        ("#performed_at", "Enter"),
        ("#performer", "Tab"),
        (".save-bar .btn-primary", "Enter"),
    ):
        open_form(form)
        form.evaluate("document.activeElement.blur()")
        field = form.locator(cursor or "#note")
        before = field.evaluate("(field) => field.value")
        if cursor:
            field.focus()
        scan(form, ONE, end=end)
        expect(form.locator(".scan-done")).to_contain_text(f"{ONE_NAME} {hyphened(ONE)}")
        assert chosen(form) == ONE, (cursor, end)
        assert field.evaluate("(field) => field.value") == before, (cursor, end)


def test_what_was_half_typed_and_marked_in_a_field_stays_as_it_was(form: Page) -> None:
    form.fill("#note", "gavs efter maten")
    form.locator("#note").evaluate("(field) => field.setSelectionRange(5, 10)")
    scan(form, code_of(SHEET))
    expect(form.locator("#sheet")).to_have_value(SHEET)
    expect(form.locator("#note")).to_have_value("gavs efter maten")
    assert form.locator("#note").evaluate("(field) => [field.selectionStart, field.selectionEnd]") == [5, 10]
    expect(form.locator("#note")).to_be_focused()


def test_a_scanner_set_to_another_keyboard_is_understood(form: Page) -> None:
    form.focus("#note")
    scan(form, code_of(SHEET), us_scanner=True)
    expect(form.locator("#sheet")).to_have_value(SHEET)
    scan(form, hyphened(ONE), us_scanner=True)
    expect(form.locator(".scan-done")).to_contain_text(ONE_NAME)
    scan(form, f"]C1{OTHER}")
    expect(form.locator(".scan-ask")).to_contain_text(OTHER_NAME)
    expect(form.locator("#note")).to_have_value("")


def test_a_patient_who_is_not_in_the_list_is_filled_in_by_number(form: Page) -> None:
    form.focus("#note")
    scan(form, STRANGER[2:])
    expect(form.locator("#identity")).to_have_value(hyphened(STRANGER))
    expect(form.locator("#identity")).to_be_visible()
    assert chosen(form) is None


def test_another_patient_is_never_put_in_without_asking(form: Page) -> None:
    form.focus("#note")
    scan(form, ONE)
    scan(form, OTHER)
    expect(form.locator(".scan-ask")).to_contain_text(OTHER_NAME)
    assert chosen(form) == ONE
    send_keys(form, "", gap=8, end="Enter")
    expect(form.locator(".scan-ask")).to_have_count(0)
    assert chosen(form) == ONE
    expect(form.locator("#note")).to_be_focused()
    scan(form, OTHER)
    form.locator(".scan-ask button", has_text=OTHER_NAME).click()
    expect(form.locator(".scan-done")).to_contain_text(OTHER_NAME)
    assert chosen(form) == OTHER


def test_the_name_typed_for_one_patient_does_not_stay_with_the_next(form: Page) -> None:
    form.locator("[data-way=identity]").check()
    form.fill("#identity", STRANGER)
    form.fill("#name", "Fjorton Fjortonsson")
    scan(form, STRANGER2)
    form.locator(".scan-ask button", has_text=hyphened(STRANGER2)).click()
    expect(form.locator("#identity")).to_have_value(hyphened(STRANGER2))
    expect(form.locator("#name")).to_have_value("")


def test_another_sheet_is_never_named_without_asking(form: Page) -> None:
    scan(form, code_of(SHEET))
    scan(form, code_of(write_serial(422)))
    expect(form.locator(".scan-ask")).to_contain_text(SHEET)
    expect(form.locator("#sheet")).to_have_value(SHEET)
    form.keyboard.press("Escape")
    scan(form, "DT:000421-A")  # the letter does not fit: misread
    expect(form.locator(".scan-bad")).to_be_visible()
    expect(form.locator("#sheet")).to_have_value(SHEET)


def test_an_unknown_code_changes_nothing_unless_it_was_meant_for_the_field(form: Page) -> None:
    form.focus("#note")
    scan(form, "7340012345678901X")
    expect(form.locator(".scan-bad")).to_contain_text("7340012345678901X")
    expect(form.locator("#note")).to_have_value("")
    form.locator(".scan-bad button").last.click()
    expect(form.locator("#note")).to_have_value("7340012345678901X")


def test_two_enters_after_a_code_send_nothing_off(form: Page) -> None:
    form.focus("[name=f_drug]")
    send_keys(form, ONE, gap=8, end="Enter")
    send_keys(form, "", gap=8, end="Enter", rest=0.02)
    expect(form.locator(".scan-done")).to_be_visible()
    expect(form.locator(".summary-bad")).to_have_count(0)


def test_a_code_with_blanks_ticks_opens_and_sends_nothing(form: Page) -> None:
    ticked = "() => [...document.querySelectorAll(':checked')].map((one) => one.value).join()"
    for cursor in (
        ".save-bar .btn-primary",
        "[name=patient_how]:not(:checked)",
        "[name=f_dose_unit]",
        "summary",
        "#sheet",
    ):
        open_form(form)
        field = form.locator(cursor).first
        before = form.evaluate(ticked), form.locator("details[open]").count()
        for code, end in ((" 12 34 56 78 90 12 34 56", "Enter"), ("A 1\rB 2345 ", ""), ("LOT AB CDE", "Enter")):
            field.focus()
            scan(form, code, end=end)
            send_keys(form, "", gap=8, end="Enter" if end else "", rest=0.02)
            pause(form)
            assert (form.evaluate(ticked), form.locator("details[open]").count()) == before, (cursor, code)
            expect(form.locator(".summary-bad")).to_have_count(0)
            expect(form.locator("select:open")).to_have_count(0)


def test_what_a_program_types_is_text_in_a_field_and_sends_nothing(form: Page) -> None:
    form.focus("#note")
    send_keys(form, "Alvedon 500 mg\rgavs 1200", gap=4, end="Enter")
    expect(form.locator("#note")).to_have_value("Alvedon 500 mg\ngavs 1200\n")
    form.focus("[name=f_drug]")
    send_keys(form, "Alvedon 500 mg", gap=4, end="Enter")
    expect(form.locator("[name=f_drug]")).to_have_value("Alvedon 500 mg")
    expect(form.locator(".summary-bad")).to_have_count(0)


def test_somebody_quick_still_ticks_chooses_and_sends(form: Page) -> None:
    way = form.locator("[data-way=identity]")
    way.focus()
    form.keyboard.press("Space", delay=70)
    expect(way).to_be_checked()
    unit = form.locator("[name=f_dose_unit]")
    unit.focus()
    form.keyboard.press("Space", delay=70)
    expect(form.locator("select:open")).to_have_count(1)
    form.keyboard.press("Escape")
    form.focus("[name=f_dose]")
    send_keys(form, "5", gap=20, end="Enter")
    expect(form.locator(".summary-bad")).to_be_visible()
    expect(form.locator("[name=f_dose]")).to_have_value("5")
    open_form(form)


def test_half_a_code_that_the_radio_link_held_back_is_not_taken_for_a_whole_one(form: Page) -> None:
    form.focus("#note")
    send_keys(form, STRANGER[:10], gap=8)
    form.wait_for_function("() => document.querySelector('#note').value.length === 10")
    pause(form)
    expect(form.locator("#note")).to_have_value(STRANGER[:10])
    assert form.locator(".scan-said").inner_text() == ""


def test_nobody_who_types_is_taken_for_a_scanner(form: Page) -> None:
    form.locator("[data-way=identity]").check()
    form.focus("#identity")
    send_keys(form, STRANGER, gap=60, end="Tab")
    expect(form.locator("#name")).to_be_focused()
    expect(form.locator("#identity")).to_have_value(STRANGER)
    form.focus("#note")
    send_keys(form, "0" * 12, gap=30, held=True)  # a key that is held down
    expect(form.locator("#note")).to_have_value("0" * 12)
    assert form.locator(".scan-said").inner_text() == ""


def test_a_pasted_sheet_goes_to_its_field_and_a_pasted_number_stays(form: Page) -> None:
    paste = """([text, target]) => { const data = new DataTransfer(); data.setData("text/plain", text);
        return document.querySelector(target).dispatchEvent(
          new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
    assert form.evaluate(paste, [code_of(SHEET), "#note"]) is False, "it must not be pasted as well"
    expect(form.locator("#sheet")).to_have_value(SHEET)
    assert form.evaluate(paste, [ONE, "#note"]) is True
    assert chosen(form) is None
