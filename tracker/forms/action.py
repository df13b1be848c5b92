"""The form of one kind of action, built from the routine: what is asked there is asked here, in the same order.

The values are checked by the service (tracker.services.entry), so that pages, imports and the API refuse the same
things in the same words; here are only lengths, which protect the columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.forms.day_time import DayTimeField, day_and_time
from tracker.forms.option import options
from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.routine.spec import FieldSpec, FieldType, ItemSpec, KindSpec
from tracker.routine.values import MAX_LONG_TEXT, MAX_TEXT, parse_value

MAX_CHIPS = 6
"""Up to so many answers are shown as buttons, more of them as a list to choose from."""
SEEN_AT_ONCE = 6
"""So many fields at least are seen before "More details" is opened."""
LISTED, TYPED, UNKNOWN = "listed", "identity", "unknown"
ME, OTHER = "me", "other"


class _Asked:
    """Marks a field as required for the reader; whether it is filled in is for the service to say."""

    field_flags = {"required": True}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        return None


class MultiCheckboxField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ActionForm(FlaskForm):
    """What every kind asks: the patient, when and by whom it was done, the sheet and a note."""

    entry_id = HiddenField()
    version = HiddenField()
    patient_how = RadioField(
        _l("How the patient is told"),
        choices=options(
            [
                (LISTED, _l("From the list")),
                (TYPED, _l("Identity number")),
                (UNKNOWN, _l("Unknown patient")),
            ]
        ),
        validate_choice=False,
    )
    patient_id = RadioField(_l("Patient"), choices=[], validate_choice=False)
    identity = StringField(
        _l("Identity number"),
        [Length(max=40, message=_l("The number is too long. Check it."))],
        description=_l("YYYYMMDD-NNNN, or a coordination or reserve number."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )
    name = StringField(
        _l("Name"),
        [Length(max=120, message=_l("The name is too long: at most 120 characters."))],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    protected = BooleanField(_l("Protected identity"))
    label = StringField(
        _l("Temporary label"),
        [Length(max=40, message=_l("The label is too long: at most 40 characters."))],
        description=_l("What tells the patient apart here, such as “Unknown man, room 4”. The number is added later."),
        render_kw={"autocomplete": "off"},
    )
    performed_at = DayTimeField(_l("Performed at"), [_Asked()])
    performer = SelectField(_l("Performed by"), choices=[], validate_choice=False)
    performer_name = StringField(
        _l("Name of the one who did it"),
        [Length(max=120, message=_l("The name is too long: at most 120 characters."))],
        render_kw={"autocomplete": "off"},
    )
    performer_role = SelectField(_l("Role of the one who did it"), choices=[], validate_choice=False)
    sheet = StringField(
        _l("Paper form number"),
        [Length(max=40, message=_l("The number is too long: at most 40 characters."))],
        render_kw={"autocomplete": "off"},
    )
    note = TextAreaField(
        _l("Note to whoever enters it"),
        [Length(max=MAX_LONG_TEXT, message=_l("The text is too long. Shorten it."))],
        render_kw={"rows": "2"},
    )
    done_items = MultiCheckboxField(_l("Done already"), choices=[], validate_choice=False)
    reason = TextAreaField(
        _l("Reason for the correction"),
        [Length(max=MAX_LONG_TEXT, message=_l("The text is too long. Shorten it."))],
        render_kw={"rows": "2"},
    )


class VoidForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"),
        [_Asked(), Length(max=1000, message=_l("The text is too long. Shorten it."))],
        description=_l("For example: logged for the wrong patient, or logged twice."),
        render_kw={"rows": "3"},
    )


def field_name(field_id: str) -> str:
    """The form's name for a field of the routine; the prefix keeps it apart from the fields above."""
    return f"f_{field_id}"


def build_form_class(kind: KindSpec) -> type[ActionForm]:
    """A form class with one field for each field of the kind, in the language of this request."""
    attributes = {field_name(spec.id): _field_for(spec) for spec in kind.fields}
    return type("KindForm", (ActionForm,), attributes)


def condition_values(kind: KindSpec, form: ActionForm) -> dict[str, Any]:
    """The answers that decide what else is asked: choices and yes/no, typed."""
    values: dict[str, Any] = {}
    for spec in kind.fields:
        given = form[field_name(spec.id)].data
        if spec.type in (FieldType.CHOICE, FieldType.YES_NO) and given:
            value, fault = parse_value(spec, given, time_zone())
            if fault is None:
                values[spec.id] = value
    return values


def one_newline(text: Any) -> str:
    """Text without outer blanks and with plain line ends: browsers send CR LF, programs LF."""
    return str(text or "").replace("\r\n", "\n").strip()


