"""The forms of what is awaited: asking again, who watches, the receiver's word. The services check what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from tracker.clock import utcnow
from tracker.errors import Invalid
from tracker.forms.item import ItemForm
from tracker.forms.option import options
from tracker.i18n import time_zone
from tracker.models import Item, User
from tracker.routine.values import parse_datetime

_TIME = {"type": "datetime-local", "autocomplete": "off"}
NOT_A_TIME = _l("Enter a date and a time.")


class ChaseForm(ItemForm):
    text = TextAreaField(_l("Who was asked, and what they said"), render_kw={"rows": 2, "maxlength": 2000})
    again_at = StringField(_l("Ask again"), render_kw=_TIME)


class WatchForm(ItemForm):
    watcher = SelectField(_l("Who watches"), choices=[], validate_choice=False)


class AcknowledgeForm(ItemForm):
    said_by = StringField(_l("Who has it there"), render_kw={"autocomplete": "off", "maxlength": 120})
    said_at = StringField(_l("When they said so"), render_kw=_TIME)


def chase_form(item: Item, sent: Any = None) -> ChaseForm:
    form = ChaseForm(formdata=sent)
    form.text.flags.required = True
    form.of_item(item)
    return form


def watch_form(item: Item, colleagues: Sequence[User], sent: Any = None) -> WatchForm:
    form = WatchForm(formdata=sent)
    form.watcher.choices = options([("", _l("Nobody")), *((one.login, one.name) for one in colleagues)])
    if sent is None:
        form.watcher.data = item.watched_by.login if item.watched_by else ""
    form.watcher.flags.required = True
    form.of_item(item)
    return form


def acknowledge_form(item: Item, sent: Any = None) -> AcknowledgeForm:
    now = utcnow().astimezone(time_zone()).strftime("%Y-%m-%dT%H:%M")
    form = AcknowledgeForm(formdata=sent, data=None if sent else {"said_at": now})
    form.said_by.flags.required = form.said_at.flags.required = True
    form.of_item(item)
    return form


def moment(text: str | None, pointer: str, required: bool = True) -> datetime | None:
    """The time that was typed, as local time; raises Invalid, also when it is needed and missing."""
    told = (text or "").strip()
    if not told and not required:
        return None
    value, _fault = parse_datetime(told, time_zone()) if told else (None, None)
    if value is None:
        raise Invalid({pointer: NOT_A_TIME})
    return datetime.fromisoformat(value)
