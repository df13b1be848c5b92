"""Reading a workbook of actions in: kept when uploaded, let in after a preview, logged a portion at a time.

Whatever could not be logged stays with the upload, to be handed back, until the user is done with it or some hours
have passed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Outage, Unit, User
from tracker.models.action_import import ActionImport
from tracker.permissions import sees_unit
from tracker.queries.action_import import imports_before
from tracker.services.access import record_access
from tracker.services.action import log_action
from tracker.services.action_column import DONE, PATIENT
from tracker.services.action_plan import PlannedRow, Standing, plan_import, row_reader
from tracker.services.action_reader import RowReader
from tracker.services.action_row import ImportRow
from tracker.services.entry import ActionEntry
from tracker.services.event import Actor, TimeLimit, hold_history, record_event

KEPT = timedelta(hours=12)
"""How long an upload is kept: a shift and the talk after it."""


def keep_upload(
    rows: Iterable[ImportRow],
    about: dict[str, Any],
    *,
    outage: Outage,
    unit: Unit,
    file_name: str,
    file_digest: str,
    actor: User,
) -> ActionImport:
    """Keep what a file says, to be looked at. Nothing of it is logged. Older uploads are forgotten."""
    _check_unit(unit, actor)
    forget_old_imports()
    kept = [asdict(row) for row in rows]
    found = ActionImport(
        unit=unit,
        outage=outage,
        by=actor,
        file_name=file_name[-120:],
        file_digest=file_digest,
        rows=kept,
        about=about,
        total=len(kept),
        logged=0,
        known=0,
    )
    db.session.add(found)
    _record("workbook-read", found, actor)
    return found


def move_upload(found: ActionImport, outage: Outage, unit: Unit, *, actor: User) -> None:
    """Log the file in another unit or outage than it was made for. Before anything of it is logged."""
    _check_unit(unit, actor)
    if found.begun_at:
        raise Conflict(_l("Rows of this workbook are logged already. It cannot go to another place now."))
    found.outage, found.unit = outage, unit
    db.session.flush()
    _record("workbook-moved", found, actor)


def begin_import(found: ActionImport, agreed: Collection[int], *, actor: User) -> None:
    """Let in the good rows, and of the doubtful ones those that are agreed to (by their number)."""
    _check_unit(found.unit, actor)
    if found.begun_at:
        return  # the button pressed twice
    left = []
    for planned in plan_import(found).rows:
        if planned.standing is Standing.KNOWN:
            found.known += 1
            continue
        if planned.standing is Standing.GOOD or _is_agreed(planned, agreed):
            planned.row.action_id = str(planned.action_id)
        left.append(asdict(planned.row))
    found.rows = left
    found.begun_at = utcnow()
    _record("workbook-let-in", found, actor)
    _finish_if_done(found, actor)


def carry_on(found: ActionImport, most: int, *, actor: User) -> int:
    """Log the next rows, at most so many; gives how many are still to come.

    A row that has become wrong meanwhile is told and stays; the others go on.
    """
    _check_unit(found.unit, actor)
    if not found.begun_at or found.finished_at:
        return 0
    rows = [ImportRow.restore(row) for row in found.rows]
    reader, _offered = row_reader(found)
    next_rows = [row for row in rows if row.action_id][:most]
    gone = {row.number for row in next_rows if _log_row(found, row, reader, actor)}
    found.rows = [asdict(row) for row in rows if row.number not in gone]
    _finish_if_done(found, actor)
    return rows_to_come(found)


def rows_to_come(found: ActionImport) -> int:
    return sum(bool(row["action_id"]) for row in found.rows)


def forget_rows(found: ActionImport, *, actor: Actor) -> None:
    """The rest is handed back, or not wanted: nothing of the file is kept but how much of it was logged."""
    found.rows = []
    found.finished_at = found.finished_at or utcnow()
    _record("workbook-forgotten", found, actor)


def forget_old_imports() -> None:
    """What nobody came back to. At every start, every log-in, and before anything of an import is shown."""
    if has_old_imports():
        hold_history()  # before any other lock, as every writing request does
        for found in imports_before(utcnow() - KEPT):
            forget_rows(found, actor=TimeLimit())


def has_old_imports() -> bool:
    return bool(imports_before(utcnow() - KEPT))


def record_template(outage: Outage, unit: Unit, patient_ids: Collection[uuid.UUID], rows: int, *, actor: User) -> None:
    """Log that somebody took the unit's patients along in a workbook. In a reading request begin writing first."""
    record_access(actor, patient_ids, unit_id=unit.id, doing="action_import.template")
    record_event(
        "exported",
        outage,
        actor=actor,
        after={"what": "action_template", "rows": rows, "patients": len(patient_ids)},
        outage_id=outage.id,
        unit_id=unit.id,
    )


def _log_row(found: ActionImport, row: ImportRow, reader: RowReader, actor: User) -> bool:
    """Whether the row is logged now; if not, the row says why."""
    read = reader.read(row)
    if read.entry is None:
        row.action_id, row.refused = "", {column: str(fault) for column, fault in read.faults.items()}
        return False
    try:
        with db.session.begin_nested():
            logged = log_action(replace(read.entry, id=uuid.UUID(row.action_id)), actor=actor)
    except Invalid as error:
        row.refused = {_column(pointer, read.entry): str(fault) for pointer, fault in error.faults.items()}
    except Conflict as error:
        row.refused = {PATIENT: str(error.message)}
    else:
        found.logged += logged.created
        found.known += not logged.created
        return True
    row.action_id = ""
    return False


def _column(pointer: str, entry: ActionEntry) -> str:
    part, _, last = pointer.strip("/").rpartition("/")
    if part == "done_items":
        return f"{DONE}{entry.done_items[int(last)]}"
    return last if part == "fields" else PATIENT


def _is_agreed(planned: PlannedRow, agreed: Collection[int]) -> bool:
    return planned.standing is Standing.DOUBTFUL and planned.row.number in agreed


def _finish_if_done(found: ActionImport, actor: User) -> None:
    if not rows_to_come(found) and found.finished_at is None:
        found.finished_at = utcnow()
        _record("workbook-finished", found, actor)


def _check_unit(unit: Unit, actor: User) -> None:
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))


def _record(verb: str, found: ActionImport, actor: Actor) -> None:
    record_event(
        verb,
        found,
        actor=actor,
        after={
            "file": found.file_digest,
            "total": found.total,
            "logged": found.logged,
            "known": found.known,
            "handed_back": sum(not row["action_id"] for row in found.rows) if found.begun_at else 0,
        },
        outage_id=found.outage_id,
        unit_id=found.unit_id,
    )
