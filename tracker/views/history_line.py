"""Lines of the history as they are shown: what each was about, a link to it, and what changed.

The region-wide roles see who did what and when, never what was written: there may be a patient in it. Unit managers
see what changed, except for actions and patients, whose own pages show it and note that it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from tracker import labels
from tracker.extensions import current_routine
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Action, Event, Item, Outage, Unit, User
from tracker.permissions import Permission, permissions_of
from tracker.queries.history import actions_by_id, items_by_id, outages_by_id, units_by_number, users_by_id
from tracker.queries.routine import routine_of
from tracker.views.page import target_name

SUBJECTS: dict[str, Any] = {
    "action_import": _l("Workbook"),
    "tick_import": _l("Ticked workbook"),
    "handover": _l("Hand-over"),
    "sheet": _l("Numbered form"),
    "sheet_series": _l("Series of forms"),
    "orphan_sheet": _l("Unclear form"),
    "stray_result": _l("Result without a recipient"),
    "device": _l("Device"),
    "action": _l("Action"),
    "item": _l("Follow-up"),
    "patient": _l("Patient"),
    "placement": _l("Place on the list"),
    "outage": _l("Outage"),
    "duty": _l("Duty"),
    "sign_off": _l("Sign-off"),
    "unit": _l("Unit"),
    "user_account": _l("User"),
    "one_time_link": _l("One-time link"),
    "api_token": _l("API token"),
}
COLUMNS: dict[str, Any] = {
    "state": _l("State"),
    "name": _l("Name"),
    "role": _l("Role"),
    "active": _l("In use"),
    "units": _l("Works in"),
    "manages": _l("Manages"),
    "site": _l("Site"),
    "kind": _l("Kind"),
    "systems": _l("Systems"),
    "signs_on_paper": _l("Signs on paper"),
    "item_rules": _l("Follow-ups with a role of their own"),
    "duty_rules": _l("Duties with a role of their own"),
    "facts": _l("Numbers and places"),
    "attention": _l("To know first"),
    "high_risk": _l("High risk"),
    "risk_words": _l("High-risk words"),
}
_HIDDEN = frozenset({"action", "patient", "placement"})
"""Their content is shown on their own pages only."""
_CREATED = frozenset({"role", "units", "manages", "kind", "systems"})
_ITEM_COLUMNS = frozenset({"state", "attention", "high_risk"})


@dataclass(frozen=True)
class Line:
    event: Event
    verb: str
    subject: str
    about: str
    url: str
    outage: str
    unit: str
    changes: tuple[str, ...]


def history_lines(events: Sequence[Event], user: User) -> list[Line]:
    """The lines for this user, with a few look-ups for all of them together."""
    found = _Subjects(events, user)
    return [
        Line(
            event=event,
            verb=str(labels.EVENTS.get(event.verb, event.verb)),
            subject=str(SUBJECTS.get(event.subject_type, event.subject_type)),
            about=found.about(event),
            url=found.url(event),
            outage=found.outages[event.outage_id].name if event.outage_id in found.outages else "",
            unit=found.units[event.unit_id].name if event.unit_id in found.units else "",
            changes=() if user.is_region_wide else tuple(_changes(event)),
        )
        for event in events
    ]


class _Subjects:
    """What the lines of one page are about, read once."""

    def __init__(self, events: Sequence[Event], user: User) -> None:
        def ids(kind: str) -> set[str]:
            return {event.subject_id for event in events if event.subject_type == kind}

        self.user = user
        self.units: Mapping[int | None, Unit] = units_by_number(
            {event.unit_id for event in events if event.unit_id} | {int(text) for text in ids("unit")}
        )
        self.outages: Mapping[int | None, Outage] = outages_by_id(
            {event.outage_id for event in events if event.outage_id} | {int(text) for text in ids("outage")}
        )
        self.users: Mapping[str, User] = users_by_id(ids("user_account"))
        clinical = not user.is_region_wide
        self.actions: Mapping[str, Action] = actions_by_id(ids("action")) if clinical else {}
        self.items: Mapping[str, Item] = items_by_id(ids("item")) if clinical else {}

    def about(self, event: Event) -> str:
        """In a few words, without any patient."""
        match event.subject_type:
            case "action" if event.subject_id in self.actions:
                action = self.actions[event.subject_id]
                return routine_of(action.outage).kinds[action.kind].label.in_language(language())
            case "item" if event.subject_id in self.items:
                item = self.items[event.subject_id]
                spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
                return spec.label.in_language(language())
            case "outage" if int(event.subject_id) in self.outages:
                return self.outages[int(event.subject_id)].name
            case "unit" if int(event.subject_id) in self.units:
                return self.units[int(event.subject_id)].name
            case "user_account" if event.subject_id in self.users:
                return self.users[event.subject_id].name
            case "duty" if event.after and event.outage_id in self.outages:
                duty = routine_of(self.outages[event.outage_id]).duties.get(str(event.after.get("duty")))
                return duty.text.in_language(language()) if duty else ""
        return ""

    def url(self, event: Event) -> str:
        """Where it is shown, if this user may open it; empty otherwise."""
        allowed = permissions_of(self.user)
        match event.subject_type:
            case "action" if event.subject_id in self.actions:
                return url_for("action.show", action_id=event.subject_id)
            case "item" if event.subject_id in self.items and Permission.ITEM_WORK in allowed:
                return url_for("item.show", item_id=int(event.subject_id))
            case "outage":
                return url_for("outage.show", outage_id=int(event.subject_id))
            case "unit" if int(event.subject_id) in self.units:
                return url_for("unit.local_routine", code=self.units[int(event.subject_id)].code)
            case "user_account" if Permission.ACCOUNT_MANAGE in allowed:
                return url_for("user.edit", user_id=int(event.subject_id))
        return ""


def _changes(event: Event) -> Iterable[str]:
    """`Role: Nurse → Physician`, one for each thing that changed."""
    if event.subject_type in _HIDDEN:
        return
    before, after = event.before or {}, event.after or {}
    if event.subject_type == "duty" and after.get("reason"):
        yield str(after["reason"])
    for key in COLUMNS:
        if event.subject_type == "item" and key not in _ITEM_COLUMNS:
            continue
        old, new = before.get(key), after.get(key)
        if event.verb == "created" and key in _CREATED and new:
            yield _("%(what)s: %(value)s", what=COLUMNS[key], value=_shown(key, new))
        if old == new or not before:
            continue
        if isinstance(old, list) and isinstance(new, list):  # what went and what came, not what stayed
            old, new = [row for row in old if row not in new], [row for row in new if row not in old]
        yield _("%(what)s: %(before)s → %(after)s", what=COLUMNS[key], before=_shown(key, old), after=_shown(key, new))


def _shown(key: str, value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return _("Yes") if value else _("No")
        case list():
            return ", ".join(_shown(key, entry) if isinstance(entry, str) else _rule(key, entry) for entry in value)
    if key == "state":
        return labels.state(value)
    if key == "role":
        return labels.role(value)
    if key == "kind":
        return labels.unit_kind(value)
    if key == "high_risk":
        labels_of = {one.id: one.label.in_language(language()) for one in current_routine().high_risk}
        return labels_of.get(value, str(value))
    if key == "attention":
        return str(labels.ATTENTION.get(value, value))
    return target_name(value) if key == "systems" else str(value)


def _rule(key: str, entry: list[Any]) -> str:
    """One own rule or one number of a unit, in words."""
    routine = current_routine()
    match key, entry:
        case "item_rules", [str(kind), str(item), str(role)] if kind in routine.kinds:
            texts = [spec.label for spec in routine.kinds[kind].items if spec.item == item]
            what = texts[0].in_language(language()) if texts else item
        case "duty_rules", [str(duty), str(role)] if duty in routine.duties:
            what = routine.duties[duty].text.in_language(language())
        case _:
            return " ".join(str(part) for part in entry[1:])
    return _("%(what)s (%(role)s)", what=what, role=labels.role(role))
