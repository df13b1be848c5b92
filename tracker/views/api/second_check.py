"""The second person of a high-risk entry: it is right as it stands in the system, or it is sent back."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import Field, StringConstraints

from tracker.permissions import Permission, requires
from tracker.services.second_check import check_entry, reject_entry
from tracker.views.api.item import PATH, carry_out
from tracker.views.api.parse import Body, read

blueprint = Blueprint("second_check", __name__)
Read = Annotated[str, StringConstraints(max_length=4000)] | int | float | bool


class CheckBody(Body):
    """`seen`: for each of the item's `check_fields` what stands in the target system."""

    seen: dict[str, Read] = Field(max_length=200)
    revision: int | None = None


class RejectBody(Body):
    note: Annotated[str, StringConstraints(max_length=2000)]
    revision: int | None = None


@blueprint.post(f"{PATH}/check")
@requires(Permission.ITEM_WORK)
def check(item_id: int) -> ResponseReturnValue:
    body = read(CheckBody)
    return carry_out(item_id, lambda item, user: check_entry(item, body.seen, revision=body.revision, actor=user))


@blueprint.post(f"{PATH}/reject")
@requires(Permission.ITEM_WORK)
def reject(item_id: int) -> ResponseReturnValue:
    body = read(RejectBody)
    return carry_out(item_id, lambda item, user: reject_entry(item, body.note, revision=body.revision, actor=user))
