"""Of which unit and which outage the sheets are: what a page names, else where the user works now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import current_routine
from tracker.guard import current_unit, current_user
from tracker.i18n import lazy_text as _l
from tracker.models import Outage, Unit
from tracker.queries.outage import get_outage, open_outages_of, outages_for
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.routine.spec import Routine

AHEAD = "ahead"
"""Stands for no outage: what is printed ahead."""


@dataclass(frozen=True)
class SheetPlace:
    unit: Unit
    outage: Outage | None
    """None: printed ahead of any outage."""
    units: Sequence[Unit]
    outages: Sequence[Outage]
    """Those to choose between."""

    @property
    def routine(self) -> Routine:
        return routine_of(self.outage) if self.outage else current_routine()

    @property
    def arguments(self) -> dict[str, object]:
        """The query that keeps a link in this place."""
        return {"unit": self.unit.id, "outage": self.outage.id if self.outage else AHEAD}


def find_sheet_place() -> SheetPlace:
    """Raises NotFound when the user has no unit, or names one of somebody else's."""
    user = current_user()
    units = units_by_id(user.unit_ids)
    chosen = request.values.get("unit", type=int)
    unit = next((one for one in units if one.id == chosen), None) if chosen is not None else current_unit()
    if chosen is None and unit is None and units:
        unit = units[0]
    if unit is None:
        raise NotFound(_l("There is no such unit among yours."))
    seen = [outage for outage in outages_for(user) if unit.id in outage.unit_ids]
    return SheetPlace(unit, _outage(unit, seen), units, seen)


def likeliest_outage(unit_id: int) -> Outage | None:
    """The open outage probably meant: real before drill, going on before restored, the latest first."""
    now = utcnow()
    return min(
        (outage for outage in open_outages_of(unit_id) if outage.began_at <= now),
        key=lambda outage: (outage.drill, not outage.systems_down(now), -outage.id),
        default=None,
    )


def _outage(unit: Unit, seen: Sequence[Outage]) -> Outage | None:
    told = request.values.get("outage", "")
    if told == AHEAD:
        return None
    if told:
        number = request.values.get("outage", type=int)
        found = get_outage(number) if number else None
        if found is None or found not in seen:
            raise NotFound(_l("There is no such outage."))
        return found
    return likeliest_outage(unit.id)
