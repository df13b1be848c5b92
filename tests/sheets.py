"""Short ways to issue numbered forms and to log from them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.region import TEST_NUMBERS, sample_fields, unit, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Action, Outage, Sheet, SheetSeries
from tracker.queries.sheet import find_sheet
from tracker.services.action import log_action
from tracker.services.entry import ActionEntry, entry_digest
from tracker.services.patient import PatientEntry
from tracker.services.sheet import Wanted, issue_sheets

DOSE = "melior.medication-administration"
NOTE = "melior.note"


def issue(
    outage: Outage | None, count: int = 3, kind: str = DOSE, unit_code: str = "ward", actor: str = "nurse"
) -> SheetSeries:
    """One series of numbered forms, issued and committed."""
    series = issue_sheets(unit(unit_code), outage, [Wanted(kind, count)], current_routine(), actor=user(actor))[0]
    db.session.commit()
    return series


def serials(series: SheetSeries) -> list[str]:
    return [sheet.serial for sheet in series.sheets]


def sheet_of(serial: str) -> Sheet:
    found = find_sheet(serial)
    assert found is not None
    return found


def log_on(
    outage: Outage,
    sheet: str,
    kind: str = DOSE,
    identity: str = TEST_NUMBERS[0],
    actor: str = "nurse",
    unit_code: str = "ward",
) -> Action:
    """Log one action that names a form, and commit."""
    fields = sample_fields(current_routine().kinds[kind])
    entry = ActionEntry(
        id=uuid.uuid4(),
        digest=entry_digest({"kind": kind, "sheet": sheet}),
        outage_id=outage.id,
        kind=kind,
        unit=unit_code,
        patient=PatientEntry(identity=identity, name="Test Testsson"),
        performed_at=utcnow() - timedelta(hours=1),
        fields=fields,
        sheet=sheet,
    )
    action = log_action(entry, actor=user(actor)).action
    db.session.commit()
    return action
