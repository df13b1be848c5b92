"""Lists of work done as a whole, and what is said of several rows of them at once."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field, StringConstraints

from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_routine
from tracker.guard import current_user
from tracker.i18n import lazy_text as _l
from tracker.permissions import Permission, requires
from tracker.queries.item import ItemFilter
from tracker.queries.work_list import ListRow, rows_of_step
from tracker.routine.spec import ListStep, WorkList
from tracker.services.work_list import Ticked, say_of_rows
from tracker.views.api.filter import check_names, read_filter, read_outage
from tracker.views.api.parse import Body, read, stamp
from tracker.views.api.written import own
from tracker.views.item_queue import note_seen

blueprint = Blueprint("work_list", __name__)
MAX_ROWS = 500
STEP = "/work-lists/<list_id>/<step_id>"


class RowBody(Body):
    action: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]{32,36}$")]
    version: int | None = None
    reference: Annotated[str, StringConstraints(max_length=120)] | None = None


class RowsBody(Body):
    rows: list[RowBody] = Field(min_length=1, max_length=MAX_ROWS)


@blueprint.get("/work-lists")
@requires(Permission.ITEM_WORK)
def index() -> ResponseReturnValue:
    """Every list of the routine with its steps, and what can be said of their rows."""
    return jsonify(lists=[_describe(one) for one in current_routine().lists.values()])


@blueprint.get(STEP)
@requires(Permission.ITEM_WORK)
def rows(list_id: str, step_id: str) -> ResponseReturnValue:
    """The rows of one step in its order. Real work and drills are not mixed: without an outage, what is real."""
    check_names(("unit", "outage"))
    found = rows_of_step(*_step(list_id, step_id), _scope())
    note_seen([item for row in found for item in row.items])
    return jsonify(rows=[_describe_row(row) for row in found])


@blueprint.post(f"{STEP}/<verb_id>")
@requires(Permission.ITEM_WORK)
def say(list_id: str, step_id: str, verb_id: str) -> ResponseReturnValue:
    """Of all the rows, or of none where one is refused."""
    one, step = _step(list_id, step_id)
    verb = next((verb for verb in step.verbs if verb.id == verb_id), None)
    if verb is None:
        raise NotFound(_l("There is no such list."))
    sent = {_uuid(row.action): row for row in read(RowsBody).rows}
    scope = ItemFilter(current_user().unit_ids)
    known = {row.action.id: row for row in rows_of_step(one, step, scope) if row.action.id in sent}
    ticked = [
        Ticked(row.items, sent[action_id].reference or "", sent[action_id].version) for action_id, row in known.items()
    ]
    refused = {
        **dict.fromkeys(sent.keys() - known.keys(), _l("It is no longer on this list: a colleague came first.")),
        **say_of_rows(verb, ticked, actor=current_user()),
    }
    if refused:
        raise Conflict("; ".join(f"{action_id}: {reason}" for action_id, reason in refused.items()))
    return jsonify(rows=len(known))


def _step(list_id: str, step_id: str) -> tuple[WorkList, ListStep]:
    one = current_routine().lists.get(list_id)
    step = one.step(step_id) if one else None
    if one is None or step is None:
        raise NotFound(_l("There is no such list."))
    return one, step


def _scope() -> ItemFilter:
    outage = read_outage()
    return ItemFilter(read_filter(current_routine()).unit_ids, outage, drill=None if outage else False)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid({"/rows": _l("Enter a UUID.")}) from None


def _describe(one: WorkList) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": own(one.label),
        "section": one.section,
        "basis": one.basis,
        "kinds": list(one.kinds),
        "steps": [
            {
                "id": step.id,
                "label": own(step.label),
                "items": list(step.item_ids),
                "verbs": [{"id": verb.id, "label": own(verb.label), "does": verb.does} for verb in step.verbs],
            }
            for step in one.steps
        ],
    }


def _describe_row(row: ListRow) -> dict[str, Any]:
    action = row.action
    return {
        "action": str(action.id),
        "version": action.version,
        "patient": str(action.patient_id),
        "unit": action.unit.code,
        "clock": stamp(row.clock),
        "performed_by": action.performer,
        "items": [
            {"id": item.id, "item": item.item, "state": row.states[item.id], "due_at": stamp(item.due_at)}
            for item in row.items
        ],
        "looked_in_vain_at": stamp(row.look.at) if row.look and row.look.answer == "missing" else None,
    }
