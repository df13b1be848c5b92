"""What an uploaded workbook would log: each row good, known already, doubtful or faulty, and under which id.

A row has the same id however often its file is read: from the template's hidden mark or, without one, from its content
and how many rows before it say the same. A file read twice, or half, therefore logs every row once.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from tracker.extensions import current_settings
from tracker.i18n import lazy_text as _l
from tracker.models import Patient
from tracker.models.action_import import ActionImport
from tracker.queries.action_import import (
    LoggedAction,
    OfferedPatient,
    digests_of,
    logged_for,
    patients_by_identity,
    patients_offered,
)
from tracker.queries.user import colleagues_in
from tracker.services.action_reader import RowReader
from tracker.services.action_row import NO_ID, ImportRow, ReadRow, plain

ROW_IDS = uuid.UUID("5d0c7a52-4f0e-4b5b-9c38-2f1f6a7f9b10")
SAME_TIME = timedelta(minutes=30)
"""Rows of one file that say the same so close in time are probably one event written twice."""
LONG_BEFORE = timedelta(days=2)


class Standing(StrEnum):
    GOOD = "good"
    KNOWN = "known"
    DOUBTFUL = "doubtful"
    FAULTY = "faulty"


@dataclass
class PlannedRow:
    read: ReadRow
    action_id: uuid.UUID = NO_ID
    is_known: bool = False
    doubts: list[object] = field(default_factory=list)
    """Why somebody must say that it is to be logged all the same."""
    notes: list[object] = field(default_factory=list)
    """Worth knowing; it is logged."""
    twins: list[LoggedAction] = field(default_factory=list)
    """What is logged already and looks alike."""
    logged_as: uuid.UUID | None = None
    """The action that was logged from this row before it was changed."""
    patient: Patient | None = None

    @property
    def row(self) -> ImportRow:
        return self.read.row

    @property
    def standing(self) -> Standing:
        if self.read.entry is None or self.row.refused:
            return Standing.FAULTY
        if self.is_known:
            return Standing.KNOWN
        return Standing.DOUBTFUL if self.doubts else Standing.GOOD


@dataclass(frozen=True)
class Plan:
    rows: list[PlannedRow]

    def of(self, *standings: Standing) -> list[PlannedRow]:
        return [planned for planned in self.rows if planned.standing in standings]

    def count(self, standing: Standing, sheet: int | None = None) -> int:
        return sum(sheet in (None, planned.row.sheet) for planned in self.of(standing))


def row_reader(found: ActionImport) -> tuple[RowReader, list[OfferedPatient]]:
    offered = patients_offered(found.unit, found.outage)
    return RowReader(found.outage, found.unit, colleagues_in(found.unit_id), offered), offered


def plan_import(found: ActionImport) -> Plan:
    """Work out what the rows would do. Writes nothing."""
    reader, offered = row_reader(found)
    planned = [PlannedRow(reader.read(ImportRow.restore(row))) for row in found.rows]
    readable = [one for one in planned if one.read.entry is not None]
    _find_patients(readable, offered)
    _give_ids(found, readable)
    _find_twins(found, readable)
    _find_copies(readable)
    for one in readable:
        _look_closer(one, reader)
    return Plan(planned)


def _find_patients(readable: list[PlannedRow], offered: list[OfferedPatient]) -> None:
    labels = {one.patient.identity: one.patient for one in offered if one.patient.is_unknown}
    known = patients_by_identity({one.read.identity[1] for one in readable if not one.read.is_label})
    for one in readable:
        kind, number = one.read.identity
        one.patient = labels.get(number) if one.read.is_label else known.get((kind, number))


def _give_ids(found: ActionImport, readable: list[PlannedRow]) -> None:
    """The id of each row, and whether it is logged already.

    A mark belongs to one row: the one that was logged by it or, before that, the first. Rows that were copied or
    changed later get an id from mark and content, so that the order of the rows never matters.
    """
    place = f"{found.outage_id}:{found.unit_id}"
    said: Counter[tuple[str, str]] = Counter()
    ids: list[tuple[PlannedRow, uuid.UUID, uuid.UUID]] = []
    for one in readable:
        mark, digest = one.row.mark, _digest(one)
        number = said[(mark, digest)]
        said[(mark, digest)] += 1
        base = uuid.uuid5(ROW_IDS, f"{place}:{mark}" if mark else f"{place}:{digest}:{number}")
        ids.append((one, base, uuid.uuid5(base, f"{digest}:{number}")))
    logged = digests_of({action_id for _one, *both in ids for action_id in both})
    owners: dict[uuid.UUID, PlannedRow] = {}
    for one, base, _own in ids:
        if logged.get(base, _digest(one)) == _digest(one):
            owners.setdefault(base, one)
    for one, base, own in ids:
        owner = owners.get(base)
        one.action_id = base if owner is one else own
        one.is_known = one.action_id in logged
        if one.is_known or owner is one:
            continue
        if owner is not None:
            _tell_copy(one, owner)
        else:
            one.logged_as = base
            one.doubts.append(
                _l(
                    "This row was logged before with other content. Correct the logged action if the paper says "
                    "something else. Tick only if this is another event."
                )
            )


def _tell_copy(copy: PlannedRow, owner: PlannedRow) -> None:
    if _digest(copy) == _digest(owner):
        copy.doubts.append(
            _l(
                "The row is a copy of row %(row)s, the same in every cell. Tick only if it was done twice.",
                row=owner.row.line,
            )
        )
    else:
        copy.notes.append(_l("Copied from row %(row)s and changed: logged as an event of its own.", row=owner.row.line))


def _find_twins(found: ActionImport, readable: list[PlannedRow]) -> None:
    """What is logged for the same patient and looks alike, by another way than this file."""
    new = [one for one in readable if not one.is_known and one.patient]
    if not new:
        return
    margin = timedelta(hours=current_settings().duplicate_hours)
    times = [one.read.entry.performed_at for one in new if one.read.entry]
    from_here = {one.action_id for one in readable if one.is_known} | {one.logged_as for one in new}
    by_patient: dict[uuid.UUID, list[LoggedAction]] = {}
    patients = {one.patient.id for one in new if one.patient}
    for action in logged_for(patients, min(times) - margin, max(times) + margin, found.outage.drill):
        if action.id not in from_here:
            by_patient.setdefault(action.patient_id, []).append(action)
    for one in new:
        entry = one.read.entry
        if entry is None or one.patient is None:
            continue
        one.twins = [
            action
            for action in by_patient.get(one.patient.id, ())
            if (action.kind, action.subject.lower()) == (entry.kind, one.read.subject.lower())
            and abs(action.performed_at - entry.performed_at) <= margin
        ]
        if one.twins:
            one.doubts.append(
                _l("Something alike is logged for this patient close in time. Tick only if it is not the same.")
            )


def _find_copies(readable: list[PlannedRow]) -> None:
    """Rows of the file that say nearly the same as one before them."""
    margin = timedelta(hours=current_settings().duplicate_hours)
    seen: dict[tuple[object, ...], list[PlannedRow]] = {}
    for one in readable:
        entry = one.read.entry
        if entry is None:
            continue
        alike = seen.setdefault((one.read.identity, entry.kind, one.read.subject.lower()), [])
        apart, other = min(
            ((abs(entry.performed_at - its.performed_at), earlier) for earlier in alike if (its := earlier.read.entry)),
            key=lambda pair: pair[0],
            default=(None, None),
        )
        alike.append(one)
        if one.is_known or one.doubts or other is None or apart is None:
            continue
        row, sheet = other.row.line, other.row.sheet
        if apart <= SAME_TIME and sheet == one.row.sheet:
            one.doubts.append(_l("Row %(row)s says nearly the same. Tick only if both were done.", row=row))
        elif apart <= SAME_TIME:
            one.doubts.append(_l("A row of another sheet says nearly the same. Tick only if both were done."))
        elif apart <= margin:
            one.notes.append(_l("Row %(row)s says much the same at another time.", row=row))


def _look_closer(one: PlannedRow, reader: RowReader) -> None:
    entry = one.read.entry
    if entry is None or one.is_known:
        return
    known = one.patient.name if one.patient else ""
    if entry.patient.name and known and _words(entry.patient.name) != _words(known):
        one.doubts.append(_l("Another name is registered for this number. Tick only if it is the right patient."))
    if one.read.early > LONG_BEFORE:
        one.doubts.append(_l("The date is more than two days before the outage. Tick only if the date is right."))
    elif one.read.early:
        one.notes.append(_l("The time is before the outage began. Check the time."))
    if entry.role not in reader.routine.kinds[entry.kind].logged_by:
        one.notes.append(_l("The routine does not expect this role here. It is logged all the same."))
    if one.read.is_label and one.patient is None:
        one.notes.append(
            _l("No number: the patient is logged by this temporary label, to be linked to a number later.")
        )


def _digest(one: PlannedRow) -> str:
    return one.read.entry.digest if one.read.entry else ""


def _words(name: str) -> list[str]:
    return sorted(plain(name).replace(",", " ").split())
