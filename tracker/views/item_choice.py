"""What the reader has chosen to see of the queue, read from the address and written back into it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from tracker.clock import utcnow
from tracker.models import Outage, Unit, User
from tracker.queries.item import READY, STATES, UNFINISHED, ItemFilter
from tracker.routine.spec import PERFORMER_ROLES

MINE, ANY, ALL, REAL, DRILL, OVER = "mine", "any", "all", "real", "drill", "over"
UNFINISHED_STATES = "unfinished"
AGES = (4, 12, 24, 48)
"""Hours since the action was performed."""


@dataclass(frozen=True)
class Choice:
    outage: str = REAL
    """`real`, `drill` (all drills) or an outage's id. Real work and drills are never mixed."""
    unit: str = ALL
    role: str = MINE
    system: str = ""
    """Empty: the one with most to do."""
    state: str = READY
    kind: str = ""
    hours: int = 0
    limit: str = ""
    """`over`: only what is past its limit."""
    patient: str = ""
    page: int = 1

    def args(self, **changes: Any) -> dict[str, Any]:
        """For an address that shows this choice with some changes; another choice begins on its first page."""
        changed = replace(self, **{"page": 1, **changes})
        plain = asdict(Choice())
        kept = ("outage", "unit")
        return {name: value for name, value in asdict(changed).items() if value != plain[name] or name in kept}

    def scope(self, system: str) -> dict[str, Any]:
        """What the pages of one patient need to keep."""
        return {"system": system, "outage": self.outage, "unit": self.unit}

    def filter(self, user: User, **changes: Any) -> ItemFilter:
        """The items of the choice; `changes` replace parts of the filter."""
        states = UNFINISHED if self.state == UNFINISHED_STATES else (self.state,)
        parts: dict[str, Any] = {
            "unit_ids": self.unit_ids(user),
            "outage_id": int(self.outage) if self.outage.isdigit() else None,
            "drill": None if self.outage.isdigit() else self.outage == DRILL,
            "systems": () if self.system in ("", ALL) else (self.system,),
            "roles": self.roles(user),
            "states": states,
            "kinds": (self.kind,) if self.kind else (),
            "patient_id": uuid.UUID(self.patient) if self.patient else None,
            "older_than": utcnow() - timedelta(hours=self.hours) if self.hours else None,
            "due_before": utcnow() if self.limit == OVER else None,
        }
        return ItemFilter(**{**parts, **changes})

    def unit_ids(self, user: User) -> frozenset[int]:
        if self.unit == ALL:
            return user.unit_ids
        return frozenset(row.unit_id for row in user.memberships if row.unit.code == self.unit)

    def roles(self, user: User) -> tuple[str, ...]:
        if self.role == ANY:
            return ()
        return (user.role.value if self.role == MINE else self.role,)


def read_choice(
    args: Mapping[str, str], user: User, unit: Unit | None, outages: Sequence[Outage], systems: Sequence[str]
) -> Choice:
    """The choice in an address. What is unknown or not the reader's falls back to the usual: mine, here, ready."""
    codes = {row.unit.code for row in user.memberships}
    default_unit = unit.code if unit and unit.code in codes else ALL
    only_drills = bool(outages) and all(outage.drill for outage in outages)
    known_outages = {REAL, DRILL, *(str(outage.id) for outage in outages)}
    return Choice(
        outage=_one_of(args.get("outage"), known_outages, DRILL if only_drills else REAL),
        unit=_one_of(args.get("unit"), {ALL, *codes}, default_unit),
        role=_one_of(args.get("role"), {MINE, ANY, *PERFORMER_ROLES}, MINE),
        system=_one_of(args.get("system"), {ALL, *systems}, ""),
        state=_one_of(args.get("state"), {UNFINISHED_STATES, *STATES}, READY),
        kind=args.get("kind", ""),
        hours=int(_one_of(args.get("hours"), {str(hours) for hours in AGES}, "0")),
        limit=_one_of(args.get("limit"), {OVER}, ""),
        patient=_uuid(args.get("patient", "")),
        page=_page(args.get("page", "")),
    )


def _one_of(given: str | None, known: set[str], default: str) -> str:
    return given if given in known else default


def _page(given: str) -> int:
    return min(int(given), 100_000) if given.isascii() and given.isdigit() and int(given) > 0 else 1


def _uuid(given: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return ""
