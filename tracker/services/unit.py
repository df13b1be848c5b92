"""Units, and their local routines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.errors import Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.i18n import lazy_text as _l
from tracker.models import (
    FINISHED,
    Action,
    Duty,
    DutyRule,
    DutyState,
    FactKind,
    Item,
    ItemRule,
    LocalFact,
    Unit,
    UnitKind,
    User,
)
from tracker.queries.routine import routine_of
from tracker.queries.unit import find_unit
from tracker.routine.spec import DUTY_ROLES, PERFORMER_ROLES
from tracker.services.event import Actor, record_event
from tracker.services.follow_up import roles_for

_CODE = re.compile(r"[A-Za-z0-9ÅÄÖåäö][A-Za-z0-9ÅÄÖåäö._-]{0,29}")


@dataclass(frozen=True)
class UnitEntry:
    code: str
    name: str
    site: str
    kind: UnitKind
    systems: Sequence[str]


@dataclass(frozen=True)
class LocalRoutine:
    """What a unit's manager decides. Rules map `(kind, item)` and a duty's id to a role."""

    item_roles: Mapping[tuple[str, str], str]
    duty_roles: Mapping[str, str]
    facts: Sequence[tuple[FactKind, str, str]]
    signs_on_paper: bool
    systems: Sequence[str]


def create_unit(entry: UnitEntry, *, actor: Actor) -> Unit:
    faults = unit_faults(entry)
    if "/code" not in faults and find_unit(entry.code):
        faults["/code"] = _l("There is a unit with that code already.")
    if faults:
        raise Invalid(faults)
    unit = Unit(
        code=entry.code,
        name=entry.name.strip(),
        site=entry.site.strip(),
        kind=entry.kind,
        systems=tuple(entry.systems),
        active=True,
        signs_on_paper=False,
    )
    db.session.add(unit)
    db.session.flush()
    record_event("created", unit, actor=actor, after=_describe(unit), unit_id=unit.id)
    return unit


def change_unit(unit: Unit, entry: UnitEntry, active: bool, *, actor: Actor) -> None:
    faults = unit_faults(entry)
    if faults:
        raise Invalid(faults)
    before = _describe(unit)
    unit.name, unit.site, unit.kind = entry.name.strip(), entry.site.strip(), entry.kind
    unit.systems, unit.active = tuple(entry.systems), active
    if _describe(unit) != before:
        record_event("changed", unit, actor=actor, before=before, after=_describe(unit), unit_id=unit.id)


def set_local_routine(unit: Unit, local: LocalRoutine, *, actor: User) -> None:
    """Keep the unit's own rules; unfinished items and open duties move to the roles they name."""
    if not actor.manages(unit.id):
        raise Forbidden(_l("Only the unit's manager sets its local routine."))
    _check_local(local)
    before = _describe(unit)
    unit.item_rules, unit.duty_rules = [], []
    db.session.flush()  # the old rules go before the new ones come: one rule for each follow-up
    unit.item_rules = [
        ItemRule(kind=kind, item=item, role=role) for (kind, item), role in sorted(local.item_roles.items())
    ]
    unit.duty_rules = [DutyRule(duty=duty, role=role) for duty, role in sorted(local.duty_roles.items())]
    unit.local_facts = [LocalFact(kind=kind, label=label, value=value) for kind, label, value in local.facts]
    unit.signs_on_paper = local.signs_on_paper
    unit.systems = tuple(local.systems)
    db.session.flush()
    if _describe(unit) != before:
        record_event("local-routine-set", unit, actor=actor, before=before, after=_describe(unit), unit_id=unit.id)
        _move_open_work(unit)


def _move_open_work(unit: Unit) -> None:
    items = db.session.scalars(
        select(Item).join(Item.action).where(Action.unit_id == unit.id, Item.state.not_in(FINISHED))
    )
    for item in items:
        action = item.action
        spec = routine_of(action.outage).item(action.kind, item.item, action.fields)
        item.roles = roles_for(spec, action.kind, unit, action.role)
    rules = {rule.duty: rule.role for rule in unit.duty_rules}
    for duty in db.session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.state == DutyState.OPEN)):
        duty.role = rules.get(duty.duty) or routine_of(duty.outage).duties[duty.duty].role


def _check_local(local: LocalRoutine) -> None:
    routine = current_routine()
    faults: dict[str, object] = {}
    for (kind_id, item_id), role in local.item_roles.items():
        kind = routine.kinds.get(kind_id)
        specs = [spec for spec in kind.items if spec.item == item_id] if kind else []
        if not specs or not all(spec.unit_may_reassign for spec in specs):
            faults[f"/items/{kind_id}/{item_id}"] = _l("The routine does not leave this to the unit.")
        elif role not in PERFORMER_ROLES:
            faults[f"/items/{kind_id}/{item_id}"] = _l("Choose a role that works with patients.")
    for duty_id, role in local.duty_roles.items():
        duty = routine.duties.get(duty_id)
        if duty is None or duty.scope == "region" or role not in DUTY_ROLES:
            faults[f"/duties/{duty_id}"] = _l("The routine does not leave this to the unit.")
    for number, (_, label, value) in enumerate(local.facts):
        if not label.strip() or not value.strip():
            faults[f"/facts/{number}"] = _l("Fill in both what it is and the number or place.")
    unknown = [system for system in local.systems if system not in routine.system_by_id]
    if unknown:
        faults["/systems"] = _l("The routine has no such system.")
    if faults:
        raise Invalid(faults)


def unit_faults(entry: UnitEntry) -> dict[str, object]:
    """What is wrong with a unit as it is written."""
    faults: dict[str, object] = {}
    if not _CODE.fullmatch(entry.code):
        faults["/code"] = _l("Use at most 30 letters, digits, dots, hyphens or underscores.")
    if not entry.name.strip() or len(entry.name) > 120:
        faults["/name"] = _l("Enter the unit's name, at most 120 characters.")
    if not entry.site.strip() or len(entry.site) > 120:
        faults["/site"] = _l("Enter the site, at most 120 characters.")
    unknown = [system for system in entry.systems if system not in current_routine().system_by_id]
    if unknown:
        faults["/systems"] = _l("The routine has no system %(names)s.", names=", ".join(unknown))
    return faults


def _describe(unit: Unit) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "site": unit.site,
        "kind": unit.kind,
        "systems": unit.systems,
        "active": unit.active,
        "signs_on_paper": unit.signs_on_paper,
        "item_rules": [[rule.kind, rule.item, rule.role] for rule in unit.item_rules],
        "duty_rules": [[rule.duty, rule.role] for rule in unit.duty_rules],
        "facts": [[fact.kind.value, fact.label, fact.value] for fact in unit.local_facts],
    }
