"""Patients to contact: what they have not been told or got, logging an attempt, and the list to print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exports.rows import listed_name
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import db
from tracker.forms.patient_contact import OUTCOMES, ContactForm, contact_form
from tracker.guard import begin_writing, current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import ContactOutcome, Item, User
from tracker.permissions import Permission, requires
from tracker.queries.item import ItemFilter, get_item
from tracker.queries.outage import get_outage
from tracker.queries.patient_contact import WAITS_FOR, PatientToContact, Reason, patients_to_contact
from tracker.services.export import record_export
from tracker.services.item import lock_item
from tracker.services.patient_contact import log_contact
from tracker.views.page import show_faults
from tracker.views.query_string import MAX_ID
from tracker.views.reply_shown import due_text, what_of

blueprint = Blueprint("patient_contact", __name__)
WAITING = {
    "result": _l("Result not told"),
    "prescription": _l("Prescription not confirmed sent"),
    "referral": _l("Referral not confirmed sent"),
}


@dataclass(frozen=True)
class ReasonLine:
    """One reason to call, as it is shown."""

    reason: Reason
    waiting: object
    what: str
    due: str

    @property
    def value(self) -> str:
        """What its tick box sends."""
        return " ".join(str(item.id) for item in self.reason.items)


@dataclass(frozen=True)
class ContactCard:
    one: PatientToContact
    lines: Sequence[ReasonLine]
    form: ContactForm


@dataclass(frozen=True)
class ContactChoice:
    unit: str
    waits_for: str
    settled: bool

    def units(self, user: User) -> frozenset[int]:
        return frozenset(row.unit_id for row in user.memberships if self.unit in ("", row.unit.code))

    def args(self, **changes: Any) -> dict[str, Any]:
        chosen = {"unit": self.unit, "waits": self.waits_for, "settled": "1" if self.settled else "", **changes}
        return {name: value for name, value in chosen.items() if value}


@blueprint.get("/contacts")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/contacts")
@requires(Permission.ITEM_WORK)
def log() -> ResponseReturnValue:
    """One attempt about what is ticked."""
    user = current_user()
    numbers = _numbers(request.form.getlist("items"))
    items = [lock_item(get_item(number, user.unit_ids).id) for number in sorted(numbers)]
    patient_id = items[0].action.patient_id if items else _patient(user)
    form = contact_form(patient_id, request.form)
    form.items = tuple(request.form.getlist("items"))
    try:
        if form.outcome.data not in set(ContactOutcome):
            raise Invalid({"/outcome": _("Choose how it went.")})
        log_contact(items, ContactOutcome(form.outcome.data), form.note.data or "", actor=user)
        db.session.flush()
    except Invalid as error:
        show_faults(form, error)
        return _page(patient_id, form, 422)
    except (Conflict, Forbidden) as error:
        db.session.rollback()
        form.form_errors.append(str(error.message))
        return _page(patient_id, form, error.status)
    flash(_("Noted. The follow-up itself stays to be done."), "success")
    return redirect(url_for("patient_contact.index", **_choice().args()))


@blueprint.get("/contacts/print")
@requires(Permission.EXPORT)
def print_list() -> ResponseReturnValue:
    """The same list on paper, to call from; logged as an export, patient by patient."""
    user, choice = current_user(), _choice()
    units = choice.units(user)
    found = patients_to_contact(units, waits_for=choice.waits_for, drill=False)
    page = render_template(
        "patient_contact/print.html", cards=_cards(found), choice=choice, made_at=utcnow(), listed_name=listed_name
    )
    exported = [reason for one in found for reason in one.reasons]
    begin_writing()
    for outage_id in sorted({reason.action.outage_id for reason in exported}):
        of_outage = [reason for reason in exported if reason.action.outage_id == outage_id]
        patients: dict[int, set[UUID]] = {}
        for reason in of_outage:
            patients.setdefault(reason.action.unit_id, set()).add(reason.action.patient_id)
        record_export(
            get_outage(outage_id),
            "patients_to_contact",
            ItemFilter(units, outage_id=outage_id),
            rows=len(of_outage),
            patients={unit_id: frozenset(ids) for unit_id, ids in patients.items()},
            actor=current_user(),
        )
    return page


def _page(patient_id: UUID | None = None, refused: ContactForm | None = None, status: int = 200) -> ResponseReturnValue:
    user, choice = current_user(), _choice()
    found = patients_to_contact(choice.units(user), waits_for=choice.waits_for, settled=choice.settled)
    _note_seen(found)
    cards = _cards(found, patient_id, refused)
    if refused is not None and not any(card.form is refused for card in cards):
        for error in refused.form_errors:
            flash(str(error), "danger")
    units = sorted({row.unit for row in user.memberships}, key=lambda unit: unit.name)
    return (
        render_template(
            "patient_contact/index.html",
            choice=choice,
            cards=cards,
            refused=refused,
            outcomes=OUTCOMES,
            units=[("", _("All my units")), *((unit.code, unit.name) for unit in units)],
            kinds=[("", _("Everything")), *WAITING.items()],
            several_units=len(units) > 1 and not choice.unit,
        ),
        status,
    )


def _cards(
    found: Iterable[PatientToContact], patient_id: UUID | None = None, refused: ContactForm | None = None
) -> list[ContactCard]:
    now = utcnow()
    return [
        ContactCard(
            one,
            [
                ReasonLine(reason, WAITING[reason.waits_for], what_of(reason.action), due_text(reason.due_at, now))
                for reason in one.reasons
            ],
            refused if refused is not None and one.patient.id == patient_id else contact_form(one.patient.id),
        )
        for one in found
    ]


def _choice() -> ContactChoice:
    user = current_user()
    unit, waits_for = request.args.get("unit", ""), request.args.get("waits", "")
    return ContactChoice(
        unit if unit in {row.unit.code for row in user.memberships} else "",
        waits_for if waits_for in WAITS_FOR else "",
        request.args.get("settled") == "1",
    )


def _numbers(values: Iterable[str]) -> set[int]:
    words = " ".join(values).split()
    return {int(word) for word in words if word.isascii() and word.isdigit() and 0 < int(word[:10]) <= MAX_ID}


def _patient(user: User) -> UUID:
    """Whose form it was, when nothing is ticked in it."""
    number = request.form.get("of", type=int) or 0
    item: Item = get_item(number if 0 < number <= MAX_ID else 0, user.unit_ids)
    return item.action.patient_id


def _note_seen(found: Iterable[PatientToContact]) -> None:
    for one in found:
        for reason in one.reasons:
            saw_patients([one.patient.id], reason.action.unit_id)
