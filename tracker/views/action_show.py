"""One action with everything about it: what it says, what it left behind, every version, and its history."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.guard import current_user, saw_patients
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models import Action, ActionVersion, Event, Item
from tracker.permissions import Permission, may_change_action, reading_unit, requires
from tracker.queries.action import events_of, get_action
from tracker.queries.item import ItemFilter, every_item
from tracker.queries.patient_link import logged_as
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, KindSpec
from tracker.routine.values import write_sentence, write_value
from tracker.views.action_blueprint import blueprint
from tracker.views.page import local_time


@dataclass(frozen=True)
class Line:
    """A label and what stands there, in one version or in several."""

    label: str
    values: Sequence[str]

    @property
    def changed(self) -> Sequence[bool]:
        """For each version whether it differs from the one before."""
        return [number > 0 and value != self.values[number - 1] for number, value in enumerate(self.values)]


@dataclass(frozen=True)
class ItemLine:
    item: Item
    spec: ItemSpec
    state: str


@dataclass(frozen=True)
class HistoryLine:
    event: Event
    verb: str
    about: str
    reason: str


@blueprint.get("/actions/<uuid:action_id>")
@requires(Permission.ACTION_READ)
def show(action_id: uuid.UUID) -> ResponseReturnValue:
    user = current_user()
    action = get_action(action_id, user.unit_ids)
    routine = routine_of(action.outage)
    kind = routine.kinds[action.kind]
    states = every_item(ItemFilter(frozenset({action.unit_id}), action_id=action.id)).states
    saw_patients({action.patient_id, *_patients_of_versions(action)}, reading_unit(user, action))
    return render_template(
        "action/show.html",
        action=action,
        kind=kind,
        sentence=write_sentence(kind, action.fields, language(), time_zone()),
        fields=_fields(kind, [action.fields]),
        items=[
            ItemLine(item, routine.item(action.kind, item.item, action.fields), states[item.id])
            for item in action.items
        ],
        state="voided" if action.is_voided else action.state,
        may_change=may_change_action(user, action) and not action.is_voided,
        is_moved_away=not may_change_action(user, action),
        logged_as=logged_as([action]).get(action.id),
        version_lines=compare_versions(kind, action.versions) if len(action.versions) > 1 else [],
        history=_history(action, kind),
    )


def compare_versions(kind: KindSpec, versions: Sequence[ActionVersion]) -> list[Line]:
    """What each version says, line by line; lines that are empty in all of them are left out."""
    contents = [version.content for version in versions]
    lines = [
        Line(_("Patient"), [_patient_text(content) for content in contents]),
        Line(_("Performed at"), [local_time(datetime.fromisoformat(content["performed_at"])) for content in contents]),
        Line(_("Performed by"), [content["performed_by"] for content in contents]),
        Line(_("Role"), [labels.role(content["role"]) for content in contents]),
        *_fields(kind, [content["fields"] for content in contents]),
        Line(_("Paper form number"), [content["sheet"] for content in contents]),
        Line(_("Note"), [content["note"] for content in contents]),
    ]
    return [line for line in lines if any(line.values)]


def _fields(kind: KindSpec, contents: Sequence[Mapping[str, Any]]) -> list[Line]:
    lines = [
        Line(
            spec.label.in_language(language()),
            [write_value(spec, content.get(spec.id), language(), time_zone()) for content in contents],
        )
        for spec in kind.fields
    ]
    return [line for line in lines if any(line.values)]


def _patient_text(content: Mapping[str, Any]) -> str:
    number = content["identity"]
    if len(number) == 12 and number.isdigit():
        number = f"{number[:8]}-{number[8:]}"
    return f"{content['name']} {number}".strip()


def _patients_of_versions(action: Action) -> set[uuid.UUID]:
    return {uuid.UUID(version.content["patient"]) for version in action.versions}


def _history(action: Action, kind: KindSpec) -> list[HistoryLine]:
    routine = routine_of(action.outage)
    by_id = {
        str(item.id): routine.item(kind.id, item.item, action.fields).label.in_language(language())
        for item in action.items
    }
    return [
        HistoryLine(
            event=event,
            verb=str(labels.EVENTS.get(event.verb, event.verb)),
            about=by_id.get(event.subject_id, "") if event.subject_type == "item" else "",
            reason=str((event.after or {}).get("reason") or (event.after or {}).get("question") or ""),
        )
        for event in events_of(action)
    ]
