"""Forms of logging in and of one-time links."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo


class LoginForm(FlaskForm):
    login = StringField(
        _l("User name"),
        [DataRequired(_l("Enter your user name."))],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"), [DataRequired(_l("Enter your password."))], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(FlaskForm):
    password = PasswordField(
        _l("New password"),
        [DataRequired(_l("Choose a password."))],
        description=_l("At least 8 characters. Several words together are easy to remember and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The password again"),
        [EqualTo("password", _l("The two passwords differ. Type them again."))],
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(PasswordForm):
    current = PasswordField(
        _l("Your password now"),
        [DataRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class FirstAdministratorForm(PasswordForm):
    login = StringField(
        _l("User name"),
        [DataRequired(_l("Choose a user name."))],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    name = StringField(_l("Your name"), [DataRequired(_l("Enter your name."))], render_kw={"autocomplete": "name"})
