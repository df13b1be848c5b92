"""What the routine says of re-entry: the order within a patient, time limits, and what two people must see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from tracker.routine.field import Condition, Frozen, Identifier, Text


class Stage(Frozen):
    """One step in the order in which a patient's items are entered: orders stand before the doses given on them."""

    id: Identifier
    label: Text


class Limit(Frozen):
    """How long something may take: hours, or working days (not counting the day it begins)."""

    when: Condition | None = None
    hours: int | None = Field(default=None, ge=1)
    working_days: int | None = Field(default=None, ge=1)
    since: str | None = None
    """The field that says from when it counts, where it is filled in; else, and without it, from when performed."""

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
    words: tuple[str, ...] = ()
    """A field that holds a word beginning so belongs to the category; capitals do not matter."""
    whole_words: tuple[str, ...] = ()
    """The same for words that would begin harmless ones: only the whole word counts."""
    fields: tuple[str, ...] = Field(min_length=1)
    """Ids of the fields that are searched, in every kind that has them."""
    any_content: tuple[str, ...] = ()
    """Fields in which whatever is told belongs to the category."""
    none_said: tuple[str, ...] = ()
    """What says that there is nothing, at the end of a sentence: it is left out before the search."""
    stage: Identifier | None = None
    """Where such an item stands in the order, if not where its kind does."""

    @field_validator("words", "whole_words", "fields", "any_content", "none_said", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def finds_something(self) -> Self:
        if not (self.words or self.whole_words or self.any_content):
            raise ValueError("needs words, whole_words or any_content")
        return self

    @property
    def every_field(self) -> tuple[str, ...]:
        return (*self.fields, *self.any_content)

    def concerns(self, values: Mapping[str, Any], more_words: Iterable[str] = ()) -> bool:
        """Whether an action with these values belongs to it; `more_words` are a unit's own."""
        told = {name: self._without_nothing(str(values[name])) for name in self.every_field if values.get(name)}
        if any(re.search(r"\w", told.get(name, "")) for name in self.any_content):
            return True
        text = " ; ".join(told[name] for name in self.fields if name in told)
        beginnings = "|".join(re.escape(word) for word in (*self.words, *more_words))
        whole = "|".join(re.escape(word) for word in self.whole_words)
        patterns = [rf"\b(?:{beginnings})" if beginnings else "", rf"\b(?:{whole})\b" if whole else ""]
        return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns if pattern)

    def _without_nothing(self, text: str) -> str:
        said = "|".join(re.escape(phrase) for phrase in sorted(self.none_said, key=len, reverse=True))
        if not said:
            return text
        return re.sub(rf"\b(?:{said})\b(?=\s*(?:[.,;:!()]|$))", " ", text, flags=re.IGNORECASE)
