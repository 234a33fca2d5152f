"""Reading: from bytes to a `Reading`, one step after the other. Pure, and it never raises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlsplit

from nianbao.archive.clock import CHINA
from nianbao.archive.records import Agency, Finding, Hints, Period, Reading
from nianbao.pipelines.reader.fields import (
    agencies,
    attachments,
    dates,
    labels,
    publication_date,
    sections,
    signature,
    titles,
)
from nianbao.pipelines.reader.is_report import is_report as judge_report
from nianbao.pipelines.reader.page import content_digest, document
from nianbao.pipelines.reader.page.document import Document
from nianbao.pipelines.reader.page.parse import Page
from nianbao.pipelines.reader.payload import office_files
from nianbao.pipelines.reader.payload.charset import (
    MAX_BYTES,
    MAX_TAGS,
    decode_text,
    is_binary,
    limit_size,
)
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    is_traditional,
    prepare_search,
)
from nianbao.pipelines.reader.regions import resolve
from nianbao.pipelines.reader.tables import checks, flattened, forms, grid_reader
from nianbao.pipelines.reader.tables.figures import Figures, find_unread_tables

READER_VERSION = "1"

_NO_HINTS = Hints()
_MOST_PLACES = 5  # candidates that a finding names; 城关镇 has over a hundred
_NEAR_BODY = 6  # lines behind the body in which 来源 can stand
_OPENING = 1800  # squeezed characters in which the preamble stands
_ABOUT = re.compile(
    rf"(?<!\d)({titles.YEAR_WORD})年度?(?!\d{{1,2}}月)(?:(?!{titles.YEAR_WORD}年)[^。;]){{0,30}}?(?:信息公开|政务公开|公开)"
)
_IN_LIST, _REPORT = (
    re.compile(r"[及和与、]$"),
    re.compile(r"(?:工作)?(?:年度)?(?:报告|年报)"),
)  # 公开了…及2018年度…报告
_YEARS = re.compile(r"(?<!\d)(20[0-4]\d)年(?!\d)")
_QUOTED = re.compile(r"《[^》]*》|[〔\[(](?:20\d\d)[〕\])]\d+号|〔[^〕]*〕")


def read(
    payload: bytes,
    *,
    url: str | None = None,
    hints: Hints = _NO_HINTS,
    today: date | None = None,
) -> Reading:
    """Read a page or plain text. Pure: the same bytes, URL and hints give the same reading.

    `today` bounds the publication date and is the current date in China unless it is given.
    """
    today = today or datetime.now(CHINA).date()
    try:
        source, charset = _source(payload, hints)
    except office_files.UnreadableFileError as error:
        return _unread(
            Finding("payload.not_text", "warning", str(error)), url, hints, today
        )
    except _TooLarge as error:
        return _unread(
            Finding("page.too_large", "warning", str(error)), url, hints, today
        )
    return _reading(document.of(source, hints.list_title), charset, url, hints, today)


class _TooLarge(Exception):
    """A page beyond any report."""


def _source(payload: bytes, hints: Hints) -> tuple[str, str | None]:
    """Return the text of a page or file, and the charset of a page. Raises UnreadableFileError,
    _TooLarge.
    """
    if is_binary(payload):
        return office_files.convert_file(payload), None
    whole = limit_size(payload)
    if whole is None:
        size = f"{len(payload)} bytes with {payload.count(b'<')} tags"
        raise _TooLarge(
            f"{size} are more than a report page has ({MAX_BYTES}, {MAX_TAGS}): not read"
        )
    return decode_text(whole, hints.content_type)


def _unread(finding: Finding, url: str | None, hints: Hints, today: date) -> Reading:
    """Return the reading of a payload that was not read: nothing known, and a finding that says
    why.
    """
    nothing = _reading(Document(None, (), (), (), Page()), None, url, hints, today)
    return replace(nothing, findings=(finding,))


def _reading(
    found: Document, charset: str | None, url: str | None, hints: Hints, today: date
) -> Reading:
    body = "\n".join(found.body)
    folded = fold_forms(body)
    traditional = is_traditional(folded)
    squeezed = "".join(prepare_search(folded, traditional=traditional).split())
    head = _searchable(found.header, traditional)
    tail = _searchable(found.tail[:20], traditional)
    hits = list(labels.find(head))
    opening = squeezed[:_OPENING]
    signed = signature.read(_searchable(folded.split("\n")[-60:], traditional))
    period = dates.find_period(squeezed)
    year, year_findings = _year(found.title, period, squeezed)
    generation = forms.detect_generation(squeezed)
    figures = _figures(found, generation, squeezed)
    is_report = judge_report(found, squeezed, generation, figures)
    published_on = publication_date.read(
        head,
        hits,
        tail,
        found.page.metas,
        title=found.title,
        listed=hints.list_date,
        url=url,
        report_year=year,
        today=today,
    )
    named = [
        *hits,
        *labels.find(
            [*tail[:_NEAR_BODY], *filter(labels.is_imprint, tail[_NEAR_BODY:])]
        ),
    ]
    agency = agencies.read(
        found.title,
        head,
        named,
        opening,
        signed.agency,
        found.page.metas,
        traditional=traditional,
    )
    agency, place_findings = _placed(agency, year, hints) if is_report else (agency, ())
    kept = tuple(figures.cells.values()) if is_report else ()
    findings = [
        *year_findings,
        *published_on.findings,
        *place_findings,
        *(_missing(agency, published_on.on, generation) if is_report else ()),
        *(figures.findings if is_report else ()),
        *(find_unread_tables(generation, squeezed, figures) if is_report else ()),
        *checks.find_violations(kept, squeezed, year, agency.level),
    ]
    return Reading(
        title=found.title,
        report_year=year if is_report else None,
        agency=agency,
        published_on=published_on.on,
        published_at=published_on.at,
        published_basis=published_on.basis,
        date_candidates=published_on.candidates,
        signed_on=signed.signed_on,
        period=period if is_report else None,
        form=generation if is_report else None,
        sections=sections.read(found.body) if is_report else (),
        figures=kept,
        attachments=attachments.read(found.page.links, url),
        official=_official(url, found.page, hints),
        is_report=is_report,
        findings=tuple(findings),
        text=body,
        content_sha256=content_digest.of(found.title, folded),
        reader_version=READER_VERSION,
        charset=charset,
    )


def _searchable(lines: Sequence[str], traditional: bool) -> list[str]:
    return prepare_search("\n".join(lines), traditional=traditional).split("\n")


def _figures(found: Document, generation: str, squeezed: str) -> Figures:
    figures = Figures()
    if generation != forms.UNKNOWN:
        grid_reader.read_grids(found.page.grids, generation, figures)
        if any(find_unread_tables(generation, squeezed, figures)):
            lines = found.body if found.page.markup else found.raw
            flattened.read_flattened_tables(lines, generation, figures)
    return figures


def _year(
    title: str | None, period: Period | None, squeezed: str
) -> tuple[int | None, list[Finding]]:
    """Return the report year: of the title, else of the statistics period, else of the body."""
    named = titles.year(title) if title else None
    stated = int(period.start[:4]) if period and period.start else None
    if named and stated and named != stated:
        message = f"the title says {named}, the statistics period {stated}"
        return named, [
            Finding(
                "report_year.disagreement",
                "warning",
                message,
                expected=str(named),
                found=str(stated),
            )
        ]
    return named or stated or _year_of_body(squeezed), []


def _year_of_body(squeezed: str) -> int | None:
    """Return the year that the prose speaks of: the first beside 公开, else the most frequent."""
    prose = _QUOTED.sub("", squeezed[:8000])
    for match in _ABOUT.finditer(prose):
        if not (
            _IN_LIST.search(prose, 0, match.start())
            and _REPORT.match(prose, match.end())
        ):
            return titles.read_year(match[1])
    years = Counter(_YEARS.findall(prose))
    return int(years.most_common(1)[0][0]) if years else None


def _placed(
    agency: Agency, year: int | None, hints: Hints
) -> tuple[Agency, tuple[Finding, ...]]:
    """Return the agency with its full name, region and level, or a finding that says where it
    could be.
    """
    if agency.printed is None:
        return agency, ()
    found = resolve.resolve_agency(
        agency.printed,
        report_year=year,
        context_region=hints.region,
        context_code=hints.region_code,
    )
    places = [
        {
            "basis": "place",
            "text": f"{place.name}{place.township or ''}",
            "region_code": place.code,
        }
        for place in found.candidates
    ]
    placed = replace(
        agency,
        name=found.name,
        region=found.region,
        region_code=found.region_code,
        level=found.level,
        candidates=(*agency.candidates, *places),
    )
    if found.name is not None:
        return placed, ()
    named = [
        f"{place['text']} {place['region_code']}" for place in places[:_MOST_PLACES]
    ]
    more = (
        f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    )
    told = (
        f"could be in {', '.join(named)}{more}"
        if places
        else "is in no list of divisions"
    )
    return placed, (
        Finding(
            "agency.unresolved",
            "info",
            f"{agency.printed} {told}",
            found=agency.printed,
        ),
    )


def _missing(
    agency: Agency, published_on: str | None, generation: str
) -> Iterator[Finding]:
    if agency.printed is None:
        yield Finding("agency.missing", "warning", "no issuing agency is printed")
    if published_on is None:
        yield Finding(
            "published_on.missing", "info", "no publication date is printed or known"
        )
    if generation == forms.UNKNOWN:
        yield Finding(
            "tables.missing", "warning", "the report has none of the statistical tables"
        )


def _official(url: str | None, page: Page, hints: Hints) -> bool | None:
    """Tell whether the host is the body's own: .gov.cn, and the domain the site states is not
    another.
    """
    if hints.official_host is not None:
        return hints.official_host
    host = _host(url or "")
    if not host:
        return None
    stated = [
        _host(part)
        for part in re.split(r"[,，;；\s]+", page.metas.get("sitedomain", ""))
        if part
    ]
    own = not stated or any(
        ("." + host).endswith("." + _bare(domain)) for domain in stated
    )
    return host.endswith(".gov.cn") and own


def _host(address: str) -> str:
    try:
        parts = urlsplit(address if "//" in address else "//" + address)
        return (parts.hostname or "").lower()
    except ValueError:
        return ""


def _bare(domain: str) -> str:
    return domain.removeprefix("www.")
