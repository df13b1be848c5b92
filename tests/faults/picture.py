"""All that must not change without an event: every column of every table, save those named here with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from tracker.extensions import db
from tracker.models import Event, Item, ItemState
from tracker.models.base import Base
from tracker.queries.item import WAITING, joined, state_now
from tracker.queries.outage import systems_down

Subject = tuple[str, str]
LEFT_OUT = {
    "event": "the history itself",
    "chain_head": "the end of the history",
    "access": "who read what has a log of its own",
    "user_account": "the people are there before the outage",
    "api_token": "likewise",
    "login_session": "likewise",
    "routine_version": "kept once, when the outage is declared",
    "tick_import": "what a file says, and only between reading and applying it",
}
SILENT = {
    "item": {"claimed_until", "revision"},
}
"""A claim is prolonged without an event, and the revision counts the changes."""
OWNED_BY = {
    "question": "item_id",
    "arrival_check": "item_id",
    "acknowledgement": "item_id",
    "chase": "item_id",
    "confirmation": "action_id",
    "send_back": "action_id",
    "action_version": "action_id",
    "system_outage": "outage_id",
    "outage_unit": "outage_id",
    "duty": "outage_id",
    "stray_attempt": "stray_id",
    "handover_line": "handover_id",
}
"""Whose event tells of the row: it has none of its own."""
REWORKS = {"logged", "corrected", "voided"}
"""What is said of an action, and makes or changes its items."""
TABLES: tuple[Table, ...] = tuple(table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT)


@dataclass(frozen=True)
class Picture:
    """Every row as it stands, and how long the history is."""

    rows: dict[Subject, tuple[Any, ...]]
    owners: dict[Subject, Subject]
    waiting: frozenset[int]
    events: int


def picture() -> Picture:
    rows: dict[Subject, tuple[Any, ...]] = {}
    owners: dict[Subject, Subject] = {}
    for table in TABLES:
        columns = [column for column in table.columns if column.name not in SILENT.get(table.name, ())]
        keys = list(table.primary_key)
        for row in db.session.execute(select(*columns)):
            found = row._mapping
            key = (table.name, " ".join(str(found[column]) for column in keys))
            rows[key] = tuple(row)
            if table.name in OWNED_BY:
                owner = table.columns[OWNED_BY[table.name]]
                (reference,) = owner.foreign_keys
                owners[key] = (reference.column.table.name, str(found[owner]))
            elif table.name == "item":
                owners[key] = ("action", str(found[table.columns["action_id"]]))
    waiting = db.session.scalars(joined(select(Item.id)).where(state_now() == WAITING))
    return Picture(rows, owners, frozenset(waiting), db.session.query(Event).count())


def check_step(before: Picture, after: Picture, refused: bool, allows_waiting: bool) -> None:
    """Whatever changed has its event, a refusal changes nothing, and nothing is finished out of turn."""
    changed = [key for key, row in after.rows.items() if before.rows.get(key) != row]
    assert set(before.rows) <= set(after.rows), "nothing is ever deleted"
    if refused:
        assert changed == [], "a refusal changes nothing"
        assert after.events == before.events, "a refusal leaves no event"
        return
    lines = db.session.scalars(select(Event).where(Event.id > before.events).order_by(Event.id)).all()
    silent = [key for key in changed if not _is_told(key, after.owners.get(key), lines)]
    assert silent == [], f"changed without an event: {[(key, before.rows.get(key), after.rows[key]) for key in silent]}"
    _check_states_told(changed, lines)
    if allows_waiting:
        return
    for subject, number in changed:
        item = db.session.get(Item, int(number)) if subject == "item" else None
        if item and item.state is ItemState.DONE and item.id in before.waiting:
            together = item.is_ready(systems_down(item.action.outage.drill))  # the step before it, by the same entry
            assert item.on_paper or together, "done while it waited"


def _is_told(key: Subject, owner: Subject | None, lines: Iterable[Event]) -> bool:
    for line in lines:
        subject = (line.subject_type, line.subject_id)
        if subject == key or (subject == owner and (key[0] != "item" or line.verb in REWORKS)):
            return True
    return False


def _check_states_told(changed: Iterable[Subject], lines: Iterable[Event]) -> None:
    """The last that the history says of an item is what the item is."""
    said = {
        line.subject_id: line.after["state"]
        for line in lines
        if line.subject_type == "item" and line.after and "state" in line.after
    }
    for subject, number in changed:
        if subject == "item" and number in said:
            item = db.session.get_one(Item, int(number))
            assert said[number] == item.state, f"the history says {said[number]}, the item {item.state}"
