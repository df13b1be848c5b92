"""What is typed into the target system: every field in the order of typing, and the sentence for the record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.extensions import db
from tracker.i18n import time_zone
from tracker.models import Action, ActionVersion, Attention, Event, Item, ItemState
from tracker.queries.routine import routine_of
from tracker.routine.spec import FieldSpec, FieldType, Text
from tracker.routine.values import write_sentence, write_value

PATIENT, PERFORMED_AT, PERFORMER, NOTE = "_patient", "_performed_at", "_performer", "_note"
_LABELS = {
    PATIENT: Text(sv="Personnummer", en="Identity number"),
    PERFORMED_AT: Text(sv="Utfört", en="Performed"),
    PERFORMER: Text(sv="Utfört av", en="Performed by"),
    NOTE: Text(sv="Anteckning", en="Note"),
    "name": Text(sv="Patientens namn", en="Patient's name"),
    "role": Text(sv="Yrkesroll", en="Role"),
}
_TEMPORARY = Text(sv="Tillfällig beteckning", en="Temporary label")
_ROLES = {
    "nurse": Text(sv="sjuksköterska", en="nurse"),
    "physician": Text(sv="läkare", en="physician"),
    "secretary": Text(sv="medicinsk sekreterare", en="medical secretary"),
    "other_clinician": Text(sv="övrig vårdpersonal", en="other clinician"),
    "unit_staff": Text(sv="enhetens personal", en="unit staff"),
    "emergency_staff": Text(sv="akutmottagningens personal", en="emergency staff"),
    "radiology": Text(sv="röntgen", en="radiology"),
    "physiology": Text(sv="klinisk fysiologi", en="clinical physiology"),
    "laboratory": Text(sv="laboratorium", en="laboratory"),
}
_PERFORMED = Text(sv="Utfört {time} av {name}, {role}.", en="Performed {time} by {name}, {role}.")
_AFTERWARDS = Text(
    sv="Infört i efterhand efter driftstopp.", en="Entered afterwards because of a downtime of the record systems."
)
_NOTE_TEXT = Text(sv="Anteckning: {note}", en="Note: {note}")
_DRILL = Text(sv="ÖVNING, ska inte in i någon journal.", en="DRILL, not for any record.")


@dataclass(frozen=True)
class TypedField:
    """One thing to type: what the reader sees (`text`) and what goes to the clipboard (`copied`, without the unit)."""

    id: str
    label: str
    value: Any
    text: str
    copied: str = ""
    is_fact: bool = False
    """Every entry needs it (patient, time, performer); it is no field of the kind."""
    is_long: bool = False


@dataclass(frozen=True)
class Change:
    """What a correction changed since the item was entered."""

    label: str
    before: str
    after: str
    former_patient: uuid.UUID | None = None
    """Whose number `before` is, where the patient was wrong: whoever reads it has seen that patient too."""
    is_clinical: bool = False
    """It changes what is given or done, when, or to whom: made to stand out."""


def record_sentence(action: Action, item: Item | None, language: str) -> str:
    """What goes into the record as running text: the content, when, by whom, and that it was entered afterwards."""
    kind = routine_of(action.outage).kinds[action.kind]
    zone = time_zone()
    parts = [
        _DRILL.in_language(language) if action.outage.drill else "",
        write_sentence(kind, action.fields, language, zone),
        _ended(_NOTE_TEXT.in_language(language).replace("{note}", action.note)) if action.note else "",
        _PERFORMED.in_language(language).format(
            time=local_minute(action.performed_at), name=action.performer, role=role_name(action.role, language)
        ),
        _AFTERWARDS.in_language(language),
    ]
    return " ".join(part for part in parts if part)


def typed_fields(action: Action, item: Item, language: str, values_in: str | None = None) -> list[TypedField]:
    """Patient, time and performer, then every field of the item in the order it is typed, then the note.

    Fields left empty on paper are there with an empty text. `values_in`: another language for the values than for
    the labels, since the target system speaks its own.
    """
    routine = routine_of(action.outage)
    kind = routine.kinds[action.kind]
    spec = routine.item(action.kind, item.item, action.fields)
    fields = [
        _typed(field, action.fields.get(field.id), language, values_in or language)
        for field in kind.typing_order(spec, action.fields)
    ]
    return [*_facts(action, language, values_in or language), *fields, *_note(action, language)]


def finish_fields(item: Item, language: str) -> list[TypedField]:
    """What was told when the item was finished (who got the reply, and when)."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    written = [_typed(field, item.finish.get(field.id), language, language) for field in spec.finish]
    return [field for field in written if field.text]


