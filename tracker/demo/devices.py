"""The demo's devices: a ward computer, a phone that still holds two entries, and the office of a health centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tracker.clock import telling
from tracker.demo.scene import Scene
from tracker.extensions import db
from tracker.services.device import Held, note_bundle, note_report, register_device


@dataclass(frozen=True)
class _Device:
    name: str
    unit: str
    user: str
    registered: float
    """Days ago."""
    heard: float
    """Minutes ago."""
    unsent: int = 0


_DEVICES = (
    _Device("Datorn i expeditionen", "AVD-10", "ssk", 90, 2),
    _Device("Telefon 2, blå", "AVD-10", "ssk.natt", 40, 25, unsent=2),
    _Device("Läkemedelsrummet", "AVD-51", "ssk.kirurgi", 88, 11),
    _Device("Receptionen", "HC-G", "reception", 60, 6),
)


def place_devices(scene: Scene) -> None:
    """Devices that have taken their unit's patients along this morning and report what they hold."""
    for one in _DEVICES:
        unit, user = scene.units[one.unit], scene.users[one.user]
        with scene.ago(days=one.registered):
            device = register_device(one.name, unit, actor=user).device
            db.session.flush()
        heard = scene.now - timedelta(minutes=one.heard)
        with telling(heard):
            note_bundle(device, unit, heard + timedelta(hours=8))
            oldest = heard - timedelta(minutes=14) if one.unsent else None
            note_report(device, {unit.code: Held(one.unsent, oldest)})
