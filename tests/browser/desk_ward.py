"""A ward after an outage: patients with items to enter in Melior, for the tests of the work session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.browser.conftest import Site
from tests.browser.grid_ward import DOSE, DRUGS, NAMES, behind, identity
from tests.region import declare, log, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Item
from tracker.services.outage import restore_system

DOSES: tuple[dict[str, Any], ...] = (
    *DRUGS[:2],
    {"drug": "Furix", "strength": "40 mg", "dose": "40", "dose_unit": "mg", "route": "peroralt"},
    {"drug": "Omeprazol", "strength": "20 mg", "dose": "20", "dose_unit": "mg", "route": "peroralt"},
)


def furnish_desk(site: Site, patients: int, doses: int = len(DOSES)) -> list[int]:
    """Melior was down and is back; the ids of what is to be entered."""
    with behind(site):
        outage = declare("melior", hours_ago=12)
        actions = [
            log(
                outage,
                DOSE,
                identity=identity(number),
                name=NAMES[number],
                fields={**dose, "outcome": "given", "given_as": "single"},
                performed_at=utcnow() - timedelta(hours=10, minutes=-number),
            )
            for number in range(patients)
            for dose in DOSES[:doses]
        ]
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        return [action.items[0].id for action in actions]


def take_next(page: Page) -> None:
    page.goto("/queue?system=melior")
    page.locator("form[action*='/queue/next'] button").click()
    expect(page.locator(".is-next")).to_have_count(1)


def begun(site: Site) -> int:
    with behind(site):
        return db.session.scalar(select(func.count(Item.id)).where(Item.begun_at.is_not(None))) or 0


def references(site: Site) -> list[str]:
    """Of each item that is done, or entered where a second person checks it."""
    with behind(site):
        return list(db.session.scalars(select(Item.reference).where(Item.state.in_(("done", "entered")))))
