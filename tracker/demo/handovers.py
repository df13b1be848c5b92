"""The change of shift in the demo: what the night left to the day, by name and to whoever comes next."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tracker.clock import telling
from tracker.demo.scene import Scene
from tracker.extensions import db
from tracker.models import Item, ItemState, OrphanSheet, Outage, Unit, User
from tracker.services.handover import Things, hand_over, take_over
from tracker.services.item import begin_item, claim_item

_UNIT, _NIGHT, _DAY = "AVD-10", "ssk.natt", "ssk"
_TO_NAMED = "Doserna i sal 4 är kvar, dosetten ligger i läkemedelsrummet. Ring mig på 51 042 om något är oläsligt."
_TO_NEXT = "Jag hann inte med de sista från nattronden. Pärmen står i expeditionen."
_EARLIER = "Två ordinationer från kvällen. Doktor Norén är vidtalad."


def hand_over_the_shift(scene: Scene, outage: Outage) -> None:
    """The night nurse went home: one hand-over to a colleague, one to the next shift, one taken over already."""
    unit, night, day = scene.units[_UNIT], scene.users[_NIGHT], scene.users[_DAY]
    free = _free_items(scene, outage, unit, night)
    for number, (to, note, minutes) in enumerate(((day, _EARLIER, 52), (day, _TO_NAMED, 21), (None, _TO_NEXT, 19))):
        items = free[number * 3 : number * 3 + 3]
        orphans = _orphans_of(unit, outage, night) if number == 1 else ()
        if not items:
            continue
        with scene.ago(minutes=minutes) as moment:
            for item in items:
                claim_item(item, actor=night)
            begin_item(items[0], actor=night)
            things = Things(items=tuple(item.id for item in items), orphans=orphans)
            handover = hand_over(things, unit, to, note, actor=night)
        if number == 0:
            with telling(moment + timedelta(minutes=6)):
                take_over(handover, actor=day)


def _free_items(scene: Scene, outage: Outage, unit: Unit, worker: User) -> list[Item]:
    """Ready, untouched items of the unit that the worker's role does."""
    return [
        item
        for item in scene.ready_items(outage, unit)
        if item.state is ItemState.OPEN and item.attention is None and worker.role.value in item.roles
    ][-9:]


def _orphans_of(unit: Unit, outage: Outage, finder: User) -> tuple[int, ...]:
    """Unclear forms that the finder has not solved: see tracker.demo.sheets."""
    return tuple(
        db.session.scalars(
            select(OrphanSheet.id).where(
                OrphanSheet.unit_id == unit.id,
                OrphanSheet.outage_id == outage.id,
                OrphanSheet.found_by_id == finder.id,
                OrphanSheet.solution.is_(None),
            )
        )
    )
