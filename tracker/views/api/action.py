"""Actions: logging one, and correcting, voiding, confirming or sending it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tracker.errors import Invalid
from tracker.extensions import db
from tracker.guard import current_user, saw_patients
from tracker.models import Action, User
from tracker.permissions import Permission, reading_unit, requires
from tracker.queries.action import get_action
from tracker.services import action as services
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.views.api.action_content import describe_action, describe_items, patients_shown, warnings_for
from tracker.views.api.entry import further_faults, read_correction, read_entry
from tracker.views.api.parse import Nothing, Reason, read, read_content

blueprint = Blueprint("action", __name__)
PATH = "/actions/<uuid:action_id>"


@blueprint.post("/actions")
@requires(Permission.ACTION_LOG)
def log() -> ResponseReturnValue:
    """Log one action: 201 when it is new, 200 when the same entry came before, 409 for other content."""
    content = read_content()
    entry = read_entry(content)
    try:
        logged = services.log_action(entry, actor=current_user())
    except Invalid as error:
        raise Invalid({**error.faults, **further_faults(content)}) from None
    action = logged.action
    db.session.flush()
    saw_patients([action.patient_id], reading_unit(current_user(), action))
    answer = jsonify(
        id=str(action.id),
        digest=action.digest,
        state=action.state,
        items=describe_items(action),
        warnings=warnings_for(action, entry),
    )
    return answer, 201 if logged.created else 200


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(action_id: uuid.UUID) -> ResponseReturnValue:
    return _answer(action_id)


@blueprint.post(f"{PATH}/correct")
@requires(Permission.ACTION_LOG)
def correct(action_id: uuid.UUID) -> ResponseReturnValue:
    content = read_content()
    correction = read_correction(content)
    return _carry_out(action_id, lambda action, user: _correct(action, correction, content, user))


@blueprint.post(f"{PATH}/void")
@requires(Permission.ACTION_LOG)
def void(action_id: uuid.UUID) -> ResponseReturnValue:
    body = read(Reason)
    return _carry_out(action_id, lambda action, user: services.void_action(action, body.reason, actor=user))


@blueprint.post(f"{PATH}/confirm")
@requires(Permission.UNIT_MANAGE)
def confirm(action_id: uuid.UUID) -> ResponseReturnValue:
    read(Nothing)
    return _carry_out(action_id, lambda action, user: confirm_action(action, actor=user))


@blueprint.post(f"{PATH}/send-back")
@requires(Permission.UNIT_MANAGE)
def send_back(action_id: uuid.UUID) -> ResponseReturnValue:
    body = read(Reason)
    return _carry_out(action_id, lambda action, user: send_back_action(action, body.reason, actor=user))


def _correct(action: Action, correction: services.Correction, content: Mapping[str, Any], user: User) -> None:
    role = action.role
    try:
        services.correct_action(action, correction, actor=user)
    except Invalid as error:
        told = {name: value for name, value in content.items() if value is not None}
        raise Invalid({**error.faults, **further_faults({"role": role, **told})}) from None


def _carry_out(action_id: uuid.UUID, verb: Callable[[Action, User], object]) -> ResponseReturnValue:
    """Check the unit, lock the action, do one thing to it, and answer it as it is then."""
    user = current_user()
    get_action(action_id, user.unit_ids)
    verb(services.lock_action(action_id), user)
    db.session.flush()
    db.session.expire_all()  # relations follow the keys that the service set
    return _answer(action_id)


def _answer(action_id: uuid.UUID) -> ResponseReturnValue:
    action = get_action(action_id, current_user().unit_ids)
    saw_patients(patients_shown(action), reading_unit(current_user(), action))
    return jsonify(describe_action(action))
