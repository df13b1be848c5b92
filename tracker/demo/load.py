"""Loading the whole demo."""

from __future__ import annotations

from tracker.clock import telling, utcnow
from tracker.demo.cases import read_cases
from tracker.demo.devices import place_devices
from tracker.demo.earlier import tell_of_earlier_outages
from tracker.demo.handovers import hand_over_the_shift
from tracker.demo.outage import tell_of_the_outage
from tracker.demo.placements import place_patients
from tracker.demo.region import LOCAL_ROUTINES, PASSWORD, UNITS, USERS
from tracker.demo.replies import tell_of_replies
from tracker.demo.scene import Scene
from tracker.demo.sheets import tell_of_sheets
from tracker.i18n import time_zone
from tracker.services.event import CommandLine
from tracker.services.login import set_password
from tracker.services.unit import create_unit, set_local_routine
from tracker.services.user import create_user


def load_demo() -> Scene:
    """Build units, people, outages and work through the services. The caller commits."""
    now = utcnow()
    actor = CommandLine()
    scene = Scene(now, time_zone(), {}, {})
    with scene.ago(days=200):
        scene.units = {entry.code: create_unit(entry, actor=actor) for entry in UNITS}
        for entry in USERS:
            scene.users[entry.login] = user = create_user(entry, actor=actor)
            set_password(user, PASSWORD, actor=actor)
    for number, local in enumerate(LOCAL_ROUTINES):
        with scene.ago(days=120 - number):
            set_local_routine(scene.units[local.unit], local.routine, actor=scene.users[local.manager])
    cases = read_cases()
    tell_of_earlier_outages(scene, cases)
    outage = tell_of_the_outage(scene, cases)
    tell_of_sheets(scene, outage)
    place_patients(scene)
    hand_over_the_shift(scene, outage)
    tell_of_replies(scene, outage)
    place_devices(scene)
    with telling(now):
        return scene
