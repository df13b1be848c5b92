"""Who may do what with one object: by role, by unit, by managing it."""

from __future__ import annotations

import pytest

from tests.region import declare, item_of, log, user
from tracker.permissions import may_answer, may_confirm, may_work, sees_counts, sees_unit

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("nurse", True),
        ("nurse2", True),
        ("physician", False),
        ("secretary", False),
        ("outsider", False),  # the role, but another unit
        ("manager", True),  # a nurse who works there
        ("manager2", False),  # manages the unit, works elsewhere
        ("it", False),
        ("director", False),
        ("admin", False),
    ],
)
def test_an_item_is_worked_by_its_role_in_its_unit(login: str, expected: bool) -> None:
    item = item_of(log(declare("melior"), "melior.medication-administration"), "document-administration")
    assert may_work(user(login), item) is expected


def test_managing_a_unit_is_not_working_in_it() -> None:
    order = log(declare("melior"), "melior.medication-order", actor="physician")
    item = item_of(order, "enter-order")
    assert may_work(user("physician"), item)
    assert not may_work(user("manager2"), item), "a physician, but one who only manages the ward"
    assert may_confirm(user("manager2"), order)
    assert not may_confirm(user("physician"), order)


def test_a_question_is_answered_by_the_author_or_a_colleague_of_the_same_role() -> None:
    item = log(declare("melior"), "melior.medication-administration").items[0]
    assert [login for login in ("nurse", "nurse2", "secretary", "outsider") if may_answer(user(login), item)] == [
        "nurse",
        "nurse2",
    ]


def test_region_wide_roles_see_counts_and_no_patients() -> None:
    unit_id = log(declare("melior"), "melior.medication-administration").unit_id
    for login in ("it", "director", "admin"):
        assert sees_counts(user(login), unit_id)
        assert not sees_unit(user(login), unit_id)
    assert not sees_counts(user("outsider"), unit_id)
