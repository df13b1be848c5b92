"""The duties of an outage, and ticking them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tracker.errors import NotFound
from tracker.extensions import db
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.models import Duty, User
from tracker.permissions import Permission, may_tick, requires, sees_counts
from tracker.queries.duty import duties_of
from tracker.queries.routine import routine_of
from tracker.services import duty as services
from tracker.views.api.outage import OUTAGE, visible_outage
from tracker.views.api.parse import MAX_ID, Nothing, Reason, read, stamp
from tracker.views.api.written import own

blueprint = Blueprint("duty", __name__)
PATH = f"/duties/<int(max={MAX_ID}):duty_id>"


@blueprint.get(f"{OUTAGE}/duties")
@requires(Permission.SIGNED_IN)
def index(outage_id: int) -> ResponseReturnValue:
    """The duties of the user's units; all of them for those who answer for the region."""
    outage = visible_outage(outage_id)
    return jsonify(duties=[describe_duty(duty) for duty in duties_of(outage, current_user())])


@blueprint.post(f"{PATH}/done")
@requires(Permission.SIGNED_IN)
def done(duty_id: int) -> ResponseReturnValue:
    read(Nothing)
    return _carry_out(duty_id, lambda duty, user: services.finish_duty(duty, actor=user))


@blueprint.post(f"{PATH}/not-needed")
@requires(Permission.SIGNED_IN)
def not_needed(duty_id: int) -> ResponseReturnValue:
    body = read(Reason)
    return _carry_out(duty_id, lambda duty, user: services.mark_duty_not_needed(duty, body.reason, actor=user))


@blueprint.post(f"{PATH}/reopen")
@requires(Permission.SIGNED_IN)
def reopen(duty_id: int) -> ResponseReturnValue:
    read(Nothing)
    return _carry_out(duty_id, lambda duty, user: services.reopen_duty(duty, actor=user))


def describe_duty(duty: Duty) -> dict[str, Any]:
    spec = routine_of(duty.outage).duties[duty.duty]
    return {
        "id": duty.id,
        "duty": duty.duty,
        "outage": duty.outage_id,
        "unit": duty.unit.code if duty.unit else None,
        "role": duty.role,
        "phase": spec.phase,
        "due": spec.due,
        "due_at": stamp(duty.due_at),
        "state": duty.state.value,
        "text": own(spec.text),
        "scope": spec.scope,
        "systems": list(spec.systems),
        "basis": spec.basis,
        "sections": list(spec.sections),
        "done_by": duty.done_by.name if duty.done_by else None,
        "done_at": stamp(duty.done_at),
        "reason": duty.reason,
    }


def _carry_out(duty_id: int, verb: Callable[[Duty, User], object]) -> ResponseReturnValue:
    user = current_user()
    duty = services.lock_duty(duty_id)
    if not _is_seen(user, duty):
        raise NotFound(_l("There is no such duty."))
    verb(duty, user)
    db.session.flush()
    return jsonify(describe_duty(duty))


def _is_seen(user: User, duty: Duty) -> bool:
    if duty.unit_id is None:
        return user.is_region_wide or may_tick(user, duty)
    return sees_counts(user, duty.unit_id)
