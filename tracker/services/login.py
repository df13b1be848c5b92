"""Logging in and out, one-time links and API tokens. Secrets leave here once and are stored as hashes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import current_settings, db
from tracker.i18n import lazy_text as _l
from tracker.models import ApiToken, LoginSession, OneTimeLink, Role, User
from tracker.queries.user import count_users, find_user
from tracker.services.event import Actor, record_event

MAX_FAILED = 8
LOCK_MINUTES = 10
MIN_PASSWORD = 8
"""As ASVS 5.0 6.2.1 asks at least; the form recommends several words."""
MIN_BESIDE_LOGIN = 6
"""Further characters that a password needs which holds the user name."""
MAX_PASSWORD = 200
SEEN_EVERY = timedelta(minutes=1)
KEEP_ENDED = timedelta(days=2)
"""How long an ended session is remembered, so that its owner can still send a form left open."""
_hasher = PasswordHasher()
_UNKNOWN_USER_HASH = _hasher.hash(secrets.token_hex(8))


@dataclass(frozen=True)
class LoggedIn:
    token: str
    user: User


def log_in(login: str, password: str) -> LoggedIn:
    """Check the password and open a session; raises Invalid, in the same words whatever was wrong.

    After eight wrong passwords the account is locked for ten minutes.
    """
    user = find_user(login)
    wrong = Invalid(
        {
            "/login": _l(
                "The user name or the password is wrong. Try again, or ask your administrator. "
                "After %(tries)s wrong tries an account is locked for %(minutes)s minutes.",
                tries=MAX_FAILED,
                minutes=LOCK_MINUTES,
            )
        }
    )
    now = utcnow()
    if user is None or user.password_hash is None or not user.active:
        _verify(_UNKNOWN_USER_HASH, password)  # takes as long as for a real user
        raise wrong
    if user.locked_until and user.locked_until > now:
        _verify(_UNKNOWN_USER_HASH, password)  # neither words nor time tell that there is such an account
        raise wrong
    if not _verify(user.password_hash, password):
        user.failed_logins += 1
        if user.failed_logins >= MAX_FAILED:
            user.locked_until, user.failed_logins = now + timedelta(minutes=LOCK_MINUTES), 0
            record_event("locked", user, actor=user)
        raise wrong
    user.failed_logins, user.locked_until = 0, None
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    record_event("logged-in", user, actor=user)
    return LoggedIn(open_session(user), user)


def open_session(user: User) -> str:
    """A session at the server, and the token that its cookie holds."""
    now = utcnow()
    token = secrets.token_urlsafe(32)
    units = sorted(user.working_unit_ids or user.managed_unit_ids)
    db.session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEEP_ENDED))
    db.session.add(
        LoginSession(
            token_hash=_hash(token),
            user=user,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=current_settings().session_hours),
            unit_id=units[0] if units else None,
        )
    )
    return token


def find_session(token: str) -> LoginSession | None:
    """The session of a cookie, unless it has ended or rested too long."""
    session = db.session.scalars(select(LoginSession).where(LoginSession.token_hash == _hash(token))).one_or_none()
    now = utcnow()
    if session is None or session.expires_at <= now or not session.user.active:
        return None
    if session.last_seen_at + timedelta(minutes=current_settings().idle_minutes) <= now:
        return None
    return session


def owner_of_ended_session(token: str) -> User | None:
    """Whose session it was; None once it has been logged out, for then nothing may be kept."""
    session = db.session.scalars(select(LoginSession).where(LoginSession.token_hash == _hash(token))).one_or_none()
    return session.user if session and session.user.active else None


def session_is_due(session: LoginSession) -> bool:
    """Whether to note that the user is still there: at most once a minute."""
    return session.last_seen_at + SEEN_EVERY <= utcnow()


def touch_session(session_id: int) -> None:
    db.session.execute(update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=utcnow()))


def log_out(session: LoginSession) -> None:
    """End the session at the server: a copied cookie opens nothing afterwards."""
    record_event("logged-out", session.user, actor=session.user)
    db.session.delete(session)


def end_sessions(user: User) -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))


def choose_unit(session: LoginSession, unit_id: int) -> None:
    """Which of their units the user works in now."""
    if unit_id not in session.user.unit_ids:
        raise Invalid({"/unit": _l("You do not work in this unit.")})
    session.unit_id = unit_id


def issue_link(user: User | None, *, actor: Actor) -> str:
    """A one-time link's token: for one user's password, or, without a user, for the first administrator."""
    token = secrets.token_urlsafe(24)
    if user is not None:  # the last link handed over is the one that works
        db.session.execute(
            delete(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)),
            execution_options={"synchronize_session": False},  # none of them is loaded
        )
    link = OneTimeLink(
        token_hash=_hash(token), user=user, expires_at=utcnow() + timedelta(hours=current_settings().link_hours)
    )
    db.session.add(link)
    db.session.flush()
    record_event("link-issued", link, actor=actor, after={"user": user.login if user else None})
    return token


def find_link(token: str) -> OneTimeLink | None:
    """The link, unless it is used, too old, or for a first administrator when there is one."""
    link = db.session.scalars(
        select(OneTimeLink).where(OneTimeLink.token_hash == _hash(token)).with_for_update(of=OneTimeLink)
    ).one_or_none()
    if link is None or link.used_at or link.expires_at <= utcnow():
        return None
    if link.user_id is None and count_users():
        return None
    if link.user is not None and not link.user.active:
        return None
    return link


def use_link(link: OneTimeLink, password: str) -> User:
    """Choose the password of the link's user, once."""
    if link.user is None:
        raise ValueError("the first administrator is created by create_first_administrator")
    set_password(link.user, password, actor=link.user)
    link.used_at = utcnow()
    return link.user


