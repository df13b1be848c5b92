"""The logging form as the template shows it: prepared fields, what is chosen from, and what stands there first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request
from wtforms import Field, RadioField, SelectField

from tracker import labels
from tracker.clock import utcnow
from tracker.forms.action import (
    LISTED,
    ME,
    OTHER,
    TYPED,
    ActionForm,
    build_form_class,
    condition_values,
    default_values,
    done_choices,
    field_name,
    initial_values,
    is_filled,
    main_fields,
)
from tracker.forms.day_time import DayTimeField, day_and_time
from tracker.forms.option import options
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.models import Action, FactKind, Patient, Placement, Unit, User
from tracker.queries.action import last_of_kind, patients_of, recent_subjects
from tracker.queries.placement import placements_now
from tracker.queries.user import colleagues_in
from tracker.routine.spec import PERFORMER_ROLES, Condition, FieldSpec, FieldType, ItemSpec, KindSpec
from tracker.views.action_entry import done_offered
from tracker.views.action_place import Place
from tracker.views.orphan_sheet_log import from_sheet

LIVE = timedelta(minutes=10)
"""What was logged so soon after it was done is being logged as it happens: the next one is done now."""


@dataclass(frozen=True)
class When:
    """The answer on which something hangs."""

    field: str
    equals: str
    """The answers that show it, separated by spaces."""


@dataclass(frozen=True)
class ShownField:
    """One field of the routine, ready to be shown."""

    field: Field
    mode: str
    """`chips`, `list`, `moment`, `number` or `line`; says which macro writes it."""
    wide: bool
    short: bool
    """Takes half a line, also on a phone: a number, and the unit to choose after it."""
    on: bool
    when: When | None
    unit: str
    suggestions: Sequence[str]


@dataclass(frozen=True)
class ShownItem:
    spec: ItemSpec
    system: str
    on: bool
    when: When | None


@dataclass(frozen=True)
class ShownForm:
    """Everything that templates/action/form.html shows besides the form itself."""

    first: Sequence[ShownField]
    more: Sequence[ShownField]
    more_names: Sequence[str]
    """What stands behind "More", to be told before it is opened."""
    more_open: bool
    items: Sequence[ShownItem]
    done: Sequence[tuple[Any, ShownItem]]
    patients: Sequence[tuple[Any, Patient, datetime | None]]
    """Each patient to choose from: the radio button, the patient, and when this kind was last logged for them."""
    spots: Mapping[uuid.UUID, str]
    """The bed, or the time that is booked, of those on the unit's list."""


def open_form(kind: KindSpec, place: Place, user: User, correcting: Action | None = None) -> ActionForm:
    """The form, filled with what was sent, or with what stands there from the start."""
    form_class = build_form_class(kind)
    if request.method == "POST":
        form: ActionForm = form_class()
    elif correcting:
        form = form_class(formdata=None, data=stored_values(kind, correcting, user))
    else:
        form = form_class(formdata=None, data=_first(kind, place, user))
    _fill_choices(form, kind, place, user, correcting)
    return form


def _first(kind: KindSpec, place: Place, user: User) -> dict[str, Any]:
    data: dict[str, Any] = {
        "entry_id": str(uuid.uuid4()),
        "performed_at": day_and_time(utcnow(), time_zone()),
        "performer": ME if user.role.value in PERFORMER_ROLES else "",
        **default_values(kind),
    }
    faxes = [fact.value for fact in place.unit.local_facts if fact.kind is FactKind.FAX]
    if faxes:
        data |= {field_name(spec.id): faxes[0] for spec in kind.fields if spec.type is FieldType.FAX}
    if place.patient:
        data["patient_id"] = str(place.patient.id)
    if place.after and place.keep == "patient":
        data["patient_id"] = str(place.after.patient_id)
    if place.after and place.keep == "fields" and place.after.kind == kind.id:
        data |= initial_values(kind, place.after.fields, only_carried=True)
        data |= _performer(place.after, user)
        if place.after.received_at - place.after.performed_at > LIVE:
            data["performed_at"] = day_and_time(place.after.performed_at, time_zone())
    return data | from_sheet(kind, place)


def stored_values(kind: KindSpec, action: Action, user: User) -> dict[str, Any]:
    """What the form shows of an action that is being corrected."""
    return {
        "entry_id": str(action.id),
        "version": str(action.version),
        "patient_how": LISTED,
        "patient_id": str(action.patient_id),
        "performed_at": day_and_time(action.performed_at, time_zone()),
        "sheet": action.sheet,
        "note": action.note,
        **initial_values(kind, action.fields),
        **_performer(action, user),
    }


def _performer(action: Action, user: User) -> dict[str, str]:
    if action.performed_by is None:
        return {
            "performer": OTHER,
            "performer_name": action.performed_by_name or "",
            "performer_role": action.role,
        }
    return {"performer": ME if action.performed_by_id == user.id else f"user-{action.performed_by_id}"}


