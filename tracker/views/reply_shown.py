"""Something awaited, as the pages show it: what, since when, due when, who watches, and what one can do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.clock import utcnow
from tracker.forms.item import ItemForm, done_form
from tracker.forms.reply import acknowledge_form, chase_form
from tracker.guard import may
from tracker.i18n import language, time_zone
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Action, Item, ItemState, StrayResult, User
from tracker.permissions import Permission, may_work
from tracker.queries.item import READY, state_of
from tracker.queries.reply import Awaited, Referral
from tracker.queries.routine import routine_of
from tracker.queries.stray_result import strays_of
from tracker.queries.user import colleagues_in
from tracker.routine.spec import FieldType
from tracker.routine.values import write_value
from tracker.views.item_panel import Line, Reader
from tracker.views.page import clock_time, how_long

AWAITED = {
    "acknowledgement": _l("Acknowledgement"),
    "reply": _l("Reply by fax"),
    "result": _l("Result"),
}
GROUP_HEADS = {"overdue": _l("Overdue"), "soon": _l("Due or to chase within 8 hours"), "later": _l("Later")}
_FACTS = (FieldType.FAX, FieldType.CHOICE, FieldType.TEXT, FieldType.DATETIME)


@dataclass(frozen=True)
class ReplyLine:
    """One step that is awaited."""

    awaited: Awaited
    line: Line
    label: str
    due: str
    is_overdue: bool
    is_to_chase: bool
    is_mine: bool
    forms: Mapping[str, ItemForm]
    """What can be said here by this reader: `acknowledge`, `hand_over`, `chase`."""

    @property
    def item(self) -> Item:
        return self.awaited.item

    @property
    def is_faxed(self) -> bool:
        """Only the receiver's word is missing."""
        return self.awaited.spec.awaits == "acknowledgement" and self.item.state is ItemState.DONE


@dataclass(frozen=True)
class ReplyCard:
    """One referral or order, and everything awaited of it."""

    action: Action
    what: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[ReplyLine]
    group: str
    arrived: Sequence[StrayResult] = ()
    """Results that came without a recipient and were matched to it: the answer is here."""


def cards_of(referrals: Iterable[Referral], reader: User) -> list[ReplyCard]:
    shown = Reader(reader)
    referrals = list(referrals)
    arrived = strays_of(one.action.id for one in referrals)
    return [
        ReplyCard(
            one.action,
            what_of(one.action),
            facts_of(one.action, [line.item for line in one.lines]),
            [reply_line(line, shown) for line in one.lines],
            one.group,
            arrived.get(one.action.id, ()),
        )
        for one in referrals
    ]


def reply_line(awaited: Awaited, reader: Reader) -> ReplyLine:
    item, now = awaited.item, utcnow()
    line = reader.line(item, state_of(item, now))
    return ReplyLine(
        awaited,
        line,
        _("Has the receiver got it?") if _is_faxed(item, awaited) else awaited.spec.label.in_language(language()),
        due_text(item.due_at, now),
        awaited.is_overdue(now),
        awaited.is_to_chase(now),
        awaited.watcher is not None and awaited.watcher.id == reader.user.id,
        _forms(awaited, line, reader.user),
    )


def what_of(action: Action) -> str:
    """The kind of referral, and what it asks for."""
    label = routine_of(action.outage).kinds[action.kind].label.in_language(language())
    return f"{label}: {action.subject}" if action.subject else label


def facts_of(action: Action, items: Iterable[Item]) -> list[tuple[str, str]]:
    """Where it was sent, the fax number that the reply comes to, how urgent: what one is asked on the telephone."""
    kind = routine_of(action.outage).kinds[action.kind]
    wanted = {name for item in items for name in kind_fields(action, item)}
    return [
        (field.label.in_language(language()), text)
        for field in kind.fields
        if field.id in wanted and field.type in _FACTS
        if (text := write_value(field, action.fields.get(field.id), language(), time_zone())) and text != action.subject
    ]


def kind_fields(action: Action, item: Item) -> tuple[str, ...]:
    return routine_of(action.outage).item(action.kind, item.item, action.fields).fields


def due_text(due_at: datetime | None, now: datetime) -> str:
    """`2 h 10 min overdue`, `due 14:05, in 50 min`."""
    if due_at is None:
        return _("no limit")
    if due_at <= now:
        return _("%(time)s overdue", time=how_long(due_at, now))
    if due_at - now < timedelta(days=2):
        return _("due %(at)s, in %(time)s", at=clock_time(due_at), time=how_long(now, due_at))
    return _("due %(at)s", at=clock_time(due_at))


def hand_over_form(item: Item, sent: Any = None) -> ItemForm:
    """What the routine asks when the reply is handed to a physician, with the unit's physicians to choose among."""
    form = done_form(item, sent)
    del form["reference"]
    for field in form:
        if field.name == "handed_to":
            field.render_kw = {**(field.render_kw or {}), "list": f"physicians-{item.action.unit_id}"}
    return form


def physicians_of(units: Iterable[int]) -> dict[int, list[str]]:
    """Names to choose from, by unit."""
    return {
        unit_id: [one.name for one in colleagues_in(unit_id) if one.role.value == "physician"] for unit_id in set(units)
    }


def _is_faxed(item: Item, awaited: Awaited) -> bool:
    return awaited.spec.awaits == "acknowledgement" and item.state is ItemState.DONE


def _forms(awaited: Awaited, line: Line, reader: User) -> dict[str, ItemForm]:
    item = awaited.item
    if not may(Permission.ITEM_WORK):
        return {}
    forms: dict[str, ItemForm] = {"chase": chase_form(item)}
    if _is_faxed(item, awaited):
        forms["acknowledge"] = acknowledge_form(item)
    free = line.state == READY or line.is_held_by_reader
    if awaited.spec.finish and free and may_work(reader, item):
        forms["hand_over"] = hand_over_form(item)
    return forms
