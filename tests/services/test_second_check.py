"""High risk twice: entered by one person, checked by another, and never right with a difference in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from tests.region import TEST_NUMBERS, declare, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.errors import Conflict, Forbidden, Invalid
from tracker.extensions import current_routine, db
from tracker.models import Event, Item, Outage
from tracker.queries.item import ItemFilter, count_items
from tracker.queries.second_check import (
    checked_fields,
    count_to_check_for,
    entered_by,
    rejected_of,
    says_the_same,
    to_check_for,
)
from tracker.queries.sign_off import sign_off_evidence
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.confirmation import confirm_action, send_back_action
from tracker.services.item import ask_about_item, claim_item, finish_item, mark_item_not_needed, undo_item
from tracker.services.outage import restore_system
from tracker.services.second_check import check_entry, reject_entry

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"


def dose_of(drug: str, outage: Outage | None = None, **fields: Any) -> Item:
    """A ready dose: five milligrams by mouth, given."""
    outage = outage or declare("melior")
    given = {"drug": drug, "dose": 5, "dose_unit": "mg", "route": "peroralt", "outcome": "given", **fields}
    action = log(outage, DOSE, fields=sample_fields(current_routine().kinds[DOSE], given))
    if outage.systems[0].restored_at is None:
        restore_system(outage, "melior", utcnow(), actor=user("it"))
    return item_of(action, "document-administration")


def entered(drug: str = "Morfin", **fields: Any) -> Item:
    item = dose_of(drug, **fields)
    finish_item(item, "MEL-1", actor=user("nurse"))
    return item


def as_logged(item: Item, **read: Any) -> Mapping[str, Any]:
    return {field.id: field.value for field in checked_fields(item, "sv")} | read


def verbs_of(item: Item) -> list[str]:
    query = select(Event.verb).where(Event.subject_type == "item", Event.subject_id == str(item.id))
    return list(db.session.scalars(query.order_by(Event.id)))


def test_a_high_risk_entry_awaits_a_second_person() -> None:
    item = dose_of("Morfin")
    claim_item(item, actor=user("nurse"))
    finish_item(item, "MEL-1", actor=user("nurse"))
    assert (item.state, item.entered_by, item.done_by, item.claimed_by_id) == ("entered", user("nurse"), None, None)
    assert item.reference == "MEL-1"
    assert not item.is_finished
    assert item.action.state == "open"
    assert verbs_of(item) == ["claimed", "entered"]
    finish_item(item, "MEL-1", actor=user("nurse"))
    assert verbs_of(item) == ["claimed", "entered"], "sent twice, it is the same"


def test_a_harmless_entry_is_done_at_once() -> None:
    assert entered("Alvedon").state == "done"


@pytest.mark.parametrize("login", ["nurse2", "physician", "manager"])
def test_another_nurse_or_a_physician_of_the_unit_checks_it(login: str) -> None:
    item = entered()
    check_entry(item, as_logged(item), actor=user(login))
    assert (item.state, item.done_by, item.entered_by) == ("done", user(login), user("nurse"))
    assert verbs_of(item) == ["entered", "checked"]


@pytest.mark.parametrize("login", ["nurse", "secretary", "outsider", "other", "manager2"])
def test_nobody_else_does_least_of_all_who_entered_it(login: str) -> None:
    item = entered()
    for verb in (
        lambda: check_entry(item, as_logged(item), actor=user(login)),
        lambda: reject_entry(item, "fel", actor=user(login)),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert item.state == "entered"


def test_patient_time_drug_dose_unit_and_way_are_compared() -> None:
    item = entered(strength="10 mg/ml")
    assert {field.id for field in checked_fields(item, "sv")} == {
        "patient", "performed_at", "drug", "strength", "dose", "dose_unit", "route", "outcome",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("dose", "50"),
        ("dose_unit", "g"),
        ("drug", "Metadon"),
        ("route", "intravenöst"),
        ("patient", TEST_NUMBERS[1]),
        ("performed_at", "2026-01-01 10:00"),
        ("outcome", "refused"),
    ],
)
def test_a_difference_cannot_be_passed_as_right(name: str, read: str) -> None:
    item = entered()
    with pytest.raises(Invalid) as refused:
        check_entry(item, as_logged(item, **{name: read}), actor=user("nurse2"))
    assert list(refused.value.faults) == [f"/seen/{name}"]
    assert item.state == "entered"


def test_every_field_must_be_read_and_no_other_is_taken() -> None:
    item = entered()
    read = dict(as_logged(item))
    del read["dose"]
    with pytest.raises(Invalid) as refused:
        check_entry(item, {**read, "route": " ", "batch_number": "7"}, actor=user("nurse2"))
    assert set(refused.value.faults) == {"/seen/dose", "/seen/route", "/seen/batch_number"}


@pytest.mark.parametrize(
    ("name", "read", "same"),
    [
        ("dose", "5,0", True),
        ("dose", "5 mg", False),
        ("dose", "0,5", False),
        ("dose", 5, True),
        ("dose_unit", "MG", True),
        ("drug", "  morfin ", True),
        ("strength", "10MG/ML", True),
        ("strength", "1 0 mg/ml", False),
        ("strength", "1,0 mg/ml", False),
        ("patient", f"{TEST_NUMBERS[0][2:8]}-{TEST_NUMBERS[0][8:]}", True),
        ("patient", "", False),
    ],
)
def test_what_is_written_otherwise_but_means_the_same_is_the_same(name: str, read: Any, same: bool) -> None:
    item = entered(strength="10 mg/ml")
    field = next(field for field in checked_fields(item, "sv") if field.id == name)
    assert says_the_same(field, read) is same


def test_sent_back_it_is_to_be_amended_and_who_entered_it_is_told() -> None:
    item = entered()
    with pytest.raises(Invalid):
        reject_entry(item, " ", actor=user("nurse2"))
    reject_entry(item, "Det står 50 mg.", actor=user("nurse2"))
    assert (item.state, item.attention, item.attention_note) == ("open", "amend", "Det står 50 mg.")
    assert list(rejected_of(user("nurse"))) == [item]
    finish_item(item, actor=user("nurse"))
    assert (item.state, list(rejected_of(user("nurse")))) == ("entered", [])
    check_entry(item, as_logged(item), actor=user("nurse2"))
    assert item.state == "done"


def test_a_check_from_an_older_reading_is_refused() -> None:
    item = entered()
    db.session.commit()
    seen, revision = as_logged(item), item.revision
    reject_entry(item, "Fel styrka.", actor=user("nurse2"))
    finish_item(item, actor=user("nurse"))
    db.session.commit()
    with pytest.raises(Conflict):
        check_entry(item, seen, revision=revision, actor=user("physician"))
    check_entry(item, seen, revision=item.revision, actor=user("physician"))
    with pytest.raises(Conflict) as refused:
        check_entry(item, seen, actor=user("nurse2"))
    assert refused.value.holder == "Peter Palm"


def test_an_entered_item_is_neither_taken_nor_set_aside_nor_asked_about() -> None:
    item = entered()
    for verb in (
        lambda: claim_item(item, actor=user("nurse2")),
        lambda: finish_item(item, actor=user("nurse2")),
        lambda: mark_item_not_needed(item, "finns redan", actor=user("nurse2")),
        lambda: ask_about_item(item, "Vilken dos?", actor=user("nurse2")),
    ):
        with pytest.raises(Conflict) as refused:
            verb()
        assert refused.value.holder == "Nora Nyström"


def test_undoing_takes_back_the_check_and_then_the_entry() -> None:
    item = entered()
    check_entry(item, as_logged(item), actor=user("nurse2"))
    undo_item(item, actor=user("nurse2"))
    assert (item.state, item.done_by_id, item.entered_by_id) == ("entered", None, user("nurse").id)
    undo_item(item, actor=user("nurse"))
    assert (item.state, item.attention, item.attention_note) == ("open", "check_first", "Nora Nyström")
    assert item.entered_by_id is None


def test_a_corrected_entry_is_amended_and_checked_anew() -> None:
    item = entered()
    correct_action(item.action, Correction("läste fel", fields={"dose": 10}), actor=user("nurse"))
    assert (item.state, item.attention, item.entered_by_id) == ("open", "amend", None)
    finish_item(item, actor=user("nurse2"))
    check_entry(item, as_logged(item), actor=user("nurse"))
    assert item.state == "done"


def test_a_drug_corrected_to_a_high_risk_one_needs_a_second_person_and_the_other_way_round() -> None:
    item = entered("Alvedon")
    assert item.state == "done"
    correct_action(item.action, Correction("fel läkemedel", fields={"drug": "Morfin"}), actor=user("nurse"))
    assert (item.state, item.high_risk) == ("open", "opioid")
    finish_item(item, actor=user("nurse"))
    assert item.state == "entered"
    correct_action(item.action, Correction("rätt ändå", fields={"drug": "Alvedon"}), actor=user("nurse"))
    finish_item(item, actor=user("nurse"))
    assert (item.state, item.high_risk) == ("done", "")


def test_a_voided_entry_is_removed_by_one_person() -> None:
    item = entered()
    void_action(item.action, "fel patient", actor=user("nurse"))
    assert (item.state, item.attention) == ("open", "remove")
    finish_item(item, actor=user("nurse"))
    assert (item.state, item.done_by) == ("done", user("nurse"))


def test_two_persons_are_two_when_a_manager_confirms() -> None:
    item = entered()
    check_entry(item, as_logged(item), actor=user("manager"))
    assert item.action.finishers == {user("nurse").id, user("manager").id}
    assert confirm_action(item.action, actor=user("manager"))


def test_an_entered_item_is_open_to_confirming_and_sign_off_and_is_sent_back_with_the_rest() -> None:
    item = entered()
    with pytest.raises(Conflict):
        confirm_action(item.action, actor=user("manager2"))
    assert sign_off_evidence(item.action.outage, item.action.unit).obstacles
    counts = count_items(ItemFilter(frozenset({item.action.unit_id})))
    assert counts["entered"] == 1
    send_back_action(item.action, "Fel avdelning.", actor=user("manager2"))
    assert (item.state, item.attention, item.entered_by_id) == ("open", "sent_back", None)


def test_what_awaits_me_and_what_of_mine_awaits_somebody() -> None:
    outage = declare("melior")
    mine, theirs = dose_of("Morfin", outage), dose_of("Waran", outage)
    finish_item(mine, actor=user("nurse"))
    finish_item(theirs, actor=user("nurse2"))
    assert list(to_check_for(user("nurse"))) == [theirs]
    assert list(entered_by(user("nurse"))) == [mine]
    assert list(to_check_for(user("physician"))) == [mine, theirs]
    assert count_to_check_for(user("physician")) == 2
    assert [count_to_check_for(user(login)) for login in ("secretary", "outsider", "manager2")] == [0, 0, 0]
