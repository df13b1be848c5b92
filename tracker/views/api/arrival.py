"""Whether something had arrived in the target system by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import StringConstraints

from tracker.models import Arrival
from tracker.permissions import Permission, requires
from tracker.services.arrival import look_for_arrival
from tracker.views.api.item import PATH, carry_out
from tracker.views.api.parse import Body, read

blueprint = Blueprint("arrival", __name__)


class ArrivalBody(Body):
    answer: Literal["arrived", "twice", "missing"]
    reference: Annotated[str, StringConstraints(max_length=120)] | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    version: int | None = None


@blueprint.post(f"{PATH}/arrival")
@requires(Permission.ITEM_WORK)
def look(item_id: int) -> ResponseReturnValue:
    """Arrived finishes an entering or watching step; twice also adds the item that cancels the twin."""
    body = read(ArrivalBody)
    return carry_out(
        item_id,
        lambda item, user: look_for_arrival(
            item, Arrival(body.answer), body.reference or "", body.note or "", version=body.version, actor=user
        ),
    )
