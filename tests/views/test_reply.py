"""The board of what is awaited, and what is done about it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Chase, Item
from tracker.services.item import finish_item

Open = Callable[[str | None], Browser]
NAME = "Test Testsson"
URGENT = {"examination": "DT hjärna", "urgency": "today", "question": "Blödning?", "fax_number": "026-15 40 00"}


@pytest.fixture
def referral(app: Flask) -> dict[str, int]:
    """An urgent referral of five hours ago, faxed, with its items by name."""
    with app.app_context():
        action = log(
            declare("svarsdatabasen", units=("ward", "clinic")),
            "svarsdatabasen.radiology-urgent",
            actor="physician",
            fields=URGENT,
            performed_at=utcnow() - timedelta(hours=5),
            done_items=("fax-referral",),
        )
        return {item.item: item.id for item in action.items}


def watcher(app: Flask, item_id: int) -> str | None:
    with app.app_context():
        found = db.session.get_one(Item, item_id).watched_by
        return found.name if found else None


def test_the_board_says_what_is_awaited_since_when_and_how_long_overdue(
    app: Flask, browser: Open, referral: dict[str, int]
) -> None:
    page = browser("nurse").get("/replies")
    assert NAME in page.html
    assert "DT hjärna" in page.html
    assert "026-15 40 00" in page.html
    assert 'class="reply-group reply-overdue"' in page.html
    assert "watcher-none" in page.html
    assert page.html.count(f'action="/replies/{referral["fax-referral"]}/acknowledge') == 1
    with app.app_context():
        assert db.session.query(Access).filter(Access.doing == "reply.index").count() >= 1


def test_other_units_see_nothing_of_it_and_may_do_nothing(browser: Open, referral: dict[str, int]) -> None:
    outsider = browser("outsider")
    assert NAME not in outsider.get("/replies").html
    item = referral["fax-referral"]
    assert outsider.get(f"/replies/{item}").status == 404
    for verb in ("watch", "chase", "acknowledge", "withdraw", "hand-over"):
        assert outsider.post(f"/replies/{item}/{verb}", {"text": "x"}).status == 404


def test_the_filters_choose_kind_unit_mine_and_overdue(browser: Open, referral: dict[str, int]) -> None:
    nurse = browser("nurse")
    assert NAME in nurse.get("/replies?awaits=reply").html
    assert NAME in nurse.get("/replies?overdue=1").html
    assert NAME not in nurse.get("/replies?awaits=reply&overdue=1").html  # twelve hours for today
    assert NAME not in nurse.get("/replies?mine=1").html
    nurse.post(f"/replies/{referral['watch-fax-reply']}/watch?back=board", {"watcher": "nurse"})
    assert NAME in nurse.get("/replies?mine=1").html
    assert NAME not in browser("nurse2").get("/replies?mine=1").html
    assert browser("manager").get("/replies?unit=clinic").html.count(NAME) == 0
    assert nurse.get("/replies?unit=nonsense&awaits=nonsense&page=99").status == 200


def test_one_watches_lets_a_colleague_watch_and_stops(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    item = referral["watch-fax-reply"]
    nurse = browser("nurse")
    nurse.post(f"/replies/{item}/watch", {"watcher": "nurse"})
    assert watcher(app, item) == "Nora Nyström"
    nurse.post(f"/replies/{item}/watch", {"watcher": "nurse2"})
    assert watcher(app, item) == "Nils Norberg"
    assert nurse.post(f"/replies/{item}/watch", {"watcher": "outsider"}).status == 422
    assert watcher(app, item) == "Nils Norberg"
    nurse.post(f"/replies/{item}/watch", {"watcher": ""})
    assert watcher(app, item) is None


def test_a_chase_is_kept_with_when_to_ask_again(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    item = referral["watch-fax-reply"]
    nurse = browser("nurse")
    refused = nurse.post(f"/replies/{item}/chase?back=board", {"text": "", "again_at": "2020-01-01T10:00"})
    assert refused.status == 422
    assert 'value="2020-01-01T10:00"' in refused.html
    page = nurse.post(
        f"/replies/{item}/chase?back=board", {"text": "Röntgen: granskas kl 16", "again_at": "2099-01-01T16:00"}
    )
    assert page.status == 200
    assert "Röntgen: granskas kl 16" in page.html
    assert "Röntgen: granskas kl 16" in nurse.get(f"/replies/{item}").html
    with app.app_context():
        assert db.session.query(Chase).one().by.login == "nurse"


def test_the_receivers_word_is_noted_and_can_be_taken_back(browser: Open, referral: dict[str, int]) -> None:
    item = referral["fax-referral"]
    nurse = browser("nurse")
    ahead = nurse.post(f"/replies/{item}/acknowledge", {"said_by": "Rut", "said_at": "2099-01-01T10:00"})
    assert ahead.status == 422
    assert 'value="Rut"' in ahead.html
    assert nurse.post(f"/replies/{item}/acknowledge", {"said_by": "Rut", "said_at": "nu"}).status == 422
    now = utcnow().isoformat()
    noted = nurse.post(f"/replies/{item}/acknowledge", {"said_by": "Rut, röntgen", "said_at": now})
    assert "Rut, röntgen" in noted.html
    assert f'action="/replies/{item}/withdraw"' in noted.html
    assert f"/replies/{item}/acknowledge" not in nurse.get("/replies").html
    again = nurse.post(f"/replies/{item}/acknowledge", {"said_by": "Rut", "said_at": now})
    assert again.status == 409
    nurse.post(f"/replies/{item}/withdraw")
    assert f"/replies/{item}/acknowledge" in nurse.get("/replies").html


def test_the_reply_is_handed_to_a_physician_from_the_board(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    item = referral["watch-fax-reply"]
    assert f"/replies/{item}/hand-over" not in browser("secretary").get("/replies").html  # for nurses
    nurse = browser("nurse")
    page = nurse.get("/replies")
    assert f"/replies/{item}/hand-over" in page.html
    assert '<option value="Peter Palm">' in page.html
    refused = nurse.post(f"/replies/{item}/hand-over?back=board", {"handed_to": "", "handed_at": "2026-01-01T10:00"})
    assert refused.status == 422
    nurse.post(f"/replies/{item}/hand-over?back=board", {"handed_to": "Peter Palm", "handed_at": utcnow().isoformat()})
    with app.app_context():
        done = db.session.get_one(Item, item)
        assert done.finish["handed_to"] == "Peter Palm"
    left = nurse.get("/replies").html
    assert f"/replies/{item}/" not in left
    assert f"/replies/{referral['fax-referral']}/" not in left  # the reply says that the referral arrived
    assert f"/replies/{referral['sign-result']}" in left


def test_what_was_typed_is_kept_when_somebody_came_first(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    item = referral["watch-fax-reply"]
    with app.app_context():
        finish_item(
            db.session.get_one(Item, item),
            finish={"handed_to": "Peter Palm", "handed_at": utcnow().isoformat()},
            actor=user("nurse2"),
        )
        db.session.commit()
    page = browser("nurse").post(f"/replies/{item}/chase", {"text": "De ringer upp"})
    assert page.status == 409
    assert "De ringer upp" in page.html
    assert "Nils Norberg" in page.html


def test_a_referral_not_faxed_yet_is_awaited_and_cannot_have_arrived(app: Flask, browser: Open) -> None:
    with app.app_context():
        action = log(declare("svarsdatabasen"), "svarsdatabasen.radiology-urgent", actor="physician", fields=URGENT)
        item = item_of(action, "fax-referral").id
        assert unit().code == "ward"
    nurse = browser("nurse")
    assert f'href="/replies/{item}"' in nurse.get("/replies").html
    page = nurse.post(f"/replies/{item}/acknowledge", {"said_by": "Rut", "said_at": utcnow().isoformat()})
    assert page.status in (409, 422)
    assert 'value="Rut"' in page.html
