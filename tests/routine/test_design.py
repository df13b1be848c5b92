"""Rules of the design that every routine keeps: conditions, choices, sentences, and texts in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from tests.region import sample_fields
from tests.routine.contract import KINDS
from tracker.routine import Routine
from tracker.routine.spec import FieldType, KindSpec, Text
from tracker.routine.values import check_values, write_sentence

ZONE = ZoneInfo("Europe/Stockholm")
ENGLISH_LEFT_OVER = re.compile(r"\b(the|and|of|with|when|from|paper|patient's)\b", re.IGNORECASE)
SWEDISH_LEFT_OVER = re.compile(r"\b(och|att|som|inte|eller|för|när)\b", re.IGNORECASE)
SWEDISH_NAMES = (
    "Gävleborg",
    "Hälsovalskontoret",
    "Upplysningstjänsten",
    "Ordinationsöversikten",
    "Vårdöversikten",
    "eLäkarintyg",
    "Försäkringskassan",
    "Pre op bedömning",
    "Operationsanmälan",
    "Anestesitjänst",
    "Rådgivningsstödet webb",
    "Mina vårdkontakter",
    "Åtgärdas",
    "Läsas in",
    "Melior läsläge",
    "Skärmbild",
    "KVÅ",
)
"""Names of systems, of pages in them and of authorities, which English texts keep so that staff recognise them."""


def texts_of(part: Any, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text of the routine, with the way to it."""
    if isinstance(part, Text):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from texts_of(getattr(part, name), f"{path}.{name}" if path else name)
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from texts_of(value, f"{path}[{name}]")
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            name = getattr(value, "id", None) or getattr(value, "item", None) or number
            yield from texts_of(value, f"{path}[{name}]")


def answers(kind: KindSpec) -> Iterator[dict[str, Any]]:
    """Valid fields for every combination of answers to the questions on which follow-ups or placeholders depend."""
    asked = {item.when.field for item in kind.items if item.when}
    asked |= {
        name for item in kind.items for text in (item.system, *item.needs) for name in re.findall(r"{(\w+)}", text)
    }
    spec = kind.field_by_id
    options = [
        [True, False] if spec[name].type is FieldType.YES_NO else [choice.id for choice in spec[name].choices]
        for name in sorted(asked)
    ]
    for combination in product(*options):
        yield sample_fields(kind, dict(zip(sorted(asked), combination, strict=True)))


@pytest.mark.parametrize("kind_id", KINDS)
def test_every_field_that_a_follow_up_depends_on_must_be_answered(routine: Routine, kind_id: str) -> None:
    kind = routine.kinds[kind_id]
    for item in kind.items:
        if item.when:
            field = kind.field_by_id[item.when.field]
            assert field.required
            values = dict(next(answers(kind)))
            values.pop(field.id, None)
            if field in kind.shown_fields(values):
                assert field.id in check_values(kind, values, ZONE)[1]


@pytest.mark.parametrize("kind_id", KINDS)
def test_whatever_is_answered_an_action_leaves_something_to_do(routine: Routine, kind_id: str) -> None:
    kind = routine.kinds[kind_id]
    for values in answers(kind):
        assert check_values(kind, values, ZONE)[1] == {}
        items = kind.items_for(values)
        assert items, values
        ids = [item.item for item in items]
        assert len(set(ids)) == len(ids), f"the same follow-up twice with {values}"
        for item in items:
            assert item.after is None or item.after in ids, f"{item.item} waits for what is never due: {values}"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("care_form", {"inpatient", "outpatient"}),
        ("medium", {"dpm", "tape"}),
        ("record_system", {"melior", "pmo", "svarsdatabasen", "paf"}),
        ("booked_in", {"pmo", "elvis"}),
    ],
)
def test_the_answers_are_named_as_in_the_design(routine: Routine, field: str, expected: set[str]) -> None:
    found = [
        {choice.id for choice in kind.field_by_id[field].choices}
        for kind in routine.kinds.values()
        if field in kind.field_by_id
    ]
    assert found
    assert all(choices == expected for choices in found)


