"""One follow-up as a row to read and to tick, in one language. Workbooks and printouts are made from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from exports import words
from tracker import labels
from tracker.clock import utcnow
from tracker.i18n import text as _
from tracker.i18n import time_zone
from tracker.models import ArrivalCheck, Attention, Item, Outage, Patient
from tracker.queries.arrival import latest_looks_in
from tracker.queries.attention import attention_since
from tracker.queries.item import Page, attention_of
from tracker.queries.outage import systems_down
from tracker.queries.record_text import Change, changes_since_entered, record_sentence
from tracker.queries.routine import routine_of
from tracker.routine.spec import FieldSpec, ItemSpec, Routine
from tracker.routine.values import write_value

MAX_LINES = 24
"""More fields than this run on, so that a row of a sheet can still show them all."""


@dataclass(frozen=True)
class ReentryRow:
    item_id: int
    action_id: UUID
    system: str
    state: str
    """Ids, for grouping and counting; everything below is text to read."""
    patient_id: UUID
    unit_id: int
    unit_code: str
    roles: tuple[str, ...]
    sort_key: tuple[Any, ...]

    patient_number: str
    patient_name: str
    unit: str
    performed_at: datetime
    due_at: datetime | None
    """By when it should be finished; empty where there is no limit, or where it is finished."""
    performer: str
    performer_role: str
    kind: str
    subject: str
    task: str
    instruction: str
    done_by_role: str
    target: str
    """The system's name, and the place in it."""
    place: str
    fields: str
    """Every field in the order it is typed, one a line if they are few."""
    record_text: str
    sheet: str
    note: str
    notice: str
    """What the next person must know before starting."""
    question: str
    answer: str
    section: str
    outcome: str
    reference: str
    signature: str
    finished_at: datetime | None
    comment: str

    version: int
    """What the item was when the row was made, beside its state: by this a later change is seen."""
    attention: str
    questions: int


def reentry_rows(page: Page, outage: Outage, language: str) -> list[ReentryRow]:
    """The items as rows: systems in the routine's order, then patient, then the order within the patient."""
    routine = routine_of(outage)
    order = {target: number for number, target in enumerate(routine.target_order)}
    now = utcnow()
    writer = _RowWriter(
        routine,
        systems_down(outage.drill, now),
        order,
        changes_since_entered(page.items, language),
        latest_looks_in(outage),
        now,
        language,
    )
    with words.in_language(language):
        rows = [writer.write(item, page.states[item.id]) for item in page.items]
    return sorted(rows, key=lambda row: row.sort_key)


def patients_by_unit(rows: list[ReentryRow]) -> Mapping[int, frozenset[UUID]]:
    """The patients that the rows show, by the unit they were cared for in: for the access log."""
    units: dict[int, set[UUID]] = {}
    for row in rows:
        units.setdefault(row.unit_id, set()).add(row.patient_id)
    return {unit_id: frozenset(patients) for unit_id, patients in units.items()}


def listed_name(patient: Patient) -> str:
    """The name as a file or a print shows it. A protected person's name stays in the application."""
    if patient.protected:
        return _("PROTECTED IDENTITY")
    return patient.name or (_("Unknown") if patient.is_unknown else _("Name not given"))


def local(value: datetime | None) -> datetime | None:
    """Wall-clock time without a zone, to the minute: the only time that a spreadsheet knows."""
    return value.astimezone(time_zone()).replace(tzinfo=None, second=0, microsecond=0) if value else None


def _attention(item: Item, now: datetime) -> str:
    found, _note = attention_of(item, now)
    return found.value if found else ""


