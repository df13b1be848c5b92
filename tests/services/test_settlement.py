"""One entry that settles several items: each its own trace, and taken back together."""

from __future__ import annotations

import pytest

from tests.region import TEST_NUMBERS, declare, fields_for, item_of, log, user
from tests.services.test_item import DOSE, dose, restore, verbs_of
from tracker.errors import Conflict
from tracker.extensions import current_routine
from tracker.models import Item
from tracker.services.event import verify_chain
from tracker.services.item import claim_item, undo_item
from tracker.services.settlement import settle_items, settled_with, undo_settlement

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def three() -> list[Item]:
    outage = declare("melior")
    items = [dose(outage) for _ in range(3)]
    restore(outage, "melior")
    return items


def test_one_reference_settles_several_each_with_its_own_event(three: list[Item]) -> None:
    first, *others = three
    for item in three:
        claim_item(item, actor=user("nurse"))
    settle_items(first, others, " M-7 ", actor=user("nurse"))
    assert {item.reference for item in three} == {"M-7"}
    assert {item.state for item in three} == {"done"}
    assert [item.settled_with_id for item in three] == [None, first.id, first.id]
    assert verbs_of(first) == ["claimed", "done"]
    assert verbs_of(others[0]) == ["claimed", "done", "settled-together"]
    assert list(settled_with(first)) == others
    assert list(verify_chain()) == []


def test_taking_the_entry_back_opens_all_that_it_settled(three: list[Item]) -> None:
    first, *others = three
    settle_items(first, others, "M-7", actor=user("nurse"))
    undo_settlement(first, actor=user("nurse"))
    assert {(item.state, item.attention, item.settled_with_id) for item in three} == {("open", "check_first", None)}


def test_one_of_the_others_is_taken_back_by_itself(three: list[Item]) -> None:
    first, second, third = three
    settle_items(first, [second, third], "M-7", actor=user("nurse"))
    undo_item(second, actor=user("nurse"))
    assert (first.state, second.state, third.state) == ("done", "open", "done")
    assert second.settled_with_id is None
    assert list(settled_with(first)) == [third]


def test_only_the_same_patient_in_the_same_system(three: list[Item]) -> None:
    outage = three[0].action.outage
    other = dose(outage, identity=TEST_NUMBERS[1])
    for wrong in (other, three[0]):
        with pytest.raises(Conflict):
            settle_items(three[0], [wrong], "M-7", actor=user("nurse"))
    assert three[0].state == "open"


def test_what_a_colleague_holds_is_not_settled_with_mine(three: list[Item]) -> None:
    claim_item(three[1], actor=user("nurse2"))
    with pytest.raises(Conflict) as refused:
        settle_items(three[0], [three[1]], "M-7", actor=user("nurse"))
    assert refused.value.holder == "Nils Norberg"


def test_what_is_told_at_the_finish_holds_for_all_that_is_settled() -> None:
    outage = declare("melior")
    actions = [log(outage, "melior.chemistry-order", fields={**_faxed(), "tests": name}) for name in ("Hb", "CRP")]
    plain = item_of(actions[0], "watch-fax-reply")
    handed = {"handed_to": "Dr Palm", "handed_at": "2026-11-20T14:05"}
    settle_items(plain, [item_of(actions[1], "watch-fax-reply")], "", handed, actor=user("nurse"))
    assert item_of(actions[1], "watch-fax-reply").finish["handed_to"] == "Dr Palm"
    orders = [item_of(log(outage, DOSE), "document-administration")]
    restore(outage, "melior")
    third = item_of(log(outage, "melior.chemistry-order", fields=_faxed()), "watch-fax-reply")
    with pytest.raises(Conflict):
        settle_items(orders[0], [third], "", {}, actor=user("nurse"))


def _faxed() -> dict[str, object]:
    kind = current_routine().kinds["melior.chemistry-order"]
    return fields_for(kind, next(item for item in kind.items if item.item == "watch-fax-reply"))
