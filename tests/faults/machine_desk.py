"""The desk in any order: taken, entered, asked about, settled together, looked for, read from a ticked workbook."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from tests.exports.tick_book import keep, line_of, melior, taken, tick
from tests.faults.machine import DRUGS, KINDS, MORE_KINDS, SYSTEMS, Ward, any_number, one_of, somebody
from tests.region import sample_value, user
from tracker.clock import telling
from tracker.extensions import current_routine, db
from tracker.models import Action, Arrival, Handover, Item, ItemState
from tracker.queries.arrival import may_have_arrived
from tracker.queries.second_check import checked_fields
from tracker.services import item as items
from tracker.services.arrival import look_for_arrival
from tracker.services.handover import Things, hand_over, take_back, take_over
from tracker.services.second_check import check_entry, reject_entry
from tracker.services.settlement import settle_items, undo_settlement
from tracker.services.tick_import import apply_ticks, begin_ticks


class Desk(Ward):
    @rule(which=any_number, who=any_number, begins=st.booleans())
    def claim(self, which: int, who: int, begins: bool) -> None:
        if item := self.item(which, ItemState.OPEN):
            worker = self.worker(item, who)
            self.step(lambda: items.claim_item(item, actor=worker))
            if begins:
                self.step(lambda: items.begin_item(item, actor=worker))

    @rule(which=any_number, who=any_number, begins=st.booleans(), login=somebody)
    def claim_and_let_go(self, which: int, who: int, begins: bool, login: str) -> None:
        """What was begun says so to the next one, who may take it at once."""
        if item := self.item(which, ItemState.OPEN):
            self.claim(which, who, begins)
            if item.claimed_by:
                self.step(lambda: items.release_item(item, actor=item.claimed_by or user(login)))
                self.step(lambda: items.claim_item(item, actor=self.worker(item, who + 1)))

    @rule(which=any_number, who=somebody)
    def release(self, which: int, who: str) -> None:
        if item := self.item(which, ItemState.CLAIMED):
            holder = None if which % 3 == 2 else item.claimed_by
            self.step(lambda: items.release_item(item, actor=holder or user(who)))

    @rule(which=any_number, who=any_number, on_paper=st.booleans())
    def done(self, which: int, who: int, on_paper: bool) -> None:
        if item := self.item(which, ItemState.CLAIMED, ItemState.OPEN):
            worker = item.claimed_by if item.claimed_by and who % 5 != 4 else self.worker(item, who)
            spec = current_routine().item(item.action.kind, item.item, item.action.fields)
            finish = {field.id: sample_value(field) for field in spec.finish}
            self.step(lambda: items.finish_item(item, "ref", finish, on_paper=on_paper and who % 3 == 1, actor=worker))

    @rule(which=any_number, who=any_number)
    def not_needed(self, which: int, who: int) -> None:
        if item := self.item(which, ItemState.OPEN):
            self.step(lambda: items.mark_item_not_needed(item, "inställd", actor=self.worker(item, who)))

    @rule(which=any_number, who=any_number)
    def ask(self, which: int, who: int) -> None:
        if item := self.item(which, ItemState.OPEN, ItemState.CLAIMED):
            self.step(lambda: items.ask_about_item(item, "Vilken dos?", actor=self.worker(item, who)))

    @rule(which=any_number, who=somebody)
    def answer(self, which: int, who: str) -> None:
        if item := self.item(which, ItemState.QUESTION):
            self.step(lambda: items.answer_item(item, "2 mg", actor=user(who)))

    @rule(which=any_number, who=any_number, answerer=somebody)
    def ask_and_be_answered(self, which: int, who: int, answerer: str) -> None:
        if item := self.item(which, ItemState.OPEN, ItemState.CLAIMED):
            asker = item.claimed_by or self.worker(item, who)
            self.step(lambda: items.ask_about_item(item, "Vilken dos?", actor=asker))
            author = item.action.performed_by if who % 2 else None
            self.step(lambda: items.answer_item(item, "2 mg", actor=author or user(answerer)))

    @rule(which=any_number, who=somebody)
    def undo(self, which: int, who: str) -> None:
        """Whoever did it, or anybody."""
        if item := self.item(which, ItemState.DONE, ItemState.NOT_NEEDED, ItemState.ENTERED):
            doer = item.done_by if which % 2 else None
            self.step(lambda: undo_settlement(item, actor=doer or user(who)))

    @rule(which=any_number, who=somebody, right=st.booleans())
    def second_person(self, which: int, who: str, right: bool) -> None:
        if item := self.item(which, ItemState.ENTERED):
            seen = {field.id: field.value for field in checked_fields(item, "sv")}
            if right:
                self.step(lambda: check_entry(item, seen, actor=user(who)))
            else:
                self.step(lambda: reject_entry(item, "fel dos", actor=user(who)))

    @rule(drug=st.sampled_from(DRUGS[1:]), patient=any_number, who=somebody, right=st.booleans())
    def high_risk_is_logged_entered_and_looked_at(self, drug: str, patient: int, who: str, right: bool) -> None:
        """Three steps that chance seldom puts together."""
        self.log(KINDS[0], drug, patient, "nurse")
        self.a_system_comes_back("melior")
        query = select(Item).where(Item.state == ItemState.OPEN, Item.high_risk != "").order_by(Item.id.desc())
        if item := db.session.scalars(query).first():
            self.step(lambda: items.finish_item(item, "ref", actor=user("nurse")))
            self.second_person(0, who if patient % 2 else "physician", right)

    @rule(which=any_number, who=any_number, holds=st.booleans(), login=somebody)
    def one_entry_settles_several(self, which: int, who: int, holds: bool, login: str) -> None:
        """Of one patient in one system as a rule; now and then with another's, which is refused."""
        if item := self.item(which, ItemState.OPEN, ItemState.CLAIMED):
            query = select(Item).join(Action).where(Item.id != item.id, Item.state == ItemState.OPEN).order_by(Item.id)
            if who % 5:
                query = query.where(Item.system == item.system, Action.patient_id == item.action.patient_id)
            others = db.session.scalars(query.limit(2)).all()
            worker = item.claimed_by or self.worker(item, 0)
            if holds and others:
                self.step(lambda: items.claim_item(others[0], actor=user(login)))
            if others:
                self.step(lambda: settle_items(item, others, "M-7", actor=worker))

    @rule(drug=st.sampled_from(DRUGS), patient=any_number, back=st.booleans())
    def two_of_one_patient_are_settled_together(self, drug: str, patient: int, back: bool) -> None:
        self.log(KINDS[0], drug, patient, "nurse")
        self.log(KINDS[0], DRUGS[0], patient, "nurse")
        self.a_system_comes_back("melior")
        first, second = (
            db.session.scalars(select(Item).where(Item.action_id == number)).first()
            for number, _told in self.logged[-2:]
        )
        if first and second:
            self.step(lambda: settle_items(first, [second], "M-8", actor=user("nurse")))
            if back:
                self.step(lambda: undo_settlement(first, actor=user("nurse")))

    @rule(which=any_number, who=any_number, answer=st.sampled_from(tuple(Arrival)), asked=st.booleans())
    def look(self, which: int, who: int, answer: Arrival, asked: bool) -> None:
        """At what may have arrived by itself, or what was begun and let go."""
        found = db.session.scalars(select(Item).where(Item.state == ItemState.OPEN).order_by(Item.id)).all()
        if item := one_of([one for one in found if may_have_arrived(one)] if asked else found, which):
            worker = self.worker(item, who)
            if not asked:
                self.step(lambda: items.claim_item(item, actor=worker))
                self.step(lambda: items.begin_item(item, actor=worker))
                self.step(lambda: items.release_item(item, actor=worker))
            self.step(lambda: look_for_arrival(item, answer, note="två", actor=worker))

    @rule(kind=st.sampled_from(MORE_KINDS[2:]), patient=any_number, answer=st.sampled_from(tuple(Arrival)))
    def an_order_is_begun_and_found_twice(self, kind: str, patient: int, answer: Arrival) -> None:
        """Its electronic twin is to be cancelled then."""
        self.log(kind, DRUGS[patient % 3], patient, "nurse")
        for system in SYSTEMS[:2]:
            self.a_system_comes_back(system)
        item = db.session.scalars(select(Item).where(Item.action_id == self.logged[-1][0]).order_by(Item.id)).first()
        if item:
            worker = self.worker(item, 0)
            self.step(lambda: items.claim_item(item, actor=worker))
            self.step(lambda: items.begin_item(item, actor=worker))
            self.step(lambda: items.release_item(item, actor=worker))
            said = Arrival.TWICE if patient % 2 else answer
            self.step(lambda: look_for_arrival(item, said, note="två", actor=worker))

    @rule(which=any_number, who=any_number, then=st.sampled_from(("wait", "take over", "take back")))
    def hand_on(self, which: int, who: int, then: str) -> None:
        """To a colleague by name, who takes it over, or the giver takes it back."""
        if item := self.item(which, ItemState.OPEN, ItemState.CLAIMED):
            things, giver, taker = (
                Things(items=(item.id,)),
                item.claimed_by or self.worker(item, 0),
                self.worker(item, 1),
            )
            given = self.step(lambda: hand_over(things, item.action.unit, taker, "klockan sju", actor=giver))
            handover = db.session.scalars(select(Handover).order_by(Handover.id.desc())).first()
            if given and handover and then == "take over":
                self.step(lambda: take_over(handover, actor=self.worker(item, who)))
                self.step(lambda: take_over(handover, actor=taker))
            if given and handover and then == "take back":
                self.step(lambda: take_back(handover, actor=giver))

    @rule(which=any_number, answer=st.sampled_from(("Done", "Not needed", "Question")), meanwhile=any_number)
    def a_ticked_workbook_is_read(self, which: int, answer: str, meanwhile: int) -> None:
        query = select(Item).where(Item.state == ItemState.OPEN, Item.system == "melior").order_by(Item.id)
        item = one_of(db.session.scalars(query).all(), which)
        if item is None:
            return
        with telling(self.now):
            book = taken(self.outage)
            try:
                line_of(melior(book), item)
            except StopIteration:
                return
            tick(book, item, answer, Comment="inställd")
        if meanwhile % 3 == 2:
            self.not_needed(which, 1)
        with telling(self.now):
            found = keep(book, "nurse")

        def read() -> None:
            begin_ticks(found, actor=user("nurse"))
            while apply_ticks(found, 40, actor=user("nurse")):
                pass

        self.step(read)
