"""The form of the second person: for each field, the same as logged or what stands in the system instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField

from tracker.queries.second_check import CheckedField

MAX_READ = 4000


class SecondCheckForm(FlaskForm):
    """The fixed part; two fields for each that is compared are added by `second_check_form`."""

    class Meta:
        csrf = False  # the guard has checked it

    revision = HiddenField()
    note = TextAreaField(_l("What is wrong"), render_kw={"rows": 3, "maxlength": 2000})

    def same(self, field: CheckedField) -> Field:
        found: Field = self[f"same-{field.id}"]
        return found

    def read(self, field: CheckedField) -> Field:
        found: Field = self[f"read-{field.id}"]
        return found

    def forget_ticks(self, fields: Sequence[CheckedField]) -> None:
        """What was ticked belonged to an older entry; what was written stays."""
        for field in fields:
            self.same(field).data = False


def second_check_form(fields: Sequence[CheckedField], revision: int, sent: Any = None) -> SecondCheckForm:
    parts: dict[str, Field] = {}
    for field in fields:
        parts[f"same-{field.id}"] = BooleanField(field.label)
        parts[f"read-{field.id}"] = StringField(
            field.label, render_kw={"autocomplete": "off", "maxlength": MAX_READ, "spellcheck": "false"}
        )
    kind = type("SecondCheckFormOfItem", (SecondCheckForm,), parts)
    form: SecondCheckForm = kind(formdata=sent, data={"revision": str(revision)})
    return form


def what_was_seen(form: SecondCheckForm, fields: Sequence[CheckedField]) -> dict[str, Any]:
    """What was written; where only the tick was set, what was logged. Left open: not there at all."""
    seen: dict[str, Any] = {}
    for field in fields:
        written = (form.read(field).data or "").strip()
        if written:
            seen[field.id] = written
        elif form.same(field).data:
            seen[field.id] = field.value
    return seen
