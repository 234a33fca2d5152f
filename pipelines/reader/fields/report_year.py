"""The report year: of the title, else of the statistics period, else of the body."""

from __future__ import annotations

from collections import Counter

from nianbao.archive.records import Finding, Period
from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("report_year")

_BODY_LENGTH = 8000  # squeezed characters in which a body names its year


def find_report_year(
    title: str | None,
    period: Period | None,
    squeezed: str,
) -> tuple[int | None, list[Finding]]:
    """Return the report year, and a finding when title and period name different ones."""
    title_year = titles.extract_year(title or "")
    period_year = _extract_period_year(period)
    if title_year is None:
        return period_year or _find_year_in_body(squeezed), []
    if period_year and title_year != period_year:
        finding = Finding(
            "report_year.disagreement",
            "warning",
            f"the title says {title_year}, the statistics period {period_year}",
            expected=str(title_year),
            found=str(period_year),
        )
        return title_year, [finding]
    return title_year, []


def _extract_period_year(period: Period | None) -> int | None:
    if period is None or not period.start:
        return None
    return int(period.start[:4])


def _find_year_in_body(squeezed: str) -> int | None:
    """Return the year that the prose speaks of: the first beside 公开, else the most frequent."""
    beginning = squeezed[:_BODY_LENGTH]
    prose = _RULES.quotation.remove_from(beginning)
    for match in _RULES.year_of_disclosure.find_all(prose):
        start, end = match.span()
        is_in_list = _RULES.list_word_before.find(prose, 0, start)
        if is_in_list and _RULES.report_word_behind.find(prose, end):
            continue  # the report of the year before, which the body published
        return titles.parse_year(match[1])
    years = Counter(_RULES.year.pattern.findall(prose))
    if not years:
        return None
    return int(years.most_common(1)[0][0])
