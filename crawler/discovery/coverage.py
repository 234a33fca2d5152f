"""Coverage: whose reports a column has, by its name, the titles of its rows and the way to it.

A column of one body is not the government's, and a government with nothing else is not covered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from nianbao.pipelines.reader.fields.agency_names import extract_title_agency
from nianbao.pipelines.reader.fields.beside_page import (
    find_column_agency,
    find_site_agency,
)
from nianbao.pipelines.reader.fields.titles import names_report
from nianbao.pipelines.reader.regions.resolve import resolve_agency
from nianbao.spiders.discovery.bodies import find_single_bodies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.archive.raw.discoveries import Coverage
    from nianbao.spiders.catalogue import Site, SiteEntry

Kind: TypeAlias = Literal["government", "departments", "townships"]

# What a column's name says of whose reports it has, where it says so. The first counts.
NAMES: tuple[tuple[re.Pattern[str], Coverage], ...] = (
    (
        re.compile(
            "各级|各地|各单位|部门.*(?:乡镇|街道|镇街|街镇)|(?:乡镇|街道|镇街|街镇).*部门"
        ),
        "all",
    ),
    (re.compile("部门|委办局|直属|局办"), "departments"),
    (re.compile("乡镇|镇街|街镇|街道|乡.?镇.?街"), "townships"),
    (re.compile("本级|(?:省|市|州|盟|县|区|旗|人民)政府年"), "government"),
)
GOVERNMENT = re.compile("(?:政府|管委会|管理委员会)(?:办公[室厅])?$")
TOWNSHIP = re.compile("(?:镇|乡|苏木|街道)(?:人民政府|办事处)?$")
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
    for pattern, covers in NAMES:
        if pattern.search(name):
            return ColumnCoverage(covers)
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


def _complete_title(title: str) -> str:
    """Return a title that is cut off behind its year as it goes on."""
    cut = CUT_BEHIND_YEAR.search(title)
    if cut is None:
        return title
    return f"{title[: cut.start()]}{cut[1]}年政府信息公开工作年度报告"


def _judge_titles(
    titles: list[str], region: str | None, code: str | None
) -> ColumnCoverage:
    """Return whose reports rows with these titles are: a title without a body is the site's."""
    if not titles:
        return ColumnCoverage("unknown")
    bodies: dict[Kind, set[str]] = defaultdict(set)
    for title in titles:
        body = extract_title_agency(title)
        kind: Kind = "government"
        if body:
            kind = _find_kind(body, region, code)
        bodies[kind].add(body)
    if len(bodies) > 1:
        return ColumnCoverage("all")
    ((only_kind, names),) = bodies.items()
    if only_kind == "government":
        return ColumnCoverage("government")
    if len(names) == 1 and len(titles) >= FEWEST_TITLES:
        return ColumnCoverage("one_body", names.pop())
    return ColumnCoverage(only_kind)


def is_of_one_body(site: Site) -> bool:
    """Tell whether a site file is for one body each, or for a township: by what it states of its
    columns, by its name, or by the names of its columns.
    """
    if find_site_agency(site.name) or TOWNSHIP.search(site.name):
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
) -> Kind:
    """Return the kind of a body, by the table of divisions, else by how its name ends."""
    last_year = datetime.now(UTC).year - 1
    place = resolve_agency(
        body, report_year=last_year, context_region=region, context_code=code
    )
    if place.level in ("province", "prefecture", "county") or GOVERNMENT.search(body):
        is_township = place.level == "township" or _is_township(body)
        return "townships" if is_township else "government"
    if place.level == "township" or TOWNSHIP.search(body):
        return "townships"
    return "departments"


def _is_township(body: str) -> bool:
    return TOWNSHIP.search(body.removesuffix("办公室")) is not None
