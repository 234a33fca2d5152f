"""The archive's clock: instants are UTC, ISO 8601, milliseconds, ending in Z, so text order is
time order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(
    timedelta(hours=8)
)  # in which pages print their dates and people speak of days


def utc_now() -> str:
    """Return the present instant, such as `2026-01-20T01:14:03.250Z`."""
    return utc_text(datetime.now(UTC))


def utc_text(instant: datetime) -> str:
    """Return an aware datetime as the archive writes it."""
    return (
        instant.astimezone(UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
