"""A row of a ticked re-entry workbook: its code, what its item was when it was taken along, and what the row says."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from tracker.services.action_cell import read_day, read_moment
from tracker.services.action_row import plain

TICKS = ("tick", "reference", "signature", "time", "comment")
"""The cells that are filled in by hand."""
TOLD = ("number", "patient_number", "patient", "performed", "kind", "task")
"""What a row says of itself, by which a person finds it when its code is lost."""
_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_DAY_ALONE = re.compile(r"[3-9][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KEY = re.compile(r"([0-9]{1,9})[\s\u00a0\-\u2010-\u2015]*([A-Z0-9]{5})", re.ASCII)


def row_key(outage_id: int, action_id: uuid.UUID, item_id: int) -> str:
    """`1042-7KXTB`: the item's number and letters worked out from its outage and its action.

    A number typed wrong, and one of another outage or another installation, has other letters.
    """
    rest = int.from_bytes(hashlib.sha256(f"{outage_id}:{action_id}:{item_id}".encode()).digest()[:8])
    letters = ""
    for _place in range(5):
        rest, place = divmod(rest, len(_LETTERS))
        letters += _LETTERS[place]
    return f"{item_id}-{letters}"


def read_key(text: str) -> str | None:
    """A row's code as it is written, from whatever became of its hyphen, blanks and capitals; None: it is none."""
    found = _KEY.fullmatch(text.strip().upper())
    return f"{int(found[1])}-{found[2]}" if found else None


def item_of_key(key: str) -> int:
    return int(key.partition("-")[0])


def fingerprint(text: str) -> str:
    """A short mark of a text, by which it is seen to have changed; of no text none."""
    told = plain(text)
    return hashlib.sha256(told.encode()).hexdigest()[:8] if told else ""


def settle_time(text: str, today: date) -> str:
    """A moment as `2026-11-23T14:05`, however it was written, midnight as the day alone.

    What is no moment stays as it stands.
    """
    moment = read_moment(text, "", today)
    if moment is None and _DAY_ALONE.fullmatch(text):
        return read_day(text, today) or text
    return (moment or text).removesuffix("T00:00")


@dataclass(frozen=True)
class Baseline:
    """What an item was when the workbook was made."""

    state: str
    version: int
    """The version of its action that the row shows."""
    unit: str
    attention: str
    questions: int
    reference: str
    patient: str
    """Marks (`fingerprint`) of cells as they were written."""
    fields: str
    ticks: Mapping[str, str]

    @classmethod
    def restore(cls, content: Mapping[str, Any]) -> Self:
        return cls(**content)


@dataclass
class TickRow:
    """A row as it is kept between the preview and the word to apply it."""

    number: int
    sheet: str
    """Empty for a row that is gone from the file."""
    line: int
    key: str
    cells: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    """Which of the cells are others than when the workbook was made."""
    told: dict[str, str] = field(default_factory=dict)
    baseline: dict[str, Any] = field(default_factory=dict)
    """Empty for a row that is none of the workbook's."""
    fault: str = ""
    """Why nothing of it can be read."""
    gone: bool = False
    export: str = ""
    """Which making of a workbook it belongs to."""
    pending: bool = False
    """It was let in and is still to be applied."""
    refused: str = ""
    """Why it was not applied although it was let in."""

    @classmethod
    def restore(cls, content: Mapping[str, Any]) -> Self:
        return cls(**content)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def item_id(self) -> int | None:
        return item_of_key(self.key) if self.key else None

    @property
    def taken(self) -> Baseline:
        return Baseline.restore(self.baseline)

    @property
    def mark(self) -> str:
        """By which the same ticks of the same workbook are known again."""
        cells = "\x1f".join(self.cells.get(name, "") for name in TICKS)
        return hashlib.sha256(f"{self.export}\x1f{self.key}\x1f{cells}".encode()).hexdigest()[:32]
