"""Before you leave: the page, what it leads to, handing over and taking over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Handover, Item, OrphanFault, OrphanSheet, Sheet, SheetSeries
from tracker.services.item import ask_about_item, begin_item, claim_item
from tracker.services.outage import restore_system
from tracker.services.stray_result import StrayEntry, note_stray

Browsers = Callable[[str | None], Browser]
DOSE = "melior.medication-administration"


@pytest.fixture
def items(app: Flask) -> Iterator[list[int]]:
    """The nurse holds two doses of one patient, one of them begun, and one of another; she is asked about a fourth."""
    with app.app_context():
        outage = declare("melior")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        actions = [
            log(outage, DOSE, name="Kerstin Karlsson"),
            log(outage, DOSE, name="Kerstin Karlsson"),
            log(outage, DOSE, name="Bror Berg", identity=TEST_NUMBERS[1]),
            log(outage, DOSE, name="Frida Frisk", identity=TEST_NUMBERS[2]),
        ]
        found = [item_of(action, "document-administration") for action in actions]
        for item in found[:3]:
            claim_item(item, actor=user("nurse"))
        begin_item(found[0], actor=user("nurse"))
        ask_about_item(found[3], "Vilken dos?", actor=user("nurse2"))
        db.session.commit()
        ids = [item.id for item in found]
    yield ids


def english(browser: Browser) -> Browser:
    browser.post("/language", {"language": "en"})
    return browser


def ticked(html: str) -> list[str]:
    return re.findall(r'name="things" value="([^"]+)" checked', html)


def test_with_nothing_left_the_page_says_that_one_can_go(browser: Browsers) -> None:
    page = english(browser("nurse")).get("/shift-end")
    assert "Nothing is left: you can go" in page.html
    assert 'action="/logout"' in page.html
    assert "Log out anyway" not in page.html


def test_what_is_left_stands_there_with_the_way_to_finish_it(app: Flask, browser: Browsers, items: list[int]) -> None:
    nurse = english(browser("nurse"))
    page = nurse.get("/shift-end")
    assert "Nothing is left" not in page.html
    assert set(ticked(page.html)) >= {f"item-{items[0]} item-{items[1]}", f"item-{items[2]}", "question-1"}
    assert "1 is begun" in page.html
    assert "Vilken dos?" in page.html
    for link in re.findall(r'class="btn btn-secondary" href="([^"]+)"', page.html):
        assert nurse.get(link.replace("&amp;", "&")).status == 200, link
    with app.app_context():
        seen = set(db.session.scalars(select(Access.patient_id).where(Access.doing == "shift.show")))
        assert len(seen) == 3
    assert "Kerstin" not in browser("nurse2").get("/shift-end").html, "it is not theirs"


def test_letting_go_frees_it_and_says_what_was_begun(app: Flask, browser: Browsers, items: list[int]) -> None:
    nurse = english(browser("nurse"))
    page = nurse.post("/shift-end/release", {"release": f"item-{items[0]} item-{items[1]}"})
    assert "2 follow-ups are let go." in page.html
    with app.app_context():
        attention = [db.session.get_one(Item, item_id).attention for item_id in items[:2]]
        assert [str(one or "") for one in attention] == ["check_first", ""]
    again = nurse.post("/shift-end/release", {"release": f"item-{items[0]}"})
    assert again.status == 409
    assert "Nobody holds the item." in again.html


def test_handing_over_to_a_colleague_who_takes_it_over_and_works(
    app: Flask, browser: Browsers, items: list[int]
) -> None:
    nurse = english(browser("nurse"))
    things = ticked(nurse.get("/shift-end").html)
    page = nurse.post(
        "/shift-end/ward/hand-over", {"things": things, "u1-to": "nurse2", "u1-note": "Bror sover, väck honom inte."}
    )
    assert "Handed over to Nils Norberg." in page.html
    assert "Nothing is left: you can go" in page.html
    assert "Nobody has taken it over yet." in page.html
    colleague = english(browser("nurse2"))
    start = colleague.get("/").html
    assert "Handed over to you by Nora Nyström" in start
    assert "3 follow-ups · 1 question" in start
    assert "Bror sover" in start
    assert "Kerstin" not in start, "patients are a press away"
    page = colleague.post("/handovers/1/take-over")
    assert "Kerstin Karlsson" in page.html
    links = re.findall(r'class="btn btn-secondary" href="([^"]+)"', page.html)
    assert len(links) == 3
    for link in links:
        assert colleague.get(link.replace("&amp;", "&")).status == 200
    assert "Handed over to you" not in colleague.get("/").html
    assert "Taken over from a colleague" in colleague.get("/shift-end").html
    assert "Nils Norberg took it over" in nurse.get("/shift-end").html


def test_a_result_without_a_recipient_is_handed_over_like_anything_else(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        entry = StrayEntry(TEST_NUMBERS[3], "Röntgen Gävle", "DT hjärna: ingen blödning", utcnow(), urgent=True)
        stray = note_stray(entry, declare("melior"), unit(), actor=user("nurse"))
        db.session.commit()
        number = stray.id
    nurse = english(browser("nurse"))
    assert ticked(nurse.get("/shift-end").html) == [f"stray-{number}"]
    page = nurse.post("/shift-end/ward/hand-over", {"things": f"stray-{number}", "u1-to": "secretary"})
    assert "Nothing is left: you can go" in page.html
    secretary = english(browser("secretary"))
    assert "1 result without a recipient" in secretary.get("/").html
    page = secretary.post("/handovers/1/take-over")
    assert f'href="/stray-results/{number}"' in page.html
    assert "Röntgen Gävle" in secretary.get("/shift-end").html
    with app.app_context():
        seen = set(db.session.scalars(select(Access.doing).where(Access.patient_id.is_not(None))))
        assert {"shift.show", "shift.handover"} <= seen


def test_two_at_once_one_gets_it_and_the_other_is_told_who(browser: Browsers, items: list[int]) -> None:
    browser("nurse").post("/shift-end/ward/hand-over", {"things": f"item-{items[2]}", "u1-to": ":next"})
    browser("manager").post("/handovers/1/take-over")
    page = english(browser("nurse2")).post("/handovers/1/take-over")
    assert page.status == 409
    assert "Maria Mård has taken it over." in page.html
    back = english(browser("nurse")).post("/handovers/1/take-back")
    assert back.status == 409
    assert "Maria Mård has taken it over." in back.html


def test_a_refusal_keeps_what_was_ticked_and_written(app: Flask, browser: Browsers, items: list[int]) -> None:
    nurse = english(browser("nurse"))
    typed = {"things": f"item-{items[2]}", "u1-to": "secretary", "u1-note": "Ring först"}
    page = nurse.post("/shift-end/ward/hand-over", typed)
    assert page.status == 422
    assert "Sara Sjö cannot do all of it" in page.html
    assert ticked(page.html) == [f"item-{items[2]}"]
    assert "Ring först" in page.html
    nothing = nurse.post("/shift-end/ward/hand-over", {"u1-to": "nurse2"})
    assert nothing.status == 422
    assert "Tick what you want to hand over." in nothing.html
    with app.app_context():
        assert db.session.scalars(select(Handover)).all() == []


def test_sending_the_same_twice_hands_over_once(app: Flask, browser: Browsers, items: list[int]) -> None:
    nurse = english(browser("nurse"))
    for _again in range(2):
        page = nurse.post("/shift-end/ward/hand-over", {"things": f"item-{items[2]}", "u1-to": "nurse2"})
    assert page.status == 409
    assert "It is handed over already." in page.html
    with app.app_context():
        assert len(db.session.scalars(select(Handover)).all()) == 1


def test_sheets_and_unclear_forms_stand_there_too(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        outage = declare("melior")
        nurse = user("nurse")
        pile = SheetSeries(unit=unit(), kind=DOSE, outage=outage, issued_by=nurse)
        pile.sheets = [Sheet(serial=serial, reason="") for serial in write_serials(1, 3)]
        lost = OrphanSheet(outage=outage, unit=unit(), fault=OrphanFault.NO_PATIENT, content="?", found_by=nurse)
        db.session.add_all([pile, lost])
        db.session.commit()
    page = english(browser("nurse")).get("/shift-end")
    assert set(ticked(page.html)) == {"orphan-1", "series-1"}
    assert "3 forms" in page.html
    page = english(browser("nurse")).post(
        "/shift-end/ward/hand-over", {"things": ["orphan-1", "series-1"], "u1-to": "secretary"}
    )
    assert "1 unclear form · 3 forms to account for" in page.html


def write_serials(first: int, last: int) -> list[str]:
    from tracker.serial import write_serial

    return [write_serial(number) for number in range(first, last + 1)]


def test_other_units_things_and_hand_overs_do_not_exist(app: Flask, browser: Browsers, items: list[int]) -> None:
    outsider = browser("outsider")
    assert outsider.post("/shift-end/ward/hand-over", {"things": f"item-{items[0]}", "u3-to": ":next"}).status == 404
    assert outsider.post("/shift-end/release", {"release": f"item-{items[0]}"}).status == 404
    foreign = outsider.post("/shift-end/clinic/hand-over", {"things": f"item-{items[0]}", "u2-to": ":next"})
    assert foreign.status == 409
    assert "Nora" not in foreign.html
    browser("nurse").post("/shift-end/ward/hand-over", {"things": f"item-{items[0]}", "u1-to": "nurse2"})
    assert outsider.get("/handovers/1").status == 404
    assert outsider.post("/handovers/1/take-over").status == 404
    assert browser("secretary").post("/handovers/1/take-over").status == 403


def test_what_went_to_another_unit_with_its_patient_is_not_shown_any_more(
    app: Flask, browser: Browsers, items: list[int]
) -> None:
    browser("nurse").post("/shift-end/ward/hand-over", {"things": f"item-{items[2]}", "u1-to": "nurse2"})
    assert "Bror Berg" in browser("nurse2").get("/handovers/1").html
    with app.app_context():
        db.session.get_one(Item, items[2]).action.unit = unit("clinic")
        db.session.commit()
    page = english(browser("nurse2")).post("/handovers/1/take-over")
    assert "Bror Berg" not in page.html
    assert "All of it is done, or has moved to another unit." in page.html
    assert "Nothing is left" in english(browser("nurse2")).get("/shift-end").html


def test_the_log_out_button_knows_whether_something_is_open(browser: Browsers, items: list[int]) -> None:
    leads_here = {login: "data-leave" in browser(login).get("/account").html for login in ("nurse", "nurse2", "it")}
    assert leads_here == {"nurse": True, "nurse2": False, "it": False}
    page = english(browser("nurse")).get("/shift-end?leaving=1")
    assert "You are not logged out yet" in page.html
    assert "Log out anyway" in page.html
