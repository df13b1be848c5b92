"""The big outage: everything goes down, systems come back in waves, and two of them fall again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from tracker.clock import telling
from tracker.demo.aftermath import tell_of_aftermath
from tracker.demo.cases import Case
from tracker.demo.duties import tick_duties
from tracker.demo.region import OUTPATIENT
from tracker.demo.scene import Scene
from tracker.models import Outage, OutageKind, Unit
from tracker.services.outage import SystemDown, declare_outage, restore_system, take_system_down

# Hours before now: down from, back at (0: still down).
STRETCHES: dict[str, tuple[tuple[float, float], ...]] = {
    "clinic24": ((26.0, 9.0),),
    "melior": ((25.9, 10.0), (4.5, 1.7)),
    "svarsdatabasen": ((25.8, 5.5),),
    "pmo": ((25.9, 8.0),),
    "elvis": ((25.7, 7.0),),
    "provisio": ((25.9, 0.0),),
    "medspeech": ((25.6, 3.0), (0.8, 0.0)),
}
WORK = ((8.6, 0.2), (7.5, 0.12), (6.6, 0.12), (5.0, 0.1), (2.6, 0.1), (1.4, 0.12), (1.1, 0.1), (0.98, 0.1))
"""Hours before now, and the share of what is ready that is then worked down."""
Step = tuple[datetime, int, Callable[[], object]]


def tell_of_the_outage(scene: Scene, cases: list[Case]) -> Outage:
    """Tell the outage from its beginning until now, in the order of time."""
    it = scene.users["it"]
    with scene.ago(hours=25.5) as declared:
        outage = declare_outage(
            "Nätverkshaveri i datahallen",
            OutageKind.ACUTE,
            False,
            [
                SystemDown(system, scene.now - timedelta(hours=stretches[0][0]))
                for system, stretches in STRETCHES.items()
            ],
            list(scene.units.values()),
            actor=it,
        )
    tick_duties(scene, outage, ("notice", "before"), declared + timedelta(minutes=10), share=0.75)
    tick_duties(scene, outage, ("during",), declared + timedelta(minutes=50), share=0.7)
    steps: list[Step] = []
    _plan_systems(scene, outage, steps)
    _plan_logging(scene, outage, cases, steps)
    for hours, share in WORK:
        moment = scene.now - timedelta(hours=hours)
        steps.append((moment, 2, partial(scene.finish_some, outage, moment, share)))
    for moment, _, step in sorted(steps, key=lambda step: step[:2]):
        with telling(moment):
            step()
    tick_duties(scene, outage, ("restored", "after"), scene.now - timedelta(minutes=52), share=0.35)
    tell_of_aftermath(scene, outage, cases)
    return outage


def _plan_systems(scene: Scene, outage: Outage, steps: list[Step]) -> None:
    it = scene.users["it"]
    for system, stretches in STRETCHES.items():
        for number, (down, back) in enumerate(stretches):
            if number:
                moment = scene.now - timedelta(hours=down)
                steps.append((moment, 0, partial(take_system_down, outage, system, moment, actor=it)))
            if back:
                moment = scene.now - timedelta(hours=back)
                steps.append((moment, 0, partial(restore_system, outage, system, moment, actor=it)))


def _plan_logging(scene: Scene, outage: Outage, cases: list[Case], steps: list[Step]) -> None:
    """Each case for as many patients as it says, in its units by turns, while its system is down."""
    for case in cases:
        for number in range(case.times):
            unit = scene.units[case.units[number % len(case.units)]]
            performed_at = _while_down(scene, case, unit)
            lag = scene.chance.choice((3, 5, 8, 12, 20, 35, 90)) + scene.chance.random()
            logged_at = min(performed_at + timedelta(minutes=lag), scene.now - timedelta(minutes=55))
            steps.append((logged_at, 1, partial(scene.log, outage, case, unit, performed_at, logged_at)))


def _while_down(scene: Scene, case: Case, unit: Unit) -> datetime:
    """A time in one of the system's stretches, in office hours where the unit has them and the stretch too."""
    stretches = STRETCHES[case.kind.split(".")[0]]
    moments = []
    for _ in range(30):
        down, back = scene.chance.choice(stretches[:1] * 2 + stretches)
        hours = scene.chance.uniform(max(back, 1.0), down - 0.7)
        moments.append(scene.now - timedelta(hours=hours) if down > 1.7 else scene.now - timedelta(hours=20))
    if case.early:
        return min(moments).replace(second=0, microsecond=0)
    if unit.code not in OUTPATIENT:
        return moments[0].replace(second=0, microsecond=0)
    local = [moment.astimezone(scene.zone) for moment in moments]
    open_hours = [moment for moment in local if 7 <= moment.hour < 16]
    return (open_hours or local)[0].astimezone(UTC).replace(second=0, microsecond=0)
