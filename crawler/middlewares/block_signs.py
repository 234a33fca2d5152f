"""Signs of block pages and false pages: what of an answer tells that it is no page.

`blocks.yml` is the table of signs; :func:`judge` scores one answer by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from ruamel.yaml import YAML
from scrapy.http import TextResponse

from nianbao.spiders.capture import Verdict

if TYPE_CHECKING:
    from scrapy.http import Request, Response

    from nianbao.archive.records import Outcome

TABLE = Path(__file__).with_name("blocks.yml")
ENOUGH = 3  # points
# a block page is no longer: longer bodies are judged by status, headers and cookies
MOST_BYTES = 128 * 1024
# visible characters: a page that says little else than what kept us out
SHORT = 600
# visible characters: next to nothing
HOLLOW = 200
HOME = re.compile(r"/(index\.\w+)?")
# what never closes is taken to the end, so that broken markup is gone through once
INVISIBLE = re.compile(
    r"<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?"
    r"|<(?P<name>script|style|title)\b[^<]*+(?:<(?!/(?P=name))[^<]*+)*+(?:</(?P=name)[^>]*+>?)?"
    r"|<[^>]*+>?|&nbsp;|\s+",
    re.I,
)
TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})", re.I)
# What comes of an answer by its class; of the others that it was kept from us.
OUTCOMES: dict[str, Outcome] = {
    "soft_404": "soft_404",
    "home_page": "replaced",
    "error_page": "replaced",
}
# kinds of signs that are patterns, looked for in texts
PATTERN_KINDS = ("header", "cookie", "title", "text", "source")


@dataclass(frozen=True, slots=True)
class BlockSign:
    """One sign of a row: where to look (`kind`), what to expect there, how much it counts."""

    kind: str
    expected: Any
    points: int


class AnswerExample(NamedTuple):
    """An answer that a row holds for; a test judges it."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class SignRow:
    """One row of the table: a class of block pages and its signs."""

    kind: str
    system: str | None
    statuses: frozenset[int]  # at which the row can hold; empty: any
    signs: tuple[BlockSign, ...]
    examples: tuple[AnswerExample, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerFeatures:
    """What the signs are looked for in; a kind of sign is a field or, for `small`, the size."""

    status: int
    headers: tuple[str, ...]  # "name: value", names in small letters
    cookies: tuple[str, ...]  # names
    title: str
    text: str | None  # None where a visitor sees more than a block page says
    source: str | None  # None where a visitor sees more than next to nothing
    size: int  # bytes
    to_itself: bool = False  # a redirect to the address that was asked for
    to_home: bool = False  # the page asked for led to the site's home page

    def texts_of(self, kind: str) -> tuple[str, ...]:
        """Return the texts in which patterns of a kind are looked for."""
        if kind == "header":
            return self.headers
        if kind == "cookie":
            return self.cookies
        if kind == "title":
            return (self.title,)
        if kind == "text":
            return (self.text or "",)
        return (self.source or "",)


@cache
def sign_table() -> tuple[SignRow, ...]:
    """Return the rows of `blocks.yml`."""
    rows = YAML(typ="safe").load(TABLE.read_text("utf-8"))
    return tuple(_parse_row(row) for row in rows)


def _parse_row(row: dict[str, Any]) -> SignRow:
    return SignRow(
        kind=row["class"],
        system=row.get("system"),
        statuses=frozenset(row.get("only", ())),
        signs=tuple(_parse_sign(sign) for sign in row["signs"]),
        examples=tuple(map(_parse_example, row.get("examples", ()))),
    )


def _parse_example(example: str | dict[str, Any]) -> AnswerExample:
    """Return an example: markup at status 200, or a status with its markup."""
    if isinstance(example, str):
        return AnswerExample(200, example)
    return AnswerExample(example["status"], example["body"])


def _parse_sign(fields: dict[str, Any]) -> BlockSign:
    """Return a sign: `points` and one other field, whose name is the kind."""
    ((kind, expected),) = (
        (name, value) for name, value in fields.items() if name != "points"
    )
    if kind in PATTERN_KINDS:
        expected = re.compile(expected, re.I)
    return BlockSign(kind, expected, fields["points"])


@cache
def _any_pattern(kind: str) -> re.Pattern[str]:
    """Return a pattern that matches where any pattern of a kind does.

    Most pages have no sign of a kind, and need not be searched for each of them.
    """
    patterns = [
        sign.expected.pattern
        for row in sign_table()
        for sign in row.signs
        if sign.kind == kind
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


def _absent_kinds(features: AnswerFeatures) -> set[str]:
    """Return the kinds of patterns of which the answer has no sign."""
    absent = set()
    for kind in PATTERN_KINDS:
        search = _any_pattern(kind).search
        if not any(search(text) for text in features.texts_of(kind)):
            absent.add(kind)
    return absent


def judge(features: AnswerFeatures) -> Verdict | None:
    """Return what an answer is that is no page, by the row with most points; None for a page."""
    best_row: SignRow | None = None
    best_evidence: list[str] = []
    most_points = ENOUGH - 1
    absent_kinds = _absent_kinds(features)
    for row in sign_table():
        if row.statuses and features.status not in row.statuses:
            continue
        points, evidence = _score_row(row, features, absent_kinds)
        if points > most_points:
            best_row = row
            best_evidence = evidence
            most_points = points
    if best_row is None:
        return None
    outcome = OUTCOMES.get(best_row.kind, "blocked")
    return Verdict(outcome, best_row.kind, tuple(best_evidence), best_row.system)


def _score_row(
    row: SignRow, features: AnswerFeatures, absent_kinds: set[str]
) -> tuple[int, list[str]]:
    """Return the points of a row's signs that an answer has, and what was seen of each."""
    points = 0
    evidence = []
    for sign in row.signs:
        if sign.kind in absent_kinds:
            continue
        text = _match_sign(sign, features)
        if text is not None:
            points += sign.points
            evidence.append(f"{sign.kind} {' '.join(text.split())[:60]}")
    return points, evidence


def _match_sign(sign: BlockSign, features: AnswerFeatures) -> str | None:
    """Return the part of an answer that a sign matches; None where it does not match."""
    if sign.kind in PATTERN_KINDS:
        return _match_pattern(sign.expected, features.texts_of(sign.kind))
    if sign.kind == "small":
        return f"{features.size} bytes" if features.size < sign.expected else None
    value = getattr(features, sign.kind)
    return str(value) if value == sign.expected else None


def _match_pattern(pattern: re.Pattern[str], texts: tuple[str, ...]) -> str | None:
    for text in texts:
        match = pattern.search(text) if text else None
        if match:
            return match[0]
    return None


def extract_features(request: Request, response: Response) -> AnswerFeatures:
    """Return what the signs are looked for in."""
    source = _source_of(response)
    text = visible_text(source)
    is_short = len(text) < SHORT
    return AnswerFeatures(
        status=response.status,
        headers=tuple(_header_lines(response)),
        cookies=tuple(_cookie_names(response)),
        title=_title_of(source) if is_short else "",
        text=text if is_short else None,
        source=source if len(text) < HOLLOW else None,
        size=len(response.body),
        to_itself=_redirects_to_itself(request, response),
        to_home=_leads_to_home(request, response),
    )


def _source_of(response: Response) -> str:
    """Return the markup of an answer; nothing where it is no text or too long for a block page."""
    if not isinstance(response, TextResponse) or len(response.body) > MOST_BYTES:
        return ""
    return response.text


def _title_of(source: str) -> str:
    match = TITLE.search(source)
    return " ".join(match[1].split()) if match else ""


def _header_lines(response: Response) -> Iterator[str]:
    for name, values in response.headers.items():
        for value in values:
            yield f"{name.decode('latin-1').lower()}: {value.decode('latin-1')}"


def _cookie_names(response: Response) -> Iterator[str]:
    for cookie in response.headers.getlist("Set-Cookie"):
        name = cookie.partition(b"=")[0]
        yield name.decode("latin-1").strip()


def sets_challenge_cookie(response: Response) -> bool:
    """Tell whether an answer sets a cookie that is a sign of a challenge or a firewall."""
    search = _any_pattern("cookie").search
    return any(map(search, _cookie_names(response)))


def _redirects_to_itself(request: Request, response: Response) -> bool:
    """Tell whether an answer sends us to the address that we asked for.

    One that begins a session with it does not count, as long as its cookie was not sent back.
    """
    location = response.headers.get("Location")
    if location is None:
        return False
    begins_session = (
        "Set-Cookie" in response.headers and "Cookie" not in request.headers
    )
    if begins_session and not sets_challenge_cookie(response):
        return False
    return urljoin(request.url, location.decode("latin-1")) == request.url


def _leads_to_home(request: Request, response: Response) -> bool:
    """Tell whether a report page was redirected to the site's home page."""
    if request.meta.get("role") != "report" or "redirect_urls" not in request.meta:
        return False
    return HOME.fullmatch(urlsplit(response.url).path) is not None


def visible_text(source: str) -> str:
    """Return what a visitor sees of a page's markup, without white space.

    No more is returned than tells that it is not SHORT.
    """
    pieces = []
    length = 0
    position = 0
    for gap in INVISIBLE.finditer(source):
        if gap.start() > position:
            pieces.append(source[position : gap.start()])
            length += gap.start() - position
        position = gap.end()
        if length >= SHORT:
            break
    else:
        pieces.append(source[position:])
    return "".join(pieces)
