"""An item as the API tells it."""

from __future__ import annotations

from typing import Any

from tracker.i18n import language
from tracker.models import Attention, Item, ItemState, Question
from tracker.queries.arrival import may_have_arrived
from tracker.queries.attention import attention_since
from tracker.queries.item import attention_of
from tracker.queries.record_text import record_sentence
from tracker.queries.routine import routine_of
from tracker.queries.second_check import checked_fields
from tracker.views.api.parse import stamp
from tracker.views.api.written import Moment, describe_field, own, written_values


def describe_item(item: Item, state: str, moment: Moment) -> dict[str, Any]:
    """Everything needed to work the item down. `state` is the derived one (queries.item)."""
    action = item.action
    patient = action.patient
    routine = routine_of(action.outage)
    kind = routine.kinds[action.kind]
    spec = routine.item(action.kind, item.item, action.fields)
    holder = item.holder(moment.at)
    attention, attention_note = attention_of(item, moment.at)
    return {
        "id": item.id,
        "action": str(action.id),
        "version": action.version,
        "revision": item.revision,
        "voided": action.is_voided,
        "kind": action.kind,
        "kind_label": own(kind.label),
        "item": item.item,
        "label": own(spec.label),
        "instruction": own(spec.instruction),
        "kind_of_work": item.kind_of_work.value,
        "system": item.system,
        "system_name": routine.target_name(item.system, language()),
        "place": item.place,
        "place_label": routine.place_label(item.system, item.place, language()),
        "role": "|".join(item.roles),
        "state": state,
        "needs": list(item.needs),
        "waits_for": [] if item.is_finished else _waits_for(item, moment),
        "section": spec.section,
        "basis": spec.basis,
        "patient": str(patient.id),
        "patient_name": patient.name,
        "patient_identity": patient.identity,
        "patient_identity_kind": patient.identity_kind.value,
        "patient_protected": patient.protected,
        "unit": action.unit.code,
        "outage": action.outage_id,
        "drill": action.outage.drill,
        "performed_at": stamp(action.performed_at),
        "due_at": stamp(item.due_at),
        "performed_by": action.performer,
        "performer_role": action.role,
        "subject": action.subject,
        "note": action.note,
        "sheet": action.sheet,
        "fields": written_values(kind.typing_order(spec, action.fields), action.fields),
        "sentence": record_sentence(action, item, language()),
        "claimed_by": holder.name if holder else None,
        "claimed_until": stamp(item.claimed_until) if holder else None,
        "attention": attention.value if attention else None,
        "attention_note": attention_note,
        "attention_at": stamp(attention_since(item, moment.at)),
        "check_first": attention is Attention.CHECK_FIRST,
        "finish_fields": [describe_field(field) for field in spec.finish],
        "may_be_on_paper": spec.on_paper and action.unit.signs_on_paper,
        "reference": item.reference,
        "reason": item.reason,
        "finish": item.finish,
        "on_paper": item.on_paper,
        "settled_with": item.settled_with_id,
        "done_by": item.done_by.name if item.is_finished and item.done_by else None,
        "done_at": stamp(item.done_at),
        "high_risk": item.high_risk or None,
        "entered_by": item.entered_by.name if item.entered_by else None,
        "entered_at": stamp(item.entered_at),
        "check_fields": _check_fields(item),
        "may_arrive": may_have_arrived(item) and not item.is_finished,
        "may_have_twin": kind.twin is not None and kind.twin.item != item.item,
        "questions": [_describe_question(question) for question in item.questions],
    }


def _waits_for(item: Item, moment: Moment) -> list[str]:
    """The systems that are down, and `after:<item>` while the step before is not finished."""
    systems = list(item.waits_for(moment.down(item.action.outage.drill)))
    before = item.after
    return systems + ([f"after:{before.item}"] if before is not None and not before.is_finished else [])


def _check_fields(item: Item) -> list[dict[str, Any]]:
    """What a second person compares, while the entry waits for one."""
    if item.state is not ItemState.ENTERED:
        return []
    return [{"id": field.id, "label": field.label, "logged": field.text} for field in checked_fields(item, language())]


def _describe_question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "asked_by": question.asked_by.name,
        "asked_at": stamp(question.asked_at),
        "answer": question.answer,
        "answered_by": question.answered_by.name if question.answered_by else None,
        "answered_at": stamp(question.answered_at),
    }