def field_values(kind: KindSpec, form: ActionForm, day: str) -> dict[str, str]:
    """What was typed in the fields that are asked for, as text; the others are left out, whatever they hold.

    `day` is the day of a time that was typed without one.
    """
    values: dict[str, str] = {}
    for spec in kind.shown_fields(condition_values(kind, form)):
        field = form[field_name(spec.id)]
        text = field.as_iso(day) if isinstance(field, DayTimeField) else one_newline(field.data)
        if text:
            values[spec.id] = text
    return values


def initial_values(kind: KindSpec, values: Mapping[str, Any], only_carried: bool = False) -> dict[str, Any]:
    """Form data that shows stored values; `only_carried`: those that "same again" keeps."""
    return {
        field_name(spec.id): _as_typed(spec, values[spec.id])
        for spec in kind.fields
        if spec.id in values and (spec.carry or not only_carried)
    }


def is_filled(spec: FieldSpec, field: Field) -> bool:
    """Whether somebody gave an answer other than the one marked from the start."""
    if isinstance(field, DayTimeField):
        return any(field.data)
    return bool(field.data) and (spec.default is None or field.data != _as_typed(spec, spec.default))


def default_values(kind: KindSpec) -> dict[str, Any]:
    return {field_name(spec.id): _as_typed(spec, spec.default) for spec in kind.fields if spec.default is not None}


def main_fields(kind: KindSpec) -> tuple[tuple[FieldSpec, ...], tuple[FieldSpec, ...]]:
    """The fields to show at once, and those behind "More": what comes after the last required field.

    A field that hangs on the answer to another stays with it.
    """
    order = {spec.id: number for number, spec in enumerate(kind.fields)}

    def root(spec: FieldSpec) -> int:
        while spec.shown_when:
            spec = kind.field_by_id[spec.shown_when.field]
        return order[spec.id]

    last = max((order[spec.id] for spec in kind.fields if spec.required and not spec.shown_when), default=0)
    last = max([last, *(order[spec.id] for spec in kind.fields if spec.required and root(spec) <= last)])
    last = max(last, SEEN_AT_ONCE - 1)
    first = tuple(spec for spec in kind.fields if order[spec.id] <= last or (spec.shown_when and root(spec) <= last))
    rest = tuple(spec for spec in kind.fields if spec not in first)
    return (kind.fields, ()) if len(rest) <= 3 else (first, rest)


def done_choices(specs: Iterable[ItemSpec]) -> list[Any]:
    return options((spec.item, spec.label.in_language(language())) for spec in specs)


def _as_typed(spec: FieldSpec, value: Any) -> Any:
    match spec.type:
        case FieldType.YES_NO:
            return "true" if value else "false"
        case FieldType.NUMBER:
            return str(value).replace(".", ",") if language() == "sv" else str(value)
        case FieldType.DATETIME:
            return day_and_time(datetime.fromisoformat(value), time_zone())
    return str(value)


def _field_for(spec: FieldSpec) -> Field:
    label = spec.label.in_language(language())
    told: dict[str, Any] = {"description": spec.hint.in_language(language()) if spec.hint else ""}
    if spec.required:
        told["validators"] = [_Asked()]
    attributes: dict[str, Any] = {"autocomplete": "off"}
    match spec.type:
        case FieldType.CHOICE:
            choices = [(choice.id, choice.label.in_language(language())) for choice in spec.choices]
            if len(choices) <= MAX_CHIPS:
                return RadioField(label, choices=options(choices), validate_choice=False, **told)
            return SelectField(label, choices=options([("", _("Choose…")), *choices]), validate_choice=False, **told)
        case FieldType.YES_NO:
            answers = [("true", _("Yes")), ("false", _("No"))]
            return RadioField(label, choices=options(answers), validate_choice=False, **told)
        case FieldType.LONG_TEXT:
            return TextAreaField(label, render_kw={"rows": "3"}, **told)
        case FieldType.DATETIME:
            return DayTimeField(label, **told)
        case FieldType.NUMBER:
            attributes |= {"inputmode": "decimal", "maxlength": "16"}
        case FieldType.DATE:
            attributes |= {"type": "date"}
        case FieldType.TIME:
            attributes |= {"inputmode": "numeric", "placeholder": _("HH:MM"), "maxlength": "5"}
        case FieldType.FAX:
            attributes |= {"type": "tel", "maxlength": "26"}
        case _:
            attributes |= {"maxlength": str(MAX_TEXT)}
    return StringField(label, render_kw=attributes, **told)
