"""For programs that run in the user's own browser session: the token that their writes must carry."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker.permissions import Permission, requires

blueprint = Blueprint("session", __name__)


@blueprint.get("/csrf")
@requires(Permission.SIGNED_IN)
def csrf() -> ResponseReturnValue:
    """Send it back as the header `X-CSRFToken`. Whoever has a bearer token needs none."""
    return jsonify(token=generate_csrf())
