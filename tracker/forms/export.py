"""The choice of what goes into a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.forms.option import options
from tracker.queries.item import READY, UNFINISHED, WAITING

STATES_OF: dict[str, tuple[str, ...]] = {
    "open": UNFINISHED,
    "ready": (READY,),
    "waiting": (WAITING,),
    "finished": ("done", "not_needed"),
    "all": (),
}


EVERY_ROLE = "all"
Choices = Sequence[tuple[str, Any]]


class CheckboxesField(SelectMultipleField):
    """Several of some choices; none ticked means all of them."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.flags.required = True  # no "optional" beside it: its hint says what none ticked means


class ListForm(FlaskForm):
    """Sent as a query, so that a choice can be kept as a bookmark. Nothing in it names a patient."""

    class Meta:
        csrf = False

    outage = SelectField(_l("Outage"), [DataRequired(_l("Choose an outage."))], coerce=int, choices=[])
    units = CheckboxesField(_l("Units"), choices=[], description=_l("None ticked: all of your units."))
    systems = CheckboxesField(_l("Systems"), choices=[], description=_l("None ticked: all systems."))
    role = SelectField(_l("Role"), [DataRequired()], default=EVERY_ROLE, choices=[])
    states = RadioField(
        _l("Follow-ups"),
        [DataRequired()],
        default="open",
        choices=options(
            [
                ("open", _l("Everything not finished")),
                ("ready", _l("Ready now")),
                ("waiting", _l("Waiting")),
                ("finished", _l("Finished")),
                ("all", _l("All")),
            ]
        ),
    )

    def offer(
        self,
        outages: Choices,
        units: Choices,
        systems: Choices,
        roles: Choices,
    ) -> None:
        """What there is to choose from for this user: values and what they are called."""
        self.outage.choices = options(outages)
        self.units.choices = options(units)
        self.systems.choices = options(systems)
        self.role.choices = options([(EVERY_ROLE, _l("All roles")), *roles])
