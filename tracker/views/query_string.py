"""Reading numbers and ids from an address; nonsense counts as absent."""

from __future__ import annotations

import uuid
from datetime import date

from flask import request

MAX_ID = 2**31 - 1
"""The largest number that every database takes as an id."""


def number(name: str) -> int | None:
    """A number of the address that can be an id."""
    value = request.args.get(name, type=int)
    return value if value is not None and -MAX_ID <= value <= MAX_ID else None


def day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def opaque_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get(name, ""))
    except ValueError:
        return None
