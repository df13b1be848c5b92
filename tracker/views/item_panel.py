"""One item as the pages show it: a line in a list, or a panel to work from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.clock import utcnow
from tracker.extensions import current_settings
from tracker.forms.item import (
    ItemForm,
    answer_form,
    arrival_form,
    ask_form,
    done_form,
    not_needed_form,
    twin_form,
)
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Action, Attention, Item, ItemState, Patient, User
from tracker.permissions import may_answer, may_check, may_undo, may_work
from tracker.queries.attention import attention_since, begun_by
from tracker.queries.deadline import locks_at
from tracker.queries.item import READY, WAITING, attention_of
from tracker.queries.outage import down_in_both
from tracker.queries.patient_link import former_identities, logged_as
from tracker.queries.record_text import (
    PATIENT,
    Change,
    TypedField,
    finish_fields,
    record_sentence,
    typed_fields,
)
from tracker.queries.routine import routine_of
from tracker.routine.spec import ItemSpec, WorkKind
from tracker.views.deadline import Age, age_of
from tracker.views.item_before import Before, before_item
from tracker.views.item_order import risk_of, why_item

_AT_ONCE = (WorkKind.ACT, WorkKind.WATCH)
"""Done by hand, often before anybody thinks of taking it: no claim is asked for."""


@dataclass(frozen=True)
class Warn:
    """What the next person must know first."""

    kind: str
    note: str
    changes: Sequence[Change] = ()
    since: datetime | None = None
    """When it arose: when the earlier work began, or was finished."""
    is_own: bool = False
    """It was the reader's own work."""


@dataclass(frozen=True)
class Line:
    """An item in a list."""

    item: Item
    state: str
    spec: ItemSpec
    place: str
    target: str
    waits: str
    holder: User | None
    is_held_by_reader: bool
    is_for_reader: bool
    warn: Warn | None
    risk: str
    why: str
    """Why it stands where it does."""
    age: Age | None
    """Its age against its limit, while it is unfinished."""

    can_check: bool = False
    """It waits for a second person, and the reader may be that person."""

    @property
    def can_take(self) -> bool:
        return self.is_for_reader and self.state == READY

    @property
    def sign(self) -> str:
        """Changes when something changed that its worker must know; that time passes or a claim is prolonged is not."""
        item = self.item
        parts = (
            self.state,
            self.holder.id if self.holder else "",
            item.action.version,
            item.action.voided_at is not None,
            item.entered_by_id or "",
            item.done_by_id or "",
            self.warn.kind if self.warn else "",
            *(question.answer is not None for question in item.questions),
        )
        return ".".join(str(part) for part in parts)


@dataclass(frozen=True)
class Panel:
    """An item to work from."""

    line: Line
    facts: list[TypedField]
    fields: list[TypedField]
    left_empty: list[str]
    sentence: str
    sentence_language: str
    told: list[TypedField]
    done: ItemForm
    not_needed: ItemForm
    ask: ItemForm
    answer: ItemForm
    can_finish: bool
    can_sign_on_paper: bool
    can_say: bool
    """May say that it is not needed, or ask."""
    can_release: bool
    can_undo: bool
    can_answer: bool
    arrival: ItemForm
    twin: ItemForm
    before: Before
    """What is asked before it is entered."""
    logged_as: Patient | None = None
    """The label or reserve number under which it was logged, before the patient was linked to the right identity."""
    locks_at: datetime | None = None
    """When an entry should be signed and locked in the record."""
    opened: str = ""
    """The form that was refused and is shown again with what was typed."""

    @property
    def item(self) -> Item:
        return self.line.item

    @property
    def state(self) -> str:
        return self.line.state

    @property
    def may_copy(self) -> bool:
        """What is to be entered is copied by whoever holds it: the server must know that it has begun."""
        to_enter = self.item.kind_of_work is WorkKind.ENTER and not self.item.is_finished
        return self.line.is_held_by_reader or not to_enter or self.item.state is ItemState.ENTERED

    @property
    def told_fields(self) -> list[Any]:
        """What the routine asks to be told when the item is finished."""
        return [field for field in self.done if field.name != "reference"]


