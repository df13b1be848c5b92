"""Units and their local routines."""

from __future__ import annotations

import pytest

from tests.region import ALL_SYSTEMS, declare, item_of, log, unit, user
from tracker.errors import Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Duty, Event, FactKind, UnitKind
from tracker.queries.local_routine import DUTY_CHOICES, open_work, parts_of
from tracker.services.event import CommandLine
from tracker.services.unit import LocalRoutine, UnitEntry, change_unit, create_unit, set_local_routine

pytestmark = pytest.mark.usefixtures("context")
TYPING = ("medspeech.dictation", "type-dictation")


def entry(code: str = "new-1", **changes: object) -> UnitEntry:
    values: dict[str, object] = {
        "code": code,
        "name": "Ny enhet",
        "site": "Gävle",
        "kind": UnitKind.WARD,
        "systems": ("melior",),
    }
    return UnitEntry(**{**values, **changes})  # type: ignore[arg-type]


def local(**changes: object) -> LocalRoutine:
    values: dict[str, object] = {
        "item_roles": {},
        "duty_roles": {},
        "facts": [],
        "signs_on_paper": False,
        "systems": ALL_SYSTEMS,
    }
    return LocalRoutine(**{**values, **changes})  # type: ignore[arg-type]


def faults_of(routine: LocalRoutine) -> set[str]:
    with pytest.raises(Invalid) as refused:
        set_local_routine(unit(), routine, actor=user("manager"))
    return set(refused.value.faults)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"code": "two words"}, {"/code"}),
        ({"code": ""}, {"/code"}),
        ({"code": "x" * 31}, {"/code"}),
        ({"code": "a/b"}, {"/code"}),
        ({"code": "ward"}, {"/code"}),
        ({"name": " "}, {"/name"}),
        ({"name": "x" * 121}, {"/name"}),
        ({"site": ""}, {"/site"}),
        ({"systems": ("melior", "cosmic")}, {"/systems"}),
        ({"code": "a b", "name": "", "site": ""}, {"/code", "/name", "/site"}),
    ],
)
def test_a_unit_that_cannot_be_is_refused_with_every_fault(changes: dict[str, object], pointers: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        create_unit(entry(**changes), actor=CommandLine())  # type: ignore[arg-type]
    assert set(refused.value.faults) == pointers


def test_a_change_of_a_unit_is_written_once() -> None:
    made = create_unit(entry("avd-åäö"), actor=user("admin"))
    lines = db.session.query(Event).count()
    change_unit(made, entry("avd-åäö", name="Annan"), True, actor=user("admin"))
    change_unit(made, entry("avd-åäö", name="Annan"), True, actor=user("admin"))
    assert (made.name, db.session.query(Event).count()) == ("Annan", lines + 1)


def test_an_own_rule_moves_open_follow_ups_and_leaves_finished_ones() -> None:
    outage = declare("medspeech")
    done = item_of(log(outage, "medspeech.dictation"), "type-dictation")
    open_ = item_of(log(outage, "medspeech.dictation", identity="200201092392"), "type-dictation")
    done.state, done.done_by, done.done_at, done.reason = "not_needed", user("nurse"), done.action.performed_at, "nej"
    db.session.flush()
    set_local_routine(unit(), local(item_roles={TYPING: "nurse"}), actor=user("manager"))
    assert (open_.roles, done.roles) == (("nurse",), ("secretary",))
    set_local_routine(unit(), local(), actor=user("manager"))
    assert open_.roles == ("secretary",)


def test_the_same_rules_can_be_saved_again_and_a_rule_changed() -> None:
    set_local_routine(
        unit(), local(item_roles={TYPING: "nurse"}, duty_roles={"empty-dr-edi": "nurse"}), actor=user("manager")
    )
    db.session.commit()
    lines = db.session.query(Event).count()
    set_local_routine(
        unit(), local(item_roles={TYPING: "nurse"}, duty_roles={"empty-dr-edi": "nurse"}), actor=user("manager")
    )
    db.session.commit()
    assert db.session.query(Event).count() == lines
    set_local_routine(
        unit(), local(item_roles={TYPING: "physician"}, duty_roles={"empty-dr-edi": "staff"}), actor=user("manager")
    )
    db.session.commit()
    assert [rule.role for rule in unit().item_rules] == ["physician"]
    assert [rule.role for rule in unit().duty_rules] == ["staff"]


def test_an_own_rule_moves_open_duties() -> None:
    outage = declare("melior")
    set_local_routine(unit(), local(duty_roles={"empty-dr-edi": "nurse"}), actor=user("manager"))
    duty = db.session.query(Duty).filter_by(outage_id=outage.id, duty="empty-dr-edi", unit_id=unit().id).one()
    assert duty.role == "nurse"


def test_only_the_units_manager_sets_it() -> None:
    for login in ("nurse", "admin", "director", "outsider"):
        with pytest.raises(Forbidden):
            set_local_routine(unit(), local(signs_on_paper=True), actor=user(login))
    assert not unit().signs_on_paper


def test_what_the_routine_does_not_leave_to_the_unit_is_refused() -> None:
    fixed = ("melior.medication-administration", "document-administration")
    assert faults_of(local(item_roles={fixed: "secretary"})) == {f"/items/{fixed[0]}/{fixed[1]}"}
    assert faults_of(local(item_roles={TYPING: "director"})) == {f"/items/{TYPING[0]}/{TYPING[1]}"}
    assert faults_of(local(item_roles={("nothing", "at-all"): "nurse"})) == {"/items/nothing/at-all"}
    assert faults_of(local(duty_roles={"sms-managers": "nurse"})) == {"/duties/sms-managers"}
    assert faults_of(local(facts=[(FactKind.FAX, "Svar", " ")])) == {"/facts/0"}
    assert faults_of(local(systems=("cosmic",))) == {"/systems"}


def test_numbers_and_places_are_kept_in_order() -> None:
    facts = [(FactKind.FAX, "Svar", "026-15 40 00"), (FactKind.PLACE, "DPM", "Expeditionen")]
    set_local_routine(unit(), local(facts=facts), actor=user("manager"))
    db.session.commit()
    assert [(fact.kind, fact.label, fact.value) for fact in unit().local_facts] == facts


def test_every_follow_up_that_may_be_reassigned_is_offered_once() -> None:
    routine = current_routine()
    expected = {
        (kind.id, item.item) for kind in routine.kinds.values() for item in kind.items if item.unit_may_reassign
    }
    offered = [row.key for part in parts_of(unit(), routine) for row in part.items]
    assert sorted(offered) == sorted(expected)
    duties = [row.spec.id for part in parts_of(unit(), routine) for row in part.duties]
    assert sorted(duties) == sorted(spec.id for spec in routine.duties.values() if spec.scope == "unit")
    every = {row.name: "nurse" for part in parts_of(unit(), routine) for row in part.items}
    assert len(every) == len(offered)


def test_whatever_is_offered_can_be_saved() -> None:
    parts = parts_of(unit(), current_routine())
    items = {row.key: "other_clinician" for part in parts for row in part.items}
    for role in DUTY_CHOICES:
        duties = {row.spec.id: role for part in parts for row in part.duties}
        set_local_routine(unit(), local(item_roles=items, duty_roles=duties), actor=user("manager"))
    assert all(row.own for part in parts_of(unit(), current_routine()) for row in part.items)


def test_only_the_systems_that_the_unit_uses_are_offered() -> None:
    set_local_routine(unit(), local(systems=("pmo",)), actor=user("manager"))
    parts = parts_of(unit(), current_routine())
    assert [part.id for part in parts] == ["every", "pmo"]
    assert "dock-all-dpms" in {row.spec.id for row in parts[1].duties}


def test_open_work_is_counted() -> None:
    assert open_work(unit()) == (0, 0)
    log(declare("medspeech"), "medspeech.dictation")
    items, duties = open_work(unit())
    assert items >= 1
    assert duties >= 1
