"""Forms of an outage: declaring it, and following its systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput

from tracker.forms.option import options
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.models import Unit
from tracker.routine.spec import Routine

USING = "using"
CHOSEN = "chosen"


class LocalTimeField(DateTimeLocalField):
    """A date and a time as the clock on the wall shows them. `data` is in UTC."""

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(time_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if not valuelist or valuelist[0] == "":
            return
        try:
            wall = datetime.fromisoformat(valuelist[0].strip())
            self.data = (wall if wall.tzinfo else wall.replace(tzinfo=time_zone())).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(_("Enter a date and a time, such as 2026-11-23 14:05.")) from None


class CheckBoxes(SelectMultipleField):
    """Several of many, each with a box of its own."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        offered: list[Any] = list(self.choices or ())
        allowed = {option.value for option in offered}
        if not set(self.data or ()) <= allowed:
            raise ValidationError(_("Choose from the list."))


class DeclareForm(FlaskForm):
    """What went down, since when, and whom it concerns. Each system can have a time of its own: `own_<system>`."""

    name = StringField(
        _l("Name"),
        [Length(max=120, message=_l("The name is too long: at most 120 characters."))],
        description=_l("What staff will recognise. Left empty, it is named after its systems and the date."),
        render_kw={"maxlength": 120, "autocomplete": "off"},
    )
    kind = RadioField(
        _l("Acute or planned"),
        [DataRequired()],
        choices=options([("acute", _l("Acute")), ("planned", _l("Planned"))]),
        default="acute",
    )
    drill = BooleanField(
        _l("This is a drill"),
        description=_l("A drill is kept apart everywhere: it makes no real follow-up wait and is always marked."),
    )
    systems = CheckBoxes(_l("Systems"), [DataRequired(_l("Choose at least one system."))])
    down_at = LocalTimeField(_l("Down since"), [InputRequired(_l("Enter when it went down."))])
    units_by = RadioField(
        _l("Units concerned"),
        [DataRequired()],
        choices=options([(USING, _l("All units that use these systems")), (CHOSEN, _l("Chosen units"))]),
        default=USING,
    )
    units = CheckBoxes(_l("Choose units"))
    anyway = BooleanField(_l("It is another outage: declare it all the same"))

    def validate_units(self, field: Field) -> None:
        if self.units_by.data == CHOSEN and not field.data:
            raise ValidationError(_("Choose at least one unit."))

    @property
    def chosen_systems(self) -> list[str]:
        return list(self.systems.data or ())

    def time_of(self, system: str) -> datetime:
        """When the system went down: its own time, or the common one. Only of a form that is right."""
        times: tuple[Any, Any] = (self.own_time(system).data, self.down_at.data)
        found: datetime = times[0] or times[1]
        return found

    def own_time(self, system: str) -> LocalTimeField:
        found: LocalTimeField = self[f"own_{system}"]
        return found


def declare_form(routine: Routine, units: Iterable[Unit], now: datetime) -> DeclareForm:
    """The form for the systems of this routine and these units."""
    own_times = {
        f"own_{system.id}": LocalTimeField(_l("%(system)s: another time", system=system.name))
        for system in routine.systems
    }
    form: DeclareForm = type("DeclareFormOfRoutine", (DeclareForm,), own_times)()
    form.systems.choices = options((system.id, system.name) for system in routine.systems)
    form.units.choices = options((unit.code, unit.name) for unit in units)
    if not form.is_submitted():
        form.down_at.data = now
    return form


class RestoreForm(FlaskForm):
    restored_at = LocalTimeField(_l("Back since"), [InputRequired(_l("Enter when it came back."))])


class DownForm(FlaskForm):
    down_at = LocalTimeField(_l("Down since"), [InputRequired(_l("Enter when it went down."))])


class CorrectForm(FlaskForm):
    down_at = LocalTimeField(_l("Down since"), [InputRequired(_l("Enter when it went down."))])
    restored_at = LocalTimeField(_l("Back since"), description=_l("Left empty: the system is still down."))
    reason = TextAreaField(
        _l("Why the time is corrected"),
        [DataRequired(_l("Say why the time is corrected."))],
        render_kw={"rows": 2},
    )


class CancelForm(FlaskForm):
    reason = TextAreaField(
        _l("Why it is cancelled"), [DataRequired(_l("Say why it is cancelled."))], render_kw={"rows": 2}
    )


class ConcernForm(FlaskForm):
    units = CheckBoxes(_l("Further units"), [DataRequired(_l("Choose at least one unit."))])

    def offer(self, units: Iterable[Unit]) -> None:
        """Take these units and no others."""
        self.units.choices = options((unit.code, unit.name) for unit in units)
