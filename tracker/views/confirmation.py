"""The unit manager reads every action, confirms it, or sends it back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import current_routine
from tracker.forms.confirmation import SendBackForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import lazy_text as _l
from tracker.i18n import plural
from tracker.i18n import text as _
from tracker.models import Action, Outage, Unit
from tracker.permissions import Permission, requires
from tracker.queries.action import ActionFilter, count_actions_by_unit, get_action
from tracker.queries.confirmation import (
    actions_by_id,
    actions_to_read,
    ids_in_units,
    kinds_logged,
    managers_of,
    standings,
)
from tracker.queries.outage import outages_for
from tracker.queries.routine import routine_of
from tracker.queries.unit import units_by_id
from tracker.routine.spec import KindSpec
from tracker.services.action import lock_action
from tracker.services.confirmation import confirm_many, send_back_action
from tracker.views.confirmation_row import kind_label, rows_for, why_not_confirmed

blueprint = Blueprint("confirmation", __name__)

PER_PAGE = 50
TO_CONFIRM = "to_confirm"
STATES = (TO_CONFIRM, "open", "confirmed", "voided")
_TITLES = {
    TO_CONFIRM: _l("To confirm"),
    "open": _l("Still open"),
    "confirmed": _l("Confirmed"),
    "voided": _l("Voided"),
}


@dataclass(frozen=True)
class Choice:
    """What the manager has chosen to look at. `args` repeats it in a link."""

    outage: Outage | None
    unit: Unit | None
    state: str
    kind: str
    page: int

    @property
    def args(self) -> dict[str, Any]:
        chosen = {
            "outage": self.outage.id if self.outage else None,
            "unit": self.unit.code if self.unit else None,
            "state": None if self.state == TO_CONFIRM else self.state,
            "kind": self.kind or None,
        }
        return {name: value for name, value in chosen.items() if value}

    def filter(self, unit_ids: frozenset[int]) -> ActionFilter:
        return ActionFilter(
            frozenset({self.unit.id}) if self.unit else unit_ids,
            self.outage.id if self.outage else None,
            self.state,
            self.kind,
        )


@dataclass(frozen=True)
class Tab:
    state: str
    title: str
    count: int
    url: str


@dataclass(frozen=True)
class Left:
    """An action that was chosen and not confirmed."""

    action: Action
    kind: str
    why: str


@dataclass(frozen=True)
class Refused:
    """A sending back that could not be accepted: what was typed, and why."""

    action_id: uuid.UUID
    reason: str
    fault: str


@blueprint.get("/confirm")
@requires(Permission.UNIT_MANAGE)
def index() -> ResponseReturnValue:
    return _page(_read_choice())


@blueprint.post("/confirm")
@blueprint.post("/confirm/<uuid:action_id>")
@requires(Permission.UNIT_MANAGE)
def confirm(action_id: uuid.UUID | None = None) -> ResponseReturnValue:
    """Confirm one or many; those that cannot be confirmed are left and told one by one."""
    choice = _read_choice()
    user = current_user()
    only = request.form.get("only")
    chosen = [str(action_id)] if action_id else [only] if only else request.form.getlist("action")
    seen = dict(_read_mark(value) for value in chosen)
    if not seen:
        return _page(choice, fault=_("Choose at least one action to confirm."))
    mine = ids_in_units(seen, user.managed_unit_ids)
    if not mine:
        raise NotFound(_l("There is no such action in the units you manage."))
    outcome = confirm_many({found: seen[found] for found in mine}, actor=user)
    if outcome.confirmed:
        count = len(outcome.confirmed)
        flash(plural("%(num)s action confirmed.", "%(num)s actions confirmed.", count), "success")
    if action_id and request.form.get("back") == "action":
        for refusal in outcome.left.values():
            flash(str(refusal.message), "danger")
        return redirect(url_for("action.show", action_id=action_id))
    left = sorted(str(found) for found in outcome.left)
    return redirect(url_for("confirmation.index", **choice.args, page=choice.page if left else None, left=left or None))


@blueprint.post("/confirm/<uuid:action_id>/send-back")
@requires(Permission.UNIT_MANAGE)
def send_back(action_id: uuid.UUID) -> ResponseReturnValue:
    """Send one action back: what was finished is opened again for its roles to look at."""
    choice = _read_choice()
    user = current_user()
    form = SendBackForm()
    if action_id not in ids_in_units([action_id], user.managed_unit_ids):
        raise NotFound(_l("There is no such action in the units you manage."))
    typed = form.reason.data or ""
    if not form.validate_on_submit():
        return _page(choice, refused=Refused(action_id, typed, " ".join(map(str, form.reason.errors))))
    lock_action(action_id)
    action = get_action(action_id, user.managed_unit_ids)
    try:
        send_back_action(action, typed, actor=user)
    except Invalid as error:
        return _page(choice, refused=Refused(action_id, typed, " ".join(map(str, error.faults.values()))))
    except Conflict as error:
        return _page(choice, refused=Refused(action_id, typed, str(error.message)), status=409)
    flash(_("Sent back. Its follow-ups are open again, with your reason beside them."), "success")
    if request.form.get("back") == "action":
        return redirect(url_for("action.show", action_id=action_id))
    return redirect(url_for("confirmation.index", **choice.args, page=choice.page))


def _page(choice: Choice, *, fault: str = "", refused: Refused | None = None, status: int = 0) -> ResponseReturnValue:
    user = current_user()
    managed = user.managed_unit_ids
    actions, total = actions_to_read(choice.filter(managed), page=choice.page, per_page=PER_PAGE)
    if refused and refused.action_id not in {action.id for action in actions}:
        # It left this list meanwhile: it is shown first all the same, so that nothing typed is lost.
        actions = [*actions_by_id([refused.action_id], managed), *actions]
    rows = rows_for(actions, user)
    left = _left(user.managed_unit_ids)
    for row in rows:
        saw_patients(row.patients, row.action.unit_id)
    for entry in left:
        saw_patients([entry.action.patient_id], entry.action.unit_id)
    counts = count_actions_by_unit(managed)
    standing = standings(managed, counts)
    html = render_template(
        "confirmation/index.html",
        choice=choice,
        rows=rows,
        total=total,
        pages=max(1, -(-total // PER_PAGE)),
        tabs=_tabs(choice, count_actions_by_unit(managed, kind=choice.kind) if choice.kind else counts),
        can_confirm=sum(row.can_confirm for row in rows),
        select_all=request.args.get("select") == "page",
        left=left,
        fault=fault,
        refused=refused,
        unsigned=[entry for entry in standing if entry.sign_off is None],
        signed=[entry for entry in standing if entry.sign_off],
        outages=outages_for(user),
        units=units_by_id(managed),
        kinds=_kinds(managed),
    )
    return html, status or (422 if fault or refused else 200)


def _read_choice() -> Choice:
    user = current_user()
    outages = {outage.id: outage for outage in outages_for(user)}
    units = {unit.code: unit for unit in units_by_id(user.managed_unit_ids)}
    outage_id = request.args.get("outage", type=int)
    code = request.args.get("unit", "")
    if outage_id and outage_id not in outages:
        raise NotFound(_l("There is no such outage."))
    if code and code not in units:
        raise NotFound(_l("You do not manage that unit."))
    state = request.args.get("state", "")
    return Choice(
        outage=outages.get(outage_id or 0),
        unit=units.get(code),
        state=state if state in STATES else TO_CONFIRM,
        kind=request.args.get("kind", ""),
        page=max(1, request.args.get("page", 1, type=int)),
    )


def _read_mark(value: str) -> tuple[uuid.UUID, str]:
    """`id:mark` of a chosen action; the mark says what the manager read."""
    identifier, _colon, mark = value.partition(":")
    try:
        return uuid.UUID(identifier), mark
    except ValueError:
        raise NotFound(_l("There is no such action in the units you manage.")) from None


def _tabs(choice: Choice, counts: Mapping[tuple[int, int], Mapping[str, int]]) -> list[Tab]:
    cells = [
        cell
        for (outage_id, unit_id), cell in counts.items()
        if (choice.outage is None or choice.outage.id == outage_id)
        and (choice.unit is None or choice.unit.id == unit_id)
    ]
    args = {name: value for name, value in choice.args.items() if name != "state"}
    return [
        Tab(
            state,
            str(_TITLES[state]),
            sum(cell[state] for cell in cells),
            url_for("confirmation.index", **args, state=None if state == TO_CONFIRM else state),
        )
        for state in STATES
    ]


def _left(managed: frozenset[int]) -> list[Left]:
    """The chosen actions that were not confirmed, and why, as they stand now."""
    user = current_user()
    ids = []
    for value in request.args.getlist("left")[:PER_PAGE]:
        try:
            ids.append(uuid.UUID(value))
        except ValueError:
            continue
    actions = actions_by_id(ids, managed) if ids else []
    managers = managers_of({action.unit_id for action in actions})
    return [
        Left(
            action,
            kind_label(routine_of(action.outage), action.kind),
            why_not_confirmed(action, user, [manager for manager in managers[action.unit_id] if manager.id != user.id])
            or _("It changed while you read it. Read it again before you confirm."),
        )
        for action in actions
    ]


def _kinds(managed: frozenset[int]) -> list[KindSpec]:
    """The kinds to choose among: those the units have logged, in the routine's order."""
    logged = kinds_logged(managed)
    return [kind for kind in current_routine().kinds.values() if kind.id in logged]
