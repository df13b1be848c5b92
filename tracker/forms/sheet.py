"""The forms of numbered sheets: issuing, finding one, saying what became of it, counting."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import Length

from tracker.forms.option import options

_LONG = _l("The text is too long. Shorten it.")


class NeededForm(FlaskForm):
    """A form in which some fields are needed without being required of every button: they are not called optional."""

    needed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for name in self.needed:
            self[name].flags.required = True


class IssueForm(NeededForm):
    """How the forms are issued; how many of each kind stands beside it, one field for each kind of the routine."""

    needed = ("place", "paper_language")
    place = SelectField(_l("Issued for"), choices=[], validate_choice=False)
    pack = BooleanField(_l("With a cover, who to call, the duties and the routine"))
    paper_language = RadioField(
        _l("Language of the forms"), choices=options([("sv", "Svenska"), ("en", "English")]), default="sv"
    )


class FindForm(FlaskForm):
    """Sent as a query: the number is no secret."""

    class Meta:
        csrf = False

    serial = StringField(
        _l("Form number"),
        [Length(max=40, message=_l("The number is too long. Check it."))],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "maxlength": "60"},
    )


class SettleForm(NeededForm):
    """Void or missing, with a reason."""

    needed = ("reason",)
    reason = StringField(
        _l("Reason"),
        [Length(max=500, message=_LONG)],
        description=_l("For example: spoilt and written anew, or looked for in the room and the bin."),
        render_kw={"autocomplete": "off", "maxlength": "500"},
    )


class CountForm(NeededForm):
    needed = ("first_blank",)
    first_blank = StringField(
        _l("First blank form"),
        [Length(max=40, message=_l("The number is too long. Check it."))],
        description=_l("Scan or type the form that lies on top of the blank ones."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "maxlength": "60"},
    )
