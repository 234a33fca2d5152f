"""Say of a report that is not in the archive what is known of its absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.checks.missing_reports import RULE
from nianbao.archive.read_model.findings import select_report_findings
from nianbao.archive.read_model.roster.absent import select_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.read_model.rows import RosterRow

MOST_ROWS = 5
# Why nothing is known of a body's report.
OBSTACLES = {
    "no_site": "no site of the region is in the archive",
    "never_crawled": "the site was never crawled to an end",
    "no_column": "a search of the site found no column of reports",
    "needs_browser": "the site's lists are drawn by scripts: it needs a browser",
    "unreachable": "the site did not answer, or a page of it could not be searched",
    "blocked": "the site met the crawl with a wall",
    "not_whole": "the site's lists were not read to their end",
    "not_covered": "no column of the site is known to hold such reports",
    "not_read_since": "the site was read last before the report was due",
    "existence_unknown": "the lists of townships do not tell whether it existed",
}


def explain_absence(
    db: Database, name: str, year: int, agencies: Sequence[AgencyEntry]
) -> str:
    """Return lines for each body of a name that has no report on a year; none without one.

    `agencies` are those of the name that the archive has; of more than `MOST_ROWS` bodies, a line
    says how many are left.
    """
    bodies = select_absent(db, name, year, agencies)
    lines = []
    for row, agency_ids in bodies[:MOST_ROWS]:
        lines.append(f"\n  {row.agency}: {describe_absence(row)}")
        for agency_id in agency_ids:
            lines += _describe_siblings(db, agency_id, year)
    if len(bodies) > MOST_ROWS:
        rest = len(bodies) - MOST_ROWS
        lines.append(f"\n  and {rest} more: `nianbao roster --year {year} --json`")
    return "".join(lines)


def describe_absence(row: RosterRow) -> str:
    """Return what is known of a body without a report on a year."""
    if row.state == "not_due":
        return f"not due until {row.due_on}"
    if row.obstacle is not None:
        return f"not reached: {OBSTACLES[row.obstacle]}"
    whole = f"{row.sites} was read whole on {row.read_whole_on}"
    siblings = f"{row.siblings_with_report} of {row.siblings} siblings have it"
    if row.state == "never_seen":
        return f"never seen: it has no report on any year; {siblings}; {whole}"
    return f"missing: {_describe_years(row)}; {siblings}; {whole}"


def _describe_years(row: RosterRow) -> str:
    if row.first_year is None:
        return f"it has {row.reports} of no known year"
    if row.first_year == row.last_year:
        return f"it has {row.first_year}"
    return f"it has {row.first_year}–{row.last_year}"


def _describe_siblings(db: Database, agency_id: int, year: int) -> Iterator[str]:
    """Yield the finding that a report is missing, with the siblings that have it."""
    for finding in select_report_findings(db, agency_id, year):
        if finding.rule != RULE:
            continue
        yield f"\n  {finding.message}"
        names = (finding.parameters or {}).get("names")
        if names:
            yield f": {', '.join(names)}"
