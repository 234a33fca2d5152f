"""The report year: of the title, else of the statistics period, else of the body.

Where the page names none, it is that of the list row which names the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding, Period
from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("report_year")

_MOST_YEARS = 3  # of a text, that an explanation names
_BODY_LENGTH = 8000  # squeezed characters in which a body names its year
_DISAGREEMENT = "report_year.disagreement"


@dataclass(frozen=True, slots=True)
class ReportYear:
    """The report year with its basis, `page` or `list`, its rule, and what contradicts it."""

    year: int | None
    basis: str | None
    findings: tuple[Finding, ...] = ()
    rule: str = "none"


class YearCandidate(NamedTuple):
    """A year, the place that names it, and the words of the page that do where they are few."""

    place: str
    year: int
    words: str = ""


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


def find_school_year(title: str | None, squeezed: str) -> Period | None:
    """Return the school year that a title names, else the beginning of a body, as a period.

    It is from 1 September to 31 August.
    """
    match = find_school_words(title, squeezed)
    if match is None:
        return None
    return Period(f"{match[1]}-09-01", f"{match[2]}-08-31")


def find_school_words(title: str | None, squeezed: str) -> re.Match[str] | None:
    """Return the words of a title, else of a body, that name a report on a school year."""
    for text in (squeeze(title or ""), squeezed[:_BODY_LENGTH]):
        match = _RULES.school_year.find(text)
        if match and int(match[2]) == int(match[1]) + 1:
            return match
    return None


def find_report_year(places: YearPlaces) -> ReportYear:
    """Return the report year; the findings tell of different ones."""
    title_year = titles.extract_year(places.title or "")
    period_year = _extract_period_year(places.period)
    findings = []
    if title_year and period_year and title_year != period_year:
        findings.append(_disagree("title", title_year, "period", period_year))
    if places.period and _is_over_years(places.period):
        findings.append(_tell_school_year(places.period))
    page_year = next(iterate_page_years(places), None)
    if page_year is None:
        return _choose_by_row(_select_prose(places.squeezed), places.row_year)
    row_year = places.row_year
    if places.is_row_shown and row_year and row_year != page_year.year:
        findings.append(_disagree("list", row_year, "page", page_year.year))
    return ReportYear(page_year.year, "page", tuple(findings), page_year.place)


def iterate_page_years(places: YearPlaces) -> Iterator[YearCandidate]:
    """Yield the years that the page names as its own, the most trusted first."""
    title_year = titles.extract_year(places.title or "")
    if title_year:
        yield YearCandidate("title", title_year, places.title or "")
    period_year = _extract_period_year(places.period)
    if period_year:
        yield YearCandidate("period", period_year, f"{period_year}年1月1日")
    disclosure = _find_year_of_disclosure(_select_prose(places.squeezed))
    if disclosure:
        yield disclosure


def list_other_years(places: YearPlaces) -> list[YearCandidate]:
    """Return what counts where the page names no year as its own: the row, the text at large."""
    candidates: list[YearCandidate] = []
    if places.row_year:
        candidates.append(YearCandidate("row", places.row_year))
    years = _count_years(_select_prose(places.squeezed))
    for year, count in years.most_common(_MOST_YEARS):
        candidates.append(YearCandidate("most_frequent", year, f"{count} ×"))
    return candidates


def _disagree(place: str, year: int, other_place: str, other_year: int) -> Finding:
    parameters = {
        "place": place,
        "year": year,
        "other_place": other_place,
        "other_year": other_year,
    }
    return make_finding(
        _DISAGREEMENT,
        "warning",
        parameters,
        expected=str(year),
        found=str(other_year),
    )


def _choose_by_row(prose: str, row_year: int | None) -> ReportYear:
    """Return the year of a page that names none as its own.

    It is that of the row if the page speaks of that year, or of none; without a row the year
    that the page speaks of most.
    """
    years = _count_years(prose)
    if not years and row_year is None:
        return ReportYear(
            None,
            None,
        )
    if not years:
        return ReportYear(
            row_year,
            "list",
            rule="row",
        )
    most_frequent = years.most_common(1)[0][0]
    if row_year is None or row_year == most_frequent:
        return ReportYear(
            most_frequent,
            "page",
            rule="most_frequent",
        )
    if row_year in years:
        return ReportYear(
            row_year,
            "list",
            rule="row",
        )
    finding = _disagree("list", row_year, "page", most_frequent)
    return ReportYear(None, None, (finding,), "row_contradicted")


def _count_years(prose: str) -> Counter[int]:
    return Counter(map(int, _RULES.year.pattern.findall(prose)))


def _is_over_years(period: Period) -> bool:
    return (period.start or "")[:4] != (period.end or "")[:4]


def _tell_school_year(period: Period) -> Finding:
    return make_finding(
        "report_year.school_year", "info", {"start": period.start, "end": period.end}
    )


def _extract_period_year(period: Period | None) -> int | None:
    if period is None or not period.start:
        return None
    return int(period.start[:4])


def _select_prose(squeezed: str) -> str:
    """Return the beginning of a body without the titles and numbers of documents."""
    return _RULES.quotation.remove_from(squeezed[:_BODY_LENGTH])


def _find_year_of_disclosure(prose: str) -> YearCandidate | None:
    """Return the first year that stands in one sentence with 公开, else that of a closing day."""
    for match in _RULES.year_of_disclosure.find_all(prose):
        start, end = match.span()
        is_in_list = _RULES.list_word_before.find(prose, 0, start)
        if is_in_list and _RULES.report_word_behind.find(prose, end):
            continue  # the report of the year before, which the body published
        year = titles.parse_year(match[1])
        return YearCandidate("disclosure", year, match[0])
    closing_day = _RULES.closing_day.find(prose)
    if closing_day is None:
        return None
    return YearCandidate("closing_day", int(closing_day[1]), closing_day[0])