@dataclass(frozen=True)
class _RowWriter:
    routine: Routine
    down: tuple[str, ...]
    order: Mapping[str, int]
    changes: Mapping[int, list[Change]]
    looks: Mapping[int, ArrivalCheck]
    now: datetime
    language: str
    role_words: dict[tuple[str, ...], str] = field(default_factory=dict)
    record_texts: dict[UUID, str] = field(default_factory=dict)
    """Written once for each action, however many follow-ups it has."""

    def write(self, item: Item, state: str) -> ReentryRow:
        action = item.action
        kind = self.routine.kinds[action.kind]
        spec = self.routine.item(action.kind, item.item, action.fields)
        question = item.questions[-1] if item.questions else None
        finished = item.is_finished
        performed_at = local(action.performed_at)
        assert performed_at is not None  # noqa: S101 - the column is never empty
        return ReentryRow(
            item_id=item.id,
            action_id=action.id,
            system=item.system,
            state=state,
            patient_id=action.patient_id,
            unit_id=action.unit_id,
            unit_code=action.unit.code,
            roles=item.roles,
            sort_key=(
                self.order.get(item.system, len(self.order)),
                item.system,
                action.patient.identity,
                str(action.patient_id),
                item.stage,
                action.performed_at,
                str(action.id),
                item.position,
            ),
            patient_number=action.patient.number,
            patient_name=listed_name(action.patient),
            unit=action.unit.name,
            performed_at=performed_at,
            due_at=None if finished else local(item.due_at),
            performer=action.performer,
            performer_role=self._roles((action.role,)),
            kind=kind.label.in_language(self.language),
            subject=action.subject,
            task=spec.label.in_language(self.language),
            instruction=spec.instruction.in_language(self.language) if spec.instruction else "",
            done_by_role=self._roles(item.roles),
            target=self.routine.target_name(item.system, self.language),
            place=self.routine.place_label(item.system, item.place, self.language) if item.place else "",
            fields=self._fields(item, spec),
            record_text=self._record_text(item),
            sheet=action.sheet,
            note=action.note,
            notice=self._notice(item, spec, state),
            question=question.question if question else "",
            answer=(question.answer or "") if question else "",
            section=spec.section,
            outcome=labels.state(state) if finished else "",
            reference=item.reference,
            signature=item.done_by.name if finished and item.done_by else "",
            finished_at=local(item.done_at) if finished else None,
            comment=self._comment(item, spec),
            version=action.version,
            attention=_attention(item, self.now),
            questions=len(item.questions),
        )

    def _roles(self, roles: tuple[str, ...]) -> str:
        if roles not in self.role_words:
            self.role_words[roles] = labels.roles(roles)
        return self.role_words[roles]

    def _record_text(self, item: Item) -> str:
        if item.action_id not in self.record_texts:
            self.record_texts[item.action_id] = record_sentence(item.action, item, self.language)
        return self.record_texts[item.action_id]

    def _fields(self, item: Item, spec: ItemSpec) -> str:
        action = item.action
        typed = self.routine.kinds[action.kind].typing_order(spec, action.fields)
        lines = self._lines(typed, action.fields)
        if action.sheet:
            lines.append(_("Paper form number: %(number)s", number=action.sheet))
        if action.note:
            lines.append(_("Note: %(text)s", text=action.note))
        return "\n".join(lines) if len(lines) <= MAX_LINES else "; ".join(lines)

    def _lines(self, fields: tuple[FieldSpec, ...], values: Mapping[str, Any]) -> list[str]:
        zone = time_zone()
        return [
            f"{field.label.in_language(self.language)}: {write_value(field, values[field.id], self.language, zone)}"
            for field in fields
            if values.get(field.id) not in (None, "")
        ]

    def _notice(self, item: Item, spec: ItemSpec, state: str) -> str:
        lines = []
        attention, note = attention_of(item, self.now)
        if attention:
            since = attention_since(item, self.now) if attention is Attention.CHECK_FIRST else None
            told = ", ".join(part for part in (note, f"{local(since):%Y-%m-%d %H:%M}" if since else "") if part)
            lines.append(str(labels.ATTENTION[attention.value]) + (f" ({told})" if told else ""))
        if item.due_at and item.due_at < self.now and not item.is_finished:
            lines.append(_("Over its limit: due %(time)s", time=f"{local(item.due_at):%Y-%m-%d %H:%M}"))
        if look := self.looks.get(item.id):
            when = f"{local(look.at):%Y-%m-%d %H:%M}"
            lines.append(f"{labels.ARRIVALS[look.answer.value]}: {look.by.name} {when}")
        elif spec.may_arrive and not item.is_finished:
            lines.append(_("Look first: it may have arrived by itself."))
        if state == "entered" and item.entered_by:
            lines.append(_("Entered by %(name)s, waits for a second person", name=item.entered_by.name))
        elif item.needs_second_person and not item.is_finished:
            lines.append(_("High risk: a second person checks the entry."))
        for change in self.changes.get(item.id, ()):
            lines.append(f"{change.label}: {change.before or '–'} → {change.after or '–'}")
        if item.action.is_voided:
            lines.append(_("The action is voided: %(reason)s", reason=item.action.void_reason))
        elif item.action.version > 1:
            lines.append(_("The action was corrected; this is version %(number)s.", number=item.action.version))
        if state == "waiting":
            lines.append(self._waits_for(item))
        if state == "claimed" and item.claimed_by:
            lines.append(_("Being entered by %(name)s", name=item.claimed_by.name))
        for asked in item.questions:
            lines.append(_("Question: %(text)s", text=asked.question))
            lines.append(_("Answer: %(text)s", text=asked.answer) if asked.answer else _("Not answered yet"))
        return "\n".join(lines)

    def _waits_for(self, item: Item) -> str:
        names = [self.routine.target_name(system, self.language) for system in item.waits_for(self.down)]
        if item.after and not item.after.is_finished:
            before = self.routine.item(item.action.kind, item.after.item, item.action.fields)
            names.append(before.label.in_language(self.language))
        return _("Waits for: %(what)s", what=", ".join(names))

    def _comment(self, item: Item, spec: ItemSpec) -> str:
        lines = [item.reason] if item.is_finished and item.reason else []
        if item.on_paper:
            lines.append(_("Signed on paper"))
        return "\n".join([*lines, *self._lines(spec.finish, item.finish or {})])
