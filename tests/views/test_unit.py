"""Units for the administrator; local routines for the unit's manager, to read for all who work there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import ALL_SYSTEMS, declare, item_of, log, unit
from tracker.extensions import db
from tracker.models import Item, Unit

Fetch = Callable[[str | None], Browser]
NEW = {"code": "avd-1", "name": "Avdelning 1", "site": "Gävle", "kind": "ward", "systems": ["melior", "elvis"]}
CHANGE = "/units/ward/local-routine/change"
READ = "/units/ward/local-routine"
TYPING = "item-medspeech.dictation-type-dictation"


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def seen(page: Page) -> str:
    found = re.search(r'name="seen"[^>]*value="(\d+)"', page.html)
    assert found
    return found[1]


def local(**changes: Any) -> dict[str, Any]:
    return {"systems": list(ALL_SYSTEMS), **changes}


def test_a_unit_is_created_and_listed_under_its_site(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    assert admin.post("/new-unit", NEW).status == 200
    assert "Avdelning 1" in admin.get("/units").html
    with app.app_context():
        assert unit("avd-1").systems == ("melior", "elvis")


def test_a_refused_unit_keeps_what_was_typed(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    page = admin.post("/new-unit", {**NEW, "code": "ward"})
    assert page.status == 422
    assert 'value="Avdelning 1"' in page.html
    assert 'id="code-error"' in page.html
    assert admin.post("/new-unit", {**NEW, "kind": "palace"}).status == 422
    assert admin.post("/new-unit", {**NEW, "systems": ["cosmic"]}).status == 422
    empty = admin.post("/new-unit", {})
    assert {f'id="{name}-error"' in empty.html for name in ("code", "name", "site", "kind")} == {True}
    with app.app_context():
        assert db.session.query(Unit).count() == 3


def test_a_unit_called_new_can_be_opened(browser: Fetch) -> None:
    admin = browser("admin")
    admin.post("/new-unit", {**NEW, "code": "new"})
    assert "Avdelning 1" in admin.get("/units/new").html


def test_a_unit_is_changed_and_put_out_of_use(browser: Fetch, app: Flask) -> None:
    form = {"name": "Avdelning 10 B", "site": "Bollnäs", "kind": "clinic", "systems": ["pmo"]}
    assert browser("admin").post("/units/ward", form).status == 200
    with app.app_context():
        found = unit("ward")
        assert (found.name, found.site, found.kind, found.systems, found.active) == (
            "Avdelning 10 B",
            "Bollnäs",
            "clinic",
            ("pmo",),
            False,
        )


def test_a_unit_without_a_manager_stands_out(browser: Fetch) -> None:
    assert browser("admin").get("/units").html.count("nobody can sign off") == 1  # the emergency department


def test_there_is_no_such_unit(browser: Fetch) -> None:
    assert browser("admin").get("/units/nowhere").status == 404
    assert browser("admin").get("/units/nowhere/local-routine").status == 404


def test_staff_read_their_own_units_local_routine_and_no_other(browser: Fetch) -> None:
    nurse = browser("nurse")
    page = nurse.get("/local-routine")
    assert "Avdelning 10" in page.html
    assert CHANGE not in page.html
    assert nurse.get("/units/clinic/local-routine").status == 404
    for login in ("director", "admin", "it"):
        assert browser(login).get(READ).status == 200
    assert browser("admin").get("/local-routine").status == 404


def test_only_the_units_manager_changes_it(browser: Fetch, app: Flask) -> None:
    for login, status in (("nurse", 403), ("admin", 403), ("director", 403), ("outsider", 403)):
        assert browser(login).get(CHANGE).status == status
        assert browser(login).post(CHANGE, local(signs_on_paper="y")).status == status
    assert browser("manager2").get("/units/clinic/local-routine/change").status == 404
    with app.app_context():
        assert not unit().signs_on_paper


def test_what_the_manager_sets_is_read_by_all(browser: Fetch) -> None:
    manager = browser("manager")
    form = local(
        **{TYPING: "other_clinician", "duty-empty-dr-edi": "nurse", "signs_on_paper": "y"},
        **{"facts-0-kind": "fax", "facts-0-label": "Provsvar", "facts-0-value": "026-15 40 00"},
        **{"facts-1-kind": "place", "facts-1-label": "", "facts-1-value": ""},
    )
    assert manager.post(CHANGE, form).status == 200
    page = browser("nurse").get(READ)
    assert "026-15 40 00" in page.html
    assert page.html.count('<span class="own">Other clinician</span>') >= 2
    assert "may be signed on the paper reply" in page.html
    again = manager.get(CHANGE)
    assert re.search(r'<option selected value="other_clinician">', again.html)
    assert 'value="026-15 40 00"' in again.html
    assert again.html.count('name="facts-') == 9  # one row that is filled in and two empty ones


def test_saving_says_how_many_open_tasks_moved(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        item = item_of(log(declare("medspeech"), "medspeech.dictation"), "type-dictation").id
    page = browser("manager").post(CHANGE, local(**{TYPING: "nurse"}))
    assert "1 open task moved" in page.html
    with app.app_context():
        found = db.session.get(Item, item)
        assert found
        assert found.roles == ("nurse",)


def test_saving_the_same_again_changes_nothing(browser: Fetch) -> None:
    manager = browser("manager")
    form = local(**{TYPING: "nurse"})
    manager.post(CHANGE, form)
    assert "moved" not in manager.post(CHANGE, form).html
    assert (
        "history" not in manager.get(READ).html
        or manager.get("/history?verb=local-routine-set").html.count("<strong>Local routine changed</strong>") == 1
    )


def test_a_number_without_a_name_is_refused_and_kept(browser: Fetch, app: Flask) -> None:
    form = local(**{TYPING: "nurse", "facts-0-kind": "phone", "facts-0-label": "", "facts-0-value": "026-15 11 22"})
    page = browser("manager").post(CHANGE, form)
    assert page.status == 422
    assert 'value="026-15 11 22"' in page.html
    assert re.search(r'<option selected value="nurse">', page.html)
    assert page.html.count('name="facts-') == 9
    with app.app_context():
        assert unit().item_rules == []


def test_a_role_that_is_not_offered_is_refused(browser: Fetch) -> None:
    assert browser("manager").post(CHANGE, local(**{TYPING: "director"})).status == 422


def test_rules_of_a_system_that_is_ticked_off_are_kept_for_later(browser: Fetch, app: Flask) -> None:
    manager = browser("manager")
    manager.post(CHANGE, local(**{TYPING: "nurse"}))
    manager.post(CHANGE, {"systems": ["pmo"], TYPING: "nurse"})
    manager.post(CHANGE, {"systems": ["pmo"]})
    with app.app_context():
        assert [(rule.kind, rule.role) for rule in unit().item_rules] == [("medspeech.dictation", "nurse")]
        assert unit().systems == ("pmo",)


def test_the_second_of_two_managers_is_told_who_came_first(browser: Fetch, app: Flask) -> None:
    first, second = browser("manager"), browser("manager2")
    opened = seen(second.get(CHANGE))
    first.post(CHANGE, local(**{TYPING: "nurse", "seen": seen(first.get(CHANGE))}))
    form = local(**{TYPING: "physician", "seen": opened})
    refused = second.post(CHANGE, form)
    assert refused.status == 409
    assert "Maria Mård" in refused.html
    assert re.search(r'<option selected value="physician">', refused.html)
    with app.app_context():
        assert [rule.role for rule in unit().item_rules] == ["nurse"]
    second.post(CHANGE, {**form, "seen": seen(refused)})
    with app.app_context():
        assert [rule.role for rule in unit().item_rules] == ["physician"]
