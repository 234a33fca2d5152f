"""Captures and readings for measuring the archive, made one at a time, always the same.

Report pages of many sites in the four templates of the sample province, each agency's for six
years. Besides what the sample prints, a page has 1,000 characters of its own. They are words by
chance, as frequent as words are, and compress worse than real prose: gzip leaves 1.2 bytes a
character, a dictionary of other pages' text 0.8; of 38 real excerpts it was 1.2 and 0.5,
measured 2026-11.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from nianbao.archive.clock import utc_text
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Figure, Hints, Reading
from nianbao.archive.records import Section as ReadSection
from nianbao.archive.search import index as search_index
from nianbao.sample import agencies, postings, prose
from nianbao.sample.figures import Series
from nianbao.sample.pages import Page, Printer
from nianbao.sample.reports import Quirk, Report, Section, compose_report

SEED = 2026
YEARS = range(2019, 2025)
OWN = 1000  # characters
WORDS = 2000
FIRST_VISIT = datetime(2026, 1, 12, 1, 0, tzinfo=UTC)
KINDS = (  # the sites that there were when the first figures were taken
    agencies.XIXIA,
    agencies.LANTING,
    agencies.GUCHENG,
    agencies.HUIBIAN,
    *agencies.COUNTIES,
)
HEADERS_OF_BODIES = ("Content-Type", "Content-Length", "Accept-Ranges")
REMARKS = ("本报告已于发布后更正。", "本报告第二次更正，以本版为准。")
COUNTY = "东西南北上下前后"
TOWN = "山水云石松竹梅兰荷桂"


@dataclass(frozen=True, slots=True)
class VisitedPage:
    """A page as one visit met it, and what a reader would make of it."""

    capture: Capture
    reading: Reading
    answer: bytes  # the body that the server sent, or would have sent but for a 304


@dataclass(frozen=True, slots=True)
class Country:
    """Sites of so many pages in all."""

    pages: int
    sites: int = 16

    def get_site(self, number: int) -> ArchivedSite:
        """Return a site as the archive knows it."""
        kind = KINDS[number % len(KINDS)]
        name = _make_name(number)
        region = name.removesuffix("人民政府")
        return ArchivedSite(_make_host(number), name, kind.id, region, None, 1, 1)

    def iterate_visits(
        self, number: int, visit: int, change_interval: int = 5
    ) -> Iterator[VisitedPage]:
        """Yield the pages of a site at the first, second, … visit.

        At each visit but the first one, one page in `change_interval` has changed.
        """
        site_postings = _make_postings(number, self._count_pages(number))
        for index in range(len(site_postings)):
            revisions = 0
            is_changed = visit == 1
            for later_visit in range(2, visit + 1):
                is_changed = (index + 7 * later_visit) % change_interval == 0
                revisions += is_changed
            yield _visit_page(
                number, site_postings, index, visit, revisions, is_changed=is_changed
            )

    def _count_pages(self, number: int) -> int:
        """Return the pages of a site; the first sites have one more where it does not come out."""
        pages, remainder = divmod(self.pages, self.sites)
        if number < remainder:
            return pages + 1
        return pages


def _make_host(number: int) -> str:
    return f"{KINDS[number % len(KINDS)].id}{number}"


def _make_name(number: int) -> str:
    return f"样例省{COUNTY[number % 8]}{TOWN[number // 8 % 10]}县人民政府"


@cache
def _make_postings(number: int, pages: int) -> tuple[postings.Posting, ...]:
    """Return what a site posts: the reports of as many townships as its pages need."""
    kind = KINDS[number % len(KINDS)]
    dice = random.Random(f"{SEED}/{number}")
    site_name = _make_name(number).removeprefix("样例省")
    county = site_name.removesuffix("人民政府")
    names: dict[str, None] = {}
    for _ in range(pages):
        township = "".join(dice.choices(_list_characters(), k=2))
        names[f"{county}{township}镇"] = None
    body_count = math.ceil(pages / len(YEARS))
    bodies: list[agencies.Agency] = []
    for name in list(names)[:body_count]:
        full_name = f"{name}人民政府"
        size = dice.randint(1, 8)
        bodies.append(agencies.Agency(full_name, YEARS[0], YEARS[-1], size, "township"))
    site = replace(
        kind, name=site_name, markups=("word", "plain"), agencies=tuple(bodies)
    )
    site_postings = [
        _post_report(site, body, year) for body in bodies for year in YEARS
    ]
    return tuple(site_postings[:pages])


def _post_report(
    site: agencies.Site, body: agencies.Agency, year: int
) -> postings.Posting:
    dice = random.Random(f"{SEED}/{body.name}/{year}")
    delay = timedelta(minutes=dice.randrange(80_000))
    posted_at = datetime(year + 1, 1, 8, 9, 30, tzinfo=postings.CHINA) + delay
    posted_on = posted_at.date()
    figures = _make_figures(site, body.name)[year]
    report = compose_report(site, body, year, figures, posted_on, Quirk(), SEED)
    first, *others = report.sections
    longer = Section(first.title, (*first.paragraphs, *_write_prose(dice)), first.grids)
    report = replace(report, sections=(longer, *others))
    number = dice.randrange(10**6, 10**7)
    return postings.Posting(
        site=site,
        path=postings.make_path(site, posted_on, number),
        number=number,
        content=report,
        title=report.title,
        source=f"{site.name}办公室",
        posted_at=posted_at,
        printed_at=posted_at,
        meta_at=posted_at,
        listed_on=posted_on,
        url_on=posted_on,
        column=postings.main_column(site, report),
    )


@cache
def _make_figures(site: agencies.Site, name: str) -> Series:
    bodies = tuple(body for body in site.agencies if body.name == name)
    return agencies.make_figures(replace(site, agencies=bodies), SEED)[name]


@cache
def _list_characters() -> str:
    sentences = (
        *prose.PROACTIVE,
        *prose.MANAGEMENT,
        *prose.PLATFORM,
        *prose.SUPERVISION,
        *prose.OPENINGS,
    )
    pooled = "".join((*sentences, *prose.TOPICS, *prose.PROBLEMS, *prose.REMEDIES))
    return "".join(sorted({letter for letter in pooled if "一" <= letter <= "鿿"}))


@cache
def _make_lexicon() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return words by chance and how frequent each is."""
    dice = random.Random(SEED)
    words: list[str] = []
    for _ in range(WORDS):
        length = dice.choice((1, 2, 2, 2, 3, 4))
        words.append("".join(dice.choices(_list_characters(), k=length)))
    weights = tuple(1 / rank**1.2 for rank in range(1, WORDS + 1))
    return tuple(words), weights


