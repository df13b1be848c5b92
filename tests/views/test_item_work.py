"""Working a patient's items down, one item with all about it, and two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare, fields_for, item_of, log, unit, user
from tests.views.test_item_queue import two_doses_and_a_note
from tracker.extensions import current_routine, db
from tracker.models import Action, Item
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.item import claim_item, finish_item

Open = Callable[[str | None], Browser]


class Case:
    """The ids of a test's first action, without a session."""

    def __init__(self, action: Action, item_id: str) -> None:
        self.patient = action.patient_id
        self.item = item_of(action, item_id).id
        self.version = action.version
        self.work = f"/queue/patient/{action.patient_id}"

    def verb(self, verb: str, back: str = "patient") -> str:
        return f"/items/{self.item}/{verb}?back={back}&system=melior"


@pytest.fixture
def case(app: Flask) -> Case:
    with app.app_context():
        return Case(two_doses_and_a_note()[0], "document-administration")


def stored(app: Flask, case: Case) -> Item:
    with app.app_context():
        return db.session.get_one(Item, case.item)


def folded_open(html: str) -> list[str]:
    return re.findall(r'id="item-(\d+)"[^>]*>\s*<details class="fold" open>', html)


def test_take_all_then_done_leads_to_the_next_item_and_then_to_the_next_patient(
    app: Flask, browser: Open, case: Case
) -> None:
    nurse = browser("nurse")
    before = nurse.get(f"{case.work}?system=melior")
    assert "/claim?" in before.html
    assert "work-done" not in before.html, "nothing is finished before it is taken"
    page = nurse.post(f"{case.work}/take?system=melior")
    assert folded_open(page.html) == [str(case.item)]
    page = nurse.post(case.verb("done"), {"reference": "M-17", "version": case.version})
    assert page.status == 200
    assert len(folded_open(page.html)) == 1
    assert folded_open(page.html) != [str(case.item)]
    assert stored(app, case).reference == "M-17"
    last = folded_open(page.html)[0]
    page = nurse.post(f"/items/{last}/done?back=patient&system=melior", {"reference": ""})
    assert 'action="/queue/next?' in page.html


def test_the_page_shows_every_field_in_order_with_the_sentence_for_the_record(browser: Open, case: Case) -> None:
    html = browser("nurse").get(f"{case.work}?system=melior").html
    labels = re.findall(r'<div class="typed[^"]*">\s*<dt>([^<]*)</dt>', html)
    sentence = re.search(r'class="sentence-text" lang="sv">([^<]*)<', html)
    assert labels[:2] == ["Utfört", "Utfört av"]
    assert "Läkemedel" in labels
    assert sentence
    assert "Utfört 20" in sentence[1]
    assert sentence[1].endswith("Infört i efterhand efter driftstopp.")
    assert "data-begin" not in html, "nothing is copied before it is taken: the server must know who has begun"
    assert f'data-copy="{sentence[1]}"' not in html
    taken = browser("nurse").post(f"{case.work}/take?system=melior").html
    assert f'data-copy="{sentence[1]}" data-begin="/items/{case.item}/begin"' in taken


def test_only_one_item_is_open_at_a_time(browser: Open, case: Case) -> None:
    page = browser("nurse").post(f"{case.work}/take?system=melior")
    assert len(re.findall('<details class="fold"', page.html)) == 2
    assert len(folded_open(page.html)) == 1


def test_what_a_colleague_took_first_is_told_by_name(app: Flask, browser: Open, case: Case) -> None:
    first, second = browser("nurse"), browser("nurse2")
    second.get(f"{case.work}?system=melior")
    first.post(f"{case.work}/take?system=melior")
    late = second.post(case.verb("claim"))
    assert late.status == 409
    assert re.search(r"flash-danger[^>]*>[^<]*Nora Nyström", late.html)
    all_of_them = second.post(f"{case.work}/take?system=melior")
    assert re.search(r"flash-danger[^>]*>[^<]*Nora Nyström", all_of_them.html)
    with app.app_context():
        holder = db.session.get_one(Item, case.item).claimed_by
        assert holder is not None
        assert holder.login == "nurse"


def test_losing_the_race_to_finish_keeps_what_was_typed(app: Flask, browser: Open, case: Case) -> None:
    with app.app_context():
        item = db.session.get_one(Item, case.item)
        claim_item(item, actor=user("nurse"))
        db.session.commit()
    late = browser("nurse2").post(case.verb("done"), {"reference": "M-99", "version": case.version})
    assert late.status == 409
    assert 'value="M-99"' in late.html
    assert "Nora Nyström" in late.html
    asked = browser("nurse2").post(case.verb("ask"), {"question": "Vilken dos gavs?"})
    assert asked.status == 409
    assert "Vilken dos gavs?" in asked.html
    reason = browser("nurse2").post(case.verb("not-needed"), {"reason": "finns redan"})
    assert reason.status == 409
    assert 'value="finns redan"' in reason.html
    assert stored(app, case).state == "claimed"


