"""Results that came without a recipient, for programs: noting one, its likely orders, and solving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid
from tracker.extensions import db
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.models import StrayResult, User
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.queries.outage import get_outage
from tracker.queries.stray_result import Suggestion, get_stray, orders_for, solved_strays, unsolved_strays
from tracker.queries.unit import find_unit
from tracker.services import stray_result as services
from tracker.services.item import lock_item
from tracker.views.api.filter import check_names
from tracker.views.api.outage import visible_outage
from tracker.views.api.parse import MAX_ID, Body, Moment, Nothing, Reason, read, row_id, stamp

blueprint = Blueprint("stray_result", __name__)
PATH = f"/stray-results/<int(max={MAX_ID}):stray_id>"


class StrayBody(Body):
    outage: int
    unit: str
    sender: str
    content: str
    arrived_at: Moment
    patient: str = ""
    """A whole identity number, or what it says of the patient."""
    urgent: bool = False


class MatchBody(Body):
    item: int
    handed_to: str | None = None
    handed_at: str | None = None


class HandOverBody(Body):
    physician: str
    handed_at: Moment


class OfferBody(Body):
    unit: str
    text: str = ""


class AttemptBody(Body):
    text: str


@blueprint.get("/stray-results")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """Those to solve; `solved=1`: those solved last."""
    check_names(("solved",))
    units = current_user().unit_ids
    found = solved_strays(units) if request.args.get("solved") == "1" else unsolved_strays(units)
    _note_access(found)
    return jsonify(stray_results=[describe_stray(stray) for stray in found])


@blueprint.post("/stray-results")
@requires(Permission.ACTION_LOG)
def note() -> ResponseReturnValue:
    body = read(StrayBody)
    visible_outage(row_id(body.outage))
    unit = find_unit(body.unit)
    if unit is None:
        raise Invalid({"/unit": _l("There is no such unit.")})
    entry = services.StrayEntry(body.patient, body.sender, body.content, body.arrived_at, body.urgent)
    stray = services.note_stray(entry, get_outage(body.outage), unit, actor=current_user())
    db.session.flush()
    return _answer(stray), 201


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(stray_id: int) -> ResponseReturnValue:
    """With the orders that it may belong to."""
    return _answer(get_stray(stray_id, current_user().unit_ids))


@blueprint.post(f"{PATH}/attempt")
@requires(Permission.ACTION_LOG)
def attempt(stray_id: int) -> ResponseReturnValue:
    body = read(AttemptBody)
    return _carry_out(stray_id, lambda stray, user: services.add_stray_attempt(stray, body.text, actor=user))


@blueprint.post(f"{PATH}/match")
@requires(Permission.ITEM_WORK)
def match(stray_id: int) -> ResponseReturnValue:
    """It belongs to this item's order; a fax reply is done with `handed_to` and `handed_at` only."""
    body = read(MatchBody)

    def carry(stray: StrayResult, user: User) -> None:
        item = lock_item(get_item(row_id(body.item), user.unit_ids).id)
        services.match_stray(stray, item, {"handed_to": body.handed_to, "handed_at": body.handed_at}, actor=user)

    return _carry_out(stray_id, carry)


@blueprint.post(f"{PATH}/hand-over")
@requires(Permission.ACTION_LOG)
def hand_over(stray_id: int) -> ResponseReturnValue:
    body = read(HandOverBody)
    return _carry_out(
        stray_id, lambda stray, user: services.hand_over_stray(stray, body.physician, body.handed_at, actor=user)
    )


@blueprint.post(f"{PATH}/offer")
@requires(Permission.ACTION_LOG)
def offer(stray_id: int) -> ResponseReturnValue:
    body = read(OfferBody)
    unit = find_unit(body.unit)
    if unit is None:
        raise Invalid({"/unit": _l("There is no such unit.")})
    return _carry_out(stray_id, lambda stray, user: services.offer_stray(stray, unit, body.text, actor=user))


@blueprint.post(f"{PATH}/take")
@requires(Permission.ACTION_LOG)
def take(stray_id: int) -> ResponseReturnValue:
    """The unit that it is offered to takes it; answers theirs, which has a number of its own."""
    read(Nothing)
    user = current_user()
    get_stray(stray_id, user.unit_ids)
    theirs = services.take_stray(services.lock_stray(stray_id), actor=user)
    db.session.flush()
    return _answer(theirs)


@blueprint.post(f"{PATH}/decline")
@requires(Permission.ACTION_LOG)
def decline(stray_id: int) -> ResponseReturnValue:
    body = read(Reason)
    get_stray(stray_id, current_user().unit_ids)
    services.decline_stray(services.lock_stray(stray_id), body.reason, actor=current_user())
    return jsonify(declined=True)


@blueprint.post(f"{PATH}/reopen")
@requires(Permission.ACTION_LOG)
def reopen(stray_id: int) -> ResponseReturnValue:
    read(Nothing)
    return _carry_out(stray_id, lambda stray, user: services.reopen_stray(stray, actor=user))


def describe_stray(stray: StrayResult) -> dict[str, Any]:
    patient = stray.patient
    return {
        "id": stray.id,
        "outage": stray.outage_id,
        "unit": stray.unit.code,
        "patient": str(patient.id) if patient else None,
        "patient_name": patient.name if patient else None,
        "patient_identity": patient.identity if patient else None,
        "patient_said": stray.patient_said,
        "sender": stray.sender,
        "content": stray.content,
        "urgent": stray.urgent,
        "arrived_at": stamp(stray.arrived_at),
        "found_by": stray.found_by.name,
        "found_at": stamp(stray.found_at),
        "offered_to": stray.offered_to.code if stray.offered_to else None,
        "solution": stray.solution.value if stray.solution else None,
        "solution_note": stray.solution_note,
        "handed_at": stamp(stray.handed_at),
        "item": stray.item_id,
        "lost_its_order": stray.lost_its_order,
        "solved_by": stray.solved_by.name if stray.solved_by else None,
        "solved_at": stamp(stray.solved_at),
        "attempts": [{"text": one.text, "by": one.by.name, "at": stamp(one.at)} for one in stray.attempts],
    }


def _carry_out(stray_id: int, verb: Callable[[StrayResult, User], object]) -> ResponseReturnValue:
    user = current_user()
    get_stray(stray_id, user.unit_ids)
    verb(services.lock_stray(stray_id), user)
    db.session.flush()
    return _answer(get_stray(stray_id, current_user().unit_ids))


def _answer(stray: StrayResult) -> Response:
    ours = stray.unit_id in current_user().unit_ids and stray.solution is None
    likely, others = orders_for(stray) if ours else ([], [])
    _note_access([stray])
    saw_patients({one.awaited.item.action.patient_id for one in likely}, stray.unit_id)
    content = {**describe_stray(stray), "orders": [_order(one) for one in likely], "other_orders": len(others)}
    return jsonify(content)


def _order(suggestion: Suggestion) -> dict[str, Any]:
    item = suggestion.awaited.item
    return {
        "item": item.id,
        "action": str(item.action_id),
        "kind": item.action.kind,
        "subject": item.action.subject,
        "patient": str(item.action.patient_id),
        "patient_name": item.action.patient.name,
        "performed_at": stamp(item.action.performed_at),
        "reasons": list(suggestion.reasons),
    }


def _note_access(strays: Iterable[StrayResult]) -> None:
    units = current_user().unit_ids
    for stray in strays:
        if stray.patient_id:
            saw_patients([stray.patient_id], stray.unit_id if stray.unit_id in units else stray.offered_to_id)
