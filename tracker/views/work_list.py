"""Lists of work done as a whole: dictations, a day's visits, operations to save again. The routine says which."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import current_routine, db
from tracker.guard import current_user
from tracker.i18n import language, plural
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import User
from tracker.permissions import Permission, requires
from tracker.queries.item import ItemFilter
from tracker.queries.outage import outages_for
from tracker.queries.work_list import ListRow, grouped, rows_of_step
from tracker.routine.spec import ListStep, ListVerb, WorkList
from tracker.services.work_list import Ticked, say_of_rows
from tracker.views.item_choice import ALL, ANY, DRILL, REAL, UNFINISHED_STATES, Choice
from tracker.views.item_panel import Reader
from tracker.views.item_queue import choice_now, note_seen
from tracker.views.work_list_shown import ShownGroup, heading, shown_row

blueprint = Blueprint("work_list", __name__)
ROWS_PER_PAGE = 150


@dataclass(frozen=True)
class Tab:
    step: ListStep
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Refused:
    """What was ticked and written when it was refused, and why."""

    reasons: Mapping[uuid.UUID, object] = field(default_factory=dict)
    ticked: frozenset[uuid.UUID] = frozenset()
    references: Mapping[uuid.UUID, str] = field(default_factory=dict)
    message: str = ""


@blueprint.get("/work-lists")
@requires(Permission.ITEM_WORK)
def index() -> ResponseReturnValue:
    """Every list of the routine, with what is left of each step."""
    user = current_user()
    scope = _scope(user, _choice(user))
    return render_template(
        "work_list/index.html",
        lists=[
            (one, [(step, _left(rows_of_step(one, step, scope))) for step in one.steps])
            for one in current_routine().lists.values()
        ],
    )


@blueprint.get("/work-lists/<list_id>")
@requires(Permission.ITEM_WORK)
def show(list_id: str) -> ResponseReturnValue:
    return _page(_list(list_id), Refused(), 200)


@blueprint.post("/work-lists/<list_id>/<step_id>/<verb_id>")
@requires(Permission.ITEM_WORK)
def say(list_id: str, step_id: str, verb_id: str) -> ResponseReturnValue:
    """One thing said of every ticked row: of all of them, or of none where one is refused."""
    one = _list(list_id)
    step = one.step(step_id)
    verb = next((verb for verb in step.verbs if verb.id == verb_id), None) if step else None
    if step is None or verb is None:
        raise NotFound(_l("There is no such list."))
    user = current_user()
    sent = Refused(ticked=_ticked(), references=_references())
    if not sent.ticked:
        return _page(one, Refused(message=_("Tick the rows first.")), 422)
    rows = {row.action.id: row for row in rows_of_step(one, step, _scope(user, _choice(user)))}
    gone = dict.fromkeys(sent.ticked - rows.keys(), _("It is no longer on this list: a colleague came first."))
    known = [row for action_id, row in rows.items() if action_id in sent.ticked]
    refused = {
        **gone,
        **say_of_rows(
            verb,
            [Ticked(row.items, sent.references.get(row.action.id, ""), _version(row.action.id)) for row in known],
            actor=user,
        ),
    }
    if refused:
        db.session.rollback()
        return _page(one, _told(sent, refused), 409)
    flash(_said(verb, len(known)), "success")
    if verb.does == "claim":
        return redirect(_to_work(known[0]))
    return redirect(url_for("work_list.show", list_id=one.id, **_kept(step)))


def _page(one: WorkList, refused: Refused, status: int) -> ResponseReturnValue:
    user = current_user()
    choice = _choice(user)
    scope = _scope(user, choice)
    rows_by_step = {step.id: rows_of_step(one, step, scope) for step in one.steps}
    step = one.step(request.view_args.get("step_id", "") if request.view_args else "") or one.step(
        request.args.get("step", "")
    )
    if step is None:
        step = next((step for step in one.steps if _left(rows_by_step[step.id])), one.steps[0])
    rows = rows_by_step[step.id]
    pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(choice.page, pages)
    here = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    note_seen([item for row in here for item in row.items])
    reader = Reader(user)
    groups = [
        ShownGroup(heading(group), [shown_row(one, step, row, reader, refused.reasons) for row in group.rows])
        for group in grouped(step, here)
    ]
    return (
        render_template(
            "work_list/show.html",
            one=one,
            step=step,
            tabs=_tabs(one, step, rows_by_step),
            groups=groups,
            refused=refused,
            units=_unit_options(user),
            choice=choice,
            is_drill=_is_drill(user, choice),
            left=_left(rows),
            total=len(rows),
            page=page,
            pages=pages,
            args=_kept(step),
            made_at=utcnow(),
        ),
        status,
    )


def _list(list_id: str) -> WorkList:
    found = current_routine().lists.get(list_id)
    if found is None:
        raise NotFound(_l("There is no such list."))
    return found


def _choice(user: User) -> Choice:
    wanted = {name: request.args[name] for name in ("unit", "outage", "page") if name in request.args}
    return choice_now(user, outages_for(user), {"role": ANY, "state": UNFINISHED_STATES, "unit": ALL, **wanted})


def _scope(user: User, choice: Choice) -> ItemFilter:
    return choice.filter(user, systems=(), states=(), roles=())


def _is_drill(user: User, choice: Choice) -> bool:
    if choice.outage.isdigit():
        return any(outage.drill for outage in outages_for(user) if outage.id == int(choice.outage))
    return choice.outage == DRILL


def _left(rows: Sequence[ListRow]) -> int:
    return sum(not row.is_finished for row in rows)


def _tabs(one: WorkList, current: ListStep, rows: Mapping[str, Sequence[ListRow]]) -> list[Tab]:
    return [
        Tab(step, url_for("work_list.show", list_id=one.id, **_kept(step)), _left(rows[step.id]), step is current)
        for step in one.steps
    ]


def _kept(step: ListStep) -> dict[str, Any]:
    return {"step": step.id, **{name: request.args[name] for name in ("unit", "outage") if name in request.args}}


def _unit_options(user: User) -> list[tuple[str, str]]:
    units = sorted((row.unit for row in user.memberships), key=lambda unit: unit.name)
    return [(ALL, _("All my units")), *((unit.code, unit.name) for unit in units)]


def _ticked() -> frozenset[uuid.UUID]:
    return frozenset(found for text in request.form.getlist("row") if (found := _uuid(text)))


def _references() -> dict[uuid.UUID, str]:
    named = ((name.removeprefix("reference-"), text) for name, text in request.form.items())
    return {found: text.strip() for name, text in named if text.strip() and (found := _uuid(name))}


def _version(action_id: uuid.UUID) -> int | None:
    return request.form.get(f"version-{action_id}", type=int)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _told(sent: Refused, refused: Mapping[uuid.UUID, object]) -> Refused:
    """What can be done is still ticked; what stands in the way says why."""
    message = plural(
        "Nothing is saved yet: %(num)s row says why it cannot be done, and is no longer ticked. Try again.",
        "Nothing is saved yet: %(num)s rows say why they cannot be done, and are no longer ticked. Try again.",
        len(refused),
    )
    return Refused(refused, sent.ticked - refused.keys(), sent.references, message)


def _said(verb: ListVerb, count: int) -> str:
    label = verb.label.in_language(language())
    return plural("%(what)s: %(num)s row.", "%(what)s: %(num)s rows.", count, what=label)


def _to_work(row: ListRow) -> str:
    """The session of the first patient that was taken."""
    item = row.items[0]
    drill = DRILL if row.action.outage.drill else REAL
    return url_for("item.patient", patient_id=row.action.patient_id, system=item.system, outage=drill, unit=ALL)
