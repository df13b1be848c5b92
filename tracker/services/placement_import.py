"""A list of patients put on the unit's list: first worked out and shown, then carried out.

Good rows can go in while bad ones are mended. The same list twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tracker.clock import utcnow
from tracker.errors import Conflict, Invalid
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.identity import Identity, IdentityKind
from tracker.models import Patient, Placement, Unit, User
from tracker.queries.patient import find_patient
from tracker.queries.patient_doubt import differs
from tracker.queries.patient_link import right_identity
from tracker.queries.placement import placed_label, placements_in
from tracker.services.action_cell import read_day, read_moment
from tracker.services.patient import MAX_NAME, PatientEntry, check_identity
from tracker.services.placement import Spot, change_placement, end_placement, place_patient, spot_faults

COLUMNS = ("identity", "name", "bed", "day", "time", "clinician", "protected")
AHEAD = timedelta(days=180)
"""A day without a year is at most so far ahead: lists are of the coming days, or of the last ones."""
_YES = frozenset({"ja", "j", "x", "yes", "y", "true", "1", "skyddad", "protected"})
_LABEL = re.compile(r"(?:okänd|unknown)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class ListRow:
    """One row of a list, as texts by column (COLUMNS)."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    hidden: bool = False
    faults: Mapping[str, object] = field(default_factory=dict)
    """What made a cell unreadable already, by column."""


@dataclass(frozen=True)
class Planned:
    row: ListRow
    patient: PatientEntry
    number: str
    """The identity as it is printed."""
    spot: Spot
    standing: Placement | None
    """The line on the list that the row is about; None: it is new."""
    known: Patient | None
    """Who is registered, where the row has another name: that name stays as it is."""

    @property
    def is_changed(self) -> bool:
        return self.standing is not None and _spot(self.standing) != self.spot


@dataclass(frozen=True)
class Refusal:
    row: ListRow
    faults: Mapping[str, object]
    """By column."""


@dataclass
class ListPlan:
    rows: list[Planned] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    others: list[Placement] = field(default_factory=list)
    """On the list now and not in the rows; of bookings only those of the days that the rows name."""

    @property
    def new(self) -> list[Planned]:
        return [one for one in self.rows if one.standing is None]

    @property
    def changed(self) -> list[Planned]:
        return [one for one in self.rows if one.is_changed]

    @property
    def unchanged(self) -> list[Planned]:
        return [one for one in self.rows if one.standing is not None and not one.is_changed]


def plan_list(rows: Iterable[ListRow], unit: Unit, day: date) -> ListPlan:
    """What the rows would do to the unit's list; times without a day are of `day`. Writes nothing."""
    plan = ListPlan()
    standing = placements_in(unit.id)
    seen: dict[tuple[str, datetime | None], int] = {}
    read: list[tuple[ListRow, PatientEntry, Identity, Spot]] = []
    for row in rows:
        faults: dict[str, object] = dict(row.faults)
        entry, identity = _patient(row, faults)
        spot = _read_spot(row, day, faults)
        if identity is not None and not faults:
            first = seen.setdefault((str(identity), spot.booked_at), row.number)
            if first != row.number:
                faults["identity"] = _l("Stands in row %(row)s already. Keep one of them.", row=first)
        if faults or identity is None:
            plan.refused.append(Refusal(row, faults))
        else:
            read.append((row, entry, identity, spot))
    claimed: set[int] = set()
    for row, entry, identity, spot in read:
        patient = _known(identity, unit)
        line = _line_of(patient, spot, standing, _times_of(read, identity), claimed) if patient else None
        if line is not None:
            claimed.add(line.id)
        is_other = patient and entry.name and patient.name and differs(entry.name, patient.name)
        plan.rows.append(Planned(row, entry, str(identity), spot, line, patient if is_other else None))
    plan.others = _others(plan.rows, standing)
    return plan


