"""Reading a ticked re-entry workbook: what each row says, whatever has been done to the file meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from openpyxl.utils import get_column_letter

from exports.cell_table import CellRow, read_cells
from exports.tick_column import ROW_KEY, place_columns
from exports.tick_list import TickList
from tracker.clock import utcnow
from tracker.i18n import plural, time_zone
from tracker.i18n import text as _
from tracker.services.tick_row import (
    TICKS,
    TOLD,
    Baseline,
    TickRow,
    fingerprint,
    item_of_key,
    read_key,
    settle_time,
)

_LOOK_FOR_HEAD = 12
"""Rows in which the headings are looked for: some people write a title above them."""
_NAMED = 8
"""How many row numbers a notice names."""
_MAX_TOLD = 200


@dataclass
class TickUpload:
    rows: list[TickRow]
    """Those that say something new, and those that nothing can be made of."""
    notices: list[str]
    unchanged: int
    digest: str


@dataclass
class _Sheet:
    title: str
    head: int
    places: dict[str, int]
    headings: dict[int, str]
    hidden: list[int] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)
    rewritten: list[int] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)


def read_tick_upload(file: IO[bytes], name: str, known: TickList) -> TickUpload:
    """The rows of a workbook whose list was read; raises Invalid (`/file`) if it cannot be opened."""
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return _Reading(known, utcnow().astimezone(time_zone()).date()).read(read_cells(file, name), digest)


class _Reading:
    def __init__(self, known: TickList, today: date) -> None:
        self.known, self.today = known, today
        self.by_item = {item_of_key(key): key for key in known.rows}
        self.found: dict[str, list[TickRow]] = {}
        self.lost: list[TickRow] = []
        self.seen: set[str] = set()
        """Rows whose code stands somewhere in the file, also where it could not be read further."""
        self.sheets: dict[str, _Sheet] = {}
        self.notices: list[str] = [
            _("The sheet “%(sheet)s” is hidden and was not read. Show it and read the file in again.", sheet=title)
            for title in known.hidden
        ]
        self.count = 0

    def read(self, lines: Sequence[CellRow], digest: str) -> TickUpload:
        by_sheet: dict[str, list[CellRow]] = {}
        for line in lines:
            by_sheet.setdefault(line.sheet, []).append(line)
        for title, its_lines in by_sheet.items():
            self._read_sheet(title, its_lines)
        rows = [row for copies in self.found.values() for row in self._settle_copies(copies)]
        told = [row for row in rows if row.changed or row.fault]
        gone = self._gone()
        unchanged = len(rows) - len(told)
        every = [*sorted([*told, *self.lost], key=lambda row: row.number), *gone]
        for number, row in enumerate(every):
            row.number = number
        for sheet in self.sheets.values():
            self.notices += _notices(sheet)
        return TickUpload(every, self.notices, unchanged, digest)

    def _read_sheet(self, title: str, lines: Sequence[CellRow]) -> None:
        sheet = self._find_head(title, lines)
        for line in lines:
            for text in line.cells:
                key = read_key(text) if text else None
                if key in self.known.rows:
                    self.seen.add(str(key))
        if sheet is None:
            return
        self.sheets[title] = sheet
        for line in lines:
            if line.number > sheet.head:
                self._read_row(sheet, line)

    def _find_head(self, title: str, lines: Sequence[CellRow]) -> _Sheet | None:
        """Where the headings stand; None for a sheet that is not read, which is told if it is none of ours."""
        best: CellRow | None = None
        places: dict[str, int] = {}
        again: dict[int, str] = {}
        for line in lines[:_LOOK_FOR_HEAD]:
            here, twice = place_columns(line.cells)
            if len(here) > len(places):
                best, places, again = line, here, twice
        has_keys = any(read_key(text) in self.known.rows for line in lines for text in line.cells if text)
        is_ours = has_keys or (title in self.known.sheets[1:] and len(places) >= 3)
        if not is_ours:
            filled = sum(len([cell for cell in line.cells if cell]) > 2 for line in lines)
            if filled and title not in self.known.sheets:
                self._tell(_("The sheet “%(sheet)s” is none of the workbook's and was not read.", sheet=title))
            return None
        if best is None or len(places) < 3 or "tick" not in places:
            self._tell(
                _("In the sheet “%(sheet)s” the heading “Tick” is missing. It was not read: put it back.", sheet=title)
            )
            return None
        doubled = [place for place, name in again.items() if name in (ROW_KEY, *TICKS)]
        if doubled:
            self._tell(
                _(
                    "In the sheet “%(sheet)s” two columns are called “%(heading)s”. It was not read: remove one.",
                    sheet=title,
                    heading=best.cells[doubled[0]],
                )
            )
            return None
        if ROW_KEY not in places:
            self._place_keys(lines, places)
        for name in ("reference", "signature", "time", "comment"):
            if name not in places:
                self._tell(
                    _("In the sheet “%(sheet)s” a column to fill in is missing: it counts as empty.", sheet=title)
                )
                break
        return _Sheet(title, best.number, places, dict(enumerate(best.cells)))

    def _place_keys(self, lines: Sequence[CellRow], places: dict[str, int]) -> None:
        """The column that holds the codes, where its heading is gone."""
        counts: dict[int, int] = {}
        for line in lines:
            for place, text in enumerate(line.cells):
                if text and place not in places.values() and read_key(text) in self.known.rows:
                    counts[place] = counts.get(place, 0) + 1
        if counts:
            places[ROW_KEY] = max(counts, key=lambda place: counts[place])

    def _read_row(self, sheet: _Sheet, line: CellRow) -> None:
        texts = {name: line.cell(place) for name, place in sheet.places.items()}
        cells = {name: texts.get(name, "") for name in TICKS if texts.get(name)}
        if "time" in cells:
            cells["time"] = settle_time(cells["time"], self.today)
        written = texts.get(ROW_KEY, "")
        faults = [
            f"{get_column_letter(sheet.places[name] + 1)}: {line.faults[sheet.places[name]]}"
            for name in (ROW_KEY, *TICKS)
            if name in sheet.places and sheet.places[name] in line.faults
        ]
        if not (written or cells or faults or texts.get("number") or texts.get("patient_number")):
            if any(line.cells):
                sheet.stray.append(line.number)
            return
        if sum(bool(text) and text == sheet.headings.get(place) for place, text in enumerate(line.cells)) >= 5:
            return  # the headings again, copied with the rows
        if line.hidden:
            sheet.hidden.append(line.number)
        self.count += 1
        told = {name: texts[name][:_MAX_TOLD] for name in TOLD if texts.get(name)}
        key = read_key(written) or ""
        row = TickRow(self.count, sheet.title, line.number, key, cells, told=told, export=self.known.export)
        row.fault = "; ".join(faults)
        if not written:
            row.fault = row.fault or _("The row has lost its row code, so nobody knows which follow-up it is.")
            self.lost.append(row)
        elif key not in self.known.rows:
            row.fault = row.fault or _("The row code “%(code)s” is none of this workbook's.", code=written[:20])
            self.lost.append(row)
        else:
            self._compare(row, self.known.rows[key], texts, sheet)
            self.found.setdefault(key, []).append(row)

    def _compare(self, row: TickRow, then: Baseline, texts: Mapping[str, str], sheet: _Sheet) -> None:
        """What in the row is other than when the workbook was made, and whether its parts belong together."""
        row.baseline = {**then.__dict__, "ticks": dict(then.ticks)}
        row.changed = [
            name
            for name in TICKS
            if name in sheet.places and fingerprint(row.cells.get(name, "")) != then.ticks.get(name, "")
        ]
        number, patient = texts.get("number", ""), texts.get("patient_number", "")
        is_other = number.strip() not in ("", str(row.item_id)) or (patient and fingerprint(patient) != then.patient)
        if is_other and not row.fault:
            row.fault = _(
                "The row code and the row's number or patient do not belong together: columns were sorted apart, or "
                "typed over."
            )
        if "fields" in sheet.places and fingerprint(texts.get("fields", "")) != then.fields:
            sheet.rewritten.append(row.line)

    def _settle_copies(self, rows: list[TickRow]) -> list[TickRow]:
        """A row that stands several times counts once if every copy says the same; else none of them does."""
        if len(rows) == 1:
            return rows
        if len({row.mark for row in rows}) == 1 and not any(row.fault for row in rows):
            for row in rows[1:]:
                self.sheets[row.sheet].copies.append(row.line)
            return rows[:1]
        where = ", ".join(f"{row.sheet} {row.line}" for row in rows[:_NAMED])
        for row in rows:
            row.fault = row.fault or _(
                "The row stands several times and the copies do not say the same: %(where)s. None of them counts.",
                where=where,
            )
        return rows

    def _gone(self) -> list[TickRow]:
        """Rows that were written and are nowhere in the file now, nor among those without a code."""
        numbers = {row.told.get("number", "").strip() for row in self.lost if not row.key}
        return [
            TickRow(0, "", 0, key, baseline={**then.__dict__, "ticks": dict(then.ticks)}, gone=True)
            for key, then in self.known.rows.items()
            if key not in self.seen and str(item_of_key(key)) not in numbers
        ]

    def _tell(self, notice: str) -> None:
        self.notices.append(notice)


def _notices(sheet: _Sheet) -> list[str]:
    """What is told of a sheet that was read."""
    told = []
    if sheet.hidden:
        told.append(
            plural(
                "%(sheet)s: %(num)s row is hidden or filtered out in the file. It is read too: row %(rows)s.",
                "%(sheet)s: %(num)s rows are hidden or filtered out in the file. They are read too: rows %(rows)s.",
                len(sheet.hidden),
                sheet=sheet.title,
                rows=_named(sheet.hidden),
            )
        )
    if sheet.copies:
        told.append(
            plural(
                "%(sheet)s: %(num)s row is a copy that says the same as another. It counts once: row %(rows)s.",
                "%(sheet)s: %(num)s rows are copies that say the same as others. They count once: rows %(rows)s.",
                len(sheet.copies),
                sheet=sheet.title,
                rows=_named(sheet.copies),
            )
        )
    if sheet.rewritten:
        told.append(
            _(
                "%(sheet)s: the text to enter was changed in the file, in row %(rows)s. It is not read. Correct the "
                "action in the application, if that is what was meant.",
                sheet=sheet.title,
                rows=_named(sheet.rewritten),
            )
        )
    if sheet.stray:
        told.append(
            _(
                "%(sheet)s: row %(rows)s holds something that is none of the workbook's. It was not read.",
                sheet=sheet.title,
                rows=_named(sheet.stray),
            )
        )
    return told


def _named(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:_NAMED])) + (" …" if len(lines) > _NAMED else "")
