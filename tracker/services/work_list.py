"""What is said of several rows of a list at once. Each follow-up has its own trace, as if it were done alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Arrival, Attention, Item, User
from tracker.queries.arrival import latest_looks
from tracker.queries.work_list import is_missing
from tracker.routine.spec import ListVerb
from tracker.services.arrival import look_for_arrival
from tracker.services.follow_up import release_claim, warn_next
from tracker.services.item import begin_item, claim_item, finish_item, lock_item


@dataclass(frozen=True)
class Ticked:
    """A row that was ticked: its follow-ups in order, and what was read and written beside them."""

    items: Sequence[Item]
    reference: str = ""
    version: int | None = None
    """Of the action, as it was read."""


def say_of_rows(verb: ListVerb, ticked: Sequence[Ticked], *, actor: User) -> dict[Any, object]:
    """Do it to every row that is ticked; gives the refusals by the row's action.

    Every row is tried, so that all that stands in the way is told at once; the caller undoes the whole if any is.
    """
    for item_id in sorted(item.id for row in ticked for item in row.items):
        lock_item(item_id)
    refused: dict[Any, object] = {}
    for row in ticked:
        action_id = row.items[0].action_id
        try:
            with db.session.begin_nested():
                _say(verb, row, actor)
        except (Conflict, Forbidden) as refusal:
            refused[action_id] = refusal.message
        except Invalid as invalid:
            refused[action_id] = next(iter(invalid.faults.values()))
    return refused


def _say(verb: ListVerb, row: Ticked, actor: User) -> None:
    items = [item for item in row.items if not item.is_finished and (not verb.items or item.item in verb.items)]
    if not items:
        raise Conflict(_l("A colleague has done it already."))
    if row.version is not None and row.version != items[0].action.version:
        raise Conflict(_l("The action was corrected while you worked. Read it again before you finish."))
    for item in items:
        match verb.does:
            case "finish":
                look = latest_looks([item.id]).get(item.id)
                looked_in_vain = look is not None and look.answer is Arrival.MISSING
                told = verb.told_after_missing if looked_in_vain and verb.told_after_missing else verb.told
                finish_item(item, row.reference, told, version=row.version, actor=actor)
            case "begin":
                claim_item(item, actor=actor)
                begin_item(item, actor=actor)
            case "claim":
                claim_item(item, actor=actor)
            case "missing":
                _say_missing(item, row.version, actor)


def _say_missing(item: Item, version: int | None, actor: User) -> None:
    """It has been looked for and is not there: whoever comes next begins anew, with nothing to check first."""
    look = look_for_arrival(item, Arrival.MISSING, version=version, actor=actor)
    release_claim(item)
    if item.attention is Attention.CHECK_FIRST:
        warn_next(item, None)
    assert is_missing(item, look)  # noqa: S101 - else the row would not move back
