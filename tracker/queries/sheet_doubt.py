"""What may be odd about the form number that an action names. Each is a warning: what was done is never refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tracker.extensions import current_routine, db
from tracker.i18n import language
from tracker.i18n import lazy_text as _l
from tracker.models import Action, Sheet, SheetState
from tracker.queries.sheet import find_sheet
from tracker.queries.sheet_standing import ORPHAN, stand_of
from tracker.routine.spec import KindSpec
from tracker.serial import WrongLetter, read_serial


@dataclass(frozen=True)
class SheetDoubt:
    code: str
    message: Any


@dataclass(frozen=True)
class SheetUse:
    """An action that names, or is about to name, a form."""

    told: str
    """The number as it was typed or scanned."""
    kind: KindSpec
    unit_id: int
    outage_id: int
    patient_id: uuid.UUID | None
    """None: a patient who is not known yet."""
    action_id: uuid.UUID


def sheet_doubts(use: SheetUse) -> list[SheetDoubt]:
    """Everything to look at again before, or after, an action is logged from this form."""
    if not use.told.strip():
        return []
    try:
        serial = read_serial(use.told)
    except WrongLetter:
        message = _l("The letter does not fit the form number %(told)s. Check every digit.", told=use.told.strip())
        return [SheetDoubt("wrong_letter", message)]
    if serial is None:
        return []
    sheet = find_sheet(serial)
    if sheet is None:
        return [SheetDoubt("unknown", _l("No form %(serial)s has been printed. Check the number.", serial=serial))]
    return list(_of(sheet, use))


def _of(sheet: Sheet, use: SheetUse) -> Iterator[SheetDoubt]:
    series, serial = sheet.series, sheet.serial
    if series.unit_id != use.unit_id:
        message = _l("The form %(serial)s belongs to %(unit)s.", serial=serial, unit=series.unit.name)
        yield SheetDoubt("other_unit", message)
    if sheet.state is SheetState.VOID:
        message = _l("The form %(serial)s is void: %(reason)s", serial=serial, reason=sheet.reason)
        yield SheetDoubt("void", message)
    if sheet.state is SheetState.MISSING:
        message = _l("The form %(serial)s was missing: %(reason)s", serial=serial, reason=sheet.reason)
        yield SheetDoubt("missing", message)
    if series.kind != use.kind.id:
        kind = current_routine().kinds.get(series.kind)
        label = kind.label.in_language(language()) if kind else series.kind
        message = _l("The form %(serial)s is for something else: %(kind)s.", serial=serial, kind=label)
        yield SheetDoubt("other_kind", message)
    if series.outage_id not in (None, use.outage_id) and sheet.state is not SheetState.BLANK:
        yield SheetDoubt("other_outage", _l("The form %(serial)s belongs to another outage.", serial=serial))
    if use.kind.paper.one_patient and _other_patient(sheet, use):
        message = _l("Something is logged from the form %(serial)s for another patient.", serial=serial)
        yield SheetDoubt("other_patient", message)
    if stand_of(sheet).state == ORPHAN:
        yield SheetDoubt("orphan", _l("The form %(serial)s is noted as unclear and not solved.", serial=serial))


def _other_patient(sheet: Sheet, use: SheetUse) -> bool:
    query = select(Action.id).where(Action.sheet_id == sheet.id, Action.voided_at.is_(None), Action.id != use.action_id)
    if use.patient_id is not None:
        query = query.where(Action.patient_id != use.patient_id)
    return db.session.scalars(query.limit(1)).first() is not None
