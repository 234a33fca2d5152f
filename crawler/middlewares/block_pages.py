"""Blocks and false pages: what stands in the place of a page is recognised, recorded, and never
got past.

`blocks.yml` is the table of signs; :func:`judge` scores one answer by it. What one answer alone
cannot tell, the middleware does: the same bytes at many addresses are no content.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ruamel.yaml import YAML
from scrapy.http import TextResponse

from nianbao.archive.addresses import canonical
from nianbao.crawler import hosts
from nianbao.spiders.capture import VERDICT, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from nianbao.archive.records import Outcome

TABLE = Path(__file__).with_name("blocks.yml")
ENOUGH = 3  # points
MOST_BYTES = (
    128 * 1024
)  # a block page is no longer: longer bodies are judged by status, headers and cookies
SHORT = 600  # visible characters: a page that says little else than what kept us out
HOLLOW = 200  # visible characters: next to nothing
REPEATS = 3  # addresses at which the same bytes are no content
# in the place of reports, then the host is left alone; of a list or robots.txt one is enough
MOST_BLOCKS = 3
HOME = re.compile(r"/(index\.\w+)?")
# what never closes is taken to the end, so that broken markup is gone through once
UNSEEN = re.compile(
    r"<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?"
    r"|<(?P<name>script|style|title)\b[^<]*+(?:<(?!/(?P=name))[^<]*+)*+(?:</(?P=name)[^>]*+>?)?"
    r"|<[^>]*+>?|&nbsp;|\s+",
    re.I,
)
TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})", re.I)
PATTERNS = ("header", "cookie", "title", "text", "source")


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of a row of the table: where to look (`kind`), for what, how much it counts."""

    kind: str
    wanted: Any
    points: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    kind: str
    system: str | None
    only: frozenset[int]  # statuses; empty: any
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the signs are looked for in."""

    status: int
    headers: tuple[str, ...]  # "name: value", names in small letters
    cookies: tuple[str, ...]  # names
    title: str
    text: str | None  # None where a visitor sees more than a block page says
    source: str | None  # None where a visitor sees more than next to nothing
    size: int  # bytes
    to_itself: bool = False  # a redirect to the address that was asked for
    to_home: bool = False  # the page asked for led to the site's home page


@cache
def table() -> tuple[Row, ...]:
    """Return the rows of `blocks.yml`."""
    rows = YAML(typ="safe").load(TABLE.read_text("utf-8"))
    return tuple(
        Row(
            row["class"],
            row.get("system"),
            frozenset(row.get("only", ())),
            tuple(_sign(sign) for sign in row["signs"]),
        )
        for row in rows
    )


def _sign(sign: dict[str, Any]) -> Sign:
    ((kind, wanted),) = (
        (name, value) for name, value in sign.items() if name != "points"
    )
    return Sign(
        kind, re.compile(wanted, re.I) if kind in PATTERNS else wanted, sign["points"]
    )


@cache
def _of_any(kind: str) -> re.Pattern[str]:
    """Return what finds any sign of a kind: most pages have none, and need not be looked
    through for each.
    """
    patterns = (
        sign.wanted.pattern
        for row in table()
        for sign in row.signs
        if sign.kind == kind
    )
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


def _bare(answer: Answer) -> set[str]:
    """Return the kinds of which the answer has no sign."""
    looked_at = {
        "header": answer.headers,
        "cookie": answer.cookies,
        "title": (answer.title,),
        "text": (answer.text or "",),
        "source": (answer.source or "",),
    }
    return {
        kind
        for kind, values in looked_at.items()
        if not any(map(_of_any(kind).search, values))
    }


def judge(answer: Answer) -> Verdict | None:
    """Return what the answer is that is no page, by the row with most points; None for a page."""
    best: Verdict | None = None
    most, bare = ENOUGH - 1, _bare(answer)
    for row in table():
        if row.only and answer.status not in row.only:
            continue
        signs = (sign for sign in row.signs if sign.kind not in bare)
        found = [
            (sign, said) for sign in signs if (said := _found(sign, answer)) is not None
        ]
        points = sum(sign.points for sign, _ in found)
        if points > most:
            outcome: Outcome = "soft_404" if row.kind == "soft_404" else "blocked"
            best, most = (
                Verdict(
                    outcome, row.kind, tuple(said for _, said in found), row.system
                ),
                points,
            )
    return best


def _found(sign: Sign, answer: Answer) -> str | None:
    """Return what of the answer a sign is seen in; None where it is not."""
    value = getattr(
        answer,
        {"header": "headers", "cookie": "cookies", "small": "size"}.get(
            sign.kind, sign.kind
        ),
    )
    if sign.kind in ("header", "cookie"):
        hit = next(
            (found[0] for one in value if (found := sign.wanted.search(one))), None
        )
    elif sign.kind in PATTERNS:
        match = sign.wanted.search(value) if value else None
        hit = match[0] if match else None
    elif sign.kind == "small":
        hit = f"{value} bytes" if value < sign.wanted else None
    else:
        hit = str(value) if value == sign.wanted else None
    return None if hit is None else f"{sign.kind} {' '.join(hit.split())[:60]}"


def answer_of(request: Request, response: Response) -> Answer:
    """Return what the signs are looked for in."""
    source = (
        response.text
        if isinstance(response, TextResponse) and len(response.body) <= MOST_BYTES
        else ""
    )
    text = visible(source)
    short = len(text) < SHORT
    title = TITLE.search(source) if short else None
    location = response.headers.get("Location")
    led = "redirect_urls" in request.meta and bool(
        HOME.fullmatch(urlsplit(response.url).path)
    )
    cookies = (
        cookie.partition(b"=")[0] for cookie in response.headers.getlist("Set-Cookie")
    )
    return Answer(
        status=response.status,
        headers=tuple(_headers(response)),
        cookies=tuple(cookie.decode("latin-1").strip() for cookie in cookies),
        title=" ".join(title[1].split()) if title else "",
        text=text if short else None,
        source=source if len(text) < HOLLOW else None,
        size=len(response.body),
        to_itself=location is not None
        and urljoin(request.url, location.decode("latin-1")) == request.url,
        to_home=led and request.meta.get("role") == "report",
    )


def _headers(response: Response) -> Iterator[str]:
    for name, values in response.headers.items():
        for value in values:
            yield f"{name.decode('latin-1').lower()}: {value.decode('latin-1')}"


def visible(source: str) -> str:
    """Return what a visitor sees of a page's markup, white space left out; no more than tells
    that it is not SHORT.
    """
    pieces, length, at = [], 0, 0
    for gap in UNSEEN.finditer(source):
        if gap.start() > at:
            pieces.append(source[at : gap.start()])
            length += gap.start() - at
        at = gap.end()
        if length >= SHORT:
            break
    else:
        pieces.append(source[at:])
    return "".join(pieces)


class BlocksMiddleware:
    """Mark answers that are no page, for the capture to say so; leave a host alone that keeps
    blocking.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.hosts = hosts.of(crawler)
        self.lists: set[str] = set()  # digests of list pages
        self.seen: defaultdict[str, set[str]] = defaultdict(
            set
        )  # digest → addresses that answered with it

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BlocksMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the verdict into the request's meta; what is no page is neither tried again nor
        followed.
        """
        if response.status == 304:
            return response
        verdict = judge(answer_of(request, response)) or self._repeated(
            request, response
        )
        if verdict is None or ("role" not in request.meta and verdict.kind == "login"):
            return response  # a robots.txt behind a login is one that forbids nothing
        host = urlsplit(request.url).netloc
        request.meta.update(
            {VERDICT: verdict, "dont_retry": True, "dont_redirect": True}
        )
        if verdict.outcome == "blocked":
            self.hosts.blocks[host] += 1
            single = request.meta.get("role") in ("report", "attachment")
            if not single or self.hosts.blocks[host] >= MOST_BLOCKS:
                self.hosts.leave_out(
                    host, verdict.finding(request.url), reason="blocked"
                )
        return response

    def _repeated(self, request: Request, response: Response) -> Verdict | None:
        """Recognise a list, or the same bytes as at other addresses, in the place of a report."""
        role = request.meta.get("role")
        if (
            response.status != 200
            or role not in ("list", "report")
            or not isinstance(response, TextResponse)
        ):
            return None
        digest = sha256(response.body).hexdigest()
        if role == "list":
            self.lists.add(digest)
            return None
        if digest in self.lists:
            return Verdict("blocked", "throttled", ("the bytes of a list page",))
        addresses = self.seen[digest]
        addresses.add(canonical(response.url))
        if len(addresses) < REPEATS:
            return None
        return Verdict(
            "soft_404", "soft_404", (f"the same bytes at {len(addresses)} addresses",)
        )
