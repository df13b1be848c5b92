"""The form with which a unit manager sends an action back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from tracker.services.confirmation import MAX_REASON


class SendBackForm(FlaskForm):
    reason = TextAreaField(
        _l("What is wrong?"),
        [
            DataRequired(_l("Say what is wrong, so that it can be put right.")),
            Length(max=MAX_REASON, message=_l("The text is too long. Shorten it.")),
        ],
    )
