"""The history: every change is one line, and any tampering with the lines shows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.region import declare, item_of, log, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Event
from tracker.services.event import record_event, verify_chain
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system

TAMPERINGS = {
    "a line is altered": "UPDATE event SET actor_name = 'Ingen' WHERE id = 20",
    "a time is altered": "UPDATE event SET at = '2020-01-01 00:00:00' WHERE id = 20",
    "a line is deleted": "DELETE FROM event WHERE id = 20",
    "two lines change places": "UPDATE event SET id = CASE id WHEN 20 THEN -21 ELSE -20 END WHERE id IN (20, 21)",
    "the end is cut off": "DELETE FROM event WHERE id > 20",
    "all is deleted": "DELETE FROM event",
}


def write_some_history() -> None:
    outage = declare("melior")
    action = log(outage, "melior.medication-administration")
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    item = item_of(action, "document-administration")
    claim_item(item, actor=user("nurse"))
    finish_item(item, "M-1", actor=user("nurse"))
    db.session.commit()


@pytest.mark.usefixtures("context")
def test_an_untouched_history_is_whole() -> None:
    write_some_history()
    assert list(verify_chain()) == []
    verbs = [event.verb for event in db.session.query(Event).order_by(Event.id)]
    assert verbs[-6:] == ["declared", "registered", "logged", "restored", "claimed", "done"]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_with_the_history_shows(how: str) -> None:
    write_some_history()
    db.session.execute(text(TAMPERINGS[how]))
    if "places" in how:
        db.session.execute(text("UPDATE event SET id = -id WHERE id < 0"))
    db.session.commit()
    db.session.expire_all()
    assert list(verify_chain())


@pytest.mark.usefixtures("context")
def test_the_command_tells_a_whole_history_from_a_broken_one(app: Flask) -> None:
    write_some_history()
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    db.session.execute(text(TAMPERINGS["a line is altered"]))
    db.session.commit()
    broken = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "line 20" in broken.output


@pytest.mark.usefixtures("context")
def test_a_change_without_an_actor_is_refused() -> None:
    class Nobody:
        id = None
        name = ""

    with pytest.raises(ValueError, match="actor"):
        record_event("changed", user("nurse"), actor=Nobody())


@pytest.mark.usefixtures("context")
def test_nothing_is_written_for_a_change_that_was_rolled_back() -> None:
    before = db.session.query(Event).count()
    record_event("changed", user("nurse"), actor=user("admin"))
    db.session.rollback()
    assert db.session.query(Event).count() == before
    assert list(verify_chain()) == []
    assert db.session.query(Access).count() == 0
