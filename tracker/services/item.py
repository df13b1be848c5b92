"""Working an item down: claim, release, done, not needed, ask, answer, undo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.extensions import current_settings, db
from tracker.i18n import language, time_zone
from tracker.i18n import lazy_text as _l
from tracker.models import Attention, Item, ItemState, Question, User
from tracker.permissions import may_answer, may_undo, may_work, sees_unit
from tracker.queries.outage import systems_down
from tracker.queries.routine import routine_of
from tracker.routine.values import check_finish
from tracker.services.confirmation import withdraw_confirmation
from tracker.services.entry import VALUE_FAULTS
from tracker.services.event import record_event
from tracker.services.follow_up import forget_entry, release_claim, warn_next
from tracker.services.lease import prolong_claim
from tracker.services.sign_off import reopen_for_late_change

MAX_TEXT = 2000


def lock_item(item_id: int) -> Item:
    """The item, held against other writers until the end of the request."""
    item = db.session.scalars(
        select(Item).where(Item.id == item_id).with_for_update(of=Item).execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise NotFound(_l("There is no such item."))
    return item


def claim_item(item: Item, *, actor: User) -> None:
    """Hold the item, so that nobody else starts on it. Claiming what one holds prolongs the claim.

    A claim that ran out is over, one's own too: what was begun then says "check the system first".
    """
    _check_worker(item, actor)
    now = utcnow()
    holder = item.holder(now)
    if holder and holder.id != actor.id:
        raise Conflict(_l("%(name)s has it.", name=holder.name), holder=holder.name)
    _check_open(item)
    if holder is None:
        _check_ready(item)
        release_claim(item)
    before = item.state
    item.state, item.claimed_by, item.claimed_by_id = ItemState.CLAIMED, actor, actor.id
    item.claimed_until = now + timedelta(minutes=current_settings().claim_minutes)
    if before is not ItemState.CLAIMED:
        _record(item, "claimed", before, actor)


def begin_item(item: Item, *, actor: User) -> None:
    """The holder copied a field: from now on the item may be in the target system. Whoever lost it is told."""
    prolong_claim(item, actor=actor)
    if item.begun_at is None:
        item.begun_at = utcnow()
        _record(item, "begun", item.state, actor)


def release_item(item: Item, *, actor: User) -> None:
    """Let go of a claim. The holder does, or the unit's manager."""
    if item.state is not ItemState.CLAIMED:
        raise Conflict(_l("Nobody holds the item."))
    if item.claimed_by_id != actor.id and not actor.manages(item.action.unit_id):
        holder = item.claimed_by.name if item.claimed_by else None
        raise Conflict(_l("%(name)s has it.", name=holder), holder=holder)
    before = item.state
    release_claim(item)
    _record(item, "released", before, actor)


def finish_item(
    item: Item,
    reference: str = "",
    finish: Mapping[str, Any] | None = None,
    *,
    on_paper: bool = False,
    version: int | None = None,
    actor: User,
) -> None:
    """Mark the item done, with its reference in the target system and what the routine asks to be told.

    `version` is the version of the action that was worked from; a later correction refuses it.
    A high-risk entry is `entered` then, until a second person has checked it (services.second_check).
    """
    _check_worker(item, actor)
    if item.state is ItemState.DONE and item.done_by_id == actor.id:
        return
    if item.state is ItemState.ENTERED and item.entered_by_id == actor.id:
        return
    held = item.holder(utcnow())
    if held and held.id != actor.id:
        raise Conflict(_l("%(name)s has it.", name=held.name), holder=held.name)
    _check_open(item)
    if version is not None and version != item.action.version:
        raise Conflict(_l("The action was corrected while you worked. Read it again before you finish."))
    if on_paper:
        _check_on_paper(item)
    elif item.claimed_by_id != actor.id:
        _check_ready(item)
    if len(reference) > 120:
        raise Invalid({"/reference": _l("The reference is too long: at most 120 characters.")})
    spec = _spec(item)
    values, faults = check_finish(spec.finish, finish or {}, time_zone())
    if faults and not on_paper:
        raise Invalid({f"/{name}": VALUE_FAULTS[fault] for name, fault in faults.items()})
    before = item.state
    two_persons = item.needs_second_person and not on_paper
    if two_persons:
        item.state, item.entered_by, item.entered_at = ItemState.ENTERED, actor, utcnow()
    else:
        item.state, item.done_by, item.done_at = ItemState.DONE, actor, utcnow()
        forget_entry(item)
    item.reference, item.finish, item.on_paper, item.reason = reference.strip(), values, on_paper, ""
    _let_go(item)
    _record(item, "entered" if two_persons else "done", before, actor)


def mark_item_not_needed(item: Item, reason: str, *, actor: User) -> None:
    """Say that nothing has to be done, and why. Allowed while waiting too."""
    _check_worker(item, actor)
    if not reason.strip():
        raise Invalid({"/reason": _l("Say why it is not needed.")})
    if len(reason) > MAX_TEXT:
        raise Invalid({"/reason": _l("The text is too long. Shorten it.")})
    held = item.holder(utcnow())
    if held and held.id != actor.id:
        raise Conflict(_l("%(name)s has it.", name=held.name), holder=held.name)
    _check_open(item)
    before = item.state
    item.state, item.done_by, item.done_at = ItemState.NOT_NEEDED, actor, utcnow()
    item.reason = reason.strip()
    forget_entry(item)
    _let_go(item)
    _record(item, "not-needed", before, actor)


