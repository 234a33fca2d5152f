"""What a page is made of: the request, and the answer of its view, in whatever format.

A view is a plain function `(db, request) -> BrowsePage`. It runs in one of Datasette's threads,
on a read-only connection, in one snapshot of the archive and within Datasette's time limit; it
knows nothing of HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.citing.citation import Citation
from nianbao.archive.browse.judging.shown_judgements import (
    FindJudgements,
    JudgeForm,
    find_no_judgements,
)
from nianbao.archive.browse.languages import Language

if TYPE_CHECKING:
    from sqlite_utils import Database


# The most rows that one answer holds, by format; `?page=` goes on.
MAX_ROWS = {"html": 50, "json": 1000, "csv": 10_000, "atom": 50}
NO_TIME = "1970-01-01T00:00:00Z"  # in feeds, for what has no time of its own
# Marks a field of a page's data that its template shows and JSON does not.
NOT_IN_JSON = {"json": False}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a person or a program asks for."""

    path: str  # without the proxy's prefix and the format's suffix, percent-encoded
    path_values: Mapping[str, str]  # the groups of the route's pattern, decoded
    args: Mapping[str, str]  # the query string; of a name that occurs twice the last
    format: str  # html, json, csv, atom or one of a citation
    language: Language
    to: Addresses  # of links in the page
    cite: Addresses  # with scheme and host: for citations and feeds
    # returns what a function returned for a key, until the archive changes
    remember: Callable[[str, Callable[[], Any]], Any]
    find_judgements: FindJudgements = find_no_judgements
    # to whom a reader says that something looks wrong: mailto:… or an address of the web
    report_to: str | None = None
    can_judge: bool = False  # whether a form stores what a person judges

    def get_text(self, name: str) -> str:
        """Return an argument without white space around it, empty when it is missing."""
        return self.args.get(name, "").strip()

    def get_number(self, name: str) -> int | None:
        """Return an argument as a whole number, None when it is missing.

        Raises BadRequest for anything else.
        """
        text = self.get_text(name)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise BadRequest(self.language("error.number", name=name, value=text))
        return int(text)

    @property
    def page(self) -> int:
        """The number of a list's page, from 1."""
        number = self.get_number("page") or 1
        return max(1, number)

    @property
    def limit(self) -> int:
        """How many rows an answer in this format holds."""
        return MAX_ROWS[self.format]

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
class FeedEntry:
    """One entry of an Atom feed. `id` is unique and never changes; `updated` is UTC, ISO 8601."""

    id: str
    title: str
    address: str
    updated: str
    summary: str
    is_quotation: bool = False  # the summary, of a page that is in Chinese


@dataclass(frozen=True, slots=True)
class BrowsePage:
    """The answer of a view. `data` is a dataclass: the template shows it and JSON prints it."""

    template: str  # a file of `pages/`
    title: str
    data: Any
    rows: Sequence[Any] = ()  # dataclasses or named tuples: the lines of CSV
    entries: Sequence[FeedEntry] = ()  # of the Atom feed
    crumbs: Sequence[
        Crumb
    ] = ()  # from the top to the page above, without the front page
    more: bool = False  # whether `?page=` goes on
    cited: str | None = None  # the address to cite, if not the requested one
    citation: Citation | None = None  # of a report
    judge_form: JudgeForm | None = None
    wrong_link: str | None = None  # by which a reader says that something looks wrong
    frames: bool = False  # whether the page shows a frame of our own
    status: int = 200


@dataclass(frozen=True, slots=True)
class TroublePage:
    """Why there is no page."""

    message: str
    links: Sequence[Crumb] = ()


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The answer of a view that is no page: bytes with headers of their own."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """An address and its view. The pattern matches the percent-encoded path without suffix."""

    pattern: str
    view: Callable[[Database, PageRequest], BrowsePage | RawAnswer]
    formats: tuple[str, ...] = ()


class PageNotFound(Exception):
    """The archive has nothing at this address; `links` lead to what may be meant."""

    def __init__(self, message: str, links: Sequence[Crumb] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.links = links


class PageAmbiguous(PageNotFound):
    """An address could mean several pages; `links` lead to each."""


class PageMoved(Exception):
    """The page is at another address (of `PageRequest.to`)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
