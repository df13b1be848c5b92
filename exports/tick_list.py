"""The hidden sheet of the re-entry workbook: every row that was written, and what its item was then.

By it a row that was ticked is told from one that came ticked, and a row that is gone is missed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

from openpyxl import load_workbook

from exports.rows import ReentryRow
from exports.sheet import Book, clean
from exports.upload import check_upload, unreadable
from exports.words import now_local
from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l
from tracker.models import Outage, User
from tracker.services.tick_row import Baseline, fingerprint, row_key

FORMAT = "1"
TICK_LIST = "_ticks"
MAX_UNPACKED = 100 * 1024 * 1024
MAX_MEMBERS = 400


@dataclass(frozen=True)
class TickList:
    """What the workbook says of itself."""

    outage_id: int
    export: str
    """Which making of a workbook it is."""
    made_at: str
    made_by: str
    sheets: Sequence[str]
    rows: Mapping[str, Baseline]
    hidden: Sequence[str]
    """Sheets that somebody hid."""


def write_tick_list(book: Book, outage: Outage, rows: Sequence[ReentryRow], sheets: Sequence[str], by: User) -> None:
    """After every other sheet. All of it is text that no program takes for anything else."""
    sheet = book.workbook.create_sheet(TICK_LIST)
    sheet.sheet_state = "hidden"
    book.set_up_page(sheet)
    lines = [
        (row_key(outage.id, row.action_id, row.item_id), json.dumps(asdict(baseline_of(row)), separators=(",", ":")))
        for row in rows
    ]
    about = {
        "format": FORMAT,
        "outage": str(outage.id),
        "export": secrets.token_hex(8),
        "made_at": f"{now_local():%Y-%m-%d %H:%M}",
        "made_by": by.name,
        "sheets": json.dumps(list(sheets)),
        "rows": str(len(lines)),
        "digest": _digest(lines),
    }
    for pair in (*about.items(), *lines):
        book.append(sheet, pair, ["plain", "plain"])


def baseline_of(row: ReentryRow) -> Baseline:
    """What the row's item is now, and what stands in its cells."""
    cells = {
        "tick": row.outcome,
        "reference": row.reference,
        "signature": row.signature,
        "time": f"{row.finished_at:%Y-%m-%dT%H:%M}".removesuffix("T00:00") if row.finished_at else "",
        "comment": row.comment,
    }
    return Baseline(
        state=row.state,
        version=row.version,
        unit=row.unit_code,
        attention=row.attention,
        questions=row.questions,
        reference=row.reference,
        patient=fingerprint(clean(row.patient_number)),
        fields=fingerprint(clean(row.fields)),
        ticks={name: fingerprint(clean(text)) for name, text in cells.items() if text},
    )


def read_tick_list(file: IO[bytes], name: str) -> TickList:
    """Measure the file, open it, and read its list; raises Invalid (`/file`) if it may not be opened or has none."""
    check_upload(file, name, max_unpacked=MAX_UNPACKED, max_members=MAX_MEMBERS)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        names = {sheet.title: sheet.sheet_state for sheet in book.worksheets}
        lines: list[tuple[str, str]] = []
        if TICK_LIST in names:
            for line in book[TICK_LIST].iter_rows(max_row=25_000, max_col=2, values_only=True):
                if len(line) == 2 and line[0] is not None and line[1] is not None:
                    lines.append((str(line[0]).strip(), str(line[1]).strip()))
        book.close()
    except Exception:  # a broken or hostile file fails anywhere in the parsers, in their own ways
        raise unreadable() from None
    finally:
        file.seek(0)
    if not lines:
        raise Invalid(
            {
                "/file": _l(
                    "The hidden list of rows is not in this file. Only the re-entry workbook from Lists can be read "
                    "back, and not one taken before that was possible. Take a new workbook, or mark the follow-ups "
                    "in the application."
                )
            }
        )
    hidden = [title for title, state in names.items() if state != "visible" and title != TICK_LIST]
    return _understand(lines, hidden)


def _understand(lines: Sequence[tuple[str, str]], hidden: Sequence[str]) -> TickList:
    about = dict(lines[:8])
    if about.get("format") not in (None, FORMAT):
        raise Invalid({"/file": _l("The workbook was made by another version. Take a new one from Lists.")})
    try:
        if about["rows"] != str(len(lines) - 8) or about["digest"] != _digest(lines[8:]):
            raise ValueError("the list was changed")
        return TickList(
            outage_id=int(about["outage"]),
            export=about["export"],
            made_at=about["made_at"],
            made_by=about["made_by"],
            sheets=tuple(map(str, json.loads(about["sheets"]))),
            rows={key: Baseline.restore(json.loads(content)) for key, content in lines[8:]},
            hidden=hidden,
        )
    except (KeyError, ValueError, TypeError):
        raise Invalid(
            {"/file": _l("The workbook's hidden list of rows was changed, so it cannot be read back safely.")}
        ) from None


def _digest(lines: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(repr([(str(key), str(content)) for key, content in lines]).encode()).hexdigest()


def as_about(found: TickList) -> dict[str, Any]:
    return {"export": found.export, "made_at": found.made_at, "made_by": found.made_by}
