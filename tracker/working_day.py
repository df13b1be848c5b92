"""Swedish working days.

Free are Saturdays, Sundays and public holidays (1989:253), and with them midsummer eve, Christmas eve and New Year's
eve, which the Annual Leave Act (1977:480, section 7) puts on a par with Sundays. Other eves are working days.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from holidays import DE_FACTO, PUBLIC, country_holidays

from tracker.i18n import time_zone

_FREE = country_holidays("SE", categories=(PUBLIC, DE_FACTO))
_END_OF_DAY = time(23, 59, 59)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _FREE


def after_working_days(start: datetime, days: int) -> datetime:
    """The end of the last of that many working days, on the clock of the wall. The day of `start` is not counted."""
    day = start.astimezone(time_zone()).date()
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, _END_OF_DAY, time_zone())
