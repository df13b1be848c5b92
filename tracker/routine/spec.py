"""The shape of a downtime routine: what can be logged, what each action leaves behind, and who does what.

Every object is frozen. A routine is read once at start (see loader.py) and is also stored as JSON with each outage,
so that an outage keeps the version it was worked under.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")]
Section = Annotated[str, StringConstraints(pattern=r"^\d(\.\d+)*$")]
Basis = Literal["routine", "derived"]

AUTHOR = "author"
"""Stands for the role of the person who performed the action (design: "author is the performer's role")."""
PERFORMER_ROLES = (
    "nurse",
    "physician",
    "secretary",
    "other_clinician",
    "unit_staff",
    "emergency_staff",
    "radiology",
    "physiology",
    "laboratory",
)
"""Professional roles that can perform an action, in the order the routine names them."""
DUTY_ROLES = (*PERFORMER_ROLES, "staff", "unit_manager", "it_operations", "director")


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    FAX = "fax"
    IDENTITY = "identity"


class WorkKind(StrEnum):
    """What an item asks for: type it in, verify that it is right, watch for something, or do something."""

    ENTER = "enter"
    VERIFY = "verify"
    WATCH = "watch"
    ACT = "act"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Text(Frozen):
    """One text in the two languages of the application."""

    sv: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.sv


class Condition(Frozen):
    """A field of the same action that must have one of some values: `{ field = "form", equals = ["paper"] }`.

    A yes/no field is compared with `true` or `false`.
    """

    field: Identifier
    equals: tuple[str | bool, ...] = Field(min_length=1)

    @field_validator("equals", mode="before")
    @classmethod
    def one_or_many(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list | tuple) else (value,)

    def holds(self, values: Mapping[str, Any]) -> bool:
        return values.get(self.field) in self.equals


class Choice(Frozen):
    id: Identifier
    label: Text


class FieldSpec(Frozen):
    """One thing to write down. `required` applies when the field is shown."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    type: FieldType
    label: Text
    required: bool = False
    shown_when: Condition | None = None
    hint: Text | None = None
    choices: tuple[Choice, ...] = ()
    default: str | bool | None = None
    """The choice that is marked from the start, where one answer is by far the most common."""
    suggestions: tuple[str, ...] = ()
    """Common values offered while typing; anything else is accepted too."""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    carry: bool = False
    """Kept by "same again for the next patient"."""

    @field_validator("type", mode="before")
    @classmethod
    def known_type(cls, value: Any) -> Any:
        return FieldType(value) if isinstance(value, str) else value

    @field_validator("choices", "suggestions", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def consistent(self) -> Self:
        if (self.type is FieldType.CHOICE) != bool(self.choices):
            raise ValueError("a choice field has choices, and no other field has")
        if len({choice.id for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices have the same id")
        if self.unit and self.type is not FieldType.NUMBER:
            raise ValueError("only a number has a unit")
        if (
            self.type is FieldType.CHOICE
            and self.default is not None
            and self.default not in {choice.id for choice in self.choices}
        ):
            raise ValueError(f"default {self.default!r} is not one of the choices")
        return self

    def choice_label(self, value: object) -> Text | None:
        return next((choice.label for choice in self.choices if choice.id == value), None)


class ItemSpec(Frozen):
    """One follow-up of a kind of action: a row of the routine's follow-up table."""

    item: Identifier
    when: Condition | None = None
    kind_of_work: WorkKind
    system: str
    """The target: a system, a neighbour system, a channel (`phone`, `fax`, `paper`), or `{field}` of the action."""
    place: str = ""
    needs: tuple[str, ...] = ()
    """Systems that must be up before the item is ready; `{field}` stands for that field's value."""
    after: Identifier | None = None
    role: str
    """One role, roles joined by `|`, or `author`."""
    unit_may_reassign: bool
    basis: Basis
    section: Section
    label: Text
    """What to do, as a short imperative."""
    instruction: Text | None = None
    fields: tuple[str, ...] = ()
    """The action's fields in the order they are typed in the target system; empty: every field in form order."""
    finish: tuple[FieldSpec, ...] = ()
    """What must be told when the item is finished (who got the reply, and when)."""
    on_paper: bool = False
    """May be finished as "signed on paper", also while waiting, where the unit's local routine says so."""

    @field_validator("kind_of_work", mode="before")
    @classmethod
    def known_work(cls, value: Any) -> Any:
        return WorkKind(value) if isinstance(value, str) else value

    @field_validator("needs", "fields", "finish", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("role")
    @classmethod
    def known_role(cls, value: str) -> str:
        for role in value.split("|"):
            if role not in (*PERFORMER_ROLES, AUTHOR):
                raise ValueError(f"unknown role {role!r}")
        return value

    def applies(self, values: Mapping[str, Any]) -> bool:
        return self.when is None or self.when.holds(values)

    def system_for(self, values: Mapping[str, Any]) -> str:
        return _fill(self.system, values)

    def needs_for(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(_fill(need, values) for need in self.needs)

    def roles_for(self, performer_role: str) -> tuple[str, ...]:
        return (performer_role,) if self.role == AUTHOR else tuple(self.role.split("|"))


class KindSpec(Frozen):
    """A kind of action that can be logged."""

    id: Identifier
    section: Section
    basis: Basis
    logged_by: tuple[str, ...]
    label: Text
    help: Text | None = None
    offered_when_down: tuple[str, ...] = ()
    """Systems whose outage brings the kind forward; empty: its own system."""
    subject: str
    """The field that says what it is about (drug, examination): shown in lists and compared for duplicates."""
    sentence: Text
    """What goes into the record, with `{field}`; a part in `[...]` is left out when a field in it is empty."""
    fields: tuple[FieldSpec, ...]
    items: tuple[ItemSpec, ...] = Field(min_length=1)

    @field_validator("logged_by", "offered_when_down", "fields", "items", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @property
    def system(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def offered_for(self) -> tuple[str, ...]:
        return self.offered_when_down or (self.system,)

    @cached_property
    def field_by_id(self) -> dict[str, FieldSpec]:
        return {field.id: field for field in self.fields}

    def shown_fields(self, values: Mapping[str, Any]) -> tuple[FieldSpec, ...]:
        """The fields that are asked for, given the values of the others."""
        return tuple(field for field in self.fields if self._is_shown(field, values))

    def _is_shown(self, field: FieldSpec, values: Mapping[str, Any]) -> bool:
        if field.shown_when is None:
            return True
        other = self.field_by_id[field.shown_when.field]
        return field.shown_when.holds(values) and self._is_shown(other, values)

    def items_for(self, values: Mapping[str, Any]) -> tuple[ItemSpec, ...]:
        """The follow-ups that an action with these values leaves behind, in the routine's order."""
        return tuple(item for item in self.items if item.applies(values))

    def typing_order(self, item: ItemSpec, values: Mapping[str, Any]) -> tuple[FieldSpec, ...]:
        """The shown fields in the order they are typed for one item."""
        shown = self.shown_fields(values)
        if not item.fields:
            return shown
        by_id = {field.id: field for field in shown}
        return tuple(by_id[field_id] for field_id in item.fields if field_id in by_id)

    @model_validator(mode="after")
    def consistent(self) -> Self:
        for role in self.logged_by:
            if role not in PERFORMER_ROLES:
                raise ValueError(f"logged_by: unknown role {role!r}")
        ids = [field.id for field in self.fields]
        if len(set(ids)) != len(ids):
            raise ValueError("two fields have the same id")
        if self.subject not in self.field_by_id:
            raise ValueError(f"subject: no field {self.subject!r}")
        for position, field in enumerate(self.fields):
            if field.shown_when:
                self._check_condition(field.shown_when, f"fields.{field.id}.shown_when")
                if field.shown_when.field not in ids[:position]:
                    raise ValueError(f"fields.{field.id}.shown_when: {field.shown_when.field!r} must stand before it")
        for language, text in (("sv", self.sentence.sv), ("en", self.sentence.en)):
            for name in _placeholders(text):
                if name not in self.field_by_id:
                    raise ValueError(f"sentence.{language}: no field {name!r}")
        for item in self.items:
            self._check_item(item)
        return self

    def _check_item(self, item: ItemSpec) -> None:
        where = f"items.{item.item}"
        if item.when:
            self._check_condition(item.when, f"{where}.when")
            if not self.field_by_id[item.when.field].required:
                raise ValueError(f"{where}.when: field {item.when.field!r} must be required")
        if item.after and item.after not in {other.item for other in self.items}:
            raise ValueError(f"{where}.after: no item {item.after!r}")
        for name in (name for text in (item.system, *item.needs) for name in _placeholders(text)):
            if name not in self.field_by_id:
                raise ValueError(f"{where}: no field {name!r}")
        for field_id in item.fields:
            if field_id not in self.field_by_id:
                raise ValueError(f"{where}.fields: no field {field_id!r}")

    def _check_condition(self, condition: Condition, where: str) -> None:
        field = self.field_by_id.get(condition.field)
        if field is None:
            raise ValueError(f"{where}: no field {condition.field!r}")
        allowed: set[Any] = {True, False} if field.type is FieldType.YES_NO else {choice.id for choice in field.choices}
        for value in condition.equals:
            if value not in allowed:
                raise ValueError(f"{where}: {condition.field!r} never has the value {value!r}")


class DutySpec(Frozen):
    """A standing task of the routine for a unit or the region."""

    id: Identifier
    systems: tuple[str, ...]
    """Systems whose outage brings the duty; `("any",)` for every outage."""
    outage: Literal["acute", "planned", "both", "always"]
    phase: Literal["notice", "before", "during", "after", "restored"]
    due: Annotated[
        str,
        StringConstraints(
            pattern=r"^(at once|at once if expected over 30 min|start|none|daily|standing|-\d+ days?|\d+ working days)$"
        ),
    ]
    role: str
    scope: Literal["unit", "region", "emergency unit", "surgery unit"]
    text: Text
    basis: Basis
    sections: tuple[Section, ...]

    @field_validator("systems", "sections", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("role")
    @classmethod
    def known_role(cls, value: str) -> str:
        if value not in DUTY_ROLES:
            raise ValueError(f"unknown role {value!r}")
        return value


class Passage(Frozen):
    """A piece of the routine to read, in our own words."""

    phase: Literal["notice", "before", "during", "after", "dependencies", "restored", "contacts"]
    section: Section
    basis: Basis
    title: Text
    text: Text
    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """The kinds of action beside which the passage is shown."""

    @field_validator("roles", "kinds", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class Contact(Frozen):
    name: Text
    hours: Text
    phone: str
    email: str | None = None
    section: Section


class Target(Frozen):
    """Something that items point to besides the systems: a neighbour system, or a channel such as fax or paper."""

    id: Identifier
    name: Text
    is_channel: bool


class SystemSpec(Frozen):
    id: Identifier
    name: str
    section: Section
    about: Text
    places: dict[str, Text] = Field(default_factory=dict)
    kinds: tuple[KindSpec, ...]
    duties: tuple[DutySpec, ...] = ()
    passages: tuple[Passage, ...] = ()


class Routine(Frozen):
    """A whole routine, ready for use."""

    name: Text
    version: str
    systems: tuple[SystemSpec, ...]
    targets: tuple[Target, ...]
    contacts: tuple[Contact, ...]
    region_duties: tuple[DutySpec, ...]
    region_passages: tuple[Passage, ...]
    places: dict[str, Text] = Field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """A fingerprint of the content, by which an outage names the version it is worked under."""
        import hashlib

        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def kinds(self) -> dict[str, KindSpec]:
        return {kind.id: kind for system in self.systems for kind in system.kinds}

    @cached_property
    def system_by_id(self) -> dict[str, SystemSpec]:
        return {system.id: system for system in self.systems}

    @cached_property
    def target_by_id(self) -> dict[str, Target]:
        return {target.id: target for target in self.targets}

    @cached_property
    def duties(self) -> dict[str, DutySpec]:
        every = (*self.region_duties, *(duty for system in self.systems for duty in system.duties))
        return {duty.id: duty for duty in every}

    @cached_property
    def target_order(self) -> tuple[str, ...]:
        """Every target an item can have: systems first, then neighbours and channels."""
        return (*self.system_by_id, *self.target_by_id)

    def item(self, kind_id: str, item_id: str, values: Mapping[str, Any]) -> ItemSpec:
        """The follow-up of that id that applies to an action with these values.

        An item that no longer applies (the action was corrected) is found by its id alone.
        """
        specs = [spec for spec in self.kinds[kind_id].items if spec.item == item_id]
        return next((spec for spec in specs if spec.applies(values)), specs[0])

    def place_label(self, system: str, place: str, language: str) -> str:
        spec = self.system_by_id.get(system)
        text = (spec.places.get(place) if spec else None) or self.places.get(place)
        return text.in_language(language) if text else place

    def target_name(self, target: str, language: str) -> str:
        if target in self.system_by_id:
            return self.system_by_id[target].name
        known = self.target_by_id.get(target)
        return known.name.in_language(language) if known else target


def _fill(text: str, values: Mapping[str, Any]) -> str:
    for name in _placeholders(text):
        text = text.replace("{" + name + "}", str(values[name]))
    return text


def _placeholders(text: str) -> list[str]:
    return re.findall(r"\{([a-z][a-z0-9_]*)\}", text)
