"""What every part of the demo works with: who is who, where the patients are, chance, and the time of the story."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.clock import telling
from tracker.demo.cases import Case, fill_times
from tracker.demo.patients import DemoPatient, make_patients
from tracker.models import Action, Item, ItemState, Outage, Unit, User
from tracker.permissions import may_check
from tracker.queries.item import READY, ItemFilter, every_item
from tracker.queries.routine import routine_of
from tracker.queries.second_check import checked_fields
from tracker.routine.spec import FieldType, WorkKind
from tracker.services.action import log_action
from tracker.services.entry import ActionEntry, entry_digest
from tracker.services.item import begin_item, claim_item, finish_item
from tracker.services.second_check import check_entry


class Scene:
    """The region as it stands while the story is told. Chance is seeded: the demo is the same every time."""

    def __init__(self, now: datetime, zone: ZoneInfo, users: dict[str, User], units: dict[str, Unit]) -> None:
        self.now = now
        self.zone = zone
        self.users = users
        self.units = units
        self.chance = random.Random(7)  # noqa: S311 - no secret depends on it
        self.patients = make_patients()
        self.second_chance = random.Random(11)  # noqa: S311 - of its own: the rest of the story stays as it is
        self._turns: Counter[tuple[str, bool]] = Counter()
        self._sheets = 0

    @contextmanager
    def ago(self, **span: float) -> Iterator[datetime]:
        """Tell the block as of some time ago: `with scene.ago(hours=3) as moment`."""
        moment = self.now - timedelta(**span)
        with telling(moment):
            yield moment

    def workers(self, role: str, unit: Unit) -> list[User]:
        """Who works there with that role. Managers keep out of it, so that they can confirm."""
        return [
            user
            for user in self.users.values()
            if user.role.value == role and user.works_in(unit.id) and not user.manages(unit.id)
        ]

    def worker_for(self, item: Item) -> User | None:
        found = [user for role in item.roles for user in self.workers(role, item.action.unit)]
        return self.chance.choice(found) if found else None

    def manager_of(self, unit: Unit) -> User:
        return next(user for user in self.users.values() if user.manages(unit.id))

    def patient_for(self, case: Case, unit: str) -> DemoPatient:
        """The next patient of the unit whom the case fits."""
        unknown = case.patient == "unknown"
        fitting = [
            patient
            for patient in self.patients
            if unit in patient.units
            and case.sex in ("", patient.sex)
            and unknown == ((patient.entry.identity_kind or "") == "unknown")
        ]
        self._turns[unit, unknown] += 1
        return fitting[self._turns[unit, unknown] % len(fitting)]

    def log(
        self,
        outage: Outage,
        case: Case,
        unit: Unit,
        performed_at: datetime,
        logged_at: datetime,
        patient: DemoPatient | None = None,
    ) -> Action:
        """Log one case, by the performer or by a colleague, with what can be told done at once."""
        kind = routine_of(outage).kinds[case.kind]
        role = case.role or next(role for role in kind.logged_by if self.workers(role, unit))
        performer = self.chance.choice(self.workers(role, unit))
        colleagues = [
            user
            for user in self.users.values()
            if user.works_in(unit.id) and user.id != performer.id and not user.manages(unit.id)
        ]
        by_colleague = bool(colleagues) and self.chance.random() < 0.25
        by_agency = by_colleague and self.chance.random() < 0.15
        fields = fill_times(kind, case.fields, performed_at, self.zone)
        told_done = tuple(
            item.item
            for item in kind.items_for(fields)
            if item.kind_of_work is WorkKind.ACT and not item.needs and not item.after and self.chance.random() < 0.6
        )
        self._sheets += 1
        entry = ActionEntry(
            id=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            digest=entry_digest({"kind": case.kind, "fields": fields, "number": self._sheets}),
            outage_id=outage.id,
            kind=case.kind,
            unit=unit.code,
            patient=(patient or self.patient_for(case, unit.code)).entry,
            performed_at=performed_at,
            performed_by_login="" if by_agency or not by_colleague else performer.login,
            performed_by_name="Alva Hellström, bemanning" if by_agency else "",
            role=role,
            fields=fields,
            sheet=f"{unit.code}-{self._sheets:04d}" if self.chance.random() < 0.5 else "",
            note=case.note,
            done_items=told_done,
            recorded_at=logged_at,
        )
        with telling(logged_at):
            actor = self.chance.choice(colleagues) if by_colleague else performer
            return log_action(entry, actor=actor).action

    def ready_items(self, outage: Outage, *units: Unit) -> list[Item]:
        """What can be worked now, in the story's time."""
        ids = frozenset(unit.id for unit in units or self.units.values())
        return list(every_item(ItemFilter(ids, outage_id=outage.id, states=(READY,))).items)

    def finish(self, item: Item, moment: datetime, *, on_paper: bool = False) -> bool:
        """Take an item and finish it, with a reference and what the routine asks for; False if nobody can."""
        worker = self.worker_for(item)
        if worker is None:
            return False
        action = item.action
        physicians = self.workers("physician", action.unit)
        answers = {
            FieldType.TEXT: physicians[0].name if physicians else "Jourhavande läkare",
            FieldType.DATETIME: (moment - timedelta(minutes=4)).isoformat(),
        }
        spec = routine_of(action.outage).item(action.kind, item.item, action.fields)
        finish = {field.id: field.choices[0].id if field.choices else answers[field.type] for field in spec.finish}
        reference = f"{item.system[:3].upper()}-{self.chance.randrange(100_000, 999_999)}"
        written = item.kind_of_work is WorkKind.ENTER and self.chance.random() < 0.7
        with telling(moment):
            if not on_paper:
                claim_item(item, actor=worker)
                begin_item(item, actor=worker)
            finish_item(item, reference if written else "", finish, on_paper=on_paper, actor=worker)
        return True

    def checker_of(self, item: Item) -> User | None:
        """A second person for what somebody has entered. Managers keep out of it here too."""
        found = [user for user in self.users.values() if may_check(user, item) and not user.managed_unit_ids]
        return self.second_chance.choice(found) if found else None

    def check(self, item: Item, moment: datetime) -> bool:
        """The second person finds everything as it was logged; False if there is nobody."""
        checker = self.checker_of(item)
        if checker is None:
            return False
        with telling(moment):
            check_entry(item, {field.id: field.value for field in checked_fields(item, "sv")}, actor=checker)
        return True

    def finish_all(self, outage: Outage, moment: datetime, *units: Unit) -> None:
        """Work everything down that can be: finishing one step makes the next one ready."""
        with telling(moment):
            while items := self.ready_items(outage, *units):
                for number, item in enumerate(items):
                    if not self.finish(item, moment + timedelta(seconds=40 * number)):
                        raise LookupError(f"nobody in {item.action.unit} can do {item.item}")
                    if item.state is ItemState.ENTERED and not self.check(item, moment + timedelta(minutes=30)):
                        raise LookupError(f"nobody in {item.action.unit} can check {item.item}")

    def finish_some(self, outage: Outage, moment: datetime, share: float) -> None:
        """Work a share of what is ready."""
        with telling(moment):
            for number, item in enumerate(self.ready_items(outage)):
                if self.chance.random() < share:
                    self.finish(item, moment + timedelta(seconds=3 * number))
                if item.state is ItemState.ENTERED and self.second_chance.random() < 0.5:
                    self.check(item, moment + timedelta(minutes=12))
