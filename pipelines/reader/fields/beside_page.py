"""What stands beside a page: the row of the list, its column, the name of the site.

It is evidence where the page itself names no body or no year, and only where it leaves no doubt.
The year is that of the row alone: a column can be of the years in which reports came out. Bodies
that contradict each other are no evidence. The patterns are rules, in rules/beside_page.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nianbao.archive.records import Agency, Hints
from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.fields.agencies import is_fuller_name
from nianbao.pipelines.reader.fields.agency_names import (
    clean_name,
    extract_title_agency,
    is_agency,
    is_media_centre,
)
from nianbao.pipelines.reader.fields.agency_sources import AgencyCandidate
from nianbao.pipelines.reader.payload.normal_form import is_traditional, squeeze
from nianbao.pipelines.reader.regions import resolve
from nianbao.pipelines.reader.regions.site_context import fold_name
from nianbao.pipelines.reader.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

_RULES = load_rules("beside_page")

_TOPIC = "政府信息公开工作"
BASES = ("list", "column", "site")
_SENTENCES = (
    "preamble",
    "compiler",
    "body",
    "sentence",
    "contact",
    "rules",
    "website",
)  # bases of names in running text


@lru_cache(maxsize=1024)
def find_row_year(row_title: str | None, column: str | None) -> int | None:
    """Return the one year that the row names in the title of a report."""
    title = _complete_row_title(row_title, column)
    if title is None:
        return None
    years = titles.list_years(_RULES.day.remove_from(squeeze(title)))
    if len(years) != 1:
        return None
    return years.pop()


def add_agency_beside(agency: Agency, hints: Hints, report_year: int | None) -> Agency:
    """Return the agency of a page, with the body that stands beside it if the page names none.

    The row goes before the column, the column before the site. Every body that stands there is
    a candidate; the agency is one of them only if none contradicts another. The agency of a
    sentence that is nowhere to be found is none either, where the row names one that is.
    """
    beside = list(_collect_agencies(hints))
    if not beside:
        return agency
    if agency.printed is not None:
        if not _is_outweighed(agency, beside[0], hints, report_year):
            return agency
        return replace(_add_candidates(agency, beside[:1]), printed=None, basis=None)
    agency = _add_candidates(agency, beside)
    if not _do_agree(beside, hints, report_year):
        return agency
    first = beside[0]
    return replace(agency, printed=first.name, basis=first.basis)


def _add_candidates(agency: Agency, beside: Sequence[AgencyCandidate]) -> Agency:
    candidates = [{"basis": basis, "text": name} for basis, name in beside]
    return replace(agency, candidates=(*agency.candidates, *candidates))


def _is_outweighed(
    agency: Agency, row: AgencyCandidate, hints: Hints, report_year: int | None
) -> bool:
    """Tell whether the page's agency may be no name at all: 由县委和政府… gives 和政府.

    It stands in a sentence alone and is in no list of divisions; the row's is in one.
    """
    name = agency.printed
    if name is None or row.basis != "list":
        return False
    if _is_printed_apart(agency) or _is_same_body(name, row.name, hints, report_year):
        return False
    if _resolve_name(name, hints, report_year) is not None:
        return False
    return _resolve_name(row.name, hints, report_year) is not None


def _is_printed_apart(agency: Agency) -> bool:
    """Tell whether the agency stands in another place of the page than a sentence."""
    return any(
        candidate["text"] == agency.printed and candidate["basis"] not in _SENTENCES
        for candidate in agency.candidates
    )


def _collect_agencies(hints: Hints) -> Iterator[AgencyCandidate]:
    """Yield the bodies that row, column and site name beyond doubt."""
    row_agency = _find_row_agency(hints.list_title, hints.column)
    if row_agency:
        yield AgencyCandidate("list", row_agency)
    column_agency = find_column_agency(hints.column or "")
    if column_agency:
        yield AgencyCandidate("column", column_agency)
    site_agency = find_site_agency(hints.site_name or "")
    if site_agency and not _RULES.several_bodies.find(squeeze(hints.column or "")):
        yield AgencyCandidate("site", site_agency)


def _complete_row_title(row_title: str | None, column: str | None) -> str | None:
    """Return the title of a row that names a report; its topic can be that of the column."""
    if not row_title:
        return None
    if titles.names_report(row_title):
        return row_title
    if not column or not _RULES.topic.find(squeeze(column)):
        return None
    title = fold_name(row_title)
    report_word = _RULES.annual_report.find(title)
    if report_word is None or titles.names_other_document(title):
        return None
    return title[: report_word.start()] + _TOPIC + title[report_word.start() :]


@lru_cache(maxsize=1024)
def _find_row_agency(row_title: str | None, column: str | None) -> str | None:
    title = _complete_row_title(row_title, column)
    if title is None:
        return None
    name = _clean(extract_title_agency(title))
    if _RULES.two_bodies.find(name):
        return None
    if not is_agency(name) and not is_media_centre(name):
        return None
    return name


@lru_cache(maxsize=1024)
def find_column_agency(column: str) -> str | None:
    """Return the body that a column is named after, alone or before 年报."""
    title = _complete_row_title(column, _TOPIC)
    name = extract_title_agency(title) if title else fold_name(column)
    name = _clean(_RULES.words_of_column.remove_from(name))
    body = _RULES.inner_office.remove_from(name)
    if _is_body_of_column(body):
        return body
    return name if _is_body_of_column(name) else None


def _is_body_of_column(name: str) -> bool:
    return _is_single_body(name) and _RULES.body_of_column.find(name) is not None


@lru_cache(maxsize=1024)
def find_site_agency(site_name: str) -> str | None:
    """Return the body that a site is named after, if it publishes its own reports alone."""
    name = _clean(_RULES.words_of_site.remove_from(fold_name(site_name)))
    if not _is_single_body(name) or not _RULES.body_of_site.find(name):
        return None
    return name


def _is_single_body(name: str) -> bool:
    """Tell whether a name is that of one body which publishes no others' reports."""
    for rule in (_RULES.two_bodies, _RULES.several_bodies, _RULES.portal):
        if rule.find(name):
            return False
    return is_agency(name)


def _clean(name: str) -> str:
    return clean_name(name, traditional=is_traditional(name))


def _do_agree(
    candidates: Sequence[AgencyCandidate], hints: Hints, report_year: int | None
) -> bool:
    """Tell whether all candidates are names of one body."""
    first = candidates[0].name
    return all(
        _is_same_body(first, other.name, hints, report_year) for other in candidates[1:]
    )


def _is_same_body(
    name: str, other_name: str, hints: Hints, report_year: int | None
) -> bool:
    if name == other_name:
        return True
    if is_fuller_name(name, other_name) or is_fuller_name(other_name, name):
        return True
    full_name = _resolve_name(name, hints, report_year)
    if full_name is None:
        return False
    return full_name == _resolve_name(other_name, hints, report_year)


def _resolve_name(name: str, hints: Hints, report_year: int | None) -> str | None:
    resolution = resolve.resolve_agency(
        name,
        report_year=report_year,
        context_region=hints.region,
        context_code=hints.region_code,
    )
    return resolution.name
