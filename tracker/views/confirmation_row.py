"""One action as a unit manager reads it: what was done, what became of it, and what stands out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker import labels
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models import Action, Event, Item, User
from tracker.queries.confirmation import (
    first_sign_offs,
    histories_of,
    managers_of,
    reading_mark,
    states_of,
)
from tracker.queries.routine import routine_of
from tracker.routine.spec import KindSpec, Routine
from tracker.routine.values import write_sentence, write_value
from tracker.views.page import how_long, local_time

LOGGED_LATE_AFTER = timedelta(hours=24)
"""Paper logged later than this is pointed out to the manager."""


@dataclass(frozen=True)
class Mark:
    """Something that stands out: `style` chooses its colour."""

    text: str
    style: str
    note: str = ""


@dataclass(frozen=True)
class ItemLine:
    label: str
    target: str
    state: str
    who: str
    at: datetime | None
    reference: str
    note: str


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    who: str
    what: str
    about: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    action: Action
    kind: str
    state: str
    mark: str
    items: tuple[ItemLine, ...]
    marks: tuple[Mark, ...]
    sentence: str
    history: tuple[HistoryLine, ...]
    patients: frozenset[uuid.UUID]
    """The patient, and those it was logged for before a correction."""
    can_confirm: bool
    can_send_back: bool
    why_not: str


def rows_for(actions: Sequence[Action], user: User) -> list[Row]:
    """The rows of a page of actions that `user` manages, in a fixed number of queries."""
    unit_ids = frozenset(action.unit_id for action in actions)
    states = states_of(actions)
    histories = histories_of(actions)
    managers = managers_of(unit_ids)
    signed = first_sign_offs(unit_ids)
    return [
        _row(
            action,
            user,
            states,
            histories[action.id],
            [manager for manager in managers[action.unit_id] if manager.id != user.id],
            signed.get((action.outage_id, action.unit_id)),
        )
        for action in actions
    ]


def did_every_item(action: Action, user: User) -> bool:
    """Such an action is for another manager to confirm (design, States)."""
    return all(item.done_by_id == user.id for item in action.items)


def why_not_confirmed(action: Action, user: User, others: Sequence[User]) -> str:
    """Why the user cannot confirm it as it stands; empty: they can."""
    confirmation = action.confirmation
    if action.is_voided:
        return _("Voided: there is nothing to confirm.")
    if not action.is_closed:
        return _("Follow-ups are still open.")
    if confirmation:
        return _(
            "Confirmed by %(name)s, %(at)s.",
            name=confirmation.confirmed_by.name,
            at=local_time(confirmation.confirmed_at),
        )
    if did_every_item(action, user):
        names = ", ".join(other.name for other in others)
        if names:
            return _("You did every follow-up yourself. Another manager must confirm: %(names)s.", names=names)
        return _(
            "You did every follow-up yourself. Another manager must confirm, and the unit has no other: "
            "ask the administrator."
        )
    return ""


def kind_label(routine: Routine, kind_id: str) -> str:
    kind = routine.kinds.get(kind_id)
    return kind.label.in_language(language()) if kind else kind_id


def item_label(routine: Routine, item: Item) -> str:
    spec = routine.item(item.action.kind, item.item, item.action.fields)
    return spec.label.in_language(language())


def _row(
    action: Action,
    user: User,
    states: dict[int, str],
    events: list[Event],
    others: Sequence[User],
    signed_at: datetime | None,
) -> Row:
    routine = routine_of(action.outage)
    kind = routine.kinds[action.kind]
    why_not = why_not_confirmed(action, user, others)
    return Row(
        action=action,
        kind=kind.label.in_language(language()),
        state="voided" if action.is_voided and action.is_closed else action.state,
        mark=reading_mark(action),
        items=tuple(_item_line(item, states[item.id], routine) for item in action.items),
        marks=tuple(_marks(action, signed_at)),
        sentence=write_sentence(kind, action.fields, language(), time_zone()),
        history=tuple(_history_line(event, action, kind, routine) for event in events),
        patients=frozenset({action.patient_id, *_patients_in(events)}),
        can_confirm=not why_not,
        can_send_back=not action.is_voided and any(item.is_finished for item in action.items),
        why_not=why_not,
    )


def _patients_in(events: Iterable[Event]) -> Iterable[uuid.UUID]:
    for event in events:
        for content in (event.before, event.after):
            if content and "patient" in content:
                yield uuid.UUID(content["patient"])


def _item_line(item: Item, state: str, routine: Routine) -> ItemLine:
    notes = [item.reason] if state == "not_needed" else []
    if item.on_paper:
        notes.append(_("Signed on paper"))
    if item.attention:
        notes.append(str(labels.ATTENTION[item.attention.value]))
    holder = item.claimed_by if state == "claimed" else item.done_by
    return ItemLine(
        label=item_label(routine, item),
        target=routine.target_name(item.system, language()),
        state=state,
        who=holder.name if holder else "",
        at=item.done_at,
        reference=item.reference,
        note=" · ".join(notes),
    )


def _marks(action: Action, signed_at: datetime | None) -> Iterable[Mark]:
    if action.is_voided and action.voided_by:
        yield Mark(_("Voided"), "bad", f"{action.voided_by.name}: {action.void_reason}")
    if action.version > 1:
        yield Mark(_("Corrected, version %(number)s", number=action.version), "warn")
    if action.send_backs:
        last = action.send_backs[-1]
        yield Mark(_("Sent back %(at)s", at=local_time(last.at)), "warn", f"{last.by.name}: {last.reason}")
    if signed_at and action.received_at >= signed_at:
        yield Mark(_("Late: logged after the sign-off"), "late")
    elif action.received_at - action.performed_at > LOGGED_LATE_AFTER:
        yield Mark(
            _("Late: logged %(time)s after it was done", time=how_long(action.performed_at, action.received_at)), "late"
        )
    if action.patient.is_unknown:
        yield Mark(_("The patient is not identified"), "warn")


def _history_line(event: Event, action: Action, kind: KindSpec, routine: Routine) -> HistoryLine:
    about = ""
    if event.subject_type == "item":
        about = next((item_label(routine, item) for item in action.items if str(item.id) == event.subject_id), "")
    after = event.after or {}
    details = [str(after[name]) for name in ("reason", "question", "answer") if after.get(name)]
    if after.get("reference"):
        details.append(_("Reference: %(reference)s", reference=after["reference"]))
    if event.verb == "corrected":
        details += _changes(event.before or {}, after, kind)
    return HistoryLine(
        event.at, event.actor_name, str(labels.EVENTS.get(event.verb, event.verb)), about, tuple(details)
    )


def _changes(before: dict[str, Any], after: dict[str, Any], kind: KindSpec) -> list[str]:
    """What a correction changed, each as `label: old → new`."""
    names = {
        "name": _("Name"),
        "identity": _("Identity"),
        "performed_at": _("Done at"),
        "performed_by": _("Done by"),
        "role": _("Role"),
        "sheet": _("Paper form number"),
        "note": _("Note"),
    }
    found = [
        _change(label, _plain(key, before.get(key)), _plain(key, after.get(key)))
        for key, label in names.items()
        if before.get(key) != after.get(key)
    ]
    old, new = before.get("fields") or {}, after.get("fields") or {}
    for spec in kind.fields:
        if old.get(spec.id) != new.get(spec.id):
            written = [write_value(spec, values.get(spec.id), language(), time_zone()) for values in (old, new)]
            found.append(_change(spec.label.in_language(language()), *written))
    return found


def _plain(key: str, value: Any) -> str:
    if key == "performed_at" and value:
        return local_time(datetime.fromisoformat(value))
    return labels.role(value) if key == "role" else str(value or "")


def _change(label: str, old: str, new: str) -> str:
    return _("%(field)s: %(old)s → %(new)s", field=label, old=old or "–", new=new or "–")
