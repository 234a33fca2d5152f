"""The archive's clock: instants are UTC, ISO 8601, with milliseconds, ending in Z.

So the order of their texts is the order of time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

ONE_DAY = timedelta(days=1)
# No clock is right that is behind this: the software was made later.
EARLIEST = "2025-01-01T00:00:00.000Z"
# in which pages print their dates and people speak of days
CHINA = timezone(timedelta(hours=8))


def utc_now() -> str:
    """Return the present instant, such as `2026-01-20T01:14:03.250Z`."""
    return utc_text(datetime.now(UTC))


def is_in_future(instant: str, now: str | None = None) -> bool:
    """Tell whether an instant is more than a day later than the present one, or than `now`."""
    present = datetime.fromisoformat(now or utc_now())
    return instant > utc_text(present + ONE_DAY)


def utc_text(instant: datetime) -> str:
    """Return an aware datetime as the archive writes it. Raises ValueError outside of the years."""
    try:
        text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError as error:
        raise ValueError(f"{instant}: no year from 1 to 9999") from error
    return text.replace("+00:00", "Z")
