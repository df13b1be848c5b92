"""What is asked before an odd entry is saved: warnings, never refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Browser
from tests.region import declare
from tests.views.action_page import DOSE, actions, agreed, filled, value_of
from tracker.routine import Routine

Browsers = Callable[[str | None], Browser]


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", "medspeech").id


def test_an_unknown_patient_is_logged_by_a_label_and_the_same_label_is_asked_about(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    unknown = {"patient_how": "unknown", "identity": "", "name": "", "label": "Okänd man, sal 4"}
    assert "done-head" in nurse.post(f"/log/{DOSE}", filled(routine, **unknown)).html
    second = filled(routine, f_drug="Morfin", **unknown)
    page = nurse.post(f"/log/{DOSE}", second)
    assert page.status == 200
    assert len(actions(app)) == 1
    nurse.post(f"/log/{DOSE}", {**second, "agreed": agreed(page)})
    assert len({action.patient_id for action in actions(app)}) == 1


def test_a_likely_duplicate_is_shown_and_logged_only_when_agreed(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    browser("nurse").post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon", f_dose="1"))
    again = filled(routine, f_drug="alvedon", f_dose="2", performed_at=["09:30", "2024-11-20"], then="fields")
    other = browser("nurse2")
    page = other.post(f"/log/{DOSE}", again)
    assert page.status == 200
    assert "Nora Nyström" in page.html.partition("<form method")[2].partition('id="log-form"')[0]
    assert value_of(page, "f_dose") == "2"
    assert len(actions(app)) == 1
    page = other.post(f"/log/{DOSE}", {**again, "then": "", "agreed": agreed(page)}, follow=False)
    assert "keep=fields" in page.location, "the button pressed first still counts"
    assert len(actions(app)) == 2


def test_agreeing_to_one_doubt_is_not_agreeing_to_another(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon"))
    nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Morfin"))
    token = agreed(nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon")))
    nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Morfin", agreed=token))
    assert len(actions(app)) == 2


def test_a_dose_much_later_is_no_duplicate(app: Flask, browser: Browsers, outage: int, routine: Routine) -> None:
    nurse = browser("nurse")
    nurse.post(f"/log/{DOSE}", filled(routine))
    assert "done-head" in nurse.post(f"/log/{DOSE}", filled(routine, performed_at=["20:00", "2024-11-20"])).html
    assert len(actions(app)) == 2


def test_a_role_that_the_routine_does_not_expect_is_a_warning_only(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    order = filled(routine, "melior.medication-order")
    page = nurse.post("/log/melior.medication-order", order)
    assert actions(app) == []
    nurse.post("/log/melior.medication-order", {**order, "agreed": agreed(page)})
    assert [action.role for action in actions(app)] == ["nurse"]


def test_a_name_that_differs_from_the_registered_one_is_asked_about(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    nurse = browser("nurse")
    nurse.post(f"/log/{DOSE}", filled(routine, name="Anna Kvist"))
    assert "done-head" in nurse.post(f"/log/{DOSE}", filled(routine, f_drug="B12", name="Kvist, ANNA")).html
    page = nurse.post(f"/log/{DOSE}", filled(routine, f_drug="Waran", name="Berit Alm"))
    assert agreed(page)
    assert len(actions(app)) == 2


def test_a_duplicate_is_found_when_another_unit_logged_it(
    app: Flask, browser: Browsers, outage: int, routine: Routine
) -> None:
    browser("outsider").post(f"/log/{DOSE}?outage={outage}", filled(routine, f_drug="Alvedon"))
    page = browser("nurse").post(f"/log/{DOSE}", filled(routine, f_drug="Alvedon"))
    assert agreed(page)
    assert "Ögonmottagningen" in page.html
    [action] = actions(app)
    assert f"/actions/{action.id}" not in page.html, "the other unit's page is not offered"
