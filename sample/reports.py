"""A report's content: what is the same wherever and whenever the page is fetched."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nianbao.sample import prose
from nianbao.sample.agencies import Agency, Site
from nianbao.sample.figures import Figures, Key, Value, on_form
from nianbao.sample.tables import (
    Grid,
    lay_article_20,
    lay_article_20_apart,
    lay_disputes,
    lay_fujian,
    lay_requests,
    reword,
    write_figures,
)

Number = int | float | None  # None: the cell does not state a number


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its title as printed, its paragraphs, its tables."""

    title: str
    paragraphs: tuple[str, ...]
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The content of a report page, and what a reader should make of it.

    Agency and year are None where the page does not name them. `seat` is that of the agency.
    """

    agency: str | None
    year: int | None
    title: str
    form: str
    markup: str  # word, plain, lines
    titled: bool  # the body repeats the title
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]  # signature lines, as printed
    signed_on: str | None
    figures: tuple[tuple[Key, Number], ...]
    violations: tuple[str, ...] = ()
    ragged: bool = False
    seat: str = ""

    @property
    def body(self) -> str | None:
        """What no other agency of the province is called, None where the page names none."""
        return f"{self.seat}/{self.agency}" if self.seat else self.agency

    @property
    def is_assigned(self) -> bool:
        """Whether the page says whose report it is, and of which year."""
        return self.agency is not None and self.year is not None


@dataclass(frozen=True, slots=True)
class Notice:
    """A page that stands in the lists and is no report."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quirk:
    """What sets a report apart from what its year and site would make it."""

    form: str | None = None
    numerals: str = "plain"
    misprints: tuple[tuple[Key, int], ...] = ()  # cells and what is added to them
    violations: tuple[
        str, ...
    ] = ()  # the constraints that fail because of the misprints
    remark: str | None = None  # a paragraph added to the first section
    signed: bool = False  # certainly; otherwise four in five are
    signed_earlier: int = 0  # days


FORMS = {
    2016: "g2008_local",
    2017: "g2008_local",
    2018: "g2008_local",
    2019: "g2019",
    2020: "g2019",
}
NOTICES = {
    "g2019": "国办公开办函〔2019〕60号文件",
    "g2021": "国办公开办函〔2021〕30号文件",
}
TITLES = (
    "{agency}{year}年政府信息公开工作年度报告",
    "{agency}{year}年政府信息公开工作年度报告",
    "{agency}{year}年度政府信息公开工作年度报告",
    "{year}年{agency}政府信息公开工作年度报告",
    "{agency}{year}年政府信息公开年度报告",
)
WORDINGS: tuple[Mapping[str, str], ...] = (
    {},
    {
        "社会公益组织": "社会组织",
        "2.其他法律行政法规禁止公开": "2.其他法律法规禁止公开",
    },
    {
        "规章": "规\u00a0\u00a0\u00a0\u00a0章",
        "商业企业": "商业\n企业",
        "科研机构": "科研\n机构",
    },
    {
        "总计": "合计",
        "规范性文件": "规范性文件（本单位制发的）",
        "1.信访举报投诉类申请": "1.信访投诉举报类申请",
        "行政复议": "行政复议\n（因政府信息公开被行政复议）",
    },
)
OUTLINE = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
DIGITS = "〇一二三四五六七八九"


def form_of(year: int) -> str:
    """Return the form in force for a report year."""
    return FORMS.get(year, "g2021")


