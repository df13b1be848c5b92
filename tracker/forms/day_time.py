"""One moment in two inputs: a time that is quick to type, and a day that mostly is the obvious one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field

_CLOCK = re.compile(r"([0-9]{1,2})[:. ]?([0-9]{2})", re.ASCII)


def parse_clock(text: str) -> str | None:
    """`14:05` from `14:05`, `14.05`, `1405` or `9:05`; None if it is no time."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2])).strftime("%H:%M")
    except ValueError:
        return None


class DayTimeField(Field):
    """Sent as the time and the day under one name, in that order. What was typed is kept as it was typed.

    `data` is the pair (time, day); an ISO date-time, alone, is taken as well.
    """

    def process_data(self, value: tuple[str, str] | None) -> None:
        self.data = value or ("", "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        texts = [str(value).strip() for value in valuelist]
        if len(texts) == 1 and "T" in texts[0]:
            day, clock = texts[0].split("T", 1)
            self.data = (clock[:5], day)
        else:
            clock, day = [*texts, "", ""][:2]
            self.data = (clock, day)

    @property
    def clock(self) -> str:
        return str(self.data[0]) if self.data else ""

    @property
    def day(self) -> str:
        return str(self.data[1]) if self.data else ""

    def as_iso(self, default_day: str) -> str:
        """`2026-11-23T14:05`, empty if nothing was typed, else something that the service refuses as no date-time."""
        if not self.clock and not self.day:
            return ""
        clock = parse_clock(self.clock)
        if clock is None:
            return f"{self.day} {self.clock or '?'}"
        return f"{self.day or default_day}T{clock}"


def day_and_time(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """What the field shows for a moment: (time, day) as read in `zone`."""
    there = moment.astimezone(zone)
    return there.strftime("%H:%M"), there.strftime("%Y-%m-%d")
