"""Whether one row of a ticked workbook may change its follow-up, and if not, why: in words for whoever reads it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tracker import labels
from tracker.clock import utcnow
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.models import Item, ItemState, User
from tracker.permissions import may_work, sees_unit
from tracker.queries.item import attention_of, state_of
from tracker.queries.routine import routine_of
from tracker.queries.tick_import import people_of
from tracker.routine.spec import ItemSpec
from tracker.services.action_row import plain
from tracker.services.item import MAX_TEXT
from tracker.services.tick_row import Baseline, TickRow, row_key
from tracker.services.tick_words import Signer, read_outcome, signed_by, standing_lines

MAX_REFERENCE = 120


class Standing(StrEnum):
    CHANGE = "change"
    """It would change its follow-up."""
    CONFLICT = "conflict"
    """Something happened meanwhile: both are shown, nothing is overwritten."""
    PROBLEM = "problem"
    """It cannot be applied as it stands."""
    KNOWN = "known"
    """It stands in the application already."""
    GONE = "gone"
    """It was deleted from the file."""


@dataclass(frozen=True)
class Verdict:
    standing: Standing
    outcome: str = ""
    """What was ticked."""
    reason: str = ""
    theirs: tuple[str, ...] = ()
    """What stands in the application, where that is in the way."""
    notes: tuple[str, ...] = ()


@dataclass
class TickJudge:
    outage_id: int
    actor: User
    down: tuple[str, ...]
    read_in: set[tuple[int, str]]
    now: datetime = field(default_factory=utcnow)
    finishing: set[int] = field(default_factory=set)
    """What the rows judged so far would finish: the step after them need not wait."""
    people: dict[int, tuple[User, ...]] = field(default_factory=dict)

    def shows(self, row: TickRow, item: Item | None) -> bool:
        """Whether the row's follow-up may be shown to the reader."""
        return item is not None and self._is_the_rows(row, item) and sees_unit(self.actor, item.action.unit_id)

    def judge(self, row: TickRow, item: Item | None) -> Verdict:
        if row.gone:
            return Verdict(Standing.GONE)
        if row.fault:
            return _problem(row.fault)
        if item is None or not row.baseline or not self._is_the_rows(row, item):
            return _problem(_("There is no such follow-up in this outage. The row is of another workbook."))
        if not sees_unit(self.actor, item.action.unit_id):
            if item.action.unit.code != row.taken.unit:
                return Verdict(Standing.CONFLICT, reason=_("The patient and the follow-up went to another unit."))
            return _problem(_("You do not work in the unit that owns this item."))
        verdict = self._judge_ticks(row, item, row.taken)
        is_done = verdict.outcome == "done" and not item.needs_second_person
        if verdict.standing is Standing.CHANGE and (is_done or verdict.outcome == "not_needed"):
            self.finishing.add(item.id)
        return verdict

    def _judge_ticks(self, row: TickRow, item: Item, then: Baseline) -> Verdict:
        tick = read_outcome(row.cells.get("tick", ""))
        if (item.id, row.mark) in self.read_in:
            if _stands_so(item, tick):
                return Verdict(Standing.KNOWN, tick or "")
            return self._conflict(item, tick, _("It was read in before and changed since."))
        if then.state in ("done", "not_needed", "entered"):
            return _problem(
                _("It was finished when the workbook was made. What is finished is changed in the application.")
            )
        fault = _fault_of(row, tick)
        if fault or tick is None:
            return _problem(fault)
        meanwhile = self._meanwhile(item, then)
        if meanwhile and tick == "done" and self._is_own_work(item, row):
            return Verdict(Standing.KNOWN, tick)
        if meanwhile:
            return self._conflict(item, tick, meanwhile)
        obstacle = self._obstacle(row, item, tick)
        if obstacle:
            return Verdict(Standing.PROBLEM, tick, obstacle)
        return Verdict(Standing.CHANGE, tick, notes=tuple(self._notes(row, item, tick)))

    def _meanwhile(self, item: Item, then: Baseline) -> str:
        """What happened since the workbook was made, as far as it is in the way; empty: nothing."""
        if item.action.is_voided:
            return _("The action was voided.")
        if item.is_finished or item.state is ItemState.ENTERED:
            return _("Somebody finished it meanwhile. Check that it does not stand twice in the system.")
        if item.action.version != then.version:
            return _("The action was corrected after the workbook was made. Check what was entered.")
        if item.action.unit.code != then.unit:
            return _("The patient and the follow-up went to another unit.")
        holder = item.holder(self.now)
        if holder and holder.id != self.actor.id:
            if item.begun_at:
                return _("%(name)s has it and has begun to enter it.", name=holder.name)
            return _("%(name)s has it.", name=holder.name)
        if item.state is ItemState.QUESTION and then.state != "question":
            return _("A question was asked about it.")
        if len(item.questions) != then.questions or (then.state == "question" and item.state is not ItemState.QUESTION):
            return _("A question about it was asked or answered. Read the answer first.")
        attention, _note = attention_of(item, self.now)
        if attention and attention.value != then.attention:
            return str(labels.ATTENTION[attention.value])
        return ""

    def _obstacle(self, row: TickRow, item: Item, tick: str) -> str:
        if not may_work(self.actor, item):
            return _("It is for another role: %(roles)s.", roles=labels.roles(item.roles))
        if item.state is ItemState.QUESTION:
            return _("It waits for the answer to a question.")
        if tick == "done":
            waits = self._waits_for(item)
            if waits:
                return _("It waits for: %(what)s.", what=waits)
            told = [field for field in _spec(item).finish if field.required]
            if told:
                return _(
                    "More must be told when it is finished: %(fields)s. Finish it in the application.",
                    fields=", ".join(field.label.in_language(language()) for field in told),
                )
        signer = self._signer(row, item)
        if signer.is_own or tick == "question":
            return ""
        if tick == "done" and item.needs_second_person:
            return _(
                "High risk, and signed by somebody else. Whoever entered it reads it in, so that another person can "
                "check it."
            )
        if signer.confirmer:
            return _(
                "Signed by %(name)s, who can confirm here. Whoever confirms must read their own work in themselves.",
                name=signer.confirmer.name,
            )
        return ""

    def _waits_for(self, item: Item) -> str:
        routine = routine_of(item.action.outage)
        names = [routine.target_name(system, language()) for system in item.waits_for(self.down)]
        if item.after and not item.after.is_finished and item.after.id not in self.finishing:
            before = routine.item(item.action.kind, item.after.item, item.action.fields)
            names.append(before.label.in_language(language()))
        return ", ".join(names)

    def _notes(self, row: TickRow, item: Item, tick: str) -> list[str]:
        notes = []
        if tick == "done" and item.needs_second_person:
            notes.append(_("High risk: a second person still checks the entry."))
        if not self._signer(row, item).is_known:
            notes.append(_("Nobody of the unit is known by this signature. It is kept as it stands."))
        if tick == "done" and row.cells.get("comment"):
            notes.append(_("The comment is kept in the history."))
        return notes

    def _is_own_work(self, item: Item, row: TickRow) -> bool:
        """The reader finished it in the application too, as the row says: nothing is twice."""
        doer_id = item.done_by_id if item.state is ItemState.DONE else item.entered_by_id
        same = plain(row.cells.get("reference", "")) in ("", plain(item.reference))
        return item.state in (ItemState.DONE, ItemState.ENTERED) and doer_id == self.actor.id and same

    def _conflict(self, item: Item, tick: str | None, reason: str) -> Verdict:
        theirs = standing_lines(item, state_of(item, self.now), self.now)
        return Verdict(Standing.CONFLICT, tick or "", reason, tuple(theirs))

    def _is_the_rows(self, row: TickRow, item: Item) -> bool:
        action = item.action
        return action.outage_id == self.outage_id and row_key(action.outage_id, action.id, item.id) == row.key

    def _signer(self, row: TickRow, item: Item) -> Signer:
        unit_id = item.action.unit_id
        if unit_id not in self.people:
            self.people[unit_id] = tuple(people_of(unit_id))
        return signed_by(row.cells.get("signature", ""), self.actor, self.people[unit_id], unit_id)


