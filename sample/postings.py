"""Where and when the reports are published: every page that the lists name, in state 1 and in
state 2.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone

from nianbao.sample import prose, reused_addresses
from nianbao.sample.agencies import (
    CARRIERS,
    GUCHENG,
    HUIBIAN,
    LANTING,
    LUCHA,
    SHIYI,
    SITES,
    XIXIA,
    Agency,
    Site,
    make_figures,
)
from nianbao.sample.originals import make_originals
from nianbao.sample.reports import Notice, Quirk, Report, compose_report
from nianbao.sample.unassigned import make_unassigned

Name = tuple[str | None, int | None]  # agency and report year

STATES = (1, 2)
CHINA = timezone(timedelta(hours=8))


def _local(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Posting:
    """One page named by a list: its address, its content and the dates that stand around it.

    Without content the address answers 404, or with a fault of the server (carriers.py).
    """

    site: Site
    path: str
    number: int  # the CMS's article id
    content: Report | Notice | None
    title: str
    source: str
    posted_at: datetime  # when the CMS filed it: the order of the list
    printed_at: datetime | None  # what the page's header says
    meta_at: datetime | None  # what PubDate says
    listed_on: date
    url_on: date | None
    column: str
    bare_date: bool = False  # the header prints the day alone, without a label

    @property
    def report(self) -> Report | None:
        """The report on this page, None for a page that is no report."""
        return self.content if isinstance(self.content, Report) else None


# ---- what sets single reports apart ---------------------------------------------------------------------

QUIRKS: Mapping[Name, Quirk] = {
    ("西霞县石桥镇人民政府", 2021): Quirk(
        misprints=((("g2021.requests", "refused_admin_query", "total"), 1),),
        violations=("req.result_sum_2021", "req.row_total"),
    ),
    ("兰汀市公安局", 2020): Quirk(
        misprints=((("g2019.review_litigation", "review", "total"), 1),),
        violations=("rl.group_total",),
    ),
    ("谷澄县柳湾镇人民政府", 2018): Quirk(
        misprints=(
            (("g2008.fujian", "applications_online", "year_value"), 2),
            (("g2008.fujian", "applications_online", "cumulative"), 2),
        ),
        violations=("fj.parts",),
    ),
    ("西霞县白塘镇人民政府", 2021): Quirk(form="g2019"),
    ("西霞县云岭乡人民政府", 2020): Quirk(signed=True),
    ("西霞县教育局", 2022): Quirk(numerals="full_width"),
    ("兰汀市财政局", 2021): Quirk(numerals="thousands"),
    ("兰汀市交通运输局", 2020): Quirk(numerals="signed"),
    ("谷澄县民政局", 2020): Quirk(numerals="dash"),
}
SECOND_QUIRKS: Mapping[Name, Quirk] = {
    ("西霞县沙溪镇人民政府", 2021): Quirk(
        remark="另补充说明：十一月增设的两处公示栏已投入使用。"
    ),
    ("谷澄县青石乡人民政府", 2019): Quirk(
        remark="经核对，全年张贴的纸质公告另有二十六份，未计入网站条数。"
    ),
    ("兰汀市教育局", 2021): Quirk(
        misprints=((("g2021.art20_6", "admin_penalty", "decisions_this_year"), 3),)
    ),
    ("西霞县财政局", 2022): Quirk(
        misprints=((("g2021.requests", "granted", "natural_person"), 1),),
        violations=("req.result_sum_2021", "req.row_total"),
    ),
    ("西霞县云岭乡人民政府", 2020): Quirk(signed=True, signed_earlier=1),
}
NEW: Name = ("西霞县石桥镇人民政府", 2024)
REMOVED: Name = ("谷澄县水利局", 2018)
RESTAMPED: Name = ("兰汀市卫生健康委员会", 2022)
MOVED: Name = ("兰汀市市场监督管理局", 2021)
LATE: Mapping[Name, datetime] = {
    NEW: _local(2025, 4, 8, 16, 20),
    ("芦岔县人民政府", 2024): _local(2025, 4, 2, 10, 5),
    ("芦岔县柳埠滩镇人民政府", 2024): _local(2025, 4, 9, 9, 40),
}

# dates on which the page's header, meta tag, list row and address do not agree
REPUBLISHED: Name = ("西霞县自然资源局", 2022)
LISTED_LATER: Name = ("兰汀市市场监督管理局", 2020)
FILED_EARLIER: Name = ("西霞县石桥镇人民政府", 2022)

SAME_SITE_COPIES: Mapping[Name, str] = {
    ("西霞县人民政府", 2022): "/zwgk/xzfbm/xxgknb",
    ("兰汀市教育局", 2020): "1229399",
}
CROSS_SITE_COPIES: tuple[Name, ...] = (
    ("西霞县沙溪镇人民政府", 2020),
    ("西霞县云岭乡人民政府", 2021),
)


def make_postings(seed: int, state: int) -> tuple[Posting, ...]:
    """Return every posting of the province in a state, the newest first on each site."""
    if state not in STATES:
        raise ValueError(f"the sample province has the states {STATES}, not {state}")
    quirks = dict(QUIRKS) | (dict(SECOND_QUIRKS) if state == 2 else {})
    postings = [*_own_postings(seed, quirks), *_notices(seed), *_originals()]
    postings += [*_copies(postings), *_unassigned(seed, state)]
    standing = (
        _second_state(postings)
        if state == 2
        else (p for p in postings if _name(p) != NEW)
    )
    return tuple(
        sorted(
            _readdress(standing, state),
            key=lambda posting: (posting.posted_at, posting.number),
            reverse=True,
        )
    )


def _own_postings(seed: int, quirks: Mapping[Name, Quirk]) -> Iterator[Posting]:
    for site in SITES.values():
        figures = make_figures(site, seed)
        number = FIRST_NUMBERS.get(site.id, 30140)
        for agency in site.agencies:
            for year in range(agency.first, agency.last + 1):
                number += STEPS.get(site.id, 17)
                at = _published_at(seed, agency, year)
                quirk = quirks.get((agency.name, year), Quirk())
                report = compose_report(
                    site,
                    agency,
                    year,
                    figures[agency.body][year],
                    at.date(),
                    quirk,
                    seed,
                )
                yield _post(site, report, at, number)


def _post(site: Site, content: Report | Notice, at: datetime, number: int) -> Posting:
    name = (content.agency, content.year) if isinstance(content, Report) else ("", 0)
    day = at.date()
    url_on = day - timedelta(days=1) if name == FILED_EARLIER else day
    has_meta = site is not GUCHENG
    column = main_column(site, content)
    return Posting(
        site=site,
        path=_county_path(site, content, url_on, number)
        if site.article
        else make_path(site, url_on, number, column if site is LANTING else None),
        number=number,
        content=content,
        title=content.title,
        source=_source(site, content, number),
        posted_at=at,
        printed_at=at,
        meta_at=_local(2024, 6, 18, 10, 30)
        if name == REPUBLISHED
        else at
        if has_meta
        else None,
        listed_on=day + timedelta(days=2) if name == LISTED_LATER else day,
        url_on=url_on if has_meta else None,
        column=column,
    )


FIRST_NUMBERS = {"xixia": 1239406, "lanting": 3310250, "gucheng": 117, "huibian": 500}
STEPS = {"xixia": 137, "lanting": 211, "gucheng": 3, "huibian": 1}
GOVERNMENT_COLUMN, BUREAU_COLUMN = "1229346", "1229344"


def make_path(site: Site, day: date, number: int, folder: str | None = None) -> str:
    """Return an article's address on its site, in the manner of the site's CMS."""
    if site is GUCHENG:
        return f"/zfxxgk/show.asp?id={number}"
    if site is LANTING:
        return f"/art/{day.year}/{day.month}/{day.day}/art_{folder or BUREAU_COLUMN}_{number}.html"
    folder = folder or ("/zwgk/zfxxgknb" if site is XIXIA else "/nb")
    return f"{folder}/{day:%Y%m}/t{day:%Y%m%d}_{number}.html"


def _county_path(site: Site, content: Report | Notice, day: date, number: int) -> str:
    """Return an article's address as the site's own shape has it; `place` is the agency's
    number on the site.
    """
    names = [agency.name for agency in site.agencies]
    agency = content.agency if isinstance(content, Report) else None
    place = names.index(agency) + 1 if agency in names else 0
    year = content.year if isinstance(content, Report) else day.year
    digest = hashlib.md5(
        f"{site.id}/{number}".encode(), usedforsecurity=False
    ).hexdigest()
    return (site.article or "").format(
        day=day, number=number, year=year, place=place, hex=digest
    )


def main_column(site: Site, content: Report | Notice) -> str:
    """Return the list a page stands in: Lanting keeps the city government's own reports apart."""
    own = isinstance(content, Report) and content.agency == site.name
    return (
        GOVERNMENT_COLUMN
        if site is LANTING and own
        else BUREAU_COLUMN
        if site is LANTING
        else "zfxxgknb"
    )


