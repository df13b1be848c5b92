"""The demo's numbered forms: a pack in the cupboard, a series in use with gaps, two forms nobody understands."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tracker.demo.cases import Case, fill_times, read_cases
from tracker.demo.scene import Scene
from tracker.models import OrphanFault, Outage, Sheet, SheetSeries, Unit
from tracker.queries.routine import routine_of
from tracker.services.action import log_action
from tracker.services.entry import ActionEntry, entry_digest
from tracker.services.orphan_sheet import OrphanEntry, add_attempt, note_orphan
from tracker.services.sheet import Wanted, count_blanks, issue_sheets, lose_sheet, void_sheet

_WARD = "AVD-10"
_DOSE, _NOTE, _ADMISSION = "melior.medication-administration", "melior.note", "elvis.admission"
_USED = 6


def tell_of_sheets(scene: Scene, outage: Outage) -> None:
    """Number the ward's forms in the big outage, and print a pack ahead. Call it when the outage has been told."""
    unit, routine = scene.units[_WARD], routine_of(outage)
    nurse, night, secretary = (scene.users[login] for login in ("ssk", "ssk.natt", "sekreterare"))
    with scene.ago(days=40):
        pack = [Wanted(_DOSE, 30), Wanted(_NOTE, 12), Wanted(_ADMISSION, 4)]
        issue_sheets(unit, None, pack, routine, actor=secretary)
    with scene.ago(hours=25.2):
        doses, notes = issue_sheets(unit, outage, [Wanted(_DOSE, 14), Wanted(_NOTE, 6)], routine, actor=nurse)
    cases = [case for case in read_cases() if case.kind == _DOSE and _WARD in case.units and not case.patient]
    for number, sheet in enumerate(doses.sheets[:_USED]):
        _log(scene, outage, cases[number % len(cases)], unit, sheet, hours_ago=22 - 1.5 * number)
    with scene.ago(hours=9):
        void_sheet(doses.sheets[_USED], "Spilld kaffe, omskriven på nästa blankett", outage, actor=night)
        lose_sheet(doses.sheets[_USED + 1], "Letat i rum 4, läkemedelsrummet och papperskorgen", outage, actor=night)
    with scene.ago(hours=6.5):
        count_blanks(doses, doses.sheets[_USED + 4], actor=secretary)
    _tell_of_unclear(scene, outage, unit, notes)


def _tell_of_unclear(scene: Scene, outage: Outage, unit: Unit, notes: SheetSeries) -> None:
    nurse, night, secretary = (scene.users[login] for login in ("ssk", "ssk.natt", "sekreterare"))
    without_name = OrphanEntry(
        OrphanFault.NO_PATIENT,
        notes.sheets[0].serial,
        "Mår bättre, uppe och gått i korridoren. Blodtryck 130/80 kl 6. Inget personnummer, inget namn.",
        "Bland utdelningslistorna i läkemedelsrummet",
    )
    illegible = OrphanEntry(
        OrphanFault.ILLEGIBLE, "", "Recept? ”… 500 mg 1x3”. Resten är utsmetat.", "Fickan på en arbetsrock"
    )
    with scene.ago(hours=5):
        orphan = note_orphan(without_name, outage, unit, actor=secretary)
    with scene.ago(hours=4.2):
        add_attempt(orphan, "Frågade Erik som arbetade natt: inte hans stil, han tror att det är rum 7.", actor=nurse)
    with scene.ago(hours=3):
        note_orphan(illegible, outage, unit, actor=night)


def _log(scene: Scene, outage: Outage, case: Case, unit: Unit, sheet: Sheet, hours_ago: float) -> None:
    performed_at = (scene.now - timedelta(hours=hours_ago)).replace(second=0, microsecond=0)
    fields = fill_times(routine_of(outage).kinds[case.kind], case.fields, performed_at, scene.zone)
    nurse = scene.users["ssk" if hours_ago < 18 else "ssk.natt"]
    with scene.ago(hours=hours_ago - 0.2) as logged_at:
        entry = ActionEntry(
            id=uuid.UUID(int=scene.chance.getrandbits(128), version=4),
            digest=entry_digest({"kind": case.kind, "fields": fields, "sheet": sheet.serial}),
            outage_id=outage.id,
            kind=case.kind,
            unit=unit.code,
            patient=scene.patient_for(case, unit.code).entry,
            performed_at=performed_at,
            fields=fields,
            sheet=sheet.serial,
            recorded_at=logged_at,
        )
        log_action(entry, actor=nurse)
