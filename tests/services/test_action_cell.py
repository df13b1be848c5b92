"""Days and times as people and spreadsheets write them: understood, or not guessed."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.services.action_cell import read_clock, read_day, read_moment

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23", "2026/11/23", "20261123", "261123", "23/11 -26", "23/11-26", "23/11/2026", "23.11.2026",
        "23-11-2026", "23/11", "23 nov 2026", "den 23 november", "23 Nov.", "46349", " 2026-11-23 ",
    ],
)  # fmt: skip
def test_a_day_is_understood_however_it_is_written(text: str) -> None:
    assert read_day(text, TODAY) == "2026-11-23"


def test_a_day_without_a_year_is_never_ahead() -> None:
    assert read_day("24/11", TODAY) == "2026-11-24"
    assert read_day("25/11", TODAY) == "2025-11-25"


@pytest.mark.parametrize("text", ["11/23/2026", "igår", "2026-02-30", "31/11", "23", "0", "1.5", "måndag", "29/2"])
def test_what_is_no_day_or_a_foreign_one_is_not_guessed(text: str) -> None:
    assert read_day(text, TODAY) is None


@pytest.mark.parametrize(
    "text", ["07:15", "7:15", "0715", "715", "7.15", "07.15", "07:15:00", "7,15", "kl 7.15", "0.302083333333333"]
)
def test_a_time_is_understood_however_it_is_written(text: str) -> None:
    assert read_clock(text) == "07:15"


@pytest.mark.parametrize("text", ["24:00", "7:60", "25", "7.5", "0.25", "0,5", "07:1", "halv åtta", "-1", "1.302083"])
def test_what_is_no_time_or_could_be_two_is_not_guessed(text: str) -> None:
    assert read_clock(text) is None


@pytest.mark.parametrize(
    "text", ["2026-11-23 07:15", "2026-11-23T07:15", "23/11 -26 kl 7.15", "46349.3020833333", "07:15", "0715"]
)
def test_a_moment_may_be_a_time_of_the_rows_day(text: str) -> None:
    assert read_moment(text, "2026-11-23", TODAY) == "2026-11-23T07:15"


def test_a_day_alone_is_no_moment() -> None:
    assert read_moment("2026-11-23", "2026-11-23", TODAY) is None
    assert read_moment("07:15", "", TODAY) is None
