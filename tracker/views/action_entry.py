"""From the filled-in form to an entry for the service."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.forms.action import (
    LISTED,
    OTHER,
    UNKNOWN,
    ActionForm,
    condition_values,
    field_name,
    field_values,
    one_newline,
)
from tracker.i18n import lazy_text as _l
from tracker.i18n import time_zone
from tracker.identity import IdentityKind
from tracker.models import User
from tracker.queries.outage import systems_down
from tracker.queries.user import colleagues_in
from tracker.routine.spec import ItemSpec, KindSpec, WorkKind
from tracker.routine.values import Fault
from tracker.services.entry import (
    VALUE_FAULTS,
    ActionEntry,
    check_fields,
    entry_digest,
)
from tracker.services.patient import PatientEntry
from tracker.views.action_place import Place


def pointers(kind: KindSpec, form: ActionForm) -> dict[str, str]:
    """Which field of the form each pointer of a refusal belongs to."""
    by_how = {LISTED: "patient_id", UNKNOWN: "label"}
    return {
        "/patient/identity": by_how.get(_how(form), "identity"),
        "/patient/name": "name",
        "/patient/id": "patient_id",
        "/performed_at": "performed_at",
        "/performed_by/login": "performer",
        "/performed_by/name": "performer_name",
        "/role": "performer_role",
        **{f"/done_items/{number}": "done_items" for number in range(20)},
        **{f"/fields/{spec.id}": field_name(spec.id) for spec in kind.fields},
    }


def read_patient(form: ActionForm) -> PatientEntry:
    """The patient that was told; raises Invalid when two were."""
    how = _how(form)
    told = {
        LISTED: bool(form.patient_id.data),
        UNKNOWN: bool((form.label.data or "").strip()),
        "identity": bool((form.identity.data or "").strip()),
    }
    if sum(told.values()) > 1:
        raise Invalid({"/patient/identity": _l("Two patients are told. Keep one and clear the other.")})
    if how == LISTED and not told[LISTED]:
        raise Invalid({"/patient/id": _l("Choose the patient.")})
    if how == LISTED:
        try:
            return PatientEntry(id=uuid.UUID(form.patient_id.data))
        except ValueError:
            raise Invalid({"/patient/id": _l("Choose the patient.")}) from None
    protected = bool(form.protected.data)
    if how == UNKNOWN:
        if not told[UNKNOWN]:
            raise Invalid({"/patient/identity": _l("Enter what tells the patient apart here.")})
        return PatientEntry(
            identity=(form.label.data or "").strip(), identity_kind=IdentityKind.UNKNOWN, protected=protected
        )
    return PatientEntry(
        identity=(form.identity.data or "").strip(), name=(form.name.data or "").strip(), protected=protected
    )


def read_moment(form: ActionForm) -> datetime:
    """When it was done; raises Invalid if that is no time."""
    today = utcnow().astimezone(time_zone()).date().isoformat()
    text = form.performed_at.as_iso(today)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=time_zone())
    except ValueError:
        raise Invalid({"/performed_at": VALUE_FAULTS[Fault.DATETIME]}) from None


@dataclass(frozen=True)
class PerformerTold:
    login: str = ""
    name: str = ""
    role: str = ""


def read_performer(form: ActionForm, unit_id: int, user: User) -> PerformerTold:
    """Who did it: the one who logs, a colleague of the unit, or somebody by name and role."""
    name = (form.performer_name.data or "").strip()
    chosen = form.performer.data or ""
    if chosen == OTHER or name:
        if not name:
            raise Invalid({"/performed_by/name": _l("Enter the name of the person who did it.")})
        return PerformerTold(name=name, role=form.performer_role.data or "")
    if chosen.startswith("user-"):
        for colleague in colleagues_in(unit_id):
            if chosen == f"user-{colleague.id}":
                return PerformerTold(login=colleague.login, role=colleague.role.value)
        raise Invalid({"/performed_by/login": _l("Choose who did it.")})
    return PerformerTold(login=user.login, role=user.role.value)


def read_fields(kind: KindSpec, form: ActionForm) -> dict[str, str]:
    day = form.performed_at.day or utcnow().astimezone(time_zone()).date().isoformat()
    return field_values(kind, form, day)


def done_offered(kind: KindSpec, drill: bool) -> tuple[ItemSpec, ...]:
    """The follow-ups that can be told done while logging: acts that wait for nothing."""
    down = systems_down(drill)
    return tuple(
        spec
        for spec in kind.items
        if spec.kind_of_work is WorkKind.ACT and not spec.after and not set(spec.needs) & set(down)
    )


def build_entry(form: ActionForm, kind: KindSpec, place: Place, user: User) -> ActionEntry:
    """The entry that the form tells. The same content always has the same digest.

    Raises Invalid with everything that cannot be read.
    """
    faults: dict[str, object] = {}

    def read(step: Any, fallback: Any) -> Any:
        try:
            return step()
        except Invalid as error:
            faults.update(error.faults)
            return fallback

    patient = read(lambda: read_patient(form), PatientEntry())
    performed_at = read(lambda: read_moment(form), utcnow())
    performer = read(lambda: read_performer(form, place.unit.id, user), PerformerTold(login=user.login))
    fields = read_fields(kind, form)
    if faults:
        # The other checks are the service's; they are run here so that all mistakes are told at once.
        read(lambda: check_fields(kind, fields), None)
        raise Invalid(faults)
    due = {spec.item for spec in kind.items_for(condition_values(kind, form))}
    offered = [spec.item for spec in done_offered(kind, place.outage.drill) if spec.item in due]
    done_items = tuple(item for item in offered if item in (form.done_items.data or []))
    content = {
        "kind": kind.id,
        "outage": place.outage.id,
        "unit": place.unit.code,
        "patient": [
            str(patient.id or ""),
            patient.identity,
            patient.identity_kind or "",
            patient.name,
            patient.protected,
        ],
        "performed_at": performed_at.isoformat(),
        "performed_by": [performer.login, performer.name, performer.role],
        "sheet": (form.sheet.data or "").strip(),
        "note": one_newline(form.note.data),
        "fields": fields,
        "done_items": list(done_items),
    }
    return ActionEntry(
        id=read_entry_id(form),
        digest=entry_digest(content),
        outage_id=place.outage.id,
        kind=kind.id,
        unit=place.unit.code,
        patient=patient,
        performed_at=performed_at,
        fields=fields,
        performed_by_login=performer.login,
        performed_by_name=performer.name,
        role=performer.role,
        sheet=(form.sheet.data or "").strip(),
        note=one_newline(form.note.data),
        done_items=done_items,
    )


def read_entry_id(form: ActionForm) -> uuid.UUID:
    """The id that the form was opened with, by which a form sent twice is known."""
    try:
        return uuid.UUID(form.entry_id.data or "")
    except ValueError:
        return uuid.uuid4()


def _how(form: ActionForm) -> str:
    """How the patient was told. A number or label that was typed counts, even if its way was not picked."""
    how = form.patient_how.data or LISTED
    if how == LISTED and not form.patient_id.data:
        if (form.identity.data or "").strip():
            return "identity"
        if (form.label.data or "").strip():
            return UNKNOWN
    return str(how)
