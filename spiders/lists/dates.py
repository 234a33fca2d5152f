"""Dates as lists print them or send them."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import Any

DATE = re.compile(r"(20\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
DATE_ANYWHERE = re.compile(f"(?={DATE.pattern})")  # dates that overlap too
CHINA_OFFSET = timedelta(hours=8)
LARGEST_SECONDS = 10**11  # a larger time stamp counts milliseconds
# Seconds of 2000 and of 2100: what lies outside is no time, such as 20240120.
FIRST_SECONDS = 946_684_800
LAST_SECONDS = 4_102_444_800
LONGEST_TIME = 13  # digits of a time in milliseconds
COMPACT_DATE = re.compile(r"(20\d{2})(0[1-9]|1[0-2])([0-3]\d)(?:\d{4}|\d{6})?")


def find_date(text: str) -> str | None:
    """Return the first date in a text as ISO 8601."""
    match = DATE.search(text)
    if match is None:
        return None
    return _format_date(match)


class DateIndex:
    """The dates of a text with their places: a part is searched without reading it again."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._dates: list[str] = []
        for anywhere in DATE_ANYWHERE.finditer(text):
            match = DATE.match(text, anywhere.start())
            if match is None:
                continue
            self._starts.append(match.start())
            self._ends.append(match.end())
            self._dates.append(_format_date(match))

    def count(self, start: int, end: int) -> int:
        """Return how many dates begin in a part."""
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def find_first(self, start: int, end: int) -> str | None:
        """Return the first date of a part that begins and ends where no digits stand."""
        index = bisect_left(self._starts, start)
        if index == len(self._starts) or self._ends[index] > end:
            return None
        return self._dates[index]


def _format_date(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def convert_timestamp(timestamp: Any) -> str | None:
    """Return the day in China of a time in seconds or milliseconds; None for anything else."""
    if not isinstance(timestamp, (int, float)):
        return None
    seconds = timestamp
    if timestamp > LARGEST_SECONDS:
        seconds = timestamp / 1000
    if not FIRST_SECONDS <= seconds < LAST_SECONDS:
        return None
    moment = datetime.fromtimestamp(seconds, UTC) + CHINA_OFFSET
    return moment.date().isoformat()


def read_day(value: Any) -> str | None:
    """Return the day that a service sends: printed, as a number such as 20240120, or as a time.

    A time may be a text too, and have hours behind the day.
    """
    text = str(value).strip()
    compact = COMPACT_DATE.fullmatch(text)
    if compact:
        return _format_date(compact)
    if isinstance(value, str) and text.isdecimal() and len(text) <= LONGEST_TIME:
        value = int(text)
    return convert_timestamp(value) or find_date(text)
