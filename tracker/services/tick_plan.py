"""What each row of a ticked workbook would change: only what was ticked, nothing over anybody else's work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tracker.models import Item, TickImport, User
from tracker.queries.outage import systems_down
from tracker.queries.tick_import import items_by_id, marks_read_in
from tracker.services.tick_judge import Standing, TickJudge, Verdict
from tracker.services.tick_row import TickRow

__all__ = ["PlannedTick", "Standing", "TickPlan", "plan_ticks"]


@dataclass(frozen=True)
class PlannedTick:
    row: TickRow
    item: Item | None
    """None if the reader may not see it, or nobody knows which it is."""
    verdict: Verdict

    @property
    def standing(self) -> Standing:
        return self.verdict.standing


@dataclass(frozen=True)
class TickPlan:
    rows: Sequence[PlannedTick]

    def in_working_order(self) -> list[PlannedTick]:
        """A step before the one that waits for it, whatever the order in the file."""
        return sorted(self.rows, key=lambda planned: _steps_before(planned.item))

    def of(self, *standings: Standing) -> list[PlannedTick]:
        return [planned for planned in self.rows if planned.standing in standings]

    def count(self, standing: Standing) -> int:
        return len(self.of(standing))


def plan_ticks(found: TickImport, actor: User) -> TickPlan:
    """Every row that is kept, in the order of the file."""
    rows = [TickRow.restore(row) for row in found.rows]
    ids = {row.item_id for row in rows if row.item_id is not None}
    items = items_by_id(ids)
    judge = tick_judge(found, actor, ids)
    by_number = {}
    for row in sorted(rows, key=lambda row: _steps_before(items.get(row.item_id or 0))):
        item = items.get(row.item_id or 0)
        verdict = judge.judge(row, item)
        by_number[row.number] = PlannedTick(row, item if judge.shows(row, item) else None, verdict)
    return TickPlan([by_number[number] for number in sorted(by_number)])


def tick_judge(found: TickImport, actor: User, item_ids: Collection[int]) -> TickJudge:
    return TickJudge(
        found.outage_id,
        actor,
        systems_down(found.outage.drill),
        marks_read_in(item_ids),
    )


def _steps_before(item: Item | None) -> int:
    """How many steps of its action come before it."""
    steps = 0
    while item is not None and item.after is not None and steps < 20:
        steps, item = steps + 1, item.after
    return steps