def _fill_choices(form: ActionForm, kind: KindSpec, place: Place, user: User, correcting: Action | None) -> None:
    placed = placements_now(place.unit.id, utcnow().astimezone(time_zone()).date(), time_zone())
    patients = list(dict.fromkeys([*(one.patient for one in placed), *patients_of(place.unit.id, place.outage.id)]))
    known = place.after.patient if place.after and place.keep == "patient" else place.patient
    if known is not None and known not in patients:
        patients.insert(0, known)
    form.patient_id.choices = options((str(patient.id), patient.name) for patient in patients)
    form.shown_patients = patients
    form.spots = _spots(placed)
    if not form.patient_how.data:
        form.patient_how.data = LISTED if patients else TYPED
    colleagues = [
        colleague
        for colleague in colleagues_in(place.unit.id)
        if colleague.id != user.id and colleague.role.value in PERFORMER_ROLES
    ]
    performer = correcting.performed_by if correcting else None
    if performer and performer.id != user.id and performer not in colleagues:
        colleagues.insert(0, performer)
    me = [(ME, _("Me: %(name)s", name=user.name))]
    form.performer.choices = options(
        [
            *(me if user.role.value in PERFORMER_ROLES else [("", _("Choose…"))]),
            *((f"user-{one.id}", f"{one.name}, {labels.role(one.role.value)}") for one in colleagues),
            (OTHER, _("Someone else…")),
        ]
    )
    ordered = [*kind.logged_by, *(role for role in PERFORMER_ROLES if role not in kind.logged_by)]
    form.performer_role.choices = options([("", _("Choose…")), *((role, labels.role(role)) for role in ordered)])
    form.done_items.choices = done_choices(done_offered(kind, place.outage.drill))


def _spots(placed: Sequence[Placement]) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for one in placed:
        booked = day_and_time(one.booked_at, time_zone())[0] if one.booked_at else ""
        found.setdefault(one.patient_id, " ".join(part for part in (booked, one.bed) if part))
    return found


def show_form(form: ActionForm, kind: KindSpec, place: Place) -> ShownForm:
    """What the template needs, worked out once."""
    values = condition_values(kind, form)
    shown = {spec.id for spec in kind.shown_fields(values)}
    first, more = main_fields(kind)
    suggested = _suggestions(kind, place.unit, place)
    more_shown = [_show(form, kind, spec, spec.id in shown, suggested) for spec in more]
    lately = last_of_kind(place.unit.id, place.outage.id, kind.id)
    items = {spec.item: _show_item(spec, place, spec.applies(values)) for spec in reversed(kind.items)}
    return ShownForm(
        first=[_show(form, kind, spec, spec.id in shown, suggested) for spec in first],
        more=more_shown,
        more_names=[one.field.label.text for one in more_shown if one.when is None],
        more_open=any(
            one.field.errors or is_filled(spec, one.field) for spec, one in zip(more, more_shown, strict=True)
        ),
        items=[_show_item(spec, place, spec.applies(values)) for spec in kind.items],
        done=[(option, items[option.data]) for option in form.done_items],
        patients=[
            (option, patient, lately.get(patient.id))
            for option, patient in zip(form.patient_id, form.shown_patients, strict=True)
        ],
        spots=form.spots,
    )


def _suggestions(kind: KindSpec, unit: Unit, place: Place) -> dict[str, Sequence[str]]:
    faxes = [fact.value for fact in unit.local_facts if fact.kind is FactKind.FAX]
    found: dict[str, Sequence[str]] = {
        spec.id: (*faxes, *spec.suggestions) if spec.type is FieldType.FAX else spec.suggestions for spec in kind.fields
    }
    if kind.field_by_id[kind.subject].type is FieldType.TEXT:
        recent = recent_subjects(unit.id, place.outage.id, kind.id)
        found[kind.subject] = tuple(dict.fromkeys((*recent, *found[kind.subject])))
    return found


def _show(
    form: ActionForm, kind: KindSpec, spec: FieldSpec, on: bool, suggested: dict[str, Sequence[str]]
) -> ShownField:
    field = form[field_name(spec.id)]
    mode = "line"
    before = kind.fields[max(0, kind.fields.index(spec) - 1)]
    is_unit = isinstance(field, SelectField) and before.type is FieldType.NUMBER
    if isinstance(field, RadioField):
        mode = "chips"
    elif isinstance(field, DayTimeField):
        mode = "moment"
    elif spec.type is FieldType.NUMBER and spec.unit:
        mode = "number"
    suggestions = suggested.get(spec.id, ())
    if suggestions and mode == "line" and spec.type is not FieldType.LONG_TEXT:
        field.render_kw = {**(field.render_kw or {}), "list": f"{field.id}-list"}
    else:
        suggestions = ()
    return ShownField(
        field=field,
        mode=mode,
        short=is_unit or spec.type in (FieldType.NUMBER, FieldType.TIME),
        wide=mode == "chips" or spec.type is FieldType.LONG_TEXT,
        on=on,
        when=_when(spec.shown_when),
        unit=spec.unit or "",
        suggestions=suggestions,
    )


def _show_item(spec: ItemSpec, place: Place, on: bool) -> ShownItem:
    system = "" if "{" in spec.system else spec.system
    return ShownItem(spec, system, on, _when(spec.when))


def _when(condition: Condition | None) -> When | None:
    if condition is None:
        return None
    answers = (str(answer).lower() if isinstance(answer, bool) else answer for answer in condition.equals)
    return When(field_name(condition.field), " ".join(answers))
