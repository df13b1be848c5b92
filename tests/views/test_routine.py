"""Reading and searching the routine."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import ALL_SYSTEMS, USERS, declare, unit
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import FactKind, ItemRule, LocalFact, Outage, RoutineVersion
from tracker.routine import Routine

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def older(app: Flask) -> str:
    """An outage worked under an earlier version, in which Melior is called something else."""
    with app.app_context():
        outage = declare("melior")
        current = current_routine()
        melior = current.system_by_id["melior"].model_copy(update={"name": "Gamla Melior"})
        systems = tuple(melior if system.id == "melior" else system for system in current.systems)
        version = current.model_copy(update={"systems": systems, "version": "2021-01"})
        old = Routine.model_validate_json(version.model_dump_json())
        db.session.add(RoutineVersion(digest=old.digest, content=old.model_dump_json(), stored_at=utcnow()))
        db.session.get_one(Outage, outage.id).routine_digest = old.digest
        db.session.commit()
        return str(outage.id)


@pytest.mark.parametrize("login", sorted(USERS))
def test_everybody_who_is_logged_in_reads_the_routine(browser: Browsers, login: str) -> None:
    page = browser(login).get("/routine")
    assert page.status == 200
    for system in ALL_SYSTEMS:
        assert f'href="/routine/{system}"' in page.html


def test_a_stranger_is_asked_to_log_in(browser: Browsers) -> None:
    assert "/login" in browser(None).get("/routine", follow=False).location


@pytest.mark.parametrize("system", ALL_SYSTEMS)
def test_a_systems_page_holds_every_passage_kind_follow_up_and_duty(
    browser: Browsers, routine: Routine, system: str
) -> None:
    html = unescape(browser("nurse").get(f"/routine/{system}").html)
    spec = routine.system_by_id[system]
    for passage in spec.passages:
        assert passage.text.sv in html
    for kind in spec.kinds:
        assert kind.label.sv in html
        for item in kind.items:
            assert item.label.sv in html
    for duty in spec.duties:
        assert duty.text.sv in html
    for contact in routine.contacts:
        assert contact.phone in html
    assert len(re.findall(r'id="kind-[a-z0-9-]+-\d+"', html)) == sum(len(kind.items) for kind in spec.kinds)


def test_the_numbers_to_call_can_be_dialled(browser: Browsers) -> None:
    html = browser("nurse").get("/routine").html
    assert 'href="tel:026153000"' in html
    assert 'href="tel:026278441"' in html


def test_an_unknown_system_is_not_found(browser: Browsers) -> None:
    assert browser("nurse").get("/routine/nothing").status == 404


def test_systems_that_are_down_come_first(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        declare("provisio")
    html = browser("nurse").get("/routine").html
    first = re.search(r'class="tile[^"]*" href="/routine/([a-z0-9]+)"', html)
    assert first and first[1] == "provisio"
    assert html.count("tile-down") == 1
    assert "down-box" in browser("nurse").get("/routine/provisio").html
    assert "down-box" not in browser("nurse").get("/routine/melior").html


def test_the_units_local_routine_is_shown_where_it_differs(app: Flask, browser: Browsers, routine: Routine) -> None:
    kind, item = next(
        (kind, item)
        for kind in routine.system_by_id["melior"].kinds
        for item in kind.items
        if item.unit_may_reassign and item.role == "secretary"
    )
    with app.app_context():
        db.session.add(ItemRule(unit_id=unit().id, kind=kind.id, item=item.item, role="other_clinician"))
        db.session.add(LocalFact(unit_id=unit().id, kind=FactKind.PHONE, label="Expeditionen", value="026-15 41 11"))
        db.session.commit()
    assert 'class="here"' in browser("nurse").get("/routine/melior").html
    assert 'href="tel:026154111"' in browser("nurse").get("/routine/melior").html
    assert 'class="here"' not in browser("outsider").get("/routine/melior").html


def test_a_search_leads_to_where_it_stands(browser: Browsers) -> None:
    nurse = browser("nurse")
    page = nurse.get("/routine/search?q=FAX+rontgen")
    assert "<mark>" in page.html
    links = re.findall(r'<li><a href="([^"#]+)#([^"]+)"', page.html)
    assert links
    for url, anchor in links:
        assert f'id="{anchor}"' in nurse.get(unescape(url)).html


def test_a_search_without_hits_or_words_says_what_to_do(browser: Browsers) -> None:
    nurse = browser("nurse")
    assert 'class="empty"' in nurse.get("/routine/search?q=xyzzy").html
    assert nurse.get("/routine/search").status == 200
    assert nurse.get("/routine/search?q=" + "a" * 5000).status == 200
    page = nurse.get("/routine/search?q=%3Cscript%3E")
    assert "<script>" not in page.html.split("<main")[1]


def test_an_outage_is_read_under_its_own_version(browser: Browsers, older: str) -> None:
    nurse = browser("nurse")
    plain = nurse.get("/routine").html
    assert f"/routine?outage={older}" in plain, "the way to the version that is worked under"
    assert "Gamla Melior" not in plain
    page = nurse.get(f"/routine?outage={older}")
    assert "Gamla Melior" in page.html
    assert f'href="/routine/pmo?outage={older}"' in page.html
    assert "Gamla Melior" in nurse.get(f"/routine/melior?outage={older}").html
    assert "Gamla Melior" in nurse.get(f"/routine/search?q=melior&outage={older}").html


def test_the_version_in_force_is_said_to_be_it(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        outage = declare("melior").id
    page = browser("nurse").get(f"/routine?outage={outage}")
    assert page.status == 200
    assert 'class="attention"' not in page.html


def test_an_outage_of_other_units_is_not_found(browser: Browsers, older: str) -> None:
    assert browser("outsider").get(f"/routine?outage={older}").status == 404
    assert browser("nurse").get("/routine?outage=999").status == 404
    assert browser("director").get(f"/routine?outage={older}").status == 200
