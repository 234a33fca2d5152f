"""What a page is: what is asked for, and what a view answers, whatever the format it is wanted in.

A view is a plain function `(db, ask) -> Page`. It runs in one of Datasette's threads, on a
read-only connection, in one snapshot of the archive and within Datasette's time limit; it knows
nothing of HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.languages import Language

if TYPE_CHECKING:
    from sqlite_utils import Database

Made = TypeVar("Made")
FORMATS = ("json", "csv", "atom")
ROWS = {
    "html": 50,
    "json": 1000,
    "csv": 10_000,
    "atom": 50,
}  # the most that one answer holds; `?page=` goes on
LAST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person or a program asks of a page."""

    path: str  # without the proxy's prefix and the format's suffix, percent-encoded
    names: Mapping[str, str]  # the named parts of the route's pattern, decoded
    args: Mapping[str, str]  # the query string; of a name given twice the last
    format: str  # html or one of FORMATS
    language: Language
    to: Addresses  # of links in the page
    cite: Addresses  # with scheme and host, of what stands alone: citations, feeds
    remember: Callable[
        [str, Callable[[], Any]], Any
    ]  # what was worked out once, until the archive changes

    def text(self, name: str) -> str:
        """Return an argument without white space around it, empty when it is not given."""
        return self.args.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """Return an argument as a whole number, None when it is not given; raise BadRequest for
        anything else.
        """
        text = self.text(name)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise BadRequest(self.language("error.number", name=name, value=text))
        return int(text)

    @property
    def page(self) -> int:
        """Which page of a list, from 1."""
        return max(1, min(self.number("page") or 1, LAST_PAGE))

    @property
    def limit(self) -> int:
        """How many rows an answer in this format holds."""
        return ROWS[self.format]

    @property
    def offset(self) -> int:
        """How many rows the pages before hold."""
        return (self.page - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the path that leads to a page."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an Atom feed. `id` never changes and is nobody else's; `updated` is UTC, ISO
    8601.
    """

    id: str
    title: str
    address: str
    updated: str
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a view answers: `data` (a dataclass) is what the template shows and JSON prints."""

    template: str  # a file of `pages/`
    title: str
    data: Any
    rows: Sequence[Any] = ()  # dataclasses: the lines of CSV
    entries: Sequence[Entry] = ()  # of the Atom feed
    crumbs: Sequence[
        Crumb
    ] = ()  # from the front page, which is left out, to the page above
    more: bool = False  # whether `?page=` goes on
    cited: str | None = (
        None  # the address to cite (of `Ask.cite`) where it is not the one asked for
    )
    frames: bool = False  # whether the page shows a frame of our own
    status: int = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no page: what its template shows."""

    message: str
    links: Sequence[Crumb] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """What a view answers that is no page: bytes as they are, with headers of their own."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """An address and its view. The pattern is matched against the percent-encoded path without
    suffix.
    """

    pattern: str
    view: Callable[[Database, Ask], Page | Raw]
    formats: tuple[str, ...] = ()


class NotHere(Exception):
    """There is no such thing in the archive; `links` lead to what may be meant."""

    def __init__(self, message: str, links: Sequence[Crumb] = ()) -> None:
        super().__init__(message)
        self.message, self.links = message, links


class Elsewhere(Exception):
    """The page stands at another address (of `Ask.to`)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