def compose_report(
    site: Site,
    agency: Agency,
    year: int,
    figures: Figures,
    published_on: date,
    quirk: Quirk,
    seed: int,
) -> Report:
    """Return the report that `agency` writes on `year`; all that varies comes from `seed` and
    `quirk`.
    """
    rng = random.Random(f"{seed}/report/{agency.body}/{year}")
    form = quirk.form or form_of(year)
    facts = _facts(site, agency, year, figures, form, rng)
    printed = on_form(figures, form)
    title = rng.choice(TITLES).format(agency=agency.name, year=year)
    markup, wording, apart = (
        rng.choice(site.markups),
        rng.choice(WORDINGS),
        rng.random() < 0.4,
    )
    for key, added in quirk.misprints:
        printed[key] += added
    sections = (
        _local_sections(rng, facts, printed, quirk) if form == "g2008_local" else ()
    )
    sections = sections or _national_sections(
        rng, facts, form, printed, quirk, wording, apart=apart
    )
    if quirk.remark:
        first = sections[0]
        sections = (
            Section(first.title, (*first.paragraphs, quirk.remark), first.grids),
            *sections[1:],
        )
    signed_on = published_on - timedelta(days=rng.randint(1, 5) + quirk.signed_earlier)
    date_text = (
        _chinese_date(signed_on) if rng.random() < 0.15 else _plain_date(signed_on)
    )
    signed = rng.random() < 0.8 or quirk.signed
    return Report(
        agency=agency.name,
        year=year,
        title=title,
        form=form,
        markup=markup,
        titled=rng.random() < 0.5,
        opening=prose.write_preamble(facts, NOTICES[form]) if form in NOTICES else (),
        sections=sections,
        closing=(agency.name, date_text) if signed else (),
        signed_on=signed_on.isoformat() if signed else None,
        figures=tuple(
            (key, _stated(value, quirk.numerals)) for key, value in printed.items()
        ),
        violations=quirk.violations,
        seat=agency.seat,
    )


def _facts(
    site: Site,
    agency: Agency,
    year: int,
    figures: Figures,
    form: str,
    rng: random.Random,
) -> prose.Facts:
    if form == "g2008_local":
        local = {
            row: int(figures["g2008.fujian", row, "year_value"])
            for row in ("applications", "reviews")
        }
        items = int(figures["g2008.fujian", "documents_disclosed", "year_value"])
        return prose.Facts(
            agency.name,
            site.name,
            year,
            items,
            local["applications"],
            0,
            local["reviews"],
        )
    requests, disputes = f"{form}.requests", f"{form}.review_litigation"
    return prose.Facts(
        agency.name,
        site.name,
        year,
        items=rng.randint(60, 400),
        requests=int(figures[requests, "new_received", "total"]),
        carried_out=int(figures[requests, "carried_out", "total"]),
        reviews=int(figures[disputes, "review", "total"]),
    )


def _local_sections(
    rng: random.Random, facts: prose.Facts, printed: Mapping[Key, Value], quirk: Quirk
) -> tuple[Section, ...]:
    grid = lay_fujian(
        facts.year, write_figures(printed, quirk.numerals), units=rng.random() < 0.5
    )
    *texts, (title, paragraphs) = prose.write_local_sections(rng, facts)
    caption = f"{facts.year}年度公开信息统计表"
    return (
        *(Section(*text) for text in texts),
        Section(title, (*paragraphs, caption), (grid,)),
    )


def _national_sections(
    rng: random.Random,
    facts: prose.Facts,
    form: str,
    printed: Mapping[Key, Value],
    quirk: Quirk,
    wording: Mapping[str, str],
    *,
    apart: bool,
) -> tuple[Section, ...]:
    write = write_figures(printed, quirk.numerals)
    article_20 = (
        lay_article_20_apart(form, write) if apart else (lay_article_20(form, write),)
    )
    parts: tuple[tuple[tuple[str, ...], tuple[Grid, ...]], ...] = (
        (prose.write_overview(rng, facts), ()),
        ((), article_20),
        ((), (lay_requests(form, write),)),
        ((), (lay_disputes(form, write),)),
        (prose.write_problems(rng, facts), ()),
        (prose.write_others(rng, facts), ()),
    )
    return tuple(
        Section(
            f"{number}、{title}",
            paragraphs,
            tuple(reword(grid, wording) for grid in grids),
        )
        for number, title, (paragraphs, grids) in zip(
            prose.NUMERALS, OUTLINE, parts, strict=False
        )
    )


def _stated(value: Value, numerals: str) -> Number:
    if isinstance(value, int):
        return None if numerals == "dash" and value == 0 else value
    return float(value) if value else 0


def _plain_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _chinese_date(day: date) -> str:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_tens(day.month)}月{_tens(day.day)}日"


def _tens(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十") + (
        DIGITS[ones] if ones else ""
    )
