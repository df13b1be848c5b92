"""A whole list of patients from whatever the ward has: read, shown, saved; the bad rows wait on the page."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from exports.cell_table import read_cells, read_pasted
from exports.patient_list import read_patient_list
from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import TEST_NUMBERS, unit
from tracker.extensions import db
from tracker.models import Event, Placement

Open = Callable[[str | None], Browser]
ONE, TWO, THREE = (f"{number[:8]}-{number[8:]}" for number in TEST_NUMBERS[:3])
LIST = f"Säng\tPersonnummer\tEfternamn\tFörnamn\n10\t{ONE}\tEtt\tAnna\n2\t{TWO[2:]}\tTvå\tBo\n"


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def read(browser: Browser, code: str = "ward", **sent: object) -> Page:
    with browser.client.application.app_context():
        chosen = unit(code).id
    return browser.post(f"/patients/import?unit={chosen}", sent)  # type: ignore[arg-type]


def save(browser: Browser, page: Page, code: str = "ward", **more: object) -> Page:
    with browser.client.application.app_context():
        chosen = unit(code).id
    form = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(good|day)" value="([^"]*)"', page.html)
    }
    others = re.findall(r'name="other" value="(\d+)"', page.html)
    pasted = re.search(r'name="pasted" hidden[^>]*>([^<]*)<', page.html)
    rest = {"pasted": html.unescape(pasted[1])} if pasted else {}
    return browser.post(f"/patients/import/confirm?unit={chosen}", {**form, **rest, "other": others, **more})


def counts(page: Page) -> tuple[int, ...]:
    """New, changed, unchanged, refused."""
    return tuple(int(number) for number in re.findall(r'class="number">(\d+)<', page.html))


def on_list(app: Flask, code: str = "ward") -> dict[str, tuple[str, str]]:
    with app.app_context():
        found = db.session.scalars(
            select(Placement).where(Placement.unit_id == unit(code).id, Placement.ended_at.is_(None))
        )
        return {one.patient.number: (one.bed, one.patient.name) for one in found}


def test_a_list_is_shown_then_saved_and_the_same_list_again_changes_nothing(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    page = read(nurse, pasted=LIST)
    assert counts(page) == (2, 0, 0, 0)
    assert on_list(app) == {}, "nothing is saved before it is confirmed"
    save(nurse, page)
    assert on_list(app) == {ONE: ("10", "Anna Ett"), TWO: ("2", "Bo Två")}
    with app.app_context():
        before = len(db.session.scalars(select(Event)).all())
    again = read(nurse, pasted=LIST)
    assert counts(again) == (0, 0, 2, 0)
    save(nurse, again)
    save(nurse, page)  # the page of the first time, sent once more
    with app.app_context():
        assert len(db.session.scalars(select(Event)).all()) == before


def test_good_rows_go_in_and_bad_ones_wait_to_be_mended(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    bad = f"{LIST}3\t19900101-2380\tFel\tSiffra\n4\t{ONE}\tEtt\tAnna\n5\t\tInget\tNummer\n"
    page = read(nurse, pasted=bad)
    assert counts(page) == (2, 0, 0, 3)
    assert "row 4, Identity number: The last digit does not fit the number." in page.html
    assert "Stands in row 2 already." in page.html
    left = save(nurse, page)
    assert set(on_list(app)) == {ONE, TWO}
    assert counts(left) == (0, 0, 2, 3)
    box = re.search(r'id="pasted" name="pasted"[^>]*>([^<]*)<', left.html)
    assert box
    mended = html.unescape(box[1]).replace("19900101-2380", THREE)
    page = read(nurse, pasted=mended)
    assert counts(page)[0] == 1
    save(nurse, page)
    assert on_list(app)[THREE] == ("3", "Siffra Fel")


def test_mending_before_saving_keeps_the_good_rows(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    page = read(nurse, pasted=f"{LIST}3\t19900101-2380\tFel\tSiffra\n")
    good = re.search(r'name="good" value="([^"]*)"', page.html)
    assert good
    page = read(nurse, pasted=f"säng;pnr\n3;{THREE}\n", good=html.unescape(good[1]))
    assert counts(page) == (3, 0, 0, 0)


def test_those_who_are_not_in_the_list_leave_only_when_it_is_said_and_only_those_shown(
    browser: Open, app: Flask
) -> None:
    nurse = browser("nurse")
    save(nurse, read(nurse, pasted=LIST))
    shorter = f"säng;pnr\n10;{ONE}\n"
    save(nurse, read(nurse, pasted=shorter))
    assert len(on_list(app)) == 2
    page = read(nurse, pasted=shorter)
    assert "take 1 other off the list" in page.html
    save(nurse, read(nurse, pasted=f"säng;pnr\n4;{THREE}\n"))
    save(nurse, page, all="y")
    assert set(on_list(app)) == {ONE, THREE}, "who came meanwhile was not agreed to"


def test_beds_change_and_another_name_is_pointed_out(browser: Open, app: Flask) -> None:
    nurse = browser("nurse")
    save(nurse, read(nurse, pasted=LIST))
    page = read(nurse, pasted=f"säng;pnr;namn\n11;{ONE};Helt Annan\n2;{TWO};Två, Bo\n")
    assert counts(page) == (0, 1, 1, 0)
    assert page.html.count("Registered with another name") == 1
    save(nurse, page)
    assert on_list(app)[ONE] == ("11", "Anna Ett")


def test_a_clinics_list_has_times_and_a_booking_that_moves_within_the_day_is_a_change(
    browser: Open, app: Flask
) -> None:
    nurse = browser("outsider")
    day = {"day": "2026-11-23"}
    head = "Datum;Tid;Pnr;Patient;Vårdgivare\n"
    first = f"{head}23/11;9.00;{ONE};Anna;Dr Palm\n24/11;0930;{ONE};Anna;Dr Palm\n;10:15;{TWO};Bo;\n"
    page = read(nurse, "clinic", pasted=first, **day)
    assert counts(page) == (3, 0, 0, 0)
    save(nurse, page, "clinic")
    moved = first.replace("9.00", "9.20")
    assert counts(read(nurse, "clinic", pasted=moved, **day)) == (0, 1, 2, 0)
    bad = read(nurse, "clinic", pasted=f"{head};kl 25;{THREE};C;\n31/2;9;{THREE};C;\n", **day)
    assert "Time: Enter a time as HH:MM." in bad.html
    assert "Date: Enter a date as YYYY-MM-DD." in bad.html


def test_a_workbook_with_human_mess(browser: Open, app: Flask) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Patientlista avdelning 10", None, "Utskriven", datetime(2026, 11, 23)])
    sheet.merge_cells("A1:B1")
    sheet.append([])
    sheet.append(["Sal", "Plats", "PERSON-NR", "Namn", "Diagnos", "Skyddad"])
    sheet.append([3, 2, int(TEST_NUMBERS[0]), "Anna  Ett", "I10", None])
    sheet.append([3, "1", TEST_NUMBERS[1][2:8] + " " + TEST_NUMBERS[1][8:], "Bo Två", None, "ja"])
    sheet.append([None, None, 102039801, "Nolla Borta", None, None])
    sheet.append([None, 5, "Okänd man 1", None, None, None])
    sheet.append([None, 6, '="1990"&"01012385"', "Formel", None, None])
    sheet.row_dimensions[5].hidden = True
    out = io.BytesIO()
    book.save(out)
    nurse = browser("nurse")
    page = read(nurse, file=(io.BytesIO(out.getvalue()), "lista.xlsx"))
    assert counts(page) == (3, 0, 0, 2)
    assert "1 row is hidden in the file" in page.html
    assert "Nine digits: Excel may have dropped a zero" in page.html
    assert "The formula has no saved result" in page.html
    assert "Columns that are not used here: Diagnos." in page.html
    save(nurse, page)
    found = on_list(app)
    assert found[ONE] == ("3:2", "Anna Ett")
    assert found[TWO] == ("3:1", "Bo Två")
    assert found["Okänd man 1"] == ("5", "")
    with app.app_context():
        protected = db.session.scalars(select(Placement)).all()
        assert {one.patient.number for one in protected if one.patient.protected} == {TWO}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"4 \t {ONE}\tAnna Ett\n12\t{TWO}\tBo Två", ("4", ONE, "Anna Ett", "")),
        (f"{ONE};Anna Ett;08:30;Dr Palm\n{TWO};Bo Två;09:00;Dr Palm", ("", ONE, "Anna Ett", "08:30")),
        (f"{ONE}\n{TWO}\n", ("", ONE, "", "")),
        (f"Namn,Personal identity number,Bed\nAnna Ett,{ONE},4", ("4", ONE, "Anna Ett", "")),
        (f"Anna Ett\t\t{ONE}\nBo Två\t\t{TWO}", ("", ONE, "Anna Ett", "")),
    ],
)
def test_columns_are_found_by_header_or_by_content(text: str, expected: tuple[str, ...]) -> None:
    row = read_patient_list(read_pasted(text)).rows[0]
    assert tuple(row.cells[key] for key in ("bed", "identity", "name", "time")) == expected


def test_what_is_no_list_is_told_and_what_was_pasted_stays(browser: Open) -> None:
    nurse = browser("nurse")
    assert read(nurse).status == 422
    page = read(nurse, pasted="hej hopp")
    assert counts(page) == (0, 0, 0, 1)
    assert "hej hopp" in page.html
    assert read(nurse, file=(io.BytesIO(b"\xd0\xcf\x11\xe0"), "gammal.xls")).status == 422
    assert read(nurse, pasted="x", good="forged").status == 422
    with pytest.raises(Exception, match="file"):
        read_cells(io.BytesIO(b""), "x.png")
