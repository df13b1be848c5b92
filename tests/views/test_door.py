"""The ways into the ward's work: those that fit the unit and the systems that are down, each leading somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, unit
from tracker.extensions import db
from tracker.models import UnitKind

Browsers = Callable[[str | None], Browser]
GRIDS = {"round": "/ward/round", "visits": "/ward/visits", "register": "/ward/register"}


@pytest.mark.parametrize(
    ("kind", "systems", "offered"),
    [
        (UnitKind.WARD, ("melior", "elvis"), {"round"}),
        (UnitKind.WARD, ("elvis",), set()),
        (UnitKind.CLINIC, ("melior", "elvis"), {"visits"}),
        (UnitKind.EMERGENCY, ("elvis",), {"register"}),
    ],
)
def test_only_the_grids_that_fit_the_unit_and_the_outage_are_offered(
    app: Flask, browser: Browsers, kind: UnitKind, systems: tuple[str, ...], offered: set[str]
) -> None:
    with app.app_context():
        unit().kind = kind
        declare(*systems)
        db.session.commit()
    nurse = browser("nurse")
    for page in ("/", "/log"):
        html = nurse.get(page).html
        assert {name for name, path in GRIDS.items() if f'href="{path}?' in html} == offered, page


def test_every_door_opens(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        declare("melior")
    nurse = browser("nurse")
    for page, count in (("/", 4), ("/log", 4)):
        doors = re.findall(r'<nav class="(?:home-)?doors".*?</nav>', nurse.get(page).html, re.DOTALL)[0]
        links = re.findall(r'href="([^"]+)"', doors)
        assert len(links) == count, page
        for link in links:
            assert nurse.client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_without_an_outage_patients_and_forms_are_still_within_reach(browser: Browsers) -> None:
    html = browser("nurse").get("/").html
    assert 'href="/patients"' in html
    assert 'href="/sheets"' in html
    assert "/ward/round" not in html