def test_work_from_a_corrected_action_is_refused_and_shows_what_changed(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(f"{case.work}/take?system=melior")
    with app.app_context():
        action = db.session.get_one(Item, case.item).action
        correct_action(action, Correction(reason="fel dos", fields={"dose": 77}), actor=user("physician"))
        db.session.commit()
    late = nurse.post(case.verb("done"), {"reference": "M-5", "version": case.version})
    assert late.status == 409
    assert 'value="M-5"' in late.html
    assert ">77<" in late.html
    assert f'name="version" value="{case.version + 1}"' in late.html
    assert nurse.post(case.verb("done"), {"reference": "M-5", "version": case.version + 1}).status == 200
    assert stored(app, case).reference == "M-5"


def test_done_twice_is_done_once(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    for _ in range(2):
        assert nurse.post(case.verb("done"), {"reference": "M-1", "version": case.version}).status == 200
    assert stored(app, case).reference == "M-1"


def test_an_amended_item_shows_what_it_said_when_it_was_entered(app: Flask, browser: Open, case: Case) -> None:
    with app.app_context():
        item = db.session.get_one(Item, case.item)
        before = item.action.fields["dose"]
        finish_item(item, "M-1", actor=user("nurse"))
        db.session.commit()
        correct_action(item.action, Correction(reason="fel dos", fields={"dose": 77}), actor=user("nurse"))
        db.session.commit()
    html = browser("nurse").get(f"{case.work}?system=melior").html
    assert re.search(rf"<del>{before}</del>.*<ins>77</ins>", html)
    assert "warn-amend" in html
    assert "fel dos" in html


def test_a_voided_action_says_remove_and_offers_no_text_for_the_record(app: Flask, browser: Open, case: Case) -> None:
    with app.app_context():
        item = db.session.get_one(Item, case.item)
        finish_item(item, "M-1", actor=user("nurse"))
        void_action(item.action, "fel patient", actor=user("nurse"))
        db.session.commit()
    html = browser("nurse").get(f"/items/{case.item}").html
    assert "warn-remove" in html
    assert "fel patient" in html
    assert "sentence-text" not in html


def test_faults_stand_at_their_fields_and_everything_typed_is_kept(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("melior")
        kind = current_routine().kinds["melior.chemistry-order"]
        watch = next(item for item in kind.items if item.item == "watch-fax-reply")
        action = log(outage, kind.id, fields=fields_for(kind, watch))
        item_id = item_of(action, "watch-fax-reply").id
        patient = action.patient_id
    nurse = browser("nurse")
    data = {"reference": "F-1", "handed_to": "Dr Palm", "handed_at": ""}
    for back in ("patient", "item"):
        page = nurse.post(f"/items/{item_id}/done?back={back}&system=fax", data)
        assert page.status == 422
        assert 'value="Dr Palm"' in page.html
        assert 'value="F-1"' in page.html
        assert f'id="item-{item_id}-handed_at-error"' in page.html
    page = nurse.post(f"/items/{item_id}/done?back=patient&system=fax", {**data, "handed_at": "2026-11-20T14:05"})
    assert page.status == 200
    assert "Dr Palm" in nurse.get(f"/items/{item_id}").html
    assert nurse.get(f"/queue/patient/{patient}?system=fax").status == 200


@pytest.mark.parametrize(
    ("verb", "data", "error"),
    [("not-needed", {"reason": " "}, "reason"), ("ask", {"question": ""}, "question")],
)
def test_a_reason_and_a_question_must_be_written(
    browser: Open, case: Case, verb: str, data: dict[str, str], error: str
) -> None:
    page = browser("nurse").post(case.verb(verb), data)
    assert page.status == 422
    assert f'id="item-{case.item}-{error}-error"' in page.html


def test_asking_setting_aside_releasing_and_undoing(app: Flask, browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(case.verb("claim"))
    assert nurse.post(case.verb("begin", "item")).status == 204
    nurse.post(case.verb("release"))
    assert stored(app, case).attention == "check_first"
    nurse.post(case.verb("ask"), {"question": "Vilken?"})
    assert stored(app, case).state == "question"
    nurse.post(f"/items/{case.item}/answer", {"text": "Den."})
    nurse.post(case.verb("not-needed"), {"reason": "fanns redan"})
    assert stored(app, case).reason == "fanns redan"
    page = nurse.post(case.verb("undo"))
    assert page.status == 200
    assert stored(app, case).state == "open"
    again = nurse.post(case.verb("undo"))
    assert again.status == 409


def test_signing_on_paper_is_offered_only_where_the_unit_does(app: Flask, browser: Open) -> None:
    with app.app_context():
        outage = declare("svarsdatabasen")
        action = log(outage, "svarsdatabasen.radiology-urgent", actor="physician")
        item_id = item_of(action, "sign-result").id
    physician = browser("physician")
    assert 'name="on_paper"' not in physician.get(f"/items/{item_id}").html
    with app.app_context():
        unit().signs_on_paper = True
        db.session.commit()
    page = physician.get(f"/items/{item_id}")
    assert 'name="on_paper"' in page.html
    assert "work-done" not in page.html, "it waits: only the paper can be signed"
    assert physician.post(f"/items/{item_id}/done", {"on_paper": "yes"}).status == 200
    with app.app_context():
        assert db.session.get_one(Item, item_id).on_paper


def test_one_item_shows_its_history(browser: Open, case: Case) -> None:
    nurse = browser("nurse")
    nurse.post(case.verb("claim", "item"))
    nurse.post(case.verb("done", "item"), {"reference": "M-3", "version": case.version})
    html = nurse.get(f"/items/{case.item}").html
    rows = re.findall(r"<tr><td>[^<]*</td><th scope=\"row\">", html)
    assert len(rows) == 3
    assert "M-3" in html


def test_copying_by_somebody_who_does_not_hold_it_begins_nothing(app: Flask, browser: Open, case: Case) -> None:
    browser("nurse").post(case.verb("claim"))
    refused = browser("nurse2").post(case.verb("begin"))
    assert refused.status == 409
    assert refused.response.json
    assert refused.response.json["holder"] == "Nora Nyström"
    assert "Nora Nyström" in refused.response.json["message"]
    assert stored(app, case).begun_at is None
