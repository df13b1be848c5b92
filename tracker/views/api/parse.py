"""Reading a request's body: JSON of a known shape, with every fault pointed out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.views.api.problem import NotJson, Unreadable, faults_of, pointer_to

MAX_DEPTH = 12
MAX_REASON = 2000
MAX_ID = 2**31 - 1
"""The largest number that a row can have."""
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE
)
# What no database and no spreadsheet keeps: control characters except tab and line breaks, and halves of a character.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Model = TypeVar("Model", bound="Body")


class Body(BaseModel):
    """What a request may say; a field that is not named here is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Nothing(Body):
    """For verbs that need no more than their address."""


class Reason(Body):
    reason: Annotated[str, StringConstraints(max_length=MAX_REASON)]


def _moment(value: object) -> datetime:
    """A date with a time; without an offset it is local time, as staff write it."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise PydanticCustomError("moment", "not a date-time")
    try:
        found = datetime.fromisoformat(value.replace(",", ".").upper())
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        there = found.replace(tzinfo=time_zone()).astimezone(UTC)
        if there.astimezone(time_zone()).replace(tzinfo=None) != found:  # left out when the clocks go forward
            raise ValueError(value)
    except (ValueError, OverflowError):
        raise PydanticCustomError("moment", "not a date-time") from None
    return there


Moment = Annotated[datetime, BeforeValidator(_moment)]


def stamp(value: datetime | None) -> str | None:
    """A time as the API tells it: ISO 8601 in UTC."""
    return value.astimezone(UTC).isoformat() if value else None


def read_content() -> dict[str, Any]:
    """The request's JSON object as it was sent; nothing at all counts as an empty one."""
    data = request.get_data()
    if not data.strip():
        return {}
    if not request.is_json:
        raise NotJson
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable from None
    return storable(content)


def storable(content: object) -> dict[str, Any]:
    """The JSON object, if all of it can be stored; raises Unreadable or Invalid."""
    try:
        faults = dict(_unstorable(content, ()))
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(content, dict):
        raise Invalid({"": _l("Send one JSON object.")})
    if faults:
        raise Invalid(faults)
    return content


def parse(model: type[Model], content: Mapping[str, Any]) -> Model:
    """The content as `model`; raises Invalid with a pointer to everything that does not fit."""
    try:
        return model.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise Invalid(faults_of(error)) from None


def read(model: type[Model]) -> Model:
    """The request's body as `model`."""
    return parse(model, read_content())


def row_id(number: int) -> int:
    """The number of a row; 0, which no row has, for one that the database could not even look up."""
    return number if 0 < number <= MAX_ID else 0


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _unstorable(value: object, place: tuple[int | str, ...]) -> Iterator[tuple[str, object]]:
    if len(place) > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, str) and _UNSTORABLE.search(value):
        yield pointer_to(place), _l("The text holds a character that cannot be kept. Write it again.")
    elif isinstance(value, dict):
        for name, entry in value.items():
            if _UNSTORABLE.search(name):
                raise ValueError("a name that cannot be kept")
            yield from _unstorable(entry, (*place, name))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _unstorable(entry, (*place, number))
