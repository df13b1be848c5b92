"""The administrator's pages of accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.english import speak_english
from tests.page import Browser, Page
from tests.region import unit, user
from tracker.extensions import db
from tracker.models import OneTimeLink, Role, User
from tracker.services.event import CommandLine
from tracker.services.login import set_password
from tracker.services.user import UserEntry, create_user

Fetch = Callable[[str | None], Browser]
NEW = {"login": "anna.berg", "name": "Anna Berg", "role": "secretary", "units": ["ward"]}


@pytest.fixture(autouse=True)
def english(app: Flask) -> None:
    speak_english(app)


def number(app: Flask, login: str) -> int:
    with app.app_context():
        return user(login).id


def stored(app: Flask, login: str) -> dict[str, Any]:
    with app.app_context():
        found = user(login)
        return {
            "name": found.name,
            "role": found.role.value,
            "active": found.active,
            "works": sorted(row.unit.code for row in found.memberships if row.works),
            "manages": sorted(row.unit.code for row in found.memberships if row.manages),
        }


def seen(page: Page) -> str:
    found = re.search(r'name="seen"[^>]*value="(\d+)"', page.html)
    assert found
    return found[1]


@pytest.mark.parametrize("login", ["nurse", "manager", "director", "it"])
@pytest.mark.parametrize(
    "url", ["/users", "/users/new", "/users/1", "/users/import", "/units", "/new-unit", "/units/ward"]
)
def test_accounts_are_the_administrators_alone(browser: Fetch, login: str, url: str) -> None:
    assert browser(login).get(url).status == 403


def test_the_list_finds_people_by_part_of_name_whatever_the_case(browser: Fetch) -> None:
    admin = browser("admin")
    assert "Måns Möller" in admin.get("/users?q=MÖLL+måns").html
    assert "Nora" not in admin.get("/users?q=MÖLL+måns").html
    assert "Nobody fits" in admin.get("/users?q=no+such+person").html


def test_the_list_is_filtered_by_unit_role_and_account(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    with app.app_context():
        clinic = unit("clinic").id
        set_password(user("nurse2"), "fisken simmar 4711", actor=CommandLine())
        db.session.commit()
    html = admin.get(f"/users?unit={clinic}").html
    assert "Ute Udd" in html
    assert "Nora" not in html
    assert "Peter Palm" in admin.get("/users?role=physician").html
    managers = admin.get("/users?role=unit_manager").html
    assert "Maria Mård" in managers
    assert "Sara Sjö" not in managers
    without = admin.get("/users?status=new").html
    assert "Nora Nyström" in without
    assert "Nils Norberg" not in without


@pytest.mark.parametrize(
    "query", ["page=99", "unit=99999999999999999999", "role=nothing", "status=x", "page=-3", "page=x"]
)
def test_a_strange_address_is_no_fault(browser: Fetch, query: str) -> None:
    assert browser("admin").get(f"/users?{query}").status == 200


def test_creating_a_user_shows_a_link_that_works_once(browser: Fetch, app: Flask) -> None:
    page = browser("admin").post("/users/new", NEW)
    assert page.status == 200
    link = re.search(r"http://localhost:8000(/link/[\w-]+)", page.html)
    assert link
    newcomer = browser(None)
    assert "Anna Berg" in newcomer.get(link[1]).html
    chosen = {"password": "korvar i lådan 77", "again": "korvar i lådan 77"}
    newcomer.post(link[1], chosen)
    assert newcomer.get(link[1]).status == 404
    assert newcomer.post("/login", {"login": "Anna.Berg", "password": chosen["password"]}).status == 200
    assert stored(app, "anna.berg")["works"] == ["ward"]


def test_a_refused_form_keeps_what_was_typed(browser: Fetch, app: Flask) -> None:
    page = browser("admin").post("/users/new", {**NEW, "login": "Anna Berg!", "manages": ["clinic"]})
    assert page.status == 422
    assert 'value="Anna Berg!"' in page.html
    assert re.search(r'name="manages" value="clinic" checked', page.html)
    assert 'value="secretary"' in page.html
    with app.app_context():
        assert db.session.query(User).filter_by(name="Anna Berg").count() == 0


@pytest.mark.parametrize("missing", ["login", "name", "role"])
def test_what_is_missing_is_said_at_the_field(browser: Fetch, missing: str) -> None:
    page = browser("admin").post("/users/new", {**NEW, missing: ""})
    assert page.status == 422
    assert f'id="{missing}-error"' in page.html


def test_a_unit_or_role_that_does_not_exist_is_refused(browser: Fetch) -> None:
    admin = browser("admin")
    assert admin.post("/users/new", {**NEW, "units": ["nowhere"]}).status == 422
    assert admin.post("/users/new", {**NEW, "role": "king"}).status == 422


def test_sending_the_form_twice_makes_one_user_and_points_to_it(browser: Fetch, app: Flask) -> None:
    admin = browser("admin")
    admin.post("/users/new", NEW)
    second = admin.post("/users/new", NEW)
    assert second.status == 422
    assert f'href="/users/{number(app, "anna.berg")}"' in second.html
    with app.app_context():
        assert db.session.query(User).filter_by(login="anna.berg").count() == 1


def test_an_account_is_changed(browser: Fetch, app: Flask) -> None:
    admin, url = browser("admin"), f"/users/{number(app, 'nurse')}"
    form = {"name": "Nora Ny", "role": "physician", "units": ["clinic"], "manages": ["ward"], "active": "y"}
    assert "saved" in admin.post(url, form).html
    assert stored(app, "nurse") == {
        "name": "Nora Ny",
        "role": "physician",
        "active": True,
        "works": ["clinic"],
        "manages": ["ward"],
    }


def test_an_account_out_of_use_loses_its_session_at_once(browser: Fetch, app: Flask) -> None:
    nurse = browser("nurse")
    assert nurse.get("/account").status == 200
    url = f"/users/{number(app, 'nurse')}"
    browser("admin").post(url, {"name": "Nora", "role": "nurse", "units": ["ward"]})
    assert stored(app, "nurse")["active"] is False
    assert nurse.get("/account", follow=False).status == 302


def test_the_only_administrator_cannot_be_put_out_of_use(browser: Fetch, app: Flask) -> None:
    admin, url = browser("admin"), f"/users/{number(app, 'admin')}"
    page = admin.post(url, {"name": "Ada Alm", "role": "administrator"})
    assert page.status == 422
    assert "only administrator" in page.html
    assert admin.post(url, {"name": "Ada Alm", "role": "nurse", "active": "y"}).status == 422
    assert stored(app, "admin")["role"] == "administrator"


def test_the_second_of_two_administrators_is_told_who_came_first(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        create_user(UserEntry("admin2", "Bo Bok", Role.ADMINISTRATOR), actor=CommandLine())
        db.session.commit()
    first, second, url = browser("admin"), browser("admin2"), f"/users/{number(app, 'nurse')}"
    opened = seen(second.get(url))
    first.post(url, {"name": "Nora Ett", "role": "nurse", "active": "y", "seen": seen(first.get(url))})
    form = {"name": "Nora Två", "role": "nurse", "active": "y", "seen": opened}
    refused = second.post(url, form)
    assert refused.status == 409
    assert "Ada Alm" in refused.html
    assert 'value="Nora Två"' in refused.html
    assert stored(app, "nurse")["name"] == "Nora Ett"
    assert second.post(url, {**form, "seen": seen(refused)}).status == 200
    assert stored(app, "nurse")["name"] == "Nora Två"


def test_a_new_link_puts_the_old_one_out_of_use(browser: Fetch, app: Flask) -> None:
    admin, url = browser("admin"), f"/users/{number(app, 'nurse')}/link"
    links = [re.search(r"localhost:8000(/link/[\w-]+)", admin.post(url).html) for _time in range(2)]
    assert links[0]
    assert links[1]
    newcomer = browser(None)
    assert newcomer.get(links[0][1]).status == 404
    assert newcomer.get(links[1][1]).status == 200


def test_no_link_for_an_account_out_of_use_or_for_others_than_the_administrator(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        user("nurse").active = False
        db.session.commit()
    url = f"/users/{number(app, 'nurse')}/link"
    assert "not in use" in browser("admin").post(url).html
    assert browser("manager").post(url).status == 403
    with app.app_context():
        assert db.session.query(OneTimeLink).count() == 0


def test_links_for_all_without_a_password_are_made_in_one_go(browser: Fetch, app: Flask) -> None:
    with app.app_context():
        clinic = unit("clinic").id
    page = browser("admin").post("/users/links", {"unit": clinic})
    assert set(re.findall(r'slip-login">(\w+)<', page.html)) == {"manager", "outsider"}
    assert len(set(re.findall(r"/link/[\w-]+", page.html))) == 2


def test_there_is_no_such_user(browser: Fetch) -> None:
    admin = browser("admin")
    assert admin.get("/users/9999").status == 404
    assert admin.get("/users/99999999999999999999").status == 404
    assert admin.post("/users/9999", {"name": "x"}).status == 404
