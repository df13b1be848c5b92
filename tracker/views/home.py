"""The start page: what is down, and what the user has to do now."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.guard import current_user
from tracker.permissions import Permission, requires

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
def start() -> ResponseReturnValue:
    return render_template("home/start.html", me=current_user())