def ask_about_item(item: Item, text: str, *, actor: User) -> Question:
    """Ask the author. The item rests until the answer."""
    _check_worker(item, actor)
    if not text.strip():
        raise Invalid({"/question": _l("Write the question.")})
    if len(text) > MAX_TEXT:
        raise Invalid({"/question": _l("The text is too long. Shorten it.")})
    held = item.holder(utcnow())
    if held and held.id != actor.id:
        raise Conflict(_l("%(name)s has it.", name=held.name), holder=held.name)
    _check_open(item)
    before = item.state
    release_claim(item)
    item.state = ItemState.QUESTION
    question = Question(item=item, question=text.strip(), asked_by=actor, asked_at=utcnow())
    db.session.add(question)
    _record(item, "asked", before, actor, {"question": text.strip()})
    return question


def answer_item(item: Item, text: str, *, actor: User) -> Question:
    """Answer the question; the item is open again."""
    if not may_answer(actor, item):
        raise Forbidden(_l("The question is for the one who did it, or a colleague of the same role."))
    question = item.open_question
    if item.state is not ItemState.QUESTION or question is None:
        raise Conflict(_l("There is no question to answer."))
    if not text.strip():
        raise Invalid({"/text": _l("Write the answer.")})
    if len(text) > MAX_TEXT:
        raise Invalid({"/text": _l("The text is too long. Shorten it.")})
    before = item.state
    question.answer, question.answered_by, question.answered_at = text.strip(), actor, utcnow()
    item.state = ItemState.OPEN
    _record(item, "answered", before, actor, {"answer": text.strip()})
    return question


def undo_item(item: Item, *, actor: User) -> None:
    """Take back done, entered or not needed. What was entered says "check the system first" to whoever is next.

    Undoing a check by a second person takes back the check alone: the entry awaits one again.
    """
    if not sees_unit(actor, item.action.unit_id) or not may_undo(actor, item):
        raise Forbidden(_l("Only the item's role or the unit's manager can undo it."))
    if not (item.is_finished or item.state is ItemState.ENTERED):
        raise Conflict(_l("The item is not finished, so there is nothing to undo."))
    if item.action.is_voided and item.state is ItemState.NOT_NEEDED:
        raise Conflict(_l("The action is voided."))
    successors = [other for other in item.action.items if other.after_id == item.id]
    if any(other.is_finished or other.state is ItemState.ENTERED or other.holder(utcnow()) for other in successors):
        raise Conflict(_l("The next step is begun or done. Undo that first."))
    before = item.state
    if item.state is ItemState.DONE and item.entered_by_id is not None:
        item.state = ItemState.ENTERED
    else:
        if item.state is not ItemState.NOT_NEEDED:
            doer = item.entered_by or item.done_by
            attention = Attention.REMOVE if item.action.is_voided else Attention.CHECK_FIRST
            note = item.action.void_reason or (doer.name if doer else "")
            warn_next(item, attention, note, item.action.voided_at or item.entered_at or item.done_at, doer)
        item.state = ItemState.OPEN
        item.settled_with_id = None
        forget_entry(item)
    item.done_by, item.done_at, item.on_paper = None, None, False
    _record(item, "undone", before, actor)
    withdraw_confirmation(item.action, actor=actor)
    reopen_for_late_change(
        item.action.outage_id, item.action.unit_id, _l("A follow-up was undone after the sign-off."), actor=actor
    )


def check_workable(item: Item, *, actor: User) -> None:
    """Refuse what this actor cannot work on now: another's, finished, or not ready."""
    _check_worker(item, actor)
    held = item.holder(utcnow())
    if held and held.id != actor.id:
        raise Conflict(_l("%(name)s has it.", name=held.name), holder=held.name)
    _check_open(item)
    if item.claimed_by_id != actor.id:
        _check_ready(item)


def _spec(item: Item) -> Any:
    return routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)


def _check_worker(item: Item, actor: User) -> None:
    if not sees_unit(actor, item.action.unit_id):
        raise Forbidden(_l("You do not work in the unit that owns this item."))
    if not may_work(actor, item):
        raise Forbidden(_l("This item is for another role."))


def _check_open(item: Item) -> None:
    if item.is_finished:
        raise Conflict(
            _l("The item is finished already, by %(name)s.", name=item.done_by.name if item.done_by else ""),
            holder=item.done_by.name if item.done_by else None,
        )
    if item.state is ItemState.QUESTION:
        raise Conflict(_l("The item waits for the answer to a question."))
    if item.state is ItemState.ENTERED:
        name = item.entered_by.name if item.entered_by else ""
        raise Conflict(_l("%(name)s has entered it already. A second person checks it.", name=name), holder=name)


def _check_ready(item: Item) -> None:
    waits_for = item.waits_for(systems_down(item.action.outage.drill))
    if waits_for:
        routine = routine_of(item.action.outage)
        names = ", ".join(routine.target_name(system, language()) for system in waits_for)
        raise Conflict(_l("The item waits for %(systems)s to come back.", systems=names))
    if item.after and not item.after.is_finished:
        raise Conflict(_l("The item waits for the step before it."))


def _check_on_paper(item: Item) -> None:
    if not _spec(item).on_paper or not item.action.unit.signs_on_paper:
        raise Invalid({"/on_paper": _l("The unit's routine does not let this be signed on paper.")})


def _let_go(item: Item) -> None:
    item.claimed_by_id = item.claimed_until = item.begun_at = None
    item.claimed_by = None
    warn_next(item, None)
    item.settled_with_id = None


def _record(item: Item, verb: str, before: ItemState, actor: User, extra: dict[str, Any] | None = None) -> None:
    after: dict[str, Any] = {"item": item.item, "state": item.state}
    if item.is_finished or item.state is ItemState.ENTERED:
        after |= {"reference": item.reference, "reason": item.reason, "finish": item.finish, "on_paper": item.on_paper}
    record_event(
        verb,
        item,
        actor=actor,
        before={"state": before},
        after=after | (extra or {}),
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )
