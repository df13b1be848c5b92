"""Working out the items that an action leaves behind, first when it is logged and again when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Attention, Item, ItemState, Risk, Unit, User
from tracker.queries.deadline import due_at_by
from tracker.queries.high_risk import high_risk_of
from tracker.queries.outage import systems_down
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, WorkKind
from tracker.services.event import record_event


def roles_for(spec: ItemSpec, kind: str, unit: Unit, performer_role: str) -> tuple[str, ...]:
    """Who finishes the item: the unit's own rule where the routine leaves it to the unit, else the routine."""
    if spec.unit_may_reassign:
        for rule in unit.item_rules:
            if (rule.kind, rule.item) == (kind, spec.item):
                return (rule.role,)
    return spec.roles_for(performer_role)


def create_items(action: Action, done_items: tuple[str, ...], *, actor: User) -> None:
    """The items of a new action; `done_items` were told done while logging."""
    kind = routine_of(action.outage).kinds[action.kind]
    for spec in kind.items_for(action.fields):
        _add_item(action, spec, position=kind.items.index(spec))
    _link_predecessors(action, kind.items_for(action.fields))
    db.session.flush()
    _tell_done(action, done_items, actor)


def rework_items(
    action: Action, old_fields: Mapping[str, Any], changed_for_all: bool, reason: str, *, actor: User
) -> None:
    """Bring the items in line with a corrected action (design, States).

    New ones are added, unfinished ones no longer due become not needed, and a done one whose content changed opens
    again, marked for amending; a done one no longer due is marked for removal. `changed_for_all`: what every entry
    carries changed (patient, time, performer, note).
    """
    kind = routine_of(action.outage).kinds[action.kind]
    due = {spec.item: spec for spec in kind.items_for(action.fields)}
    was_due = {spec.item for spec in kind.items_for(old_fields)}
    existing = {item.item: item for item in action.items}
    for item_id, item in existing.items():
        if kind.twin and item_id == kind.twin.item:  # a twin found stays found, whatever the action says now
            _follow_spec(item, kind.twin, action)
            release_claim(item)
            continue
        spec = due.get(item_id)
        if spec is None:
            withdraw_item(item, reason, actor=actor)
            continue
        moved = _follow_spec(item, spec, action)
        typed_before = [(field.id, old_fields.get(field.id)) for field in kind.typing_order(spec, old_fields)]
        typed_now = [(field.id, action.fields.get(field.id)) for field in kind.typing_order(spec, action.fields)]
        in_system = item.state in (ItemState.ENTERED, ItemState.DONE)
        if in_system and (changed_for_all or moved or typed_before != typed_now):
            reopen_item(item, Attention.AMEND, reason, actor=actor)
        elif item.state is ItemState.NOT_NEEDED and item_id not in was_due:
            reopen_item(item, Attention.REMOVE if item.attention is Attention.REMOVE else None, reason, actor=actor)
        elif item.state is ItemState.CLAIMED:
            release_claim(item)
    for item_id, spec in due.items():
        if item_id not in existing:
            _add_item(action, spec, position=kind.items.index(spec))
    _link_predecessors(action, tuple(due.values()))
    db.session.flush()


def withdraw_item(item: Item, reason: str, *, actor: User) -> None:
    """The item is no longer due: not needed, or, where it was entered, to be removed from the target system."""
    if item.state is ItemState.DONE and is_twin(item):
        return  # it is cancelled already; nothing of it stands in the system
    if item.state in (ItemState.ENTERED, ItemState.DONE):
        reopen_item(item, Attention.REMOVE, reason, actor=actor)
    elif item.state is not ItemState.NOT_NEEDED and item.attention not in (Attention.AMEND, Attention.REMOVE):
        before = item.state
        release_claim(item)
        if item.attention is Attention.CHECK_FIRST and not is_twin(item):
            item.attention, item.attention_note = Attention.REMOVE, reason
            return
        for question in item.questions:
            if question.answered_at is None:
                question.answer, question.answered_by_id, question.answered_at = reason, actor.id, utcnow()
        item.state, item.reason = ItemState.NOT_NEEDED, reason
        item.done_by, item.done_at = actor, utcnow()
        _record(item, "not-needed", before, actor)
    elif item.attention is Attention.AMEND:
        release_claim(item)
        item.attention, item.attention_note = Attention.REMOVE, reason


def reopen_item(item: Item, attention: Attention | None, note: str, *, actor: User) -> None:
    """Back to open, saying what the next person must know."""
    before = item.state
    item.state = ItemState.OPEN
    item.done_by, item.done_by_id, item.done_at = None, None, None
    forget_entry(item)
    item.on_paper = False
    warn_next(item, attention, note, utcnow() if attention else None)
    _record(item, "reopened", before, actor)


def release_claim(item: Item) -> None:
    """Free a claimed item; if work had begun it may already be in the target system."""
    if item.state is not ItemState.CLAIMED:
        return
    if item.begun_at and item.attention is None:
        name = item.claimed_by.name if item.claimed_by else ""
        warn_next(item, Attention.CHECK_FIRST, name, item.begun_at, item.claimed_by)
    item.state = ItemState.OPEN
    item.claimed_by, item.claimed_by_id = None, None
    item.claimed_until = item.begun_at = None


def warn_next(
    item: Item, attention: Attention | None, note: str = "", at: datetime | None = None, by: User | None = None
) -> None:
    """What the next person must know first; None: nothing. `by` had begun or finished it."""
    item.attention, item.attention_note, item.attention_at = attention, note, at
    item.attention_by_id = by.id if by else None


def is_twin(item: Item) -> bool:
    """Whether it cancels an electronic twin of a paper order, or a double."""
    twin = routine_of(item.action.outage).kinds[item.action.kind].twin
    return twin is not None and item.item == twin.item


def forget_entry(item: Item) -> None:
    """Nobody's entry awaits a second person any more."""
    item.entered_by, item.entered_by_id, item.entered_at = None, None, None


def add_twin_item(action: Action) -> Item:
    """The item that cancels the twin; the kind has one."""
    kind = routine_of(action.outage).kinds[action.kind]
    assert kind.twin is not None  # noqa: S101 - the caller has looked
    item = _add_item(action, kind.twin, position=len(kind.items))
    db.session.flush()
    return item


def _add_item(action: Action, spec: ItemSpec, position: int) -> Item:
    item = Item(
        action=action,
        item=spec.item,
        position=position,
        kind_of_work=spec.kind_of_work,
        state=ItemState.OPEN,
        questions=[],
        reference="",
        reason="",
        attention_note="",
        finish={},
        on_paper=False,
    )
    with db.session.no_autoflush:  # reading the unit's rules must not write the half-made item
        _follow_spec(item, spec, action)
    db.session.add(item)
    return item


def _follow_spec(item: Item, spec: ItemSpec, action: Action) -> bool:
    """Take over the routine's target, needs and role; True if the target changed."""
    target = (spec.system_for(action.fields), spec.place)
    moved = (item.system, item.place) != target
    item.system, item.place = target
    item.needs = spec.needs_for(action.fields)
    item.roles = roles_for(spec, action.kind, action.unit, action.role)
    mark_risk(item, spec, action)
    return moved


def mark_risk(item: Item, spec: ItemSpec, action: Action) -> None:
    """What the item is in the order, by when it should be finished, and whether two persons must see it."""
    routine = routine_of(action.outage)
    found = high_risk_of(action) if spec.kind_of_work is WorkKind.ENTER else None
    item.high_risk = found.id if found else ""
    item.stage = routine.stage_order.get(found.stage if found and found.stage else spec.stage, len(routine.stages))
    item.due_at = due_at_by(spec, action)
    item.risk = _risk(item, spec, routine.kinds[action.kind].is_urgent(action.fields))


def _risk(item: Item, spec: ItemSpec, urgent: bool) -> Risk:
    if item.high_risk:
        return Risk.HIGH_RISK
    if urgent:
        return Risk.URGENT
    return Risk.AWAITED if spec.awaits else Risk.OTHER


def _link_predecessors(action: Action, specs: tuple[ItemSpec, ...]) -> None:
    by_id = {item.item: item for item in action.items}
    for spec in specs:
        by_id[spec.item].after = by_id.get(spec.after) if spec.after else None


def _tell_done(action: Action, done_items: tuple[str, ...], actor: User) -> None:
    by_id = {item.item: item for item in action.items}
    down = systems_down(action.outage.drill)
    for number, item_id in enumerate(done_items):
        item = by_id.get(item_id)
        if item is None or item.kind_of_work is not WorkKind.ACT:
            raise Invalid({f"/done_items/{number}": _l("This cannot be told done while logging.")})
        if not item.is_ready(down):
            raise Invalid({f"/done_items/{number}": _l("This cannot be done yet: it waits for something else.")})
        item.state, item.done_by_id, item.done_at = ItemState.DONE, actor.id, utcnow()
        _record(item, "done", ItemState.OPEN, actor)


def _record(item: Item, verb: str, before: ItemState, actor: User) -> None:
    record_event(
        verb,
        item,
        actor=actor,
        before={"state": before},
        after={"state": item.state, "attention": item.attention, "reason": item.reason},
        outage_id=item.action.outage_id,
        unit_id=item.action.unit_id,
    )
