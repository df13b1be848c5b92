"""Whoever corrects, voids, confirms, sends back and signs off, and results that come without a recipient."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from tests.faults.machine import DRUGS, KINDS, Ward, any_number, one_of, somebody
from tests.region import TEST_NUMBERS, unit, user
from tracker.extensions import db
from tracker.models import Action, Item, ItemState, StrayResult
from tracker.queries.second_check import checked_fields
from tracker.services import item as items
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.services.patient import PatientEntry
from tracker.services.second_check import check_entry
from tracker.services.sign_off import reopen_unit, sign_off_unit
from tracker.services.stray_result import StrayEntry, hand_over_stray, match_stray, note_stray, reopen_stray

managers = st.sampled_from(("manager", "manager2"))


class Manager(Ward):
    @rule(which=any_number, who=somebody, drug=st.sampled_from(DRUGS), moved=st.booleans())
    def correct(self, which: int, who: str, drug: str, moved: bool) -> None:
        if action := self.action(which):
            fields = {"drug": drug} if action.kind == KINDS[0] else {}
            later = action.performed_at + timedelta(minutes=3) if moved or not fields else None
            patient = PatientEntry(identity=TEST_NUMBERS[which % 4]) if which % 5 == 4 else None
            change = Correction("fel läst", fields=fields, performed_at=later, patient=patient)
            self.step(lambda: correct_action(action, change, actor=user(who)), allows_waiting=True)

    @rule(which=any_number, who=somebody)
    def void(self, which: int, who: str) -> None:
        if which % 3 == 1 and (action := self.action(which)):
            self.step(lambda: void_action(action, "fel patient", actor=user(who)))

    @rule(which=any_number, who=st.sampled_from(("manager", "manager2", "nurse")))
    def confirm(self, which: int, who: str) -> None:
        found = [one for one in db.session.scalars(select(Action)).all() if one.state == "closed"]
        if action := one_of(found, which) or self.action(which):
            self.step(lambda: confirm_action(action, actor=user(who)))

    @rule(which=any_number, who=managers)
    def send_back(self, which: int, who: str) -> None:
        """What is finished as a rule; the others are refused."""
        finished = [
            one for one in db.session.scalars(select(Action)).all() if any(item.is_finished for item in one.items)
        ]
        if action := one_of(finished, which) or self.action(which):
            self.step(lambda: send_back_action(action, "fel", actor=user(who)))

    @rule(who=managers, back=st.booleans())
    def sign_off(self, who: str, back: bool) -> None:
        if back:
            self.step(lambda: reopen_unit(self.outage, unit(), "fel", actor=user(who)))
        else:
            self.step(lambda: sign_off_unit(self.outage, unit(), actor=user(who)))

    @rule(who=somebody, which=any_number, then=st.sampled_from(("leave", "reopen", "correct", "send back", "void")))
    def everything_is_closed_and_signed_off(self, who: str, which: int, then: str) -> None:
        """Rare by chance: without it a sign-off is hardly ever reached, nor what takes it back."""
        self.close_and_sign_off(who)
        if then == "reopen":
            self.sign_off("manager2", True)
        if then == "correct":
            self.correct(which, "nurse", DRUGS[which % 3], True)
        if then == "send back":
            self.send_back(which, "manager2")
        if then == "void":
            self.void(3 * which + 1, "nurse")

    def close_and_sign_off(self, who: str) -> None:
        for system in self.outage.systems_down(self.now):
            self.a_system_comes_back(system)
        for item in db.session.scalars(select(Item).order_by(Item.position)).all():
            if item.state is ItemState.QUESTION:
                self.step(lambda item=item: items.answer_item(item, "2 mg", actor=item.action.performed_by))
            if item.state is ItemState.ENTERED:
                seen = {field.id: field.value for field in checked_fields(item, "sv")}
                self.step(lambda item=item, seen=seen: check_entry(item, seen, actor=user(who)))
            if item.state in (ItemState.OPEN, ItemState.CLAIMED):
                worker = item.claimed_by or self.worker(item, 1)
                self.step(lambda item=item, by=worker: items.mark_item_not_needed(item, "ej", actor=by))
        for stray in db.session.scalars(select(StrayResult).where(StrayResult.solution.is_(None))).all():
            self.step(lambda stray=stray: hand_over_stray(stray, "Dr Palm", self.now, actor=user("nurse")))
        for action in db.session.scalars(select(Action)).all():
            if action.state != "confirmed":
                self.step(lambda action=action: confirm_action(action, actor=user("manager2")))
        self.step(lambda: sign_off_unit(self.outage, unit(), actor=user("manager")))

    @rule(which=any_number, other=any_number, back=st.booleans())
    def a_stray_result_is_matched(self, which: int, other: int, back: bool) -> None:
        """With an order of its patient as a rule; a physician matches it, and may find that it was the wrong one."""
        awaiting = select(Item).where(Item.item.in_(("watch-fax-reply", "sign-result"))).order_by(Item.id)
        item = one_of(db.session.scalars(awaiting).all(), which)
        if item is None:
            return
        identity = TEST_NUMBERS[other % 4] if other % 3 == 2 else item.action.patient.identity
        entry = StrayEntry(identity, "Röntgen Gävle", f"Lungröntgen {other}", self.now)
        noted = self.step(lambda: note_stray(entry, self.outage, unit(), actor=user("nurse")))
        stray = db.session.scalars(select(StrayResult).order_by(StrayResult.id.desc())).first()
        if noted and stray and self.step(lambda: match_stray(stray, item, actor=user("physician"))) and back:
            self.step(lambda: reopen_stray(stray, actor=user("physician")))
