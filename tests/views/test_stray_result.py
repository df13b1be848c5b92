"""The pages of results that came without a recipient."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.english import speak_english
from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, user
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Item, StrayResult, StraySolution
from tracker.services.action import Correction, correct_action
from tracker.services.patient import PatientEntry

Open = Callable[[str | None], Browser]
NAME = "Test Testsson"
CT = {"examination": "DT hjärna", "urgency": "today", "question": "Blödning?"}
FOUND = {"patient": "Test", "sender": "Röntgen Gävle", "words": "DT hjärna: ingen blödning"}


@pytest.fixture
def referral(app: Flask) -> dict[str, int]:
    with app.app_context():
        outage = declare("svarsdatabasen", units=("ward", "clinic"))
        action = log(
            outage,
            "svarsdatabasen.radiology-urgent",
            actor="physician",
            fields=CT,
            done_items=("fax-referral",),
        )
        return {"outage": outage.id, **{item.item: item.id for item in action.items}}


def note(nurse: Browser, outage: int, **more: str) -> str:
    page = nurse.post(
        "/stray-results/new",
        {"place": str(outage), "arrived_at": utcnow().isoformat(), **FOUND, **more},
        follow=False,
    )
    assert page.status == 302
    return page.location


def solution(app: Flask) -> StraySolution | None:
    with app.app_context():
        return db.session.query(StrayResult).order_by(StrayResult.id).first().solution  # type: ignore[union-attr]


def test_what_is_missing_is_told_and_what_was_typed_is_kept(browser: Open, referral: dict[str, int]) -> None:
    page = browser("nurse").post("/stray-results/new", {"place": str(referral["outage"]), "patient": "Testsson?"})
    assert page.status == 422
    assert 'value="Testsson?"' in page.html
    assert browser("nurse").get("/stray-results/new").status == 200


def test_it_is_noted_matched_and_handed_over_in_one(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    nurse = browser("nurse")
    url = note(nurse, referral["outage"])
    page = nurse.get(url)
    assert f'value="{referral["watch-fax-reply"]}"' in page.html
    assert "hjärna" in page.html
    assert nurse.post(f"{url}/match", {"match-handed_to": "Peter Palm"}).status == 409  # none chosen
    form = {"order": str(referral["watch-fax-reply"]), "match-handed_to": "Peter Palm"}
    refused = nurse.post(f"{url}/match", {**form, "match-handed_at": "i går"})
    assert refused.status == 422
    assert f'value="{referral["watch-fax-reply"]}" checked' in refused.html
    assert nurse.post(f"{url}/match", {**form, "match-handed_at": utcnow().isoformat()}).status == 200
    assert solution(app) is StraySolution.MATCHED
    with app.app_context():
        assert db.session.get_one(Item, referral["watch-fax-reply"]).finish["handed_to"] == "Peter Palm"
    board = nurse.get("/replies").html
    assert f'href="{url}"' in board  # the result to sign shows it
    assert nurse.post(f"{url}/reopen").status == 200
    assert solution(app) is None
    assert f"/replies/{referral['watch-fax-reply']}/hand-over" in nurse.get("/replies").html


def test_only_its_units_see_it_and_the_one_it_is_offered_to(browser: Open, referral: dict[str, int]) -> None:
    nurse, outsider = browser("nurse"), browser("outsider")
    url = note(nurse, referral["outage"])
    assert outsider.get(url).status == 404
    for verb in ("attempt", "match", "hand-over", "offer", "take", "decline", "reopen"):
        assert outsider.post(f"{url}/{verb}").status == 404
    assert nurse.post(f"{url}/offer", {"offer-unit": ""}).status == 422
    nurse.post(f"{url}/attempt", {"attempt-text": "Ringde röntgen"})
    nurse.post(f"{url}/offer", {"offer-unit": "clinic", "offer-text": "Er?"})
    offered = outsider.get(url)
    assert offered.status == 200
    assert NAME not in offered.html  # nothing of the other unit's orders
    assert outsider.post(f"{url}/decline", {"decline-reason": ""}).status == 422
    taken = outsider.post(f"{url}/take")
    assert "Ringde röntgen" in taken.html
    assert outsider.get(url).status == 404


def test_a_physician_has_it_and_who_comes_second_is_told(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    nurse = browser("nurse")
    url = note(nurse, referral["outage"], urgent="y")
    shift = nurse.get("/shift-end").html
    assert f'href="{url}"' in shift
    nurse.post(f"{url}/hand-over", {"hand-physician": "Peter Palm", "hand-handed_at": utcnow().isoformat()})
    assert solution(app) is StraySolution.HANDED_OVER
    second = browser("nurse2").post(
        f"{url}/hand-over", {"hand-physician": "Någon Annan", "hand-handed_at": utcnow().isoformat()}
    )
    assert second.status == 409
    assert "Nora Nyström" in second.html


def test_whoever_is_shown_a_patient_is_in_the_access_log(app: Flask, browser: Open, referral: dict[str, int]) -> None:
    url = note(browser("nurse"), referral["outage"], patient=TEST_NUMBERS[1])
    browser("secretary").get(url)
    browser("secretary").get("/stray-results")
    with app.app_context():
        seen = {row.doing for row in db.session.query(Access).filter(Access.user_id == user("secretary").id)}
    assert seen == {"stray_result.show", "stray_result.index"}


def test_an_order_corrected_to_another_patient_says_so_wherever_its_result_stands(
    app: Flask, browser: Open, referral: dict[str, int]
) -> None:
    speak_english(app)
    nurse = browser("nurse")
    url = note(nurse, referral["outage"])
    nurse.post(f"{url}/match", {"order": str(referral["sign-result"])})
    assert solution(app) is StraySolution.MATCHED
    with app.app_context():
        action = db.session.get_one(Item, referral["sign-result"]).action
        right = PatientEntry(identity=TEST_NUMBERS[1], name="Rätt Person")
        correct_action(action, Correction(reason="fel patient", patient=right), actor=user("physician"))
        db.session.commit()
    told = "The order that it was matched to was corrected to another patient."
    page = nurse.get(url)
    assert told in page.html
    assert "To be solved again" in page.html
    assert told in nurse.get("/stray-results").html
    assert nurse.post(f"{url}/reopen").status == 200
    assert told not in nurse.get(url).html
    assert solution(app) is None