def carry_out_list(plan: ListPlan, unit: Unit, *, take_off: Sequence[Placement] = (), actor: User) -> None:
    """Place the new ones, move the changed ones, and take off those given."""
    for line in take_off:
        end_placement(line, actor=actor)
    for planned in plan.changed:
        if planned.standing is not None:
            change_placement(planned.standing, planned.spot, actor=actor)
    for planned in plan.new:
        try:
            place_patient(planned.patient, planned.spot, unit, actor=actor)
        except Conflict as error:
            raise Invalid({f"/rows/{planned.row.number}": error.message}) from None


def _times_of(
    read: Sequence[tuple[ListRow, PatientEntry, Identity, Spot]], identity: Identity
) -> frozenset[datetime | None]:
    """Every time that the rows have for one patient."""
    return frozenset(spot.booked_at for _row, _entry, other, spot in read if other == identity)


def _patient(row: ListRow, faults: dict[str, object]) -> tuple[PatientEntry, Identity | None]:
    text, name = row.cells["identity"], " ".join(row.cells["name"].split())
    kind = IdentityKind.UNKNOWN if _LABEL.fullmatch(text) else None
    entry = PatientEntry(
        identity=text,
        identity_kind=kind,
        name="" if kind else name,
        protected=row.cells["protected"].strip().casefold() in _YES,
    )
    if len(name) > MAX_NAME:
        faults["name"] = _l("The name is too long: at most 120 characters.")
    if "identity" in faults:
        return entry, None
    digits = re.sub(r"\D", "", text)
    if len(digits) == 9 and digits == text:
        faults["identity"] = _l("Nine digits: Excel may have dropped a zero at the beginning. Write all of the number.")
        return entry, None
    if "+" in text and re.fullmatch(r"[\d.,]+E\+\d+", text, re.IGNORECASE):
        faults["identity"] = _l("Excel has shortened the number. Widen the column, or write it as text.")
        return entry, None
    try:
        return entry, check_identity(entry)
    except Invalid as error:
        faults["identity"] = next(iter(error.faults.values()))
        return entry, None


def _read_spot(row: ListRow, day: date, faults: dict[str, object]) -> Spot:
    time_text, day_text = row.cells["time"], row.cells["day"]
    booked_at = None
    if time_text and "time" not in faults and "day" not in faults:
        limit = utcnow().astimezone(time_zone()).date() + AHEAD
        told = read_day(day_text, limit) if day_text else day.isoformat()
        moment = read_moment(time_text, told or "", limit)
        if told is None:
            faults["day"] = _l("Enter a date as YYYY-MM-DD.")
        elif moment is None:
            faults["time"] = _l("Enter a time as HH:MM.")
        else:
            booked_at = datetime.fromisoformat(moment).replace(tzinfo=time_zone())
    spot = Spot(" ".join(row.cells["bed"].split()), booked_at, " ".join(row.cells["clinician"].split()))
    faults |= {pointer.strip("/"): fault for pointer, fault in spot_faults(spot).items()}
    return spot


def _known(identity: Identity, unit: Unit) -> Patient | None:
    is_label = identity.kind is IdentityKind.UNKNOWN
    found = placed_label(identity.number, unit.id) if is_label else find_patient(identity)
    return right_identity(found) if found else None


def _line_of(
    patient: Patient,
    spot: Spot,
    standing: Sequence[Placement],
    times: frozenset[datetime | None],
    claimed: set[int],
) -> Placement | None:
    """The patient's line: the bed, or the booking at that time, else the one booking of that day that has moved."""
    own = [line for line in standing if line.patient_id == patient.id and line.id not in claimed]
    for line in own:
        if line.booked_at == spot.booked_at:
            return line
    if spot.booked_at is None:
        return None
    moved = [line for line in own if line.booked_at not in times and _day(line.booked_at) == _day(spot.booked_at)]
    return moved[0] if len(moved) == 1 else None


def _others(rows: Sequence[Planned], standing: Sequence[Placement]) -> list[Placement]:
    days = {_day(one.spot.booked_at) for one in rows}
    kept = {one.standing.id for one in rows if one.standing is not None}
    return [line for line in standing if line.id not in kept and _day(line.booked_at) in days]


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(time_zone()).date() if moment else None


def _spot(placement: Placement) -> Spot:
    return Spot(placement.bed, placement.booked_at, placement.clinician)
