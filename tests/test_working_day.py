"""Swedish working days, year by year: each free day that falls on a weekday, and when a number of them has passed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.working_day import after_working_days, is_working_day

# Weekdays that are free, from the almanac.
FREE = {
    2026: ("01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25", "12-31"),
    2027: ("01-01", "01-06", "03-26", "03-29", "05-06", "06-25", "12-24", "12-31"),
    2028: ("01-06", "04-14", "04-17", "05-01", "05-25", "06-06", "06-23", "12-25", "12-26"),
}


@pytest.mark.parametrize("year", FREE)
def test_the_free_weekdays_of_a_year_are_those_of_the_almanac(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    free = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not is_working_day(day)]
    assert tuple(free) == FREE[year]


@pytest.mark.parametrize("day", ["2026-01-05", "2026-04-02", "2026-04-30", "2026-05-15", "2026-10-30", "2026-12-23"])
def test_other_eves_and_squeezed_days_are_working_days(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-24T08:00+01:00", 3, "2026-11-27"),  # a Tuesday
        ("2026-11-20T08:00+01:00", 3, "2026-11-25"),  # a Friday: the weekend is not counted
        ("2026-11-21T08:00+01:00", 1, "2026-11-23"),  # a Saturday
        ("2026-06-17T08:00+02:00", 3, "2026-06-23"),  # midsummer eve
        ("2026-12-22T08:00+01:00", 3, "2026-12-29"),  # Christmas eve and Christmas day
        ("2026-12-30T08:00+01:00", 1, "2027-01-04"),  # New Year's eve and New Year's day
        ("2026-04-01T08:00+02:00", 3, "2026-04-08"),  # Good Friday and Easter Monday
    ],
)
def test_working_days_run_to_the_end_of_the_last_of_them(start: str, days: int, last: str) -> None:
    due = after_working_days(datetime.fromisoformat(start), days)
    assert due.isoformat()[:19] == f"{last}T23:59:59"


@pytest.mark.usefixtures("context")
def test_the_day_is_that_of_the_clock_on_the_wall_also_when_it_is_changed() -> None:
    thursday_night = datetime(2026, 10, 22, 22, 30, tzinfo=UTC)  # Friday 00:30 in Sweden
    assert after_working_days(thursday_night, 1).astimezone(UTC) == datetime(2026, 10, 26, 22, 59, 59, tzinfo=UTC)
