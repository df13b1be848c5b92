"""The fields of an action: what is written down, of which type, and when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")]
Section = Annotated[str, StringConstraints(pattern=r"^\d(\.\d+)*$")]
Basis = Literal["routine", "derived"]


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
    is_clinical: bool = False
    """A slip in it changes what is given or done: compared side by side when a second person checks the entry."""
    is_patient_phone: bool = False
    """The number at which the patient is reached."""

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
