"""What the packages hand to one another: captures going in, readings coming out.

`spiders` make a :class:`Capture` of every answer, `pipelines` make a :class:`Reading` of a
captured report page, `archive` keeps both. Dates are ISO 8601 text (`2021-01-20`), instants
carry their offset; a value that is not known is None, never a guess.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

# `other` is what an import brought that is no report.
Role = Literal["list", "report", "attachment", "other"]
Outcome = Literal[
    "fetched",  # a payload came, good to read
    "not_modified",  # 304: the payload named by payload_sha256 still stands
    "not_found",  # 404 or 410
    "http_error",  # any other status that is not a success
    "network_error",  # no answer: name, connection, time-out, TLS, broken body
    "refused_by_robots",  # robots.txt asks us not to fetch it; nothing was sent
    "refused_by_boundary",  # another host, or a private address; nothing was sent
    "blocked",  # a challenge or block page of a firewall
    "soft_404",  # status 200, but the page says that there is none
    "replaced",  # another page of the server stood there: its home page, an error of its software
]
Level = Literal["province", "prefecture", "county", "township", "department", "other"]
Severity = Literal["error", "warning", "info"]
Alignment = Literal["exact", "assumed", "ragged", "ocr"]


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a page before it is read.

    It is stored with the visit, so that reading can be repeated.
    """

    list_title: str | None = None  # the link's text or title on the list page
    list_date: str | None = None  # the date beside the link, as printed
    column: str | None = None  # name of the list column
    # whose reports an entry of the site holds, as the site file states it
    covers: str | None = None
    content_type: str | None = None  # the Content-Type header, for its charset
    region: str | None = None  # the site's region as its site file names it
    region_code: str | None = None  # division code of that region
    # whether the host is the body's own, as the site file states it
    official_host: bool | None = None
    site_name: str | None = None  # as its site file has it, 青石县教育局
    # of a report in several pages: the SHA-256 of the payloads of its further pages, in order;
    # empty where the page has a pager and it leads to no page of the report
    further_pages: tuple[str, ...] | None = None
    # of a page whose report may stand in its images: `SHA-256 address` of each that was had, the
    # address as the page writes it
    images: tuple[str, ...] | None = None
    # where a page that carries no report itself sends on to, and which page sent here
    sends_to: str | None = None
    sent_by: str | None = None
    # patterns of lines that make no version, as the site file states them
    ignored_lines: tuple[str, ...] | None = None
    # the host of the web archive that saw the page, where another one did: web.archive.org
    seen_by: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One attempt to fetch one address: everything the raw layer keeps of it."""

    site: str
    url: str
    role: Role
    outcome: Outcome
    visited_at: str  # UTC, ISO 8601 with milliseconds
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    payload: bytes | None = field(default=None, repr=False)
    payload_sha256: str | None = None  # set without payload for not_modified
    # where the server sent us from `url`; the last one answered
    redirects: tuple[str, ...] = ()
    message: str | None = None  # why, for outcomes without a payload
    hints: Hints = Hints()

    @property
    def final_url(self) -> str:
        """The address that answered in the end."""
        if self.redirects:
            return self.redirects[-1]
        return self.url


@dataclass(frozen=True, slots=True)
class Agency:
    """The issuing body: `printed` as the page has it, the rest when it is resolved beyond doubt.

    `name`, `region` and `region_code` are those of the report's year; the latest ones are there
    where the place has been renamed, or given another code, since.

    `basis` says where `printed` stands: on the `page`, or, where the page names no body, in the
    `list` row that names the page, the list's `column` or the name of the `site`.
    """

    printed: str | None = None
    name: str | None = None
    region_code: str | None = None
    region: str | None = None
    level: Level | None = None
    # Every name found with its basis, {"basis": "title", "text": "…"}, most trusted first;
    # behind them the places that an unresolved name could be, {"basis": "place", "text": "…",
    # "region_code": "…"}.
    candidates: tuple[dict[str, str], ...] = ()
    latest_name: str | None = None
    latest_region: str | None = None
    latest_region_code: str | None = None
    basis: str | None = None
    # of a township's body: nine digits, where the lists of townships have it
    township_code: str | None = None


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date found on or about the page: where (`basis`), which (`value`), as printed (`text`)."""

    basis: str  # "label:发布时间", "meta:PubDate", "list", "url"
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Period:
    """The statistics period the report states, both ends included."""

    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the report's outline.

    `key` is an id of forms.yaml, None when the title is local.
    """

    key: str | None
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One table cell: `table`, `row`, `column` are ids of forms.yaml, `text` is as printed.

    `alignment` is `ocr` where an image of the cell was read; `confidence`, 0 to 1, is how sure
    that is, and None for what is printed as text.
    """

    table: str
    row: str
    column: str
    value: int | float | None
    text: str
    alignment: Alignment = "exact"
    confidence: float | None = None

    def __reduce__(self) -> tuple[type[Figure], tuple[Any, ...]]:
        """Pickle a figure as its values.

        A report has 200 figures, and what dataclasses do by themselves is slow.
        """
        return Figure, (
            self.table,
            self.row,
            self.column,
            self.value,
            self.text,
            self.alignment,
            self.confidence,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know: a rule that failed, a value missing or contradicted.

    `message` is the English sentence that rule and parameters make (archive/finding_texts.py);
    `parameters` is None for one of an archive before schema 5.
    """

    rule: str
    severity: Severity
    message: str
    table: str | None = None
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None
    parameters: Mapping[str, Any] | None = field(default=None, hash=False)

    def to_row(self) -> dict[str, Any]:
        """Return the finding as the archive stores it: its parameters are JSON."""
        row = {name: getattr(self, name) for name in FINDING_COLUMNS}
        if self.parameters is not None:
            row["parameters"] = write_json(self.parameters)
        return row

    @classmethod
    def from_row(cls, values: Sequence[Any]) -> Finding:
        """Build a finding from the values of FINDING_COLUMNS."""
        named = dict(zip(FINDING_COLUMNS, values, strict=True))
        named["parameters"] = read_json(named["parameters"])
        return cls(**named)


FINDING_COLUMNS = tuple(Finding.__dataclass_fields__)


def read_json(text: str | None) -> Any:
    """Return the value that the archive stores as JSON; None for NULL."""
    return None if text is None else json.loads(text)


def write_json(value: Any) -> str:
    """Return a value as the archive stores it in a column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Note:
    """A finding about a site or one of its pages that a spider makes while it looks."""

    site: str
    url: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a page links to, with the text of the link."""

    url: str
    text: str


class Grams(NamedTuple):
    """What a text is looked up by in the search index."""

    words: str  # as they are written into the index, each once, parted by spaces
    check_sum: int  # the sum of what the words are
    is_plain: bool  # whether words are found in the text without folding it


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader version made of one payload. The JSON form and its keys are a promise."""

    title: str | None
    report_year: int | None
    agency: Agency
    published_on: str | None
    published_at: str | None
    published_basis: str | None
    date_candidates: tuple[DateCandidate, ...]
    signed_on: str | None
    period: Period | None
    # a generation id of forms.yaml, "unknown", or None when it is not a report
    form: str | None
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    attachments: tuple[Attachment, ...]
    official: bool | None
    is_report: bool
    findings: tuple[Finding, ...]
    text: str
    content_sha256: str
    reader_version: str
    charset: str | None = field(default=None)
    # where `report_year` stands: `page`, or `list` where the page names none
    year_basis: str | None = None
    # Who wrote the report, as printed, and the words of the page that say so.
    compiled_by: str | None = None
    compiled_by_evidence: str | None = None
    # of the text, for the search index; not in the JSON
    grams: Grams | None = field(default=None, repr=False, compare=False)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the reading in the form that `nianbao read --json` prints."""
        data = dataclasses.asdict(self)
        del data["grams"]
        return json.dumps(data, ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Reading:
        """Build a reading from what :meth:`to_json` returned; raise TypeError on unknown keys."""
        data: dict[str, Any] = json.loads(text)
        agency: dict[str, Any] = data["agency"]
        agency["candidates"] = tuple(agency["candidates"])
        data["agency"] = Agency(**agency)
        if data["period"] is not None:
            data["period"] = Period(**data["period"])
        for key, record in _PARTS.items():
            data[key] = tuple(record(**part) for part in data[key])
        return cls(**data)


_PARTS: dict[str, Any] = {
    "date_candidates": DateCandidate,
    "sections": Section,
    "figures": Figure,
    "attachments": Attachment,
    "findings": Finding,
}
