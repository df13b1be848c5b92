"""The routine for programs: every kind with its follow-ups, every duty, what there is to read, who to call."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.extensions import current_routine
from tracker.i18n import language
from tracker.permissions import Permission, requires
from tracker.queries.routine import routine_of
from tracker.routine.spec import Contact, DutySpec, ItemSpec, KindSpec, Passage, Routine, SystemSpec
from tracker.views.api.outage import OUTAGE, visible_outage
from tracker.views.api.written import both, describe_condition, describe_field, own
from tracker.views.routine_shown import PHASES, due_in_words

blueprint = Blueprint("routine", __name__)
_SHAPE = 2
"""Counts up when the answer is built in another way, so that nobody keeps the earlier one."""


@blueprint.get("/routine")
@requires(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    """The routine that new outages are worked under."""
    return _answer(current_routine())


@blueprint.get(f"{OUTAGE}/routine")
@requires(Permission.SIGNED_IN)
def of_outage(outage_id: int) -> ResponseReturnValue:
    """The routine that one outage is worked under, which may be an older one."""
    return _answer(routine_of(visible_outage(outage_id)))


def describe_routine(routine: Routine) -> dict[str, Any]:
    """The routine in the user's language; texts also stand in both under `labels` and `names`."""
    return {
        "version": routine.version,
        "digest": routine.digest,
        "name": own(routine.name),
        "systems": [_system(system) for system in routine.systems],
        "targets": [
            {
                "id": target.id,
                "name": own(target.name),
                "names": both(target.name),
                "is_channel": target.is_channel,
            }
            for target in routine.targets
        ],
        "kinds": [_kind(kind) for kind in routine.kinds.values()],
        "duties": [_duty(duty) for duty in routine.duties.values()],
        "phases": [{"id": phase, "label": str(labels.PHASES[phase])} for phase in PHASES],
        "passages": [
            *(_passage(passage, system.id) for system in routine.systems for passage in system.passages),
            *(_passage(passage, None) for passage in routine.region_passages),
        ],
        "contacts": [_contact(contact) for contact in routine.contacts],
    }


def _answer(routine: Routine) -> ResponseReturnValue:
    response = jsonify(describe_routine(routine))
    response.set_etag(f"{routine.digest}-{language()}-{_SHAPE}")
    response.vary.add("Cookie")
    response.vary.add("Authorization")
    return response.make_conditional(request)


def _system(system: SystemSpec) -> dict[str, Any]:
    return {
        "id": system.id,
        "name": system.name,
        "section": system.section,
        "about": own(system.about),
        "places": [{"id": place, "label": own(text), "labels": both(text)} for place, text in system.places.items()],
    }


def _kind(kind: KindSpec) -> dict[str, Any]:
    return {
        "id": kind.id,
        "system": kind.system,
        "section": kind.section,
        "basis": kind.basis,
        "label": own(kind.label),
        "labels": both(kind.label),
        "help": own(kind.help),
        "roles": list(kind.logged_by),
        "offered_when_down": list(kind.offered_for),
        "subject": kind.subject,
        "fields": [describe_field(field) for field in kind.fields],
        "items": [_item(kind, item) for item in kind.items],
    }


def _item(kind: KindSpec, item: ItemSpec) -> dict[str, Any]:
    """Every column of the follow-up table, and how the item is worked."""
    return {
        "kind": kind.id,
        "logged_by": "|".join(kind.logged_by),
        "item": item.item,
        "when": describe_condition(item.when),
        "kind_of_work": item.kind_of_work.value,
        "system": item.system,
        "place": item.place,
        "needs": list(item.needs),
        "after": item.after,
        "role": item.role,
        "unit_may_reassign": item.unit_may_reassign,
        "basis": item.basis,
        "section": item.section,
        "label": own(item.label),
        "labels": both(item.label),
        "instruction": own(item.instruction),
        "fields": list(item.fields),
        "finish": [describe_field(field) for field in item.finish],
        "on_paper": item.on_paper,
    }


def _duty(duty: DutySpec) -> dict[str, Any]:
    return {
        "id": duty.id,
        "systems": list(duty.systems),
        "outage": duty.outage,
        "phase": duty.phase,
        "due": duty.due,
        "due_label": due_in_words(duty.due),
        "role": duty.role,
        "role_label": labels.role(duty.role),
        "scope": duty.scope,
        "text": own(duty.text),
        "texts": both(duty.text),
        "basis": duty.basis,
        "sections": list(duty.sections),
    }


def _passage(passage: Passage, system: str | None) -> dict[str, Any]:
    """Something to read; `system` is null where it holds for every system."""
    return {
        "system": system,
        "phase": passage.phase,
        "section": passage.section,
        "basis": passage.basis,
        "title": own(passage.title),
        "titles": both(passage.title),
        "text": own(passage.text),
        "texts": both(passage.text),
        "roles": list(passage.roles),
        "kinds": list(passage.kinds),
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "name": own(contact.name),
        "hours": own(contact.hours),
        "phone": contact.phone,
        "email": contact.email,
        "section": contact.section,
    }
