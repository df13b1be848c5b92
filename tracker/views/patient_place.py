"""From which unit the user acts on a patient."""

from __future__ import annotations

from tracker.errors import Forbidden
from tracker.guard import current_unit, current_user
from tracker.i18n import lazy_text as _l
from tracker.models import Patient, Unit
from tracker.queries.placement import placements_of
from tracker.queries.unit import units_by_id


def working_unit(patient: Patient) -> Unit:
    """The unit the user works in now, else one of theirs where the patient is, else any of theirs."""
    user = current_user()
    chosen = current_unit()
    if chosen is not None:
        return chosen
    for placement in placements_of(patient.id):
        if placement.unit_id in user.unit_ids:
            return placement.unit
    units = units_by_id(user.unit_ids)
    if not units:
        raise Forbidden(_l("You do not work in any unit."))
    return units[0]
