"""Numbered forms: issuing them in series, taking one for an action, and saying what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Outage, Sheet, SheetSeries, SheetState, Unit, User
from tracker.permissions import sees_unit
from tracker.queries.sheet import find_sheet
from tracker.queries.sheet_standing import BLANK, UNLOGGED, stand, stand_of
from tracker.routine.spec import Routine
from tracker.serial import WrongLetter, number_of, read_serial, write_serial
from tracker.services.event import hold_history, record_event
from tracker.services.sign_off import reopen_for_late_change

MAX_OF_KIND = 200
DOUBLE_CLICK = timedelta(seconds=20)
MAX_ISSUED = 500
"""So many forms are issued at once: more than a printer's tray holds."""


@dataclass(frozen=True)
class Wanted:
    """So many forms of one kind."""

    kind: str
    count: int


def issue_sheets(
    unit: Unit, outage: Outage | None, wanted: Iterable[Wanted], routine: Routine, *, actor: User
) -> list[SheetSeries]:
    """Give the unit one series of new forms for each kind; without an outage they are printed ahead.

    Raises Invalid with a pointer `/<kind>` to every number that cannot be.
    """
    if not sees_unit(actor, unit.id):
        raise Forbidden(_l("You do not work in this unit."))
    orders = [order for order in wanted if order.count]
    faults: dict[str, object] = {}
    for order in orders:
        if order.kind not in routine.kinds:
            faults[f"/{order.kind}"] = _l("The routine has no such kind of action.")
        elif not 0 < order.count <= MAX_OF_KIND:
            faults[f"/{order.kind}"] = _l("Enter a number from 0 to %(most)s.", most=MAX_OF_KIND)
    if not orders:
        faults["/"] = _l("Enter how many forms you want of at least one kind.")
    elif sum(order.count for order in orders) > MAX_ISSUED:
        faults["/"] = _l("That is too many at once. Print at most %(most)s, then the rest.", most=MAX_ISSUED)
    if faults:
        raise Invalid(faults)
    hold_history()  # nobody else numbers forms meanwhile
    twin = _same_order(unit, outage, orders, actor)
    if twin:
        return twin
    number = (db.session.scalar(select(func.max(Sheet.id))) or 0) + 1
    issued = []
    for order in orders:
        series = SheetSeries(unit=unit, kind=order.kind, issued_at=utcnow(), issued_by=actor, outage=outage)
        db.session.add(series)
        db.session.flush()
        for _number in range(order.count):
            # Ids grow at least as fast as these numbers, so the next series begins above them.
            db.session.add(Sheet(series_id=series.id, serial=write_serial(number), state=SheetState.ISSUED))
            number += 1
        db.session.flush()
        db.session.refresh(series)
        _record("sheets-issued", series, actor, {"count": order.count, **_whole(series)})
        issued.append(series)
    return issued


def reprint_sheets(series: SheetSeries, *, actor: User) -> None:
    """Note that a print was lost and is printed again: the papers of both prints carry the same serials."""
    _check_unit(series, actor)
    _record("sheets-reprinted", series, actor, _whole(series))


def take_sheet(action: Action, *, actor: User) -> None:
    """Tie the action to the form whose number it names, where that is one of ours; any other number stays as written.

    Whatever is odd about it (void, of another unit) is for a warning: what was done on paper is never refused.
    """
    sheet = None
    try:
        serial = read_serial(action.sheet)
        sheet = find_sheet(serial) if serial else None
    except WrongLetter:
        pass
    if sheet is None:
        action.numbered_sheet = None
        return
    if action.numbered_sheet is sheet:
        return
    action.numbered_sheet = sheet
    was_blank = sheet.state is SheetState.BLANK
    if was_blank:
        _unsettle(sheet)
    _take_into_use(sheet, action.outage, was_blank, actor)
    _record_of(sheet, "sheet-used", actor, {"action": action.id, "kind": action.kind}, action.outage_id)


def void_sheet(sheet: Sheet, reason: str, outage: Outage | None, *, actor: User) -> None:
    """Say that nothing of the form is to be logged: spoilt, or written anew on another."""
    _settle(sheet, SheetState.VOID, reason, outage, actor)


def lose_sheet(sheet: Sheet, reason: str, outage: Outage | None, *, actor: User) -> None:
    """Say that the form cannot be found, and what was done to find it. It stands in the sign-off's evidence."""
    _settle(sheet, SheetState.MISSING, reason, outage, actor)


def mark_blank(sheet: Sheet, outage: Outage | None, *, actor: User) -> None:
    """Say that nothing is written on the form: it stays in the pack."""
    _settle(sheet, SheetState.BLANK, "", outage, actor)


def undo_settling(sheet: Sheet, *, actor: User) -> None:
    """Take back that the form is void, missing or blank."""
    _check_unit(sheet.series, actor)
    if sheet.state is SheetState.ISSUED:
        raise Conflict(_l("There is nothing to undo: nobody has said that the form is void, missing or blank."))
    before = _describe(sheet)
    _unsettle(sheet)
    _reopen(sheet.series, actor)
    _record_of(sheet, "sheet-undone", actor, _describe(sheet), sheet.series.outage_id, before)


