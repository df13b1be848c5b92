"""The form with which things are handed over at the end of a shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from tracker import labels
from tracker.forms.option import options
from tracker.i18n import text as _
from tracker.models import Unit, User
from tracker.services.handover import MAX_NOTE

NEXT_SHIFT = ":next"
"""Not a user name: those have no colon."""


class HandOverForm(FlaskForm):
    to = SelectField(_l("Hand over to"), [InputRequired(_l("Choose to whom."))])
    note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=MAX_NOTE, message=_l("The text is too long. Shorten it."))],
        description=_l("What your colleague must know. No more about patients than is needed."),
    )
    things: Sequence[str] = ()
    """What is ticked: see tracker.views.shift_thing."""


def hand_over_form(unit: Unit, colleagues: Sequence[User], user: User, formdata: Any = None) -> HandOverForm:
    """The form of one unit: the next shift of the user's role first, then colleagues, those of the same role first."""
    form = HandOverForm(formdata=formdata, prefix=f"u{unit.id}-")
    near = sorted(
        (one for one in colleagues if one.id != user.id), key=lambda one: (one.role is not user.role, one.name)
    )
    form.to.choices = options(
        [
            (NEXT_SHIFT, _("The next shift (%(role)s)", role=labels.role(user.role.value))),
            *((one.login, _("%(name)s (%(role)s)", name=one.name, role=labels.role(one.role.value))) for one in near),
        ]
    )
    return form
