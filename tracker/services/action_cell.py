"""What people write in cells, understood: days, clock times and moments as Swedish hands and spreadsheets write them.

Whatever can be read in two ways is not guessed: it stays as it stands and is told as a fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

_SERIAL_START = date(1899, 12, 30)
"""Day 0 of spreadsheets, as Excel, LibreOffice and openpyxl count from 1 March 1900 on."""
_SERIAL = re.compile(r"[3-9]\d{4}(?P<fraction>\.\d+)?", re.ASCII)
_ISO = re.compile(r"(?P<year>\d{4})\s*[-/. ]\s*(?P<month>\d{1,2})\s*[-/. ]\s*(?P<day>\d{1,2})", re.ASCII)
_RUN = re.compile(r"(?P<year>\d{4}|\d{2})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII)
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*(?:[-/. ]\s*[-']?\s*(?P<year>\d{4}|\d{2}))?\.?", re.ASCII
)
_NAMED = re.compile(r"(?:den\s+)?(?P<day>\d{1,2})(?::?e)?\.?\s+(?P<name>[a-zåäö]+)\.?(?:\s+(?P<year>\d{4}|\d{2}))?")
_MONTHS = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
_CLOCK = re.compile(r"(?:kl\.?\s*)?(?P<hour>\d{1,2})\s*[:., ]\s*(?P<minute>\d{2})(?:[:.]\d{2}(?:[.,]\d+)?)?", re.ASCII)
_CLOCK_RUN = re.compile(r"(?:kl\.?\s*)?(?P<hour>\d{1,2})(?P<minute>\d{2})", re.ASCII)
_HOUR = re.compile(r"(?:kl\.?\s*)?(?P<hour>\d{1,2})", re.ASCII)
_DAY_AND_CLOCK = re.compile(
    r"(?P<day>.*\d.*?)(?:\s*,)?\s*(?:\bkl\.?\s*|[T ]\s*)(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?|\d{4})"
)
_FRACTION = re.compile(r"0?\.\d{3,}", re.ASCII)
_EITHER = re.compile(r"0[.,]\d{1,2}", re.ASCII)
"""A quarter of the day, or 25 minutes past midnight."""


def read_day(text: str, today: date) -> str | None:
    """A day as `2026-11-23`; without a year the latest that is not ahead of `today`. None if it cannot be read."""
    text = " ".join(text.casefold().split())
    if _SERIAL.fullmatch(text):
        return (_SERIAL_START + timedelta(days=int(text[:5]))).isoformat()
    named = _NAMED.fullmatch(text)
    if named:
        name = named["name"][:3].replace("may", "maj").replace("oct", "okt")
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
        return _day(named["year"], month, int(named["day"]), today)
    for shape in (_ISO, _RUN, _DAY_FIRST):
        found = shape.fullmatch(text)
        if found and (found["year"] or "/" in text or len(found["month"]) == 2):  # 1.5 is rather a number
            return _day(found["year"], int(found["month"]), int(found["day"]), today)
    return None


def read_clock(text: str) -> str | None:
    """A time of day as `07:15`, from `7.15`, `0715`, `715`, `07:15:00`, `kl 7.15`, `7`, or a spreadsheet's fraction.

    A number that may be hours with decimals or a fraction of the day (`7,5`, `0,25`) is not guessed.
    """
    text = " ".join(text.casefold().split())
    if _EITHER.fullmatch(text):
        return None
    if _FRACTION.fullmatch(text):
        minutes = round(float(text) * 24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes < 24 * 60 else None
    for shape in (_CLOCK, _CLOCK_RUN, _HOUR):
        found = shape.fullmatch(text)
        if found:
            hour, minute = int(found["hour"]), int(found.groupdict().get("minute") or 0)
            return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
    return None


def split_moment(text: str) -> tuple[str, str]:
    """The day part and the time part of a cell that holds both; either may be empty."""
    text = " ".join(text.split())
    serial = _SERIAL.fullmatch(text)
    if serial and serial["fraction"]:
        return text[:5], f"0{serial['fraction']}"
    match = _DAY_AND_CLOCK.fullmatch(text)
    if match and read_day(match["day"], date.max):
        return match["day"], match["clock"]
    return (text, "") if read_day(text, date.max) else ("", text)


def read_moment(text: str, day: str, today: date) -> str | None:
    """A date and time as `2026-11-23T07:15`; a time alone is taken to be on `day` (ISO)."""
    day_text, clock_text = split_moment(text)
    read = read_day(day_text, today) if day_text else (day or None)
    clock = read_clock(clock_text) if clock_text else None
    return f"{read}T{clock}" if read and clock else None


def looks_like_date(text: str) -> bool:
    """Whether a spreadsheet has made a date of what was typed (2-5 becomes the second of May)."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?", text, re.ASCII))


def read_choice(text: str, words: Mapping[str, str]) -> str | None:
    """The id that a word stands for, in capitals or not."""
    return words.get(" ".join(text.casefold().split()))


def _day(year_text: str | None, month: int, day: int, today: date) -> str | None:
    try:
        if year_text is None:
            return _without_year(month, day, today).isoformat()
        year = int(year_text) if len(year_text) == 4 else 2000 + int(year_text)
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _without_year(month: int, day: int, today: date) -> date:
    if date.max == today:  # only asked whether it is a day at all
        return date(2024, month, day)
    this_year = datetime(today.year, month, day).date()
    return this_year if this_year <= today else date(today.year - 1, month, day)
