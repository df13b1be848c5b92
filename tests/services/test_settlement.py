"""One entry that settles several items: each its own trace, and taken back together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.region import TEST_NUMBERS, declare, fields_for, item_of, log, user
from tests.services.test_item import DOSE, dose, restore, verbs_of
from tests.services.test_second_check import as_logged, dose_of
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine
from tracker.models import Item
from tracker.queries.record_text import local_minute
from tracker.services.event import verify_chain
from tracker.services.item import claim_item, undo_item
from tracker.services.second_check import check_entry, reject_entry
from tracker.services.settlement import settle_items, settled_with, undo_settlement

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def three() -> list[Item]:
    outage = declare("melior")
    items = [dose(outage, performed_at=utcnow() - timedelta(hours=hours)) for hours in (3, 2, 1)]
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


def test_what_a_colleague_holds_refuses_all_and_is_named(three: list[Item]) -> None:
    claim_item(three[2], actor=user("nurse2"))
    with pytest.raises(Conflict) as refused:
        settle_items(three[0], three[1:], "M-7", actor=user("nurse"))
    assert refused.value.holder == "Nils Norberg"
    assert "Nils Norberg" in str(refused.value.message)
    assert all(word in str(refused.value.message) for word in names_of(three[2]))
    assert [verbs_of(item) for item in three] == [[], [], ["claimed"]]
    assert [(item.state, item.reference, item.settled_with_id) for item in three] == [
        ("open", "", None),
        ("open", "", None),
        ("claimed", "", None),
    ]


def test_one_that_asks_for_more_than_a_reference_refuses_all_and_is_named() -> None:
    outage = declare("melior", "svarsdatabasen")
    referrals = [log(outage, "svarsdatabasen.radiology-urgent", actor="physician") for _ in range(2)]
    sent, second = (item_of(referral, "fax-referral") for referral in referrals)
    reply = item_of(log(outage, "melior.chemistry-order", fields=_faxed()), "watch-fax-reply")
    with pytest.raises(Invalid) as refused:
        settle_items(sent, [second, reply], "F-1", actor=user("physician"))
    (told,) = refused.value.faults.values()
    assert all(word in str(told) for word in names_of(reply))
    assert {item.state for item in (sent, second, reply)} == {"open"}
    assert [verbs_of(item) for item in (sent, second, reply)] == [[], [], []]


@pytest.fixture
def risky() -> list[Item]:
    """Two doses that two persons must see, and one of neither's concern, all of one patient."""
    outage = declare("melior")
    return [dose_of(drug, outage) for drug in ("Morfin", "Oxynorm", "Alvedon")]


def test_each_high_risk_one_awaits_its_own_second_person(risky: list[Item]) -> None:
    first, second, harmless = risky
    settle_items(first, [second, harmless], "M-7", actor=user("nurse"))
    assert [item.state for item in risky] == ["entered", "entered", "done"]
    assert [item.entered_by for item in risky] == [user("nurse"), user("nurse"), None]
    assert [verbs_of(item) for item in risky] == [
        ["entered"],
        ["entered", "settled-together"],
        ["done", "settled-together"],
    ]
    for item in (first, second):
        with pytest.raises(Forbidden):
            check_entry(item, as_logged(item), actor=user("nurse"))
    check_entry(first, as_logged(first), actor=user("nurse2"))
    assert (first.state, second.state) == ("done", "entered"), "one who looked at the one has not seen the other"
    with pytest.raises(Invalid):
        check_entry(second, as_logged(first), actor=user("nurse2"))
    check_entry(second, as_logged(second), actor=user("physician"))
    assert second.state == "done"
    assert list(verify_chain()) == []


def test_one_of_several_sent_back_leaves_the_others_to_be_checked(risky: list[Item]) -> None:
    first, second, harmless = risky
    settle_items(harmless, [first, second], "M-7", actor=user("nurse"))
    reject_entry(second, "dosen står inte där", actor=user("physician"))
    assert [(item.state, item.attention) for item in (first, second)] == [("entered", None), ("open", "amend")]
    assert list(settled_with(harmless)) == [first]


def test_taking_back_a_check_leaves_the_others_and_taking_back_the_entry_opens_all(risky: list[Item]) -> None:
    first, second, harmless = risky
    settle_items(first, [second, harmless], "M-7", actor=user("nurse"))
    check_entry(first, as_logged(first), actor=user("physician"))
    undo_settlement(first, actor=user("physician"))
    assert [item.state for item in risky] == ["entered", "entered", "done"]
    undo_settlement(first, actor=user("nurse"))
    assert {(item.state, item.attention, item.settled_with_id) for item in risky} == {("open", "check_first", None)}


def names_of(item: Item) -> tuple[str, str]:
    """What a person knows it by, among others of the patient."""
    return item.action.subject, local_minute(item.action.performed_at)


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
