"""What is left, at a glance: right numbers for the right readers, and never a patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import OutageKind
from tracker.services.confirmation import confirm_action
from tracker.services.item import claim_item, finish_item, mark_item_not_needed
from tracker.services.outage import SystemDown, declare_outage, restore_system
from tracker.services.sign_off import sign_off_unit

Login = Callable[[str | None], Browser]


def _english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def _numbers(html: str) -> list[str]:
    return re.findall(r'class="number">([^<]+)<', html)


def _row(html: str, name: str) -> list[str]:
    """The cells of one row of a table, as text."""
    start = html.index(f'<th scope="row">{name}')
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html[start : html.index("</tr>", start)], re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


@pytest.fixture
def outage_id(app: Flask) -> int:
    """Ward: four doses, of which one done and confirmed, one not needed, one being entered. Clinic: one dictation."""
    with app.app_context():
        outage = declare("melior", "medspeech", units=("ward", "clinic"))
        doses = [
            log(outage, "melior.medication-administration", performed_at=utcnow() - timedelta(hours=2, minutes=30 - n))
            for n in range(4)
        ]
        log(outage, "medspeech.dictation", actor="outsider", unit_code="clinic")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        items = [item_of(dose, "document-administration") for dose in doses]
        finish_item(items[0], "M-1", actor=user("nurse"))
        confirm_action(doses[0], actor=user("manager"))
        mark_item_not_needed(items[1], "Fanns redan", actor=user("nurse"))
        claim_item(items[2], actor=user("nurse"))
        db.session.commit()
        return outage.id


def test_nothing_going_on_is_said(browser: Login) -> None:
    for login in ("director", "nurse"):
        assert "Nothing to count" in _english(browser(login)).get("/overview").html


def test_the_numbers_of_a_unit_are_its_items_by_state_and_its_actions(
    outage_id: int, app: Flask, browser: Login
) -> None:
    html = _english(browser("director")).get(f"/overview?outage={outage_id}").html
    finished, ready, claimed, waiting, done, not_needed, opened, to_confirm, confirmed, over, oldest, signed = _row(
        html, "Avdelning 10"
    )
    assert (finished, ready, claimed, waiting, done, not_needed) == ("2/4", "1", "1", "0", "1", "1")
    assert (opened, to_confirm, confirmed) == ("2", "1", "1")
    assert re.fullmatch(r"2 h (28|29) min", oldest)
    assert over == "0"
    assert signed == "Not yet"


def test_the_big_numbers_are_the_sum_of_the_units(outage_id: int, browser: Login) -> None:
    html = _english(browser("director")).get("/overview").html
    left, ready, questions, to_confirm, over, signed = _numbers(html)
    total = _row(html, "In all")
    assert (ready, total[1]) == ("1", "1")
    assert int(left) == int(total[0].split("/")[1]) - 2
    assert (questions, to_confirm, over, signed) == ("0", "1", "0", "0/2")


def test_systems_and_roles_add_up_to_the_same(outage_id: int, browser: Login) -> None:
    html = _english(browser("director")).get("/overview").html
    left = int(_numbers(html)[0])
    tables = [
        html[html.index("<h2>By system</h2>") : html.index("<h2>By role</h2>")],
        html[html.index("<h2>By role") :],
    ]
    for table in tables:
        assert sum(int(number) for number in re.findall(r"<strong>(\d+)</strong>", table)) == left
    assert _row(tables[0], "Melior")[0] == "3", "two doses, and the dictation to be typed there"


def test_a_patient_is_never_shown(outage_id: int, browser: Login) -> None:
    for login in ("director", "it", "nurse", "manager"):
        html = browser(login).get("/overview").html
        assert "Testsson" not in html
        assert TEST_NUMBERS[0][:8] not in html


def test_staff_see_their_own_units_and_the_region_all(outage_id: int, browser: Login) -> None:
    for login in ("director", "it"):
        html = browser(login).get("/overview").html
        assert "Avdelning 10" in html
        assert "Ögonmottagningen" in html
    html = browser("nurse").get("/overview").html
    assert "Avdelning 10" in html
    assert "Ögonmottagningen" not in html


def test_an_outage_of_other_units_does_not_exist(app: Flask, browser: Login) -> None:
    with app.app_context():
        other = declare("melior", units=("clinic",)).id
    assert browser("nurse").get(f"/overview?outage={other}").status == 404
    assert browser("director").get("/overview?outage=4711").status == 404


def test_drills_are_counted_apart(app: Flask, browser: Login) -> None:
    with app.app_context():
        log(declare("melior"), "melior.medication-administration")
        drill = declare("melior", drill=True)
        for _ in range(3):
            log(drill, "melior.medication-administration")
        drill_id = drill.id
    director = browser("director")
    assert _numbers(director.get("/overview").html)[0] == "1"
    assert _numbers(director.get("/overview?outage=drills").html)[0] == "3"
    page = director.get(f"/overview?outage={drill_id}")
    assert _numbers(page.html)[0] == "3"
    assert 'class="drill"' in page.html


def test_several_outages_are_added_up_and_what_is_only_planned_is_left_out(app: Flask, browser: Login) -> None:
    with app.app_context():
        log(declare("melior"), "melior.medication-administration")
        log(declare("pmo"), "melior.medication-administration")
        ahead = [SystemDown("elvis", utcnow() + timedelta(days=3))]
        declare_outage("Byte", OutageKind.PLANNED, False, ahead, [unit("clinic")], actor=user("it"))
        db.session.commit()
    page = _english(browser("director")).get("/overview")
    assert _numbers(page.html)[0] == "2"
    assert _row(page.html, "Avdelning 10")[-1] == "0 of 2"
    assert "Ögonmottagningen" not in page.html


def test_it_says_who_signed_off_and_when(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        sign_off_unit(outage, unit(), actor=user("manager"))
        db.session.commit()
    html = _english(browser("director")).get("/overview").html
    assert "Maria Mård" in _row(html, "Avdelning 10")[-1]
    assert _row(html, "Ögonmottagningen")[-1] == "Can be signed"
    assert _numbers(html)[-1] == "1/2"


def test_the_manager_is_led_to_the_sign_off(outage_id: int, browser: Login) -> None:
    assert f"/sign-off/{outage_id}/ward" in browser("manager").get("/overview").html
    assert "/sign-off/" not in browser("director").get("/overview").html
