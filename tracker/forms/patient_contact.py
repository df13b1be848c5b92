"""The form of one attempt to contact a patient. The service checks what is typed."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField

from tracker.forms.option import options
from tracker.models import ContactOutcome

OUTCOMES = {
    ContactOutcome.TOLD: _l("Told"),
    ContactOutcome.NOT_REACHED: _l("Not reached"),
    ContactOutcome.NOT_NEEDED: _l("Not needed"),
}


class ContactForm(FlaskForm):
    """One for each patient on the page, so every field's id is the patient's."""

    class Meta:
        csrf = False  # the guard has checked it

    outcome = RadioField(
        _l("How it went"),
        choices=options([(one.value, label) for one, label in OUTCOMES.items()]),
        validate_choice=False,
    )
    note = StringField(_l("What was said, or when to try again"), render_kw={"autocomplete": "off", "maxlength": 2000})

    items: tuple[str, ...] | None = None
    """What was ticked, when it was refused; None: everything is ticked."""


def contact_form(patient_id: uuid.UUID, sent: Any = None) -> ContactForm:
    form = ContactForm(formdata=sent)
    form.outcome.flags.required = True
    for field in form:
        field.id = f"p-{patient_id}-{field.name}"
        field.label.field_id = field.id
    return form
