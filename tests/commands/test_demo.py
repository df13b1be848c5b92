"""The demo: a whole region at work, with something of everything in it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from exports.reentry_workbook import build_reentry_workbook
from tests.routine.contract import FOLLOW_UPS, KINDS
from tracker import create_app
from tracker.config import Settings
from tracker.demo.region import PASSWORD
from tracker.extensions import current_routine, db
from tracker.models import (
    Action,
    Arrival,
    ArrivalCheck,
    Attention,
    Confirmation,
    Duty,
    DutyState,
    Event,
    Item,
    Outage,
    Patient,
    Role,
    SendBack,
    SignOff,
    Unit,
    UnitKind,
    User,
)
from tracker.queries.item import STATES, ItemFilter, count_items
from tracker.queries.outage import systems_down
from tracker.routine import Routine
from tracker.services.event import verify_chain
from tracker.services.login import log_in


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, routine: Routine) -> Iterator[tuple[Flask, Result]]:
    """A new folder, into which the demo was loaded from the command line; and what that printed."""
    folder: Path = tmp_path_factory.mktemp("demo")
    app = create_app(Settings(data_dir=folder), routine)
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    with app.app_context():
        yield app, result
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def region(loaded: tuple[Flask, Result]) -> Result:
    assert loaded[1].exit_code == 0, loaded[1].output
    return loaded[1]


def every_unit() -> frozenset[int]:
    return frozenset(db.session.scalars(select(Unit.id)))


def test_it_prints_every_account_with_a_password_that_lets_in(region: Result) -> None:
    for user in db.session.scalars(select(User)):
        line = next(line for line in region.output.splitlines() if line.split()[:1] == [user.login])
        assert user.role.value in line
        assert line.endswith(PASSWORD)
        assert all(membership.unit.code in line for membership in user.memberships)
    for login in ("ssk", "sekreterare", "admin"):
        assert log_in(login, PASSWORD).user.login == login


def test_the_accounts_can_be_printed_again(loaded: tuple[Flask, Result]) -> None:
    again = loaded[0].test_cli_runner().invoke(args=["demo", "accounts"])
    assert again.exit_code == 0
    assert again.output.strip() in loaded[1].output


def test_it_is_not_loaded_into_a_database_with_users(loaded: tuple[Flask, Result]) -> None:
    db.session.rollback()
    before = db.session.scalar(select(func.count(Event.id)))
    db.session.rollback()  # lets go of the database for the other command
    again = loaded[0].test_cli_runner().invoke(args=["demo", "load"])
    assert again.exit_code == 1
    assert "has users already" in again.output
    assert db.session.scalar(select(func.count(Event.id))) == before


def test_there_are_three_sites_units_of_every_kind_and_people_of_every_role() -> None:
    units = db.session.scalars(select(Unit)).all()
    assert len(units) >= 10
    assert {unit.kind for unit in units} == set(UnitKind)
    assert len({unit.site for unit in units}) == 3
    users = db.session.scalars(select(User)).all()
    assert {user.role for user in users} == set(Role)
    for unit in units:
        assert any(user.manages(unit.id) for user in users), f"{unit.code} has no manager"
        assert any(user.works_in(unit.id) for user in users), f"nobody works in {unit.code}"


def test_every_kind_of_action_and_every_follow_up_occurs() -> None:
    actions = db.session.scalars(select(Action)).all()
    assert 250 <= len(actions) <= 450
    assert {action.kind for action in actions} == set(KINDS)
    items = {(item.action.kind, item.item, item.place, item.kind_of_work) for item in db.session.scalars(select(Item))}
    for row in FOLLOW_UPS:
        assert any(action.kind == row.kind and row.applies(action.fields) for action in actions), str(row)
        assert (row.kind, row.item, row.place, row.kind_of_work) in items


def test_the_workbooks_of_the_outages_hold_every_item_once_on_the_sheet_of_its_system() -> None:
    chosen, reader = ItemFilter(every_unit()), db.session.scalars(select(User)).first()
    assert reader
    found: Counter[tuple[int, str]] = Counter()
    for outage in db.session.scalars(select(Outage)):
        book = load_workbook(io.BytesIO(build_reentry_workbook(outage, chosen, made_by=reader, language="sv").content))
        for sheet in book.worksheets[1:]:
            numbers = [row[0] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
            found.update((number, sheet.title.removesuffix(" (övning)")) for number in numbers)
    name = current_routine().target_name
    assert found == Counter(
        (item.id, name(item.system, "sv").replace("/", "-")) for item in db.session.scalars(select(Item))
    )


def test_items_are_found_in_every_state() -> None:
    counts = count_items(ItemFilter(every_unit()))
    assert {state for state in STATES if counts[state]} == set(STATES)
    assert set(db.session.scalars(select(Item.attention).where(Item.attention.is_not(None)))) == set(Attention)
    questions = [question for item in db.session.scalars(select(Item)) for question in item.questions]
    assert {question.answer is None for question in questions} == {True, False}
    assert any(item.reference for item in db.session.scalars(select(Item)))
    assert any(item.on_paper for item in db.session.scalars(select(Item)))


def test_high_risk_entries_are_checked_by_another_and_one_was_sent_back() -> None:
    checked = [item for item in db.session.scalars(select(Item)) if item.state == "done" and item.entered_by_id]
    assert checked
    assert all(item.done_by_id != item.entered_by_id for item in checked)
    verbs = set(db.session.scalars(select(Event.verb)))
    assert {"entered", "checked", "rejected", "looked", "twin-found"} <= verbs
    answers = set(db.session.scalars(select(ArrivalCheck.answer)))
    assert answers == set(Arrival)


def test_actions_are_found_in_every_state_changed_and_told_by_others() -> None:
    actions = db.session.scalars(select(Action)).all()
    assert {action.state for action in actions} == {"open", "closed", "confirmed"}
    assert any(action.is_voided for action in actions)
    assert any(action.version > 1 for action in actions)
    assert any(action.performed_by_id not in (None, action.logged_by_id) for action in actions)
    assert any(action.performed_by_name for action in actions)
    assert db.session.scalars(select(SendBack)).all()
    for confirmation in db.session.scalars(select(Confirmation)):
        assert confirmation.action.finishers != {confirmation.confirmed_by_id}


def test_systems_are_down_back_and_down_again() -> None:
    real = [outage for outage in db.session.scalars(select(Outage)) if not outage.drill]
    big = max(real, key=lambda outage: len(outage.system_ids))
    assert len(big.system_ids) == 7
    stretches = [row.system for row in big.systems]
    assert any(stretches.count(system) > 1 for system in stretches)
    assert 0 < len(systems_down(False)) < 7
    assert any(outage.drill for outage in db.session.scalars(select(Outage)))


def test_a_past_outage_is_signed_off_and_a_late_action_has_reopened_a_unit() -> None:
    sign_offs = db.session.scalars(select(SignOff)).all()
    assert {sign_off.reopened_at is None for sign_off in sign_offs} == {True, False}
    assert {duty.state for duty in db.session.scalars(select(Duty))} == set(DutyState)


def test_two_units_have_local_routines() -> None:
    assert len([unit for unit in db.session.scalars(select(Unit)) if unit.item_rules and unit.local_facts]) == 2


def test_every_patient_has_a_number_that_is_given_to_nobody() -> None:
    patients = db.session.scalars(select(Patient)).all()
    kinds = [patient.identity_kind.value for patient in patients]
    assert set(kinds) == {"personnummer", "samordningsnummer", "reserve", "unknown"}
    assert kinds.count("samordningsnummer") == 2
    assert kinds.count("unknown") == 2
    assert any(patient.protected for patient in patients)
    for patient in patients:
        if patient.identity_kind.value in ("personnummer", "samordningsnummer"):
            year, birth_number = int(patient.identity[:4]), patient.identity[8:11]
            assert birth_number in ("238", "239") or (birth_number >= "980" and year < 1930)
            assert patient.name


def test_no_field_holds_a_placeholder() -> None:
    for action in db.session.scalars(select(Action)):
        for value in action.fields.values():
            if isinstance(value, str):
                assert not re.search(r"\b(Något|lorem|xxx)\b|^[@+-]\d*[mhd]?$", value, re.IGNORECASE), value


def test_the_history_is_whole_and_tells_the_story_in_order() -> None:
    assert list(verify_chain()) == []
    times = list(db.session.scalars(select(Event.at).where(Event.outage_id.is_(None)).order_by(Event.id)))
    assert (times[-1] - times[0]).days > 100
    for action in db.session.scalars(select(Action)):
        assert action.performed_at <= action.received_at
        for item in action.items:
            assert item.done_at is None or item.done_at >= action.received_at
