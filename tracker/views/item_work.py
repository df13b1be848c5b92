"""Working one patient's items in one system, and one item with everything about it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, NotFound
from tracker.extensions import current_routine
from tracker.forms.item import ItemForm
from tracker.guard import current_user, saw_patients
from tracker.i18n import language, plural
from tracker.i18n import lazy_text as _l
from tracker.i18n import text as _
from tracker.models import Item, User
from tracker.permissions import Permission, may_work, reading_unit, requires
from tracker.queries.action import events_of
from tracker.queries.item import READY, Page, count_items, every_item, get_item, state_of
from tracker.queries.outage import outages_for
from tracker.queries.record_text import changes_since_entered
from tracker.queries.routine import passages_beside, routine_of
from tracker.queries.turn import find_turns, last_worked, next_turn
from tracker.services.item import claim_item, lock_item
from tracker.services.reading import NOTHING_READ, Reading
from tracker.views.item_blueprint import blueprint
from tracker.views.item_choice import ALL, DRILL, MINE, Choice
from tracker.views.item_desk import EventLine, beside_items, event_line, last_finished
from tracker.views.item_panel import Line, Panel, Reader
from tracker.views.item_queue import choice_now, note_former, note_seen
from tracker.views.live import live
from tracker.views.page import target_name


@dataclass(frozen=True)
class Refused:
    """A form that was refused: shown again where it was sent from, with everything typed."""

    item_id: int
    name: str
    form: ItemForm
    reading: Reading = NOTHING_READ
    """What it rested on."""
    also: frozenset[int] = frozenset()
    """The other items that its entry should settle."""


@dataclass(frozen=True)
class OtherSystem:
    target: str
    url: str
    ready: int
    unfinished: int


@blueprint.get("/queue/patient/<uuid:patient_id>")
@requires(Permission.ITEM_WORK)
@live
def patient(patient_id: uuid.UUID) -> ResponseReturnValue:
    return work_page(patient_id)


def work_page(patient_id: uuid.UUID, refused: Refused | None = None, status: int = 200) -> ResponseReturnValue:
    """All that is left of one patient in one system, to be worked down; the rest of the patient in short."""
    user = current_user()
    choice, page = _patients_items(patient_id, user)
    note_seen(page.items)
    system = choice.system if choice.system not in ("", ALL) else _busiest(page, user)
    here = [item for item in page.items if item.system == system and may_work(user, item)]
    reader = Reader(user)
    changes = changes_since_entered(here, language())
    note_former(changes)
    panels: list[Panel] = []
    later: list[Line] = []
    for item in here:
        mine = refused if refused and refused.item_id == item.id else None
        line = reader.line(item, page.states[item.id])
        if line.is_held_by_reader or line.can_take or mine:
            panels.append(
                reader.panel(
                    item, page.states[item.id], changes.get(item.id, ()), (mine.name, mine.form) if mine else None
                )
            )
        elif not item.is_finished:
            later.append(line)
    saw_patients({panel.logged_as.id for panel in panels if panel.logged_as})
    held = [panel.line for panel in panels if panel.line.is_held_by_reader]
    finished = [item for item in here if item.is_finished]
    others = [item for item in page.items if item not in here]
    routine = routine_of(page.items[0].action.outage)
    return (
        render_template(
            "item/patient.html",
            patient=page.items[0].action.patient,
            scope=choice.scope(system),
            choice=choice,
            system=system,
            panels=panels,
            desk=beside_items(reader, [panel.item for panel in panels], held, _answer_of(refused)),
            last=last_finished(reader),
            unfolded=_unfolded(panels, refused),
            later=later,
            finished=[reader.line(item, page.states[item.id]) for item in finished],
            other_roles=[
                reader.line(item, page.states[item.id])
                for item in others
                if not may_work(user, item) and not item.is_finished
            ],
            other_systems=_other_systems(patient_id, page, [item for item in others if may_work(user, item)], choice),
            to_take=sum(panel.line.can_take for panel in panels),
            total=len(here),
            is_drill=page.items[0].action.outage.drill,
            several_units=len({item.action.unit_id for item in page.items}) > 1,
            left=count_items(_next_filter(choice, system, user))[READY]
            - sum(page.states[item.id] == READY for item in here),
            passages=passages_beside(
                routine, dict.fromkeys(item.action.kind for item in [panel.item for panel in panels] or here)
            ),
        ),
        status,
    )


@blueprint.post("/queue/patient/<uuid:patient_id>/take")
@requires(Permission.ITEM_WORK)
def take(patient_id: uuid.UUID) -> ResponseReturnValue:
    """Hold all of one patient's ready items in one system, so that nobody else opens the same record."""
    user = current_user()
    choice, page = _patients_items(patient_id, user)
    system = choice.system if choice.system not in ("", ALL) else _busiest(page, user)
    here = [item for item in page.items if item.system == system and may_work(user, item)]
    ready = [item for item in here if page.states[item.id] == READY]
    _take(ready, user)
    taken = {item.claimed_by.name for item in here if item.claimed_by and item.claimed_by_id != user.id}
    if not ready and taken:
        flash(_("%(names)s came first and has taken what was ready.", names=", ".join(sorted(taken))), "danger")
    return redirect(url_for("item.patient", patient_id=patient_id, **choice.scope(system)))