def count_blanks(series: SheetSeries, first: Sheet | None, *, actor: User) -> int:
    """Say which forms are blank: those from `first` on, as they lie in the pile; None: none are left.

    What was counted before counts anew. Forms that are used, void, missing or unclear are left alone. Gives how many
    are blank.
    """
    _check_unit(series, actor)
    standings = stand([series])[0].standings
    start = number_of(first.serial) if first else None
    now, blank = utcnow(), 0
    for standing in standings:
        sheet = standing.sheet
        if standing.state not in (BLANK, UNLOGGED):
            continue
        if start is not None and number_of(sheet.serial) >= start:
            sheet.state, sheet.settled_by, sheet.settled_at = SheetState.BLANK, actor, now
            blank += 1
        elif standing.state == BLANK:
            _unsettle(sheet)
            _reopen(series, actor)
    _record("sheets-counted", series, actor, {"blank": blank, "from": first.serial if first else ""})
    return blank


def _settle(sheet: Sheet, state: SheetState, reason: str, outage: Outage | None, actor: User) -> None:
    _check_unit(sheet.series, actor)
    if state is not SheetState.BLANK and not reason.strip():
        raise Invalid({"/reason": _l("Say why: it is kept and shown at the sign-off.")})
    if stand_of(sheet).actions:
        raise Conflict(
            _l("The form %(serial)s is used: something is logged from it. Void that first.", serial=sheet.serial)
        )
    before = _describe(sheet)
    sheet.state, sheet.reason = state, reason.strip()
    sheet.settled_by, sheet.settled_at = actor, utcnow()
    if outage and state is not SheetState.BLANK and sheet.series.outage_id is None:
        _belong(sheet.series, outage, actor)
    _record_of(sheet, f"sheet-{state.value}", actor, _describe(sheet), sheet.series.outage_id, before)


def _same_order(unit: Unit, outage: Outage | None, orders: list[Wanted], actor: User) -> list[SheetSeries]:
    """What the same person ordered a moment ago, if it is the very same: a double click is one order."""
    lately = db.session.scalars(
        select(SheetSeries)
        .where(
            SheetSeries.unit_id == unit.id,
            SheetSeries.issued_by_id == actor.id,
            SheetSeries.outage_id == outage.id if outage else SheetSeries.outage_id.is_(None),
            SheetSeries.issued_at > utcnow() - DOUBLE_CLICK,
        )
        .order_by(SheetSeries.id)
    ).all()
    last = list(lately[-len(orders) :])
    return last if [(one.kind, len(one.sheets)) for one in last] == [(one.kind, one.count) for one in orders] else []


def _unsettle(sheet: Sheet) -> None:
    sheet.state, sheet.reason, sheet.settled_by, sheet.settled_at = SheetState.ISSUED, "", None, None


def _take_into_use(sheet: Sheet, outage: Outage, was_blank: bool, actor: User) -> None:
    """A pack belongs to the outage in which it is first used.

    What was left blank in an earlier outage went back into the pack: it goes on as a series of the later one.
    """
    series = sheet.series
    if series.outage_id is None:
        _belong(series, outage, actor)
    elif was_blank and series.outage_id != outage.id:
        rest = [one.sheet for one in stand([series])[0].standings if one.state == BLANK or one.sheet is sheet]
        later = SheetSeries(
            unit=series.unit, kind=series.kind, issued_at=series.issued_at, issued_by_id=series.issued_by_id
        )
        later.outage = outage
        db.session.add(later)
        for one in rest:
            one.series = later
            _unsettle(one)
        db.session.flush()
        _record("sheets-carried-over", later, actor, {"from": series.id, "count": len(rest), **_whole(later)})


def _belong(series: SheetSeries, outage: Outage, actor: User) -> None:
    series.outage = outage
    _record("sheets-taken-into-use", series, actor, _whole(series))


def _reopen(series: SheetSeries, actor: User) -> None:
    if series.outage_id is not None:
        reason = _l("A form was counted again after the sign-off.")
        reopen_for_late_change(series.outage_id, series.unit_id, reason, actor=actor)


def _check_unit(series: SheetSeries, actor: User) -> None:
    if not sees_unit(actor, series.unit_id):
        raise Forbidden(_l("You do not work in the unit of this form."))


def _whole(series: SheetSeries) -> dict[str, object]:
    numbers = sorted((sheet.serial for sheet in series.sheets), key=number_of)
    return {"kind_of_form": series.kind, "first": numbers[0], "last": numbers[-1]} if numbers else {}


def _describe(sheet: Sheet) -> dict[str, object]:
    return {"serial": sheet.serial, "sheet_state": sheet.state.value, "reason": sheet.reason}


def _record(verb: str, series: SheetSeries, actor: User, after: dict[str, object]) -> None:
    db.session.flush()
    record_event(verb, series, actor=actor, after=after, outage_id=series.outage_id, unit_id=series.unit_id)


def _record_of(
    sheet: Sheet,
    verb: str,
    actor: User,
    after: dict[str, object],
    outage_id: int | None,
    before: dict[str, object] | None = None,
) -> None:
    record_event(
        verb, sheet, actor=actor, before=before, after=after, outage_id=outage_id, unit_id=sheet.series.unit_id
    )
