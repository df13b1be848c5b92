"""The second person: who checks high-risk entries, what was sent back; what arrived by itself, and a twin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tracker.clock import telling
from tracker.demo.scene import Scene
from tracker.models import Arrival, Item, Outage
from tracker.queries.item import READY, ItemFilter, every_item
from tracker.services.arrival import look_for_arrival
from tracker.services.second_check import reject_entry
from tracker.services.twin import add_twin

SENT_BACK = "Dosen i läkemedelslistan är tio gånger så stor som den på pappret. Läs om blanketten."
ARRIVALS: tuple[tuple[str, str, Arrival, str, str], ...] = (
    ("melior.chemistry-order", "watch-result", Arrival.ARRIVED, "KEM-2041877", "Alla svar finns i provlistan."),
    (
        "melior.chemistry-order",
        "watch-result",
        Arrival.TWICE,
        "KEM-2041903",
        "Svar både kl. 08.10 och 08.40, samma prov.",
    ),
    ("svarsdatabasen.radiology-urgent", "sign-result", Arrival.ARRIVED, "", "Svaret har kommit, inte signerat än."),
    ("pmo.lab-order", "watch-result", Arrival.MISSING, "", "Inget svar än. Ser efter igen efter lunch."),
    ("pmo.document-from-melior", "file-print", Arrival.ARRIVED, "", "Epikrisen hade kommit elektroniskt."),
)
"""Kind, item, what was seen, its reference, and a note."""
TWIN = ("melior.prescription", "Patienten fick pappersrecept, och ett e-recept sändes kl. 10.15.")


def tell_of_second_persons(scene: Scene, outage: Outage) -> None:
    with scene.ago(minutes=41) as moment:
        _send_back(scene, outage, moment)
    for number, (kind, item_id, answer, reference, note) in enumerate(ARRIVALS):
        with scene.ago(minutes=38 - 2 * number):
            item = next(_ready(scene, outage, kind, item_id), None)
            worker = scene.worker_for(item) if item else None
            if item is not None and worker is not None:
                look_for_arrival(item, answer, reference, note, actor=worker)
    with scene.ago(minutes=27):
        item = next((found for found in _every(scene, outage, TWIN[0]) if found.action.fields["form"] == "paper"), None)
        if item is not None:
            add_twin(item.action, TWIN[1], actor=item.action.logged_by)


def _send_back(scene: Scene, outage: Outage, moment: datetime) -> None:
    """One in three of what awaits a second person is checked now, and one was wrong."""
    awaiting = list(every_item(ItemFilter(_units(scene), outage_id=outage.id, states=("entered",))).items)
    for number, item in enumerate(awaiting[::3]):
        with telling(moment + timedelta(minutes=number)):
            checker = scene.checker_of(item)
            if number == 0 and checker:
                reject_entry(item, SENT_BACK, actor=checker)
            else:
                scene.check(item, moment + timedelta(minutes=number))


def _ready(scene: Scene, outage: Outage, kind: str, item_id: str) -> Iterator[Item]:
    chosen = ItemFilter(_units(scene), outage_id=outage.id, kinds=(kind,), states=(READY,))
    return (item for item in every_item(chosen).items if item.item == item_id and item.attention is None)


def _every(scene: Scene, outage: Outage, kind: str) -> Iterator[Item]:
    return iter(every_item(ItemFilter(_units(scene), outage_id=outage.id, kinds=(kind,))).items)


def _units(scene: Scene) -> frozenset[int]:
    return frozenset(unit.id for unit in scene.units.values())
