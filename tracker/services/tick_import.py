"""Reading a ticked re-entry workbook back: kept when handed in, applied after a preview, a portion at a time.

The one who reads it in answers for it: they are who finished the follow-up. Who signed in the sheet, and when, is kept
in the history beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from tracker.clock import utcnow
from tracker.errors import DomainError, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Item, Outage, TickImport, User
from tracker.queries.tick_import import TICKED, imports_before, items_by_id
from tracker.services.access import record_access
from tracker.services.event import record_event
from tracker.services.item import ask_about_item, finish_item, lock_item, mark_item_not_needed
from tracker.services.tick_judge import Standing, TickJudge
from tracker.services.tick_plan import plan_ticks, tick_judge
from tracker.services.tick_row import TickRow

KEPT = timedelta(hours=12)
"""How long the rows of a workbook are kept: a shift and the talk after it."""


def keep_ticks(
    rows: Iterable[TickRow],
    about: Mapping[str, Any],
    *,
    outage: Outage,
    unchanged: int,
    file_name: str,
    file_digest: str,
    actor: User,
) -> TickImport:
    """Keep what a file says, to be looked at. Nothing of it is applied. Older ones are forgotten meanwhile."""
    if actor.unit_ids.isdisjoint(outage.unit_ids):
        raise Forbidden(_l("The workbook is of an outage in which none of your units is."))
    forget_old_ticks(actor=actor)
    found = TickImport(
        outage=outage,
        by=actor,
        file_name=file_name[-120:],
        file_digest=file_digest,
        rows=[row.as_json() for row in rows],
        about=dict(about),
        unchanged=unchanged,
        applied=0,
        known=0,
    )
    db.session.add(found)
    _record("ticks-read", found, actor)
    return found


def begin_ticks(found: TickImport, *, actor: User) -> None:
    """Let in the rows that would change something. The others stay, to be told and handed back."""
    if found.begun_at:
        return  # the button pressed twice
    left = []
    for planned in plan_ticks(found, actor).in_working_order():
        if planned.standing is Standing.KNOWN:
            found.known += 1
            continue
        planned.row.pending = planned.standing is Standing.CHANGE
        left.append(planned.row.as_json())
    found.rows = left
    found.begun_at = utcnow()
    _record("ticks-let-in", found, actor)
    _finish_if_done(found, actor)


def apply_ticks(found: TickImport, most: int, *, actor: User) -> int:
    """Apply the next rows, at most so many; gives how many are still to come.

    Each is judged anew with its follow-up held: what somebody else did meanwhile is never overwritten. A row that is
    refused says why and stays; the others go on.
    """
    if not found.begun_at or found.applied_at:
        return 0
    rows = [TickRow.restore(row) for row in found.rows]
    next_rows = [row for row in rows if row.pending][:most]
    ids = [row.item_id for row in next_rows if row.item_id is not None]
    judge = tick_judge(found, actor, ids)
    near = items_by_id(ids)  # all that is told of them, in few questions; each is read again when it is held
    gone = {row.number for row in next_rows if _apply_row(found, row, judge, actor)}
    near.clear()
    found.rows = [row.as_json() for row in rows if row.number not in gone]
    _finish_if_done(found, actor)
    return rows_to_come(found)


def rows_to_come(found: TickImport) -> int:
    return sum(bool(row["pending"]) for row in found.rows)


def forget_ticks(found: TickImport, *, actor: User) -> None:
    """The rest is handed back, or not wanted: nothing of the file is kept but how much of it was applied."""
    found.rows = []
    found.applied_at = found.applied_at or utcnow()
    _record("ticks-forgotten", found, actor)


def forget_old_ticks(*, actor: User) -> None:
    """What nobody came back to."""
    for found in imports_before(utcnow() - KEPT):
        forget_ticks(found, actor=actor)


def record_rest(found: TickImport, patients: Mapping[int, frozenset[Any]], rows: int, *, actor: User) -> None:
    """Log that somebody took the rows that were not applied along. In a reading request begin writing first."""
    for unit_id, patient_ids in patients.items():
        record_access(actor, patient_ids, unit_id=unit_id, doing="tick_import.rest")
    record_event(
        "exported",
        found.outage,
        actor=actor,
        after={"what": "ticks_rest", "rows": rows, "patients": len(frozenset().union(*patients.values()))},
        outage_id=found.outage_id,
    )


def _apply_row(found: TickImport, row: TickRow, judge: TickJudge, actor: User) -> bool:
    """Whether the row is done with: applied now, or known to be applied. If not, it says why."""
    row.pending = False
    try:
        with db.session.begin_nested():
            item = lock_item(row.item_id or 0)
            verdict = judge.judge(row, item)
            if verdict.standing is Standing.KNOWN:
                found.known += 1
                return True
            if verdict.standing is not Standing.CHANGE:
                return False  # the page says why, from how things are then
            _change(item, row, verdict.outcome, actor)
            _leave_trace(found, item, row, verdict.outcome, actor)
    except Invalid as error:
        row.refused = " ".join(str(fault) for fault in error.faults.values())
    except DomainError as error:
        row.refused = str(error.message)
    except StaleDataError:
        row.refused = _("Somebody changed it at the same moment. Read the workbook in again.")
    else:
        judge.read_in.add((item.id, row.mark))
        found.applied += 1
        return True
    return False


def _change(item: Item, row: TickRow, outcome: str, actor: User) -> None:
    comment = row.cells.get("comment", "")
    match outcome:
        case "done":
            finish_item(item, row.cells.get("reference", ""), version=row.taken.version, actor=actor)
        case "not_needed":
            mark_item_not_needed(item, comment, actor=actor)
        case "question":
            ask_about_item(item, comment, actor=actor)


def _leave_trace(found: TickImport, item: Item, row: TickRow, outcome: str, actor: User) -> None:
    """What the sheet says of who and when, beside the reader's own line; and the mark by which it is known again."""
    signature, time = row.cells.get("signature", ""), row.cells.get("time", "").replace("T", " ")
    comment = row.cells.get("comment", "") if outcome == "done" else ""
    record_event(
        TICKED,
        item,
        actor=actor,
        after={
            "item": item.item,
            "tick": outcome,
            "signature": signature,
            "time": time,
            "reference": row.cells.get("reference", ""),
            "reason": " · ".join(part for part in (signature, time, comment) if part),
            "row": row.mark,
            "file": found.file_digest,
        },
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )


def _finish_if_done(found: TickImport, actor: User) -> None:
    if not rows_to_come(found) and found.applied_at is None:
        found.applied_at = utcnow()
        _record("ticks-applied", found, actor)


def _record(verb: str, found: TickImport, actor: User) -> None:
    record_event(
        verb,
        found,
        actor=actor,
        after={
            "file": found.file_digest,
            "rows": len(found.rows),
            "applied": found.applied,
            "known": found.known,
            "unchanged": found.unchanged,
        },
        outage_id=found.outage_id,
    )
