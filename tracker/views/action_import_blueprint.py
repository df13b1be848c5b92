from __future__ import annotations

from flask import Blueprint, request

from tracker.extensions import db
from tracker.guard import begin_writing
from tracker.services.action_import import forget_old_imports, has_old_imports

blueprint = Blueprint("action_import", __name__)


@blueprint.before_request
def forget_old() -> None:
    """Before anything of an upload is shown or logged."""
    if not has_old_imports():
        return
    begin_writing()
    forget_old_imports()
    if request.method == "GET":
        db.session.commit()  # also if there is nothing to show then
