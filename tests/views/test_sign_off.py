"""The page on which a unit is signed off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.page import Browser, Page
from tests.region import TEST_NUMBERS, declare, log, unit, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Access, Device, OrphanFault, OrphanSheet, Outage, Sheet, SignOff
from tracker.queries.outage import current_sign_off
from tracker.services.action import void_action
from tracker.services.confirmation import confirm_action
from tracker.services.device import Held, excuse_device, note_report, register_device
from tracker.services.item import finish_item
from tracker.services.orphan_sheet import OrphanEntry, note_orphan, solve_without_entry
from tracker.services.outage import restore_system
from tracker.services.sheet import Wanted, issue_sheets, lose_sheet
from tracker.services.sign_off import sign_off_unit

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """A ward with one action, confirmed, and one voided: ready to be signed off."""
    with app.app_context():
        outage = declare("melior")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        action = log(outage, "melior.medication-administration", name="Klara Klar")
        finish_item(action.items[0], "M-1", actor=user("nurse"))
        confirm_action(action, actor=user("manager"))
        gone = log(outage, "melior.medication-administration", identity=TEST_NUMBERS[1], name="Felix Felloggad")
        void_action(gone, "Loggad två gånger", actor=user("nurse"))
        db.session.commit()
        found = f"/sign-off/{outage.id}/ward"
    yield found


def seen(page: Page) -> str:
    found = re.search(r'name="seen"[^>]*value="([^"]+)"', page.html)
    assert found, "the page has no form to sign"
    return found[1]


def is_signed(app: Flask) -> bool:
    with app.app_context():
        return current_sign_off(1, unit().id) is not None


def test_the_manager_reads_the_evidence_and_signs(app: Flask, browser: Browsers, url: str) -> None:
    manager = browser("manager")
    page = manager.get(url)
    assert "Loggad två gånger" in page.html
    assert "Felix Felloggad" in page.html
    signed = manager.post(f"{url}/sign", {"attested": "y", "seen": seen(page)})
    assert signed.status == 200
    assert is_signed(app)
    assert "Maria Mård" in signed.html
    with app.app_context():
        sign_off = current_sign_off(1, unit().id)
        assert sign_off
        assert sign_off.basis["history"]["head"] in signed.html
        assert sign_off.basis["history"]["head"][:12] in signed.html


def test_the_box_must_be_ticked(app: Flask, browser: Browsers, url: str) -> None:
    manager = browser("manager")
    page = manager.post(f"{url}/sign", {"seen": seen(manager.get(url))})
    assert page.status == 422
    assert "summary-bad" in page.html
    assert not is_signed(app)


def test_other_numbers_than_those_read_are_not_signed(app: Flask, browser: Browsers, url: str) -> None:
    manager = browser("manager")
    mark = seen(manager.get(url))
    with app.app_context():
        action = log(db.session.get_one(Outage, 1), "melior.medication-administration", identity=TEST_NUMBERS[2])
        finish_item(action.items[0], actor=user("nurse"))
        confirm_action(action, actor=user("manager2"))
        db.session.commit()
    page = manager.post(f"{url}/sign", {"attested": "y", "seen": mark})
    assert "flash-danger" in page.html
    assert not is_signed(app)
    manager.post(f"{url}/sign", {"attested": "y", "seen": seen(page)})
    assert is_signed(app)


def test_signing_twice_keeps_one_sign_off_and_says_so(app: Flask, browser: Browsers, url: str) -> None:
    manager = browser("manager")
    mark = seen(manager.get(url))
    manager.post(f"{url}/sign", {"attested": "y", "seen": mark})
    page = browser("manager2").post(f"{url}/sign", {"attested": "y", "seen": mark})
    assert "flash-danger" in page.html
    assert "Maria Mård" in page.html, "who signed"
    with app.app_context():
        assert db.session.scalar(select(func.count(SignOff.id))) == 1


def test_what_is_in_the_way_is_shown_with_the_way_to_it(app: Flask, browser: Browsers, url: str) -> None:
    with app.app_context():
        outage = declare("pmo")
        log(outage, "pmo.dictation", actor="physician")
        restore_system(outage, "pmo", utcnow(), actor=user("it"))
        action = log(outage, "melior.medication-administration")
        finish_item(action.items[0], actor=user("nurse"))
        db.session.commit()
    manager = browser("manager")
    page = manager.get("/sign-off/2/ward")
    assert "/confirm?outage=2&amp;unit=ward&amp;state=open" in page.html
    assert "/confirm?outage=2&amp;unit=ward&#34;" in page.html or '/confirm?outage=2&amp;unit=ward"' in page.html
    assert 'name="attested"' not in page.html
    refused = manager.post("/sign-off/2/ward/sign", {"attested": "y", "seen": "x"})
    assert "flash-danger" in refused.html
    for link in re.findall(r'href="(/confirm\?[^"]+)"', page.html):
        assert manager.get(link.replace("&amp;", "&")).status == 200
    with app.app_context():
        assert current_sign_off(2, unit().id) is None


def test_a_system_that_is_down_is_in_the_way(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        declare("melior")
    page = browser("manager").get("/sign-off/1/ward")
    assert "left-to-do" in page.html
    assert "/outages/1" in page.html


def test_reopening_takes_a_reason_and_shows_the_earlier_sign_off(app: Flask, browser: Browsers, url: str) -> None:
    manager = browser("manager")
    manager.post(f"{url}/sign", {"attested": "y", "seen": seen(manager.get(url))})
    refused = manager.post(f"{url}/reopen", {"reason": " "})
    assert refused.status == 422
    assert is_signed(app)
    page = manager.post(f"{url}/reopen", {"reason": "Ett blad låg kvar"})
    assert page.status == 200
    assert "Ett blad låg kvar" in page.html
    assert not is_signed(app)
    again = manager.post(f"{url}/reopen", {"reason": "Igen"})
    assert "flash-danger" in again.html


def test_a_late_action_reopens_and_is_shown_as_late(app: Flask, browser: Browsers, url: str) -> None:
    with app.app_context():
        sign_off_unit(db.session.get_one(Outage, 1), unit(), actor=user("manager"))
        db.session.commit()
        log(
            db.session.get_one(Outage, 1),
            "melior.medication-administration",
            identity=TEST_NUMBERS[2],
            name="Sena Senlin",
            actor="nurse2",
        )
    page = browser("manager").get(url)
    assert "Sena Senlin" in page.html
    assert "Nils Norberg" in page.html
    assert "left-to-do" in page.html


@pytest.mark.parametrize("login", ["nurse", "director", "it"])
def test_others_read_the_numbers_and_cannot_sign(app: Flask, browser: Browsers, url: str, login: str) -> None:
    other = browser(login)
    page = other.get(url)
    assert page.status == 200
    assert 'name="attested"' not in page.html
    assert other.post(f"{url}/sign", {"attested": "y", "seen": "x"}).status == 403
    assert other.post(f"{url}/reopen", {"reason": "x"}).status == 403
    assert not is_signed(app)


def test_a_manager_of_another_unit_cannot_sign(app: Flask, browser: Browsers, url: str) -> None:
    with app.app_context():
        declare("melior", units=("clinic",))
    assert browser("manager2").get("/sign-off/2/clinic").status == 404
    assert browser("manager2").post("/sign-off/2/clinic/sign", {"attested": "y"}).status == 404


@pytest.mark.parametrize("login", ["director", "it", "admin"])
def test_those_who_see_no_patients_see_none_here(app: Flask, browser: Browsers, url: str, login: str) -> None:
    page = browser(login).get(url)
    assert "Felix Felloggad" not in page.html
    assert TEST_NUMBERS[1][:8] not in page.html
    with app.app_context():
        assert db.session.scalar(select(func.count(Access.id)).where(Access.doing == "sign_off.show")) == 0


def test_the_patients_shown_are_written_to_the_access_log(app: Flask, browser: Browsers, url: str) -> None:
    browser("nurse").get(url)
    with app.app_context():
        (row,) = db.session.scalars(select(Access).where(Access.doing == "sign_off.show")).all()
        assert row.unit_id == unit().id


def test_units_outages_and_outsiders_that_do_not_belong_together_find_nothing(browser: Browsers, url: str) -> None:
    assert browser("outsider").get(url).status == 404
    assert browser("manager").get("/sign-off/1/clinic").status == 404
    assert browser("manager").get("/sign-off/1/nowhere").status == 404
    assert browser("manager").get("/sign-off/99/ward").status == 404


def test_a_unit_in_which_nothing_was_logged_can_be_signed_off(app: Flask, browser: Browsers) -> None:
    with app.app_context():
        restore_system(declare("melior"), "melior", utcnow(), actor=user("it"))
        db.session.commit()
    manager = browser("manager")
    page = manager.get("/sign-off/1/ward")
    assert "counts" not in page.html
    manager.post("/sign-off/1/ward/sign", {"attested": "y", "seen": seen(page)})
    assert is_signed(app)


def test_missing_forms_and_devices_are_named_with_the_way_to_them_and_then_with_the_reason(
    app: Flask, browser: Browsers, url: str
) -> None:
    with app.app_context():
        outage, nurse = db.session.get_one(Outage, 1), user("nurse")
        (pile,) = issue_sheets(
            unit(), outage, [Wanted("melior.medication-administration", 1)], current_routine(), actor=nurse
        )
        note_orphan(OrphanEntry(OrphanFault.ILLEGIBLE, "", "?", ""), outage, unit(), actor=nurse)
        device = register_device("Datorn i expeditionen", unit(), actor=nurse).device
        note_report(device, {"ward": Held(2, utcnow())})
        db.session.commit()
        serial, device_id = pile.sheets[0].serial, device.id
    manager = browser("manager")
    page = manager.get(url)
    left = page.html.partition('id="left-head"')[2].partition("</section>")[0]
    ways = re.findall(r'<a class="no-print" href="([^"]+)"', left)
    assert len(ways) == 3
    for way in ways:
        assert manager.get(way.replace("&amp;", "&")).status == 200, way
    assert serial in page.html
    assert "Datorn i expeditionen (2)" in page.html
    with app.app_context():
        outage = db.session.get_one(Outage, 1)
        sheet = db.session.scalars(select(Sheet)).one()
        lose_sheet(sheet, "Letade överallt", outage, actor=user("nurse"))
        orphan = db.session.scalars(select(OrphanSheet)).one()
        solve_without_entry(orphan, "Tomt", actor=user("nurse"))
        excuse_device(db.session.get_one(Device, device_id), outage, unit(), "Stulen", actor=user("manager"))
        db.session.commit()
    page = manager.get(url)
    assert "Letade överallt" in page.html
    assert "Stulen (Maria Mård)" in page.html
    signed = manager.post(f"{url}/sign", {"attested": "y", "seen": seen(page)})
    assert is_signed(app)
    assert "Letade överallt" in signed.html, "it stands in the basis"


def test_a_sign_off_of_before_forms_were_numbered_is_still_shown(app: Flask, browser: Browsers, url: str) -> None:
    with app.app_context():
        sign_off = sign_off_unit(db.session.get_one(Outage, 1), unit(), actor=user("manager"))
        old = ("actions", "items", "open_duties", "unknown_patients", "history")
        sign_off.basis = {name: value for name, value in sign_off.basis.items() if name in old}
        db.session.commit()
    assert browser("manager").get(url).status == 200
