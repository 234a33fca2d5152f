"""What pages are made of: what a server sends for an address, and the rows of lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What the server sends for an address."""

    body: bytes
    content_type: str = "text/html"
    status: int = 200
    location: str | None = None


@dataclass(frozen=True)
class Row:
    """A row of a list. `text` is what is printed of the title, `whole` the title of the page."""

    link: str  # as the list prints it
    text: str
    whole: str
    date: str
    title: str | None = None  # the attribute of that name
