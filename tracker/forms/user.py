"""Forms of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from tracker.i18n import lazy_text as _l


class UserForm(FlaskForm):
    """Name, role and units of an account."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter the person's name.")), Length(max=120, message=_l("At most 120 characters."))],
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(_l("Role"), [InputRequired(_l("Choose a role."))])
    units = SelectMultipleField(_l("Works in"))
    manages = SelectMultipleField(_l("Manages"))
    seen = HiddenField()

    def offer(self, roles: Sequence[tuple[str, str]], unit_codes: Sequence[str]) -> None:
        """What there is to choose from."""
        self.role.choices = [("", _l("Choose")), *roles]
        self.units.choices = self.manages.choices = [(code, code) for code in unit_codes]


class NewUserForm(UserForm):
    login = StringField(
        _l("User name"),
        [InputRequired(_l("Choose a user name."))],
        description=_l("Small letters a-z, digits, dots, hyphens. It is never changed."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class ExistingUserForm(UserForm):
    active = BooleanField(
        _l("The account is in use"),
        description=_l(
            "Without the tick nobody can log in with it, and open sessions end at once. Nothing is deleted."
        ),
    )


class AccountFileForm(FlaskForm):
    file = FileField(
        _l("Workbook"),
        [FileRequired(_l("Choose the workbook."))],
        render_kw={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )


class ImportForm(FlaskForm):
    rows = HiddenField()
