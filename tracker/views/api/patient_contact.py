"""Patients to contact, for programs: the list, and logging an attempt."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from tracker.extensions import current_routine, db
from tracker.guard import current_user, saw_patients
from tracker.models import ContactOutcome
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.queries.patient_contact import WAITS_FOR, patients_to_contact
from tracker.services.item import lock_item
from tracker.services.patient_contact import log_contact
from tracker.views.api.filter import check_names, read_filter
from tracker.views.api.parse import Body, read, row_id, stamp
from tracker.views.api.problem import not_one_of

blueprint = Blueprint("patient_contact", __name__)


class ContactBody(Body):
    items: list[int]
    outcome: str
    note: str = ""


@blueprint.get("/contacts")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """Patient by patient, with what each waits for; `unit`, `waits_for`, `settled=1` for those told or not to be."""
    check_names(("unit", "waits_for", "settled"))
    waits_for = request.args.get("waits_for", "")
    if waits_for and waits_for not in WAITS_FOR:
        raise not_one_of("/waits_for", WAITS_FOR)
    units = read_filter(current_routine()).unit_ids
    found = patients_to_contact(units, waits_for=waits_for, settled=request.args.get("settled") == "1")
    for one in found:
        for reason in one.reasons:
            saw_patients([one.patient.id], reason.action.unit_id)
    return jsonify(
        patients=[
            {
                "patient": str(one.patient.id),
                "patient_name": one.patient.name,
                "patient_identity": one.patient.identity,
                "phones": list(one.phones),
                "reasons": [
                    {
                        "waits_for": reason.waits_for,
                        "action": str(reason.action.id),
                        "kind": reason.action.kind,
                        "subject": reason.action.subject,
                        "unit": reason.action.unit.code,
                        "performed_at": stamp(reason.action.performed_at),
                        "due_at": stamp(reason.due_at),
                        "items": [item.id for item in reason.items],
                        "contacts": [
                            {
                                "outcome": contact.outcome.value,
                                "note": contact.note,
                                "by": contact.by.name,
                                "at": stamp(contact.at),
                            }
                            for contact in reason.contacts
                        ],
                    }
                    for reason in one.reasons
                ],
            }
            for one in found
        ]
    )


@blueprint.post("/contacts")
@requires(Permission.ITEM_WORK)
def log() -> ResponseReturnValue:
    """One attempt about these items of one patient: `told`, `not_reached` or `not_needed`. It finishes none of them."""
    body = read(ContactBody)
    if body.outcome not in set(ContactOutcome):
        raise not_one_of("/outcome", tuple(ContactOutcome))
    user = current_user()
    items = [lock_item(get_item(row_id(number), user.unit_ids).id) for number in sorted(set(body.items))]
    rows = log_contact(items, ContactOutcome(body.outcome), body.note, actor=user)
    db.session.flush()
    return jsonify(contacts=[{"id": row.id, "item": row.item_id, "outcome": row.outcome.value} for row in rows]), 201
