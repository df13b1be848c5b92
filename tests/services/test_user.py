"""Accounts: what is refused, and what a change does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.region import user
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.models import Event, LoginSession, Role
from tracker.services.event import CommandLine
from tracker.services.login import open_session
from tracker.services.user import UserEntry, change_user, create_user

pytestmark = pytest.mark.usefixtures("context")


def entry(login: str = "anna.berg", **changes: object) -> UserEntry:
    values: dict[str, object] = {"login": login, "name": "Anna Berg", "role": Role.NURSE, "units": ("ward",)}
    return UserEntry(**{**values, **changes})  # type: ignore[arg-type]


def faults_of(entry_: UserEntry) -> set[str]:
    with pytest.raises(Invalid) as refused:
        create_user(entry_, actor=CommandLine())
    return set(refused.value.faults)


def test_a_new_user_has_role_and_units_and_no_password() -> None:
    made = create_user(entry("Anna.Berg", manages=("clinic",)), actor=user("admin"))
    assert (made.login, made.role, made.password_hash, made.active) == ("anna.berg", Role.NURSE, None, True)
    assert {membership.unit.code for membership in made.memberships if membership.works} == {"ward"}
    assert {membership.unit.code for membership in made.memberships if membership.manages} == {"clinic"}
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.verb, event.actor_name, event.subject_id) == ("created", "Ada Alm", str(made.id))
    assert event.after and event.after["units"] == ["ward"]


@pytest.mark.parametrize("login", ["", "a", "anna berg", "åsa", "-anna", "a" * 61, "anna\n", "anna@example.org"])
def test_a_user_name_is_small_letters_digits_dots(login: str) -> None:
    # Spaces and line ends around a name are taken away, so a name that is right inside passes.
    if login.strip() == "anna":
        assert create_user(entry(login), actor=CommandLine()).login == "anna"
    else:
        assert faults_of(entry(login)) == {"/login"}


def test_a_user_name_is_used_once_whatever_its_case() -> None:
    assert faults_of(entry("NURSE")) == {"/login"}


def test_name_and_units_are_checked_together() -> None:
    assert faults_of(entry(name=" ", units=("ward", "nowhere"), manages=("elsewhere",))) == {
        "/name",
        "/units",
        "/manages",
    }
    assert faults_of(entry(name="x" * 121)) == {"/name"}


def test_changing_units_keeps_what_stays_and_takes_away_the_rest() -> None:
    manager = user("manager")
    kept = next(membership for membership in manager.memberships if membership.unit.code == "ward")
    change_user(
        manager,
        UserEntry("manager", "Maria Mård", Role.NURSE, units=("ward", "emergency"), manages=()),
        True,
        actor=user("admin"),
    )
    assert {membership.unit.code: membership.manages for membership in manager.memberships} == {
        "ward": False,
        "emergency": False,
    }
    assert kept in manager.memberships


def test_saving_without_a_change_writes_no_line() -> None:
    before = db.session.query(Event).count()
    change_user(user("nurse"), UserEntry("nurse", "Nora Nyström", Role.NURSE, ("ward",)), True, actor=user("admin"))
    assert db.session.query(Event).count() == before


def test_taking_an_account_out_of_use_ends_its_sessions() -> None:
    nurse = user("nurse")
    open_session(nurse)
    db.session.flush()
    change_user(nurse, UserEntry("nurse", "Nora Nyström", Role.NURSE, ("ward",)), False, actor=user("admin"))
    assert db.session.scalars(select(LoginSession).where(LoginSession.user_id == nurse.id)).all() == []


@pytest.mark.parametrize(("role", "active", "pointer"), [("administrator", False, "/active"), ("nurse", True, "/role")])
def test_the_only_administrator_stays_one(role: str, active: bool, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        change_user(user("admin"), UserEntry("admin", "Ada Alm", Role(role)), active, actor=user("admin"))
    assert set(refused.value.faults) == {pointer}
    create_user(UserEntry("admin2", "Bo Bok", Role.ADMINISTRATOR), actor=CommandLine())
    change_user(user("admin"), UserEntry("admin", "Ada Alm", Role(role)), active, actor=user("admin"))
    assert user("admin").active is active
