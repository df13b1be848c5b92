"""Ticking duties: one's own, those of a unit, and what is told about each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Duty, Outage, OutageKind
from tracker.services.duty import finish_duty, mark_duty_not_needed
from tracker.services.outage import SystemDown, declare_outage, restore_system, take_system_down

Login = Callable[[str | None], Browser]
PRINT = "print-handout-lists"
PRINTED = "Print the handout lists from the read database."
MOVE = "empty-dr-edi"


def _english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def _outage(app: Flask, *systems: str, **more: Any) -> int:
    with app.app_context():
        return declare(*(systems or ("melior",)), **more).id


def _find(duty: str, code: str | None = "ward") -> Duty:
    found = db.session.query(Duty).filter_by(duty=duty).order_by(Duty.id.desc()).all()
    return next(row for row in found if (row.unit.code if row.unit else None) == code)


def _id(app: Flask, duty: str, code: str | None = "ward") -> int:
    with app.app_context():
        return _find(duty, code).id


def _state(app: Flask, duty: str, code: str | None = "ward") -> tuple[str, str, str]:
    with app.app_context():
        found = _find(duty, code)
        return found.state.value, found.done_by.name if found.done_by else "", found.reason


def _line(html: str, duty_id: int) -> str:
    """The part of the page about one duty."""
    start = html.index(f'id="duty-{duty_id}"')
    return html[start : html.index("</li>", start)]


def test_without_an_outage_there_is_nothing_to_do(browser: Login) -> None:
    for login in ("nurse", "it"):
        for url in ("/duties", "/duties?show=all"):
            assert "No duties now" in _english(browser(login)).get(url).html


def test_ones_own_are_shown_by_phase_with_when_and_where_it_stands(app: Flask, browser: Login) -> None:
    _outage(app)
    page = _english(browser("nurse")).get("/duties")
    line = _line(page.html, _id(app, PRINT))
    assert PRINTED in line
    assert "At once" in line
    assert "§ 4.5.2" in line
    assert "During" in page.html


@pytest.mark.parametrize("login", ["secretary", "outsider", "it"])
def test_what_is_for_others_is_not_among_ones_own(app: Flask, browser: Login, login: str) -> None:
    _outage(app)
    assert PRINTED not in _english(browser(login)).get("/duties").html


def test_what_is_due_at_once_is_overdue_after_half_an_hour(app: Flask, browser: Login) -> None:
    _outage(app, hours_ago=0.4)
    nurse = _english(browser("nurse"))
    assert "Overdue" not in _line(nurse.get("/duties").html, _id(app, PRINT))
    with app.app_context():
        _find(PRINT).due_at = utcnow() - timedelta(minutes=31)
        db.session.commit()
    assert "Overdue" in _line(nurse.get("/duties").html, _id(app, PRINT))


def test_what_belongs_after_the_outage_waits_until_the_system_is_back(app: Flask, browser: Login) -> None:
    outage_id = _outage(app)
    secretary = _english(browser("secretary"))
    line = _line(secretary.get("/duties").html, _id(app, MOVE))
    assert "When the system is back" in line
    assert f"/duties/{_id(app, MOVE)}/done" not in line
    with app.app_context():
        restore_system(_get(outage_id), "melior", utcnow(), actor=user("it"))
        db.session.commit()
    line = _line(secretary.get("/duties").html, _id(app, MOVE))
    assert "When the system is back" not in line
    assert f"/duties/{_id(app, MOVE)}/done" in line


def test_what_belongs_during_a_planned_outage_waits_for_it_to_begin(app: Flask, browser: Login) -> None:
    with app.app_context():
        ahead = [SystemDown("melior", utcnow() + timedelta(days=2))]
        declare_outage("Byte", OutageKind.PLANNED, False, ahead, [unit()], actor=user("it"))
        db.session.commit()
    assert "When the outage begins" in _line(_english(browser("nurse")).get("/duties").html, _id(app, PRINT))


def test_a_tick_is_seen_by_all_with_who_and_can_be_taken_back(app: Flask, browser: Login) -> None:
    _outage(app)
    duty_id = _id(app, PRINT)
    browser("nurse").post(f"/duties/{duty_id}/done")
    assert _state(app, PRINT) == ("done", "Nora Nyström", "")
    line = _line(browser("nurse2").get("/duties").html, duty_id)
    assert "Nora Nyström" in line
    assert f"/duties/{duty_id}/reopen" in line
    browser("nurse2").post(f"/duties/{duty_id}/reopen")
    assert _state(app, PRINT) == ("open", "", "")


def test_two_who_tick_at_once_are_both_content_and_the_first_stands(app: Flask, browser: Login) -> None:
    _outage(app)
    for login in ("nurse", "nurse", "nurse2"):
        assert browser(login).post(f"/duties/{_id(app, PRINT)}/done").status == 200
    assert _state(app, PRINT) == ("done", "Nora Nyström", "")


def test_whoever_says_the_opposite_is_told_who_was_first(app: Flask, browser: Login) -> None:
    _outage(app)
    duty_id = _id(app, PRINT)
    browser("nurse").post(f"/duties/{duty_id}/done")
    page = _english(browser("nurse2")).post(f"/duties/{duty_id}/not-needed", {"reason": "Ingen skrivare"})
    assert page.status == 409
    assert "Nora Nyström was first" in _line(page.html, duty_id)
    assert _state(app, PRINT)[0] == "done"


def test_taking_back_what_is_open_already_is_told(app: Flask, browser: Login) -> None:
    _outage(app)
    page = _english(browser("nurse")).post(f"/duties/{_id(app, PRINT)}/reopen")
    assert page.status == 409
    assert "The duty is not ticked." in page.html


def test_not_needed_asks_for_a_reason_and_keeps_what_was_typed(app: Flask, browser: Login) -> None:
    _outage(app)
    duty_id = _id(app, PRINT)
    nurse = _english(browser("nurse"))
    page = nurse.post(f"/duties/{duty_id}/not-needed", {"reason": " "})
    assert page.status == 422
    assert "Say why it is not needed." in _line(page.html, duty_id)
    page = nurse.post(f"/duties/{duty_id}/not-needed", {"reason": "Lång text " * 60})
    assert page.status == 422
    assert "Lång text Lång text" in _line(page.html, duty_id)
    nurse.post(f"/duties/{duty_id}/not-needed", {"reason": "Inga inneliggande"})
    assert _state(app, PRINT) == ("not_needed", "Nora Nyström", "Inga inneliggande")
    assert "Inga inneliggande" in _line(nurse.get("/duties").html, duty_id)


@pytest.mark.parametrize("verb", ["done", "not-needed", "reopen"])
def test_a_duty_of_another_unit_does_not_exist_and_one_of_another_role_is_refused(
    app: Flask, browser: Login, verb: str
) -> None:
    _outage(app, units=("ward", "clinic"))
    sent = {"reason": "Nej"}
    assert browser("nurse").post(f"/duties/{_id(app, PRINT, 'clinic')}/{verb}", sent).status == 404
    assert browser("nurse").post(f"/duties/4711/{verb}", sent).status == 404
    assert browser("secretary").post(f"/duties/{_id(app, PRINT)}/{verb}", sent).status == 403
    assert browser("nurse").post(f"/duties/{_id(app, 'post-plexus', None)}/{verb}", sent).status == 403
    assert _state(app, PRINT)[0] == "open"


def test_the_manager_ticks_for_the_unit(app: Flask, browser: Login) -> None:
    _outage(app)
    manager = _english(browser("manager2"))
    assert "may tick" in manager.get("/duties").html
    page = manager.post(f"/duties/{_id(app, PRINT)}/done", {"show": "all", "unit": "ward"})
    assert "Måns Möller" in _line(page.html, _id(app, PRINT)), "back in the same view"


def test_it_operations_and_the_director_have_the_regions(app: Flask, browser: Login) -> None:
    _outage(app)
    browser("it").post(f"/duties/{_id(app, 'post-plexus', None)}/done")
    assert _state(app, "post-plexus", None) == ("done", "Ivar Ing", "")
    page = _english(browser("director")).get("/duties")
    assert f"/duties/{_id(app, 'director-informs', None)}/done" in page.html
    assert "post-plexus" not in page.html


def test_the_region_sees_every_unit_counted_and_one_unit_in_full(app: Flask, browser: Login) -> None:
    outage_id = _outage(app, units=("ward", "clinic"))
    it = _english(browser("it"))
    page = it.get(f"/duties?show=all&outage={outage_id}")
    for shown in ("The region", "Avdelning 10", "Ögonmottagningen"):
        assert f">{shown}</a>" in page.html
    line = _line(it.get(f"/duties?show=all&outage={outage_id}&unit=clinic").html, _id(app, PRINT, "clinic"))
    assert PRINTED in line
    assert "<form" not in line, "to be read, not ticked"


def test_staff_of_one_unit_see_it_at_once_and_no_other(app: Flask, browser: Login) -> None:
    outage_id = _outage(app, units=("ward", "clinic"))
    page = _english(browser("secretary")).get(f"/duties?show=all&outage={outage_id}&unit=clinic")
    assert PRINTED in page.html
    assert "Avdelning 10" in page.html
    assert "Ögonmottagningen" not in page.html
    other = _outage(app, units=("clinic",))
    assert browser("nurse").get(f"/duties?show=all&outage={other}").status == 404


def test_what_was_ticked_before_the_system_went_down_again_is_asked_about(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", hours_ago=5)
        finish_duty(_find("inform-staff"), actor=user("manager"))
        mark_duty_not_needed(_find(PRINT), "Klart", actor=user("nurse"))
        _find("inform-staff").done_at = _find(PRINT).done_at = utcnow() - timedelta(hours=4)
        restore_system(outage, "melior", utcnow() - timedelta(hours=3), actor=user("it"))
        db.session.commit()
        outage_id = outage.id
    asked = "Ticked before the system went down again."
    manager = _english(browser("manager"))
    assert asked not in manager.get("/duties").html
    with app.app_context():
        take_system_down(_get(outage_id), "melior", utcnow() - timedelta(hours=1), actor=user("it"))
        db.session.commit()
    html = manager.get("/duties").html
    assert asked in _line(html, _id(app, "inform-staff"))
    assert asked not in _line(html, _id(app, PRINT))


def test_the_duties_of_a_finished_outage_can_still_be_read(app: Flask, browser: Login) -> None:
    with app.app_context():
        outage = declare("melior", drill=True)
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        db.session.commit()
        outage_id = outage.id
    page = _english(browser("nurse")).get(f"/duties?show=all&outage={outage_id}")
    assert 'class="drill"' in page.html
    assert PRINTED in page.html


def _get(outage_id: int) -> Outage:
    outage = db.session.get(Outage, outage_id)
    assert outage is not None
    return outage
