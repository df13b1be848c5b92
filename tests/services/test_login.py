"""Passwords, one-time links and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.region import user
from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.models import ApiToken, LoginSession, OneTimeLink, User
from tracker.services.event import CommandLine
from tracker.services.login import (
    check_password,
    choose_unit,
    create_first_administrator,
    create_token,
    find_link,
    find_session,
    find_token,
    issue_link,
    log_in,
    log_out,
    open_session,
    set_password,
    use_link,
)

pytestmark = pytest.mark.usefixtures("context")
PASSWORD = "fisken simmar 4711"


@pytest.mark.parametrize(
    "password", ["", "kort", "sju tkn", "x" * 201, "aaaaaaaaaaaaaaaa", "nurse nurse nurse", "Nurse2026", "abababababab"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "nurse")
    assert set(refused.value.faults) == {"/password"}


@pytest.mark.parametrize(
    "password", ["åtta tkn", "nurse i natten", "x1y2z3" * 33, "lösenord på åäö", "   mellanslag i början"]
)
def test_a_long_password_of_any_signs_is_accepted(password: str) -> None:
    set_password(user("nurse"), password, actor=user("nurse"))
    assert log_in("nurse", password).user.login == "nurse"
    with pytest.raises(Invalid):
        log_in("nurse", password.strip() + "!")


def test_the_password_and_the_tokens_are_not_in_the_database() -> None:
    set_password(user("nurse"), PASSWORD, actor=user("nurse"))
    tokens = [open_session(user("nurse")), issue_link(user("nurse"), actor=CommandLine())]
    tokens.append(create_token(user("nurse"), actor=CommandLine()))
    db.session.flush()
    everything = " ".join(
        str(value)
        for model in (User, LoginSession, OneTimeLink, ApiToken)
        for row in db.session.execute(select(model.__table__))
        for value in row
    )
    assert user("nurse").password_hash is not None
    assert str(user("nurse").password_hash).startswith("$argon2id$")
    for secret in (PASSWORD, *tokens):
        assert secret not in everything


def test_eight_wrong_passwords_lock_the_account_for_ten_minutes() -> None:
    set_password(user("nurse"), PASSWORD, actor=user("nurse"))
    with time_machine.travel(utcnow(), tick=False) as clock:
        for _try in range(8):
            with pytest.raises(Invalid):
                log_in("nurse", "fel")
        with pytest.raises(Invalid):
            log_in("nurse", PASSWORD)
        clock.shift(timedelta(minutes=9, seconds=59))
        with pytest.raises(Invalid):
            log_in("nurse", PASSWORD)
        clock.shift(timedelta(seconds=2))
        assert log_in("nurse", PASSWORD).user.failed_logins == 0


def test_the_right_password_forgets_the_wrong_ones() -> None:
    set_password(user("nurse"), PASSWORD, actor=user("nurse"))
    for _round in range(3):
        for _try in range(7):
            with pytest.raises(Invalid):
                log_in("nurse", "fel")
        assert log_in("nurse", PASSWORD)


def test_the_refusal_says_the_same_whatever_was_wrong() -> None:
    for login in ("nurse", "nurse2", "physician"):
        set_password(user(login), PASSWORD, actor=user(login))
    user("nurse2").active = False
    user("physician").locked_until = utcnow() + timedelta(minutes=5)
    tries = [
        ("nobody", "x"),
        ("nurse", "fel"),
        ("nurse2", PASSWORD),
        ("physician", PASSWORD),
        ("secretary", ""),
        ("", ""),
    ]
    words = set()
    for login, password in tries:
        with pytest.raises(Invalid) as refused:
            log_in(login, password)
        words.add(str(refused.value.faults))
    assert len(words) == 1


def test_a_session_ends_with_rest_with_its_hours_and_at_log_out() -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        token = open_session(user("nurse"))
        db.session.flush()
        clock.shift(timedelta(minutes=59))
        found = find_session(token)
        assert found is not None
        clock.shift(timedelta(minutes=1))
        assert find_session(token) is None
        for _hour in range(11):
            found.last_seen_at = utcnow()
            assert (find_session(token) is not None) == (utcnow() < found.expires_at)
            clock.shift(timedelta(minutes=59))
        assert find_session(token) is None
        other = open_session(user("nurse"))
        db.session.flush()
        opened = find_session(other)
        assert opened is not None
        log_out(opened)
        db.session.flush()
        assert find_session(other) is None


def test_a_new_password_ends_every_session() -> None:
    token = open_session(user("nurse"))
    set_password(user("nurse"), PASSWORD, actor=user("nurse"))
    assert find_session(token) is None


def test_a_link_works_once() -> None:
    token = issue_link(user("nurse"), actor=CommandLine())
    link = find_link(token)
    assert link is not None
    use_link(link, PASSWORD)
    db.session.flush()
    assert find_link(token) is None
    assert log_in("nurse", PASSWORD)


def test_a_link_is_too_old_after_its_hours() -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        token = issue_link(user("nurse"), actor=CommandLine())
        clock.shift(timedelta(hours=71))
        assert find_link(token) is not None
        clock.shift(timedelta(hours=1))
        assert find_link(token) is None


def test_only_the_latest_link_works_and_none_for_an_account_out_of_use() -> None:
    first = issue_link(user("nurse"), actor=CommandLine())
    other = issue_link(user("nurse2"), actor=CommandLine())
    second = issue_link(user("nurse"), actor=CommandLine())
    assert find_link(first) is None
    assert find_link(second) is not None
    assert find_link(other) is not None
    user("nurse").active = False
    db.session.flush()
    assert find_link(second) is None


def test_a_link_unlocks_a_locked_account() -> None:
    user("nurse").locked_until = utcnow() + timedelta(minutes=9)
    link = find_link(issue_link(user("nurse"), actor=CommandLine()))
    assert link is not None
    use_link(link, PASSWORD)
    assert log_in("nurse", PASSWORD)


def test_the_first_administrators_link_is_dead_once_there_is_a_user() -> None:
    token = issue_link(None, actor=CommandLine())
    assert find_link(token) is None  # the test region has users


def test_the_first_administrator_gets_a_password_and_the_role() -> None:
    link = OneTimeLink(token_hash="x", expires_at=utcnow() + timedelta(hours=1))
    db.session.add(link)
    made = create_first_administrator(link, "Chef", "Första Administratören", PASSWORD)
    assert (made.login, made.role) == ("chef", "administrator")
    assert link.used_at is not None
    assert log_in("chef", PASSWORD)


def test_a_token_speaks_for_its_user_while_the_account_is_in_use() -> None:
    token = create_token(user("nurse"), actor=CommandLine())
    assert find_token(token) == user("nurse")
    assert find_token(token + "x") is None
    user("nurse").active = False
    db.session.flush()
    assert find_token(token) is None


def test_one_works_only_in_ones_own_units() -> None:
    session = find_session(open_session(user("manager")))
    assert session is not None
    clinic = next(row.unit_id for row in user("manager").memberships if row.unit.code == "clinic")
    choose_unit(session, clinic)
    assert session.unit_id == clinic
    with pytest.raises(Invalid):
        choose_unit(session, 999)
    assert session.unit_id == clinic