def create_first_administrator(link: OneTimeLink, login: str, name: str, password: str) -> User:
    """The first user of a new database."""
    from tracker.services.user import UserEntry, create_user

    user = create_user(UserEntry(login=login, name=name, role=Role.ADMINISTRATOR), actor=_Newcomer(name.strip() or "?"))
    set_password(user, password, actor=user)
    link.used_at = utcnow()
    return user


def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Keep a new password (argon2id) and end every session of the user."""
    check_password(password, user.login)
    user.password_hash = _hasher.hash(password)
    user.failed_logins, user.locked_until = 0, None
    end_sessions(user)
    record_event("password-set", user, actor=actor)


def check_password(password: str, login: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise Invalid({"/password": _l("Choose a password of at least 8 characters.")})
    if len(password) > MAX_PASSWORD:
        raise Invalid({"/password": _l("The password is too long: at most 200 characters.")})
    beside = password.lower().replace(login.lower(), "")
    holds_login = len(beside) < len(password)
    if (holds_login and len(beside.strip()) < MIN_BESIDE_LOGIN) or len(set(password)) < 5:
        raise Invalid({"/password": _l("The password is too easy to guess. Choose another.")})


def change_password(user: User, current: str, new: str) -> None:
    if user.password_hash is None or not _verify(user.password_hash, current):
        raise Invalid({"/current": _l("This is not your password.")})
    set_password(user, new, actor=user)


def create_token(user: User, *, actor: Actor) -> str:
    """An API token for a user; what it may do is what the user may do."""
    token = secrets.token_urlsafe(32)
    row = ApiToken(token_hash=_hash(token), user=user)
    db.session.add(row)
    db.session.flush()
    record_event("token-created", row, actor=actor, after={"user": user.login})
    return token


def find_token(token: str) -> User | None:
    row = db.session.scalars(
        select(ApiToken).where(ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None))
    ).one_or_none()
    return row.user if row and row.user.active else None


@dataclass(frozen=True)
class _Newcomer:
    """Whoever holds the first link, before there is any user."""

    name: str
    id: None = None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
