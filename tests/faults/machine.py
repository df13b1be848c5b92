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

from tests.faults.invariants import check_all
from tests.faults.picture import check_step, picture
from tests.region import TEST_NUMBERS, declare, log, sample_fields, unit, user
from tracker.clock import telling, utcnow
from tracker.errors import DomainError
from tracker.extensions import current_routine, db
from tracker.models import Action, Event, Item, ItemState, Outage, User
from tracker.permissions import may_work
from tracker.queries.outage import current_sign_off
from tracker.services.outage import restore_system, take_system_down

BEGAN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SYSTEMS = ("melior", "svarsdatabasen", "elvis", "medspeech")
KINDS = ("melior.medication-administration", "melior.note", "svarsdatabasen.radiology-urgent", "elvis.visit")
MORE_KINDS = (*KINDS, "melior.medication-order", "svarsdatabasen.chemistry-order")
DRUGS = ("Alvedon", "Morfin", "NovoRapid")
PEOPLE = ("nurse", "nurse2", "physician", "secretary", "secretary2", "manager", "manager2")
any_number = st.integers(0, 999)
some_system = st.sampled_from(tuple(reversed(SYSTEMS)))
somebody = st.sampled_from(PEOPLE)


def one_of(things: Sequence[Any], number: int) -> Any:
    return things[number % len(things)] if things else None


class Ward(RuleBasedStateMachine):
    """What is logged, and systems that come and go. `fresh` gives an empty region; set by the test."""

    fresh: Callable[[], None]
    reached: Counter[str] = Counter()
    """How often what was accepted, as `item done`: what is never reached is not tested."""

    @initialize()
    def an_outage_begins(self) -> None:
        type(self).fresh()
        self.now = BEGAN
        self.logged: list[tuple[uuid.UUID, dict[str, Any]]] = []
        with telling(self.now):
            self.outage_id = declare(*SYSTEMS).id
        for number, kind in enumerate((*KINDS, KINDS[0])):  # something to begin with: most steps need it
            self.log(kind, DRUGS[(number // 4 + 1) % 2], number, "nurse")
        for system in SYSTEMS[:2]:
            self.a_system_comes_back(system)

    @property
    def outage(self) -> Outage:
        return db.session.get_one(Outage, self.outage_id)

    def step(self, does: Callable[[], object], allows_waiting: bool = False, allows_change: bool = True) -> bool:
        """One person's one request: committed as a whole, or refused as a whole. Whether it was accepted."""
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
            after = picture()
            check_step(before, after, refused, allows_waiting)
            assert allows_change or (after.rows, after.events) == (before.rows, before.events), "said once, done twice"
            self.added_up = refused
            lines = db.session.execute(select(Event.subject_type, Event.verb).where(Event.id > before.events))
            self.reached.update(f"{subject} {verb}" for subject, verb in lines)
        return not refused

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

    def is_signed_off(self) -> bool:
        return current_sign_off(self.outage_id, unit().id) is not None

    @rule(kind=st.sampled_from(MORE_KINDS), drug=st.sampled_from(DRUGS), patient=any_number, who=somebody)
    def log(self, kind: str, drug: str, patient: int, who: str) -> None:
        """Also after the sign-off: then it arrives late."""
        told = {
            "kind": kind,
            "actor": who,
            "identity": TEST_NUMBERS[patient % 4],
            "fields": fields_of(kind, drug),
            "action_id": uuid.UUID(int=len(self.logged) + 1),
            "performed_at": self.now - timedelta(minutes=30),
        }
        self.logged.append((told["action_id"], told))
        self.step(lambda: log(self.outage, **told), allows_waiting=True)

    @rule(which=any_number)
    def an_entry_comes_again(self, which: int) -> None:
        found = one_of(self.logged, which)
        if found and db.session.get(Action, found[0]):
            self.step(lambda: log(self.outage, **found[1]), allows_change=False)

    @rule(system=some_system)
    def a_system_comes_back(self, system: str) -> None:
        self.step(lambda: restore_system(self.outage, system, utcnow(), actor=user("it")))

    @rule(system=some_system)
    def a_system_goes_down_again(self, system: str) -> None:
        self.step(lambda: take_system_down(self.outage, system, utcnow(), actor=user("it")))

    @rule(minutes=st.sampled_from((5, 31, 240)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def everything_adds_up(self) -> None:
        if getattr(self, "added_up", True):
            return
        with telling(self.now):
            check_all(self.outage, unit())
            db.session.rollback()
        self.added_up = True


def fields_of(kind: str, drug: str) -> dict[str, Any]:
    given = {"drug": drug, "form": "paper", "outcome": "given", "dose": 2, "route": "peroralt"}
    return sample_fields(current_routine().kinds[kind], given)
