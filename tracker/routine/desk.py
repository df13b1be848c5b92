"""What the routine says of re-entry: the order within a patient, time limits, and what two people must see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from tracker.routine.field import Condition, Frozen, Identifier, Text


class Stage(Frozen):
    """One step in the order in which a patient's items are entered: orders stand before the doses given on them."""

    id: Identifier
    label: Text


class Limit(Frozen):
    """How long something may take, from when it was performed: hours, or working days (not counting that day)."""

    when: Condition | None = None
    hours: int | None = Field(default=None, ge=1)
    working_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def one_unit(self) -> Self:
        if (self.hours is None) == (self.working_days is None):
            raise ValueError("either hours or working_days")
        return self

    def applies(self, values: Mapping[str, Any]) -> bool:
        return self.when is None or self.when.holds(values)


class Deadlines(Frozen):
    """The region's limits, where an item has none of its own (PDL 3:9, references: two days, locking within 14)."""

    entry_hours: int = Field(default=48, ge=1)
    locking_days: int = Field(default=14, ge=1)


class HighRisk(Frozen):
    """Entries of this category are checked by a second person before they count as done."""

    id: Identifier
    label: Text
    words: tuple[str, ...] = Field(min_length=1)
    """A field that holds a word beginning so belongs to the category; capitals do not matter."""
    fields: tuple[str, ...] = Field(min_length=1)
    """Ids of the fields that are searched, in every kind that has them."""
    stage: Identifier | None = None
    """Where such an item stands in the order, if not where its kind does."""

    @field_validator("words", "fields", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value