def _write_prose(dice: random.Random) -> Iterator[str]:
    """Yield paragraphs of OWN characters in all."""
    words, weights = _make_lexicon()
    text = ""
    while len(text) < OWN:
        text += "".join(dice.choices(words, weights, k=7)) + dice.choice("，，；。")
    for start in range(0, OWN, 200):
        yield text[start : start + 200]


def _visit_page(
    number: int,
    site_postings: tuple[postings.Posting, ...],
    index: int,
    visit: int,
    revisions: int,
    *,
    is_changed: bool,
) -> VisitedPage:
    """Return a page of a site as a visit meets it, after so many revisions."""
    posting = site_postings[index]
    report = posting.report
    if report is None:
        raise TypeError("every posting here is a report")
    state = 1
    if revisions:
        state = 2
        report = _add_remark(report, REMARKS[revisions % 2])
    neighbours = (
        *site_postings[max(0, index - 2) : index],
        replace(posting, content=report),
        *site_postings[index + 1 : index + 3],
    )
    page = Printer(state, 80).print_article(neighbours, min(index, 2))
    visited_at = FIRST_VISIT + timedelta(days=30 * visit, seconds=index)
    is_unchanged = not is_changed and bool(page.etag or page.last_modified)
    capture = Capture(
        site=_make_host(number),
        url=f"http://www.{_make_host(number)}.gov.cn{posting.path}",
        role="report",
        outcome="fetched",
        visited_at=utc_text(visited_at + timedelta(milliseconds=index % 1000)),
        status=200,
        headers=_make_headers(page, visited_at, is_unchanged=is_unchanged),
        payload=page.body,
        hints=Hints(
            list_title=posting.title,
            list_date=posting.listed_on.isoformat(),
            column="政府信息公开年报",
            content_type=page.content_type,
            region=_make_name(number).removesuffix("人民政府"),
        ),
    )
    if is_unchanged:
        capture = replace(
            capture,
            outcome="not_modified",
            status=304,
            payload=None,
            payload_sha256=hashlib.sha256(page.body).hexdigest(),
        )
    return VisitedPage(capture, _make_reading(report, posting), page.body)


def _add_remark(report: Report, remark: str) -> Report:
    first, *others = report.sections
    section = Section(first.title, (*first.paragraphs, remark), first.grids)
    return replace(report, sections=(section, *others))


def _make_headers(
    page: Page, visited_at: datetime, *, is_unchanged: bool
) -> tuple[tuple[str, str], ...]:
    """Return what a server behind nginx sends with a page, or with a 304."""
    answered_at = visited_at + timedelta(seconds=1)
    values = {
        "Server": "nginx/1.20.1",
        "Date": format_datetime(answered_at, usegmt=True),
        "Content-Type": page.content_type,
        "Content-Length": str(len(page.body)),
        "Last-Modified": page.last_modified,
        "Connection": "keep-alive",
        "Vary": "Accept-Encoding",
        "ETag": page.etag,
        "X-Frame-Options": "SAMEORIGIN",
        "X-XSS-Protection": "1; mode=block",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
    }
    headers: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None or (is_unchanged and name in HEADERS_OF_BODIES):
            continue
        headers.append((name, value))
    return tuple(headers)


def _make_reading(report: Report, posting: postings.Posting) -> Reading:
    """Return what the reader makes of a page, put together from what it was made of."""
    sections: list[ReadSection] = []
    lines = [report.title, *report.opening]
    for section in report.sections:
        section_text = "\n".join(_iterate_lines(section))
        sections.append(ReadSection(None, section.title, section_text))
        lines += [section.title, section_text]
    text = "\n".join([*lines, *report.closing])
    figures: list[Figure] = []
    for place, value in report.figures:
        figure_text = ""
        if value is not None:
            figure_text = str(value)
        figures.append(Figure(*place, value, figure_text))
    reading = Reading(
        title=report.title,
        report_year=report.year,
        agency=Agency(
            report.agency,
            report.agency,
            None,
            None,
            "township",
            ({"basis": "title", "text": report.agency},),
        ),
        published_on=posting.listed_on.isoformat(),
        published_at=None,
        published_basis="label:发布时间",
        date_candidates=(),
        signed_on=report.signed_on,
        period=None,
        form=report.form,
        sections=tuple(sections),
        figures=tuple(figures),
        attachments=(),
        official=True,
        is_report=True,
        findings=(),
        text=text,
        content_sha256=hashlib.sha256(text.encode()).hexdigest(),
        reader_version="bench",
        charset="utf-8",
    )
    return search_index.prepare_reading(reading)  # as the processes that read do


def _iterate_lines(section: Section) -> Iterator[str]:
    yield from section.paragraphs
    for grid in section.grids:
        for row in grid:
            yield "\t".join(cell.text for cell in row)
