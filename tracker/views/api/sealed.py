"""Entries that a device has sealed: taking them in, and opening one again for whoever mends it."""

from __future__ import annotations

import uuid
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Annotated, Any

from flask import Blueprint, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from pydantic import StringConstraints

from tracker.clock import utcnow
from tracker.errors import Forbidden, Invalid
from tracker.extensions import csrf, db
from tracker.guard import act_as, current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.models import Action, User
from tracker.permissions import Permission, proves_itself, requires
from tracker.queries.patient import find_patient
from tracker.queries.unit import find_unit
from tracker.services.event import hold_history
from tracker.services.patient import PatientEntry, check_identity
from tracker.services.sealed_entry import (
    Envelope,
    NobodyToSend,
    Opened,
    author_of,
    log_sealed,
    logged_before,
    may_open,
    open_envelope,
    settle_refused,
)
from tracker.views.api.action_content import warnings_for
from tracker.views.api.entry import PatientBody, further_faults, read_entry
from tracker.views.api.parse import Body, parse, read, storable

blueprint = Blueprint("sealed", __name__)
MAX_BODY = 160_000
MAX_BROKEN = 300
"""Envelopes that cannot be opened, from one address within a minute, before the rest must wait."""
_MINUTE = timedelta(minutes=1)


class SealedBody(Body):
    id: uuid.UUID
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    key_id: Annotated[str, StringConstraints(max_length=40)]
    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=MAX_BODY)]

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.id, self.digest, self.key_id, self.sealed)


@blueprint.post("/sealed-entries")
@requires(Permission.PUBLIC)
@proves_itself
def receive() -> ResponseReturnValue:
    """Log one sealed entry: 201 when it is new, 200 when it came before. The ticket in it says who wrote it.

    One without a ticket needs a sender who is logged in and works in the unit. Nothing of a patient is answered.
    """
    if (request.content_length or 0) > MAX_BODY:
        abort(413)
    _stop_flood()
    body = read(SealedBody)
    answer, created = take(body, _sender())
    return jsonify(answer), 201 if created else 200


@blueprint.post("/sealed-entries/open")
@requires(Permission.ACTION_READ)
def unseal() -> ResponseReturnValue:
    """A refused entry in plain, for its author or a colleague in the unit, to be mended."""
    opened = open_envelope(read(SealedBody).envelope)
    if not may_open(current_user(), opened):
        raise Forbidden(_l("You do not work in this unit."))
    _saw_patient_of(opened.content)
    return jsonify(id=str(opened.id), digest=opened.digest, entry=opened.content)


@blueprint.post("/sealed-entries/settle")
@requires(Permission.ACTION_LOG)
def settle() -> ResponseReturnValue:
    """Let the device let go of an entry whose id is logged with other content: somebody has looked at both."""
    opened = open_envelope(read(SealedBody).envelope)
    if not may_open(current_user(), opened):
        raise Forbidden(_l("You do not work in this unit."))
    action = settle_refused(opened, actor=current_user())
    return jsonify(_answer(opened, action, []))


def take(body: SealedBody, sender: User | None) -> tuple[dict[str, Any], bool]:
    """Open one envelope and log what is in it; the answer echoes id and digest as they were found inside."""
    try:
        opened = open_envelope(body.envelope)
    except Invalid:
        _broken_lately().append(utcnow())
        raise
    hold_history()  # before any other lock, as every writing request does
    before = logged_before(opened)
    if before is not None:
        return _answer(opened, before, []), False
    author = author_of(opened)
    actor = author or sender
    if actor is None:
        abort(401)
    act_as(actor)
    content = storable(opened.content)
    entry = read_entry(content)
    try:
        logged = log_sealed(opened, entry, author=author, sender=sender)
    except NobodyToSend:
        abort(401)
    except Invalid as error:
        raise Invalid({**error.faults, **further_faults(content)}) from None
    db.session.flush()
    return _answer(opened, logged.action, warnings_for(logged.action, entry)), logged.created


def _answer(opened: Opened, action: Action, warnings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(opened.id),
        "digest": opened.digest,
        "state": action.state,
        "warnings": [
            {"code": code, "message": message}
            for code, message in {one["code"]: one["message"] for one in warnings}.items()
        ],
    }


def _sender() -> User | None:
    """Who sends, where somebody is logged in and the request is proved to be theirs."""
    user: User | None = g.get("user")
    if user is None or g.get("by_token", False):
        return user
    try:
        csrf.protect()
    except CSRFError:
        return None
    return user


def _saw_patient_of(content: dict[str, Any]) -> None:
    """Note in the access log which known patient the opened entry shows, if it is one."""
    unit = find_unit(str(content.get("unit")))
    try:
        told = parse(_PatientPart, {"patient": content.get("patient")}).patient.entry
        patient_id = told.id or _known(told, content)
    except Invalid:
        return  # there is no such identity, and so nobody is shown
    if patient_id is not None:
        saw_patients([patient_id], unit.id if unit else None)


class _PatientPart(Body):
    patient: PatientBody


def _known(told: PatientEntry, content: dict[str, Any]) -> uuid.UUID | None:
    identity = check_identity(told)
    unit = find_unit(str(content.get("unit")))
    scope = f"{content.get('outage')}:{unit.id}" if unit and told.identity_kind == "unknown" else ""
    patient = find_patient(identity, scope)
    return patient.id if patient else None


def _stop_flood() -> None:
    """Whoever sends rubbish must wait; what devices of ours have sealed can always be opened."""
    broken = _broken_lately()
    while broken and broken[0] < utcnow() - _MINUTE:
        broken.popleft()
    if len(broken) >= MAX_BROKEN:
        abort(429)


def _broken_lately() -> deque[datetime]:
    """When the address that asks sent something that could not be opened; each process of the server counts its own."""
    by_address: defaultdict[str, deque[datetime]] = current_app.extensions.setdefault(
        "tracker.broken_seals", defaultdict(deque)
    )
    return by_address[request.remote_addr or ""]
