"""Numbered forms: finding them, and which gaps stand in the way of a sign-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Event, Outage, Sheet, SheetSeries, Unit
from tracker.queries.obstacle import Obstacle
from tracker.queries.routine import routine_of
from tracker.queries.sheet_standing import (
    BLANK,
    MISSING,
    ORPHAN,
    UNLOGGED,
    USED,
    VOID,
    SeriesStanding,
    sheet_ranges,
    stand,
)
from tracker.serial import number_of, read_number, write_serial

OBSTACLE = "sheets"


def find_sheet(serial: str) -> Sheet | None:
    """The form with this serial, of any unit."""
    return db.session.scalars(select(Sheet).where(Sheet.serial == serial)).one_or_none()


def find_sheet_told(text: str) -> Sheet | None:
    """The form with a serial or number as it was typed or scanned. Raises WrongLetter."""
    number = read_number(text)
    return find_sheet(write_serial(number)) if number else None


def get_sheet(serial: str, unit_ids: frozenset[int]) -> Sheet:
    """One form of these units."""
    sheet = db.session.scalars(
        select(Sheet).join(Sheet.series).where(Sheet.serial == serial, SheetSeries.unit_id.in_(unit_ids))
    ).one_or_none()
    if sheet is None:
        raise NotFound(_l("Your units have no form with that number."))
    return sheet


def get_series(series_id: int, unit_ids: frozenset[int]) -> SheetSeries:
    """One series of these units, with its forms."""
    series = db.session.scalars(
        select(SheetSeries)
        .where(SheetSeries.id == series_id, SheetSeries.unit_id.in_(unit_ids))
        .options(selectinload(SheetSeries.sheets), joinedload(SheetSeries.outage))
    ).one_or_none()
    if series is None:
        raise NotFound(_l("Your units have no such series of forms."))
    return series


def series_by_id(series_ids: Sequence[int], unit_ids: frozenset[int]) -> Sequence[SheetSeries]:
    """These series, where they belong to these units, in the order they were issued."""
    return db.session.scalars(
        select(SheetSeries)
        .where(SheetSeries.id.in_(series_ids), SheetSeries.unit_id.in_(unit_ids))
        .options(selectinload(SheetSeries.sheets), joinedload(SheetSeries.outage), joinedload(SheetSeries.issued_by))
        .order_by(SheetSeries.id)
    ).all()


def series_in(unit_id: int, outage_id: int | None) -> list[SeriesStanding]:
    """The unit's series of one outage, or those printed ahead and still in their pack; how each form stands."""
    return stand(
        db.session.scalars(
            select(SheetSeries)
            .where(
                SheetSeries.unit_id == unit_id,
                SheetSeries.outage_id == outage_id if outage_id else SheetSeries.outage_id.is_(None),
            )
            .options(
                selectinload(SheetSeries.sheets), joinedload(SheetSeries.outage), joinedload(SheetSeries.issued_by)
            )
            .order_by(SheetSeries.kind, SheetSeries.id)
        )
    )


def actions_on(sheet: Sheet) -> Sequence[Action]:
    """Every action that names the form, voided ones too, as they were performed."""
    return db.session.scalars(
        select(Action)
        .where(Action.sheet_id == sheet.id)
        .options(joinedload(Action.patient), joinedload(Action.outage), joinedload(Action.performed_by))
        .order_by(Action.performed_at, Action.id)
    ).all()


def events_of_sheet(sheet: Sheet) -> Sequence[Event]:
    """What happened to the form and to its series, in order."""
    return db.session.scalars(
        select(Event)
        .where(
            or_(
                (Event.subject_type == "sheet") & (Event.subject_id == str(sheet.id)),
                (Event.subject_type == "sheet_series") & (Event.subject_id == str(sheet.series_id)),
            )
        )
        .order_by(Event.id)
    ).all()


def sheet_obstacles(outage: Outage, unit: Unit) -> list[Obstacle]:
    """Every gap: forms taken into use in the outage of which nobody has said what became of them."""
    return [obstacle for one in series_in(unit.id, outage.id) for obstacle in _gaps(one, outage)]


def sheet_counts(outage: Outage, unit: Unit) -> dict[str, Any]:
    """What a sign-off rests on: how many forms of each state, and every missing one with its reason."""
    found = series_in(unit.id, outage.id)
    missing = [sheet for one in found for sheet in one.sheets(MISSING)]
    return {
        **{state: sum(one.count(state) for one in found) for state in (USED, VOID, MISSING, BLANK, UNLOGGED, ORPHAN)},
        "missing_sheets": [{"serial": sheet.serial, "reason": sheet.reason} for sheet in missing],
    }


def _gaps(one: SeriesStanding, outage: Outage) -> list[Obstacle]:
    kind = routine_of(outage).kinds.get(one.series.kind)
    label = kind.label.in_language(language()) if kind else one.series.kind
    found = []
    if not one.is_counted:
        told_ranges = sheet_ranges(sheet.serial for sheet in one.sheets(UNLOGGED, BLANK))
        found.append(
            Obstacle(
                OBSTACLE,
                _l("Count the blank forms: %(kind)s.", kind=label),
                tuple(str(part) for part in told_ranges),
            )
        )
    elif one.count(UNLOGGED):
        found.append(
            Obstacle(
                OBSTACLE,
                _l("Forms taken and not logged: %(kind)s.", kind=label),
                tuple(sorted((sheet.serial for sheet in one.sheets(UNLOGGED)), key=number_of)),
            )
        )
    if one.count(ORPHAN):
        found.append(
            Obstacle(
                OBSTACLE,
                _l("Forms that are unclear and not solved: %(kind)s.", kind=label),
                tuple(sheet.serial for sheet in one.sheets(ORPHAN)),
            )
        )
    return found
