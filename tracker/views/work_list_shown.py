"""A row of a work list in words: when, what its fields say, what is left of it, and whether it can be ticked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.i18n import language, time_zone
from tracker.i18n import text as _
from tracker.models import Action, Arrival, ArrivalCheck
from tracker.permissions import may_work
from tracker.queries.item import READY
from tracker.queries.routine import routine_of
from tracker.queries.work_list import ListGroup, ListRow
from tracker.routine.spec import FieldSpec, FieldType, ListStep, WorkList
from tracker.routine.values import write_value
from tracker.views.deadline import Age
from tracker.views.item_panel import Line, Reader
from tracker.views.page import patient_name


@dataclass(frozen=True)
class ShownRow:
    action: Action
    label: str
    """Whose it is, for whoever hears the page."""
    clock: datetime
    cells: Sequence[str]
    lines: Sequence[Line]
    """What is to be done, in order."""
    age: Age | None
    """Of the follow-up whose limit comes first."""
    can_tick: bool
    refused: object
    look: ArrivalCheck | None
    """A look in vain."""


@dataclass(frozen=True)
class ShownGroup:
    heading: str
    rows: Sequence[ShownRow]

    @property
    def to_tick(self) -> int:
        return sum(row.can_tick for row in self.rows)


def heading(group: ListGroup) -> str:
    """What the rows have in common, in words; empty where they are not grouped."""
    return " · ".join(_value(group.rows[0], name, value) for name, value in group.by.items())


def shown_row(
    one: WorkList, step: ListStep, row: ListRow, reader: Reader, refused: Mapping[uuid.UUID, object]
) -> ShownRow:
    lines = [reader.line(item, row.states[item.id]) for item in row.items]
    ages = [line.age for line in lines if line.age]
    missing = row.look if row.look and row.look.answer is Arrival.MISSING else None
    return ShownRow(
        action=row.action,
        label=f"{patient_name(row.action.patient)} {row.action.patient.number}",
        clock=row.clock,
        cells=[_cell(row.action, column.fields) for column in step.columns],
        lines=lines,
        age=min(ages, key=lambda age: age.due_at, default=None),
        can_tick=_can_tick(lines, reader),
        refused=refused.get(row.action.id, ""),
        look=missing,
    )


def _can_tick(lines: Sequence[Line], reader: Reader) -> bool:
    """Its first unfinished follow-up is the reader's to do now; those after it become ready with it."""
    first = next((line for line in lines if not line.item.is_finished), None)
    if first is None or not may_work(reader.user, first.item):
        return False
    return first.is_held_by_reader or (first.state == READY and first.holder is None)


def _cell(action: Action, field_ids: Sequence[str]) -> str:
    kind = routine_of(action.outage).kinds[action.kind]
    known = [kind.field_by_id[name] for name in field_ids if name in kind.field_by_id]
    filled = [field for field in known if action.fields.get(field.id) not in (None, "")]
    return ", ".join(_written(field, action.fields[field.id]) for field in filled)


def _written(field: FieldSpec, value: object) -> str:
    """A bare number or a yes says nothing without its label."""
    text = write_value(field, value, language(), time_zone())
    bare = (field.type is FieldType.NUMBER and not field.unit) or field.type is FieldType.YES_NO
    return f"{field.label.in_language(language())}: {text}" if bare else text


def _value(row: ListRow, name: str, value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if name in ("owner", "unit"):
        return str(value)
    kind = routine_of(row.action.outage).kinds[row.action.kind]
    field = kind.field_by_id.get(name)
    if value in (None, "") or field is None:
        return _("Not filled in: %(field)s", field=field.label.in_language(language())) if field else ""
    return write_value(field, value, language(), time_zone())
