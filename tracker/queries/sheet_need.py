"""How many forms a unit needs for eight hours: from what it logged in earlier outages, else a common number."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Action, Outage, Unit
from tracker.routine.spec import KindSpec, Routine

HOURS = 8
SPARE = 1.25
"""Some are spoilt, and the next outage may be busier."""
_SHORTEST = timedelta(hours=1)


@dataclass(frozen=True)
class Need:
    kind: KindSpec
    count: int
    logged: int
    """How many actions of the kind the unit logged in the outage that asked for most forms; 0: never."""
    hours: float
    """How long that outage lasted."""


def needs_for(unit: Unit, routine: Routine, systems: Iterable[str]) -> dict[str, Need]:
    """What the unit needs of every kind; nothing of kinds that belong to other systems than these."""
    wanted = set(systems)
    known = _logged_before(unit, routine)
    found = {}
    for kind in routine.kinds.values():
        if kind.id in known:
            found[kind.id] = known[kind.id]
        else:
            count = kind.paper.eight_hours if not wanted.isdisjoint(kind.offered_for) else 0
            found[kind.id] = Need(kind, count, 0, 0)
        if wanted.isdisjoint(kind.offered_for):
            found[kind.id] = Need(kind, 0, found[kind.id].logged, found[kind.id].hours)
    return found


def _logged_before(unit: Unit, routine: Routine) -> dict[str, Need]:
    rows = db.session.execute(
        select(Action.kind, Action.outage_id, func.count(), func.count(func.distinct(Action.patient_id)))
        .where(Action.done_in_id == unit.id, Action.voided_at.is_(None))
        .group_by(Action.kind, Action.outage_id)
    ).all()
    lasted = _lasted({row[1] for row in rows})
    best: dict[str, list[Need]] = defaultdict(list)
    for kind_id, outage_id, actions, patients in rows:
        kind = routine.kinds.get(kind_id)
        if kind is None:
            continue
        forms = math.ceil(actions / kind.paper.rows)
        if kind.paper.rows > 1 and kind.paper.one_patient:
            forms = max(forms, patients)
        hours = lasted[outage_id] / timedelta(hours=1)
        count = min(math.ceil(forms / hours * HOURS * SPARE), 200)
        best[kind_id].append(Need(kind, count, actions, hours))
    return {kind_id: max(needs, key=lambda need: need.count) for kind_id, needs in best.items()}


def _lasted(outage_ids: set[int]) -> dict[int, timedelta]:
    """How long each outage lasted, from the first system down to the last one back, or until now."""
    now = utcnow()
    found = {}
    for outage in db.session.scalars(select(Outage).where(Outage.id.in_(outage_ids))):
        ends = [row.restored_at or now for row in outage.systems]
        found[outage.id] = max(_SHORTEST, max(ends, default=now) - outage.began_at)
    return found
