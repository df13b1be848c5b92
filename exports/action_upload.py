"""Reading a workbook of actions back: its rows by sheet and column, whatever has been done to it meanwhile."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from exports.action_template import ABOUT
from exports.cell_table import CellRow, read_cells
from exports.upload import check_upload, unreadable
from tracker.errors import Invalid
from tracker.i18n import LANGUAGES, language, plural
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.routine.spec import KindSpec, Routine
from tracker.services.action_column import PROBLEM, column_by_key, heading_words, tidy_heading
from tracker.services.action_row import ImportRow

MAX_ROWS = 5000
MAX_UNPACKED = 60 * 1024 * 1024
MAX_MEMBERS = 400
_LOOK_FOR_HEAD = 12
"""Rows in which the headings are looked for: some people write a title above them."""
_NAMED = 5
"""How many row numbers a notice names."""


@dataclass(frozen=True)
class ReadSheet:
    title: str
    kind: str
    columns: Mapping[str, tuple[str, str]]
    """Each column that was found, by key: its letter and its heading as it stands."""
    notices: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "kind": self.kind,
            "columns": {key: list(place) for key, place in self.columns.items()},
            "notices": list(self.notices),
        }


@dataclass
class ActionUpload:
    rows: list[ImportRow]
    sheets: list[ReadSheet]
    notices: list[str]
    """What was noticed that belongs to no row: sheets that were not read, for example."""
    made_for: Mapping[str, str]
    """Unit, outage and routine that the template was made for; empty if the file does not say."""
    digest: str

    @property
    def about(self) -> dict[str, Any]:
        return {
            "sheets": [sheet.as_json() for sheet in self.sheets],
            "notices": self.notices,
            "made_for": dict(self.made_for),
        }


@dataclass
class _Head:
    line: int
    kind: KindSpec
    keys: dict[int, str]
    """The key of each column that is understood, by place."""
    headings: list[str]
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Inside:
    """What a file says of itself, before its rows are read."""

    made_for: Mapping[str, str]
    hidden: Sequence[str]
    """Hidden sheets that are none of the template's own."""


def look_inside(file: IO[bytes], name: str) -> Inside:
    """Measure the file, open it, and see what it was made for; raises Invalid (`/file`) if it may not be opened."""
    check_upload(file, name, max_unpacked=MAX_UNPACKED, max_members=MAX_MEMBERS)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        made_for: dict[str, str] = {}
        if ABOUT in book.sheetnames:
            for line in book[ABOUT].iter_rows(max_row=20, max_col=2, values_only=True):
                if len(line) == 2 and line[0] is not None:
                    made_for[str(line[0])] = str(line[1] if line[1] is not None else "")
        hidden = [
            sheet.title
            for sheet in book.worksheets
            if sheet.sheet_state != "visible" and not sheet.title.startswith("_")
        ]
        book.close()
    except Exception:  # a broken or hostile file fails anywhere in the parsers, in their own ways
        raise unreadable() from None
    finally:
        file.seek(0)
    return Inside(made_for, hidden)


def read_action_upload(file: IO[bytes], name: str, inside: Inside, routine: Routine) -> ActionUpload:
    """The rows of a workbook that was looked into; raises Invalid (`/file`) if it holds nothing of ours."""
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    by_sheet: dict[str, list[CellRow]] = {}
    for row in read_cells(file, name):
        by_sheet.setdefault(row.sheet, []).append(row)
    upload = ActionUpload([], [], [], inside.made_for, digest)
    upload.notices += [
        _("The sheet “%(sheet)s” is hidden and was not read. Show it and read the file in again.", sheet=title)
        for title in inside.hidden
    ]
    for title, lines in by_sheet.items():
        _read_sheet(upload, title, lines, routine)
    if not upload.sheets:
        raise Invalid({"/file": _l("The workbook has no sheet that can be read. Begin with the template.")})
    return upload


def _read_sheet(upload: ActionUpload, title: str, lines: Sequence[CellRow], routine: Routine) -> None:
    head = _find_head(title, lines, routine)
    if head is None:
        filled = sum(len([cell for cell in line.cells if cell]) > 2 for line in lines)
        if filled and not _is_guide(lines):
            upload.notices.append(_("The sheet “%(sheet)s” is none of the template's and was not read.", sheet=title))
        return
    number = len(upload.sheets)
    rows: list[ImportRow] = []
    hidden: list[int] = []
    stray: Counter[int] = Counter()
    for line in lines:
        if line.number <= head.line:
            continue
        cells = {key: line.cell(place) for place, key in head.keys.items() if key != PROBLEM and line.cell(place)}
        stray.update(place for place in range(1, len(line.cells)) if line.cells[place] and place not in head.keys)
        if not cells or _is_heading_again(line, head):
            continue
        faults = {
            head.keys[place]: str(fault)
            for place, fault in line.faults.items()
            if place in head.keys and head.keys[place] != PROBLEM
        }
        mark = line.cell(0)[:80] if head.keys.get(0) is None else ""
        count = len(upload.rows) + len(rows)
        if count >= MAX_ROWS:
            raise Invalid({"/file": _l("The workbook has more than %(rows)s rows. Split it.", rows=MAX_ROWS)})
        rows.append(ImportRow(count, number, line.number, head.kind.id, mark, cells, faults, line.hidden))
        if line.hidden:
            hidden.append(line.number)
    columns = {
        key: (get_column_letter(place + 1), _at(head.headings, place))
        for place, key in head.keys.items()
        if key != PROBLEM
    }
    notices = [*head.notices, *_tell_hidden(hidden), *_tell_stray(stray, head)]
    if rows:
        notices += _tell_missing(head, columns)
    upload.rows.extend(rows)
    upload.sheets.append(ReadSheet(title, head.kind.id, columns, notices))


