"""A program that follows reports and knows nothing of pages: each report, and whether it stands.

    python examples/report_states.py archive.db
    python examples/report_states.py archive.db --follow

It applies the lines of reports (`report_…`) to a dict, in their order. A real program keeps the
dict in a database of its own, and the number of the last line with it, in one transaction.
"""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from nianbao.archive import Archive
from nianbao.archive.events.feed import REPORT_KINDS, Change

STATES = {
    "report_new": "present",
    "report_moved": "present",
    "report_returned": "present",
    "report_reread": "present",
    "report_replaced": "replaced",
    "report_vanished": "vanished",
}


@dataclass(frozen=True)
class ReportName:
    """What a report is known by: a body and a year.

    A body is its name in its region; where the region is not known, its name on its site. Where
    the body or the year is not known, the report is known by the page and version that stand for
    it.
    """

    agency: str | None
    region: str | None
    report_year: int | None
    site: str | None = None
    url: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class ReportState:
    """What the feed told last of a report."""

    state: str  # present, replaced, vanished
    url: str
    version: int


Reports = dict[ReportName, ReportState]


def apply_line(reports: Reports, line: Change) -> None:
    """Bring the reports up to date with one line of the feed, of a kind `report_…`."""
    former_name = name_report(line, line.previous_url, line.previous_version)
    former = reports.pop(former_name, None)
    if line.url is None or line.version is None:
        return  # nothing is read as this report any more
    state = STATES.get(line.kind)
    if state is None:  # changed or reverted: it stands as it stood
        state = former.state if former else "present"
    name = name_report(line, line.url, line.version)
    reports[name] = ReportState(state, line.url, line.version)


def name_report(line: Change, url: str | None, version: int | None) -> ReportName:
    """Return what the report of a line is known by when it stands at an address."""
    if line.agency is None or line.report_year is None:
        return ReportName(
            line.agency, line.region, line.report_year, line.site, url, version
        )
    if line.region is None:
        return ReportName(line.agency, None, line.report_year, line.site)
    return ReportName(line.agency, line.region, line.report_year)


def main() -> None:
    """Print the reports that the feed tells of, and how many there are of each state."""
    parser = argparse.ArgumentParser(description="Tell which reports stand.")
    parser.add_argument("archive")
    parser.add_argument(
        "--follow", action="store_true", help="wait for more, until Ctrl-C"
    )
    options = parser.parse_args()
    reports: Reports = {}
    with Archive(options.archive) as archive, suppress(KeyboardInterrupt):
        lines = archive.changes(0, kinds=REPORT_KINDS)
        if options.follow:
            lines = archive.follow(0, REPORT_KINDS)
        for line in lines:
            apply_line(reports, line)
    for name, report in reports.items():
        body = name.agency or "(body not known)"
        year = name.report_year or "(year not known)"
        print(report.state, body, year, report.url, sep="\t")
    for state, count in Counter(report.state for report in reports.values()).items():
        print(f"{count} {state}")


if __name__ == "__main__":
    main()
