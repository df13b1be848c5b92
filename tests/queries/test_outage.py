"""Which outages a user sees, what is not over, what a system's return sets free, and how each unit stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.region import declare, item_of, log, unit, user
from tracker.clock import utcnow
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.models import Outage, OutageKind
from tracker.queries.outage import current_outages, open_outages_of, outage_seen_by, outages_for, past_outages
from tracker.queries.overview import (
    freed_by_restoring,
    signed_by_outage,
    standings,
    unfinished_by_outage,
)
from tracker.queries.unit import all_units
from tracker.services.action import void_action
from tracker.services.confirmation import confirm_action
from tracker.services.item import ask_about_item, claim_item, finish_item, mark_item_not_needed
from tracker.services.outage import SystemDown, declare_outage, restore_system
from tracker.services.sign_off import sign_off_unit

pytestmark = pytest.mark.usefixtures("context")


def _over(outage: Outage) -> None:
    """Every system back and every unit signed off, nothing having been logged."""
    for system in outage.system_ids:
        restore_system(outage, system, utcnow(), actor=user("it"))
    for concerned in outage.units:
        sign_off_unit(outage, concerned, actor=user("manager"))
    db.session.commit()


def test_a_user_sees_the_outages_of_their_units_and_the_region_all() -> None:
    ward, clinic = declare("melior"), declare("pmo", units=("clinic",))
    assert set(outages_for(user("nurse"))) == {ward}
    assert set(outages_for(user("outsider"))) == {clinic}
    for login in ("it", "director"):
        assert set(outages_for(user(login))) == {ward, clinic}
    assert outage_seen_by(user("nurse"), ward.id) is ward
    for outage_id in (clinic.id, 4711):
        with pytest.raises(NotFound):
            outage_seen_by(user("nurse"), outage_id)


def test_an_outage_is_over_when_every_system_is_back_and_every_unit_has_signed_off() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    sign_off_unit(outage, unit("ward"), actor=user("manager"))
    assert list(current_outages(user("it"))) == [outage]
    assert list(current_outages(user("nurse"))) == [], "the nurse's own unit has signed off"
    assert past_outages(user("nurse"), page=1, per_page=10) == ([outage], 1)
    sign_off_unit(outage, unit("clinic"), actor=user("manager"))
    assert list(current_outages(user("it"))) == []
    assert past_outages(user("it"), page=1, per_page=10) == ([outage], 1)


def test_what_is_down_comes_before_what_is_planned_and_drills_come_last() -> None:
    planned = declare_outage(
        "Byte", OutageKind.PLANNED, False, [SystemDown("pmo", utcnow() + timedelta(days=1))], [unit()], actor=user("it")
    )
    down = declare("melior")
    drill = declare("elvis", drill=True)
    back = declare("medspeech")
    restore_system(back, "medspeech", utcnow(), actor=user("it"))
    assert list(current_outages(user("nurse"))) == [down, back, planned, drill]


def test_past_outages_come_page_by_page_the_latest_first() -> None:
    outages = [declare("melior") for _ in range(3)]
    for outage in outages:
        _over(outage)
    first, total = past_outages(user("it"), page=1, per_page=2)
    second, _ = past_outages(user("it"), page=2, per_page=2)
    assert total == 3
    assert [*first, *second] == outages[::-1]


def test_logging_goes_on_in_an_outage_until_the_unit_signs_off() -> None:
    outage = declare("melior")
    assert list(open_outages_of(unit().id)) == [outage]
    _over(outage)
    assert list(open_outages_of(unit().id)) == []


def test_a_systems_return_sets_free_what_waits_for_it_alone() -> None:
    outage = declare("melior", "medspeech")
    log(outage, "melior.medication-administration")
    log(outage, "medspeech.dictation", actor="physician")
    assert freed_by_restoring(outage, "melior") == 1
    freed = freed_by_restoring(outage, "medspeech")
    before = _ready(outage)
    restore_system(outage, "medspeech", utcnow(), actor=user("it"))
    assert _ready(outage) - before == freed
    freed = freed_by_restoring(outage, "melior")
    before = _ready(outage)
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    assert _ready(outage) - before == freed > 0
    assert freed_by_restoring(outage, "melior") == 0


def test_nothing_is_set_free_while_another_outage_has_the_system_down() -> None:
    outage, other = declare("melior"), declare("melior")
    log(outage, "melior.medication-administration")
    drill = declare("melior", drill=True)
    log(drill, "melior.medication-administration")
    assert freed_by_restoring(outage, "melior") == 0
    restore_system(other, "melior", utcnow(), actor=user("it"))
    assert freed_by_restoring(outage, "melior") == 1
    assert freed_by_restoring(drill, "melior") == 1


def _ready(outage: Outage) -> int:
    return sum(standing.items["ready"] for standing in standings(outage, all_units()))


def test_how_a_unit_stands_counts_every_state_once() -> None:
    outage = declare("melior", units=("ward", "clinic"))
    early = utcnow() - timedelta(hours=2)
    actions = [
        log(outage, "melior.medication-administration", performed_at=early + timedelta(minutes=number))
        for number in range(6)
    ]
    restore_system(outage, "melior", utcnow(), actor=user("it"))
    items = [item_of(action, "document-administration") for action in actions]
    finish_item(items[0], "M-1", actor=user("nurse"))
    confirm_action(actions[0], actor=user("manager"))
    mark_item_not_needed(items[1], "Fanns redan", actor=user("nurse"))
    claim_item(items[2], actor=user("nurse"))
    ask_about_item(items[3], "Vilken dos?", actor=user("nurse2"))
    void_action(actions[4], "Fel patient", actor=user("nurse"))
    clinic, ward = sorted(standings(outage, all_units()), key=lambda standing: standing.unit.code)
    assert {state: count for state, count in ward.items.items() if count} == {
        "ready": 1, "claimed": 1, "question": 1, "done": 1, "not_needed": 2,
    }  # fmt: skip
    assert (ward.left, ward.finished, ward.total) == (3, 3, 6)
    assert (ward.actions["open"], ward.actions["to_confirm"], ward.actions["confirmed"]) == (3, 1, 1)
    assert ward.oldest == actions[2].performed_at
    assert not ward.can_be_signed
    assert (clinic.total, clinic.oldest, clinic.can_be_signed) == (0, None, True)


def test_only_concerned_units_stand_in_an_outage_with_their_sign_offs() -> None:
    outage = declare("melior", units=("ward",))
    assert [standing.unit.code for standing in standings(outage, all_units())] == ["ward"]
    assert standings(outage, all_units())[0].down == ("melior",)
    _over(outage)
    standing = standings(outage, all_units())[0]
    assert standing.sign_off is not None
    assert standing.sign_off.signed_by is user("manager")
    assert not standing.can_be_signed
    assert signed_by_outage([outage.id]) == {outage.id: 1}


def test_what_is_left_of_each_outage_is_counted_for_the_users_units() -> None:
    outage, empty = declare("melior", units=("ward", "clinic")), declare("pmo")
    log(outage, "melior.medication-administration")
    log(outage, "melior.medication-administration", actor="outsider", unit_code="clinic")
    ids = [outage.id, empty.id]
    assert unfinished_by_outage(ids, None) == {outage.id: 2}
    assert unfinished_by_outage(ids, user("nurse").unit_ids) == {outage.id: 1}
