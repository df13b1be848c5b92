"""The form beside a duty."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length


class NotNeededForm(FlaskForm):
    reason = StringField(
        _l("Why it is not needed"),
        [
            DataRequired(_l("Say why it is not needed.")),
            Length(max=500, message=_l("The text is too long. Shorten it.")),
        ],
    )
