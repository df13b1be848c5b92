"""Rows of cells as text, from an Excel workbook, a text file with separators, or cells pasted from either.

What a cell cannot be trusted for is told in the row's `faults`, and the cell's text is what was found: a merged cell
stands for several, a formula may have no saved result. Whoever reads the rows decides whether that column matters.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.worksheet.cell_range import CellRange

from exports.upload import check_upload, unreadable
from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l

MAX_ROWS = 20_000
"""Rows with something in them, in all sheets together."""
MAX_COLUMNS = 200
MAX_UNPACKED = 100 * 1024 * 1024
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DELIMITERS = ("\t", ";", ",")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u200b": None, "\ufeff": None, "\r": None})
_MERGED = _l("The cell is merged with its neighbours. Split it in Excel and fill in every row.")
_NO_RESULT = _l("The formula has no saved result. Open the file in Excel, save it and try again.")
_ERROR = _l("The cell shows an error from Excel. Mend it there.")


@dataclass(frozen=True)
class CellRow:
    """One row that has something in it."""

    sheet: str
    """The sheet's name; empty for text."""
    number: int
    """As the spreadsheet counts it, from 1. Text: the record's number, empty ones counted."""
    cells: tuple[str, ...]
    hidden: bool = False
    """The row was hidden (by hand or by a filter) where it came from."""
    faults: Mapping[int, object] = field(default_factory=dict)
    """What is wrong with a cell, by its place in `cells`."""

    def cell(self, place: int) -> str:
        """The text at a place, counted from 0; empty beyond the last."""
        return self.cells[place] if place < len(self.cells) else ""


def read_cells(file: IO[bytes], name: str) -> list[CellRow]:
    """The rows of a workbook (.xlsx, sheets that are not hidden, in order) or of a text file (.csv, .tsv, .txt).

    Numbers come as they would be typed (`12`, `2.5`), dates as `2026-11-23`, with a time as `2026-11-23 14:05`, times
    as `14:05`. Raises Invalid (`/file`) for a file that cannot or should not be opened.
    """
    beginning = file.read(4)
    file.seek(0)
    if beginning == _OLD_WORKBOOK:
        raise Invalid({"/file": _l("This is Excel's old format. Open it in Excel, save it as .xlsx and try again.")})
    if beginning == _WORKBOOK:
        check_upload(file, "workbook.xlsx", max_unpacked=MAX_UNPACKED)
        return _read_workbook(file)
    if not name.lower().endswith((".csv", ".tsv", ".txt")):
        raise Invalid({"/file": _l("Choose an Excel workbook (.xlsx) or a text file (.csv).")})
    return _read_delimited(_decode(file.read()))


def read_pasted(text: str) -> list[CellRow]:
    """The rows of cells copied from a spreadsheet, or typed with semicolons or commas between."""
    return _read_delimited(text)


def tidy(text: str) -> str:
    """Without what cannot be seen: hard and invisible spaces, spaces at the ends."""
    return text.translate(_SPACES).strip()


