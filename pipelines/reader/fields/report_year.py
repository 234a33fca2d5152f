"""The report year: of the title, else of the statistics period, else of the body.

Where the page names none, it is that of the list row which names the page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nianbao.archive.records import Finding, Period
from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("report_year")

_BODY_LENGTH = 8000  # squeezed characters in which a body names its year
_DISAGREEMENT = "report_year.disagreement"


@dataclass(frozen=True, slots=True)
class ReportYear:
    """The report year with its basis, `page` or `list`, and what contradicts it."""

    year: int | None
    basis: str | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class YearPlaces:
    """What can name the report year.

    `title` is the page's own, `squeezed` the squeezed body, `row_year` the year of the list
    row. `is_row_shown` says that the row's title is shown as that of the page.
    """

    title: str | None
    period: Period | None
    squeezed: str
    row_year: int | None = None
    is_row_shown: bool = False


def find_report_year(places: YearPlaces) -> ReportYear:
    """Return the report year; the findings tell of different ones."""
    title_year = titles.extract_year(places.title or "")
    period_year = _extract_period_year(places.period)
    findings = []
    if title_year and period_year and title_year != period_year:
        findings.append(
            _disagree("the title", title_year, "the statistics period", period_year)
        )
    prose = _select_prose(places.squeezed)
    page_year = title_year or period_year or _find_year_of_disclosure(prose)
    if page_year is None:
        return _choose_by_row(prose, places.row_year)
    row_year = places.row_year
    if places.is_row_shown and row_year and row_year != page_year:
        findings.append(_disagree("the list", row_year, "the page", page_year))
    return ReportYear(page_year, "page", tuple(findings))


def _disagree(place: str, year: int, other_place: str, other_year: int) -> Finding:
    return Finding(
        _DISAGREEMENT,
        "warning",
        f"{place} says {year}, {other_place} {other_year}",
        expected=str(year),
        found=str(other_year),
    )


def _choose_by_row(prose: str, row_year: int | None) -> ReportYear:
    """Return the year of a page that names none as its own.

    It is that of the row if the page speaks of that year, or of none; without a row the year
    that the page speaks of most.
    """
    years = Counter(map(int, _RULES.year.pattern.findall(prose)))
    if not years:
        return ReportYear(row_year, "list" if row_year else None)
    most_frequent = years.most_common(1)[0][0]
    if row_year is None or row_year == most_frequent:
        return ReportYear(most_frequent, "page")
    if row_year in years:
        return ReportYear(row_year, "list")
    finding = _disagree("the list", row_year, "the page", most_frequent)
    return ReportYear(None, None, (finding,))


def _extract_period_year(period: Period | None) -> int | None:
    if period is None or not period.start:
        return None
    return int(period.start[:4])


def _select_prose(squeezed: str) -> str:
    """Return the beginning of a body without the titles and numbers of documents."""
    return _RULES.quotation.remove_from(squeezed[:_BODY_LENGTH])


def _find_year_of_disclosure(prose: str) -> int | None:
    """Return the first year that stands in one sentence with 公开."""
    for match in _RULES.year_of_disclosure.find_all(prose):
        start, end = match.span()
        is_in_list = _RULES.list_word_before.find(prose, 0, start)
        if is_in_list and _RULES.report_word_behind.find(prose, end):
            continue  # the report of the year before, which the body published
        return titles.parse_year(match[1])
    closing_day = _RULES.closing_day.find(prose)
    if closing_day is None:
        return None
    return int(closing_day[1])