def _fault_of(row: TickRow, tick: str | None) -> str:
    """What is wrong with what was filled in, whatever became of the follow-up."""
    comment = row.cells.get("comment", "")
    if not row.cells.get("tick"):
        return _("Something is filled in, but nothing is ticked.")
    if tick is None:
        return _("“%(text)s” is none of the answers of the tick column.", text=row.cells["tick"][:40])
    if tick == "not_needed" and not comment:
        return _("Not needed, but the comment does not say why.")
    if tick == "question" and not comment:
        return _("A question, but the comment does not say what is asked.")
    if len(comment) > MAX_TEXT:
        return _("The comment is too long: at most %(most)s characters.", most=MAX_TEXT)
    if len(row.cells.get("reference", "")) > MAX_REFERENCE:
        return _("The reference is too long: at most 120 characters.")
    return ""


def _stands_so(item: Item, tick: str | None) -> bool:
    match tick:
        case "done":
            return item.state in (ItemState.DONE, ItemState.ENTERED)
        case "not_needed":
            return item.state is ItemState.NOT_NEEDED
        case "question":
            return True  # asked; what became of it since is the question's own story
    return False


def _problem(reason: str) -> Verdict:
    return Verdict(Standing.PROBLEM, reason=reason)


def _spec(item: Item) -> ItemSpec:
    return routine_of(item.action.outage).item(item.action.kind, item.item, item.action.fields)
