"""The history: one hash-chained line for every change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import ChainHead, Event


class Actor(Protocol):
    """Whoever changes something. There is no anonymous change."""

    @property
    def id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class CommandLine:
    """Somebody with access to the server, at its command line."""

    name: str = "command line"
    id: None = None


@dataclass(frozen=True)
class TimeLimit:
    """Nobody: what was kept for a time is old enough to go."""

    name: str = "time limit"
    id: None = None


def record_event(
    verb: str,
    subject: Any,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outage_id: int | None = None,
    unit_id: int | None = None,
) -> Event:
    """Write one line. `subject` is a stored row; what it was and became are told by the caller."""
    if not actor.name:
        raise ValueError("a change needs an actor")
    db.session.flush()
    head = hold_history()
    event = Event(
        id=head.length + 1,
        at=utcnow(),
        actor_id=actor.id,
        actor_name=actor.name,
        verb=verb,
        subject_type=subject.__tablename__,
        subject_id=str(subject.id),
        outage_id=outage_id,
        unit_id=unit_id,
        before=_plain(before),
        after=_plain(after),
        previous_hash=head.hash,
    )
    event.hash = event_hash(event)
    head.length, head.hash = event.id, event.hash
    db.session.add(event)
    db.session.flush()
    return event


def hold_history() -> ChainHead:
    """Let nobody else write history until the end of the transaction; gives its end.

    Every change writes history. A request that takes this before anything else can never wait for another that waits
    for it, and reads nothing that a change under way is about to overturn.
    """
    return db.session.scalars(select(ChainHead).with_for_update().execution_options(populate_existing=True)).one()


def event_hash(event: Event) -> str:
    """SHA-256 over the line and the hash of the line before it."""
    content = {
        "id": event.id,
        "at": event.at.isoformat(),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "verb": event.verb,
        "subject": [event.subject_type, event.subject_id],
        "outage": event.outage_id,
        "unit": event.unit_id,
        "before": event.before,
        "after": event.after,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def verify_chain() -> Iterator[str]:
    """Every fault of the history: altered, deleted, reordered or truncated lines. None: it is whole."""
    previous = "0" * 64
    number = 0
    for event in db.session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=1000)):
        number += 1
        if event.id != number:
            yield f"line {number}: missing (found line {event.id} in its place)"
            number = event.id
        if event.previous_hash != previous:
            yield f"line {event.id}: does not follow the line before it"
        if event_hash(event) != event.hash:
            yield f"line {event.id}: its content has been changed"
        previous = event.hash
    head = db.session.scalars(select(ChainHead)).one()
    if (head.length, head.hash) != (number, previous):
        yield f"the end: {head.length} lines were written, {number} are here"


def canonical_json(value: Any) -> str:
    """JSON with one way to write it: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(entry) for entry in value]
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
    return str(value)
