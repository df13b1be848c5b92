"""Signing a unit off in an outage, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tracker.extensions import db
from tracker.guard import current_user
from tracker.models import SignOff
from tracker.permissions import Permission, requires
from tracker.queries.unit import get_unit
from tracker.services import sign_off as services
from tracker.views.api.outage import OUTAGE, visible_outage
from tracker.views.api.parse import Nothing, Reason, read, stamp

blueprint = Blueprint("sign_off", __name__)
UNIT = f"{OUTAGE}/units/<code>"


@blueprint.post(f"{UNIT}/sign-off")
@requires(Permission.UNIT_MANAGE)
def sign(outage_id: int, code: str) -> ResponseReturnValue:
    """Attest that nothing of the unit was left; 409 says what is."""
    read(Nothing)
    sign_off = services.sign_off_unit(visible_outage(outage_id), get_unit(code), actor=current_user())
    return _answer(sign_off)


@blueprint.post(f"{UNIT}/reopen")
@requires(Permission.UNIT_MANAGE)
def reopen(outage_id: int, code: str) -> ResponseReturnValue:
    body = read(Reason)
    sign_off = services.reopen_unit(visible_outage(outage_id), get_unit(code), body.reason, actor=current_user())
    return _answer(sign_off)


def describe_sign_off(sign_off: SignOff) -> dict[str, Any]:
    return {
        "id": sign_off.id,
        "outage": sign_off.outage_id,
        "unit": sign_off.unit.code,
        "signed_by": sign_off.signed_by.name,
        "signed_at": stamp(sign_off.signed_at),
        "basis": sign_off.basis,
        "reopened_by": sign_off.reopened_by.name if sign_off.reopened_by else None,
        "reopened_at": stamp(sign_off.reopened_at),
        "reopen_reason": sign_off.reopen_reason,
    }


def _answer(sign_off: SignOff) -> ResponseReturnValue:
    db.session.flush()
    return jsonify(describe_sign_off(sign_off))
