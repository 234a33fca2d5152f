"""Retry-After: after how long a server wants to be asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_DIGITS = 9  # a number of seconds that has more is as long as any


def parse_retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for; None where it cannot be understood.

    It is a number of seconds or an HTTP date.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:LONGEST_DIGITS])
    try:
        retry_at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if retry_at.tzinfo is None:
        retry_at = retry_at.replace(tzinfo=UTC)
    return max(0.0, (retry_at - now).total_seconds())
