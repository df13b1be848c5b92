"""The bundled routine says what the shared tables say, row by row and in both directions."""

from __future__ import annotations

import pytest

from tests.routine.contract import DUTIES, FOLLOW_UPS, KINDS, FollowUp
from tracker.routine import Routine
from tracker.routine.spec import ItemSpec, KindSpec


def _as_row(kind: KindSpec, item: ItemSpec) -> FollowUp:
    if item.when:
        assert len(item.when.equals) == 1, "the table knows one value for each condition"
    return FollowUp(
        kind=kind.id,
        logged_by=kind.logged_by,
        item=item.item,
        when=(item.when.field, item.when.equals[0]) if item.when else None,
        kind_of_work=item.kind_of_work.value,
        system=item.system,
        place=item.place,
        needs=item.needs,
        after=item.after,
        role=item.role,
        unit_may_reassign=item.unit_may_reassign,
        basis=item.basis,
        section=item.section,
    )


def test_the_tables_are_the_whole_contract() -> None:
    assert (len(FOLLOW_UPS), len(KINDS), len(DUTIES)) == (80, 40, 48)


@pytest.mark.parametrize("row", FOLLOW_UPS, ids=str)
def test_a_follow_up_of_the_table_is_in_the_routine(routine: Routine, row: FollowUp) -> None:
    kind = routine.kinds[row.kind]
    assert row in [_as_row(kind, item) for item in kind.items]


def test_the_routine_has_the_follow_ups_of_the_table_in_its_order_and_no_others(routine: Routine) -> None:
    assert [_as_row(kind, item) for kind in routine.kinds.values() for item in kind.items] == FOLLOW_UPS


@pytest.mark.parametrize("row", DUTIES, ids=[row["duty"] for row in DUTIES])
def test_a_duty_of_the_table_is_in_the_routine(routine: Routine, row: dict[str, str]) -> None:
    duty = routine.duties[row["duty"]]
    assert {
        "duty": duty.id,
        "system": "|".join(duty.systems),
        "outage": duty.outage,
        "phase": duty.phase,
        "due": duty.due,
        "role": duty.role,
        "scope": duty.scope,
        "text": row["text"],
        "basis": duty.basis,
        "section": "|".join(duty.sections),
    } == row


def test_the_routine_has_no_other_duties(routine: Routine) -> None:
    assert set(routine.duties) == {row["duty"] for row in DUTIES}


def test_the_routine_has_the_seven_systems_in_its_order(routine: Routine) -> None:
    assert tuple(routine.system_by_id) == tuple(dict.fromkeys(kind.split(".")[0] for kind in KINDS))


@pytest.mark.parametrize(
    ("kind", "also_when_down"),
    [
        ("medspeech.dictation", {"melior"}),
        ("melior.document-to-pmo", {"pmo"}),
        ("svarsdatabasen.referral-received", {"melior", "pmo"}),
    ],
)
def test_these_kinds_are_brought_forward_in_the_outage_of_another_system_too(
    routine: Routine, kind: str, also_when_down: set[str]
) -> None:
    spec = routine.kinds[kind]
    assert set(spec.offered_for) == also_when_down | {spec.system}


def test_every_other_kind_is_brought_forward_in_the_outage_of_its_own_system_only(routine: Routine) -> None:
    special = {"medspeech.dictation", "melior.document-to-pmo", "svarsdatabasen.referral-received"}
    assert all(kind.offered_for == (kind.system,) for kind in routine.kinds.values() if kind.id not in special)
