"""A file of sealed entries, carried from a device to the server: each line as if the device had sent it itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from tracker.errors import DomainError, Invalid
from tracker.extensions import db
from tracker.guard import act_as
from tracker.i18n import text as _
from tracker.models import User
from tracker.views.api.sealed import MAX_BODY, SealedBody, take

MAX_LINES = 5000


@dataclass(frozen=True)
class LineResult:
    """How one entry of the file fared. Nothing of what is in it."""

    number: int
    state: str
    """`logged`, `known` (it had come before) or `refused`."""
    why: str = ""


def read_carried(file: FileStorage, sender: User) -> list[LineResult]:
    """Log every entry of the file that can be logged; the others are told with the reason, and stay on their device."""
    results = []
    for number, line in enumerate(_lines(file), start=1):
        results.append(_read_line(number, line, sender))
        act_as(sender)  # the next line has an author of its own
    return results


def _lines(file: FileStorage) -> Iterator[bytes]:
    found = 0
    for line in file.stream:
        if not line.strip():
            continue
        found += 1
        if found > MAX_LINES:
            return
        yield line


def _read_line(number: int, line: bytes, sender: User) -> LineResult:
    broken = LineResult(number, "refused", _("This line is damaged. Save the file on the device again."))
    if len(line) > MAX_BODY:
        return broken
    try:
        body = SealedBody.model_validate_json(json.dumps(_object(line)))
    except (ValueError, ValidationError, RecursionError):
        return broken
    try:
        with db.session.begin_nested():
            _answer, created = take(body, sender)
    except Invalid as error:
        return LineResult(number, "refused", " ".join(str(fault) for fault in error.faults.values()))
    except DomainError as error:
        return LineResult(number, "refused", str(error.message))
    except HTTPException:
        return broken
    return LineResult(number, "logged" if created else "known")


def _object(line: bytes) -> dict[str, Any]:
    content = json.loads(line.decode("utf-8-sig"))
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content