@blueprint.post("/queue/next")
@requires(Permission.ITEM_WORK)
def take_next() -> ResponseReturnValue:
    """Hold the ready items of the patient whose turn it is, in one system."""
    user = current_user()
    choice = choice_now(user, outages_for(user))
    theirs = _next_filter(choice, choice.system, user)
    turn = next_turn(find_turns(theirs, current_routine().target_order), last_worked(user))
    if turn is None:
        flash(_("Nothing is ready for you here just now."), "warning")
        return redirect(url_for("item.queue", **choice.args()))
    _take(every_item(replace(theirs, patient_id=turn.patient_id, systems=(turn.system,))).items, user)
    return redirect(url_for("item.patient", patient_id=turn.patient_id, **choice.scope(turn.system), **_kept_last()))


@blueprint.get("/items/<int:item_id>")
@requires(Permission.ACTION_READ)
def show(item_id: int) -> ResponseReturnValue:
    return item_page(item_id)


def item_page(item_id: int, refused: Refused | None = None, status: int = 200) -> ResponseReturnValue:
    """One item with everything about it."""
    user = current_user()
    item = get_item(item_id, user.unit_ids)
    saw_patients([item.action.patient_id], reading_unit(user, item.action))
    changes = changes_since_entered([item], language())
    note_former(changes)
    reader = Reader(user)
    panel = reader.panel(
        item, state_of(item), changes.get(item.id, ()), (refused.name, refused.form) if refused else None
    )
    saw_patients({panel.logged_as.id} if panel.logged_as else ())
    routine = routine_of(item.action.outage)
    return (
        render_template(
            "item/show.html",
            shown=panel,
            desk=beside_items(reader, [item], (), _answer_of(refused)),
            item=item,
            action=item.action,
            kind=routine.kinds[item.action.kind],
            scope={"system": item.system},
            events=_events(item),
            passages=passages_beside(routine, [item.action.kind]),
        ),
        status,
    )


def lock_items(item_ids: Sequence[int]) -> list[Item]:
    """Hold several items against other writers, always in the same order so that two never wait for each other."""
    return [lock_item(item_id) for item_id in sorted(item_ids)]


def _patients_items(patient_id: uuid.UUID, user: User) -> tuple[Choice, Page]:
    """The patient's items in the reader's units, real work unless the address says drill or there is only drill."""
    choice = choice_now(user, outages_for(user))
    anywhere: dict[str, Any] = {
        "unit_ids": user.unit_ids,
        "patient_id": patient_id,
        "systems": (),
        "states": (),
        "roles": (),
        "kinds": (),
        "older_than": None,
    }
    page = every_item(choice.filter(user, **anywhere))
    if not page.items and "outage" not in request.args:
        choice = replace(choice, outage=DRILL)
        page = every_item(choice.filter(user, **anywhere))
    if not page.items:
        raise NotFound(_l("There is no such patient in your units."))
    return choice, page


def _next_filter(choice: Choice, system: str, user: User) -> Any:
    theirs = replace(choice, role=MINE, state=READY, system=system)
    return theirs.filter(user, unit_ids=theirs.unit_ids(user) & user.working_unit_ids)


def _kept_last() -> dict[str, Any]:
    return {"last": request.args["last"]} if request.args.get("last", "").isdigit() else {}


def _unfolded(panels: Sequence[Panel], refused: Refused | None) -> int | None:
    """One item is open at a time, so that nothing is copied from another: the one asked for, else the next of mine."""
    wanted = refused.item_id if refused else request.args.get("item", type=int)
    ids = [panel.item.id for panel in panels]
    mine = [panel.item.id for panel in panels if panel.line.is_held_by_reader]
    return wanted if wanted in ids else next(iter([*mine, *ids]), None)


def _take(ready: Sequence[Item], user: User) -> None:
    lost: list[str] = []
    for item in lock_items([item.id for item in ready]):
        try:
            claim_item(item, actor=user)
        except Conflict as conflict:
            lost.append(conflict.holder or str(conflict.message))
    if lost:
        flash(
            plural(
                "One was taken by somebody else just before: %(names)s.",
                "%(num)s were taken by somebody else just before: %(names)s.",
                len(lost),
                names=", ".join(dict.fromkeys(lost)),
            ),
            "danger",
        )


def _busiest(page: Page, user: User) -> str:
    """The system with most to do for this user, then with anything of theirs."""

    def weight(item: Item) -> tuple[bool, bool]:
        return (may_work(user, item) and page.states[item.id] == READY, may_work(user, item) and not item.is_finished)

    ready: dict[str, list[int]] = {}
    for item in page.items:
        counts = ready.setdefault(item.system, [0, 0])
        for place, counted in enumerate(weight(item)):
            counts[place] += counted
    return max(ready, key=lambda system: ready[system])


def _other_systems(patient_id: uuid.UUID, page: Page, theirs: Sequence[Item], choice: Choice) -> list[OtherSystem]:
    systems = dict.fromkeys(item.system for item in theirs if not item.is_finished)
    return [
        OtherSystem(
            target_name(system),
            url_for("item.patient", patient_id=patient_id, **choice.scope(system)),
            ready=sum(item.system == system and page.states[item.id] == READY for item in theirs),
            unfinished=sum(item.system == system and not item.is_finished for item in theirs),
        )
        for system in systems
    ]


def _events(item: Item) -> list[EventLine]:
    """The history of the item, and what happened to its action as a whole."""
    return [
        event_line(event)
        for event in events_of(item.action)
        if event.subject_type == "action" or event.subject_id == str(item.id)
    ]


def _answer_of(refused: Refused | None) -> tuple[int, Reading, frozenset[int]] | None:
    return (refused.item_id, refused.reading, refused.also) if refused else None
