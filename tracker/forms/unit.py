"""Forms of units and of their local routines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
    widgets,
)
from wtforms.validators import InputRequired, Length

from tracker.i18n import lazy_text as _l

MAX_FACTS = 60


class SystemsField(SelectMultipleField):
    """Check boxes, one for each system."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class UnitForm(FlaskForm):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter the unit's name.")), Length(max=120, message=_l("At most 120 characters."))],
    )
    site = StringField(
        _l("Site (hospital or town)"),
        [InputRequired(_l("Enter the site.")), Length(max=120, message=_l("At most 120 characters."))],
        render_kw={"list": "sites"},
    )
    kind = SelectField(_l("Kind"), [InputRequired(_l("Choose what kind of unit it is."))])
    systems = SystemsField(_l("Systems that the unit uses"))
    seen = HiddenField()


class NewUnitForm(UnitForm):
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Choose a short code."))],
        description=_l("Short, as used in lists and in the workbook. It is never changed."),
        render_kw={"autocomplete": "off"},
    )


class ExistingUnitForm(UnitForm):
    active = BooleanField(
        _l("The unit is in use"),
        description=_l("Without the tick it is not offered for new outages. Nothing is deleted."),
    )


class FactForm(Form):
    """A number or a place: both or neither of what it is and where."""

    kind = SelectField(_l("Kind"))
    label = StringField(_l("What it is"), [Length(max=120, message=_l("At most 120 characters."))])
    value = StringField(_l("Number or place"), [Length(max=200, message=_l("At most 200 characters."))])

    def validate_label(self, field: Any) -> None:
        if self.value.data and self.value.data.strip() and not (field.data or "").strip():
            raise ValidationError(_l("Say what it is."))

    def validate_value(self, field: Any) -> None:
        if self.label.data and self.label.data.strip() and not (field.data or "").strip():
            raise ValidationError(_l("Fill in the number or the place."))


class LocalRoutineForm(FlaskForm):
    """The fixed part; a select for each follow-up and duty is added by `local_routine_form`."""

    systems = SystemsField(_l("Systems that the unit uses"))
    signs_on_paper = BooleanField(
        _l("Results may be signed on the paper reply here"),
        description=_l(
            "A physician can then finish “sign the result” as signed on paper, also while the system is down."
        ),
    )
    facts = FieldList(FormField(FactForm), _l("Numbers and places"), max_entries=MAX_FACTS)
    seen = HiddenField()


def local_routine_form(
    selects: Iterable[tuple[str, str, Sequence[tuple[str, str]]]],
    systems: Sequence[tuple[str, str]],
    fact_kinds: Sequence[tuple[str, str]],
    **values: Any,
) -> LocalRoutineForm:
    """The form of one unit: `selects` are (name, label, choices); an empty choice follows the routine."""
    offered = list(selects)
    fields = {name: SelectField(label) for name, label, _choices in offered}
    form: LocalRoutineForm = type("UnitLocalRoutineForm", (LocalRoutineForm,), fields)(**values)
    for name, _label, choices in offered:
        form[name].choices = list(choices)
    form.systems.choices = list(systems)
    for row in form.facts:
        row.form.kind.choices = list(fact_kinds)
    return form
