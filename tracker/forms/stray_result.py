"""The forms of results without a recipient: noting one, hunting, and solving it. The services check what is typed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from tracker.clock import utcnow
from tracker.forms.sheet import NeededForm
from tracker.i18n import time_zone

_TIME = {"type": "datetime-local", "autocomplete": "off"}


def now_typed() -> str:
    """This moment as a date-time field holds it."""
    return utcnow().astimezone(time_zone()).strftime("%Y-%m-%dT%H:%M")


class NoteStrayForm(NeededForm):
    needed = ("place", "sender", "words", "arrived_at")
    place = SelectField(_l("Outage"), choices=[], validate_choice=False)
    patient = StringField(
        _l("Patient, as it says"),
        description=_l("A whole personal identity number if there is one, else whatever can be read."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 120},
    )
    sender = StringField(
        _l("Who sent it"),
        description=_l("Laboratory or department, and a number to call back."),
        render_kw={"autocomplete": "off", "maxlength": 120},
    )
    words = TextAreaField(_l("Which test, and what it says"), render_kw={"rows": "4", "maxlength": 4000})
    arrived_at = StringField(_l("When it came"), render_kw=_TIME)
    urgent = BooleanField(_l("Urgent: a physician must see it now"))


class MatchForm(NeededForm):
    """For a fax reply: which physician has it. Left empty, the order keeps waiting to be handed over."""

    handed_to = StringField(_l("Handed to (physician)"), render_kw={"autocomplete": "off", "maxlength": 120})
    handed_at = StringField(_l("Handed over"), render_kw=_TIME)


class HandOverStrayForm(NeededForm):
    needed = ("physician", "handed_at")
    physician = StringField(_l("Physician"), render_kw={"autocomplete": "off", "maxlength": 120})
    handed_at = StringField(_l("Handed over"), render_kw=_TIME)


class StrayAttemptForm(NeededForm):
    needed = ("text",)
    text = TextAreaField(_l("Who was asked, and what they said"), render_kw={"rows": "2", "maxlength": 4000})


class OfferStrayForm(NeededForm):
    needed = ("unit",)
    unit = SelectField(_l("Unit"), choices=[], validate_choice=False)
    text = StringField(_l("Message to them"), render_kw={"autocomplete": "off", "maxlength": 2000})


class DeclineStrayForm(NeededForm):
    needed = ("reason",)
    reason = StringField(_l("Reason"), render_kw={"autocomplete": "off", "maxlength": 2000})


def empty_forms() -> dict[str, FlaskForm]:
    """One of each, by the prefix of its fields."""
    forms: dict[str, FlaskForm] = {
        "attempt": StrayAttemptForm(formdata=None, prefix="attempt-"),
        "match": MatchForm(formdata=None, prefix="match-"),
        "hand": HandOverStrayForm(formdata=None, prefix="hand-"),
        "offer": OfferStrayForm(formdata=None, prefix="offer-"),
        "decline": DeclineStrayForm(formdata=None, prefix="decline-"),
    }
    forms["match"]["handed_at"].data = forms["hand"]["handed_at"].data = now_typed()
    return forms
