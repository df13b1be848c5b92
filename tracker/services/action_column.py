"""The columns in which one kind of action is written in a workbook: what they are called and what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask_babel import force_locale

from tracker import labels
from tracker.i18n import LANGUAGES
from tracker.i18n import lazy_text as _l
from tracker.routine.spec import PERFORMER_ROLES, FieldSpec, FieldType, KindSpec, Text, WorkKind

PATIENT, NAME, DATE, TIME, BY, ROLE, SHEET, NOTE = (
    "_patient",
    "_name",
    "_date",
    "_time",
    "_by",
    "_role",
    "_sheet",
    "_note",
)
DONE = "_done:"
"""Begins the key of a follow-up that can be told done."""
PROBLEM = "_problem"
"""The column of a handed-back workbook that says what is wrong. It is not read."""
_LABELS: dict[str, Any] = {
    PATIENT: _l("Patient"),
    NAME: _l("Patient's name"),
    DATE: _l("Date"),
    TIME: _l("Time"),
    BY: _l("Performed by"),
    ROLE: _l("Role"),
    SHEET: _l("Paper form number"),
    NOTE: _l("Note"),
    PROBLEM: _l("What is wrong"),
}
_REQUIRED = frozenset({PATIENT, DATE, TIME, BY})
_YES_NO: dict[str, Any] = {"true": _l("Yes"), "false": _l("No")}
_YES_NO_WORDS = {"x": "true", "1": "true", "sant": "true", "j": "true", "0": "false", "falskt": "false", "n": "false"}


@dataclass(frozen=True)
class Column:
    """One column. `key` is a field's id, or begins with `_`."""

    key: str
    label: Any
    required: bool = False
    spec: FieldSpec | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What may stand there: ids, and what they are called."""

    @property
    def type(self) -> FieldType:
        if self.spec:
            return self.spec.type
        by_key = {DATE: FieldType.DATE, TIME: FieldType.TIME, NOTE: FieldType.LONG_TEXT}
        return by_key.get(self.key, FieldType.CHOICE if self.choices else FieldType.TEXT)

    def label_in(self, language: str) -> str:
        return _in_language(self.label, language)

    def choice_in(self, value: str, language: str) -> str:
        """What a choice is called; what is none stays as it stands."""
        return _in_language(self.choices[value], language) if value in self.choices else value


def columns_of(kind: KindSpec) -> tuple[Column, ...]:
    """The columns of a kind, in order."""
    roles = [*kind.logged_by, *(role for role in PERFORMER_ROLES if role not in kind.logged_by)]
    return (
        *(_fixed(key) for key in (PATIENT, NAME, DATE, TIME, BY)),
        Column(ROLE, _LABELS[ROLE], choices={role: labels.ROLES[role] for role in roles}),
        *(_of_field(spec) for spec in kind.fields),
        _fixed(SHEET),
        _fixed(NOTE),
        *(
            Column(DONE + item.item, _Done(item.label), choices={"true": _YES_NO["true"]})
            for item in _done_on_paper(kind)
        ),
    )


def column_by_key(kind: KindSpec) -> dict[str, Column]:
    return {column.key: column for column in columns_of(kind)}


def heading_words(kind: KindSpec) -> dict[str, str]:
    """The key of each column by what its heading may say, in either language, in small letters."""
    known = {tidy_heading(column.label_in(lang)): column.key for column in columns_of(kind) for lang in LANGUAGES}
    problem = {tidy_heading(_in_language(_LABELS[PROBLEM], lang)): PROBLEM for lang in LANGUAGES}
    return problem | known


def tidy_heading(text: str) -> str:
    """A heading without its mark of what is required, what stands in brackets at its end, spaces and capitals."""
    text = " ".join(text.casefold().split()).rstrip("*: ")
    if text.endswith(")") and " (" in text:
        text = text.rpartition(" (")[0]
    return text.rstrip("*: ")


def choice_words(column: Column) -> dict[str, str]:
    """The id of each choice by what people may write: its id, or its label in either language."""
    own = {_tidy(word): value for value in column.choices for word in (value, *_every_language(column.choices[value]))}
    yes_no = column.choices and set(column.choices) <= set(_YES_NO)
    return ({word: value for word, value in _YES_NO_WORDS.items() if value in column.choices} | own) if yes_no else own


def problem_label(language: str) -> str:
    return _in_language(_LABELS[PROBLEM], language)


class _Done:
    """`Done already: hand the order to the nurse`, in the routine's words."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def in_language(self, language: str) -> str:
        return f"{_in_language(_l('Done already'), language)}: {self.text.in_language(language)}"


def _fixed(key: str) -> Column:
    return Column(key, _LABELS[key], key in _REQUIRED)


def _of_field(spec: FieldSpec) -> Column:
    choices: dict[str, Any] = {choice.id: choice.label for choice in spec.choices}
    if spec.type is FieldType.YES_NO:
        choices = dict(_YES_NO)
    return Column(spec.id, spec.label, spec.required and not spec.shown_when, spec, choices)


def _done_on_paper(kind: KindSpec) -> Iterable[Any]:
    """The acts that wait for no other follow-up: only they can be told done while logging."""
    found = {item.item: item for item in kind.items if item.kind_of_work is WorkKind.ACT and not item.after}
    return found.values()


def _every_language(label: Any) -> list[str]:
    return [_in_language(label, language) for language in LANGUAGES]


def _in_language(label: Any, language: str) -> str:
    if isinstance(label, Text | _Done):
        return label.in_language(language)
    if isinstance(label, str):
        return label
    return _translated(label, language)


def _translated(label: Any, language: str) -> str:
    with force_locale(language):
        return str(label)


@lru_cache(maxsize=4096)
def _tidy(text: str) -> str:
    return " ".join(text.casefold().split())
