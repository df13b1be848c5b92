"""The demo's clinical content, read from `content/*.toml`, with times told from the moment it was done.

In a case, `times` says how many patients have it. A date-time is written `-30m` or `+2h` from the moment, or
`+3d 08:30` on a day; a date `+3d`; a time `@` is the moment's own hour.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tracker.routine.spec import FieldType, KindSpec

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Case:
    kind: str
    units: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1
    role: str = ""
    note: str = ""
    sex: str = ""
    early: bool = False
    """It was among the first things in the outage: an admission comes before the doses."""
    patient: str = ""
    """`unknown`: somebody whose identity is not known."""


def read_cases() -> list[Case]:
    cases = []
    for path in sorted(CONTENT.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            cases.append(Case(**{**case, "units": tuple(case["units"])}))
    return cases


def fill_times(kind: KindSpec, fields: Mapping[str, Any], performed_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The fields with real times in place of told ones."""
    there = performed_at.astimezone(zone)
    return {name: _filled(kind.field_by_id[name].type, value, there) for name, value in fields.items()}


def _filled(field_type: FieldType, value: Any, there: datetime) -> Any:
    if not isinstance(value, str):
        return value
    match field_type:
        case FieldType.TIME:
            return f"{there:%H}:00" if value == "@" else value
        case FieldType.DATE:
            return (there.date() + timedelta(days=int(value.removesuffix("d")))).isoformat()
        case FieldType.DATETIME:
            return _moment(value, there).isoformat()
    return value


def _moment(value: str, there: datetime) -> datetime:
    if found := re.fullmatch(r"([+-]\d+)([mh])", value):
        amount = int(found[1])
        return there + (timedelta(minutes=amount) if found[2] == "m" else timedelta(hours=amount))
    days, clock = value.split()
    day = there.date() + timedelta(days=int(days.removesuffix("d")))
    return datetime.combine(day, time.fromisoformat(clock), there.tzinfo)
