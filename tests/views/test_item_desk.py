"""Beside an item while it is worked: what others changed, its paper form, one entry for several, the last undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from tests.english import speak_english
from tests.page import Browser
from tests.region import user
from tests.views.test_item_queue import two_doses_and_a_note
from tests.views.test_item_work import Case, case, stored
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Action, Item
from tracker.queries.record_text import local_minute
from tracker.services.action import Correction, correct_action
from tracker.services.item import begin_item, claim_item, release_item

__all__ = ["case"]
Open = Callable[[str | None], Browser]


def seen_in(html: str, item_id: int) -> str:
    form = html.split(f'id="done-{item_id}"')[1]
    found = re.search(r'name="seen" value="(\d+)"', form)
    assert found
    return found[1]


def came_in_between(app: Flask, case: Case) -> None:
    """A colleague takes it, begins, and lets go of it."""
    with app.app_context():
        item = db.session.get_one(Item, case.item)
        release_item(item, actor=user("manager"))
        claim_item(item, actor=user("nurse2"))
        begin_item(item, actor=user("nurse2"))
        release_item(item, actor=user("nurse2"))
        db.session.commit()


@pytest.mark.parametrize(
    ("verb", "typed"),
    [("done", {"reference": "M-5"}), ("not-needed", {"reason": "M-5"}), ("ask", {"question": "M-5"})],
)
def test_what_others_did_since_the_page_was_read_refuses_the_answer_once_and_is_shown(
    app: Flask, browser: Open, case: Case, verb: str, typed: dict[str, str]
) -> None:
    nurse = browser("nurse")
    seen = seen_in(nurse.post(f"{case.work}/take?system=melior").html, case.item)
    came_in_between(app, case)
    data = {**typed, "version": case.version, "seen": seen}
    late = nurse.post(case.verb(verb), data)
    assert late.status == 409
    assert "M-5" in late.html
    told = late.html.split("meanwhile")[1].split("</div>")[0]
    assert "Nils Norberg" in told
    assert "warn-check_first" in late.html
    assert stored(app, case).state == "open"
    again = nurse.post(
        case.verb(verb), {**data, "seen": seen_in(late.html, case.item)} if verb == "done" else {**typed}
    )
    assert again.status == 200
    assert stored(app, case).state != "open"


def test_what_one_did_oneself_in_another_window_is_no_change(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    seen = seen_in(nurse.post(f"{case.work}/take?system=melior").html, case.item)
    nurse.post(case.verb("begin"))
    assert nurse.post(case.verb("done"), {"version": case.version, "seen": seen}).status == 200
    assert stored(app, case).state == "done"


def test_a_correction_shows_what_it_said_when_it_was_read(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(f"{case.work}/take?system=melior")
    with app.app_context():
        action = db.session.get_one(Item, case.item).action
        before = action.fields["dose"]
        correct_action(action, Correction(reason="fel dos", fields={"dose": 77}), actor=user("physician"))
        db.session.commit()
    late = nurse.post(case.verb("done"), {"reference": "M-5", "version": case.version})
    told = late.html.split("meanwhile")[1].split("</div>")[0]
    assert re.search(rf"<del>{before}</del>.*<ins>77</ins>", told)


def test_one_entry_settles_what_is_ticked_and_one_key_takes_all_back(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    page = nurse.post(f"{case.work}/take?system=melior")
    other = next(int(one) for one in re.findall(r'name="also" value="(\d+)"', page.html) if int(one) != case.item)
    done = nurse.post(case.verb("done"), {"reference": "M-8", "version": case.version, "also": str(other)})
    assert done.status == 200
    with app.app_context():
        settled = db.session.get_one(Item, other)
        assert (settled.state, settled.reference, settled.settled_with_id) == ("done", "M-8", case.item)
    assert f'action="/items/{case.item}/undo?' in done.html
    back = nurse.post(f"/items/{case.item}/undo?back=patient&again=1&system=melior")
    assert back.status == 200
    with app.app_context():
        states = {one.id: one.state for one in db.session.scalars(select(Item))}
    assert (states[case.item], states[other]) == ("claimed", "open"), "the one who finished it goes on with it"


def test_what_was_ticked_and_is_not_held_any_more_refuses_and_stays_ticked(
    app: Flask, browser: Open, case: Case
) -> None:
    speak_english(app)
    nurse = browser("nurse")
    page = nurse.post(f"{case.work}/take?system=melior")
    other = next(int(one) for one in re.findall(r'name="also" value="(\d+)"', page.html) if int(one) != case.item)
    with app.app_context():
        item = db.session.get_one(Item, other)
        release_item(item, actor=user("manager"))
        claim_item(item, actor=user("nurse2"))
        db.session.commit()
    late = nurse.post(case.verb("done"), {"reference": "M-8", "version": case.version, "also": str(other)})
    assert late.status == 409
    assert 'value="M-8"' in late.html
    assert "Nils Norberg has it now" in late.html
    with app.app_context():
        performed = local_minute(db.session.get_one(Item, other).action.performed_at)
    assert performed in late.html.split("Nils Norberg has it now")[0][-60:]
    assert stored(app, case).state == "claimed"


def test_a_paper_form_that_needs_several_entries_shows_the_others(app: Flask, browser: Open) -> None:
    with app.app_context():
        doses = two_doses_and_a_note()[:2]
        for action in doses:
            db.session.get_one(Action, action.id).sheet = "000421-K"
        db.session.commit()
        first, second = (action.items[0].id for action in doses)
    html = browser("nurse").get(f"/items/{first}").html
    told = html.split('class="siblings"')[1].split("</div>")[0]
    assert "000421-K" in told
    assert f'href="/items/{second}"' in told


def test_the_last_one_is_taken_back_only_by_whoever_finished_it(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(f"{case.work}/take?system=melior")
    done = nurse.post(case.verb("done"), {"version": case.version})
    assert 'class="undo-last"' in done.html
    for strange in (case.item, 0, 99999999999999999999, "x"):
        assert 'class="undo-last"' not in browser("nurse2").get(f"{case.work}?system=melior&last={strange}").html


def test_whoever_takes_again_what_they_had_begun_is_told_that_it_was_themselves_and_when(
    app: Flask, browser: Open, case: Case
) -> None:
    speak_english(app)
    nurse = browser("nurse")
    nurse.post(f"{case.work}/take?system=melior")
    assert nurse.post(f"/items/{case.item}/begin").status == 204
    with app.app_context():
        item = db.session.get_one(Item, case.item)
        begun_at = item.begun_at
        item.claimed_until = utcnow()
        db.session.commit()
    assert begun_at is not None
    when = f"at {begun_at.astimezone(ZoneInfo('Europe/Stockholm')):%H:%M}."
    for page in (
        nurse.get(f"{case.work}?system=melior"),
        nurse.post(f"{case.work}/take?system=melior"),
        nurse.get(f"/items/{case.item}"),
    ):
        warning = page.html.split('class="attention warn-check_first"')[1].split("</div>")[0]
        assert f"You had begun or finished it yourself {when}" in warning
    assert f'data-begin="/items/{case.item}/begin"' in page.html, "it is held again"
    nurse.post(f"/items/{case.item}/release?back=patient&system=melior")
    other = browser("nurse2").get(f"{case.work}?system=melior").html
    assert f"Nora Nyström had begun or finished it {when}" in other
