"""What has happened to an item since somebody read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, or_, select

from tracker.extensions import db
from tracker.models import Event, Item, User


def last_lines(item_ids: Collection[int]) -> Mapping[int, int]:
    """The last line of the history about each item. Ask before reading what the page shows."""
    rows = db.session.execute(
        select(Event.subject_id, func.max(Event.id))
        .where(Event.subject_type == Item.__tablename__, Event.subject_id.in_([str(one) for one in item_ids]))
        .group_by(Event.subject_id)
    )
    found = {int(subject): int(line) for subject, line in rows}
    return {item_id: found.get(item_id, 0) for item_id in item_ids}


def changes_by_others(item: Item, seen: int, reader: User) -> Sequence[Event]:
    """What others did to the item after that line of the history, in order."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.subject_type == Item.__tablename__,
            Event.subject_id == str(item.id),
            Event.id > seen,
            or_(Event.actor_id != reader.id, Event.actor_id.is_(None)),
        )
        .order_by(Event.id)
    ).all()
