"""The contract of the routine: `follow-ups.csv` and `duties.csv`, shared between the projects and never copied."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOMAIN = Path(__file__).parents[2].parent / "shared" / "domain"


@dataclass(frozen=True)
class FollowUp:
    """One row of follow-ups.csv, with its condition, its lists and its yes/no read."""

    kind: str
    logged_by: tuple[str, ...]
    item: str
    when: tuple[str, str | bool] | None
    kind_of_work: str
    system: str
    place: str
    needs: tuple[str, ...]
    after: str | None
    role: str
    unit_may_reassign: bool
    basis: str
    section: str

    def __str__(self) -> str:
        condition = f"-{self.when[0]}-{self.when[1]}" if self.when else ""
        return f"{self.kind}-{self.item}{condition}"

    def applies(self, values: Mapping[str, Any]) -> bool:
        return self.when is None or values.get(self.when[0]) == self.when[1]


def read_follow_ups() -> list[FollowUp]:
    return [
        FollowUp(
            kind=row["kind"],
            logged_by=tuple(row["logged_by"].split("|")),
            item=row["item"],
            when=_condition(row["when"]),
            kind_of_work=row["kind_of_work"],
            system=row["system"],
            place=row["place"],
            needs=tuple(row["needs"].split("+")) if row["needs"] else (),
            after=row["after"] or None,
            role=row["role"],
            unit_may_reassign=row["unit_may_reassign"] == "yes",
            basis=row["basis"],
            section=row["section"],
        )
        for row in _rows("follow-ups.csv")
    ]


def read_duties() -> list[dict[str, str]]:
    return _rows("duties.csv")


def _rows(name: str) -> list[dict[str, str]]:
    with (DOMAIN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _condition(text: str) -> tuple[str, str | bool] | None:
    if not text:
        return None
    field, value = text.split("=")
    return field, {"yes": True, "no": False}.get(value, value)


FOLLOW_UPS = read_follow_ups()
DUTIES = read_duties()
KINDS = tuple(dict.fromkeys(row.kind for row in FOLLOW_UPS))