def _source(site: Site, content: Report | Notice, number: int) -> str:
    if isinstance(content, Notice) or number % 7 == 0:
        return "本站原创" if site is LANTING else f"{site.name}办公室"
    return content.agency or ""


def _published_at(seed: int, agency: Agency, year: int) -> datetime:
    rng = random.Random(f"{seed}/published/{agency.body}/{year}")
    day = date(year + 1, 1, 8) + timedelta(days=rng.randint(0, 64))
    day -= timedelta(days=max(0, day.weekday() - 4))
    at = datetime.combine(
        day, time(rng.randint(8, 17), rng.randint(0, 59)), tzinfo=CHINA
    )
    return LATE.get((agency.name, year), at)


def _readdress(postings: Iterable[Posting], state: int) -> Iterator[Posting]:
    """Yield the postings, Lucha's at the address at which the state shows them, if at any."""
    for posting in postings:
        if posting.site is not LUCHA:
            yield posting
            continue
        path = reused_addresses.find_path(_name(posting), state)
        if path:
            yield replace(posting, path=path, url_on=None)


def _unassigned(seed: int, state: int) -> Iterator[Posting]:
    for number, unassigned in enumerate(make_unassigned(seed, state), 700):
        posting = _post(SHIYI, unassigned.report, unassigned.posted_at, number)
        yield replace(posting, source="", url_on=None)


