"""A small fictional region for tests: three units, one user of each kind, and short ways to log and to work."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask

from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.identity import luhn_check_digit
from tracker.models import Action, Item, Outage, OutageKind, Role, Unit, UnitKind, User
from tracker.queries.unit import get_unit
from tracker.queries.user import find_user
from tracker.routine.spec import FieldSpec, FieldType, ItemSpec, KindSpec
from tracker.services.action import log_action
from tracker.services.entry import ActionEntry, entry_digest
from tracker.services.event import CommandLine
from tracker.services.outage import SystemDown, declare_outage
from tracker.services.patient import PatientEntry
from tracker.services.unit import UnitEntry, create_unit
from tracker.services.user import UserEntry, create_user

ALL_SYSTEMS = ("clinic24", "melior", "svarsdatabasen", "pmo", "elvis", "provisio", "medspeech")
# From the tax agency's published test series (birth numbers 238, 239 and 980-999).
TEST_NUMBERS = (
    "200201022381",
    "200201092392",
    "199001012385",
    "201301062384",
    "201301182380",
    "201301202386",
    "190001029818",
    "190102099801",
    "190211129812",
)
USERS: dict[str, tuple[str, Role, tuple[str, ...], tuple[str, ...]]] = {
    "nurse": ("Nora Nyström", Role.NURSE, ("ward",), ()),
    "nurse2": ("Nils Norberg", Role.NURSE, ("ward",), ()),
    "physician": ("Peter Palm", Role.PHYSICIAN, ("ward",), ()),
    "secretary": ("Sara Sjö", Role.SECRETARY, ("ward",), ()),
    "secretary2": ("Sven Sand", Role.SECRETARY, ("ward",), ()),
    "manager": ("Maria Mård", Role.NURSE, ("ward",), ("ward", "clinic")),
    "manager2": ("Måns Möller", Role.PHYSICIAN, (), ("ward",)),
    "other": ("Olle Ohlin", Role.OTHER_CLINICIAN, ("ward",), ()),
    "outsider": ("Ute Udd", Role.NURSE, ("clinic",), ()),
    "it": ("Ivar Ing", Role.IT_OPERATIONS, (), ()),
    "director": ("Dagny Dahl", Role.DIRECTOR, (), ()),
    "admin": ("Ada Alm", Role.ADMINISTRATOR, (), ()),
}


def build_region() -> None:
    """Units `ward` and `clinic` at Gävle, `emergency` at Hudiksvall; one user of each kind."""
    actor = CommandLine()
    for code, name, site, kind in (
        ("ward", "Avdelning 10", "Gävle", UnitKind.WARD),
        ("clinic", "Ögonmottagningen", "Gävle", UnitKind.CLINIC),
        ("emergency", "Akutmottagningen", "Hudiksvall", UnitKind.EMERGENCY),
    ):
        create_unit(UnitEntry(code, name, site, kind, ALL_SYSTEMS), actor=actor)
    for login, (name, role, units, manages) in USERS.items():
        create_user(UserEntry(login, name, role, units, manages), actor=actor)
    db.session.commit()


def user(login: str) -> User:
    found = find_user(login)
    assert found is not None
    return found


def unit(code: str = "ward") -> Unit:
    return get_unit(code)


def declare(
    *systems: str, units: tuple[str, ...] = ("ward",), drill: bool = False, hours_ago: float = 3, kind: str = "acute"
) -> Outage:
    """An outage of these systems, all down since some hours ago."""
    began = utcnow() - timedelta(hours=hours_ago)
    outage = declare_outage(
        "Driftstopp",
        OutageKind(kind),
        drill,
        [SystemDown(system, began) for system in systems],
        [unit(code) for code in units],
        actor=user("it"),
    )
    db.session.commit()
    return outage


def sample_value(field: FieldSpec) -> Any:
    """Some valid value for a field."""
    samples: dict[FieldType, Any] = {
        FieldType.TEXT: "Något",
        FieldType.LONG_TEXT: "Något längre",
        FieldType.NUMBER: field.minimum if field.minimum is not None else 2,
        FieldType.YES_NO: False,
        FieldType.DATETIME: "2026-11-20T10:00:00+00:00",
        FieldType.DATE: "2026-11-20",
        FieldType.TIME: "10:15",
        FieldType.FAX: "026-15 40 00",
        FieldType.IDENTITY: "19900101-2385",
    }
    return field.choices[0].id if field.choices else samples[field.type]


def sample_fields(kind: KindSpec, given: Mapping[str, Any] | None = None, every: bool = False) -> dict[str, Any]:
    """Valid fields of a kind: the required ones (or all that are shown), with `given` taken as they are."""
    values: dict[str, Any] = {}
    for field in kind.fields:
        if field not in kind.shown_fields(values):
            continue
        if given and field.id in given:
            values[field.id] = given[field.id]
        elif field.required or every:
            values[field.id] = sample_value(field)
    return values


def fields_for(kind: KindSpec, item: ItemSpec) -> dict[str, Any]:
    """Fields of an action that leaves this item behind."""
    given = {item.when.field: item.when.equals[0]} if item.when else {}
    if item.when:
        condition = kind.field_by_id[item.when.field].shown_when
        if condition:
            given[condition.field] = condition.equals[0]
    return sample_fields(kind, given)


@dataclass
class Numbers:
    """Test patients one after the other."""

    used: int = 0

    def next(self) -> str:
        self.used += 1
        return TEST_NUMBERS[(self.used - 1) % len(TEST_NUMBERS)]


def log(
    outage: Outage,
    kind: str,
    *,
    actor: str = "nurse",
    unit_code: str = "ward",
    identity: str = TEST_NUMBERS[0],
    name: str = "Test Testsson",
    fields: Mapping[str, Any] | None = None,
    performed_by: str = "",
    role: str = "",
    performed_at: datetime | None = None,
    done_items: tuple[str, ...] = (),
    note: str = "",
    action_id: uuid.UUID | None = None,
) -> Action:
    """Log one action through the service and commit."""
    values = dict(fields) if fields is not None else sample_fields(current_routine().kinds[kind])
    entry = ActionEntry(
        id=action_id or uuid.uuid4(),
        digest=entry_digest({"kind": kind, "fields": values}),
        outage_id=outage.id,
        kind=kind,
        unit=unit_code,
        patient=PatientEntry(identity=identity, name=name),
        performed_at=performed_at or utcnow() - timedelta(hours=1),
        performed_by_login=performed_by,
        role=role,
        fields=values,
        done_items=done_items,
        note=note,
    )
    action = log_action(entry, actor=user(actor)).action
    db.session.commit()
    return action


def item_of(action: Action, item_id: str) -> Item:
    return next(item for item in action.items if item.item == item_id)


def performer_role(app: Flask, kind: str) -> str:
    """The first role that logs the kind."""
    with app.app_context():
        return current_routine().kinds[kind].logged_by[0]


def numbered_patient(number: int) -> str:
    """The identity number of the n-th fictional patient: birth number 238 of the tax agency's test series."""
    digits = f"{(date(1950, 1, 1) + timedelta(days=number)):%Y%m%d}238"
    return f"{digits}{luhn_check_digit(digits[2:])}"
