"""What stands in the way of a sign-off. Each noun finds its own; tracker.queries.sign_off gathers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Obstacle:
    code: str
    """Which sort it is, such as `sheets`: the sign-off page knows the way to each."""
    text: Any
    """What is to be settled, in the user's words."""
    names: tuple[str, ...] = ()
    """Every single one: serials of sheets, names of devices. Never a patient."""
