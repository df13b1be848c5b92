"""Pages that refresh themselves: mostly "nothing new", a fragment when something happened, and an honest access log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, numbered_patient, user
from tests.views.test_item_queue import counted_statements
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Item, LoginSession, Outage
from tracker.queries.outage import get_outage
from tracker.services.item import claim_item
from tracker.services.outage import restore_system

DOSE = "melior.medication-administration"
Open = Callable[[str | None], Browser]


class Screen:
    """A page that stands open and asks again as its script does."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.browser, self.path = browser, path
        html = browser.get(path).html
        self.tag = '"' + html.split('data-tag="')[1].split('"')[0] + '"'

    def ask(self) -> TestResponse:
        answer = self.browser.client.get(self.path, headers={"X-Live": "1", "If-None-Match": self.tag})
        self.tag = answer.headers.get("ETag", self.tag)
        return answer


@pytest.fixture
def ready(app: Flask) -> Flask:
    """Two doses of two patients, ready for the nurses of the ward."""
    with app.app_context():
        outage = declare("melior", units=("ward", "clinic"))
        log(outage, DOSE, name="Anna Andersson")
        log(outage, DOSE, identity=TEST_NUMBERS[1], name="Berit Berg")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        db.session.commit()
    return app


def accesses(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Access.id))) or 0


def claim(app: Flask, number: int = 1, login: str = "nurse2") -> None:
    with app.app_context():
        item = db.session.get(Item, number)
        assert item
        claim_item(item, actor=user(login))
        db.session.commit()


@pytest.mark.parametrize("path", ["/", "/queue", "/queue/patient/{}"])
def test_while_nothing_happens_the_answer_is_empty_and_nobody_has_seen_a_patient(
    ready: Flask, browser: Open, path: str
) -> None:
    with ready.app_context():
        patient_id = db.session.scalars(select(Action.patient_id)).first()
    screen = Screen(browser("nurse"), path.format(patient_id))
    before = accesses(ready)
    for _ in range(3):
        answer = screen.ask()
        assert (answer.status_code, answer.data) == (304, b"")
    assert accesses(ready) == before


def test_nothing_new_takes_few_reads_however_much_there_is(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    screen.ask()
    with counted_statements(ready) as few:
        screen.ask()
    with ready.app_context():
        for number in range(30):
            log(get_outage(1), DOSE, identity=numbered_patient(number))
    screen = Screen(browser("nurse"), "/queue")
    screen.ask()
    with counted_statements(ready) as many:
        assert screen.ask().status_code == 304
    assert len(many) == len(few) <= 10
    assert not [one for one in many if "FROM action" in one or "FROM patient" in one]


def test_what_a_colleague_takes_comes_as_a_fragment_that_says_who(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    claim(ready)
    answer = screen.ask()
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<html" not in html
    assert "Berit Berg" in html and "Anna Andersson" not in html
    assert 'data-item="1"' in html and "Nils Norberg" in html
    assert screen.ask().status_code == 304


def test_what_happens_in_other_units_or_to_accounts_is_nothing_new(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    with ready.app_context():
        log(get_outage(1), DOSE, actor="outsider", unit_code="clinic", identity=TEST_NUMBERS[2])
    Browser(ready, None).post("/login", {"login": "nurse2", "password": "fel"})
    assert screen.ask().status_code == 304


def test_what_changed_elsewhere_in_the_unit_but_not_on_the_page_is_not_sent_and_shows_nobody(
    ready: Flask, browser: Open
) -> None:
    screen = Screen(browser("nurse"), "/queue?system=melior&state=done")
    assert screen.ask().status_code == 304
    claim(ready)
    assert screen.ask().status_code == 200  # the tab's counts
    before = accesses(ready)
    with ready.app_context():
        db.session.execute(update(LoginSession).values(last_seen_at=utcnow()))
        item = item_of(log(get_outage(1), "melior.note", identity=TEST_NUMBERS[2]), "enter-note")
        db.session.delete(item)  # so that the history goes on while the page stays the same
        db.session.commit()
    assert screen.ask().status_code == 304
    assert accesses(ready) == before


def test_a_claim_that_runs_out_is_told_although_nobody_wrote(ready: Flask, browser: Open) -> None:
    claim(ready)
    screen = Screen(browser("nurse"), "/queue")
    with ready.app_context():
        db.session.execute(update(Item).where(Item.id == 1).values(claimed_until=utcnow() + timedelta(milliseconds=1)))
        db.session.commit()
    answer = screen.ask()
    assert answer.status_code == 200
    assert "Anna Andersson" in answer.get_data(as_text=True)


def test_a_planned_stop_that_begins_is_told_too(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    with ready.app_context():
        began = utcnow()
        outage = db.session.scalars(select(Outage)).one()
        outage.systems[0].restored_at = began
        db.session.commit()
    assert screen.ask().status_code == 200


def test_a_patient_that_comes_is_logged_at_once_and_one_who_stays_not_again(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    before = accesses(ready)
    claim(ready)
    assert screen.ask().status_code == 200
    assert accesses(ready) == before
    with ready.app_context():
        log(get_outage(1), DOSE, identity=TEST_NUMBERS[2], name="Cilla Ceder")
    assert "Cilla Ceder" in screen.ask().get_data(as_text=True)
    assert accesses(ready) == before + 1
    with ready.app_context():
        db.session.execute(update(Access).values(at=utcnow() - timedelta(minutes=16)))
        db.session.commit()
    claim(ready, 2, "nurse2")
    assert screen.ask().status_code == 200
    assert accesses(ready) == before + 2, "who is still shown after a quarter of an hour"


def test_a_page_that_asks_by_itself_does_not_keep_its_user_logged_in(ready: Flask, browser: Open) -> None:
    screen = Screen(browser("nurse"), "/queue")
    away = utcnow() - timedelta(minutes=5)
    with ready.app_context():
        db.session.execute(update(LoginSession).values(last_seen_at=away))
        db.session.commit()
    assert screen.ask().status_code == 304
    with ready.app_context():
        assert db.session.scalars(select(LoginSession.last_seen_at)).one() == away
        db.session.execute(update(LoginSession).values(last_seen_at=away - timedelta(days=1)))
        db.session.commit()
    assert screen.ask().status_code == 302, "the script hears that the session has ended"


@pytest.mark.parametrize(
    "tag", ["", "*", '"x"', '"1.00000000.1.1.000000000000."', '"1.00000000.999999999999999.1.000000000000."']
)
def test_a_tag_that_says_nothing_gets_the_whole_content(ready: Flask, browser: Open, tag: str) -> None:
    answer = browser("nurse").client.get("/queue", headers={"X-Live": "1", "If-None-Match": tag})
    assert answer.status_code == 200
    assert "data-live-fragment" in answer.get_data(as_text=True)


def test_the_tag_of_one_user_is_worth_nothing_to_another(ready: Flask, browser: Open) -> None:
    mine, theirs = Screen(browser("nurse"), "/queue"), Screen(browser("nurse2"), "/queue")
    theirs.tag = mine.tag
    assert theirs.ask().status_code == 200
