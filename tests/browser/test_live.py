"""Two browsers at one queue: what one does the other sees, and keeps everything in hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import select

from tests.browser.conftest import LogIn, Site
from tests.region import declare, log, numbered_patient, user
from tracker import create_app
from tracker.clock import utcnow
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Item, Outage
from tracker.services.item import claim_item
from tracker.services.outage import restore_system

pytestmark = pytest.mark.browser
DOSE = "melior.medication-administration"
PATIENTS = 12


@contextmanager
def behind(site: Site) -> Iterator[None]:
    """The database behind the server."""
    app = create_app(Settings(data_dir=site.data_dir), site.routine)
    with app.app_context():
        yield
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def outage(site: Site) -> int:
    """Twelve patients with two doses each, ready in Melior."""
    with behind(site):
        outage = declare("melior")
        for number in range(PATIENTS):
            for _ in range(2):
                log(outage, DOSE, identity=numbered_patient(number), name=f"Patient {number}")
        restore_system(outage, "melior", utcnow(), actor=user("it"))
        return outage.id


def dose_for(site: Site, number: int) -> None:
    with behind(site):
        log(db.session.scalars(select(Outage)).one(), DOSE, identity=numbered_patient(number), name=f"Patient {number}")


def come_back(page: Page) -> None:
    """The reader looks at the page again: it asks at once."""
    with page.expect_response(lambda answer: answer.request.headers.get("x-live") == "1"):
        page.evaluate("setTimeout(() => dispatchEvent(new Event('focus')), 1600)")


def top_of(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().top"))


def test_what_one_takes_the_other_sees_while_typing_and_loses_nothing(site: Site, outage: int, log_in: LogIn) -> None:
    mine, theirs = log_in("nurse"), log_in("nurse2")
    mine.goto("/queue")
    mine.locator('.card-patient:has-text("Patient 3") button.btn-primary').click()
    mine.wait_for_url("**/queue/patient/**")
    field = mine.locator('article.work input[name$="reference"]:visible').first
    field.fill("ref 4711")
    field.evaluate("element => element.setSelectionRange(2, 5)")
    mine.evaluate("scrollTo({top: 120, behavior: 'instant'})")
    place = top_of(field)
    theirs.goto("/queue")
    theirs.locator('.card-patient:has-text("Patient 5") button.btn-primary').click()
    theirs.wait_for_url("**/queue/patient/**")
    with behind(site):  # the manager lets go of what mine holds, and a colleague takes it
        held = db.session.scalars(select(Item).where(Item.claimed_by_id == user("nurse").id)).all()
        for item in held:
            item.claimed_until = utcnow()
        db.session.flush()
        for item in held:
            claim_item(item, actor=user("nurse2"))
    come_back(mine)
    expect(mine.locator("article.work .live-mark").first).to_contain_text("Nils Norberg")
    assert field.input_value() == "ref 4711"
    assert field.evaluate("element => [element.selectionStart, element.selectionEnd]") == [2, 5]
    assert field.evaluate("element => element === document.activeElement")
    assert top_of(field) == pytest.approx(place, abs=2)  # the line that tells of it does not push what one reads


def test_the_queue_marks_what_was_taken_in_words_and_counts_go_on(site: Site, outage: int, log_in: LogIn) -> None:
    mine, theirs = log_in("nurse"), log_in("nurse2")
    mine.goto("/queue")
    mine.evaluate("document.querySelectorAll('.card-patient')[6].scrollIntoView({behavior: 'instant'})")
    sixth = mine.locator(".card-patient").nth(6)
    place = top_of(sixth)
    name = mine.locator(".card-patient").nth(2).locator(".patient-name").inner_text()
    theirs.goto("/queue")
    theirs.locator(f'.card-patient:has(.patient-name:text-is("{name}")) button.btn-primary').click()
    theirs.wait_for_url("**/queue/patient/**")
    come_back(mine)
    expect(mine.locator(".card-patient").nth(2).locator("header .live-mark")).to_contain_text("Nils Norberg")
    expect(mine.locator(".tabs a[aria-current] .tab-count").first).to_have_text(str(2 * PATIENTS - 2))
    assert mine.locator(".card-patient").count() == PATIENTS, "nothing goes under the reader's eyes"
    assert abs(top_of(sixth) - place) < 2, "what one reads stays where it is"


def test_what_is_new_is_announced_and_comes_when_the_reader_wants_it(site: Site, outage: int, log_in: LogIn) -> None:
    page = log_in("nurse")
    page.goto("/queue")
    page.evaluate("document.querySelectorAll('.card-patient')[4].scrollIntoView({behavior: 'instant'})")
    fourth = page.locator(".card-patient").nth(4).get_attribute("data-key")
    place = top_of(page.locator(f'[data-key="{fourth}"]'))
    for number in (1, 40, 41):
        dose_for(site, number)
    come_back(page)
    news = page.locator(".live-news button")
    expect(news).to_contain_text("3 n")
    assert page.locator(".card-patient").count() == PATIENTS
    assert abs(top_of(page.locator(f'[data-key="{fourth}"]')) - place) < 2
    news.click()
    expect(news).to_be_hidden()
    expect(page.locator(".card-patient")).to_have_count(PATIENTS + 2)
    assert abs(top_of(page.locator(f'[data-key="{fourth}"]')) - place) < 2, "what one reads stays where it is"


def test_selected_text_and_what_is_unfolded_stay(site: Site, outage: int, log_in: LogIn) -> None:
    page = log_in("nurse")
    page.goto("/queue")
    page.locator(".filter-box > summary").click()
    page.locator("#filter-kind").select_option(index=2)
    chosen = page.locator("#filter-kind").input_value()
    page.evaluate("getSelection().selectAllChildren(document.querySelectorAll('.patient-number')[1])")
    selected = page.evaluate("String(getSelection())")
    with behind(site):
        for item in db.session.scalars(select(Item)).all():
            claim_item(item, actor=user("nurse2"))
    come_back(page)
    expect(page.locator(".tabs a[aria-current] .tab-count").first).to_have_text("0")
    assert page.evaluate("String(getSelection())") == selected
    assert page.locator("#filter-kind").input_value() == chosen
    expect(page.locator("#filter-kind")).to_be_visible()


def test_a_silent_server_is_told_and_the_page_catches_up(site: Site, outage: int, log_in: LogIn) -> None:
    page = log_in("nurse")
    page.goto("/queue")
    silent = [True]

    def answer(route: Route) -> None:
        if silent[0] and "x-live" in route.request.headers:
            route.abort()
        else:
            route.continue_()

    page.route("**/queue*", answer)
    page.evaluate("setTimeout(() => dispatchEvent(new Event('focus')), 1600)")
    expect(page.locator("#outbox-status")).to_contain_text("Servern nås inte")
    silent[0] = False
    dose_for(site, 50)
    come_back(page)
    expect(page.locator(".live-news button")).to_contain_text("1 n")
    expect(page.locator("#outbox-status")).not_to_contain_text("Servern nås inte")


def test_the_start_page_counts_by_itself(site: Site, outage: int, log_in: LogIn) -> None:
    page = log_in("nurse")
    expect(page.locator(".tile .number").first).to_have_text(str(2 * PATIENTS))
    dose_for(site, 60)
    come_back(page)
    expect(page.locator(".tile .number").first).to_have_text(str(2 * PATIENTS + 1))
