"""A ward in an outage, worked by whoever does whatever comes to mind, one step at a time."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from tests.exports.tick_book import keep, line_of, melior, taken, tick
from tests.faults.invariants import check_all, check_step, picture
from tests.region import TEST_NUMBERS, declare, log, sample_fields, sample_value, unit, user
from tracker.clock import telling, utcnow
from tracker.errors import DomainError
from tracker.extensions import current_routine, db
from tracker.models import Action, Arrival, Event, Item, ItemState, Outage, User
from tracker.permissions import may_work
from tracker.queries.second_check import checked_fields
from tracker.services import item as items
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.arrival import look_for_arrival
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.services.outage import restore_system, take_system_down
from tracker.services.second_check import check_entry, reject_entry
from tracker.services.sign_off import reopen_unit, sign_off_unit
from tracker.services.tick_import import apply_ticks, begin_ticks

BEGAN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SYSTEMS = ("melior", "svarsdatabasen", "elvis", "medspeech")
KINDS = ("melior.medication-administration", "melior.note", "svarsdatabasen.radiology-urgent", "elvis.visit")
DRUGS = ("Alvedon", "Morfin", "NovoRapid")
PEOPLE = ("nurse", "nurse2", "physician", "secretary", "secretary2", "manager", "manager2")
any_number = st.integers(0, 999)
some_system = st.sampled_from(tuple(reversed(SYSTEMS)))
somebody = st.sampled_from(PEOPLE)


def one_of(things: Sequence[Any], number: int) -> Any:
    return things[number % len(things)] if things else None


class Ward(RuleBasedStateMachine):
    """`fresh` gives an empty region; set by the test."""

    fresh: Callable[[], None]
    reached: Counter[str] = Counter()
    """How often what was accepted: what is never reached is not tested."""

    @initialize(ticks=st.booleans())
    def an_outage_begins(self, ticks: bool) -> None:
        type(self).fresh()
        self.now = BEGAN
        self.logged: list[tuple[uuid.UUID, dict[str, Any]]] = []
        with telling(self.now):
            self.outage_id = declare(*SYSTEMS).id
        for number, kind in enumerate((*KINDS, KINDS[0])):  # something to begin with: most steps need it
            self.log(kind, DRUGS[(number // 4 + 1) % 2], number, "nurse")
        for system in SYSTEMS[:2]:
            self.a_system_comes_back(system)
        if ticks:
            self.a_ticked_workbook_is_read(1, "Done", 0)

    @property
    def outage(self) -> Outage:
        return db.session.get_one(Outage, self.outage_id)

    def step(self, does: Callable[[], object], allows_waiting: bool = False) -> None:
        """One person's one request: committed as a whole, or refused as a whole."""
        self.now += timedelta(minutes=1)
        with telling(self.now):
            before = picture()
            refused = False
            try:
                does()
                db.session.commit()
            except DomainError:
                db.session.rollback()
                refused = True
            check_step(before, picture(), refused, allows_waiting)
            self.added_up = refused
            self.reached.update(db.session.scalars(select(Event.verb).where(Event.id > before.events)))

    def item(self, number: int, *states: ItemState) -> Item | None:
        """One in such a state; now and then any other, which is refused."""
        found = db.session.scalars(select(Item).order_by(Item.id)).all()
        wanted = [one for one in found if one.state in states]
        chosen: Item | None = one_of(found if number % 11 == 10 else wanted, number)
        return chosen

    def action(self, number: int) -> Action | None:
        chosen: Action | None = one_of(db.session.scalars(select(Action).order_by(Action.received_at)).all(), number)
        return chosen

    def worker(self, item: Item, number: int) -> User:
        """Mostly one of its role."""
        theirs = [login for login in PEOPLE if may_work(user(login), item)]
        return user(one_of(PEOPLE if number % 7 == 6 or not theirs else theirs, number))

    @rule(kind=st.sampled_from(KINDS), drug=st.sampled_from(DRUGS), patient=any_number, who=somebody)
    def log(self, kind: str, drug: str, patient: int, who: str) -> None:
        """Also after the sign-off: then it arrives late."""
        given = {"drug": drug, "form": "paper", "outcome": "given", "dose": 2, "route": "peroralt"}
        told = {
            "kind": kind,
            "actor": who,
            "identity": TEST_NUMBERS[patient % 4],
            "fields": sample_fields(current_routine().kinds[kind], given),
            "action_id": uuid.UUID(int=len(self.logged) + 1),
            "performed_at": self.now - timedelta(minutes=30),
        }
        self.logged.append((told["action_id"], told))
        self.step(lambda: log(self.outage, **told), allows_waiting=True)

    @rule(which=any_number)
    def an_entry_comes_again(self, which: int) -> None:
        found = one_of(self.logged, which)
        if found and db.session.get(Action, found[0]):
            before = db.session.query(Action).count()
            self.step(lambda: log(self.outage, **found[1]))
            assert db.session.query(Action).count() == before

    @rule(system=some_system)
    def a_system_comes_back(self, system: str) -> None:
        self.step(lambda: restore_system(self.outage, system, utcnow(), actor=user("it")))

    @rule(system=some_system)
    def a_system_goes_down_again(self, system: str) -> None:
        self.step(lambda: take_system_down(self.outage, system, utcnow(), actor=user("it")))

    @rule(minutes=st.sampled_from((5, 31, 240)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(which=any_number, who=any_number, begins=st.booleans())
    def claim(self, which: int, who: int, begins: bool) -> None:
        if item := self.item(which, ItemState.OPEN):
            worker = self.worker(item, who)
            self.step(lambda: items.claim_item(item, actor=worker))
            if begins:
                self.step(lambda: items.begin_item(item, actor=worker))

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

    @rule(which=any_number, who=somebody)
    def undo(self, which: int, who: str) -> None:
        if item := self.item(which, ItemState.DONE, ItemState.NOT_NEEDED):
            self.step(lambda: items.undo_item(item, actor=user(who)))

    @rule(which=any_number, who=somebody, right=st.booleans())
    def second_person(self, which: int, who: str, right: bool) -> None:
        if item := self.item(which, ItemState.ENTERED):
            seen = {field.id: field.value for field in checked_fields(item, "sv")}
            if right:
                self.step(lambda: check_entry(item, seen, actor=user(who)))
            else:
                self.step(lambda: reject_entry(item, "fel dos", actor=user(who)))

    @rule(who=somebody, right=st.booleans())
    def high_risk_is_entered_and_looked_at(self, who: str, right: bool) -> None:
        """Two steps that chance seldom puts together."""
        query = select(Item).where(Item.state == ItemState.OPEN, Item.high_risk != "").order_by(Item.id)
        if item := db.session.scalars(query).first():
            self.step(lambda: items.finish_item(item, "ref", actor=user("nurse")))
            self.second_person(0, who, right)

    @rule(which=any_number, who=somebody)
    def ask_and_be_answered(self, which: int, who: str) -> None:
        self.ask(which, 0)
        self.answer(which, who)

    @rule(which=any_number, who=any_number, answer=st.sampled_from(tuple(Arrival)))
    def look(self, which: int, who: int, answer: Arrival) -> None:
        if item := self.item(which, ItemState.OPEN, ItemState.CLAIMED):
            self.step(lambda: look_for_arrival(item, answer, actor=self.worker(item, who)))

    @rule(which=any_number, who=somebody, drug=st.sampled_from(DRUGS), moved=st.booleans())
    def correct(self, which: int, who: str, drug: str, moved: bool) -> None:
        if action := self.action(which):
            fields = {"drug": drug} if action.kind == KINDS[0] else {}
            later = action.performed_at + timedelta(minutes=3) if moved or not fields else None
            change = Correction("fel läst", fields=fields, performed_at=later)
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

    @rule(which=any_number, who=st.sampled_from(("manager", "manager2")))
    def send_back(self, which: int, who: str) -> None:
        if action := self.action(which):
            self.step(lambda: send_back_action(action, "fel", actor=user(who)))

    @rule(who=st.sampled_from(("manager", "manager2")), back=st.booleans())
    def sign_off(self, who: str, back: bool) -> None:
        if back:
            self.step(lambda: reopen_unit(self.outage, unit(), "fel", actor=user(who)))
        else:
            self.step(lambda: sign_off_unit(self.outage, unit(), actor=user(who)))

    @rule(who=somebody)
    def everything_closed_is_confirmed_and_the_unit_signed_off(self, who: str) -> None:
        """Rare by chance: without it a sign-off is hardly ever reached."""
        for system in self.outage.systems_down(self.now):
            self.a_system_comes_back(system)
        for item in db.session.scalars(select(Item).order_by(Item.position)).all():
            if item.state is ItemState.QUESTION:
                self.step(lambda item=item: items.answer_item(item, "2 mg", actor=item.action.performed_by))
            if item.state is ItemState.ENTERED:
                seen = {field.id: field.value for field in checked_fields(item, "sv")}
                self.step(lambda item=item, seen=seen: check_entry(item, seen, actor=user(who)))
            if item.state in (ItemState.OPEN, ItemState.CLAIMED):
                self.step(lambda item=item: items.mark_item_not_needed(item, "ej", actor=self.worker(item, 1)))
        for action in db.session.scalars(select(Action)).all():
            self.step(lambda action=action: confirm_action(action, actor=user("manager2")))
        self.step(lambda: sign_off_unit(self.outage, unit(), actor=user("manager")))

    @rule(which=any_number, answer=st.sampled_from(("Done", "Not needed")), meanwhile=any_number)
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

    @invariant()
    def everything_adds_up(self) -> None:
        if getattr(self, "added_up", True):
            return
        with telling(self.now):
            check_all(self.outage, unit())
            db.session.rollback()
        self.added_up = True
