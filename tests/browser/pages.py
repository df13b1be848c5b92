"""Every page of the application, as somebody who may open it, with real ids of the demo filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flask import url_for
from sqlalchemy import select

from tests.browser.visitor import DESK, PHONE
from tests.region import numbered_patient
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.identity import IdentityKind
from tracker.models import (
    Action,
    Handover,
    Item,
    ItemState,
    OrphanSheet,
    Outage,
    Patient,
    PatientLink,
    Sheet,
    SheetSeries,
    SignOff,
    SystemOutage,
    Unit,
    User,
)
from tracker.queries.item import READY, ItemFilter, every_item
from tracker.queries.reply import ReplyFilter, every_awaited
from tracker.queries.stray_result import unsolved_strays
from tracker.services.action import void_action
from tracker.services.device import Held, note_report, register_device
from tracker.services.event import CommandLine
from tracker.services.item import ask_about_item, claim_item, finish_item, undo_item
from tracker.services.login import issue_link
from tracker.services.patient import PatientEntry
from tracker.services.patient_link import link_patient
from tracker.services.placement import Spot, place_patient

NURSE, SECRETARY, MANAGER, IT, ADMINISTRATOR, DIRECTOR, NOBODY = (
    "ssk",
    "sekreterare",
    "chef",
    "it",
    "admin",
    "direktor",
    "",
)
SIZES = {NURSE: PHONE, MANAGER: DESK, SECRETARY: DESK, IT: DESK, ADMINISTRATOR: DESK, DIRECTOR: DESK, NOBODY: PHONE}
"""Who the pages are opened as, and the screen on which they are looked at most closely."""
NOT_PAGES = {
    "static",
    "bootstrap.static",
    "health.healthz",
    "export.workbook",
    "export.checklist_workbook",
    "user.import_template",
    "unit.my_local_routine",  # leads on to the local routine of the unit one works in
    "ward.service_worker",
    "ward.manifest",
    "ward.texts",
    "ward.not_sent",  # only ever shown by the service worker: tests/browser/test_outbox_answers.py
    "sheet.find",  # leads on to the form, or back to the list
    "sheet.print_forms",  # for the printer: tests/browser/test_sheet_print.py
    "orphan_sheet.log",  # leads on to the log form
    "action_import.template",
    "action_import.rest",
    "action_import.show",  # tests/browser/test_action_import.py
    "tick_import.rest",
    "tick_import.show",  # tests/browser/test_tick_import.py
}


@dataclass(frozen=True)
class PageOf:
    """A page, and with which values: `name=found name` as in `find_values`, or `name==value` as it stands."""

    endpoint: str
    values: str = ""
    who: tuple[str, ...] = field(default=(NURSE,))

    def path(self, found: Mapping[str, str]) -> str:
        values: dict[str, str] = {}
        for pair in self.values.split():
            name, _, value = pair.partition("=")
            values[name] = value[1:] if value.startswith("=") else found[value]
        return url_for(self.endpoint, **values)


PAGES = (
    PageOf("login.log_in", who=(NOBODY,)),
    PageOf("login.link", "token=link", who=(NOBODY,)),
    PageOf("login.account", who=(NURSE,)),
    PageOf("home.start", who=(NURSE, SECRETARY, MANAGER, IT, ADMINISTRATOR, DIRECTOR)),
    PageOf("action.choose_kind"),
    PageOf("action.log", "kind==melior.medication-administration"),
    PageOf("action.log", "kind==melior.chemistry-order"),
    PageOf("action.log", "kind==medspeech.dictation after=action keep==patient"),
    PageOf("action.logged", "action_id=action"),
    PageOf("action.index"),
    PageOf("action.show", "action_id=action", who=(NURSE, MANAGER)),
    PageOf("action.show", "action_id=voided", who=(MANAGER,)),
    PageOf("action.correct", "action_id=action"),
    PageOf("action.void", "action_id=action"),
    PageOf("action_import.index"),
    PageOf("ward.shell"),
    PageOf("ward.shell", "kind==melior.medication-administration"),
    PageOf("patient.index", who=(NURSE, MANAGER)),
    PageOf("patient.import_list"),
    PageOf("patient.show", "patient_id=patient"),
    PageOf("patient.link", "patient_id=stranger"),
    PageOf("patient.undo", "patient_id=linked link_id=link_of_linked"),
    PageOf("patient.move", "patient_id=patient code==AVD-10"),
    PageOf("sheet.index", who=(NURSE, SECRETARY)),
    PageOf("sheet.index", "outage==ahead"),
    PageOf("sheet.issue", who=(MANAGER,)),
    PageOf("sheet.series", "series_id=series"),
    PageOf("sheet.show", "serial=sheet"),
    PageOf("orphan_sheet.index", who=(SECRETARY,)),
    PageOf("orphan_sheet.note"),
    PageOf("orphan_sheet.show", "orphan_id=orphan"),
    PageOf("device.index", who=(NURSE, MANAGER)),
    PageOf("device.rename", "device_id=device"),
    PageOf("device.excuse", "device_id=device outage_id=outage unit_id=ward", who=(MANAGER,)),
    PageOf("shift.show", who=(NURSE, SECRETARY)),
    PageOf("shift.handover", "handover_id=handover"),
    PageOf("item.queue", who=(NURSE, SECRETARY)),
    PageOf("item.queue", "system==all state==done", who=(SECRETARY,)),
    PageOf("work_list.index", who=(SECRETARY,)),
    PageOf("work_list.show", "list_id==dictations step==dock", who=(SECRETARY,)),
    PageOf("work_list.show", "list_id==dictations step==type", who=(NURSE,)),
    PageOf("work_list.show", "list_id==visits", who=(SECRETARY,)),
    PageOf("work_list.show", "list_id==surgery-saves", who=(SECRETARY,)),
    PageOf("item.patient", "patient_id=patient"),
    PageOf("item.show", "item_id=item"),
    PageOf("item.show", "item_id=asked"),
    PageOf("item.questions", who=(NURSE, SECRETARY)),
    PageOf("second_check.index", who=(NURSE,)),
    PageOf("second_check.show", "item_id=entered", who=(NURSE,)),
    PageOf("reply.index", who=(NURSE, SECRETARY)),
    PageOf("reply.index", "awaits==result"),
    PageOf("reply.show", "item_id=awaited"),
    PageOf("stray_result.index", who=(NURSE,)),
    PageOf("stray_result.note"),
    PageOf("stray_result.show", "stray_id=stray", who=(NURSE, SECRETARY)),
    PageOf("patient_contact.index", who=(NURSE, SECRETARY)),
    PageOf("patient_contact.print_list", who=(SECRETARY,)),
    PageOf("confirmation.index", who=(MANAGER,)),
    PageOf("sign_off.show", "outage_id=outage code==AVD-10", who=(MANAGER, DIRECTOR)),
    PageOf("sign_off.show", "outage_id=signed_outage code=signed_unit", who=(DIRECTOR,)),
    PageOf("duty.index", who=(NURSE, MANAGER)),
    PageOf("duty.index", "show==all", who=(SECRETARY, DIRECTOR)),
    PageOf("routine.index"),
    PageOf("routine.system", "system==melior"),
    PageOf("routine.search", "q==recept"),
    PageOf("export.index", who=(SECRETARY,)),
    PageOf("tick_import.index", who=(SECRETARY,)),
    PageOf("export.checklist", "outage=outage roles==nurse", who=(SECRETARY,)),
    PageOf("outage.index", who=(NURSE, IT)),
    PageOf("outage.show", "outage_id=outage", who=(NURSE, IT)),
    PageOf("outage.declare", who=(IT,)),
    PageOf("outage.restore", "outage_id=outage system==provisio", who=(IT,)),
    PageOf("outage.down", "outage_id=outage system==melior", who=(IT,)),
    PageOf("outage.cancel", "outage_id=planned", who=(IT,)),
    PageOf("outage.correct", "outage_id=outage system==melior", who=(IT,)),
    PageOf("overview.index", who=(MANAGER, DIRECTOR)),
    PageOf("history.index", who=(MANAGER, IT)),
    PageOf("history.accesses", who=(MANAGER,)),
    PageOf("history.check", who=(ADMINISTRATOR,)),
    PageOf("unit.local_routine", "code==AVD-10"),
    PageOf("unit.change_local_routine", "code==AVD-10", who=(MANAGER,)),
    PageOf("risk_word.index", "code==AVD-10", who=(MANAGER,)),
    PageOf("unit.index", who=(ADMINISTRATOR,)),
    PageOf("unit.create", who=(ADMINISTRATOR,)),
    PageOf("unit.edit", "code==AVD-10", who=(ADMINISTRATOR,)),
    PageOf("user.index", who=(ADMINISTRATOR,)),
    PageOf("user.create", who=(ADMINISTRATOR,)),
    PageOf("user.edit", "user_id=nurse", who=(ADMINISTRATOR,)),
    PageOf("user.import_workbook", who=(ADMINISTRATOR,)),
)


def _entered_by_another(nurse: User) -> Item | None:
    """What the nurse may check; what they entered themselves is entered again by a colleague."""
    theirs = select(Item).join(Item.action).where(Item.state == ItemState.ENTERED)
    found = db.session.scalars(theirs.where(Action.unit_id.in_(nurse.working_unit_ids))).all()
    entered = next((item for item in found if item.entered_by_id != nurse.id), None)
    if entered is None and found:
        entered = found[0]
        colleague = db.session.scalars(select(User).where(User.login == "ssk.natt")).one()
        undo_item(entered, actor=nurse)
        claim_item(entered, actor=colleague)
        finish_item(entered, "M-1", actor=colleague)
    return entered


def find_values() -> dict[str, str]:
    """Real ids behind the names that PAGES uses. What the demo has only by chance is made; the caller commits."""
    nurse = db.session.scalars(select(User).where(User.login == NURSE)).one()
    ward = db.session.scalars(select(Unit).where(Unit.code == "AVD-10")).one()
    outage = db.session.scalars(select(Outage).where(Outage.drill.is_(False)).order_by(Outage.id.desc())).first()
    signed = db.session.scalars(select(SignOff).order_by(SignOff.id.desc())).first()
    ahead = Outage.systems.any(SystemOutage.down_at > utcnow())
    planned = db.session.scalars(select(Outage).where(ahead)).first()
    assert outage and signed and planned
    handouts = ItemFilter(
        frozenset({ward.id}),
        outage_id=outage.id,
        kinds=("melior.medication-administration",),
        systems=("melior",),
        states=(READY,),
    )
    ready, asked, voided = every_item(handouts).items[:3]
    ask_about_item(asked, "Står det 2 eller 7 tabletter på handlistan?", actor=nurse)
    void_action(voided.action, "Loggad två gånger.", actor=nurse)
    linked, link = _link_somebody(ward, nurse)
    sheet = db.session.scalars(select(Sheet).join(Sheet.series).where(SheetSeries.unit_id == ward.id)).first()
    orphan = db.session.scalars(select(OrphanSheet).where(OrphanSheet.unit_id == ward.id)).first()
    handover = db.session.scalars(select(Handover).where(Handover.received_at.is_(None))).first()
    device = register_device("Datorn i expeditionen", ward, actor=nurse).device
    note_report(device, {ward.code: Held(2, utcnow() - timedelta(minutes=40))})
    stranger = place_patient(_labelled("Okänd man 7"), Spot(bed="9"), ward, actor=nurse).placement.patient
    entered = _entered_by_another(nurse)
    awaited = every_awaited(ReplyFilter(frozenset({ward.id}), drill=False))[0]
    stray = unsolved_strays(frozenset({ward.id}))[0]
    assert sheet and orphan and handover and entered
    return {
        "ward": str(ward.id),
        "linked": str(linked.id),
        "link_of_linked": str(link.id),
        "stranger": str(stranger.id),
        "sheet": sheet.serial,
        "series": str(sheet.series_id),
        "orphan": str(orphan.id),
        "handover": str(handover.id),
        "awaited": str(awaited.item.id),
        "stray": str(stray.id),
        "device": str(device.id),
        "nurse": str(nurse.id),
        "other_unit": str(max(nurse.working_unit_ids - {ward.id})),
        "outage": str(outage.id),
        "planned": str(planned.id),
        "action": str(ready.action_id),
        "voided": str(voided.action_id),
        "patient": str(ready.action.patient_id),
        "item": str(ready.id),
        "asked": str(asked.id),
        "entered": str(entered.id),
        "signed_outage": str(signed.outage_id),
        "signed_unit": signed.unit.code,
        "link": issue_link(nurse, actor=CommandLine()),
    }


def _link_somebody(ward: Unit, nurse: User) -> tuple[Patient, PatientLink]:
    """Somebody who came without a number, and whose identity is known since."""
    unknown = place_patient(_labelled("Okänd kvinna 8"), Spot(bed="8"), ward, actor=nurse).placement.patient
    entry = PatientEntry(identity=numbered_patient(77), name="Beata Björk")
    return unknown, link_patient(unknown, entry, "Legitimation uppvisad.", ward, actor=nurse).link


def _labelled(label: str) -> PatientEntry:
    return PatientEntry(identity=label, identity_kind=IdentityKind.UNKNOWN)
