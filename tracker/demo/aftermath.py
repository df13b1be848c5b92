"""The last hour: questions, corrections, mistakes, what is being entered now, and what managers have said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tracker.clock import telling
from tracker.demo.cases import Case
from tracker.demo.earlier import confirm_closed
from tracker.demo.scene import Scene
from tracker.demo.second import tell_of_second_persons
from tracker.demo.turns import CORRECTIONS, NOT_NEEDED, QUESTIONS, SEND_BACKS, VOIDS, Change
from tracker.models import Action, Item, ItemState, Outage
from tracker.queries.action import ActionFilter, find_actions
from tracker.queries.item import READY, WAITING, ItemFilter, every_item
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import send_back_action
from tracker.services.item import (
    answer_item,
    ask_about_item,
    begin_item,
    claim_item,
    mark_item_not_needed,
    release_item,
    undo_item,
)
from tracker.services.sign_off import sign_off_unit


def tell_of_aftermath(scene: Scene, outage: Outage, cases: list[Case]) -> None:
    _abandon(scene, outage)
    with scene.ago(minutes=48):
        for unit in scene.units.values():
            confirm_closed(scene, outage, unit, share=0.55)
    _ask(scene, outage)
    tell_of_second_persons(scene, outage)
    _say_not_needed(scene, outage)
    _change(scene, outage)
    _sign_off(scene, outage, cases)
    _log_twice(scene, outage, cases)
    _hold(scene, outage)


def _items(scene: Scene, outage: Outage, kind: str, item: str, *states: str) -> Iterator[Item]:
    every = frozenset(unit.id for unit in scene.units.values())
    chosen = ItemFilter(every, outage_id=outage.id, kinds=(kind,), states=states)
    return (found for found in every_item(chosen).items if found.item == item and found.attention is None)


def _actions(scene: Scene, outage: Outage, kind: str, done: bool) -> Iterator[Action]:
    """Actions of a kind, entered or not begun, that nobody has changed yet."""
    every = frozenset(unit.id for unit in scene.units.values())
    chosen = ActionFilter(every, outage.id, state="" if done else "open", kind=kind)
    for action in find_actions(chosen, page=1, per_page=1000)[0]:
        untouched = all(item.state is ItemState.OPEN for item in action.items)
        entered = any(item.state is ItemState.DONE for item in action.items)
        if action.version == 1 and not action.is_voided and (action.is_closed and entered if done else untouched):
            yield action


def _abandon(scene: Scene, outage: Outage) -> None:
    """Work that was begun and left: two claims that have run out, one that was let go, one undone."""
    with scene.ago(minutes=58) as moment:
        begun = [item for item in scene.ready_items(outage) if scene.worker_for(item)][4:24:6]
        for item in begun[:3]:
            worker = scene.worker_for(item)
            assert worker is not None  # noqa: S101 - chosen by it
            claim_item(item, actor=worker)
            begin_item(item, actor=worker)
            if item is begun[2]:
                release_item(item, actor=worker)
        for kind, item_id in (("elvis.booking", "make-booking"), ("pmo.note", "enter-note")):
            done = next(_items(scene, outage, kind, item_id, "done"), None)
            if done and done.done_by:
                with telling(moment + timedelta(minutes=2)):
                    undo_item(done, actor=done.done_by)


def _ask(scene: Scene, outage: Outage) -> None:
    for number, (kind, item_id, question, answer) in enumerate(QUESTIONS):
        with scene.ago(minutes=44 - number) as moment:
            item = next(_items(scene, outage, kind, item_id, READY), None)
            worker = scene.worker_for(item) if item else None
            if item is None or worker is None:
                continue
            ask_about_item(item, question, actor=worker)
            if answer:
                with telling(moment + timedelta(minutes=9)):
                    answer_item(item, answer, actor=item.action.logged_by)


def _say_not_needed(scene: Scene, outage: Outage) -> None:
    for number, (kind, item_id, reason) in enumerate(NOT_NEEDED):
        with scene.ago(minutes=34 - number):
            item = next(_items(scene, outage, kind, item_id, READY, WAITING), None)
            worker = scene.worker_for(item) if item else None
            if item is not None and worker is not None:
                mark_item_not_needed(item, reason, actor=worker)


def _change(scene: Scene, outage: Outage) -> None:
    for number, change in enumerate(CORRECTIONS):
        with scene.ago(minutes=26 - number):
            fitting = _actions(scene, outage, change.kind, change.done)
            action = next((found for found in fitting if _fits(change, found)), None)
            if action:
                correct_action(action, _correction(scene, change, action), actor=action.logged_by)
    for number, (kind, done, reason) in enumerate(VOIDS):
        with scene.ago(minutes=19 - number):
            action = next(_actions(scene, outage, kind, done), None)
            if action:
                void_action(action, reason, actor=action.logged_by)
    for number, (kind, reason) in enumerate(SEND_BACKS):
        with scene.ago(minutes=14 - number):
            action = next(_actions(scene, outage, kind, done=True), None)
            if action:
                send_back_action(action, reason, actor=scene.manager_of(action.unit))


def _fits(change: Change, action: Action) -> bool:
    """The correction changes something that the action has."""
    return all(
        name in action.fields and action.fields[name] != value
        for name, value in change.fields.items()
        if value is not None
    )


def _correction(scene: Scene, change: Change, action: Action) -> Correction:
    other = next(
        patient.entry
        for patient in scene.patients
        if action.unit.code in patient.units and patient.entry.name != action.patient.name and patient.entry.name
    )
    return Correction(
        reason=change.reason,
        fields=change.fields,
        performed_at=action.performed_at - timedelta(hours=change.hours) if change.hours else None,
        patient=other if change.other_patient else None,
    )


def _sign_off(scene: Scene, outage: Outage, cases: list[Case]) -> None:
    """Two departments are through; one of them hears of a late referral afterwards."""
    for code in ("FYS-G", "RTG-G"):
        unit = scene.units[code]
        with scene.ago(minutes=11) as moment:
            scene.finish_all(outage, moment, unit)
            confirm_closed(scene, outage, unit)
            sign_off_unit(outage, unit, actor=scene.manager_of(unit))
    late = next(case for case in cases if "RTG-G" in case.units)
    with scene.ago(minutes=6) as moment:
        scene.log(outage, late, scene.units["RTG-G"], scene.now - timedelta(hours=7), moment)
    _sign_on_paper(scene, outage)


def _sign_on_paper(scene: Scene, outage: Outage) -> None:
    """Where the unit's routine lets results be signed on the paper reply, some are."""
    with scene.ago(minutes=5) as moment:
        for kind in ("svarsdatabasen.pathology-referral", "svarsdatabasen.physiology-urgent"):
            for item in _items(scene, outage, kind, "sign-result", READY, WAITING):
                if item.action.unit.signs_on_paper:
                    scene.finish(item, moment, on_paper=True)
                    break


def _log_twice(scene: Scene, outage: Outage, cases: list[Case]) -> None:
    """The same dose, told by two people: a likely duplicate to be found."""
    case = next(case for case in cases if case.kind == "melior.medication-administration")
    unit = scene.units["AVD-10"]
    patient = scene.patient_for(case, unit.code)
    for minutes in (150, 138):
        performed_at = (scene.now - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        scene.log(outage, case, unit, performed_at, scene.now - timedelta(minutes=5), patient)


def _hold(scene: Scene, outage: Outage) -> None:
    """What is being entered at this moment."""
    with scene.ago(minutes=4):
        held = [item for item in scene.ready_items(outage) if item.attention is None][::9][:9]
        for number, item in enumerate(held):
            worker = scene.worker_for(item)
            if worker is None:
                continue
            claim_item(item, actor=worker)
            if number % 2:
                begin_item(item, actor=worker)
