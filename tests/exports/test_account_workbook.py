"""Units and accounts from a workbook: template, preview, import, and files that are not what they say."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook

from exports.account_workbook import MAX_ROWS, build_account_workbook
from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import unit, user
from tracker.extensions import db
from tracker.models import Event, Role, Unit, User
from tracker.services.event import CommandLine
from tracker.services.user import UserEntry, create_user

Fetch = Callable[[str | None], Browser]
UNITS = ["Code", "Name", "Site", "Kind", "Melior", "PMO"]
USERS = ["User name", "Name", "Role", "Works in", "Manages", "In use"]
NEW_UNIT = ["hc-1", "Hälsocentral 1", "Bollnäs", "Health centre", "", "x"]
NEW_USER = ["anna.berg", "Anna Berg", "Medical secretary", "hc-1, ward", "hc-1", ""]


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def workbook(units: Sequence[Sequence[Any]] = (), users: Sequence[Sequence[Any]] = ()) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, head, rows in (("Units", UNITS, units), ("Users", USERS, users)):
        sheet = book.create_sheet(title)
        for row in (head, *rows):
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(browser: Browser, content: bytes, name: str = "konton.xlsx") -> Page:
    return browser.post(
        "/users/import", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data", follow=False
    )


def confirm(browser: Browser, preview: Page) -> Page:
    found = re.search(r'name="rows" value="([^"]+)"', preview.html)
    assert found, "the preview can be confirmed"
    return browser.post("/users/import/confirm", {"rows": found[1]})


def faults(page: Page) -> list[tuple[str, ...]]:
    """(sheet, row, column, message) of each fault that is told."""
    rows = re.findall(r"<tr><td[^>]*>(.*?)</td><td[^>]*>(\d+)</td><td[^>]*>(.*?)</td><td>(.*?)</td></tr>", page.html)
    return [tuple(row) for row in rows]


def test_units_and_users_are_created_after_a_preview(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    preview = upload(admin, workbook([NEW_UNIT], [NEW_USER]))
    assert preview.status == 200
    assert "Hälsocentral 1" in preview.html
    with app.app_context():
        assert db.session.query(Unit).count() == 3, "nothing is saved yet"
    done = confirm(admin, preview)
    assert re.findall(r'slip-login">([\w.]+)<', done.html) == ["anna.berg"]
    with app.app_context():
        made = unit("hc-1")
        assert (made.name, made.site, made.kind, made.systems) == (
            "Hälsocentral 1",
            "Bollnäs",
            "health_centre",
            ("pmo",),
        )
        anna = user("anna.berg")
        assert (anna.role, anna.password_hash) == ("secretary", None)
        assert {row.unit.code: row.manages for row in anna.memberships} == {"hc-1": True, "ward": False}
    link = re.search(r"http://localhost:8000(/link/[\w-]+)", done.html)
    assert link
    assert browser(None).get(link[1]).status == 200


def test_handing_in_twice_changes_nothing(browser: Fetch, app: Flask) -> None:
    admin, content = browser("admin"), workbook([NEW_UNIT], [NEW_USER])
    preview = upload(admin, content)
    confirm(admin, preview)
    with app.app_context():
        lines = db.session.query(Event).filter(Event.verb.in_(("created", "changed", "link-issued"))).count()
    assert "There is nothing to save" in upload(admin, content).html
    again = confirm(admin, preview)  # the button pressed twice
    assert again.status == 200
    assert "no links to hand over" in again.html
    with app.app_context():
        assert db.session.query(Event).filter(Event.verb.in_(("created", "changed", "link-issued"))).count() == lines


def test_the_workbook_with_everything_changes_nothing_in_either_language(browser: Fetch) -> None:
    admin = browser("admin")
    for language in ("en", "sv"):
        admin.post("/language", {"language": language})
        content = admin.client.get("/users/import/template.xlsx?filled=1").data
        admin.post("/language", {"language": "en"})
        page = upload(admin, content)
        assert page.status == 200
        assert "There is nothing to save" in page.html


def test_the_empty_workbook_has_two_sheets_with_drop_downs(browser: Fetch) -> None:
    content = browser("admin").client.get("/users/import/template.xlsx").data
    book = load_workbook(io.BytesIO(content))
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] == ["Units", "Users"]
    assert book["Users"].max_row == 1
    lists = [
        f"{sheet.title} {rule.sqref}"
        for sheet in (book["Units"], book["Users"])
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    ]
    assert len(lists) == 11  # kind, seven systems, in use; role, in use
    values = [cell.value for row in book["lists"].iter_rows() for cell in row if cell.value]
    assert {"Nurse", "Medical secretary", "Health centre", "Yes", "No", "x"} <= set(values)


def test_what_changes_is_shown_before_and_after(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    row = ["nurse", "Nora Ny", "Physician", "clinic", "ward", "no"]
    preview = upload(admin, workbook([], [row]))
    for text in ("Nora Nyström", "Nora Ny", "Physician", "<del>ward</del> → <ins>clinic</ins>", "<ins>No</ins>"):
        assert text in preview.html
    confirm(admin, preview)
    with app.app_context():
        nurse = user("nurse")
        assert (nurse.name, nurse.role, nurse.active) == ("Nora Ny", "physician", False)


def test_every_fault_is_told_with_sheet_row_and_column_and_nothing_is_saved(browser: Fetch, app: Flask) -> None:
    units = [
        ["bad code", "Namn", "Gävle", "Ward", "", ""],
        ["u-2", "", "Gävle", "Palace", "", "perhaps"],
        ["u-3", "Namn", "Gävle", "Ward"],
        ["u-3", "Namn", "Gävle", "Ward"],
    ]
    users = [["Ånna", "Anna", "Nurse"], ["bo", "Bo", "King", "u-3 nowhere", "", "maybe"], [], ["nurse", "", "Nurse"]]
    page = upload(browser("admin"), workbook(units, users))
    assert page.status == 422
    assert {row[:3] for row in faults(page)} == {
        ("Units", "2", "Code"),
        ("Units", "3", "Name"),
        ("Units", "3", "Kind"),
        ("Units", "3", "PMO"),
        ("Units", "5", "Code"),
        ("Users", "2", "User name"),
        ("Users", "3", "Role"),
        ("Users", "3", "Works in"),
        ("Users", "3", "In use"),
        ("Users", "5", "Name"),
    }
    assert "nowhere" in page.html
    assert 'name="rows"' not in page.html
    with app.app_context():
        assert (db.session.query(Unit).count(), db.session.query(User).count()) == (3, 12)


def test_the_only_administrator_cannot_be_taken_away_but_can_be_replaced(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    gone = ["admin", "Ada Alm", "Nurse", "ward"]
    assert upload(admin, workbook([], [gone])).status == 422
    preview = upload(admin, workbook([], [gone, ["boss", "Bo Bok", "Administrator"]]))
    assert preview.status == 200
    confirm(admin, preview)
    with app.app_context():
        assert user("admin").role is Role.NURSE


def test_a_large_workbook_is_saved_in_portions_until_nothing_is_left(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    rows = [[f"user{number}", "Namn Namnsson", "Nurse", "u-1"] for number in range(399)]
    page = confirm(admin, upload(admin, workbook([["u-1", "Enhet", "Gävle", "Ward"]], rows)))
    assert "200 rows of the workbook are left" in page.html
    links = re.findall(r"/link/[\w-]+", page.html)
    page = confirm(admin, page)
    assert "left" not in page.html
    links += re.findall(r"/link/[\w-]+", page.html)
    with app.app_context():
        assert db.session.query(User).count() == 12 + 399
    assert len(set(links)) == 399


def test_what_changed_after_the_preview_is_shown_again(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    preview = upload(
        admin, workbook([], [["admin", "Ada Alm", "Nurse", "ward"], ["boss", "Bo", "Administrator", "", "", "yes"]])
    )
    with app.app_context():
        create_user(UserEntry("boss", "Bo", Role.ADMINISTRATOR), actor=CommandLine())
        db.session.commit()
    assert confirm(admin, preview).status == 200  # made by somebody else in between: no fault
    with app.app_context():
        assert db.session.query(User).filter_by(login="boss").count() == 1


@pytest.mark.parametrize("rows", ["", "nonsense", "eyJ1bml0cyI6W119.abc.def"])
def test_rows_that_were_not_shown_are_refused(browser: Fetch, rows: str) -> None:
    page = browser("admin").post("/users/import/confirm", {"rows": rows})
    assert page.status == 422
    assert "Choose the workbook again" in page.html


def test_another_administrators_preview_cannot_be_confirmed(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        create_user(UserEntry("boss", "Bo", Role.ADMINISTRATOR), actor=CommandLine())
        db.session.commit()
    preview = upload(browser("admin"), workbook([], [NEW_USER[:3]]))
    assert confirm(browser("boss"), preview).status == 422


def test_others_can_neither_read_nor_hand_in(browser: Fetch) -> None:
    for login in ("nurse", "manager", "director", "it"):
        assert browser(login).get("/users/import").status == 403
        assert browser(login).client.get("/users/import/template.xlsx?filled=1").status_code == 403
        assert upload(browser(login), workbook()).status == 403


def test_a_sheet_without_its_first_column_or_with_too_many_rows_is_refused(browser: Fetch) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Users"
    sheet.append(["Name", "Role"])
    out = io.BytesIO()
    book.save(out)
    assert "User name" in upload(browser("admin"), out.getvalue()).html
    sheet.title = "Something"
    out = io.BytesIO()
    book.save(out)
    assert "Begin with the template" in upload(browser("admin"), out.getvalue()).html
    rows = [[f"user{number}", "Namn", "Nurse"] for number in range(MAX_ROWS + 1)]
    page = upload(browser("admin"), workbook([], rows))
    assert page.status == 422
    assert "Split the workbook" in page.html


def test_text_that_looks_like_a_formula_stays_text(app: Flask) -> None:
    with app.test_request_context():
        unit().name = "=1+1"
        user("nurse").name = "@SUM(A1)"
        book = load_workbook(io.BytesIO(build_account_workbook([unit()], [user("nurse")])))
    assert (book.worksheets[0]["B2"].value, book.worksheets[0]["B2"].data_type) == ("=1+1", "s")
    assert (book.worksheets[1]["B2"].value, book.worksheets[1]["B2"].data_type) == ("@SUM(A1)", "s")


def test_numbers_in_cells_are_read_as_they_are_seen(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    confirm(admin, upload(admin, workbook([[10.0, "Avdelning", "Gävle", "Ward", True, None]])))
    with app.app_context():
        assert unit("10").systems == ("melior",)
