"""Searching the routine finds what is there, however it is written."""

from __future__ import annotations

import pytest

from tracker.queries.routine_search import Sort, fold, pieces, search_routine, words_of
from tracker.routine import Routine


def test_every_word_must_occur_in_the_same_entry(routine: Routine) -> None:
    one = search_routine(routine, "fax", "en")
    two = search_routine(routine, "fax radiology", "en")
    assert two
    assert {hit.anchor for hit in two} < {hit.anchor for hit in one}


@pytest.mark.parametrize("written", ["Läkemedel", "läkemedel", "LAKEMEDEL", "lakemedel", "  läkemedel  "])
def test_case_and_accents_make_no_difference(routine: Routine, written: str) -> None:
    assert search_routine(routine, written, "sv") == search_routine(routine, "läkemedel", "sv") != []


def test_the_words_are_those_of_the_users_language(routine: Routine) -> None:
    assert search_routine(routine, "prescription", "en")
    assert not search_routine(routine, "prescription", "sv")


def test_everything_that_can_be_read_can_be_found(routine: Routine) -> None:
    for system in routine.systems:
        for passage in system.passages:
            hits = search_routine(routine, passage.title.en, "en")
            assert passage.text.en in {hit.text for hit in hits}
        for kind in system.kinds:
            for item in kind.items:
                hits = search_routine(routine, item.label.en, "en")
                assert any(hit.sort is Sort.ITEM and hit.title == item.label.en for hit in hits)
    for duty in (*routine.region_duties, *(duty for system in routine.systems for duty in system.duties)):
        assert any(hit.title == duty.text.en for hit in search_routine(routine, duty.text.en[:60], "en"))


def test_a_telephone_number_is_found_however_it_is_spaced(routine: Routine) -> None:
    assert search_routine(routine, "026153000", "sv")[0].sort is Sort.CONTACT
    assert search_routine(routine, "784 41", "sv")


def test_hits_come_system_by_system_and_titles_first(routine: Routine) -> None:
    hits = search_routine(routine, "fax", "en")
    order = ["", *routine.system_by_id]
    assert [hit.system for hit in hits] == sorted((hit.system for hit in hits), key=order.index)
    for system in {hit.system for hit in hits}:
        in_title = ["fax" in fold(hit.title) for hit in hits if hit.system == system]
        assert in_title == sorted(in_title, reverse=True)


@pytest.mark.parametrize("nothing", ["", "   ", "\t"])
def test_no_words_find_nothing(routine: Routine, nothing: str) -> None:
    assert search_routine(routine, nothing, "sv") == []


def test_at_most_eight_words_are_searched_for() -> None:
    assert len(words_of(" ".join(f"w{number}" for number in range(30)))) == 8


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Faxa remissen", "fax", ["Fax"]),
        ("Läkaren läser", "lak", ["Läk"]),
        ("Straße", "strasse", ["Straße"]),
        ("ingenting", "fax", []),
        ("aaa", "a", ["aaa"]),
        ("", "a", []),
    ],
)
def test_the_words_found_are_marked_and_nothing_is_lost(text: str, query: str, found: list[str]) -> None:
    parts = pieces(text, query)
    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.found] == found
