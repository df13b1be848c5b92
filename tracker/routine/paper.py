"""How a kind of action is written on paper: the shape of its blank form."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from tracker.routine.field import Frozen

MAX_COLUMNS = 8


class PaperSpec(Frozen):
    """The blank form of a kind. Without anything said: one action on a form, printed on one side."""

    double_sided: bool = False
    """A form that goes on does so on the back of the same paper."""
    rows: int = Field(default=1, ge=1, le=20)
    """So many actions have room on one form, one in each row; 1: the form is one action."""
    one_patient: bool = True
    """The rows are of one patient; otherwise each row has its own."""
    columns: tuple[str, ...] = Field(default=(), max_length=MAX_COLUMNS)
    """The fields that have a column of their own, where there are rows. The rest is written below, by the row."""
    eight_hours: int = Field(default=4, ge=0, le=200)
    """Forms for eight hours in a unit of which nothing is known yet."""

    @field_validator("columns", mode="before")
    @classmethod
    def as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value
