"""What is awaited: the board for programs, who watches, chases, and the receiver's word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import StringConstraints

from tracker.errors import Invalid
from tracker.extensions import current_routine, db
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.models import Item, User
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item, state_of
from tracker.queries.reply import (
    AWAITS,
    Awaited,
    ReplyFilter,
    acknowledgement_of,
    awaited_of,
    chases_of,
    every_awaited,
)
from tracker.queries.stray_result import strays_of
from tracker.queries.user import find_user
from tracker.services.chase import chase_item
from tracker.services.item import lock_item
from tracker.services.reply import acknowledge_item, watch_item, withdraw_acknowledgement
from tracker.views.api.filter import check_names, read_filter
from tracker.views.api.item_content import describe_item
from tracker.views.api.parse import MAX_ID, Body, Moment, Nothing, read, stamp
from tracker.views.api.problem import not_one_of
from tracker.views.api.written import this_moment
from tracker.views.reply_shown import kind_fields

blueprint = Blueprint("reply", __name__)
PATH = f"/items/<int(max={MAX_ID}):item_id>"


class WatchBody(Body):
    login: Annotated[str, StringConstraints(max_length=60)] | None = None
    """Left out: nobody."""


class ChaseBody(Body):
    text: str
    again_at: Moment | None = None


class AcknowledgeBody(Body):
    said_by: str
    said_at: Moment


@blueprint.get("/replies")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """Everything awaited of the user's units, by when it is due; `awaits`, `unit`, `mine=1`, `overdue=1`, `patient`."""
    check_names(("unit", "awaits", "mine", "overdue", "patient"))
    user, chosen = current_user(), read_filter(current_routine())
    awaits = request.args.get("awaits", "")
    if awaits and awaits not in AWAITS:
        raise not_one_of("/awaits", AWAITS)
    found = every_awaited(
        ReplyFilter(
            chosen.unit_ids,
            awaits=awaits,
            watched_by=user.id if request.args.get("mine") == "1" else None,
            overdue=request.args.get("overdue") == "1",
            patient_id=chosen.patient_id,
        )
    )
    _note_access(line.item for line in found)
    moment = this_moment()
    return jsonify(replies=[describe_awaited(line, moment.at) for line in found])


@blueprint.get(f"{PATH}/reply")
@requires(Permission.ACTION_READ)
def show(item_id: int) -> ResponseReturnValue:
    """One of them, with every time it was chased."""
    return _answer(get_item(item_id, current_user().unit_ids))


@blueprint.post(f"{PATH}/watch")
@requires(Permission.ITEM_WORK)
def watch(item_id: int) -> ResponseReturnValue:
    body = read(WatchBody)
    watcher = find_user(body.login) if body.login else None
    if body.login and watcher is None:
        raise Invalid({"/login": _l("Choose a colleague who works in the unit.")})
    return _carry_out(item_id, lambda item, user: watch_item(item, watcher, actor=user))


@blueprint.post(f"{PATH}/chase")
@requires(Permission.ITEM_WORK)
def chase(item_id: int) -> ResponseReturnValue:
    body = read(ChaseBody)
    return _carry_out(item_id, lambda item, user: chase_item(item, body.text, body.again_at, actor=user))


@blueprint.post(f"{PATH}/acknowledge")
@requires(Permission.ITEM_WORK)
def acknowledge(item_id: int) -> ResponseReturnValue:
    """The receiver of the faxed referral has it. Handing a reply to a physician is `/items/{id}/done`."""
    body = read(AcknowledgeBody)
    return _carry_out(item_id, lambda item, user: acknowledge_item(item, body.said_by, body.said_at, actor=user))


@blueprint.post(f"{PATH}/withdraw-acknowledgement")
@requires(Permission.ITEM_WORK)
def withdraw(item_id: int) -> ResponseReturnValue:
    read(Nothing)
    return _carry_out(item_id, lambda item, user: withdraw_acknowledgement(item, actor=user))


def describe_awaited(line: Awaited, at: datetime) -> dict[str, Any]:
    """What is awaited, for whom, since when, and how it stands."""
    item, action = line.item, line.item.action
    watcher = line.watcher
    return {
        "id": item.id,
        "action": str(action.id),
        "kind": action.kind,
        "item": item.item,
        "awaits": line.spec.awaits,
        "state": state_of(item, at),
        "patient": str(action.patient_id),
        "patient_name": action.patient.name,
        "patient_identity": action.patient.identity,
        "unit": action.unit.code,
        "outage": action.outage_id,
        "drill": action.outage.drill,
        "subject": action.subject,
        "fields": {name: action.fields.get(name) for name in kind_fields(action, item)},
        "performed_at": stamp(action.performed_at),
        "performed_by": action.performer,
        "due_at": stamp(item.due_at),
        "overdue": line.is_overdue(at),
        "watched_by": watcher.login if watcher else None,
        "chased_at": stamp(line.chase.at) if line.chase else None,
        "chase_again_at": stamp(line.chase.again_at) if line.chase else None,
    }


def _carry_out(item_id: int, verb: Callable[[Item, User], object]) -> ResponseReturnValue:
    user = current_user()
    get_item(item_id, user.unit_ids)
    verb(lock_item(item_id), user)
    db.session.flush()
    db.session.expire_all()  # relations follow the keys that the service set
    return _answer(get_item(item_id, current_user().unit_ids))


def _answer(item: Item) -> ResponseReturnValue:
    moment = this_moment()
    _note_access([item])
    awaited, said = awaited_of(item), acknowledgement_of(item)
    return jsonify(
        item=describe_item(item, state_of(item, moment.at), moment),
        awaited=describe_awaited(awaited, moment.at) if awaited else None,
        acknowledged={
            "said_by": said.said_by,
            "said_at": stamp(said.said_at),
            "noted_by": said.by.name,
            "noted_at": stamp(said.at),
        }
        if said
        else None,
        chases=[
            {"text": one.text, "by": one.by.name, "at": stamp(one.at), "again_at": stamp(one.again_at)}
            for one in chases_of(item)
        ],
        stray_results=[stray.id for stray in strays_of([item.action_id]).get(item.action_id, ())],
    )


def _note_access(items: Iterable[Item]) -> None:
    for item in items:
        saw_patients([item.action.patient_id], item.action.unit_id)
