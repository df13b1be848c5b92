"""Items: the re-entry queue for programs, and the verbs that work one item down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field, StringConstraints

from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_routine, db
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.models import Item, User
from tracker.permissions import Permission, requires
from tracker.queries.item import find_items, get_item, state_of
from tracker.queries.routine import routine_of
from tracker.services import item as services
from tracker.services.lease import prolong_claim
from tracker.services.reading import Reading, check_reading
from tracker.services.settlement import settle_items, settled_with, undo_settlement
from tracker.views.api.filter import FILTERS, check_names, read_filter, read_outage, read_place
from tracker.views.api.item_content import describe_item
from tracker.views.api.parse import MAX_ID, Body, Nothing, Reason, read, row_id, stamp
from tracker.views.api.written import this_moment

blueprint = Blueprint("item", __name__)
MAX_HELD, MAX_TOGETHER = 500, 50
PATH = f"/items/<int(max={MAX_ID}):item_id>"


class DoneBody(Body):
    """Also holds, at the top level, what the routine asks to be told (`handed_to`, `handed_at`, …)."""

    model_config = ConfigDict(extra="allow")
    reference: Annotated[str, StringConstraints(max_length=120)] | None = None
    on_paper: bool | None = None
    version: int | None = None
    revision: int | None = None
    also: list[int] = Field(default=[], max_length=MAX_TOGETHER)
    """Other items of the same patient and system that the same entry settles."""


class ReadBody(Body):
    """The versions that were read: what others changed since refuses the request."""

    version: int | None = None
    revision: int | None = None


class NotNeededBody(ReadBody, Reason):
    pass


class QuestionBody(ReadBody):
    question: str


class KeepAliveBody(Body):
    items: list[int] = Field(max_length=MAX_HELD)


class AnswerBody(Body):
    text: str


@blueprint.get("/items")
@requires(Permission.ACTION_READ)
def index() -> ResponseReturnValue:
    """One page of the items of the user's units."""
    check_names((*FILTERS, "outage", "cursor", "limit"))
    chosen = replace(read_filter(current_routine()), outage_id=read_outage())
    cursor, limit = read_place()
    page = find_items(chosen, cursor=cursor, limit=limit)
    moment = this_moment()
    _note_access(page.items)
    return jsonify(
        items=[describe_item(item, page.states[item.id], moment) for item in page.items],
        next=page.next_cursor,
        total=page.total,
    )


@blueprint.get(PATH)
@requires(Permission.ACTION_READ)
def show(item_id: int) -> ResponseReturnValue:
    return tell_item(get_item(item_id, current_user().unit_ids))


@blueprint.post("/items/keep-alive")
@requires(Permission.ITEM_WORK)
def keep_alive() -> ResponseReturnValue:
    """Prolong the user's own claims while somebody works; what was lost is told, with who has it. Shows no patient."""
    body = read(KeepAliveBody)
    user = current_user()
    kept: list[dict[str, Any]] = []
    lost: list[dict[str, Any]] = []
    for item_id in sorted({row_id(one) for one in body.items}):
        try:
            get_item(item_id, user.unit_ids)
            item = services.lock_item(item_id)
            prolong_claim(item, actor=user)
            db.session.flush()
            kept.append({"id": item.id, "until": stamp(item.claimed_until), "revision": item.revision})
        except Conflict as conflict:
            lost.append({"id": item_id, "holder": conflict.holder, "message": str(conflict.message)})
        except NotFound as missing:
            lost.append({"id": item_id, "holder": None, "message": str(missing.message)})
    return jsonify(kept=kept, lost=lost)


@blueprint.post(f"{PATH}/claim")
@requires(Permission.ITEM_WORK)
def claim(item_id: int) -> ResponseReturnValue:
    read(Nothing)
    return carry_out(item_id, lambda item, user: services.claim_item(item, actor=user))


@blueprint.post(f"{PATH}/begin")
@requires(Permission.ITEM_WORK)
def begin(item_id: int) -> ResponseReturnValue:
    """The holder copied the first field: from now on the item may be in the target system."""
    read(Nothing)
    return carry_out(item_id, lambda item, user: services.begin_item(item, actor=user))


@blueprint.post(f"{PATH}/release")
@requires(Permission.ACTION_READ)
def release(item_id: int) -> ResponseReturnValue:
    read(Nothing)
    return carry_out(item_id, lambda item, user: services.release_item(item, actor=user))


@blueprint.post(f"{PATH}/done")
@requires(Permission.ITEM_WORK)
def done(item_id: int) -> ResponseReturnValue:
    body = read(DoneBody)
    return carry_out(item_id, lambda item, user: _finish(item, body, user))


@blueprint.post(f"{PATH}/not-needed")
@requires(Permission.ITEM_WORK)
def not_needed(item_id: int) -> ResponseReturnValue:
    body = read(NotNeededBody)

    def set_aside(item: Item, user: User) -> None:
        check_reading(item, Reading(body.version, body.revision), actor=user)
        services.mark_item_not_needed(item, body.reason, actor=user)

    return carry_out(item_id, set_aside)


@blueprint.post(f"{PATH}/ask")
@requires(Permission.ITEM_WORK)
def ask(item_id: int) -> ResponseReturnValue:
    body = read(QuestionBody)

    def ask_author(item: Item, user: User) -> None:
        check_reading(item, Reading(body.version, body.revision), actor=user)
        services.ask_about_item(item, body.question, actor=user)

    return carry_out(item_id, ask_author)


@blueprint.post(f"{PATH}/answer")
@requires(Permission.ACTION_READ)
def answer(item_id: int) -> ResponseReturnValue:
    body = read(AnswerBody)
    return carry_out(item_id, lambda item, user: services.answer_item(item, body.text, actor=user))


@blueprint.post(f"{PATH}/undo")
@requires(Permission.ACTION_READ)
def undo(item_id: int) -> ResponseReturnValue:
    read(Nothing)
    return carry_out(item_id, lambda item, user: undo_settlement(item, actor=user))


def carry_out(item_id: int, verb: Callable[[Item, User], object]) -> ResponseReturnValue:
    """Check the unit, lock the item, do one thing to it, and answer it as it is then."""
    user = current_user()
    get_item(item_id, user.unit_ids)
    verb(services.lock_item(item_id), user)
    db.session.flush()
    db.session.expire_all()  # relations follow the keys that the service set
    return tell_item(get_item(item_id, current_user().unit_ids))


def _finish(item: Item, body: DoneBody, user: User) -> None:
    told = body.model_extra or {}
    action = item.action
    spec = routine_of(action.outage).item(action.kind, item.item, action.fields)
    asked = {field.id for field in spec.finish}
    unknown = {f"/{name}": _l("There is no such field.") for name in told if name not in asked}
    if unknown:
        raise Invalid(unknown)
    check_reading(item, Reading(body.version, body.revision), actor=user)
    if body.on_paper or not body.also:
        services.finish_item(item, body.reference or "", told, on_paper=bool(body.on_paper), actor=user)
        return
    done_before = {other.id for other in settled_with(item)}
    wanted = sorted({row_id(one) for one in body.also} - done_before)
    others = [services.lock_item(get_item(one, user.unit_ids).id) for one in wanted]
    settle_items(item, others, body.reference or "", told, actor=user)


def tell_item(item: Item) -> ResponseReturnValue:
    moment = this_moment()
    _note_access([item])
    return jsonify(describe_item(item, state_of(item, moment.at), moment))


def _note_access(items: Iterable[Item]) -> None:
    for item in items:
        saw_patients([item.action.patient_id], item.action.unit_id)
