"""How each numbered form stands: what was stored, and what follows from the actions and orphans that name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.extensions import db
from tracker.models import Action, OrphanSheet, OrphanSolution, Outage, Sheet, SheetSeries, SheetState
from tracker.serial import number_of, write_serial

USED, ORPHAN, SETTLED, VOID, MISSING, BLANK, UNLOGGED = (
    "used",
    "orphan",
    "settled",
    "void",
    "missing",
    "blank",
    "unlogged",
)
STATES = (USED, UNLOGGED, ORPHAN, SETTLED, VOID, MISSING, BLANK)


@dataclass(frozen=True)
class SheetRange:
    """Forms of consecutive numbers."""

    first: str
    last: str

    @property
    def count(self) -> int:
        return number_of(self.last) - number_of(self.first) + 1

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first} – {self.last}"


@dataclass(frozen=True)
class Standing:
    sheet: Sheet
    state: str
    actions: int
    """How many actions, not voided, name it."""


@dataclass(frozen=True)
class SeriesStanding:
    """One series and every form of it, in the order of their numbers."""

    series: SheetSeries
    standings: Sequence[Standing]
    counted_too_early: bool = False
    """The blanks were counted before the systems were back: some may have been written on since."""
    by_state: dict[str, list[Sheet]] = field(default_factory=dict)

    def sheets(self, *states: str) -> list[Sheet]:
        return [standing.sheet for standing in self.standings if standing.state in states]

    def count(self, state: str) -> int:
        return len(self.by_state.get(state, ()))

    def ranges(self, state: str) -> list[SheetRange]:
        return sheet_ranges(sheet.serial for sheet in self.by_state.get(state, ()))

    @property
    def whole(self) -> SheetRange:
        return SheetRange(self.standings[0].sheet.serial, self.standings[-1].sheet.serial)

    @property
    def is_counted(self) -> bool:
        """Somebody has said which are blank, when it could be said; or none can be."""
        return not self.counted_too_early and (self.count(BLANK) > 0 or self.count(UNLOGGED) == 0)


def sheet_ranges(serials: Iterable[str]) -> list[SheetRange]:
    """Consecutive serials taken together: hundreds of forms become a few lines."""
    found: list[SheetRange] = []
    for number in sorted(number_of(serial) for serial in serials):
        if found and number_of(found[-1].last) == number - 1:
            found[-1] = SheetRange(found[-1].first, write_serial(number))
        else:
            found.append(SheetRange(write_serial(number), write_serial(number)))
    return found


def stand(series: Iterable[SheetSeries]) -> list[SeriesStanding]:
    """How these series stand, with two look-ups for all of them."""
    every = list(series)
    sheets = [sheet for one in every for sheet in one.sheets]
    used = _actions_on(sheet.id for sheet in sheets)
    orphans = _orphans_of(sheet.id for sheet in sheets)
    found = []
    for one in every:
        standings = [
            Standing(sheet, _state(sheet, one, used.get(sheet.id, 0), orphans[sheet.id]), used.get(sheet.id, 0))
            for sheet in sorted(one.sheets, key=lambda sheet: number_of(sheet.serial))
        ]
        by_state: dict[str, list[Sheet]] = defaultdict(list)
        for standing in standings:
            by_state[standing.state].append(standing.sheet)
        found.append(SeriesStanding(one, standings, _too_early(one, by_state[BLANK]), dict(by_state)))
    return found


def stand_of(sheet: Sheet) -> Standing:
    """How one form stands."""
    used = _actions_on([sheet.id]).get(sheet.id, 0)
    return Standing(sheet, _state(sheet, sheet.series, used, _orphans_of([sheet.id])[sheet.id]), used)


def latest_restored(outage: Outage) -> datetime | None:
    """When the last of the outage's systems came back; None while one is down."""
    times = [row.restored_at for row in outage.systems]
    return max((time for time in times if time), default=None) if all(times) else None


def _too_early(series: SheetSeries, blanks: Sequence[Sheet]) -> bool:
    restored = latest_restored(series.outage) if series.outage else None
    counted = [sheet.settled_at for sheet in blanks if sheet.settled_at]
    return restored is not None and any(time < restored for time in counted)


def _state(sheet: Sheet, series: SheetSeries, actions: int, orphans: Sequence[OrphanSheet]) -> str:
    """An open orphan comes first: the form may be logged in part, and is not understood yet."""
    handed_on = any(
        orphan.solution is OrphanSolution.OTHER_UNIT and orphan.unit_id == series.unit_id for orphan in orphans
    )
    if any(orphan.solution is None for orphan in orphans) and not handed_on:
        return ORPHAN
    if actions:
        return USED
    if orphans:
        return SETTLED
    return UNLOGGED if sheet.state is SheetState.ISSUED else sheet.state.value


def _actions_on(sheet_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for part in _parts(list(sheet_ids)):
        for sheet_id in db.session.scalars(
            select(Action.sheet_id).where(Action.sheet_id.in_(part), Action.voided_at.is_(None))
        ):
            if sheet_id is not None:
                found[sheet_id] += 1
    return found


def _orphans_of(sheet_ids: Iterable[int]) -> dict[int, list[OrphanSheet]]:
    found: dict[int, list[OrphanSheet]] = defaultdict(list)
    for part in _parts(list(sheet_ids)):
        for orphan in db.session.scalars(
            select(OrphanSheet).where(OrphanSheet.sheet_id.in_(part)).options(joinedload(OrphanSheet.unit))
        ):
            if orphan.sheet_id is not None:
                found[orphan.sheet_id].append(orphan)
    return found


def _parts(ids: list[int], size: int = 500) -> list[list[int]]:
    """A database takes only so many values in one question."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
