"""Where an action is logged: which unit, in which outage."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.guard import current_unit, current_user
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Outage, Patient, Unit
from tracker.permissions import sees_unit
from tracker.queries.action import get_action
from tracker.queries.outage import all_outages, current_sign_off, get_outage, open_outages_of
from tracker.queries.patient import find_patient_of
from tracker.queries.patient_link import right_identity
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.routine.spec import KindSpec, Routine


@dataclass(frozen=True)
class Place:
    unit: Unit
    outage: Outage
    routine: Routine
    after: Action | None
    """The action that this one follows: "another for this patient", "same again for the next"."""
    keep: str
    """What is kept of it: `patient`, `fields`, or nothing."""
    patient: Patient | None = None
    """Chosen already, on the unit's list."""

    @property
    def is_signed_off(self) -> bool:
        return current_sign_off(self.outage.id, self.unit.id) is not None

    @property
    def is_new_to_outage(self) -> bool:
        """The outage was declared without this unit."""
        return self.unit.id not in self.outage.unit_ids

    @property
    def arguments(self) -> dict[str, object]:
        """The query that keeps a link in this place."""
        found: dict[str, object] = {"outage": self.outage.id, "unit": self.unit.id}
        if self.after:
            found |= {"after": self.after.id, "keep": self.keep}
        if self.patient:
            found["patient"] = self.patient.id
        if request.args.get("orphan", type=int):  # an unclear sheet that is being logged
            found["orphan"] = request.args["orphan"]
        return found

    def kind(self, kind_id: str) -> KindSpec:
        found = self.routine.kinds.get(kind_id)
        if found is None:
            raise NotFound(_l("The routine has no such kind of action."))
        return found


@dataclass(frozen=True)
class OutageChoice:
    """The outages a unit can log in."""

    open: Sequence[Outage]
    elsewhere: Sequence[Outage]
    """Going on, but declared without this unit."""
    signed_off: Sequence[Outage]


def outage_choice(unit: Unit) -> OutageChoice:
    now = utcnow()
    open_here = open_outages_of(unit.id)
    latest_real_first = sorted(all_outages(), key=lambda outage: outage.drill)
    others = [outage for outage in latest_real_first if outage not in open_here]
    return OutageChoice(
        open_here,
        [outage for outage in others if unit.id not in outage.unit_ids and outage.systems_down(now)],
        [outage for outage in others if unit.id in outage.unit_ids],
    )


def chosen_unit() -> Unit | None:
    """The unit that the page or form names, if it is the user's, else the one they work in now."""
    unit_id = request.values.get("unit", type=int)
    if unit_id is None:
        return current_unit()
    if unit_id not in current_user().unit_ids:
        raise NotFound(_l("There is no such unit among yours."))
    return units_by_id(frozenset({unit_id}))[0]


def find_place() -> Place | None:
    """Where the user logs now, or None if they have no unit or the unit has no open outage."""
    after = _followed_action()
    moved_away = after is not None and not sees_unit(current_user(), after.unit_id)
    unit = after.unit if after and "unit" not in request.values and not moved_away else chosen_unit()
    if unit is None:
        return None
    outage_id = request.values.get("outage", type=int) or (after.outage_id if after else None)
    outage = get_outage(outage_id) if outage_id else likeliest(open_outages_of(unit.id))
    if outage is None:
        return None
    keep = request.values.get("keep", "") if after else ""
    return Place(unit, outage, routine_of(outage), after, keep, None if after else _chosen_patient())


def _chosen_patient() -> Patient | None:
    try:
        patient_id = uuid.UUID(request.values.get("patient", ""))
    except ValueError:
        return None
    patient = find_patient_of(patient_id, current_user().unit_ids)
    return right_identity(patient) if patient else None


def _followed_action() -> Action | None:
    text = request.values.get("after", "")
    if not text:
        return None
    try:
        return get_action(uuid.UUID(text), current_user().unit_ids)
    except ValueError:
        raise NotFound(_l("There is no such action in your units.")) from None


def likeliest(outages: Sequence[Outage]) -> Outage | None:
    """The one most probably meant: real before drill, going on before restored, the latest first."""
    now = utcnow()
    return min(outages, key=lambda outage: (outage.drill, not outage.systems_down(now), -outage.id), default=None)
