"""The ways into the work on the ward, from the start page and the log page: those that fit the unit and the outage."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from tracker.i18n import lazy_text as _l
from tracker.models import UnitKind
from tracker.views.action_place import Place

_OUTPATIENT = (
    UnitKind.CLINIC,
    UnitKind.HEALTH_CENTRE,
    UnitKind.RADIOLOGY,
    UnitKind.PHYSIOLOGY,
    UnitKind.LABORATORY,
)


@dataclass(frozen=True)
class Door:
    label: Any
    help: Any
    url: str


@dataclass(frozen=True)
class _Grid:
    """Many at once: in units of these kinds, while the system of `kind` (of the routine, if it has it) is concerned."""

    path: str
    kind: str
    unit_kinds: Collection[UnitKind]
    label: Any
    help: Any


_GRIDS = (
    _Grid(
        "/ward/round",
        "melior.medication-administration",
        (UnitKind.WARD,),
        _l("Round"),
        _l("Doses for all patients, one key each"),
    ),
    _Grid("/ward/visits", "elvis.visit", _OUTPATIENT, _l("Visit list"), _l("Arrived, paid, did not come")),
    _Grid(
        "/ward/register",
        "elvis.emergency-contact",
        (UnitKind.EMERGENCY,),
        _l("Emergency register"),
        _l("Patients as they arrive"),
    ),
)


def concerned_systems(place: Place, down: Iterable[str]) -> set[str]:
    """The systems whose kinds are brought forward: down now, or down in this outage, and used by the unit.

    A system that is back still counts: what was done on paper is often logged afterwards.
    """
    systems = {*down, *place.outage.system_ids}
    used = systems & set(place.unit.systems)
    return used or systems


def grids_for(place: Place, concerned: Collection[str]) -> list[Door]:
    """The grids that fit the unit's kind and the systems down, in this place."""
    here = {"unit": place.unit.code, "outage": place.outage.id}
    return [
        Door(grid.label, grid.help, f"{grid.path}?{urlencode(here)}")
        for grid in _GRIDS
        if place.unit.kind in grid.unit_kinds
        and grid.kind in place.routine.kinds
        and place.routine.kinds[grid.kind].system in concerned
    ]


def doors_at(place: Place | None) -> list[Door]:
    """What else the ward works with: its patients, its numbered forms and, in an outage, the workbook."""
    here: dict[str, Any] = {"unit": place.unit.id, "outage": place.outage.id} if place else {}
    doors = [
        Door(_l("Patients"), _l("Who lies where, or comes when"), url_for("patient.index", **here)),
        Door(_l("Paper forms"), _l("Print, count, find one"), url_for("sheet.index", **here)),
    ]
    if place:
        doors.append(Door(_l("From Excel"), _l("Read in a filled workbook"), url_for("action_import.index", **here)))
    return doors
