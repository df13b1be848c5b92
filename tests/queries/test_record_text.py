"""What is typed into the target system: fields in order, the sentence, and what a correction changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.region import TEST_NUMBERS, declare, fields_for, item_of, log, sample_fields, user
from tracker.clock import utcnow
from tracker.extensions import current_routine, db
from tracker.models import Item
from tracker.queries.record_text import (
    NOTE,
    PATIENT,
    PERFORMED_AT,
    PERFORMER,
    changes_since_entered,
    finish_fields,
    record_sentence,
    typed_fields,
)
from tracker.routine import Routine
from tracker.services.action import Correction, correct_action, void_action
from tracker.services.item import finish_item
from tracker.services.outage import restore_system
from tracker.services.patient import PatientEntry

pytestmark = pytest.mark.usefixtures("context")
DOSE = "melior.medication-administration"
MORNING = datetime(2026, 1, 14, 13, 5, tzinfo=UTC)
FIELDS = {
    "drug": "Alvedon",
    "strength": "500 mg",
    "dose": 2.5,
    "dose_unit": "tablet",
    "outcome": "given",
    "given_as": "single",
}


def test_the_sentence_says_what_when_by_whom_and_that_it_is_entered_afterwards() -> None:
    action = log(declare("melior"), DOSE, fields=FIELDS, performed_at=MORNING, note="Sväljer dåligt")
    item = item_of(action, "document-administration")
    swedish = record_sentence(action, item, "sv")
    assert swedish.startswith("Läkemedel: Alvedon 500 mg. Dos: 2,5 tablett.")
    assert swedish.endswith(
        "Anteckning: Sväljer dåligt. Utfört 2026-01-14 14:05 av Nora Nyström, sjuksköterska. "
        "Infört i efterhand efter driftstopp."
    )
    english = record_sentence(action, item, "en")
    assert "Performed 2026-01-14 14:05 by Nora Nyström, nurse." in english
    assert "2.5" in english
    assert "{" not in swedish + english


def test_the_sentence_of_a_drill_says_that_it_is_not_for_any_record() -> None:
    action = log(declare("melior", drill=True), DOSE, fields=FIELDS)
    assert record_sentence(action, None, "sv").startswith("ÖVNING")
    assert record_sentence(action, None, "en").startswith("DRILL")


def test_a_note_that_ends_by_itself_gets_no_second_full_stop() -> None:
    action = log(declare("melior"), DOSE, fields=FIELDS, note="Mådde illa!")
    assert "Anteckning: Mådde illa! Utfört" in record_sentence(action, None, "sv")


def test_fields_come_in_the_order_they_are_typed_after_patient_time_and_performer() -> None:
    action = log(declare("melior"), DOSE, fields=FIELDS, performed_at=MORNING, note="Sväljer dåligt")
    item = item_of(action, "document-administration")
    typed = typed_fields(action, item, "sv")
    ids = [one.id for one in typed]
    spec = current_routine().item(DOSE, "document-administration", FIELDS)
    kind = current_routine().kinds[DOSE]
    assert ids[:3] == [PATIENT, PERFORMED_AT, PERFORMER]
    assert ids[3:-1] == [field.id for field in kind.typing_order(spec, FIELDS)]
    assert ids[-1] == NOTE
    by_id = {one.id: one for one in typed}
    assert by_id[PATIENT].text == "20020102-2381"
    assert by_id[PERFORMED_AT].text == "2026-01-14 14:05"
    assert by_id[PERFORMER].text == "Nora Nyström, sjuksköterska"
    assert (by_id["dose"].value, by_id["dose"].text) == (2.5, "2,5")
    assert by_id["outcome"].text == "Given"
    assert by_id["prescriber"].text == ""


def test_a_number_is_copied_without_its_unit_and_shown_with_it() -> None:
    routine = current_routine()
    kind, field = next(
        (kind, field) for kind in routine.kinds.values() for field in kind.fields if field.unit and not field.shown_when
    )
    values = sample_fields(kind, {field.id: 3})
    action = log(declare(kind.system), kind.id, fields=values, role=kind.logged_by[0], performed_by="nurse")
    typed = [one for item in action.items for one in typed_fields(action, item, "sv") if one.id == field.id]
    assert typed
    assert {(one.text, one.copied) for one in typed} == {(f"3 {field.unit}", "3")}


def test_no_sentence_writes_a_unit_twice(routine: Routine) -> None:
    for kind in routine.kinds.values():
        for field in kind.fields:
            for text in (kind.sentence.sv, kind.sentence.en):
                after = text.partition("{" + field.id + "}")[2].lstrip()
                assert not (field.unit and after.startswith(field.unit)), (kind.id, field.id)


def test_labels_can_be_in_the_readers_language_and_values_in_the_records() -> None:
    action = log(declare("melior"), DOSE, fields={**FIELDS, "outcome": "refused"})
    item = item_of(action, "document-administration")
    outcome = next(one for one in typed_fields(action, item, "en", "sv") if one.id == "outcome")
    assert (outcome.label, outcome.text, outcome.copied) == ("Outcome", "Patienten avböjde", "Patienten avböjde")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_follow_up_of_every_kind_can_be_typed_and_put_into_words(routine: Routine, language: str) -> None:
    outage = declare(*routine.system_by_id)
    for kind in routine.kinds.values():
        for spec in kind.items:
            values = fields_for(kind, spec)
            action = log(outage, kind.id, fields=values, role=kind.logged_by[0], performed_by="nurse")
            item = item_of(action, spec.item)
            sentence = record_sentence(action, item, language)
            assert "{" not in sentence and "[" not in sentence, (kind.id, sentence)
            assert ".." not in sentence, (kind.id, sentence)
            typed = typed_fields(action, item, language)
            assert len(typed) >= 3
            assert all(one.label for one in typed), kind.id
            assert all(one.text for one in typed if one.value not in (None, "")), kind.id


def _amended(**correction: object) -> dict[str, tuple[str, str]]:
    action = log(declare("melior"), DOSE, fields=FIELDS, performed_at=MORNING)
    item = item_of(action, "document-administration")
    enter(item)
    correct_action(action, Correction(reason="fel avläst", **correction), actor=user("nurse"))  # type: ignore[arg-type]
    db.session.commit()
    assert item.attention == "amend"
    return {change.label: (change.before, change.after) for change in changes_since_entered([item], "sv")[item.id]}


def enter(item: Item) -> None:
    """Melior is back, and the item is entered."""
    restore_system(item.action.outage, "melior", utcnow(), actor=user("it"))
    finish_item(item, "M-1", actor=user("nurse"))
    db.session.commit()


def test_a_correction_after_entry_lists_what_changed_in_words() -> None:
    assert _amended(fields={"dose": 1, "outcome": "refused"}) == {
        "Dos": ("2,5", "1"),
        "Utfall": ("Given", "Patienten avböjde"),
    }


def test_another_patient_time_and_performer_are_told_too() -> None:
    changes = _amended(
        patient=PatientEntry(identity=TEST_NUMBERS[1], name="Berit Berg"),
        performed_at=datetime(2026, 1, 14, 14, 0, tzinfo=UTC),
        performed_by_name="Extra Läkare",
        role="physician",
    )
    assert changes["Utfört"] == ("2026-01-14 14:05", "2026-01-14 15:00")
    assert changes["Utfört av"] == ("Nora Nyström", "Extra Läkare")
    assert changes["Yrkesroll"] == ("sjuksköterska", "läkare")
    assert changes["Patientens namn"] == ("Test Testsson", "Berit Berg")
    assert changes["Personnummer"] == ("20020102-2381", "20020109-2392")


def test_only_what_changed_since_the_entry_counts() -> None:
    action = log(declare("melior"), DOSE, fields=FIELDS)
    item = item_of(action, "document-administration")
    correct_action(action, Correction(reason="före", fields={"dose": 1}), actor=user("nurse"))
    db.session.commit()
    enter(item)
    correct_action(action, Correction(reason="efter", fields={"strength": "250 mg"}), actor=user("nurse"))
    db.session.commit()
    changes = changes_since_entered([item], "sv")[item.id]
    assert [change.label for change in changes] == ["Styrka"]


def test_a_voided_action_has_changed_nothing_in_its_words() -> None:
    action = log(declare("melior"), DOSE, fields=FIELDS)
    item = item_of(action, "document-administration")
    enter(item)
    void_action(action, "fel patient", actor=user("nurse"))
    assert item.attention == "remove"
    assert changes_since_entered([item], "sv") == {}


def test_what_was_told_at_the_finish_can_be_read() -> None:
    kind = current_routine().kinds["melior.chemistry-order"]
    watch = next(item for item in kind.items if item.item == "watch-fax-reply")
    item = item_of(log(declare("melior"), kind.id, fields=fields_for(kind, watch)), "watch-fax-reply")
    assert finish_fields(item, "sv") == []
    finish_item(item, "", {"handed_to": "Dr Palm", "handed_at": "2026-01-14T14:05"}, actor=user("nurse"))
    assert [one.text for one in finish_fields(item, "sv")] == ["Dr Palm", "2026-01-14 14:05"]
