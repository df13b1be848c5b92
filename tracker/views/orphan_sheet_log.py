"""The log form opened from a sheet: its number and words filled in, and the action tied to it when it is saved."""

from __future__ import annotations

from flask import request

from tracker.guard import current_user
from tracker.models import Action, OrphanSheet
from tracker.queries.orphan_sheet import get_orphan
from tracker.routine.spec import KindSpec
from tracker.services.orphan_sheet import lock_orphan, solve_by_action
from tracker.views.action_place import Place


def named_orphan() -> OrphanSheet | None:
    """The unclear sheet that the page or form names, if the user's units work on it."""
    number = request.values.get("orphan", type=int)
    return get_orphan(number, current_user().unit_ids) if number else None


def from_sheet(kind: KindSpec, place: Place) -> dict[str, str]:
    """What the log form begins with: the sheet's number, and of an unclear sheet what can be read on it.

    The number is kept for the next action that has room on the same sheet.
    """
    orphan = named_orphan()
    if orphan is not None:
        return {"sheet": orphan.serial, "note": orphan.content}
    told = request.args.get("sheet", "")[:40]
    if told:
        return {"sheet": told}
    before = place.after.numbered_sheet if place.after else None
    if before is not None and before.series.kind == kind.id and kind.paper.rows > 1:
        same_patient = place.keep == "patient"
        if kind.paper.one_patient == same_patient:
            return {"sheet": before.serial}
    return {}


def tie_orphan(action: Action) -> None:
    """The action says what the unclear sheet said: it is solved, unless somebody came first."""
    orphan = named_orphan()
    if orphan is None or orphan.unit_id != action.unit_id or orphan.outage_id != action.outage_id:
        return
    held = lock_orphan(orphan.id)
    if held.solution is None:
        solve_by_action(held, action, actor=current_user())
