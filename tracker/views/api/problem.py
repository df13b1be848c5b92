"""Refusals of requests that cannot be read at all, and the words for faults of shape.

They become RFC 9457 problem documents in tracker.views.errors, as every other refusal does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from tracker.errors import DomainError, Invalid
from tracker.i18n import lazy_text as _l

_MOMENT = _l("Enter a date and a time, such as 2026-11-23T14:05 or 2026-11-23T13:05:00Z.")
_MESSAGES: dict[str, Any] = {
    "missing": _l("This must be filled in."),
    "extra_forbidden": _l("There is no such field."),
    "string_type": _l("Enter text."),
    "int_type": _l("Enter a whole number."),
    "int_parsing": _l("Enter a whole number."),
    "int_from_float": _l("Enter a whole number."),
    "bool_type": _l("Enter true or false."),
    "list_type": _l("Enter a list."),
    "tuple_type": _l("Enter a list."),
    "dict_type": _l("Enter an object."),
    "model_type": _l("Enter an object."),
    "uuid_type": _l("Enter a UUID."),
    "uuid_parsing": _l("Enter a UUID."),
    "moment": _MOMENT,
    "known_or_told": _l("Name the patient by id or by identity, not both."),
    "one_of_them": _l("Name the performer by login or by name, one of them."),
}


class NotJson(DomainError):
    """The body is of another kind than JSON."""

    status = 415

    def __init__(self) -> None:
        super().__init__(_l("Send JSON, with the content type application/json."))


class Unreadable(DomainError):
    """The body says it is JSON and is not."""

    status = 400

    def __init__(self) -> None:
        super().__init__(_l("The body is not valid JSON in UTF-8."))


def pointer_to(place: Iterable[int | str]) -> str:
    """A JSON pointer (RFC 6901): `/patient/identity`, `/done_items/0`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def faults_of(error: ValidationError) -> dict[str, object]:
    """Every fault of shape in plain words, by pointer; the first one where several concern one place."""
    faults: dict[str, object] = {}
    for fault in error.errors(include_url=False, include_input=False):
        faults.setdefault(pointer_to(fault["loc"]), _message(fault["type"], fault.get("ctx") or {}))
    return faults


def not_one_of(pointer: str, allowed: Iterable[str]) -> Invalid:
    """A value that is none of those there are."""
    return Invalid({pointer: _l("Choose one of: %(choices)s.", choices=", ".join(allowed))})


def _message(code: str, context: dict[str, Any]) -> object:
    if code in ("enum", "literal_error"):
        return _l("Choose one of: %(choices)s.", choices=context["expected"])
    if code == "string_too_long":
        return _l("The text is too long: at most %(count)s characters.", count=context["max_length"])
    return _MESSAGES.get(code, _l("This cannot be read."))