def changes_since_entered(items: Sequence[Item], language: str) -> dict[int, list[Change]]:
    """For items to amend or remove: what differs between what was entered then and what the action says now."""
    asked = [item for item in items if item.attention in (Attention.AMEND, Attention.REMOVE)]
    if not asked:
        return {}
    entered = _when_entered([item.id for item in asked])
    versions: dict[Any, list[ActionVersion]] = {}
    for version in db.session.scalars(
        select(ActionVersion)
        .where(ActionVersion.action_id.in_({item.action_id for item in asked}))
        .order_by(ActionVersion.number)
    ):
        versions.setdefault(version.action_id, []).append(version)
    found = {}
    for item in asked:
        at = entered.get(item.id)
        known = versions.get(item.action_id, [])
        then = [version for version in known if at and version.at <= at] or known[:1]
        if then and known[-1].number != then[-1].number:
            found[item.id] = _changes(item.action, then[-1].content, known[-1].content, language)
    return found


def changes_since_version(action: Action, number: int, language: str) -> list[Change]:
    """What differs between a version of the action that somebody read and what it says now."""
    content = {
        version.number: version.content
        for version in db.session.scalars(select(ActionVersion).where(ActionVersion.action_id == action.id))
    }
    known = number in content and action.version in content
    return _changes(action, content[number], content[action.version], language) if known else []


def role_name(role: str, language: str) -> str:
    """A performer's role as it is written in a record."""
    text = _ROLES.get(role)
    return text.in_language(language) if text else role


def local_minute(value: datetime) -> str:
    return value.astimezone(time_zone()).strftime("%Y-%m-%d %H:%M")


def _facts(action: Action, language: str, values_in: str) -> list[TypedField]:
    patient = action.patient
    label = (_TEMPORARY if patient.is_unknown else _LABELS[PATIENT]).in_language(language)
    performer = f"{action.performer}, {role_name(action.role, values_in)}"
    performed = local_minute(action.performed_at)
    return [
        TypedField(PATIENT, label, patient.identity, patient.number, patient.number, is_fact=True),
        TypedField(
            PERFORMED_AT,
            _LABELS[PERFORMED_AT].in_language(language),
            action.performed_at.isoformat(),
            performed,
            performed,
            is_fact=True,
        ),
        TypedField(
            PERFORMER, _LABELS[PERFORMER].in_language(language), action.performer, performer, performer, is_fact=True
        ),
    ]


def _note(action: Action, language: str) -> list[TypedField]:
    if not action.note:
        return []
    return [TypedField(NOTE, _LABELS[NOTE].in_language(language), action.note, action.note, action.note, is_long=True)]


def _typed(field: FieldSpec, value: Any, language: str, values_in: str) -> TypedField:
    text = write_value(field, value, values_in, time_zone())
    bare = field.model_copy(update={"unit": None}) if field.unit else field
    return TypedField(
        field.id,
        field.label.in_language(language),
        value,
        text,
        write_value(bare, value, values_in, time_zone()),
        is_long=field.type is FieldType.LONG_TEXT,
    )


def _when_entered(item_ids: list[int]) -> dict[int, datetime]:
    """When each item was last entered in the target system, from the history."""
    rows = db.session.execute(
        select(Event.subject_id, Event.at)
        .where(
            Event.subject_type == Item.__tablename__,
            Event.subject_id.in_([str(item_id) for item_id in item_ids]),
            Event.verb.in_((ItemState.ENTERED.value, ItemState.DONE.value)),
        )
        .order_by(Event.id)
    ).all()
    return {int(subject): at for subject, at in rows}


def _changes(action: Action, then: Mapping[str, Any], now: Mapping[str, Any], language: str) -> list[Change]:
    kind = routine_of(action.outage).kinds[action.kind]
    zone = time_zone()
    changes = [
        Change(
            _LABELS[label].in_language(language),
            write(then.get(key)),
            write(now.get(key)),
            is_clinical=label == PERFORMED_AT,
        )
        for key, label, write in (
            ("name", "name", str),
            ("performed_at", PERFORMED_AT, _minute),
            ("performed_by", PERFORMER, str),
            ("role", "role", lambda role: role_name(role, language)),
        )
        if then.get(key) != now.get(key)
    ]
    if then.get("patient") != now.get("patient"):
        label = _LABELS[PATIENT].in_language(language)
        former = uuid.UUID(str(then["patient"]))
        changes.insert(0, Change(label, _number(then.get("identity")), _number(now.get("identity")), former, True))
    for field in kind.fields:
        before, after = then["fields"].get(field.id), now["fields"].get(field.id)
        if before != after:
            changes.append(
                Change(
                    field.label.in_language(language),
                    write_value(field, before, language, zone),
                    write_value(field, after, language, zone),
                    is_clinical=field.is_clinical,
                )
            )
    if then.get("note") != now.get("note"):
        changes.append(Change(_LABELS[NOTE].in_language(language), then.get("note") or "", now.get("note") or ""))
    return sorted(changes, key=lambda change: not change.is_clinical)


def _number(stored: Any) -> str:
    """Twelve digits as they are printed; anything else as it stands."""
    text = str(stored or "")
    return f"{text[:8]}-{text[8:]}" if len(text) == 12 and text.isdigit() else text


def _minute(stored: Any) -> str:
    return local_minute(datetime.fromisoformat(stored))


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
