"""The form of a unit's own high-risk word."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from tracker.i18n import lazy_text as _l


class RiskWordForm(FlaskForm):
    category = SelectField(_l("Category"), validate_choice=False)
    word = StringField(
        _l("Word"),
        description=_l("The beginning of a word in the name of the drug, such as “digox”. Capitals do not matter."),
        render_kw={"autocomplete": "off", "maxlength": 60},
    )


def risk_word_form(categories: Sequence[tuple[str, str]]) -> RiskWordForm:
    form = RiskWordForm()
    form.category.choices = list(categories)
    for field in (form.category, form.word):
        field.flags.required = True
    return form
