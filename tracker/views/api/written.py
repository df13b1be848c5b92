"""What stands in many answers: which systems are down now, people, fields with their values, the rules of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.clock import utcnow
from tracker.i18n import language, time_zone
from tracker.models import Patient
from tracker.queries.outage import down_in_both
from tracker.routine.spec import Condition, FieldSpec, Text
from tracker.routine.values import write_value


@dataclass(frozen=True)
class Moment:
    """Which systems are down at one point in time: read once for a whole answer."""

    at: datetime
    real: tuple[str, ...]
    drill: tuple[str, ...]

    def down(self, drill: bool) -> tuple[str, ...]:
        return self.drill if drill else self.real


def this_moment() -> Moment:
    now = utcnow()
    down = down_in_both(now)
    return Moment(now, down[False], down[True])


def own(text: Text | None) -> str | None:
    """A text of the routine in the user's language."""
    return text.in_language(language()) if text else None


def both(text: Text | None) -> dict[str, str] | None:
    return {"sv": text.sv, "en": text.en} if text else None


def describe_patient(patient: Patient) -> dict[str, Any]:
    return {
        "id": str(patient.id),
        "identity": patient.identity,
        "identity_kind": patient.identity_kind.value,
        "number": patient.number,
        "name": patient.name,
        "protected": patient.protected,
    }


def written_values(fields: Iterable[FieldSpec], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The filled-in fields in the given order: the value as kept and the text as people read it."""
    return [
        {
            "id": field.id,
            "label": own(field.label),
            "value": values[field.id],
            "text": write_value(field, values[field.id], language(), time_zone()),
        }
        for field in fields
        if values.get(field.id) not in (None, "")
    ]


def describe_field(field: FieldSpec) -> dict[str, Any]:
    """One field's rules, so that a program can build a form of it."""
    return {
        "id": field.id,
        "type": field.type.value,
        "label": own(field.label),
        "labels": both(field.label),
        "required": field.required,
        "shown_when": describe_condition(field.shown_when),
        "hint": own(field.hint),
        "hints": both(field.hint),
        "choices": [
            {"id": choice.id, "label": own(choice.label), "labels": both(choice.label)} for choice in field.choices
        ],
        "default": field.default,
        "suggestions": list(field.suggestions),
        "unit": field.unit,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "carry": field.carry,
    }


def describe_condition(condition: Condition | None) -> dict[str, Any] | None:
    return {"field": condition.field, "equals": list(condition.equals)} if condition else None
