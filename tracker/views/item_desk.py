"""What stands beside an item while it is worked: changes since it was read, its paper, what settles with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from tracker import labels
from tracker.errors import NotFound
from tracker.extensions import current_settings
from tracker.i18n import language
from tracker.models import Event, Item, ItemState
from tracker.queries.item import get_item, state_of
from tracker.queries.reading import changes_by_others, last_lines
from tracker.queries.record_text import Change, changes_since_version
from tracker.queries.sibling import siblings_of
from tracker.services.reading import Reading
from tracker.views.api.parse import row_id
from tracker.views.item_panel import Line, Reader


@dataclass(frozen=True)
class EventLine:
    at: datetime
    what: str
    who: str
    details: str


@dataclass(frozen=True)
class Meanwhile:
    """What others changed since the page was read that an answer was refused from."""

    events: Sequence[EventLine] = ()
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class Beside:
    seen: int
    """The last line of the history about the item that this page shows."""
    lease: int
    """How many minutes a claim lasts."""
    siblings: Sequence[Line] = ()
    """Other entries from the same paper form, or of the same action."""
    also: Sequence[Line] = ()
    """What the reader holds of the same patient and system: one entry may settle it too."""
    chosen: frozenset[int] = frozenset()
    """Those of them that were ticked in an answer that was refused."""
    settled: Sequence[Line] = ()
    """What its entry settled too."""
    meanwhile: Meanwhile | None = None


def beside_items(
    reader: Reader,
    items: Sequence[Item],
    held: Sequence[Line],
    refused: tuple[int, Reading, frozenset[int]] | None = None,
) -> dict[int, Beside]:
    """By item. `refused`: an answer about one of them, the reading it rested on, and what it should settle too."""
    seen = last_lines([item.id for item in items])
    papers = siblings_of(items, reader.user.unit_ids)
    found = {}
    for item in items:
        mine = refused if refused and refused[0] == item.id else None
        siblings = [reader.line(other, state_of(other, reader.now, reader.down)) for other in papers[item.id]]
        found[item.id] = Beside(
            seen[item.id],
            current_settings().claim_minutes,
            siblings,
            [line for line in held if line.item.id != item.id],
            mine[2] if mine else frozenset(),
            [line for line in siblings if line.item.settled_with_id == item.id],
            _meanwhile(reader, item, mine[1]) if mine else None,
        )
    return found


def event_line(event: Event) -> EventLine:
    return EventLine(event.at, str(labels.EVENTS.get(event.verb, event.verb)), event.actor_name, _details(event))


def last_finished(reader: Reader) -> Line | None:
    """What the reader finished just before, maybe of another patient: one key takes it back."""
    item_id = request.args.get("last", type=int)
    with suppress(NotFound):
        item = get_item(row_id(item_id or 0), reader.user.unit_ids)
        finished_by = item.done_by_id if item.is_finished else item.entered_by_id
        if finished_by == reader.user.id and (item.is_finished or item.state is ItemState.ENTERED):
            return reader.line(item, state_of(item, reader.now, reader.down))
    return None


def _meanwhile(reader: Reader, item: Item, reading: Reading) -> Meanwhile | None:
    events = changes_by_others(item, reading.seen, reader.user) if reading.seen is not None else ()
    changed: Sequence[Change] = ()
    if reading.version is not None and reading.version != item.action.version:
        changed = changes_since_version(item.action, reading.version, language())
    return Meanwhile([event_line(event) for event in events], changed) if events or changed else None


def _details(event: Event) -> str:
    """What was said with it: a reason, a question, an answer, a reference."""
    told: Mapping[str, Any] = event.after or {}
    return " · ".join(str(told[name]) for name in ("reason", "question", "answer", "reference") if told.get(name))
