"""Handing over what is left at the end of a shift, taking it over, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.labels import roles as role_names
from tracker.models import (
    Handover,
    HandoverLine,
    Item,
    ItemState,
    OrphanSheet,
    Question,
    SheetSeries,
    StrayResult,
    Unit,
    User,
)
from tracker.permissions import may_answer, may_work, sees_unit
from tracker.queries.handover import latest_handovers
from tracker.queries.shift import unlogged_sheets
from tracker.services.event import record_event
from tracker.services.item import lock_item, release_item

Thing = TypeVar("Thing", Question, OrphanSheet, SheetSeries, StrayResult)
MAX_NOTE = 2000
_CHANGED = _l("Something of it was done or moved meanwhile. Look at the list again.")


@dataclass(frozen=True)
class Things:
    """What is handed over, by id. Of a series of sheets: every one that is not accounted for."""

    items: tuple[int, ...] = ()
    questions: tuple[int, ...] = ()
    orphans: tuple[int, ...] = ()
    series: tuple[int, ...] = ()
    strays: tuple[int, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.items or self.questions or self.orphans or self.series or self.strays)


def hand_over(things: Things, unit: Unit, to: User | None, note: str, *, actor: User) -> Handover:
    """Leave things to a named colleague, or (None) to whoever of the actor's role comes next in the unit.

    What the actor holds is let go; what was begun says "check the system first" to the next one. All or nothing.
    """
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    if things.is_nothing:
        raise Invalid({"/things": _l("Tick what you want to hand over.")})
    if len(note) > MAX_NOTE:
        raise Invalid({"/note": _l("The text is too long. Shorten it.")})
    if to is not None and (to.id == actor.id or not to.active or not to.works_in(unit.id)):
        raise Invalid({"/to": _l("Choose a colleague who works in the unit.")})
    handover = Handover(unit=unit, by=actor, to=to, role=(to or actor).role.value, note=note.strip(), at=utcnow())
    with db.session.no_autoflush:  # it is written when all of it has been checked
        handover.lines = [
            *_item_lines(things.items, unit, to, actor),
            *_question_lines(things.questions, unit, to, actor),
            *_orphan_lines(things.orphans, unit, actor),
            *_sheet_lines(things.series, unit, actor),
            *_stray_lines(things.strays, unit, actor),
        ]
    for line in handover.lines:
        if line.item and line.question is None and line.item.claimed_by_id == actor.id:
            release_item(line.item, actor=actor)
    db.session.add(handover)
    _record("handed-over", handover, actor)
    return handover


def take_over(handover: Handover, *, actor: User) -> None:
    """The colleague has read it: it is theirs now. Once only; saying it twice oneself changes nothing."""
    if not may_take_over(actor, handover):
        raise Forbidden(_l("This was handed over to somebody else."))
    if handover.received_by_id == actor.id:
        return
    _check_waiting(handover)
    handover.received_by, handover.received_at = actor, utcnow()
    _record("taken-over", handover, actor)


def take_back(handover: Handover, *, actor: User) -> None:
    """The sender stays after all, as long as nobody has taken it over."""
    if handover.from_id != actor.id:
        raise Forbidden(_l("Only the one who handed it over takes it back."))
    if handover.received_by_id == actor.id:
        return
    _check_waiting(handover)
    handover.received_by, handover.received_at = actor, utcnow()
    _record("taken-back", handover, actor)


def may_take_over(user: User, handover: Handover) -> bool:
    """The colleague named, or anybody of the role; the unit's manager, so that nothing lies there for ever."""
    if user.id == handover.from_id:
        return False
    if user.manages(handover.unit_id):
        return True
    named = handover.to_id == user.id or (handover.to_id is None and handover.role == user.role.value)
    return named and user.works_in(handover.unit_id)


