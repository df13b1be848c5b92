"""Forms of the unit's patients: on the list, who somebody is, to another unit, and a whole list at once."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.forms.option import options
from tracker.i18n import lazy_text, time_zone
from tracker.identity import IdentityKind
from tracker.services.action_cell import read_day, read_moment
from tracker.services.patient import PatientEntry
from tracker.services.placement import Spot
from tracker.services.placement_import import AHEAD

IDENTITY, NONE = "identity", "none"
_OFF = {"autocomplete": "off", "spellcheck": "false"}
_TOO_LONG = _l("The text is too long. Shorten it.")
TEXT_LIMIT = 300_000
"""Characters of pasted cells: some thousand rows."""


class _Asked:
    """Marks a field as required for the reader; whether it is filled in is for the service to say."""

    field_flags = {"required": True}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        return None


class SpotForm(FlaskForm):
    """Bed, or time and clinician."""

    bed = StringField(_l("Bed"), [Length(max=60, message=_TOO_LONG)], render_kw=_OFF)
    time = StringField(
        _l("Time"),
        [Length(max=20, message=_TOO_LONG)],
        render_kw={**_OFF, "inputmode": "numeric", "placeholder": "--:--"},
    )
    day = StringField(_l("Day"), [Length(max=20, message=_TOO_LONG)], render_kw={"type": "date"})
    clinician = StringField(_l("Booked with"), [Length(max=200, message=_TOO_LONG)], render_kw=_OFF)

    def spot(self) -> Spot:
        """What was told; raises Invalid if the time is none."""
        return Spot(self.bed.data or "", self._booked_at(), self.clinician.data or "")

    def _booked_at(self) -> datetime | None:
        clock = (self.time.data or "").strip()
        if not clock:
            return None
        limit = today() + AHEAD
        day_text = (self.day.data or "").strip()
        day = read_day(day_text, limit) if day_text else today().isoformat()
        if day is None:
            raise Invalid({"/day": lazy_text("Enter a date as YYYY-MM-DD.")})
        moment = read_moment(clock, day, limit)
        if moment is None:
            raise Invalid({"/time": lazy_text("Enter a time as HH:MM.")})
        return datetime.fromisoformat(moment).replace(tzinfo=time_zone())


class PlaceForm(SpotForm):
    """One more patient on the list."""

    identity = StringField(
        _l("Identity number"),
        [Length(max=60, message=_TOO_LONG)],
        render_kw=_OFF,
    )
    unknown = BooleanField(
        _l("Unknown patient"), render_kw={"data-label": _l("Temporary label, such as Unknown man 1")}
    )
    name = StringField(_l("Name"), [Length(max=200, message=_TOO_LONG)], render_kw=_OFF)
    protected = BooleanField(_l("Protected identity"))

    def patient(self) -> PatientEntry:
        return PatientEntry(
            identity=(self.identity.data or "").strip(),
            identity_kind=IdentityKind.UNKNOWN if self.unknown.data else None,
            name="" if self.unknown.data else " ".join((self.name.data or "").split()),
            protected=bool(self.protected.data),
        )


class LinkForm(FlaskForm):
    """Who the patient is."""

    how = RadioField(
        _l("Who is it?"),
        choices=options(
            [(IDENTITY, _l("The identity is known now")), (NONE, _l("There is no other identity, and never will be"))]
        ),
        default=IDENTITY,
        validators=[_Asked()],
        validate_choice=False,
    )
    identity = StringField(
        _l("Right identity number"),
        [_Asked(), Length(max=60, message=_TOO_LONG)],
        description=_l("From a document, the patient or relatives. Read it twice."),
        render_kw=_OFF,
    )
    name = StringField(_l("Name"), [Length(max=200, message=_TOO_LONG)], render_kw=_OFF)
    reason = TextAreaField(
        _l("How do you know?"),
        [_Asked()],
        description=_l("Such as: identified by relatives, driving licence shown. It is kept with both identities."),
    )
    agreed = HiddenField()

    def entry(self) -> PatientEntry:
        return PatientEntry(identity=(self.identity.data or "").strip(), name=" ".join((self.name.data or "").split()))


class UndoLinkForm(FlaskForm):
    reason = TextAreaField(_l("Why was the link wrong?"), [_Asked()])


class MoveForm(FlaskForm):
    to = SelectField(_l("To"), [_Asked()], validate_choice=False)
    bed = StringField(_l("Bed there, if known"), [Length(max=60, message=_TOO_LONG)], render_kw=_OFF)
    note = StringField(_l("Note to the receiving unit"), render_kw=_OFF)


class ListFileForm(FlaskForm):
    """A list of patients: a file, or pasted cells."""

    file = FileField(_l("Excel or CSV file"), render_kw={"accept": ".xlsx,.csv,.tsv,.txt"})
    pasted = TextAreaField(
        _l("Or paste the cells here"),
        [Length(max=TEXT_LIMIT, message=_TOO_LONG)],
        description=_l("Copy the rows in Excel or in the printed list, with the header if there is one."),
        render_kw={**_OFF, "wrap": "off"},
    )
    day = StringField(_l("Times without a date are of"), render_kw={"type": "date"})
    good = HiddenField()
    """The rows that were right already, sealed: a list that is mended is not read again from the file."""
    all = BooleanField(_l("These are all: take the others off the list"))

    def told_day(self) -> date:
        """The day of times without a date; today unless told."""
        try:
            return date.fromisoformat((self.day.data or "").strip())
        except ValueError:
            return today()


def today() -> date:
    return utcnow().astimezone(time_zone()).date()
