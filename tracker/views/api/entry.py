"""What `POST /actions` and its corrections may say, and everything that is wrong with it at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tracker.errors import Invalid, NotFound
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.identity import IdentityKind
from tracker.queries.outage import get_outage
from tracker.queries.routine import routine_of
from tracker.queries.unit import find_unit
from tracker.routine.spec import KindSpec
from tracker.services.action import Correction
from tracker.services.entry import ActionEntry, check_fields, check_performed_at, entry_digest, find_performer
from tracker.services.patient import PatientEntry, check_identity
from tracker.views.api.parse import MAX_REASON, Body, Moment, parse, row_id

Name = Annotated[str, StringConstraints(max_length=120)]
Sheet = Annotated[str, StringConstraints(max_length=40)]
Note = Annotated[str, StringConstraints(max_length=4000)]


class PatientBody(Body):
    id: uuid.UUID | None = None
    identity: str | None = None
    identity_kind: IdentityKind | None = None
    name: Name | None = None
    protected: bool | None = None

    @property
    def entry(self) -> PatientEntry:
        return PatientEntry(
            id=self.id,
            identity=self.identity or "",
            identity_kind=self.identity_kind,
            name=self.name or "",
            protected=bool(self.protected),
        )

    @model_validator(mode="after")
    def known_or_told(self) -> Self:
        if self.id is not None and self.identity:
            raise PydanticCustomError("known_or_told", "an id or an identity")
        return self


class PerformerBody(Body):
    login: str | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        if bool((self.login or "").strip()) == bool((self.name or "").strip()):
            raise PydanticCustomError("one_of_them", "a login or a name")
        return self


class LogBody(Body):
    id: uuid.UUID
    outage: int
    kind: str
    unit: str
    patient: PatientBody
    performed_at: Moment
    performed_by: PerformerBody | None = None
    role: str | None = None
    sheet: Sheet | None = None
    note: Note | None = None
    fields: dict[str, Any] = {}
    done_items: list[str] | None = None
    recorded_at: Moment | None = None


class CorrectBody(Body):
    reason: Annotated[str, StringConstraints(max_length=MAX_REASON)]
    patient: PatientBody | None = None
    performed_at: Moment | None = None
    performed_by: PerformerBody | None = None
    role: str | None = None
    sheet: Sheet | None = None
    note: Note | None = None
    fields: dict[str, Any] = {}


def read_entry(content: Mapping[str, Any]) -> ActionEntry:
    """The entry of a body; raises Invalid for all that is wrong, in its shape and in what it says."""
    try:
        body = parse(LogBody, content)
    except Invalid as error:
        raise Invalid({**error.faults, **further_faults(content)}) from None
    login, name = _performer(body.performed_by)
    return ActionEntry(
        id=body.id,
        digest=entry_digest(content),
        outage_id=row_id(body.outage),
        kind=body.kind,
        unit=body.unit,
        patient=body.patient.entry,
        performed_at=body.performed_at,
        performed_by_login=login,
        performed_by_name=name,
        role=body.role or "",
        sheet=body.sheet or "",
        note=body.note or "",
        fields=body.fields,
        done_items=tuple(body.done_items or ()),
        recorded_at=body.recorded_at,
    )


def read_correction(content: Mapping[str, Any]) -> Correction:
    """The correction of a body; what is not named stays as it is."""
    body = parse(CorrectBody, content)
    login, name = _performer(body.performed_by)
    return Correction(
        reason=body.reason,
        patient=body.patient.entry if body.patient else None,
        performed_at=body.performed_at,
        performed_by_login=login or None,
        performed_by_name=name or None,
        role=body.role or None,
        sheet=body.sheet,
        note=body.note,
        fields=body.fields,
    )


def further_faults(content: Mapping[str, Any]) -> dict[str, object]:
    """What is wrong with those parts of a body that can be read, so that all of it is told in one answer."""
    faults: dict[str, object] = {}
    kind = _kind(content, faults)
    unit = content.get("unit")
    if isinstance(unit, str) and find_unit(unit) is None:
        faults["/unit"] = _l("There is no such unit.")
    fields = content.get("fields", {})
    if kind is not None and isinstance(fields, dict):
        _gather(faults, lambda: check_fields(kind, fields))
    _gather(faults, lambda: _check_patient(content))
    _gather(faults, lambda: _check_time(content))
    _gather(faults, lambda: _check_performer(content))
    return faults


class _Patient(Body):
    patient: PatientBody


class _Time(Body):
    performed_at: Moment


class _Performer(Body):
    performed_by: PerformerBody | None = None
    role: str | None = None


def _check_patient(content: Mapping[str, Any]) -> None:
    if "patient" not in content:
        return
    patient = parse(_Patient, _part(content, "patient")).patient
    if patient.id is None:
        check_identity(patient.entry)


def _check_time(content: Mapping[str, Any]) -> None:
    if "performed_at" in content:
        check_performed_at(parse(_Time, _part(content, "performed_at")).performed_at)


def _check_performer(content: Mapping[str, Any]) -> None:
    part = parse(_Performer, _part(content, "performed_by", "role"))
    login, name = _performer(part.performed_by)
    find_performer(login, name, part.role or "", actor=current_user())


def _part(content: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: content[name] for name in names if name in content}


def _kind(content: Mapping[str, Any], faults: dict[str, object]) -> KindSpec | None:
    number, kind_id = content.get("outage"), content.get("kind")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    try:
        routine = routine_of(get_outage(row_id(number)))
    except NotFound:
        faults["/outage"] = _l("There is no such outage.")
        return None
    kind = routine.kinds.get(kind_id) if isinstance(kind_id, str) else None
    if kind is None and isinstance(kind_id, str):
        faults["/kind"] = _l("The routine has no such kind of action.")
    return kind


def _gather(faults: dict[str, object], step: Callable[[], object]) -> None:
    try:
        step()
    except Invalid as error:
        faults.update(error.faults)


def _performer(body: PerformerBody | None) -> tuple[str, str]:
    return ((body.login or "").strip().lower(), (body.name or "").strip()) if body else ("", "")
