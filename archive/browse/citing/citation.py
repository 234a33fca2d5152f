"""What a citation of a version of a report says, in whatever format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A version of a report; texts are single lines without control characters."""

    key: str  # of letters and digits; names the payload
    title: str
    author: str | None  # the body that issued it
    published_on: str | None  # a date, never that of the report's year
    address: str  # of the version in this archive, to stay
    original: str  # where it was published
    visited_on: str  # the day in China on which the archive saw it
    archive: str  # what this archive is called
    note: str

    @property
    def issued(self) -> list[str]:
        """Year, month and day of the publication, as many as are known."""
        if self.published_on is None:
            return []
        return self.published_on.split("-")
