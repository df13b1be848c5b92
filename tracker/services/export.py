"""Logging that somebody took patients' data out of the application, as a file or a print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from tracker.models import Event, Outage, User
from tracker.queries.item import ItemFilter
from tracker.queries.unit import units_by_id
from tracker.services.access import record_access
from tracker.services.event import record_event

ExportName = Literal["workbook", "checklist", "checklist_workbook", "patients_to_contact"]


def record_export(
    outage: Outage,
    what: ExportName,
    chosen: ItemFilter,
    *,
    rows: int,
    patients: Mapping[int, frozenset[UUID]],
    actor: User,
) -> Event:
    """One event for the export, and one line in the access log for each patient in it.

    `patients` are told by the id of the unit they were cared for in. In a reading request call
    `guard.begin_writing()` first.
    """
    for unit_id, patient_ids in patients.items():
        record_access(actor, patient_ids, unit_id=unit_id, doing=f"export.{what}")
    return record_event(
        "exported",
        outage,
        actor=actor,
        after={
            "what": what,
            "filter": describe_filter(chosen),
            "rows": rows,
            "patients": len(frozenset().union(*patients.values())),
        },
        outage_id=outage.id,
        unit_id=next(iter(chosen.unit_ids)) if len(chosen.unit_ids) == 1 else None,
    )


def describe_filter(chosen: ItemFilter) -> dict[str, Any]:
    """The filter for the history: ids and codes, and a patient only by the opaque id."""
    told: dict[str, Any] = {
        "units": sorted(unit.code for unit in units_by_id(chosen.unit_ids)),
        "systems": list(chosen.systems),
        "roles": list(chosen.roles),
        "states": list(chosen.states),
        "kinds": list(chosen.kinds),
        "patient": str(chosen.patient_id) if chosen.patient_id else None,
        "action": str(chosen.action_id) if chosen.action_id else None,
        "performed_before": chosen.older_than.isoformat() if chosen.older_than else None,
    }
    return {name: value for name, value in told.items() if value}
