"""What is awaited in the demo: watched, chased and acknowledged; results without a recipient; patients called."""

from __future__ import annotations

from datetime import timedelta

from tracker.demo.scene import Scene
from tracker.models import ContactOutcome, Outage
from tracker.queries.patient_contact import patients_to_contact
from tracker.queries.reply import Awaited, ReplyFilter, every_awaited
from tracker.services.chase import chase_item
from tracker.services.patient_contact import log_contact
from tracker.services.reply import acknowledge_item, watch_item
from tracker.services.stray_result import StrayEntry, add_stray_attempt, hand_over_stray, note_stray, offer_stray

_WARD = "AVD-10"
_SAID = (
    "Ringde 026-15 42 10: de hittar ingen remiss. Doktor Norén är vidtalad och skickar om.",
    "Ingen svarade på expeditionen. Prövade jouren, de letar.",
    "Labbet säger att provet är klart men att svaret inte har skickats.",
)


def tell_of_replies(scene: Scene, outage: Outage) -> None:
    """Call it when the outage has been told."""
    nurse, secretary = scene.users["ssk"], scene.users["sekreterare"]
    ward = scene.units[_WARD]
    with scene.ago(minutes=95):
        awaited = _awaited(scene, _WARD)
        for line in awaited[::2]:
            watch_item(line.item, nurse, actor=nurse)
    with scene.ago(minutes=80):
        faxed = [line for line in _awaited(scene, _WARD) if line.item.is_finished]
        for line in faxed[:1]:
            acknowledge_item(line.item, "Rut Ek, röntgen", line.item.action.received_at, actor=nurse)
    for number, (line, said) in enumerate(zip(_awaited(scene, _WARD), _SAID, strict=False)):
        with scene.ago(minutes=70 - 20 * number) as moment:
            chase_item(line.item, said, moment + timedelta(minutes=(45, 180, 60)[number]), actor=nurse)
    _tell_of_strays(scene, outage)
    with scene.ago(minutes=35):
        for one in patients_to_contact(frozenset({ward.id}), drill=False)[:1]:
            items = [item for reason in one.reasons for item in reason.items]
            note = "Inget svar på mobilen. Försök efter 16."
            log_contact(items, ContactOutcome.NOT_REACHED, note, actor=secretary)


def _tell_of_strays(scene: Scene, outage: Outage) -> None:
    """One that fits an order, one without a name that is another unit's perhaps, one that a physician took."""
    nurse, secretary, unit = scene.users["ssk"], scene.users["sekreterare"], scene.units[_WARD]
    line = next(iter(_awaited(scene, _WARD, awaits="reply")), None)
    if line is not None:
        action = line.item.action
        with scene.ago(minutes=33) as moment:
            content = f"{action.subject}: se bifogat utlåtande. Svaret kom till fel fax (avd 12) och har burits hit."
            entry = StrayEntry(action.patient.identity, "Röntgen Gävle, 026-15 42 10", content, moment, urgent=True)
            note_stray(entry, outage, unit, actor=secretary)
    with scene.ago(minutes=64) as moment:
        said = StrayEntry("kvinna, f. -47?", "Klinisk kemi", "CRP 184, LPK 17,2. Etiketten är avriven.", moment)
        nameless = note_stray(said, outage, unit, actor=secretary)
    with scene.ago(minutes=50):
        add_stray_attempt(nameless, "Ringde labbet: rekvisitionen är från i går förmiddag, de letar.", actor=nurse)
        other = next(one for code, one in sorted(scene.units.items()) if code != _WARD)
        offer_stray(nameless, other, "Kan det vara er patient?", actor=nurse)
    with scene.ago(minutes=140) as moment:
        taken = StrayEntry("", "Mikrobiologen, per telefon", "Växt i blododling, gramnegativa stavar.", moment, True)
        stray = note_stray(taken, outage, unit, actor=nurse)
    with scene.ago(minutes=128) as moment:
        physician = scene.workers("physician", unit)[0]
        hand_over_stray(stray, physician.name, moment, actor=nurse)


def _awaited(scene: Scene, code: str, awaits: str = "") -> list[Awaited]:
    return every_awaited(ReplyFilter(frozenset({scene.units[code].id}), awaits=awaits, drill=False))
