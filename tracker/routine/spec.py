"""The shape of a downtime routine: what can be logged, what each action leaves behind, and who does what.

Every object is frozen. A routine is read once at start (see loader.py) and is also stored as JSON with each outage,
so that an outage keeps the version it was worked under.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from tracker.routine.desk import Deadlines, HighRisk, Limit, Stage
from tracker.routine.field import Basis, Choice, Condition, FieldSpec, FieldType, Frozen, Identifier, Section, Text
from tracker.routine.kind import AUTHOR, PERFORMER_ROLES, ItemSpec, KindSpec, WorkKind
from tracker.routine.work_list import ListColumn, ListStep, ListVerb, RowsOf, WorkList

DUTY_ROLES = (*PERFORMER_ROLES, "staff", "unit_manager", "it_operations", "director")

__all__ = [
    "AUTHOR",
    "DUTY_ROLES",
    "PERFORMER_ROLES",
    "Choice",
    "Condition",
    "Contact",
    "Deadlines",
    "DutySpec",
    "FieldSpec",
    "FieldType",
    "Frozen",
    "HighRisk",
    "Identifier",
    "ItemSpec",
    "KindSpec",
    "Limit",
    "ListColumn",
    "ListStep",
    "ListVerb",
    "Passage",
    "Routine",
    "RowsOf",
    "Section",
    "Stage",
    "SystemSpec",
    "Target",
    "Text",
    "WorkKind",
    "WorkList",
]


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
    lists: tuple[WorkList, ...] = ()


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
    stages: tuple[Stage, ...] = ()
    deadlines: Deadlines = Field(default_factory=Deadlines)
    high_risk: tuple[HighRisk, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A fingerprint of the content, by which an outage names the version it is worked under."""

        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def kinds(self) -> dict[str, KindSpec]:
        return {kind.id: kind for system in self.systems for kind in system.kinds}

    @cached_property
    def lists(self) -> dict[str, WorkList]:
        """The lists of work done as a whole, of every system."""
        return {one.id: one for system in self.systems for one in system.lists}

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
    def stage_order(self) -> dict[str | None, int]:
        """The position of each stage."""
        return {stage.id: number for number, stage in enumerate(self.stages)}

    @cached_property
    def target_order(self) -> tuple[str, ...]:
        """Every target an item can have: systems first, then neighbours and channels."""
        return (*self.system_by_id, *self.target_by_id)

    def item(self, kind_id: str, item_id: str, values: Mapping[str, Any]) -> ItemSpec:
        """The follow-up of that id that applies to an action with these values.

        An item that no longer applies (the action was corrected) is found by its id alone.
        """
        kind = self.kinds[kind_id]
        if kind.twin and kind.twin.item == item_id:
            return kind.twin
        specs = [spec for spec in kind.items if spec.item == item_id]
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