@dataclass
class Reader:
    """Whoever looks: what they may do, and what is down just now (asked once a page)."""

    user: User
    now: datetime = field(default_factory=utcnow)

    def __post_init__(self) -> None:
        self.down = down_in_both(self.now)
        self.language = language()
        self._former: dict[uuid.UUID, bool] = {}

    def line(self, item: Item, state: str, changes: Sequence[Change] = ()) -> Line:
        routine = routine_of(item.action.outage)
        holder = item.holder(self.now)
        attention, note = attention_of(item, self.now)
        return Line(
            item=item,
            state=state,
            spec=routine.item(item.action.kind, item.item, item.action.fields),
            place=routine.place_label(item.system, item.place, self.language) if item.place else "",
            target=routine.target_name(item.system, self.language),
            waits=self._waits(item) if state == WAITING else "",
            holder=holder,
            is_held_by_reader=holder is not None and holder.id == self.user.id,
            is_for_reader=may_work(self.user, item),
            warn=Warn(
                attention.value,
                note,
                changes,
                attention_since(item, self.now),
                is_own=begun_by(item, self.now) == self.user.id,
            )
            if attention and not item.is_finished
            else None,
            risk=risk_of(item),
            why=why_item(item),
            age=age_of(item, self.now),
            can_check=item.state is ItemState.ENTERED and may_check(self.user, item),
        )

    def panel(
        self, item: Item, state: str, changes: Sequence[Change] = (), refused: tuple[str, ItemForm] | None = None
    ) -> Panel:
        """`refused`: the name of the form that came and was refused, and the form with what was typed."""
        line = self.line(item, state, changes)
        typed = [
            one
            for one in typed_fields(item.action, item, self.language, current_settings().language)
            if one.id != PATIENT
        ]
        forms = {
            "done": done_form(item),
            "not_needed": not_needed_form(item),
            "ask": ask_form(item),
            "answer": answer_form(item),
            "arrival": arrival_form(item),
            "twin": twin_form(item),
            **dict([refused] if refused else []),
        }
        opened = refused[0] if refused else ""
        free = line.is_for_reader and (line.is_held_by_reader or state in (READY, WAITING))
        at_once = state == READY and item.kind_of_work in _AT_ONCE
        return Panel(
            line=line,
            facts=[one for one in typed if one.is_fact],
            fields=[one for one in typed if one.text and not one.is_fact],
            left_empty=[one.label for one in typed if not one.text],
            sentence=self._sentence(item),
            sentence_language=current_settings().language,
            told=finish_fields(item, self.language),
            can_finish=line.is_for_reader and (line.is_held_by_reader or at_once or opened == "done"),
            can_sign_on_paper=free and line.spec.on_paper and item.action.unit.signs_on_paper,
            can_say=free or opened in ("not_needed", "ask"),
            can_release=line.holder is not None and (line.is_held_by_reader or self.user.manages(item.action.unit_id)),
            can_undo=(item.is_finished or item.state is ItemState.ENTERED) and may_undo(self.user, item),
            before=before_item(item, self.user, line.is_for_reader and (line.is_held_by_reader or state == READY)),
            can_answer=opened == "answer" or (item.open_question is not None and may_answer(self.user, item)),
            logged_as=self._logged_as(item.action),
            locks_at=locks_at(item.action) if item.kind_of_work is WorkKind.ENTER else None,
            opened=opened,
            **forms,
        )

    def _logged_as(self, action: Action) -> Patient | None:
        """Most patients have one identity: asked once for each of them, and only then for the action."""
        if action.patient_id not in self._former:
            self._former[action.patient_id] = bool(former_identities([action.patient_id]))
        return logged_as([action]).get(action.id) if self._former[action.patient_id] else None

    def _sentence(self, item: Item) -> str:
        """Only what is typed in needs a sentence, in the language of the records."""
        wanted = item.kind_of_work is WorkKind.ENTER and item.attention is not Attention.REMOVE
        return record_sentence(item.action, item, current_settings().language) if wanted else ""

    def _waits(self, item: Item) -> str:
        routine = routine_of(item.action.outage)
        systems = [
            routine.target_name(system, self.language) for system in item.waits_for(self.down[item.action.outage.drill])
        ]
        parts = [_("Waits for %(systems)s", systems=", ".join(systems))] if systems else []
        if item.after and not item.after.is_finished:
            before = routine.item(item.action.kind, item.after.item, item.action.fields)
            parts.append(_("Waits for the step before: %(step)s", step=before.label.in_language(self.language)))
        return ". ".join(parts)
