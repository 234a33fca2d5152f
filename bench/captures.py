"""Captures and readings for measuring the archive, made one at a time and equal whenever they
are made.

Report pages of many sites in the four templates of the sample province, each agency's for six
years. Besides what the sample prints, a page has 1,000 characters of its own. They are words by
chance, as frequent as words are, and compress worse than real prose: gzip leaves 1.2 bytes a
character, a dictionary of other pages' text
0.8; of 38 real excerpts it was 1.2 and 0.5, measured 2026-11.
"""

from __future__ import annotations

import hashlib
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
BEGAN = datetime(2026, 1, 12, 1, 0, tzinfo=UTC)
KINDS = tuple(agencies.SITES.values())
REMARKS = ("本报告已于发布后更正。", "本报告第二次更正，以本版为准。")
COUNTY, TOWN = "东西南北上下前后", "山水云石松竹梅兰荷桂"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as one visit found it, and what a reader would make of it."""

    capture: Capture
    reading: Reading
    answer: bytes  # the body that the server sent, or would have sent but for a 304


@dataclass(frozen=True, slots=True)
class Country:
    """Sites of so many pages in all."""

    pages: int
    sites: int = 16

    def site(self, number: int) -> ArchivedSite:
        """Return a site as the archive knows it."""
        kind = KINDS[number % len(KINDS)]
        return ArchivedSite(
            _host(number), _name(number), kind.id, _name(number)[:-4], None, 1, 1
        )

    def visits(self, number: int, visit: int, changed: int = 5) -> Iterator[Shown]:
        """Yield the pages of a site at the first, second, … visit; at each but the first one in
        `changed` is new.
        """
        made = _postings(number, self._share(number))
        for index in range(len(made)):
            revisions = sum(
                (index + 7 * earlier) % changed == 0 for earlier in range(2, visit + 1)
            )
            fresh = visit == 1 or (index + 7 * visit) % changed == 0
            yield _shown(number, made, index, visit, revisions, fresh=fresh)

    def _share(self, number: int) -> int:
        return self.pages // self.sites + (number < self.pages % self.sites)


def _host(number: int) -> str:
    return f"{KINDS[number % len(KINDS)].id}{number}"


def _name(number: int) -> str:
    return f"样例省{COUNTY[number % 8]}{TOWN[number // 8 % 10]}县人民政府"


@cache
def _postings(number: int, pages: int) -> tuple[postings.Posting, ...]:
    """Return what a site posts: the reports of as many townships as its pages need."""
    kind, dice = KINDS[number % len(KINDS)], random.Random(f"{SEED}/{number}")
    names = dict.fromkeys(
        f"{_name(number)[3:-4]}{''.join(dice.choices(_characters(), k=2))}镇"
        for _ in range(pages)
    )
    bodies = tuple(
        agencies.Agency(
            f"{name}人民政府", YEARS[0], YEARS[-1], dice.randint(1, 8), "township"
        )
        for name in list(names)[: -(-pages // len(YEARS))]
    )
    site = replace(
        kind, name=_name(number)[3:], markups=("word", "plain"), agencies=bodies
    )
    made = [_post(site, body, year) for body in bodies for year in YEARS]
    return tuple(made[:pages])


def _post(site: agencies.Site, body: agencies.Agency, year: int) -> postings.Posting:
    dice = random.Random(f"{SEED}/{body.name}/{year}")
    at = datetime(year + 1, 1, 8, 9, 30, tzinfo=postings.CHINA) + timedelta(
        minutes=dice.randrange(80_000)
    )
    report = compose_report(
        site, body, year, _figures(site, body.name)[year], at.date(), Quirk(), SEED
    )
    first, *others = report.sections
    longer = Section(first.title, (*first.paragraphs, *_own_prose(dice)), first.grids)
    report = replace(report, sections=(longer, *others))
    number = dice.randrange(10**6, 10**7)
    return postings.Posting(
        site=site,
        path=postings.make_path(site, at.date(), number),
        number=number,
        content=report,
        title=report.title,
        source=f"{site.name}办公室",
        posted_at=at,
        printed_at=at,
        meta_at=at,
        listed_on=at.date(),
        url_on=at.date(),
        column=postings.main_column(site, report),
    )


@cache
def _figures(site: agencies.Site, name: str) -> Series:
    alone = replace(
        site, agencies=tuple(body for body in site.agencies if body.name == name)
    )
    return agencies.make_figures(alone, SEED)[name]


@cache
def _characters() -> str:
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
def _lexicon() -> tuple[tuple[str, ...], tuple[float, ...]]:
    dice = random.Random(SEED)
    words = tuple(
        "".join(dice.choices(_characters(), k=dice.choice((1, 2, 2, 2, 3, 4))))
        for _ in range(WORDS)
    )
    return words, tuple(1 / rank**1.2 for rank in range(1, WORDS + 1))


def _own_prose(dice: random.Random) -> Iterator[str]:
    """Yield paragraphs of OWN characters in all."""
    words, weights = _lexicon()
    text = ""
    while len(text) < OWN:
        text += "".join(dice.choices(words, weights, k=7)) + dice.choice("，，；。")
    for start in range(0, OWN, 200):
        yield text[start : start + 200]


def _shown(
    number: int,
    made: tuple[postings.Posting, ...],
    index: int,
    visit: int,
    revisions: int,
    *,
    fresh: bool,
) -> Shown:
    posting = made[index]
    report = posting.report
    if report is None:
        raise TypeError("every posting here is a report")
    if revisions:
        first, *others = report.sections
        remark = Section(
            first.title, (*first.paragraphs, REMARKS[revisions % 2]), first.grids
        )
        report = replace(report, sections=(remark, *others))
    around = (
        *made[max(0, index - 2) : index],
        replace(posting, content=report),
        *made[index + 1 : index + 3],
    )
    page = Printer(2 if revisions else 1, 80).print_article(around, min(index, 2))
    at = BEGAN + timedelta(days=30 * visit, seconds=index)
    url = f"http://www.{_host(number)}.gov.cn{posting.path}"
    unchanged = not fresh and bool(page.etag or page.last_modified)
    capture = Capture(
        site=_host(number),
        url=url,
        role="report",
        outcome="not_modified" if unchanged else "fetched",
        visited_at=utc_text(at + timedelta(milliseconds=index % 1000)),
        status=304 if unchanged else 200,
        headers=_headers(page, at, unchanged=unchanged),
        payload=None if unchanged else page.body,
        payload_sha256=hashlib.sha256(page.body).hexdigest() if unchanged else None,
        hints=Hints(
            list_title=posting.title,
            list_date=posting.listed_on.isoformat(),
            column="政府信息公开年报",
            content_type=page.content_type,
            region=_name(number)[:-4],
        ),
    )
    return Shown(capture, _read(report, posting), page.body)


def _headers(
    page: Page, at: datetime, *, unchanged: bool
) -> tuple[tuple[str, str], ...]:
    """Return what a server behind nginx sends with a page, or with a 304."""
    length = str(len(page.body))
    values = {
        "Server": "nginx/1.20.1",
        "Date": format_datetime(at + timedelta(seconds=1), usegmt=True),
        "Content-Type": None if unchanged else page.content_type,
        "Content-Length": None if unchanged else length,
        "Last-Modified": page.last_modified,
        "Connection": "keep-alive",
        "Vary": "Accept-Encoding",
        "ETag": page.etag,
        "X-Frame-Options": "SAMEORIGIN",
        "X-XSS-Protection": "1; mode=block",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": None if unchanged else "bytes",
    }
    return tuple((name, value) for name, value in values.items() if value is not None)


def _read(report: Report, posting: postings.Posting) -> Reading:
    """Return what the reader makes of a page, put together from what it was made of."""
    sections = tuple(
        ReadSection(None, one.title, "\n".join(_lines(one))) for one in report.sections
    )
    text = "\n".join(part for one in sections for part in (one.title, one.text))
    text = "\n".join([report.title, *report.opening, text, *report.closing])
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
        sections=sections,
        figures=tuple(
            Figure(*place, value, "" if value is None else str(value))
            for place, value in report.figures
        ),
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


def _lines(section: Section) -> Iterator[str]:
    yield from section.paragraphs
    for grid in section.grids:
        for row in grid:
            yield "\t".join(cell.text for cell in row)
