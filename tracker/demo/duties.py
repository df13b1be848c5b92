"""Who ticks which duty in the demo, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.clock import telling
from tracker.demo.scene import Scene
from tracker.extensions import db
from tracker.models import Duty, DutyState, Outage, User
from tracker.permissions import may_tick
from tracker.queries.routine import routine_of
from tracker.services.duty import finish_duty, mark_duty_not_needed

NOT_NEEDED = {
    "note-on-visit-screen": "Enheten har ingen besöksskärm.",
    "remove-visit-screen-note": "Ingen lapp sattes upp.",
    "phone-emergency-units": "Stoppet började på dagtid.",
    "save-waiting-list-usb": "Enheten har ingen väntelista till operation.",
}


def tick_duties(scene: Scene, outage: Outage, phases: Sequence[str], moment: datetime, share: float) -> None:
    """Tick a share of the open duties of these phases, from `moment` on."""
    specs = routine_of(outage).duties
    duties = db.session.scalars(
        select(Duty).where(Duty.outage_id == outage.id, Duty.state == DutyState.OPEN).order_by(Duty.id)
    ).all()
    for number, duty in enumerate(duty for duty in duties if specs[duty.duty].phase in phases):
        if scene.chance.random() >= share:
            continue
        actor = _who(scene, duty)
        if actor is None:
            continue
        with telling(moment + timedelta(seconds=number)):
            if duty.duty in NOT_NEEDED and scene.chance.random() < 0.4:
                mark_duty_not_needed(duty, NOT_NEEDED[duty.duty], actor=actor)
            else:
                finish_duty(duty, actor=actor)


def _who(scene: Scene, duty: Duty) -> User | None:
    """Somebody whose it is; a manager only where nobody else can."""
    able = [user for user in scene.users.values() if may_tick(user, duty)]
    others = [user for user in able if duty.unit_id is None or not user.manages(duty.unit_id)]
    return scene.chance.choice(others or able) if able else None