def lock_handover(handover_id: int) -> Handover:
    """The hand-over, held against other writers until the end of the request."""
    found = db.session.scalars(
        select(Handover)
        .where(Handover.id == handover_id)
        .with_for_update(of=Handover)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(_l("There is no such hand-over in your units."))
    return found


def _item_lines(ids: Sequence[int], unit: Unit, to: User | None, actor: User) -> list[HandoverLine]:
    lines = []
    latest = latest_handovers(HandoverLine.item_id, ids)
    for item in [lock_item(item_id) for item_id in sorted(set(ids))]:
        if item.action.unit_id != unit.id or item.is_finished or item.state is ItemState.QUESTION:
            raise Conflict(_CHANGED)
        holder = item.holder(utcnow())
        if holder and holder.id != actor.id:
            raise Conflict(_l("%(name)s has it.", name=holder.name), holder=holder.name)
        taken_over = _check_still_with(actor, latest.get(item.id)) if holder is None else False
        if not (taken_over or may_work(actor, item) or item.action.performed_by_id == actor.id):
            raise Forbidden(_l("This item is for another role."))
        able = may_work(to, item) if to else actor.role.value in item.roles
        if not able:
            raise Invalid({"/to": _not_able(to, item.roles)})
        lines.append(HandoverLine(item=item))
    return lines


def _question_lines(ids: Sequence[int], unit: Unit, to: User | None, actor: User) -> list[HandoverLine]:
    lines = []
    latest = latest_handovers(HandoverLine.question_id, ids)
    for question in _found(Question, ids):
        item: Item = question.item
        if item.action.unit_id != unit.id or item.open_question is not question:
            raise Conflict(_CHANGED)
        if not _check_still_with(actor, latest.get(question.id)) and not may_answer(actor, item):
            raise Forbidden(_l("The question is for the one who did it, or a colleague of the same role."))
        able = may_answer(to, item) if to else actor.role.value == item.action.role
        if not able:
            raise Invalid({"/to": _not_able(to, (item.action.role,))})
        lines.append(HandoverLine(item=item, question=question))
    return lines


def _orphan_lines(ids: Sequence[int], unit: Unit, actor: User) -> list[HandoverLine]:
    latest = latest_handovers(HandoverLine.orphan_id, ids)
    lines = []
    for orphan in _found(OrphanSheet, ids):
        if orphan.unit_id != unit.id or orphan.solution is not None:
            raise Conflict(_CHANGED)
        _check_still_with(actor, latest.get(orphan.id))
        lines.append(HandoverLine(orphan=orphan))
    return lines


def _sheet_lines(ids: Sequence[int], unit: Unit, actor: User) -> list[HandoverLine]:
    lines = []
    for series in _found(SheetSeries, ids):
        sheets = unlogged_sheets(series.id)
        if series.unit_id != unit.id or not sheets:
            raise Conflict(_CHANGED)
        latest = latest_handovers(HandoverLine.sheet_id, [sheet.id for sheet in sheets])
        own = [sheet for sheet in sheets if sheet.id not in latest or latest[sheet.id].received_by_id == actor.id]
        if not own:
            _check_still_with(actor, latest[sheets[0].id])
        lines += [HandoverLine(sheet=sheet) for sheet in own]
    return lines


def _stray_lines(ids: Sequence[int], unit: Unit, actor: User) -> list[HandoverLine]:
    latest = latest_handovers(HandoverLine.stray_id, ids)
    lines = []
    for stray in _found(StrayResult, ids):
        if stray.unit_id != unit.id or stray.is_solved:
            raise Conflict(_CHANGED)
        _check_still_with(actor, latest.get(stray.id))
        lines.append(HandoverLine(stray=stray))
    return lines


def _found(table: type[Thing], ids: Sequence[int]) -> list[Thing]:
    rows = [db.session.get(table, one, populate_existing=True) for one in sorted(set(ids))]
    if None in rows:
        raise Conflict(_CHANGED)
    return [row for row in rows if row is not None]


def _check_still_with(actor: User, latest: Handover | None) -> bool:
    """What was handed over once belongs to whoever took it over, and waits for them until then.

    True: the actor took it over, and may hand it on even where they could not do it (a manager).
    """
    if latest is None or latest.received_by_id == actor.id:
        return latest is not None
    if latest.received_by is None:
        raise Conflict(_l("It is handed over already."))
    raise Conflict(_l("%(name)s has taken it over.", name=latest.received_by.name), holder=latest.received_by.name)


def _check_waiting(handover: Handover) -> None:
    """Nobody has taken it over, and it was not taken back."""
    name = handover.received_by.name if handover.received_by else ""
    if handover.received_by_id is not None and handover.received_by_id == handover.from_id:
        raise Conflict(_l("%(name)s has taken it back.", name=name), holder=name)
    if handover.received_by_id is not None:
        raise Conflict(_l("%(name)s has taken it over.", name=name), holder=name)


def _not_able(to: User | None, roles: Sequence[str]) -> object:
    wanted = role_names(roles)
    if to is None:
        return _l("Some of it is for another role than yours (%(roles)s). Choose a colleague.", roles=wanted)
    return _l("%(name)s cannot do all of it: some is for another role (%(roles)s).", name=to.name, roles=wanted)


def _record(verb: str, handover: Handover, actor: User) -> None:
    lines = handover.lines
    record_event(
        verb,
        handover,
        actor=actor,
        after={
            "to": handover.to.name if handover.to else None,
            "to_role": handover.role,
            "items": [line.item.id for line in lines if line.item and not line.question],
            "questions": [line.question.id for line in lines if line.question],
            "orphans": [line.orphan.id for line in lines if line.orphan],
            "sheets": [line.sheet.serial for line in lines if line.sheet],
            "strays": [line.stray.id for line in lines if line.stray],
        },
        unit_id=handover.unit_id,
    )