def test_form_is_on_paper_or_deferred_except_where_it_is_dictated(routine: Routine) -> None:
    usual = {"paper", "deferred"}
    special = {
        "melior.note": {"paper", "dictated"},
        "svarsdatabasen.radiology-routine": {"dictated", "deferred"},
        "svarsdatabasen.physiology-routine": {"dictated", "deferred"},
    }
    for kind in routine.kinds.values():
        if "form" in kind.field_by_id:
            ids = {choice.id for choice in kind.field_by_id["form"].choices}
            assert ids == special.get(kind.id, usual), kind.id


def test_a_fax_reply_is_asked_for_on_paper_orders_only(routine: Routine) -> None:
    for kind in routine.kinds.values():
        if "fax_reply" in kind.field_by_id:
            shown_when = kind.field_by_id["fax_reply"].shown_when
            assert shown_when
            assert (shown_when.field, shown_when.equals) == ("form", ("paper",))


def test_a_fax_reply_is_done_only_when_handed_to_a_physician_with_name_and_time(routine: Routine) -> None:
    watched = [item for kind in routine.kinds.values() for item in kind.items if item.item == "watch-fax-reply"]
    assert watched
    for item in watched:
        assert {field.type for field in item.finish if field.required} >= {FieldType.TEXT, FieldType.DATETIME}


def test_signing_on_paper_is_open_to_sign_result_alone(routine: Routine) -> None:
    items = [item for kind in routine.kinds.values() for item in kind.items]
    assert {item.item for item in items if item.on_paper} == {"sign-result"}
    assert all(item.on_paper for item in items if item.item == "sign-result")


@pytest.mark.parametrize("kind_id", KINDS)
def test_a_passage_of_the_routine_can_be_read_beside_the_work(routine: Routine, kind_id: str) -> None:
    passages = [passage for system in routine.systems for passage in system.passages] + list(routine.region_passages)
    assert [passage for passage in passages if kind_id in passage.kinds]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind_id", KINDS)
def test_the_sentence_for_the_record_is_whole_with_few_answers_and_with_all(
    routine: Routine, kind_id: str, language: str
) -> None:
    kind = routine.kinds[kind_id]
    template = kind.sentence.in_language(language)
    outside = re.sub(r"\[[^\[\]]*\]", "", template)
    for every in (False, True):
        for start in answers(kind):
            values = sample_fields(kind, start, every=every)
            written = write_sentence(kind, values, language, ZONE)
            assert not re.search(r"[{}\[\]]", written), written
            assert not re.search(r": *[.,;]|\.\.| {2}|\( *\)|, *\.|^\W", written), written
            for name in re.findall(r"{(\w+)}", outside):
                assert name in values, f"{name} may be empty and stands outside brackets"


@pytest.mark.parametrize("kind_id", KINDS)
def test_the_sentence_names_the_same_fields_in_both_languages(routine: Routine, kind_id: str) -> None:
    sentence = routine.kinds[kind_id].sentence
    assert sorted(re.findall(r"{(\w+)}", sentence.sv)) == sorted(re.findall(r"{(\w+)}", sentence.en))


def test_every_text_is_there_in_both_languages_and_prose_is_translated(routine: Routine) -> None:
    for path, text in texts_of(routine):
        assert text.sv == text.sv.strip() != "", path
        assert text.en == text.en.strip() != "", path
        if len(text.sv.split()) >= 4:
            assert text.sv != text.en, path


def test_no_english_is_left_in_swedish_texts_nor_swedish_in_english_ones(routine: Routine) -> None:
    faults = []
    for path, text in texts_of(routine):
        english = text.en
        for name in SWEDISH_NAMES:
            english = english.replace(name, "")
        if ENGLISH_LEFT_OVER.search(text.sv):
            faults.append(f"{path}: {text.sv}")
        if re.search("[åäöÅÄÖ]", english) or SWEDISH_LEFT_OVER.search(english):
            faults.append(f"{path}: {text.en}")
    assert faults == []