def _find_head(title: str, lines: Sequence[CellRow], routine: Routine) -> _Head | None:
    """Where the headings stand, and which kind of action the sheet is of: by its hidden row, else by its name."""
    kind: KindSpec | None = None
    keys: dict[int, str] = {}
    first = lines[:_LOOK_FOR_HEAD]
    for line in first:
        if line.cell(0) in routine.kinds:
            kind = routine.kinds[line.cell(0)]
            known = {*column_by_key(kind), PROBLEM}
            keys = {place: key for place, key in enumerate(line.cells) if key in known}
            break
    if kind is None:
        kind = _kind_called(title, routine)
    if kind is None:
        return None
    words = heading_words(kind)
    best = max(first, key=lambda line: sum(tidy_heading(cell) in words for cell in line.cells), default=None)
    found = (
        {place: words[tidy_heading(cell)] for place, cell in enumerate(best.cells) if tidy_heading(cell) in words}
        if best
        else {}
    )
    if best is None or (len(found) < 3 and not keys):
        return None
    if len(found) < 3:  # the headings are gone or all renamed: only the hidden keys tell
        line_number = next(line.number for line in first if line.cell(0) == kind.id) + 1
        headings = next((list(line.cells) for line in first if line.number == line_number), [])
        return _Head(line_number, kind, keys, headings)
    return _settle(_Head(best.number, kind, {}, list(best.cells)), keys, found)


def _settle(head: _Head, keys: Mapping[int, str], found: Mapping[int, str]) -> _Head:
    """What people see counts before what is hidden: a heading that is known wins over the hidden key."""
    for place, key in sorted(found.items()):
        if key in head.keys.values():
            head.notices.append(
                _(
                    "Column %(column)s has the same heading as another, “%(heading)s”, and was not read.",
                    column=get_column_letter(place + 1),
                    heading=_at(head.headings, place),
                )
            )
        else:
            head.keys[place] = key
    for place, key in sorted(keys.items()):
        if place not in found and key not in head.keys.values() and place > 0:
            head.keys[place] = key
    return head


def _kind_called(title: str, routine: Routine) -> KindSpec | None:
    """The kind whose label the sheet's name begins with; None if there is none or more than one."""
    wanted = " ".join(title.casefold().replace("-", " ").split())
    system = wanted.rpartition(" (")[2].rstrip(")") if wanted.endswith(")") else ""
    named = wanted.rpartition(" (")[0] if system else wanted
    matching = [
        kind
        for kind in routine.kinds.values()
        if any(
            " ".join(kind.label.in_language(one).casefold().replace("-", " ").split())[: len(named)] == named
            for one in LANGUAGES
        )
        and len(named) >= 5
    ]
    alone = [kind for kind in matching if kind.system == system] or matching
    return alone[0] if len(alone) == 1 else None


def _is_guide(lines: Sequence[CellRow]) -> bool:
    """The first sheet, with its numbered steps: one or two cells in a row."""
    return all(sum(bool(cell) for cell in line.cells) <= 2 for line in lines)


def _is_heading_again(line: CellRow, head: _Head) -> bool:
    same = sum(
        bool(cell) and tidy_heading(cell) == tidy_heading(_at(head.headings, place))
        for place, cell in enumerate(line.cells)
    )
    return same >= 3


def _tell_hidden(hidden: Sequence[int]) -> list[str]:
    if not hidden:
        return []
    named = ", ".join(map(str, hidden[:_NAMED])) + (" …" if len(hidden) > _NAMED else "")
    return [
        plural(
            "%(num)s row is hidden or filtered out in the file. It is read too: row %(rows)s.",
            "%(num)s rows are hidden or filtered out in the file. They are read too: rows %(rows)s.",
            len(hidden),
            rows=named,
        )
    ]


def _tell_stray(stray: Mapping[int, int], head: _Head) -> list[str]:
    """Columns with something in them that are none of the template's."""
    return [
        _(
            "Column %(column)s, “%(heading)s”, is none of the template's and was not read.",
            column=get_column_letter(place + 1),
            heading=_at(head.headings, place) or "–",
        )
        for place in sorted(stray)
    ]


def _tell_missing(head: _Head, columns: Mapping[str, object]) -> list[str]:
    missing = [
        column.label_in(language())
        for key, column in column_by_key(head.kind).items()
        if column.required and key not in columns and not (column.spec and column.spec.default is not None)
    ]
    return [
        _("The column “%(heading)s” is missing. Put it back, or begin with the template.", heading=label)
        for label in missing
    ]


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""
