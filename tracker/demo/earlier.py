"""Before the big outage: a planned one that is signed off, a drill, and a planned one still ahead."""

from __future__ import annotations

from datetime import timedelta

from tracker.clock import telling
from tracker.demo.cases import Case
from tracker.demo.duties import tick_duties
from tracker.demo.scene import Scene
from tracker.models import Outage, OutageKind, Unit
from tracker.queries.action import ActionFilter, find_actions
from tracker.services.confirmation import confirm_action
from tracker.services.outage import SystemDown, declare_outage, restore_system
from tracker.services.sign_off import sign_off_unit


def tell_of_earlier_outages(scene: Scene, cases: list[Case]) -> None:
    _signed_off(scene, cases)
    _drill(scene, cases)
    _ahead(scene)


def confirm_closed(scene: Scene, outage: Outage, unit: Unit, share: float = 1.0) -> None:
    """The unit's manager confirms a share of what is closed, in the story's time."""
    manager = scene.manager_of(unit)
    chosen = ActionFilter(frozenset({unit.id}), outage.id, state="closed")
    for action in find_actions(chosen, page=1, per_page=1000)[0]:
        if not action.is_voided and scene.chance.random() < share:
            confirm_action(action, actor=manager)


def _signed_off(scene: Scene, cases: list[Case]) -> None:
    units = [scene.units["AVD-10"], scene.units["AVD-2"]]
    began = scene.now - timedelta(days=40)
    with scene.ago(days=61):
        outage = declare_outage(
            "Uppgradering av Melior",
            OutageKind.PLANNED,
            False,
            [SystemDown("melior", began)],
            units,
            actor=scene.users["it"],
        )
    tick_duties(scene, outage, ("notice", "before"), began - timedelta(days=20), share=1.0)
    for number, (case, unit) in enumerate(_fitting(cases, "melior", units, 14)):
        moment = began + timedelta(minutes=12 + 14 * number)
        scene.log(outage, case, unit, moment, moment + timedelta(minutes=6))
    back = began + timedelta(hours=4)
    with telling(back):
        restore_system(outage, "melior", back, actor=scene.users["it"])
    tick_duties(scene, outage, ("during", "after", "restored"), back + timedelta(minutes=30), share=1.0)
    scene.finish_all(outage, back + timedelta(hours=1), *units)
    for unit in units:
        with telling(back + timedelta(hours=14)):
            confirm_closed(scene, outage, unit)
            sign_off_unit(outage, unit, actor=scene.manager_of(unit))


def _drill(scene: Scene, cases: list[Case]) -> None:
    unit = scene.units["HC-B"]
    began = scene.now - timedelta(days=10)
    with telling(began):
        outage = declare_outage(
            "Övning: PMO ur drift",
            OutageKind.ACUTE,
            True,
            [SystemDown("pmo", began)],
            [unit],
            actor=scene.users["it"],
        )
    for number, (case, _) in enumerate(_fitting(cases, "pmo", [unit], 8)):
        moment = began + timedelta(minutes=8 + 9 * number)
        scene.log(outage, case, unit, moment, moment + timedelta(minutes=3))
    back = began + timedelta(hours=2)
    with telling(back):
        restore_system(outage, "pmo", back, actor=scene.users["it"])
    tick_duties(scene, outage, ("notice", "during", "restored"), back, share=0.7)
    scene.finish_some(outage, back + timedelta(hours=1), share=0.6)


def _ahead(scene: Scene) -> None:
    with scene.ago(days=9) as moment:
        outage = declare_outage(
            "Flytt av ELVIS till ny driftmiljö",
            OutageKind.PLANNED,
            False,
            [SystemDown("elvis", scene.now + timedelta(days=12))],
            list(scene.units.values()),
            actor=scene.users["it"],
        )
    tick_duties(scene, outage, ("notice",), moment + timedelta(hours=2), share=0.5)


def _fitting(cases: list[Case], system: str, units: list[Unit], count: int) -> list[tuple[Case, Unit]]:
    """Some cases of one system, each with a unit it can happen in."""
    pairs = [
        (case, unit)
        for case in cases
        for unit in units
        if case.kind.startswith(f"{system}.") and unit.code in case.units and "dictat" not in case.kind
    ]
    return pairs[:: max(1, len(pairs) // count)][:count]
