"""An electronic order was sent beside the paper one."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.extensions import db
from tracker.guard import current_user
from tracker.permissions import Permission, requires
from tracker.queries.item import get_item
from tracker.services.item import lock_item
from tracker.services.twin import add_twin
from tracker.views.api.item import PATH, tell_item
from tracker.views.api.parse import Reason, read

blueprint = Blueprint("twin", __name__)


@blueprint.post(f"{PATH}/twin")
@requires(Permission.ITEM_WORK)
def add(item_id: int) -> ResponseReturnValue:
    """Add the item that cancels the twin to the same action, and answer it; found before, it is the same."""
    body = read(Reason)
    user = current_user()
    get_item(item_id, user.unit_ids)
    twin_id = add_twin(lock_item(item_id).action, body.reason, actor=user).id
    db.session.flush()
    db.session.expire_all()
    return tell_item(get_item(twin_id, current_user().unit_ids))
