"""Forms of working an item down: done, not needed, a question and its answer. The services check what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, StringField, TextAreaField

from tracker.clock import utcnow
from tracker.i18n import language, time_zone
from tracker.models import Item
from tracker.queries.routine import routine_of
from tracker.routine.spec import FieldSpec, FieldType

NOT_NEEDED_REASONS = (
    _l("It is in the system already"),
    _l("It arrived by itself"),
    _l("Logged twice"),
    _l("The patient has been moved to another unit"),
)
"""Offered while typing; anything else is accepted too."""
_INPUT_TYPES = {FieldType.DATETIME: "datetime-local", FieldType.DATE: "date", FieldType.TIME: "time"}


class ItemForm(FlaskForm):
    """One form of one item. A page shows many, so every field's id begins with the item's."""

    class Meta:
        csrf = False  # the guard has checked it

    def of_item(self, item: Item) -> ItemForm:
        for field in self:
            field.id = f"item-{item.id}-{field.name}"
            field.label.field_id = field.id
        return self


class DoneForm(ItemForm):
    reference = StringField(
        _l("Reference in the system"),
        render_kw={"autocomplete": "off", "maxlength": 120},
    )


class NotNeededForm(ItemForm):
    suggestions = NOT_NEEDED_REASONS
    reason = StringField(_l("Why it is not needed"), render_kw={"autocomplete": "off", "maxlength": 2000})


class ArrivalForm(ItemForm):
    reference = StringField(_l("Reference in the system"), render_kw={"autocomplete": "off", "maxlength": 120})


class TwinForm(ItemForm):
    reason = StringField(_l("What you saw, and where"), render_kw={"autocomplete": "off", "maxlength": 2000})


class AskForm(ItemForm):
    question = TextAreaField(_l("Question to the one who did it"), render_kw={"rows": 2, "maxlength": 2000})


class AnswerForm(ItemForm):
    text = TextAreaField(_l("Your answer"), render_kw={"rows": 3, "maxlength": 2000})


def done_form(item: Item, sent: Any = None) -> ItemForm:
    """What is told when the item is finished: its reference, and what the routine asks (who got the reply, when)."""
    spec = routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
    fields = {field.id: _finish_field(field) for field in spec.finish}
    form: ItemForm = type("DoneFormOfItem", (DoneForm,), fields)(formdata=sent, data=_kept(item, spec.finish))
    for field in spec.finish:
        form[field.id].flags.required = field.required
    return form.of_item(item)


def not_needed_form(item: Item, sent: Any = None) -> ItemForm:
    form = _required(NotNeededForm(formdata=sent), "reason", item)
    form["reason"].render_kw = {**form["reason"].render_kw, "list": f"item-{item.id}-reasons"}
    return form


def arrival_form(item: Item, sent: Any = None) -> ItemForm:
    form = ArrivalForm(formdata=sent)
    for field in form:  # the panel has another field of the same name
        field.id = f"item-{item.id}-arrived-{field.name}"
        field.label.field_id = field.id
    return form


def twin_form(item: Item, sent: Any = None) -> ItemForm:
    form = TwinForm(formdata=sent)
    form["reason"].flags.required = True
    form["reason"].id = form["reason"].label.field_id = f"item-{item.id}-twin-reason"
    return form


def ask_form(item: Item, sent: Any = None) -> ItemForm:
    return _required(AskForm(formdata=sent), "question", item)


def answer_form(item: Item, sent: Any = None) -> ItemForm:
    return _required(AnswerForm(formdata=sent), "text", item)


def told_at_finish(form: ItemForm) -> Mapping[str, Any]:
    """What the routine asks for, as typed."""
    return {field.name: field.data for field in form if field.name != "reference"}


def _required(form: ItemForm, name: str, item: Item) -> ItemForm:
    form[name].flags.required = True
    return form.of_item(item)


def _kept(item: Item, finish: tuple[FieldSpec, ...]) -> dict[str, Any]:
    """What an earlier finish said (undone since), and now for a time that is asked: mostly it has just happened."""
    now = utcnow().astimezone(time_zone()).strftime("%Y-%m-%dT%H:%M")
    kept: dict[str, Any] = {"reference": item.reference}
    for field in finish:
        told = item.finish.get(field.id)
        if field.type is FieldType.DATETIME:
            kept[field.id] = (
                datetime.fromisoformat(told).astimezone(time_zone()).strftime("%Y-%m-%dT%H:%M") if told else now
            )
        elif told is not None:
            kept[field.id] = str(told).lower() if isinstance(told, bool) else told
    return kept


def _finish_field(field: FieldSpec) -> Field:
    label = field.label.in_language(language())
    hint = field.hint.in_language(language()) if field.hint else ""
    match field.type:
        case FieldType.CHOICE:
            choices = [(choice.id, choice.label.in_language(language())) for choice in field.choices]
            return RadioField(label, description=hint, choices=choices, validate_choice=False)
        case FieldType.YES_NO:
            return RadioField(
                label, description=hint, choices=[("true", _l("Yes")), ("false", _l("No"))], validate_choice=False
            )
        case FieldType.LONG_TEXT:
            return TextAreaField(label, description=hint, render_kw={"rows": 2})
    return StringField(
        label, description=hint, render_kw={"type": _INPUT_TYPES.get(field.type, "text"), "autocomplete": "off"}
    )
