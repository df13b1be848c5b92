"""Lists of work done as a whole: what stands on them, in which order, and what is said of several rows at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from tracker.routine.field import Basis, Frozen, Identifier, Section, Text

GROUPS = ("owner", "unit", "day")
"""What rows are grouped by besides fields: who performed it, its unit, the day of its clock time."""
ORDERS = ("urgent", "clock")
"""What rows are sorted by besides fields: urgent ones first, then by clock time. `-field`: the largest first."""


class _Lists(Frozen):
    @field_validator("*", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class RowsOf(_Lists):
    """Follow-ups that make a row, and when."""

    items: tuple[Identifier, ...] = Field(min_length=1)
    when: Literal["unfinished", "any", "begun", "not_begun", "missing", "not_missing"] = "unfinished"
    """`any`: finished too. `begun`: somebody has begun, so look first. `missing`: somebody looked, and it had not
    arrived; nobody has begun since."""


class ListColumn(_Lists):
    label: Text
    fields: tuple[str, ...] = Field(min_length=1)
    """Those that are filled in, one after the other."""


class ListVerb(_Lists):
    """What is said of every ticked row with one key."""

    id: Identifier
    label: Text
    does: Literal["finish", "begin", "claim", "missing"]
    key: Annotated[str, StringConstraints(pattern=r"^[a-z]$")]
    items: tuple[Identifier, ...] = ()
    """Only these of a row's follow-ups; none: all."""
    told: dict[str, str | bool] = Field(default_factory=dict)
    """What the routine asks to be told at the finish."""
    told_after_missing: dict[str, str | bool] = Field(default_factory=dict)
    """The same, where somebody had looked in vain before."""


class ListStep(_Lists):
    """One table of a list."""

    id: Identifier
    label: Text
    hint: Text
    rows: tuple[RowsOf, ...] = Field(min_length=1)
    group_by: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ("clock",)
    columns: tuple[ListColumn, ...] = ()
    verbs: tuple[ListVerb, ...] = Field(min_length=1)
    with_reference: bool = False
    """Whether a reference can be written beside each row."""

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(item for rows in self.rows for item in rows.items)


class WorkList(_Lists):
    id: Identifier
    label: Text
    about: Text
    basis: Basis
    section: Section
    kinds: tuple[str, ...] = Field(min_length=1)
    clock: tuple[str, ...] = ()
    """Fields that say when it takes place, the first that is filled in; none: when it was performed."""
    steps: tuple[ListStep, ...] = Field(min_length=1)

    def step(self, step_id: str) -> ListStep | None:
        return next((step for step in self.steps if step.id == step_id), None)
