"""The kinds of action, and the follow-ups that each leaves behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from tracker.routine.desk import Limit
from tracker.routine.field import Basis, Condition, FieldSpec, FieldType, Frozen, Identifier, Section, Text
from tracker.routine.paper import PaperSpec

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


class WorkKind(StrEnum):
    """What an item asks for: type it in, verify that it is right, watch for something, or do something."""

    ENTER = "enter"
    VERIFY = "verify"
    WATCH = "watch"
    ACT = "act"


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
    stage: Identifier | None = None
    """Where it stands in the order within a patient (`stages`)."""
    limits: tuple[Limit, ...] = ()
    """How long it may take; the first that applies. None: the region's limit for entries."""
    may_arrive: bool = False
    """An integration may have delivered it by itself: look before entering."""
    awaits: Literal["acknowledgement", "reply", "result"] | None = None
    """What is awaited while it is unfinished: it stands on the board of replies."""
    patient_waits_for: Literal["result", "prescription", "referral"] | None = None
    """What the patient has not got, or not been told, while it is unfinished."""

    @field_validator("kind_of_work", mode="before")
    @classmethod
    def known_work(cls, value: Any) -> Any:
        return WorkKind(value) if isinstance(value, str) else value

    @field_validator("needs", "fields", "finish", "limits", mode="before")
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
    paper: PaperSpec = Field(default_factory=PaperSpec)
    urgent: bool | Condition = False
    """Whether such an action goes before others: always, or when a field says so."""
    twin: ItemSpec | None = None
    """What is to be done when an electronic order was sent too; added when somebody finds it."""

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

    def is_urgent(self, values: Mapping[str, Any]) -> bool:
        return self.urgent.holds(values) if isinstance(self.urgent, Condition) else self.urgent

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
        for item in (*self.items, *([self.twin] if self.twin else [])):
            self._check_item(item)
        if isinstance(self.urgent, Condition):
            self._check_condition(self.urgent, "urgent")
        self._check_paper()
        return self

    def _check_paper(self) -> None:
        if (self.paper.rows > 1) != bool(self.paper.columns):
            raise ValueError("paper: rows have columns, and nothing else has")
        for field_id in self.paper.columns:
            if field_id not in self.field_by_id:
                raise ValueError(f"paper.columns: no field {field_id!r}")

    def _check_item(self, item: ItemSpec) -> None:
        where = f"items.{item.item}"
        if item.when:
            self._check_condition(item.when, f"{where}.when")
            if not self.field_by_id[item.when.field].required:
                raise ValueError(f"{where}.when: field {item.when.field!r} must be required")
        for limit in item.limits:
            if limit.when:
                self._check_condition(limit.when, f"{where}.limits")
            since = self.field_by_id.get(limit.since) if limit.since else None
            if limit.since and (since is None or since.type is not FieldType.DATETIME):
                raise ValueError(f"{where}.limits: no field {limit.since!r} that is a date and time")
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


def _fill(text: str, values: Mapping[str, Any]) -> str:
    for name in _placeholders(text):
        text = text.replace("{" + name + "}", str(values[name]))
    return text


def _placeholders(text: str) -> list[str]:
    return re.findall(r"\{([a-z][a-z0-9_]*)\}", text)