def _decode(content: bytes) -> str:
    """Excel writes UTF-8 with a mark, UTF-16 or Windows-1252, other programs UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codings: tuple[str, ...] = ("utf-16",)
    else:
        codings = ("utf-8-sig", "cp1252", "latin-1")
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid({"/file": _l("The file cannot be read as text. Save it as .xlsx or .csv and try again.")})


def _read_delimited(text: str) -> list[CellRow]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own way to name the separator
        return _number(_records(rest, first[4]), start=2)
    return _number(_records(text, _delimiter_of(text)), start=1)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Invalid({"/file": _l("The text cannot be split into cells. Look for a stray quotation mark.")}) from None


def _delimiter_of(text: str) -> str:
    """What splits the first rows most evenly: commas stand inside names and numbers too."""
    beginning = "\n".join(text.split("\n")[:50])

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(record) for record in _records(beginning, delimiter) if any(record))
        width, rows = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        return (rows / widths.total(), -_DELIMITERS.index(delimiter)) if width > 1 else (0.0, 0)

    return max(_DELIMITERS, key=evenness)


def _number(records: Iterator[list[str]], start: int) -> list[CellRow]:
    rows: list[CellRow] = []
    for number, record in enumerate(records, start=start):
        cells = tuple(tidy(cell) for cell in record[:MAX_COLUMNS])
        if any(cells):
            rows.append(CellRow("", number, cells))
            _check_count(rows)
    return rows


def _check_count(rows: Sequence[CellRow]) -> None:
    if len(rows) > MAX_ROWS:
        raise Invalid({"/file": _l("There are more than %(rows)s rows. Split the file.", rows=MAX_ROWS)})


def _read_workbook(file: IO[bytes]) -> list[CellRow]:
    rows: list[CellRow] = []
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                rows += _read_sheet(sheet, len(rows))
                _check_count(rows)
        book.close()
    except Invalid:
        raise
    except (zipfile.BadZipFile, OSError):
        raise unreadable() from None
    except Exception:  # openpyxl raises whatever a broken part leads to
        raise unreadable() from None
    return rows


class _Parser(WorkSheetParser):  # type: ignore[misc, unused-ignore]
    """openpyxl's streaming reader, told to note the formulas that have no saved result."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        cell["no_result"] = element.find(FORMULA_TAG) is not None and not element.findtext(VALUE_TAG)
        return cell


def _read_sheet(sheet: Any, before: int) -> list[CellRow]:
    """One row after the other, so that a sheet of a million styled cells takes no memory."""
    rows: list[CellRow] = []
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=sheet.parent.epoch,
            date_formats=sheet.parent._date_formats,
            timedelta_formats=sheet.parent._timedelta_formats,
        )
        for number, found in parser.parse():
            row = _row_of(sheet.title, number, found)
            hidden = parser.row_dimensions.pop(str(number), {}).get("hidden") in ("1", "true")
            if any(row.cells) or row.faults:
                rows.append(replace(row, hidden=hidden))
                if before + len(rows) > MAX_ROWS:
                    break
    return _mark_merged(rows, parser.merged_cells)


def _row_of(sheet: str, number: int, found: Sequence[Mapping[str, Any]]) -> CellRow:
    texts: dict[int, str] = {}
    faults: dict[int, object] = {}
    for cell in found:
        place = cell["column"] - 1
        if place >= MAX_COLUMNS:
            break
        texts[place] = cell_text(cell["value"])
        if cell["no_result"]:
            faults[place] = _NO_RESULT
        elif cell["data_type"] == "e":
            faults[place] = _ERROR
    width = max((place for place in {*texts, *faults} if texts.get(place) or place in faults), default=-1) + 1
    return CellRow(sheet, number, tuple(texts.get(place, "") for place in range(width)), faults=faults)


def _mark_merged(rows: list[CellRow], merged: Any) -> list[CellRow]:
    for area in merged.mergeCell if merged else ():
        box = CellRange(area.ref)
        for place, row in enumerate(rows):
            if box.min_row <= row.number <= box.max_row:
                width = min(box.max_col, MAX_COLUMNS)
                cells = row.cells + ("",) * (width - len(row.cells))
                faults = {**row.faults, **dict.fromkeys(range(box.min_col - 1, width), _MERGED)}
                rows[place] = replace(row, cells=cells, faults=faults)
    return rows


def cell_text(value: Any) -> str:
    """A value as a person would type it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return format(value, ".15g")  # as many digits as Excel keeps: 0.1 + 0.2 is 0.3
        case datetime():
            rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
            return f"{rounded:%Y-%m-%d}" if rounded.time() == time() else rounded.isoformat(" ").removesuffix(":00")
        case date():
            return value.isoformat()
        case time():
            return value.replace(microsecond=0).isoformat().removesuffix(":00")
    return tidy(str(value))
