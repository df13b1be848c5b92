"""How each kind is written on paper."""

from __future__ import annotations

import pytest

from tracker.config import Settings
from tracker.routine import Routine, load_routine
from tracker.routine.kind import KindSpec

KINDS = tuple(load_routine(Settings().routine_dir).kinds.values())


def test_the_surgery_forms_are_double_sided_as_the_routine_says(routine: Routine) -> None:
    """4.5.6: the paper forms printed double-sided."""
    assert {kind.id for kind in routine.kinds.values() if kind.paper.double_sided} == {
        kind.id for kind in routine.system_by_id["provisio"].kinds
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.paper.rows > 1], ids=lambda kind: kind.id)
def test_what_must_always_be_told_has_a_column(kind: KindSpec) -> None:
    always = {spec.id for spec in kind.fields if spec.required and not spec.shown_when}
    assert always <= set(kind.paper.columns)
    assert kind.paper.rows >= 8


def test_a_column_of_no_field_is_a_fault(routine: Routine) -> None:
    kind = routine.kinds["melior.medication-administration"].model_dump()
    kind["paper"]["columns"] = ("drug", "nothing")
    with pytest.raises(ValueError, match=r"paper\.columns: no field 'nothing'"):
        KindSpec.model_validate(kind)


def test_a_routine_stored_before_there_were_forms_can_still_be_read(routine: Routine) -> None:
    kind = routine.kinds["melior.note"].model_dump()
    del kind["paper"]
    assert KindSpec.model_validate(kind).paper.rows == 1
