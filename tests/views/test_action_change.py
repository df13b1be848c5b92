"""Looking at a logged action, correcting it and voiding it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.page import Browser, Page
from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tests.views.action_page import DOSE, sent_fields, value_of
from tracker.clock import utcnow
from tracker.extensions import db
from tracker.models import Access, Action, Outage
from tracker.routine import Routine
from tracker.routine.spec import FieldType
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.item import claim_item, finish_item
from tracker.services.outage import restore_system

Browsers = Callable[[str | None], Browser]
FIELDS: dict[str, Any] = {"drug": "Alvedon", "dose": 1, "dose_unit": "g", "outcome": "given", "route": "po"}


@pytest.fixture
def logged(app: Flask, routine: Routine) -> uuid.UUID:
    kind = routine.kinds[DOSE]
    fields = {**FIELDS, "dose_unit": kind.field_by_id["dose_unit"].choices[0].id}
    with app.app_context():
        return log(declare("melior"), DOSE, fields=fields, name="Anna Kvist").id


def as_it_stands(page: Page, routine: Routine, action: Action, **more: Any) -> dict[str, Any]:
    """The correction form sent back as it was opened, with `more` changed."""
    kind = routine.kinds[action.kind]
    moments = [spec.id for spec in kind.fields if spec.type is FieldType.DATETIME]
    return {
        "entry_id": str(action.id),
        "version": value_of(page, "version"),
        "patient_how": "listed",
        "patient_id": str(action.patient_id),
        "performed_at": moment_of(page, "performed_at"),
        "performer": "me",
        "sheet": "",
        "note": "",
        **sent_fields(kind, action.fields),
        **{f"f_{name}": moment_of(page, f"f_{name}") for name in moments},
        **more,
    }


def moment_of(page: Page, name: str) -> list[str]:
    """The time and the day that stand in a field of the page."""
    day = re.search(rf'id="{name}-day"[^>]*value="([^"]*)"', page.html)
    assert day, name
    return [value_of(page, name), day[1]]


def stored(app: Flask, action_id: uuid.UUID) -> Action:
    with app.app_context():
        action = db.session.get_one(Action, action_id)
        assert action.items and action.versions and action.patient and action.performer is not None
        return action


def finish(app: Flask, action_id: uuid.UUID) -> None:
    with app.app_context():
        action = db.session.get_one(Action, action_id)
        restore_system(action.outage, "melior", utcnow(), actor=user("it"))
        item = item_of(action, "document-administration")
        claim_item(item, actor=user("nurse"))
        finish_item(item, "M-17", actor=user("nurse"))
        db.session.commit()


def test_an_action_is_shown_with_everything_about_it(app: Flask, browser: Browsers, logged: uuid.UUID) -> None:
    finish(app, logged)
    page = browser("nurse").get(f"/actions/{logged}")
    assert page.status == 200
    for text in ("Anna Kvist", "20020102-2381", "Alvedon", "Nora Nyström", "M-17"):
        assert text in page.html
    item = stored(app, logged).items[0]
    assert f"/items/{item.id}" in page.html
    with app.app_context():
        assert [access.doing for access in db.session.scalars(select(Access))] == ["action.show"]


def test_a_correction_keeps_both_versions_and_shows_what_changed(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    page = nurse.post(
        f"/actions/{logged}/correct",
        as_it_stands(form, routine, stored(app, logged), f_dose="0,5", f_route="", reason="skrev fel dos"),
    )
    assert page.status == 200
    versions = page.html.partition('class="list versions"')[2].partition("</table>")[0]
    assert "skrev fel dos" in versions
    changed = re.findall(r'class="changed">.*?</span>\s*([^<]*)</td>', versions)
    assert changed == ["0,5", "–"], "the dose and the route, nothing else"
    action = stored(app, logged)
    assert action.fields["dose"] == 0.5
    assert "route" not in action.fields
    assert [version.content["fields"]["dose"] for version in action.versions] == [1, 0.5]


def test_a_correction_leaves_alone_what_was_not_touched(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    before = stored(app, logged).performed_at
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    nurse.post(f"/actions/{logged}/correct", as_it_stands(form, routine, stored(app, logged), f_dose="2", reason="fel"))
    action = stored(app, logged)
    assert action.performed_at == before, "seconds are not lost"
    assert action.performed_by_id is not None


def test_what_is_entered_comes_back_to_be_amended(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    finish(app, logged)
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    nurse.post(f"/actions/{logged}/correct", as_it_stands(form, routine, stored(app, logged), f_dose="2", reason="fel"))
    assert [item.attention for item in stored(app, logged).items] == ["amend"]


def test_the_wrong_patient_can_be_put_right(app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID) -> None:
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    right = {"patient_how": "identity", "patient_id": "", "identity": TEST_NUMBERS[2], "name": "Bo Ek"}
    page = nurse.post(
        f"/actions/{logged}/correct", as_it_stands(form, routine, stored(app, logged), reason="fel patient", **right)
    )
    assert page.status == 200
    assert "Bo Ek" in page.html and "Anna Kvist" in page.html, "both versions are visible"
    assert stored(app, logged).patient.identity == TEST_NUMBERS[2]
    with app.app_context():
        shown = {
            access.patient_id for access in db.session.scalars(select(Access).where(Access.doing == "action.show"))
        }
    assert len(shown) == 2, "both patients were shown"


def test_another_performer_can_be_put_in(app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID) -> None:
    with app.app_context():
        physician = f"user-{user('physician').id}"
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    nurse.post(
        f"/actions/{logged}/correct",
        as_it_stands(form, routine, stored(app, logged), performer=physician, reason="läkaren gav den"),
    )
    action = stored(app, logged)
    assert (action.performer, action.role) == ("Peter Palm", "physician")


def test_a_correction_without_reason_or_without_change_is_refused_and_keeps_what_was_typed(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    action = stored(app, logged)
    page = nurse.post(f"/actions/{logged}/correct", as_it_stands(form, routine, action, f_dose="7", reason=" "))
    assert page.status == 422
    assert value_of(page, "f_dose") == "7"
    assert 'id="reason-error"' in page.html
    page = nurse.post(f"/actions/{logged}/correct", as_it_stands(form, routine, action, reason="bara så"))
    assert page.status == 422
    wrong = as_it_stands(form, routine, action, f_drug="", identity="123", patient_how="identity", reason="x")
    assert nurse.post(f"/actions/{logged}/correct", {**wrong, "patient_id": ""}).status == 422
    assert len(stored(app, logged).versions) == 1


def test_of_two_who_correct_at_once_the_second_is_told_and_loses_nothing(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    second = browser("nurse")
    form = second.get(f"/actions/{logged}/correct")
    mine = as_it_stands(form, routine, stored(app, logged), f_dose="3", reason="min")
    with app.app_context():
        action = db.session.get_one(Action, logged)
        correct_action(action, Correction("deras", fields={"dose": "2"}), actor=user("nurse2"))
        db.session.commit()
    page = second.post(f"/actions/{logged}/correct", mine)
    assert page.status == 409
    assert "Nils Norberg" in page.html and "deras" in page.html
    assert value_of(page, "f_dose") == "3"
    assert len(stored(app, logged).versions) == 2
    second.post(f"/actions/{logged}/correct", {**mine, "version": value_of(page, "version")})
    assert stored(app, logged).fields["dose"] == 3


def test_voiding_says_what_happens_and_needs_a_reason(app: Flask, browser: Browsers, logged: uuid.UUID) -> None:
    finish(app, logged)
    nurse = browser("nurse")
    assert nurse.get(f"/actions/{logged}/void").status == 200
    assert nurse.post(f"/actions/{logged}/void", {"reason": "  "}).status == 422
    assert not stored(app, logged).is_voided
    page = nurse.post(f"/actions/{logged}/void", {"reason": "loggad två gånger"})
    assert page.status == 200
    assert "loggad två gånger" in page.html
    action = stored(app, logged)
    assert action.is_voided
    assert [item.attention for item in action.items] == ["remove"]


def test_a_voided_action_is_neither_voided_again_nor_corrected(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID
) -> None:
    nurse = browser("nurse")
    form = nurse.get(f"/actions/{logged}/correct")
    mine = as_it_stands(form, routine, stored(app, logged), f_dose="3", reason="min")
    with app.app_context():
        void_action(db.session.get_one(Action, logged), "deras", actor=user("nurse2"))
        db.session.commit()
    page = nurse.post(f"/actions/{logged}/correct", mine)
    assert page.status in (200, 409)
    assert "Nils Norberg" in page.html
    page = nurse.post(f"/actions/{logged}/void", {"reason": "min"})
    assert "Nils Norberg" in page.html
    assert stored(app, logged).void_reason == "deras"
    assert stored(app, logged).fields["dose"] == 1


def test_every_kind_opens_for_correction_as_it_was_logged(app: Flask, browser: Browsers, routine: Routine) -> None:
    with app.app_context():
        outage_id = declare("melior").id
    nurse = browser("nurse")
    for kind in routine.kinds.values():
        with app.app_context():
            outage = db.session.get_one(Outage, outage_id)
            action_id = log(outage, kind.id, fields=sample_fields(kind, every=True)).id
        form = nurse.get(f"/actions/{action_id}/correct")
        assert form.status == 200, kind.id
        sent = as_it_stands(form, routine, stored(app, action_id), reason="inget ändrat")
        page = nurse.post(f"/actions/{action_id}/correct", sent)
        assert page.status == 422, f"{kind.id}: sent back as it stood, nothing may count as changed"
        assert len(stored(app, action_id).versions) == 1, kind.id


@pytest.mark.parametrize("path", ["", "/correct", "/void"])
def test_other_units_and_other_roles_reach_nothing(browser: Browsers, logged: uuid.UUID, path: str) -> None:
    assert browser("outsider").get(f"/actions/{logged}{path}").status == 404
    assert browser("outsider").get(f"/actions/{uuid.uuid4()}{path}").status == 404
    for login in ("it", "director", "admin"):
        assert browser(login).get(f"/actions/{logged}{path}").status == 403


@pytest.mark.parametrize("path", ["/correct", "/void"])
def test_other_units_change_nothing(
    app: Flask, browser: Browsers, routine: Routine, logged: uuid.UUID, path: str
) -> None:
    page = browser("outsider").post(f"/actions/{logged}{path}", {"reason": "x", "version": "1", "f_dose": "9"})
    assert page.status == 404
    action = stored(app, logged)
    assert not action.is_voided and len(action.versions) == 1
