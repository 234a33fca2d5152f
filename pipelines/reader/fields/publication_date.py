"""The publication date: every candidate with its basis, and the one that is believed.

Order of trust: a label printed in the header or metadata table (发布时间, 发布日期, then 时间,
日期), a bare date in the header line below the title, meta PubDate, the date of the list row,
the date in the address. On 63 real pages the meta tag named another day than the printed label
14 times. Where it equals the stamp of page generation to the second it is no publication date
at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import DateCandidate, Finding
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.fields.date_places import (
    DatePlaces,
    PossibleDate,
    iter_dates,
)

DateVerdict: TypeAlias = Literal[
    "behind_year", "within_year", "before_year", "not_trusted", "refused"
]


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """The publication date, its instant when a time is printed, its basis, all candidates.

    `items` are the days of all places, `best` is the one of them that was chosen.
    """

    day: str | None
    instant: str | None
    basis: str | None
    candidates: tuple[DateCandidate, ...]
    findings: tuple[Finding, ...]
    items: Sequence[PossibleDate] = ()
    best: PossibleDate | None = None


def choose_publication_date(
    places: DatePlaces,
    *,
    report_year: int | None,
    today: date,
    is_report: bool = True,
) -> PublicationDate:
    """Choose the publication date among all that the page, its list row and its address name.

    Dates before the regulation and after `today` are refused. Of a page that is no report any
    other day will do, whatever year its text names.
    """
    possible: list[PossibleDate] = []
    findings: list[Finding] = []
    items = _remove_duplicates(iter_dates(places, report_year))
    for item in items:
        if _is_possible(item.stamp.day, today):
            possible.append(item)
        else:
            findings.append(_build_refusal(item))
    if not is_report:
        report_year = None
    candidates = tuple(map(_build_candidate, possible))
    best = _find_best(possible, report_year)
    if best is None:
        findings += _find_early_alone(possible, report_year)
        return PublicationDate(None, None, None, candidates, tuple(findings), items)
    if _is_early(best, report_year):
        findings.append(_build_early_finding(best, report_year))
    findings += _find_disagreement(possible, best)
    return PublicationDate(
        day=best.iso_day,
        instant=best.stamp.instant,
        basis=best.basis,
        candidates=candidates,
        findings=tuple(findings),
        items=items,
        best=best,
    )


def judge_date(item: PossibleDate, report_year: int | None, today: date) -> DateVerdict:
    """Tell what a day is worth: one behind the report's year first, one within it second."""
    if not _is_possible(item.stamp.day, today):
        return "refused"
    return _judge_possible(item, report_year)


def _judge_possible(item: PossibleDate, report_year: int | None) -> DateVerdict:
    if not item.is_trusted:
        return "not_trusted"
    if _is_before_year(item, report_year):
        return "before_year"
    return "within_year" if _is_early(item, report_year) else "behind_year"


def _find_best(
    possible: Iterable[PossibleDate], report_year: int | None
) -> PossibleDate | None:
    """Return the first trusted date behind the report's year, else the first within it.

    A report is not published before its year begins.
    """
    within_year: PossibleDate | None = None
    for item in possible:
        verdict = _judge_possible(item, report_year)
        if verdict == "behind_year":
            return item
        if verdict == "within_year":
            within_year = within_year or item
    return within_year


def _is_before_year(item: PossibleDate, report_year: int | None) -> bool:
    return report_year is not None and item.stamp.day.year < report_year


def _is_early(item: PossibleDate, report_year: int | None) -> bool:
    """Tell whether a day lies before the end of the report's year."""
    return report_year is not None and item.stamp.day.year <= report_year


def _find_early_alone(
    possible: Iterable[PossibleDate], report_year: int | None
) -> Iterator[Finding]:
    """Yield a finding when the page has no day but one before the report's year."""
    for item in possible:
        if item.is_trusted and _is_before_year(item, report_year):
            yield _build_early_finding(item, report_year)
            return


def _build_early_finding(item: PossibleDate, report_year: int | None) -> Finding:
    parameters = {
        "basis": item.basis,
        "day": item.iso_day,
        "year": report_year,
    }
    return make_finding(
        "published_on.too_early", "warning", parameters, found=item.iso_day
    )


def _build_candidate(item: PossibleDate) -> DateCandidate:
    return DateCandidate(item.basis, item.iso_day, item.stamp.text)


def _is_possible(day: date, today: date) -> bool:
    return day.year >= dates.FIRST_YEAR and day <= today


def _remove_duplicates(items: Iterable[PossibleDate]) -> list[PossibleDate]:
    """Return each date once for each basis.

    A header line whose date stands behind a label counts by its label alone.
    """
    unique: dict[tuple[str, str], PossibleDate] = {}
    label_texts: set[str] = set()
    for item in items:
        key = (item.basis, item.stamp.text)
        unique.setdefault(key, item)
        if item.basis.startswith("label:"):
            label_texts.add(item.stamp.text)
    return [
        item
        for item in unique.values()
        if item.basis != "header" or item.stamp.text not in label_texts
    ]


def _build_refusal(item: PossibleDate) -> Finding:
    parameters = {
        "basis": item.basis,
        "text": item.stamp.text,
        "first_year": dates.FIRST_YEAR,
    }
    return make_finding(
        "published_on.refused", "warning", parameters, found=item.iso_day
    )


def _find_disagreement(
    possible: Sequence[PossibleDate],
    best: PossibleDate,
) -> Iterator[Finding]:
    """Yield a finding when other places name another day than the best one."""
    other_days: dict[str, str] = {}
    for item in possible:
        if item.stamp.day != best.stamp.day:
            other_days[item.basis] = item.iso_day
    if other_days:
        parts = [f"{basis} {day}" for basis, day in other_days.items()]
        others = [{"basis": basis, "day": day} for basis, day in other_days.items()]
        yield make_finding(
            "published_on.disagreement",
            "warning",
            {"basis": best.basis, "day": best.iso_day, "others": others},
            expected=best.iso_day,
            found=", ".join(parts),
        )
