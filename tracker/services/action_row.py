"""A row of a workbook of actions: as it is kept between upload and logging, and as it has been understood."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from tracker.services.entry import ActionEntry

NO_ID = uuid.UUID(int=0)


@dataclass
class ImportRow:
    """A row as it is kept between upload and logging."""

    number: int
    """In the whole file, by which its tick box is known."""
    sheet: int
    """Its sheet, by place in the list of sheets."""
    line: int
    """As the spreadsheet counts it."""
    kind: str
    mark: str
    """The template's hidden mark of the row; empty in a row that was typed or pasted below."""
    cells: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    """What the file does not tell for certain, by column: merged cells, formulas without result."""
    hidden: bool = False
    action_id: str = ""
    """The id it is logged by, once it was let in; empty: it is handed back."""
    refused: dict[str, str] = field(default_factory=dict)
    """What was wrong when it was to be logged, although it had looked right."""

    @classmethod
    def restore(cls, content: Mapping[str, Any]) -> Self:
        return cls(**content)


@dataclass(frozen=True)
class ReadRow:
    """A row that has been understood, as far as it can be."""

    row: ImportRow
    entry: ActionEntry | None
    """None if something is wrong with it. Its id is still to be given."""
    faults: Mapping[str, object]
    values: Mapping[str, Any]
    subject: str = ""
    is_label: bool = False
    early: timedelta = timedelta()
    """How long before the outage began it was done, according to the row."""

    @property
    def identity(self) -> tuple[str, str]:
        if self.entry is None:
            return ("", "")
        return (self.entry.patient.identity_kind or "", self.entry.patient.identity)


def plain(text: str) -> str:
    """Text to be compared: small letters, single spaces."""
    return " ".join(text.casefold().split())
