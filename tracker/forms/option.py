"""What one chooses from. WTForms gives up plain tuples in 3.4."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its published types


def options(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """The choices of a field, from pairs of value and label."""
    return [SelectChoice(value, label) for value, label in pairs]
