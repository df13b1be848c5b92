"""An action as the API tells it, and what should be known about one that was just logged."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from tracker.extensions import current_settings
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Action, ActionVersion, Confirmation, SendBack
from tracker.queries.action import likely_duplicates
from tracker.queries.item import state_of
from tracker.queries.patient_link import logged_as
from tracker.queries.record_text import record_sentence
from tracker.queries.routine import routine_of
from tracker.queries.sheet_doubt import SheetUse, sheet_doubts
from tracker.services.entry import ActionEntry
from tracker.views.api.item_content import describe_item
from tracker.views.api.parse import stamp
from tracker.views.api.written import describe_patient, own, this_moment, written_values


def describe_items(action: Action) -> list[dict[str, Any]]:
    moment = this_moment()
    return [describe_item(item, state_of(item, moment.at), moment) for item in action.items]


def describe_action(action: Action) -> dict[str, Any]:
    """Everything about one action."""
    kind = routine_of(action.outage).kinds[action.kind]
    return {
        "id": str(action.id),
        "digest": action.digest,
        "outage": action.outage_id,
        "drill": action.outage.drill,
        "unit": action.unit.code,
        "kind": action.kind,
        "kind_label": own(kind.label),
        "patient": describe_patient(action.patient),
        "performed_at": stamp(action.performed_at),
        "performed_by": {
            "login": action.performed_by.login if action.performed_by else None,
            "name": action.performer,
        },
        "role": action.role,
        "sheet": action.sheet,
        "note": action.note,
        "fields": action.fields,
        "written": written_values(kind.shown_fields(action.fields), action.fields),
        "subject": action.subject,
        "sentence": record_sentence(action, None, language()),
        "recorded_at": stamp(action.recorded_at),
        "received_at": stamp(action.received_at),
        "logged_by": {"login": action.logged_by.login, "name": action.logged_by.name},
        "version": action.version,
        "state": action.state,
        "voided": _voided(action),
        "items": describe_items(action),
        "versions": [_version(version) for version in action.versions],
        "confirmations": [_confirmation(row) for row in action.confirmations],
        "send_backs": [_send_back(row) for row in action.send_backs],
    }


def patients_shown(action: Action) -> set[uuid.UUID]:
    """Every patient that the answer tells of: an earlier version may name another one."""
    return {action.patient_id, *(uuid.UUID(version.content["patient"]) for version in action.versions)}


def warnings_for(action: Action, entry: ActionEntry) -> list[dict[str, Any]]:
    """What whoever logged it should look at again. Nothing here refuses anything."""
    return [*_doubts(action, entry), *_duplicates(action)]


def _doubts(action: Action, entry: ActionEntry) -> Iterator[dict[str, Any]]:
    kind = routine_of(action.outage).kinds[action.kind]
    if action.role not in kind.logged_by:
        yield {"code": "role", "message": _("This is usually done by another role. Check the role.")}
    if action.performed_at < action.outage.began_at:
        yield {"code": "before_outage", "message": _("The time is before the outage began. Check the time.")}
    if logged_as([action]):
        message = _("This label or number has been linked to another identity. The entry stands there now.")
        yield {"code": "linked", "message": message}
    told = " ".join(entry.patient.name.split()).casefold()
    if told and told != " ".join(action.patient.name.split()).casefold():
        message = _("Another name is registered for this identity. Check that it is the right patient.")
        yield {"code": "patient_name", "message": message}
    use = SheetUse(action.sheet, kind, action.done_in_id, action.outage_id, action.patient_id, action.id)
    for doubt in sheet_doubts(use):
        yield {"code": f"sheet_{doubt.code}", "message": str(doubt.message)}


def _duplicates(action: Action) -> Iterator[dict[str, Any]]:
    for other in likely_duplicates(
        action.patient_id,
        action.kind,
        action.subject,
        action.performed_at,
        action.outage.drill,
        current_settings().duplicate_hours,
        except_id=action.id,
    ):
        yield {
            "code": "duplicate",
            "message": _("Something alike is logged for this patient close in time. Check that it is not the same."),
            "action": str(other.id),
            "performed_at": stamp(other.performed_at),
            "unit": other.unit.code,
        }


def _voided(action: Action) -> dict[str, Any] | None:
    if action.voided_by is None:
        return None
    return {"at": stamp(action.voided_at), "by": action.voided_by.name, "reason": action.void_reason}


def _version(version: ActionVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "content": version.content,
        "reason": version.reason,
        "by": version.by.name,
        "at": stamp(version.at),
    }


def _confirmation(row: Confirmation) -> dict[str, Any]:
    return {
        "version": row.version,
        "by": row.confirmed_by.name,
        "at": stamp(row.confirmed_at),
        "withdrawn_at": stamp(row.withdrawn_at),
    }


def _send_back(row: SendBack) -> dict[str, Any]:
    return {"reason": row.reason, "by": row.by.name, "at": stamp(row.at)}
