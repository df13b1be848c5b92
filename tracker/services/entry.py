"""What somebody says was done on paper, checked and typed, before it becomes an action."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.models import User
from tracker.routine.spec import PERFORMER_ROLES, KindSpec
from tracker.routine.values import Fault, check_values, write_value
from tracker.services.event import canonical_json
from tracker.services.patient import PatientEntry

CLOCK_SKEW = timedelta(minutes=5)
VALUE_FAULTS = {
    Fault.REQUIRED: _l("This must be filled in."),
    Fault.UNKNOWN_FIELD: _l("This kind of action has no such field."),
    Fault.NOT_ASKED: _l("This is not asked for with the other answers given. Leave it empty."),
    Fault.TEXT: _l("Enter text."),
    Fault.TOO_LONG: _l("The text is too long. Shorten it."),
    Fault.CHOICE: _l("Choose one of the answers."),
    Fault.NUMBER: _l("Enter a number, such as 2 or 2.5."),
    Fault.TOO_SMALL: _l("The number is too small."),
    Fault.TOO_LARGE: _l("The number is too large."),
    Fault.YES_NO: _l("Choose yes or no."),
    Fault.DATETIME: _l("Enter a date and a time, such as 2026-11-23 14:05."),
    Fault.DATE: _l("Enter a date as YYYY-MM-DD."),
    Fault.TIME: _l("Enter a time as HH:MM."),
    Fault.FAX: _l("Enter a fax number with digits, such as 026-15 40 00."),
}


@dataclass(frozen=True)
class ActionEntry:
    """One action as told by whoever logs it."""

    id: uuid.UUID
    digest: str
    outage_id: int
    kind: str
    unit: str
    patient: PatientEntry
    performed_at: datetime
    fields: Mapping[str, Any]
    performed_by_login: str = ""
    performed_by_name: str = ""
    role: str = ""
    sheet: str = ""
    note: str = ""
    done_items: tuple[str, ...] = ()
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Performer:
    role: str
    user: User | None
    name: str | None


def entry_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as it was sent, in canonical JSON: the device that sent it can work out the same."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def check_fields(kind: KindSpec, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values; raises Invalid with a pointer to every faulty field."""
    values, faults = check_values(kind, fields, time_zone())
    if faults:
        raise Invalid({f"/fields/{name}": VALUE_FAULTS[fault] for name, fault in faults.items()})
    return values


def check_performed_at(performed_at: datetime) -> None:
    if performed_at > utcnow() + CLOCK_SKEW:
        raise Invalid({"/performed_at": _l("The time lies ahead of now. Enter when it was done.")})


def find_performer(login: str, name: str, role: str, *, actor: User) -> Performer:
    """Who did it: a user by login, somebody by name, or, when neither is told, the one who logs."""
    user = None
    if login:
        user = db.session.scalars(select(User).where(User.login == login)).one_or_none()
        if user is None:
            raise Invalid({"/performed_by/login": _l("No user has that login. Enter the name instead.")})
    elif not name.strip():
        user = actor
    role = role or (user.role.value if user else "")
    if not role:
        raise Invalid({"/role": _l("Choose the role of the person who did it.")})
    if role not in PERFORMER_ROLES:
        raise Invalid({"/role": _l("Choose a role that works with patients.")})
    return Performer(role, user, None if user else name.strip()[:120])


def subject_of(kind: KindSpec, values: Mapping[str, Any]) -> str:
    """What the action is about, in Swedish: kept for lists and for finding duplicates."""
    return write_value(kind.field_by_id[kind.subject], values.get(kind.subject), "sv", time_zone())[:200]
