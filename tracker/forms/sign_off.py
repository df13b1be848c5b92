"""The forms with which a unit is signed off and reopened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length


class SignForm(FlaskForm):
    attested = BooleanField(
        _l("I attest this"), [InputRequired(_l("Read the statement and tick the box before you sign."))]
    )
    seen = HiddenField()
    """The mark of the numbers that were read: other numbers must be read again before signing."""


class ReopenForm(FlaskForm):
    reason = TextAreaField(
        _l("Why is it reopened?"),
        [
            DataRequired(_l("Say why the unit is reopened.")),
            Length(max=2000, message=_l("The text is too long. Shorten it.")),
        ],
    )
