"""High-risk entries that await a second person: which, and what that person compares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from tracker.extensions import db
from tracker.i18n import time_zone
from tracker.models import Action, Attention, Item, ItemState, Role, User, has_id
from tracker.queries.item import joined, with_everything
from tracker.queries.record_text import PATIENT, PERFORMED_AT, typed_fields
from tracker.queries.routine import routine_of
from tracker.routine.spec import FieldSpec, FieldType
from tracker.routine.values import parse_value

PATIENT_ID, PERFORMED_ID = "patient", "performed_at"
_FACTS = {PATIENT: PATIENT_ID, PERFORMED_AT: PERFORMED_ID}
_CHECKERS = (Role.NURSE, Role.PHYSICIAN)


@dataclass(frozen=True)
class CheckedField:
    """One thing that must stand in the target system as it was logged."""

    id: str
    label: str
    value: Any
    text: str
    is_long: bool
    spec: FieldSpec | None
    """None: the patient's number, or when it was performed."""


def checked_fields(item: Item, language: str, values_in: str | None = None) -> list[CheckedField]:
    """The patient, the time, and every logged field that changes clinical meaning or made the entry high risk."""
    action = item.action
    routine = routine_of(action.outage)
    kind = routine.kinds[action.kind]
    category = next((one for one in routine.high_risk if one.id == item.high_risk), None)
    wanted = {field.id for field in kind.fields if field.is_clinical} | set(category.every_field if category else ())
    found = []
    for one in typed_fields(action, item, language, values_in):
        if one.id in _FACTS:
            found.append(CheckedField(_FACTS[one.id], one.label, one.value, one.text, False, None))
        elif one.id in wanted and one.text:
            spec = kind.field_by_id[one.id]
            found.append(CheckedField(one.id, one.label, one.value, one.text, one.is_long, spec))
    return found


def says_the_same(field: CheckedField, seen: Any) -> bool:
    """Whether what was read in the target system is what was logged. A number is compared as a number."""
    if field.id == PATIENT_ID:
        return _same_identity(str(field.value), str(seen))
    if field.spec is None:
        return _same_minute(field.value, seen)
    match field.spec.type:
        case FieldType.CHOICE:
            label = field.spec.choice_label(field.value)
            accepted = {str(field.value), *((label.sv, label.en) if label else ())}
            return _plain(seen) in {_plain(text) for text in accepted}
        case FieldType.DATETIME:
            return _same_minute(field.value, seen)
        case FieldType.YES_NO | FieldType.NUMBER | FieldType.DATE | FieldType.TIME:
            value, fault = parse_value(field.spec, _without_unit(field.spec, seen), time_zone())
            return fault is None and value == field.value
    return _plain(seen) == _plain(field.value)


def to_check_for(user: User) -> Sequence[Item]:
    """What this user may check: the patient and system of the oldest entry first, and within them by age."""
    items = _entered(_for_checker(user))
    oldest: dict[tuple[Any, str], datetime] = {}
    for item in items:
        if item.entered_at:
            oldest.setdefault((item.action.patient_id, item.system), item.entered_at)
    return sorted(items, key=lambda item: (oldest[item.action.patient_id, item.system], item.system, item.id))


def count_to_check_for(user: User) -> int:
    query = select(func.count(Item.id)).join(Item.action).where(Item.state == ItemState.ENTERED, _for_checker(user))
    return db.session.scalar(query) or 0


def entered_by(user: User) -> Sequence[Item]:
    """The user's own entries that wait for a second person."""
    return _entered(Item.entered_by_id == user.id)


def rejected_of(user: User) -> Sequence[Item]:
    """The user's entries in which a second person found a fault that nobody has mended yet."""
    query = with_everything(joined(select(Item))).where(
        Item.entered_by_id == user.id,
        Item.state.in_((ItemState.OPEN, ItemState.CLAIMED)),
        Item.attention == Attention.AMEND,
        Action.unit_id.in_(user.unit_ids),
    )
    return db.session.scalars(query.order_by(Item.attention_at)).all()


def _entered(condition: ColumnElement[bool]) -> Sequence[Item]:
    query = with_everything(joined(select(Item))).where(Item.state == ItemState.ENTERED, condition)
    return db.session.scalars(query.order_by(Item.entered_at, Item.id)).all()


def _for_checker(user: User) -> ColumnElement[bool]:
    """SQL: `permissions.may_check`."""
    mine = true() if user.role in _CHECKERS else has_id(Item.roles, user.role.value)
    return mine & Action.unit_id.in_(user.working_unit_ids) & (Item.entered_by_id != user.id)


def _same_minute(logged: Any, seen: Any) -> bool:
    try:
        moments = [datetime.fromisoformat(str(text).strip()) for text in (logged, seen)]
    except ValueError:
        return False
    zone = time_zone()
    local = [one.replace(tzinfo=zone) if one.tzinfo is None else one.astimezone(zone) for one in moments]
    return local[0].replace(second=0, microsecond=0) == local[1].replace(second=0, microsecond=0)


def _without_unit(spec: FieldSpec, seen: Any) -> Any:
    if not isinstance(seen, str):
        return seen
    text = seen.strip()
    return text.removesuffix(spec.unit).strip() if spec.unit else text


def _same_identity(logged: str, seen: str) -> bool:
    """Ten digits, as some systems show them, are enough; a label or a reserve number is compared as text."""
    if not re.fullmatch(r"\d{12}", logged):
        return _plain(seen).replace("-", "") == _plain(logged).replace("-", "")
    digits = re.sub(r"[^0-9]", "", seen)
    return digits in (logged, logged[2:])


def _plain(text: Any) -> str:
    """Without regard to capitals, spaces around units, and which decimal sign was used."""
    plain = re.sub(r"\s+", " ", str(text).replace("\u00a0", " ")).strip().casefold().rstrip(".")
    plain = re.sub(r"(?<=\d),(?=\d)", ".", plain)
    return re.sub(r"(?<=\d) (?=[^\W\d_])", "", plain)
