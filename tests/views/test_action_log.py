"""Logging what was done on paper, through the pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.page import Browser
from tests.region import TEST_NUMBERS, declare, log, performer_role, unit, user
from tests.views.action_page import DOSE, actions, agreed, entry_id, filled, value_of
from tracker.extensions import db
from tracker.models import Access, Action, ItemState, Outage, Patient
from tracker.routine import Routine

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", "medspeech").id


def test_a_dose_is_logged_for_a_new_patient(app: Flask, browser: Browsers, outage: int, routine: Routine) -> None:
    nurse = browser("nurse")
    page = nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon", f_dose="1,5", identity="900101 2385"))
    assert page.status == 200
    assert "Alvedon" in page.html
    [action] = actions(app)
    assert action.patient.identity == "199001012385"
    assert action.fields["dose"] == 1.5
    assert action.performer == "Nora Nyström"
    assert action.performed_at.isoformat() == "2024-11-20T07:00:00+00:00", "08:00 in Stockholm"


@pytest.mark.parametrize("every", [False, True], ids=["required", "every field"])
def test_every_kind_can_be_logged_through_its_page(
    app: Flask, browser: Browsers, outage: int, routine: Routine, every: bool
) -> None:
    logins = {"nurse": "nurse", "physician": "physician", "secretary": "secretary"}
    browsers = {login: browser(login) for login in logins}
    for kind in routine.kinds:
        someone = browsers[logins.get(performer_role(app, kind), "nurse")]
        assert someone.get(f"/log/{kind}").status == 200, kind
        data = filled(routine, kind, every=every)
        page = someone.post(f"/log/{kind}", data)
        if 'name="agreed"' in page.html:
            page = someone.post(f"/log/{kind}", {**data, "agreed": agreed(page)})
        assert page.status == 200, kind
        assert "done-head" in page.html, kind
    assert sorted(action.kind for action in actions(app)) == sorted(routine.kinds)


def test_a_refused_form_keeps_everything_and_says_what_is_wrong_at_the_field(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    wrong = filled(
        routine, identity="199001012386", name="Anna Kvist", f_drug="", f_dose="två", f_strength="500 mg", sheet="A-17"
    )
    page = browser("nurse").post(f"/log/{DOSE}", wrong)
    assert page.status == 422
    for name, value in (
        ("identity", "199001012386"),
        ("name", "Anna Kvist"),
        ("f_dose", "två"),
        ("f_strength", "500 mg"),
        ("sheet", "A-17"),
        ("entry_id", wrong["entry_id"]),
    ):
        assert value_of(page, name) == value
    for field in ("identity", "f_drug", "f_dose"):
        assert f'id="{field}-error"' in page.html
        assert f'href="#{field}"' in page.html
    assert actions(app) == []
    with app.app_context():
        assert db.session.scalar(select(func.count(Patient.id))) == 0


def test_a_time_ahead_of_now_or_no_time_is_refused(browser: Browsers, outage: int, routine: Routine) -> None:
    for typed in (["08:00", "2999-01-01"], ["halv nio", "2024-11-20"], ["", ""]):
        page = browser("nurse").post(f"/log/{DOSE}", filled(routine, performed_at=typed))
        assert page.status == 422
        assert 'id="performed_at-error"' in page.html


def test_a_chosen_patient_stays_chosen_when_something_else_is_wrong(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    with app.app_context():
        patient = str(log(db.session.get_one(Outage, outage), DOSE).patient_id)
    page = browser("nurse").post(
        f"/log/{DOSE}", filled(routine, patient_how="listed", identity="", name="", patient_id=patient, f_drug="")
    )
    assert page.status == 422
    assert re.search(rf'<input checked[^>]*value="{patient}"', page.html)


def test_two_patients_in_one_form_are_refused(app: Flask, browser: Browsers, outage: int, routine: Routine) -> None:
    with app.app_context():
        patient = str(log(db.session.get_one(Outage, outage), DOSE).patient_id)
    page = browser("nurse").post(
        f"/log/{DOSE}", filled(routine, patient_how="listed", patient_id=patient, identity=TEST_NUMBERS[2])
    )
    assert page.status == 422
    assert len(actions(app)) == 1


def test_a_form_sent_twice_is_one_action(app: Flask, browser: Browsers, outage: int, routine: Routine) -> None:
    nurse = browser("nurse")
    data = filled(routine)
    first = nurse.post(f"/log/{DOSE}", data, follow=False)
    second = nurse.post(f"/log/{DOSE}", data, follow=False)
    assert first.location == second.location != ""
    assert len(actions(app)) == 1


def test_a_form_sent_twice_at_the_same_moment_is_one_action(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    data = filled(routine)
    browsers = [browser("nurse") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda one: one.post(f"/log/{DOSE}", data, follow=False), browsers))
    assert {page.status for page in pages} == {302}
    assert len({page.location for page in pages}) == 1
    assert len(actions(app)) == 1


def test_a_form_that_was_logged_and_then_changed_offers_both_ways(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    data = filled(routine, f_drug="Alvedon")
    nurse.post(f"/log/{DOSE}", data)
    page = nurse.post(f"/log/{DOSE}", {**data, "f_drug": "Morfin"})
    assert page.status == 409
    assert f"/actions/{data['entry_id']}" in page.html
    assert value_of(page, "f_drug") == "Morfin"
    assert entry_id(page) != data["entry_id"]
    assert len(actions(app)) == 1
    nurse.post(f"/log/{DOSE}", {**data, "f_drug": "Morfin", "entry_id": entry_id(page)})
    assert sorted(action.subject for action in actions(app)) == ["Alvedon", "Morfin"]


def test_a_colleague_or_somebody_by_name_can_have_done_it(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    with app.app_context():
        colleague = f"user-{user('physician').id}"
        outsider = f"user-{user('outsider').id}"
    nurse = browser("nurse")
    kind = "melior.medication-order"
    nurse.post(f"/log/{kind}", filled(routine, kind, performer=colleague))
    by_name = {"performer": "other", "performer_name": "Hyrläkare Holm", "performer_role": "physician"}
    nurse.post(f"/log/{kind}", filled(routine, kind, f_drug="Waran", **by_name))
    assert sorted((action.performer, action.role) for action in actions(app)) == [
        ("Hyrläkare Holm", "physician"),
        ("Peter Palm", "physician"),
    ]
    assert nurse.post(f"/log/{kind}", filled(routine, kind, performer=outsider)).status == 422
    nameless = nurse.post(f"/log/{kind}", filled(routine, kind, performer="other"))
    assert nameless.status == 422
    assert 'id="performer_name-error"' in nameless.html


def test_what_is_faxed_already_is_told_while_logging(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    kind = "svarsdatabasen.radiology-urgent"
    browser("physician").post(f"/log/{kind}", filled(routine, kind, done_items=["fax-referral"]))
    with app.app_context():
        [action] = db.session.scalars(select(Action))
        states = {item.item: item.state for item in action.items}
    assert states.pop("fax-referral") is ItemState.DONE
    assert set(states.values()) == {ItemState.OPEN}


def test_what_cannot_be_done_yet_is_not_asked_and_not_taken(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    kind = "medspeech.dictation"
    physician = browser("physician")
    assert 'value="dock-dpm"' not in physician.get(f"/log/{kind}").html, "MedSpeech is down"
    physician.post(f"/log/{kind}", filled(routine, kind, f_medium="dpm", done_items=["dock-dpm"]))
    with app.app_context():
        [action] = db.session.scalars(select(Action))
        assert {item.state for item in action.items} == {ItemState.OPEN}


def test_same_again_keeps_the_drug_and_lets_the_patient_go(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    page = nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon", f_dose="2", then="fields"))
    assert value_of(page, "f_drug") == "Alvedon"
    assert value_of(page, "f_dose") == ""
    assert value_of(page, "performed_at") == "08:00", "logged long after: the time of the round is kept"
    assert not re.search(r'<input checked[^>]*name="patient_id"', page.html)
    assert TEST_NUMBERS[0] not in nurse.get(f"/log/{DOSE}").location
    assert len(actions(app)) == 1


def test_another_for_this_patient_keeps_the_patient(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    nurse.post(f"/log/{DOSE}", filled(routine))
    [action] = actions(app)
    kept = f"after={action.id}&keep=patient"
    assert "Test Testsson" in nurse.get(f"/log?{kept}").html
    page = nurse.get(f"/log/melior.note?{kept}")
    assert re.search(rf'<input checked[^>]*value="{action.patient_id}"', page.html)


def test_a_late_paper_reaches_an_outage_of_which_the_unit_was_forgotten(
    app: Flask, browser: Browsers, routine: Routine
) -> None:
    with app.app_context():
        outage_id = declare("melior", units=("clinic",)).id
    nurse = browser("nurse")
    assert f"outage={outage_id}" in nurse.get("/log").html
    page = nurse.post(f"/log/{DOSE}?outage={outage_id}", filled(routine))
    assert "done-head" in page.html
    with app.app_context():
        assert unit("ward").id in db.session.get_one(Outage, outage_id).unit_ids


def test_a_colleague_of_another_unit_reaches_nothing_of_this_one(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    with app.app_context():
        action = log(db.session.get_one(Outage, outage), DOSE)
        action_id, patient_id, ward = action.id, action.patient_id, unit("ward").id
    outsider = browser("outsider")
    for url in (
        f"/actions/{action_id}/logged",
        f"/log?after={action_id}&keep=patient",
        f"/log/{DOSE}?after={action_id}&keep=fields",
        f"/log/{DOSE}?outage={outage}&unit={ward}",
    ):
        assert outsider.get(url).status == 404, url
    assert outsider.post(f"/log/{DOSE}?outage={outage}&unit={ward}", filled(routine)).status == 404
    page = outsider.post(
        f"/log/{DOSE}?outage={outage}",
        filled(routine, identity="", name="", patient_how="listed", patient_id=str(patient_id)),
    )
    assert page.status == 422, "a patient of another unit cannot be picked by id"
    assert "Test Testsson" not in page.html


@pytest.mark.parametrize("login", ["it", "director", "admin"])
def test_those_without_patients_cannot_log(browser: Browsers, outage: int, login: str) -> None:
    assert browser(login).get("/log").status == 403
    assert browser(login).get(f"/log/{DOSE}").status == 403


def test_a_kind_or_an_action_that_does_not_exist_is_not_found(browser: Browsers, outage: int) -> None:
    nurse = browser("nurse")
    assert nurse.get("/log/melior.nothing").status == 404
    assert nurse.get(f"/log?after={uuid.uuid4()}").status == 404
    assert nurse.get("/log?after=x").status == 404
    assert nurse.get("/log?outage=999").status == 404


def test_whoever_is_shown_is_in_the_access_log(app: Flask, browser: Browsers, outage: int, routine: Routine) -> None:
    with app.app_context():
        patient = log(db.session.get_one(Outage, outage), DOSE).patient_id
    browser("nurse").get(f"/log/{DOSE}")
    with app.app_context():
        [access] = db.session.scalars(select(Access))
        assert (access.patient_id, access.unit_id, access.doing) == (patient, unit("ward").id, "action.log")


def test_the_list_of_patients_says_who_has_had_it(app: Flask, browser: Browsers, outage: int) -> None:
    with app.app_context():
        found = db.session.get_one(Outage, outage)
        log(found, DOSE)
        log(found, "melior.note", identity=TEST_NUMBERS[2])
    assert browser("nurse").get(f"/log/{DOSE}").html.count('class="lately"') == 1
