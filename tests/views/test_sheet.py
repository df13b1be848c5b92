"""The pages of numbered forms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.page import Api, Browser
from tests.region import declare, user
from tests.sheets import DOSE, NOTE, issue, log_on, serials, sheet_of
from tests.views.action_page import actions, agreed, filled, value_of
from tracker.extensions import db
from tracker.models import Access, Outage, SheetSeries
from tracker.queries.sheet_standing import stand_of
from tracker.routine import Routine
from tracker.services.sheet import lose_sheet

Open = Callable[[str | None], Browser]


@pytest.fixture
def outage(app: Flask) -> int:
    with app.app_context():
        return declare("melior", units=("ward", "clinic")).id


def series_of(app: Flask, outage: int | None, count: int = 4, **more: str) -> tuple[int, list[str]]:
    with app.app_context():
        series = issue(db.session.get(Outage, outage) if outage else None, count, **more)
        return series.id, serials(series)


def state(app: Flask, serial: str) -> str:
    with app.app_context():
        return stand_of(sheet_of(serial)).state


def test_a_unit_without_forms_is_told_what_to_do(outage: int, browser: Open) -> None:
    page = browser("nurse").get("/sheets")
    assert page.status == 200
    assert 'href="/sheets/new' in page.html


def test_what_is_proposed_is_numbered_and_shown_to_print(app: Flask, outage: int, browser: Open) -> None:
    nurse = browser("nurse")
    page = nurse.get("/sheets/new")
    proposed = dict(re.findall(r'name="n_([a-z0-9.-]+)" value="(\d*)"', page.html))
    assert proposed[DOSE] == "30"
    assert proposed["pmo.note"] == ""  # PMO is not down
    issued = nurse.post(
        "/sheets/new", {"place": str(outage), "paper_language": "sv", f"n_{DOSE}": "2", f"n_{NOTE}": "1"}
    )
    assert issued.status == 200
    with app.app_context():
        found = db.session.query(SheetSeries).order_by(SheetSeries.id).all()
        assert [(one.kind, len(one.sheets), one.outage_id) for one in found] == [(DOSE, 2, outage), (NOTE, 1, outage)]
        for one in found:
            for serial in serials(one):
                assert issued.html.count(f'<p class="form-serial">{serial}</p>') == 1


def test_a_wrong_number_is_told_where_it_stands_and_nothing_typed_is_lost(outage: int, browser: Open) -> None:
    page = browser("nurse").post("/sheets/new", {"place": "ahead", f"n_{DOSE}": "många", f"n_{NOTE}": "7"})
    assert page.status == 422
    assert 'id="n_melior.medication-administration-fault"' in page.html
    assert 'value="många"' in page.html
    assert 'name="n_melior.note" value="7"' in page.html


@pytest.mark.parametrize("typed", ["{}", "DT:{}", "dt:{}"])
def test_a_form_is_found_by_scanning_or_typing(app: Flask, outage: int, browser: Open, typed: str) -> None:
    _, numbers = series_of(app, outage)
    nurse = browser("nurse")
    for told in (typed.format(numbers[0]), typed.format(numbers[0].lower().replace("-", "")).lstrip("0")):
        found = nurse.client.get("/sheets/find", query_string={"serial": told})
        assert (found.status_code, found.headers.get("Location")) == (302, f"/sheets/{numbers[0]}")


def test_a_number_that_is_none_of_ours_is_told_at_the_field(app: Flask, outage: int, browser: Open) -> None:
    _, numbers = series_of(app, outage)
    _, theirs = series_of(app, outage, unit_code="clinic", actor="outsider")
    nurse = browser("nurse")
    wrong = f"{numbers[0][:-1]}{'A' if numbers[0][-1] != 'A' else 'B'}"
    for told in (wrong, "999999", "kladd", theirs[0]):
        page = nurse.get(f"/sheets/find?serial={told}")
        assert page.status == 422
        assert 'id="serial-error"' in page.html
        assert f'value="{told}"' in page.html
    assert nurse.get(f"/sheets/{theirs[0]}").status == 404


def test_a_form_shows_what_is_logged_from_it_and_who_looked_is_kept(app: Flask, outage: int, browser: Open) -> None:
    _, numbers = series_of(app, outage)
    with app.app_context():
        action = log_on(db.session.get_one(Outage, outage), numbers[0])
        patient_id, action_id = action.patient_id, action.id
    nurse = browser("nurse")
    page = nurse.get(f"/sheets/{numbers[0]}")
    assert "Test Testsson" in page.html
    assert f'href="/sheets/{numbers[0]}"' in nurse.get(f"/actions/{action_id}").html
    with app.app_context():
        assert db.session.query(Access).filter_by(patient_id=patient_id, doing="sheet.show").count() == 1


def test_void_missing_and_undo(app: Flask, outage: int, browser: Open) -> None:
    _, (one, two, *_rest) = series_of(app, outage)
    nurse = browser("nurse")
    refused = nurse.post(f"/sheets/{one}/void", {"reason": ""})
    assert refused.status == 422
    assert nurse.post(f"/sheets/{one}/void", {"reason": "spilld"}).status == 200
    assert nurse.post(f"/sheets/{two}/missing", {"reason": "letat"}).status == 200
    assert (state(app, one), state(app, two)) == ("void", "missing")
    nurse.post(f"/sheets/{two}/undo")
    assert state(app, two) == "unlogged"
    assert browser("outsider").post(f"/sheets/{one}/undo").status == 404
    assert state(app, one) == "void"


def test_counting_from_a_scanned_form_and_settling_several(app: Flask, outage: int, browser: Open) -> None:
    series_id, (one, two, three, four) = series_of(app, outage)
    nurse = browser("nurse")
    for told in ("", "kladd", "999999"):
        refused = nurse.post(f"/sheets/series/{series_id}/count", {"first_blank": told})
        assert refused.status == 422
        assert 'id="first_blank-error"' in refused.html
    assert nurse.post(f"/sheets/series/{series_id}/count", {"first_blank": f"DT:{three}"}).status == 200
    assert [state(app, serial) for serial in (one, two, three, four)] == ["unlogged", "unlogged", "blank", "blank"]
    both = {"serial": [one, two], "verb": "void"}
    assert nurse.post(f"/sheets/series/{series_id}/settle", {**both, "reason": ""}).status == 422
    assert nurse.post(f"/sheets/series/{series_id}/settle", {**both, "reason": "aldrig utskrivna"}).status == 200
    assert (state(app, one), state(app, two)) == ("void", "void")


def test_a_form_printed_again_says_copy_and_the_first_print_does_not(app: Flask, outage: int, browser: Open) -> None:
    series_id, numbers = series_of(app, outage, 2)
    nurse = browser("nurse")
    assert 'class="form-mark"' not in nurse.get(f"/sheets/print?series={series_id}").html
    again = nurse.post(f"/sheets/series/{series_id}/print-again", {"only": numbers[1]})
    assert again.html.count('class="form-mark"') == 1
    assert f'<p class="form-serial">{numbers[0]}</p>' not in again.html
    assert browser("outsider").get(f"/sheets/print?series={series_id}").status == 404


def test_doubts_about_the_number_are_shown_before_saving_and_never_refuse(
    app: Flask, outage: int, browser: Open, routine: Routine
) -> None:
    _, numbers = series_of(app, outage)
    with app.app_context():
        lose_sheet(sheet_of(numbers[0]), "letat", db.session.get_one(Outage, outage), actor=user("nurse"))
        db.session.commit()
    nurse = browser("nurse")
    assert value_of(nurse.get(f"/log/{DOSE}?outage={outage}&sheet={numbers[0]}"), "sheet") == numbers[0]
    form = filled(routine, sheet=numbers[0])
    asked = nurse.post(f"/log/{DOSE}?outage={outage}", form)
    assert "letat" in asked.html
    assert state(app, numbers[0]) == "missing"
    assert nurse.post(f"/log/{DOSE}?outage={outage}", {**form, "agreed": agreed(asked)}).status == 200
    assert state(app, numbers[0]) == "used"


def test_the_next_of_the_round_keeps_the_form_where_it_has_room(
    app: Flask, outage: int, browser: Open, routine: Routine
) -> None:
    _, (dose, *_rest) = series_of(app, outage)
    _, (visit, *_others) = series_of(app, outage, kind="elvis.visit")
    nurse = browser("nurse")
    nurse.post(f"/log/{DOSE}?outage={outage}", filled(routine, sheet=dose))
    first = actions(app)[0].id
    assert value_of(nurse.get(f"/log/{DOSE}?after={first}&keep=patient"), "sheet") == dose
    assert value_of(nurse.get(f"/log/{DOSE}?after={first}&keep=fields"), "sheet") == ""  # one patient on a paper
    nurse.post(f"/log/elvis.visit?outage={outage}", filled(routine, "elvis.visit", sheet=visit))
    second = next(one.id for one in actions(app) if one.kind == "elvis.visit")
    assert value_of(nurse.get(f"/log/elvis.visit?after={second}&keep=fields"), "sheet") == visit


def test_the_api_tells_how_a_form_stands_and_warns(app: Flask, outage: int, api: Callable[[str], Api]) -> None:
    _, numbers = series_of(app, outage)
    with app.app_context():
        log_on(db.session.get_one(Outage, outage), numbers[0])
    nurse = api("nurse")
    told = nurse.get(f"/sheets/{numbers[0].lower()}").get_json()
    assert (told["serial"], told["kind"], told["unit"], told["state"]) == (numbers[0], DOSE, "ward", "used")
    assert len(told["actions"]) == 1
    assert nurse.get("/sheets/999999").status_code == 404
    assert api("outsider").get(f"/sheets/{numbers[0]}").status_code == 404
    answer = nurse.post(
        "/actions",
        {
            "id": "6b1f0f0e-3d5c-4f0e-9a49-1a2b3c4d5e6f",
            "outage": outage,
            "kind": DOSE,
            "unit": "ward",
            "patient": {"identity": "200201022381", "name": "Test Testsson"},
            "performed_at": "2026-01-01T08:00:00Z",
            "sheet": numbers[0],
            "fields": {"drug": "Alvedon", "dose": 1, "dose_unit": "g", "outcome": "given"},
        },
    )
    assert answer.status_code in (200, 201)
    assert {warning["code"] for warning in answer.get_json()["warnings"]} <= {"before_outage"}
    other = nurse.post(
        "/actions",
        {
            "id": "6b1f0f0e-3d5c-4f0e-9a49-1a2b3c4d5e70",
            "outage": outage,
            "kind": DOSE,
            "unit": "ward",
            "patient": {"identity": "199001012385"},
            "performed_at": "2026-01-01T08:00:00Z",
            "sheet": numbers[0],
            "fields": {"drug": "Alvedon", "dose": 1, "dose_unit": "g", "outcome": "given"},
        },
    )
    assert other.status_code == 201
    assert "sheet_other_patient" in {warning["code"] for warning in other.get_json()["warnings"]}
