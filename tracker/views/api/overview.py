"""Counts of an outage: no patients, so whoever sees a unit's counts may read them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.guard import current_user
from tracker.models import Outage, SignOff, Unit
from tracker.permissions import Permission, requires, sees_counts
from tracker.queries.action import ActionFilter, count_actions
from tracker.queries.deadline import overdue_by_unit
from tracker.queries.item import STATES, ItemFilter, count_cells
from tracker.queries.sign_off import sign_offs_in
from tracker.views.api.outage import OUTAGE, visible_outage
from tracker.views.api.parse import stamp

blueprint = Blueprint("overview", __name__)


@blueprint.get(f"{OUTAGE}/summary")
@requires(Permission.SIGNED_IN)
def summary(outage_id: int) -> ResponseReturnValue:
    """Counts by unit, system, role and state, of the units whose counts the user may see."""
    outage = visible_outage(outage_id)
    user = current_user()
    units = [unit for unit in outage.units if sees_counts(user, unit.id)]
    unit_ids = frozenset(unit.id for unit in units)
    cells = count_cells(ItemFilter(unit_ids, outage.id))
    overdue = overdue_by_unit(outage, unit_ids, utcnow())
    return jsonify(
        outage=outage.id,
        name=outage.name,
        drill=outage.drill,
        systems_down=list(outage.systems_down(utcnow())),
        units=_describe_units(outage, units),
        cells=cells,
        by_unit=_added_up(cells, "unit"),
        by_system=_added_up(cells, "system"),
        by_role=_added_up(cells, "role"),
        by_state=_by_state(cells),
        over_limit={unit.code: overdue[unit.id].count for unit in units if unit.id in overdue},
        total=sum(cell["count"] for cell in cells),
        actions=count_actions(ActionFilter(unit_ids, outage.id)),
    )


def _describe_units(outage: Outage, units: Sequence[Unit]) -> list[dict[str, Any]]:
    signed = {row.unit_id: row for row in sign_offs_in([outage.id])}
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "site": unit.site,
            "kind": unit.kind.value,
            "signed_off": _signed(signed.get(unit.id)),
        }
        for unit in units
    ]


def _signed(sign_off: SignOff | None) -> dict[str, Any] | None:
    return {"by": sign_off.signed_by.name, "at": stamp(sign_off.signed_at)} if sign_off else None


def _added_up(cells: Sequence[Mapping[str, Any]], name: str) -> dict[str, dict[str, int]]:
    """Counts of every state, for each value of one column of the cells."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        sums[cell[name]][cell["state"]] += cell["count"]
    return {key: {state: counts[state] for state in STATES} for key, counts in sorted(sums.items())}


def _by_state(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[cell["state"]] += cell["count"]
    return {state: counts[state] for state in STATES}
