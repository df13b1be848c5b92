"""What the routine leaves to a unit, and what the unit has decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.extensions import db
from tracker.models import FINISHED, Action, Duty, DutyState, Item, Unit
from tracker.routine.spec import PERFORMER_ROLES, DutySpec, ItemSpec, KindSpec, Routine, SystemSpec

DUTY_CHOICES = (*PERFORMER_ROLES, "staff", "unit_manager")
_UNIT_KIND_OF_SCOPE = {"emergency unit": "emergency", "surgery unit": "surgery"}


@dataclass(frozen=True)
class Assignment:
    """One follow-up that the unit may give to another role."""

    kind: KindSpec
    specs: tuple[ItemSpec, ...]
    """The same follow-up may be worded in several ways, after what was logged."""
    own: str | None
    """The unit's own role, if it has chosen one."""

    @property
    def name(self) -> str:
        return f"item-{self.kind.id}-{self.specs[0].item}"

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.id, self.specs[0].item

    @property
    def role(self) -> str:
        """The routine's role."""
        return self.specs[0].role


@dataclass(frozen=True)
class DutyAssignment:
    """One duty that the unit may give to another role."""

    spec: DutySpec
    own: str | None

    @property
    def name(self) -> str:
        return f"duty-{self.spec.id}"

    @property
    def role(self) -> str:
        return self.spec.role


@dataclass(frozen=True)
class SystemPart:
    """What a unit decides about one system; without a system: about every outage."""

    system: SystemSpec | None
    items: tuple[Assignment, ...]
    duties: tuple[DutyAssignment, ...]

    @property
    def id(self) -> str:
        return self.system.id if self.system else "every"

    @property
    def rows(self) -> list[Assignment | DutyAssignment]:
        return [*self.items, *self.duties]

    @property
    def changed(self) -> int:
        return len([row for row in self.rows if row.own])


def parts_of(unit: Unit, routine: Routine) -> tuple[SystemPart, ...]:
    """What the routine leaves to this unit, for every outage and then by each system that the unit uses."""
    item_rules = {(rule.kind, rule.item): rule.role for rule in unit.item_rules}
    duty_rules = {rule.duty: rule.role for rule in unit.duty_rules}
    duties = [
        DutyAssignment(spec, duty_rules.get(spec.id)) for spec in routine.duties.values() if _concerns(spec, unit)
    ]
    parts = [SystemPart(None, (), tuple(duty for duty in duties if "any" in duty.spec.systems))]
    for system in routine.systems:
        if system.id in unit.systems:
            items = tuple(assignment for kind in system.kinds for assignment in _assignments(kind, item_rules))
            own_duties = tuple(duty for duty in duties if _first_system(duty.spec, unit, routine) == system.id)
            parts.append(SystemPart(system, items, own_duties))
    return tuple(part for part in parts if part.items or part.duties)


def open_work(unit: Unit) -> tuple[int, int]:
    """How many follow-ups and duties of the unit are open now."""
    items = select(func.count(Item.id)).join(Item.action).where(Action.unit_id == unit.id, Item.state.not_in(FINISHED))
    duties = select(func.count(Duty.id)).where(Duty.unit_id == unit.id, Duty.state == DutyState.OPEN)
    return db.session.scalar(items) or 0, db.session.scalar(duties) or 0


def roles_of_open_work(unit: Unit) -> dict[str, object]:
    """Whose each open follow-up and duty is, to tell how many a change moves."""
    items = select(Item.id, Item.roles).join(Item.action).where(Action.unit_id == unit.id, Item.state.not_in(FINISHED))
    duties = select(Duty.id, Duty.role).where(Duty.unit_id == unit.id, Duty.state == DutyState.OPEN)
    found: dict[str, object] = {f"item-{key}": roles for key, roles in db.session.execute(items)}
    found.update((f"duty-{key}", role) for key, role in db.session.execute(duties))
    return found


def _assignments(kind: KindSpec, rules: dict[tuple[str, str], str]) -> Iterator[Assignment]:
    by_item: dict[str, list[ItemSpec]] = {}
    for spec in kind.items:
        by_item.setdefault(spec.item, []).append(spec)
    for item, specs in by_item.items():
        if all(spec.unit_may_reassign for spec in specs):
            own = rules.get((kind.id, item))
            yield Assignment(kind, tuple(specs), own if own != specs[0].role else None)


def _concerns(spec: DutySpec, unit: Unit) -> bool:
    if spec.scope == "region":
        return False
    kind = _UNIT_KIND_OF_SCOPE.get(spec.scope)
    if kind is not None and unit.kind.value != kind:
        return False
    return "any" in spec.systems or not set(spec.systems).isdisjoint(unit.systems)


def _first_system(spec: DutySpec, unit: Unit, routine: Routine) -> str | None:
    """The system under which a duty of several systems is shown, once."""
    return next(
        (system.id for system in routine.systems if system.id in spec.systems and system.id in unit.systems), None
    )