def _copies(postings: list[Posting]) -> Iterator[Posting]:
    for posting in postings:
        name = _name(posting)
        if name in SAME_SITE_COPIES:
            folder, number = SAME_SITE_COPIES[name], posting.number + 5
            path = make_path(posting.site, posting.posted_at.date(), number, folder)
            yield replace(posting, path=path, number=number)
        if name in CROSS_SITE_COPIES and posting.report:
            number = 60 + CROSS_SITE_COPIES.index(name)
            yield _post(
                GUCHENG, posting.report, posting.posted_at + timedelta(days=6), number
            )


def _second_state(postings: list[Posting]) -> Iterator[Posting]:
    for posting in postings:
        name = _name(posting)
        if name == REMOVED:
            continue
        if name == RESTAMPED:
            at = posting.posted_at + timedelta(days=20)
            yield replace(posting, printed_at=at, meta_at=at, listed_on=at.date())
        elif name == MOVED:
            number = posting.number + 77
            path = posting.path.replace(str(posting.number), str(number))
            yield replace(posting, path=path, number=number)
        else:
            yield posting


def _originals() -> Iterator[Posting]:
    for number, original in enumerate(make_originals(), FIRST_NUMBERS["huibian"]):
        at = original.posted_at
        posting = _post(HUIBIAN, original.report, at, number)
        printed_at = None if original.dated == "not" else at
        bare = original.dated == "bare"
        yield replace(
            posting,
            source=original.source,
            printed_at=printed_at,
            meta_at=None,
            bare_date=bare,
        )


def _name(posting: Posting) -> Name:
    return (posting.report.agency, posting.report.year) if posting.report else ("", 0)


def _notices(seed: int) -> Iterator[Posting]:
    for site, title, year, at, number in NOT_REPORTS:
        text = prose.write_notice(random.Random(f"{seed}/notice/{number}"), title, year)
        yield _post(site, Notice(title, text), at, number)
    for site, title, at, number in (DEAD_LINK, FAULTY_PAGE):
        yield replace(_post(site, Notice(title, ()), at, number), content=None)


NOT_REPORTS = (
    (
        XIXIA,
        "一图读懂西霞县2023年政府信息公开工作年度报告",
        2023,
        _local(2024, 3, 11, 10, 5),
        1250001,
    ),
    (
        LANTING,
        "关于做好2022年政府信息公开工作年度报告编制发布工作的通知",
        2022,
        _local(2022, 12, 19, 15, 40),
        3320001,
    ),
    (
        GUCHENG,
        "谷澄县人民政府网站工作年度报表（2019年度）",
        2019,
        _local(2020, 1, 20, 9, 0),
        41,
    ),
    (
        GUCHENG,
        "谷澄县2018年政府信息公开工作年度报告解读",
        2018,
        _local(2019, 3, 28, 11, 0),
        43,
    ),
)
DEAD_LINK = (
    XIXIA,
    "西霞县审计局2021年政府信息公开工作年度报告",
    _local(2022, 1, 25, 9, 30),
    1250003,
)
FAULTY_PAGE = (
    CARRIERS,
    "载梯县审计局2022年政府信息公开工作年度报告",
    _local(2023, 1, 29, 9, 30),
    31001,
)
