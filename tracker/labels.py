"""The words users read for roles, states and kinds of work. The routine's own texts are in its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.i18n import text as _

ROLES: dict[str, Any] = {
    "nurse": _l("Nurse"),
    "physician": _l("Physician"),
    "secretary": _l("Medical secretary"),
    "other_clinician": _l("Other clinician"),
    "unit_staff": _l("Unit staff"),
    "emergency_staff": _l("Emergency staff"),
    "radiology": _l("Radiology"),
    "physiology": _l("Clinical physiology"),
    "laboratory": _l("Laboratory"),
    "director": _l("Health care director"),
    "it_operations": _l("IT operations"),
    "administrator": _l("Administrator"),
    "unit_manager": _l("Unit manager"),
    "staff": _l("Staff"),
}
STATES: dict[str, Any] = {
    "waiting": _l("Waiting"),
    "ready": _l("Ready"),
    "claimed": _l("Being entered"),
    "question": _l("Question"),
    "entered": _l("Entered, to be checked"),
    "done": _l("Done"),
    "not_needed": _l("Not needed"),
    "open": _l("Open"),
    "closed": _l("To confirm"),
    "confirmed": _l("Confirmed"),
    "voided": _l("Voided"),
    "moved": _l("Moved to another unit"),
}
WORK_KINDS: dict[str, Any] = {
    "enter": _l("Enter"),
    "verify": _l("Verify"),
    "watch": _l("Watch for"),
    "act": _l("Do"),
}
UNIT_KINDS: dict[str, Any] = {
    "ward": _l("Ward"),
    "emergency": _l("Emergency department"),
    "clinic": _l("Clinic"),
    "health_centre": _l("Health centre"),
    "surgery": _l("Surgery department"),
    "radiology": _l("Radiology"),
    "physiology": _l("Clinical physiology"),
    "laboratory": _l("Laboratory"),
}
OUTAGE_KINDS: dict[str, Any] = {"acute": _l("Acute"), "planned": _l("Planned")}
OUTAGE_STATES: dict[str, Any] = {
    "planned": _l("Planned, not begun"),
    "down": _l("Going on"),
    "reentry": _l("Re-entry"),
    "finished": _l("Finished"),
    "cancelled": _l("Cancelled"),
}
PHASES: dict[str, Any] = {
    "notice": _l("When it is noticed"),
    "before": _l("Before"),
    "during": _l("During"),
    "after": _l("After"),
    "restored": _l("When the system is back"),
    "dependencies": _l("Dependencies"),
    "contacts": _l("Who to call"),
}
ATTENTION: dict[str, Any] = {
    "check_first": _l("Check the system first: it may be entered already"),
    "amend": _l("Amend in the target system"),
    "remove": _l("Remove from the target system"),
    "sent_back": _l("Sent back: check what was entered"),
}
ARRIVALS: dict[str, Any] = {
    "arrived": _l("It stood there"),
    "twice": _l("It stood there twice"),
    "missing": _l("It was not there"),
}
IDENTITY_KINDS: dict[str, Any] = {
    "personnummer": _l("Personal identity number"),
    "samordningsnummer": _l("Coordination number"),
    "reserve": _l("Reserve number"),
    "unknown": _l("Unknown, temporary label"),
}
FACT_KINDS: dict[str, Any] = {"fax": _l("Fax number"), "phone": _l("Phone number"), "place": _l("Place")}
EVENTS: dict[str, Any] = {
    "logged": _l("Logged"),
    "sheets-issued": _l("Forms issued"),
    "sheets-reprinted": _l("Forms printed again"),
    "sheets-taken-into-use": _l("Forms taken into use"),
    "sheets-carried-over": _l("Blank forms taken into use in another outage"),
    "sheets-counted": _l("Blank forms counted"),
    "sheet-used": _l("Form used"),
    "sheet-void": _l("Form void"),
    "sheet-missing": _l("Form missing"),
    "sheet-blank": _l("Form blank"),
    "sheet-undone": _l("Undone"),
    "orphan-noted": _l("Unclear form noted"),
    "orphan-attempt": _l("Somebody asked about an unclear form"),
    "orphan-offered": _l("Unclear form offered to another unit"),
    "orphan-taken": _l("Unclear form taken from another unit"),
    "orphan-declined": _l("Unclear form declined"),
    "orphan-solved": _l("Unclear form solved"),
    "orphan-reopened": _l("Unclear form opened again"),
    "watched": _l("Watched for"),
    "chased": _l("Chased"),
    "acknowledged": _l("The receiver has it"),
    "acknowledgement-withdrawn": _l("Acknowledgement taken back"),
    "stray-noted": _l("Result without a recipient noted"),
    "stray-attempt": _l("Somebody asked about a result without a recipient"),
    "stray-offered": _l("Result without a recipient offered to another unit"),
    "stray-taken": _l("Result without a recipient taken from another unit"),
    "stray-declined": _l("Result without a recipient declined"),
    "stray-solved": _l("Result without a recipient solved"),
    "stray-reopened": _l("Result without a recipient opened again"),
    "contacted": _l("Patient contacted"),
    "arrived": _l("Arrived from a device"),
    "renamed": _l("Renamed"),
    "excused": _l("Excused"),
    "device-registered": _l("Device registered"),
    "entry-settled": _l("Entry on a device settled"),
    "workbook-read": _l("Workbook read"),
    "workbook-let-in": _l("Workbook let in"),
    "workbook-moved": _l("Workbook moved to another place"),
    "workbook-finished": _l("Workbook finished"),
    "workbook-forgotten": _l("Workbook rows forgotten"),
    "ticks-read": _l("Ticked workbook read"),
    "ticks-let-in": _l("Ticked workbook let in"),
    "ticks-applied": _l("Ticked workbook applied"),
    "ticks-forgotten": _l("Rows of a ticked workbook forgotten"),
    "ticked": _l("Ticked and signed in a workbook"),
    "handed-over": _l("Handed over"),
    "taken-over": _l("Taken over"),
    "taken-back": _l("Taken back"),
    "corrected": _l("Corrected"),
    "voided": _l("Voided"),
    "claimed": _l("Taken"),
    "begun": _l("Entering begun"),
    "released": _l("Released"),
    "settled-together": _l("Settled by the same entry"),
    "done": _l("Done"),
    "not-needed": _l("Not needed"),
    "not_needed": _l("Not needed"),
    "asked": _l("Question asked"),
    "answered": _l("Question answered"),
    "undone": _l("Undone"),
    "entered": _l("Entered, to be checked by a second person"),
    "checked": _l("Checked by a second person"),
    "rejected": _l("Sent back by a second person"),
    "looked": _l("Looked whether it had arrived by itself"),
    "twin-found": _l("A twin was found"),
    "risk-changed": _l("High risk changed"),
    "risk-word-added": _l("High-risk word added"),
    "risk-word-removed": _l("High-risk word removed"),
    "reopened": _l("Reopened"),
    "confirmed": _l("Confirmed"),
    "confirmation-withdrawn": _l("Confirmation withdrawn"),
    "sent-back": _l("Sent back"),
    "signed-off": _l("Signed off"),
    "declared": _l("Outage declared"),
    "cancelled": _l("Outage cancelled"),
    "restored": _l("System restored"),
    "down": _l("System down"),
    "times-corrected": _l("Times corrected"),
    "unit-added": _l("Unit added"),
    "registered": _l("Patient registered"),
    "completed": _l("Patient completed"),
    "linked": _l("Linked to an identity"),
    "settled": _l("No other identity"),
    "unlinked": _l("Link undone"),
    "placed": _l("Put on the list"),
    "left": _l("Taken off the list"),
    "moved": _l("Moved to another unit"),
    "received": _l("Received from another unit"),
    "created": _l("Created"),
    "changed": _l("Changed"),
    "local-routine-set": _l("Local routine changed"),
    "password-set": _l("Password chosen"),
    "locked": _l("Locked after wrong passwords"),
    "logged-in": _l("Logged in"),
    "logged-out": _l("Logged out"),
    "link-issued": _l("One-time link issued"),
    "token-created": _l("API token created"),
    "exported": _l("Exported"),
}

DOINGS: dict[str, Any] = {
    "home.start": _l("Start page"),
    "action_import.template": _l("Workbook for logging"),
    "action_import.show": _l("Reading a workbook in"),
    "action_import.rest": _l("Workbook of rows to mend"),
    "tick_import.show": _l("Reading a ticked workbook in"),
    "tick_import.rest": _l("Workbook of rows that were not applied"),
    "shift.show": _l("Before you leave"),
    "sheet.show": _l("Reading a numbered form"),
    "orphan_sheet.show": _l("Working on an unclear form"),
    "reply.index": _l("Board of replies"),
    "reply.show": _l("Reading what is awaited"),
    "patient_contact.index": _l("Patients to contact"),
    "export.patients_to_contact": _l("List of patients to contact"),
    "api.sealed.unseal": _l("Mending an entry"),
    "api.ward.bundle": _l("Ward application"),
    "api.sheet.show": _l("Reading a numbered form"),
    "shift.handover": _l("Hand-over"),
    "action.choose_kind": _l("Logging"),
    "action.log": _l("Logging"),
    "action.index": _l("List of actions"),
    "action.show": _l("Reading an action"),
    "action.correct": _l("Correcting an action"),
    "action.void": _l("Voiding an action"),
    "item.queue": _l("Re-entry queue"),
    "item.patient": _l("Working a patient's follow-ups"),
    "item.show": _l("Reading a follow-up"),
    "item.questions": _l("Questions"),
    "item.claim": _l("Working a patient's follow-ups"),
    "item.release": _l("Working a patient's follow-ups"),
    "item.done": _l("Working a patient's follow-ups"),
    "item.not_needed": _l("Working a patient's follow-ups"),
    "item.ask": _l("Working a patient's follow-ups"),
    "item.undo": _l("Working a patient's follow-ups"),
    "item.answer": _l("Questions"),
    "second_check.index": _l("Second person's list"),
    "second_check.show": _l("Checking an entry as the second person"),
    "confirmation.index": _l("Confirming"),
    "sign_off.show": _l("Signing off"),
    "export.index": _l("Lists"),
    "export.workbook": _l("Re-entry workbook"),
    "export.checklist": _l("Checklist"),
    "export.checklist_workbook": _l("Checklist workbook"),
    "history.accesses": _l("Reading this log"),
}
"""What somebody was doing when a patient was shown, by endpoint."""
_DOINGS_BY_MODULE: dict[str, Any] = {
    "action_import": _l("Reading a workbook in"),
    "tick_import": _l("Reading a ticked workbook in"),
    "shift": _l("Before you leave"),
    "sheet": _l("Reading a numbered form"),
    "orphan_sheet": _l("Working on an unclear form"),
    "reply": _l("Board of replies"),
    "stray_result": _l("Results without a recipient"),
    "patient_contact": _l("Patients to contact"),
    "home": _l("Start page"),
    "action": _l("Working with actions"),
    "patient": _l("Patients of the unit"),
    "item": _l("Re-entering"),
    "second_check": _l("Checking an entry as the second person"),
    "twin": _l("Re-entering"),
    "arrival": _l("Re-entering"),
    "confirmation": _l("Confirming"),
    "sign_off": _l("Signing off"),
    "export": _l("Lists"),
    "api": _l("Through a program (API)"),
}


def role(value: Any) -> str:
    return str(ROLES.get(str(value), value))


def roles(values: Iterable[Any] | str) -> str:
    """Several roles, any of which will do."""
    parts = values.split("|") if isinstance(values, str) else values
    return _(" or ").join(role(part) for part in parts)


def state(value: Any) -> str:
    return str(STATES.get(str(value), value))


def work_kind(value: Any) -> str:
    return str(WORK_KINDS.get(str(value), value))


def unit_kind(value: Any) -> str:
    return str(UNIT_KINDS.get(str(value), value))


def doing(endpoint: str) -> str:
    """What showed the patient, from the access log's endpoint."""
    known = DOINGS.get(endpoint) or _DOINGS_BY_MODULE.get(endpoint.split(".", 1)[0])
    return str(known or endpoint)
