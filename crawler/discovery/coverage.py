"""Coverage: whose reports a column has, by its name, the titles of its rows and the way to it.

A column of one body is not the government's, and a government with nothing else is not covered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from nianbao.pipelines.reader.fields.agency_names import extract_title_agency
from nianbao.pipelines.reader.fields.beside_page import (
    find_column_agency,
    find_site_agency,
)
from nianbao.pipelines.reader.fields.titles import names_report
from nianbao.pipelines.reader.regions.resolve import resolve_agency
from nianbao.spiders.discovery.bodies import (
    BodyKind,
    find_kind,
    find_kinds_of_name,
    find_single_bodies,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nianbao.archive.raw.discoveries import Coverage
    from nianbao.spiders.catalogue import Site, SiteEntry

COVERAGE: dict[BodyKind, Coverage] = {
    "government": "government",
    "department": "departments",
    "township": "townships",
}
GOVERNMENT = re.compile("(?:政府|管委会|管理委员会)(?:办公[室厅])?$")
CUT_BEHIND_YEAR = re.compile(r"((?:19|20)\d\d)[^\d.…]{0,12}(?:…|\.{2,})$")
FEWEST_TITLES = 2  # that name the same body before a column is taken for that body's


class ColumnCoverage(NamedTuple):
    """Whose reports a column has; `body` is the one, where it is one body only."""

    covers: Coverage
    body: str | None = None


def judge_column(
    name: str,
    titles: Iterable[str],
    crumbs: str,
    region: str | None,
    code: str | None,
) -> ColumnCoverage:
    """Return whose reports a column of a government's site has.

    `titles` are those of its rows, `crumbs` is the way to it as its page prints it; `region` and
    `code` are the government's division.
    """
    body = find_column_agency(name)
    if body is not None:
        kind = _find_kind(body, region, code)
        if kind != "government":
            return ColumnCoverage("one_body", body)
    kinds = find_kinds_of_name(name)
    if kinds:
        return _cover_kinds(kinds)
    whole_titles = map(_complete_title, titles)
    report_titles = [title for title in whole_titles if names_report(title)]
    bodies_on_way = find_single_bodies(crumbs)
    if bodies_on_way and not any(map(extract_title_agency, report_titles)):
        return ColumnCoverage("one_body", bodies_on_way[-1])
    return _judge_titles(
        report_titles,
        region,
        code,
    )


def _cover_kinds(kinds: Collection[BodyKind]) -> ColumnCoverage:
    """Return the coverage of a column that has bodies of these kinds, one at least."""
    if len(kinds) > 1:
        return ColumnCoverage("all")
    (kind,) = kinds
    return ColumnCoverage(COVERAGE[kind])


def _complete_title(title: str) -> str:
    """Return a title that is cut off behind its year as it goes on."""
    cut = CUT_BEHIND_YEAR.search(title)
    if cut is None:
        return title
    return f"{title[: cut.start()]}{cut[1]}年政府信息公开工作年度报告"


def _judge_titles(
    titles: list[str], region: str | None, code: str | None
) -> ColumnCoverage:
    """Return whose reports rows with these titles are.

    Beside titles that name a body, one that names none is the site's. It is not known where none
    names any, nor where a single title names another body than the government: it may be one of
    many.
    """
    bodies: dict[BodyKind, set[str]] = defaultdict(set)
    for title in titles:
        body = extract_title_agency(title)
        kind: BodyKind = "government"
        if body:
            kind = _find_kind(body, region, code)
        bodies[kind].add(body)
    names = set().union(*bodies.values())
    if not any(names):
        return ColumnCoverage("unknown")
    if len(names) > 1 or "government" in bodies:
        return _cover_kinds(bodies)
    if len(titles) < FEWEST_TITLES:
        return ColumnCoverage("unknown")
    return ColumnCoverage("one_body", names.pop())


def is_of_one_body(site: Site) -> bool:
    """Tell whether a site file is for one body each, or for a township: by what it states of its
    columns, by its name, or by the names of its columns.
    """
    if find_site_agency(site.name) or find_kind(site.name) == "township":
        return True
    region = site.region.name if site.region else None
    code = site.region.code if site.region else None
    return all(
        _is_entry_of_one_body(
            entry,
            region,
            code,
        )
        for entry in site.entries
    )


def _is_entry_of_one_body(
    entry: SiteEntry, region: str | None, code: str | None
) -> bool:
    if entry.covers != "unknown":
        return entry.covers == "one_body"
    body = find_column_agency(entry.column)
    if body is None:
        return False
    return _find_kind(body, region, code) != "government"


def _find_kind(
    body: str,
    region: str | None,
    code: str | None,
) -> BodyKind:
    """Return the kind of a body, by the table of divisions, else by how its name ends."""
    last_year = datetime.now(UTC).year - 1
    place = resolve_agency(
        body, report_year=last_year, context_region=region, context_code=code
    )
    if place.level == "township" or find_kind(body) == "township":
        return "township"
    if place.level in ("province", "prefecture", "county") or GOVERNMENT.search(body):
        return "government"
    return "department"
