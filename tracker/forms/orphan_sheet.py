"""The forms of unclear sheets: noting one, and working it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from tracker.forms.option import options
from tracker.forms.sheet import NeededForm
from tracker.models import OrphanFault

FAULTS = {
    OrphanFault.NO_PATIENT: _l("No patient on it"),
    OrphanFault.WRONG_PATIENT: _l("Wrong patient"),
    OrphanFault.NO_AUTHOR: _l("Nobody knows who wrote it"),
    OrphanFault.ILLEGIBLE: _l("Cannot be read"),
    OrphanFault.OTHER: _l("Something else"),
}
_LONG = _l("The text is too long. Shorten it.")


class NoteOrphanForm(NeededForm):
    needed = ("place",)
    place = SelectField(_l("Outage"), choices=[], validate_choice=False)
    fault = RadioField(
        _l("What is wrong"),
        [InputRequired(_l("Choose what is wrong."))],
        choices=options([(fault.value, label) for fault, label in FAULTS.items()]),
        validate_choice=False,
    )
    serial = StringField(
        _l("Form number"),
        [Length(max=40, message=_l("The number is too long. Check it."))],
        description=_l("Scan the code or type the number. Leave it empty if there is none."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )
    words = TextAreaField(
        _l("What can be read on it"),
        [DataRequired(_l("Write what can be read on the form, if only a word.")), Length(max=4000, message=_LONG)],
        render_kw={"rows": "4"},
    )
    found_where = StringField(
        _l("Where it was found"), [Length(max=200, message=_LONG)], render_kw={"autocomplete": "off"}
    )


class AttemptForm(FlaskForm):
    text = TextAreaField(
        _l("Who was asked, and what they said"),
        [DataRequired(_l("Write who you asked and what they said.")), Length(max=2000, message=_LONG)],
        render_kw={"rows": "2"},
    )


class OfferForm(NeededForm):
    needed = ("unit",)
    unit = SelectField(_l("Unit"), choices=[], validate_choice=False)
    text = StringField(_l("Message to them"), [Length(max=2000, message=_LONG)], render_kw={"autocomplete": "off"})


class ReasonForm(FlaskForm):
    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Say why.")), Length(max=2000, message=_LONG)],
        render_kw={"autocomplete": "off"},
    )


class KindForm(NeededForm):
    needed = ("kind",)
    kind = SelectField(_l("What it is"), choices=[], validate_choice=False)
