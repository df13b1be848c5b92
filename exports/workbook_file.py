"""A finished file, and what must be told about it when its making is logged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from exports.words import now_local

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Workbookfile:
    content: bytes
    patients: Mapping[int, frozenset[UUID]]
    """The patients it shows, by the id of the unit they were cared for in."""
    rows: int
    """How many follow-ups (and, in a checklist, duties) it holds."""

    @property
    def patient_ids(self) -> frozenset[UUID]:
        return frozenset().union(*self.patients.values())


def file_name(what: str, outage_id: int, unit_codes: Sequence[str]) -> str:
    """`aterinforing-3-avd10-20261123-1405.xlsx`: ASCII, and nothing about patients."""
    unit = _plain(unit_codes[0]) if len(unit_codes) == 1 else f"{len(unit_codes)}-enheter"
    return f"{what}-{outage_id}-{unit}-{now_local():%Y%m%d-%H%M}.xlsx"


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-").lower() or "enhet"
