"""Dates as lists print them or send them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

DATE = re.compile(r"(20\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
CHINA_OFFSET = timedelta(hours=8)
LARGEST_SECONDS = 10**11  # a larger time stamp counts milliseconds


def find_date(text: str) -> str | None:
    """Return the first date in a text as ISO 8601."""
    match = DATE.search(text)
    if match is None:
        return None
    year, month, day = match.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def convert_timestamp(timestamp: Any) -> str | None:
    """Return the day in China of a time in seconds or milliseconds; None for anything else."""
    if not isinstance(timestamp, (int, float)) or timestamp <= 0:
        return None
    seconds = timestamp
    if timestamp > LARGEST_SECONDS:
        seconds = timestamp / 1000
    moment = datetime.fromtimestamp(seconds, UTC) + CHINA_OFFSET
    return moment.date().isoformat()
