"""A ward and a clinic in an outage, with patients on their lists, for the tests of the grids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser.conftest import Site
from tests.region import declare, log, numbered_patient, unit, user
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Action
from tracker.services.patient import PatientEntry
from tracker.services.placement import Spot, place_patient

_PASTE = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""
_KEPT = """async ({ grid, text }) => {
  const { loadDraft } = await import("/static/js/ward/bundle.js");
  for (let tries = 0; tries < 100; tries += 1) {
    if (JSON.stringify(await loadDraft(`grid:${grid}:ward:1`) ?? "").includes(text)) return true;
    await new Promise((go) => setTimeout(go, 50));
  }
  return false;
}"""
DOSE, VISIT, EMERGENCY = "melior.medication-administration", "elvis.visit", "elvis.emergency-contact"
NAMES = [
    "Anna Alm",
    "Bo Berg",
    "Cilla Dal",
    "David Ek",
    "Eva Falk",
    "Filip Gran",
    "Greta Hed",
    "Hugo Isberg",
    "Ida Ju",
    "Jan Kvist",
    "Karin Lund",
    "Leo Mo",
    "Maj Nord",
    "Nils Orre",
    "Olga Palm",
    "Per Qvist",
    "Rut Rask",
    "Sten Sand",
    "Tyra Udd",
    "Ulf Vik",
]
DRUGS: tuple[dict[str, Any], ...] = (
    {"drug": "Alvedon", "strength": "500 mg", "dose": "1", "dose_unit": "g", "route": "peroralt"},
    {"drug": "Metoprolol", "strength": "50 mg", "dose": "50", "dose_unit": "mg", "route": "peroralt"},
    {"drug": "Fragmin", "strength": "5000 E", "dose": "5000", "dose_unit": "unit", "route": "subkutant"},
)


@contextmanager
def behind(site: Site) -> Iterator[None]:
    """The data behind the pages."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        yield
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def identity(number: int) -> str:
    return numbered_patient(number * 431)


def furnish_ward(site: Site, patients: int, drugs: int = 3) -> None:
    """An outage since yesterday evening; each patient in a bed, with drugs given ten hours ago."""
    with behind(site):
        outage = declare("melior", "elvis", hours_ago=12)
        for number in range(patients):
            told = PatientEntry(identity=identity(number), name=NAMES[number % len(NAMES)])
            place_patient(told, Spot(bed=str(number + 1)), unit(), actor=user("nurse"))
            for drug in DRUGS[:drugs]:
                fields = {**drug, "outcome": "given", "given_as": "single"}
                done = utcnow() - timedelta(hours=10)
                log(outage, DOSE, identity=told.identity, name=told.name, fields=fields, performed_at=done)


def furnish_clinic(site: Site, patients: int) -> None:
    """An outage of ELVIS; patients booked a quarter of an hour apart, all in the hours that have passed."""
    with behind(site):
        declare("elvis", units=("ward",), hours_ago=12)
        for number in range(patients):
            told = PatientEntry(identity=identity(number), name=NAMES[number % len(NAMES)])
            booked = utcnow().replace(second=0, microsecond=0) - timedelta(minutes=10 * (patients - number))
            place_patient(told, Spot(booked_at=booked, clinician="Peter Palm"), unit(), actor=user("secretary"))


def logged(site: Site, kind: str) -> list[Mapping[str, Any]]:
    """Every action of a kind that was not logged by `furnish_ward`: its patient's number, its fields and its note."""
    with behind(site):
        newer = Action.performed_at > utcnow() - timedelta(hours=9)
        found = db.session.scalars(select(Action).where(Action.kind == kind, newer).order_by(Action.performed_at))
        return [
            {"identity": one.patient.identity, "name": one.patient.name, "fields": dict(one.fields), "note": one.note}
            for one in found
        ]


def open_grid(page: Page, name: str) -> None:
    page.goto(f"/ward/{name}")
    page.locator(".sheet-bar").wait_for()


def barriers(page: Page) -> list[str]:
    """What keeps somebody from using the page: rules of WCAG 2.1 AA that it breaks, and scrolling sideways."""
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
    broken = [
        f"{one['id']}: {node['html'][:150]}"
        for one in Axe().run(page, options=options).response["violations"]
        for node in one["nodes"]
    ]
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return broken + ([f"{widths[0]} px wide"] if widths[0] > widths[1] else [])


def paste(page: Page, text: str) -> None:
    """Ctrl+V of cells that were copied from a spreadsheet."""
    page.evaluate(_PASTE, text)


def wait_until_kept(page: Page, grid: str, text: str) -> None:
    """Return when what was typed is kept on the device, as it is a moment after typing."""
    assert page.evaluate(_KEPT, {"grid": grid, "text": text}), f"{text} is not kept"
