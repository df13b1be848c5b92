"""Every page of the application, as somebody who may open it, with real ids of the demo filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import url_for
from sqlalchemy import select

from tests.browser.visitor import DESK, PHONE
from tracker.extensions import db
from tracker.models import Outage, SignOff, Unit, User
from tracker.queries.item import READY, ItemFilter, every_item
from tracker.services.action import void_action
from tracker.services.event import CommandLine
from tracker.services.item import ask_about_item
from tracker.services.login import issue_link

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
    PageOf("item.queue", who=(NURSE, SECRETARY)),
    PageOf("item.queue", "system==all state==done", who=(SECRETARY,)),
    PageOf("item.patient", "patient_id=patient"),
    PageOf("item.show", "item_id=item"),
    PageOf("item.show", "item_id=asked"),
    PageOf("item.questions", who=(NURSE, SECRETARY)),
    PageOf("confirmation.index", who=(MANAGER,)),
    PageOf("sign_off.show", "outage_id=outage code==AVD-10", who=(MANAGER, DIRECTOR)),
    PageOf("sign_off.show", "outage_id=signed_outage code=signed_unit", who=(DIRECTOR,)),
    PageOf("duty.index", who=(NURSE, MANAGER)),
    PageOf("duty.index", "show==all", who=(SECRETARY, DIRECTOR)),
    PageOf("routine.index"),
    PageOf("routine.system", "system==melior"),
    PageOf("routine.search", "q==recept"),
    PageOf("export.index", who=(SECRETARY,)),
    PageOf("export.checklist", "outage=outage roles==nurse", who=(SECRETARY,)),
    PageOf("outage.index", who=(NURSE, IT)),
    PageOf("outage.show", "outage_id=outage", who=(NURSE, IT)),
    PageOf("outage.declare", who=(IT,)),
    PageOf("outage.restore", "outage_id=outage system==provisio", who=(IT,)),
    PageOf("outage.down", "outage_id=outage system==melior", who=(IT,)),
    PageOf("outage.correct", "outage_id=outage system==melior", who=(IT,)),
    PageOf("overview.index", who=(MANAGER, DIRECTOR)),
    PageOf("history.index", who=(MANAGER, IT)),
    PageOf("history.accesses", who=(MANAGER,)),
    PageOf("history.check", who=(ADMINISTRATOR,)),
    PageOf("unit.local_routine", "code==AVD-10"),
    PageOf("unit.change_local_routine", "code==AVD-10", who=(MANAGER,)),
    PageOf("unit.index", who=(ADMINISTRATOR,)),
    PageOf("unit.create", who=(ADMINISTRATOR,)),
    PageOf("unit.edit", "code==AVD-10", who=(ADMINISTRATOR,)),
    PageOf("user.index", who=(ADMINISTRATOR,)),
    PageOf("user.create", who=(ADMINISTRATOR,)),
    PageOf("user.edit", "user_id=nurse", who=(ADMINISTRATOR,)),
    PageOf("user.import_workbook", who=(ADMINISTRATOR,)),
)


def find_values() -> dict[str, str]:
    """Real ids behind the names that PAGES uses. What the demo has only by chance is made; the caller commits."""
    nurse = db.session.scalars(select(User).where(User.login == NURSE)).one()
    ward = db.session.scalars(select(Unit).where(Unit.code == "AVD-10")).one()
    outage = db.session.scalars(select(Outage).where(Outage.drill.is_(False)).order_by(Outage.id.desc())).first()
    signed = db.session.scalars(select(SignOff).order_by(SignOff.id.desc())).first()
    assert outage and signed
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
    return {
        "nurse": str(nurse.id),
        "other_unit": str(max(nurse.working_unit_ids - {ward.id})),
        "outage": str(outage.id),
        "action": str(ready.action_id),
        "voided": str(voided.action_id),
        "patient": str(ready.action.patient_id),
        "item": str(ready.id),
        "asked": str(asked.id),
        "signed_outage": str(signed.outage_id),
        "signed_unit": signed.unit.code,
        "link": issue_link(nurse, actor=CommandLine()),
    }
