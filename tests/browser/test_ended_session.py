"""The session ends while a form is open: nothing typed is lost, sent twice, or seen by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.conftest import DEMO_PASSWORD, Demo, VisitAs
from tests.browser.pages import NURSE
from tests.browser.visitor import Visitor
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Action, LoginSession, User

pytestmark = pytest.mark.browser


def fill_in(demo: Demo, visitor: Visitor, note: str) -> None:
    """Fill in the form for the other of the nurse's units, not the one where a log-in puts them."""
    page = visitor.page
    visitor.open(f"/log/melior.medication-administration?unit={demo.found['other_unit']}")
    page.locator('input[data-way="identity"]').check()
    page.fill("#identity", "19121212-1212")
    page.fill("#name", "Tolvan Tolvansson")
    page.fill("[name=f_drug]", "Furix")
    page.fill("[name=f_dose]", "40")
    page.select_option("[name=f_dose_unit]", "mg")
    page.fill("#note", note)


def end_sessions_of(demo: Demo, login: str) -> None:
    """As if the user had been away for a day."""
    app = create_app(Settings(data_dir=demo.data_dir), demo.routine)
    with app.app_context():
        owner = select(User.id).where(User.login == login).scalar_subquery()
        away = utcnow() - timedelta(days=1)
        db.session.execute(update(LoginSession).where(LoginSession.user_id == owner).values(last_seen_at=away))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def logged_with(demo: Demo, note: str) -> list[tuple[str, str, str, str, dict[str, object]]]:
    """Who logged what for whom, in which unit, with that note."""
    app = create_app(Settings(data_dir=demo.data_dir), demo.routine)
    with app.app_context():
        actions = db.session.scalars(select(Action).where(Action.note == note))
        found = [
            (one.logged_by.login, str(one.unit_id), one.patient.identity, one.patient.name, one.fields)
            for one in actions
        ]
        db.session.remove()
        db.engine.dispose()
    return found


def save_too_late(demo: Demo, visitor: Visitor, note: str) -> None:
    fill_in(demo, visitor, note)
    end_sessions_of(demo, NURSE)
    with visitor.page.expect_navigation() as sent:
        visitor.page.locator(".save-bar .btn-primary").click()
    assert sent.value.status == 401
    assert visitor.page.locator("#login").input_value() == ""
    for typed in (note, "Tolvan", "Furix"):
        expect(visitor.page.locator("main")).not_to_contain_text(typed)
    assert logged_with(demo, note) == []


def log_in_again(visitor: Visitor, login: str) -> None:
    visitor.page.fill("#login", login)
    visitor.page.fill("#password", DEMO_PASSWORD)
    with visitor.page.expect_navigation():
        visitor.page.locator("main form .btn-primary").click()


def test_what_was_typed_is_logged_once_after_logging_in_again(demo: Demo, visit_as: VisitAs) -> None:
    visitor = visit_as(NURSE)
    note = "Skrevs innan sessionen tog slut"
    save_too_late(demo, visitor, note)
    assert visitor.barriers() == []
    log_in_again(visitor, NURSE)
    assert visitor.barriers() == []
    assert logged_with(demo, note) == [], "nothing is sent without being told to"
    visitor.page.locator("main form .btn-primary").dblclick()
    visitor.page.wait_for_url("**/logged")
    (who, unit, identity, name, fields), *more = logged_with(demo, note)
    assert more == []
    assert (who, unit, identity, name) == (NURSE, demo.found["other_unit"], "191212121212", "Tolvan Tolvansson")
    assert {"drug": "Furix", "dose": 40, "dose_unit": "mg"}.items() <= fields.items()


def test_somebody_else_who_logs_in_there_does_not_get_the_form(demo: Demo, visit_as: VisitAs) -> None:
    visitor = visit_as(NURSE)
    note = "Skrevs av sjuksköterskan"
    save_too_late(demo, visitor, note)
    log_in_again(visitor, "lakare")
    assert visitor.page.url == f"{visitor.address}/"
    expect(visitor.page.locator(".flash-warning")).to_be_visible()
    assert note not in visitor.page.content()
    assert logged_with(demo, note) == []
