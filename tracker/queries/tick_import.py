"""What reading ticks back needs to know: who reads what, the follow-ups of its rows, and what was read in before."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Event, Item, Membership, Patient, TickImport, User

TICKED = "ticked"
"""The verb of the line of history that a row leaves on its item."""
_AT_ONCE = 500
"""Values in one question to the database."""


def get_import(import_id: uuid.UUID, user: User) -> TickImport:
    """A workbook that the user handed in."""
    found = db.session.get(TickImport, import_id)
    if found is None or found.by_id != user.id:
        raise NotFound(_l("There is no such workbook among yours. Read it in again."))
    return found


def lock_import(import_id: uuid.UUID, user: User) -> TickImport:
    """The same, held against other writers until the end of the request."""
    db.session.scalars(
        select(TickImport)
        .where(TickImport.id == import_id)
        .with_for_update(of=TickImport)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return get_import(import_id, user)


def unfinished_imports(user: User) -> Sequence[TickImport]:
    """What the user began to read in and did not finish, the latest first."""
    return db.session.scalars(
        select(TickImport)
        .where(TickImport.by_id == user.id, TickImport.applied_at.is_(None))
        .order_by(TickImport.read_at.desc())
    ).all()


def imports_before(moment: datetime) -> Sequence[TickImport]:
    """Workbooks read before then whose rows are still kept."""
    found = db.session.scalars(select(TickImport).where(TickImport.read_at < moment)).all()
    return [one for one in found if one.rows or one.applied_at is None]


def items_by_id(item_ids: Collection[int]) -> dict[int, Item]:
    """The follow-ups of these numbers, of any unit, with what is told of them."""
    found: dict[int, Item] = {}
    for some in _portions(item_ids):
        for item in db.session.scalars(
            select(Item)
            .where(Item.id.in_(some))
            .options(
                joinedload(Item.action).options(
                    joinedload(Action.patient), joinedload(Action.unit), joinedload(Action.outage)
                ),
                joinedload(Item.claimed_by),
                joinedload(Item.done_by),
                joinedload(Item.entered_by),
                selectinload(Item.questions),
                selectinload(Item.after),
            )
        ):
            found[item.id] = item
    return found


def marks_read_in(item_ids: Collection[int]) -> set[tuple[int, str]]:
    """The rows that were read in before: each with its item's number and its mark."""
    found: set[tuple[int, str]] = set()
    for some in _portions(str(item_id) for item_id in item_ids):
        for event in db.session.scalars(
            select(Event).where(
                Event.subject_type == Item.__tablename__, Event.subject_id.in_(some), Event.verb == TICKED
            )
        ):
            found.add((int(event.subject_id), str((event.after or {}).get("row", ""))))
    return found


def people_of(unit_id: int) -> Sequence[User]:
    """Whoever works in the unit or manages it."""
    return db.session.scalars(
        select(User).join(User.memberships).where(Membership.unit_id == unit_id, User.active).order_by(User.name)
    ).all()


def patients_numbered(numbers: Collection[str]) -> dict[str, Patient]:
    """Known patients by their number as it is printed, hyphen or not."""
    found: dict[str, Patient] = {}
    wanted = {number.replace("-", "").strip(): number for number in numbers if number.strip()}
    for some in _portions(wanted):
        for patient in db.session.scalars(select(Patient).where(Patient.identity.in_(some))):
            found[wanted[patient.identity]] = patient
    return found


def _portions(values: Iterable[object]) -> Iterator[list[object]]:
    every = list(dict.fromkeys(values))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
