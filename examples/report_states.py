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
class ReportState:
    """What the feed told last of a report.

    Agency, region and year are None where they are not known.
    """

    agency: str | None
    region: str | None
    report_year: int | None
    state: str  # present, replaced, vanished
    url: str
    version: int


Reports = dict[int, ReportState]  # by the number that all lines of a report have


def apply_line(reports: Reports, line: Change) -> None:
    """Bring the reports up to date with one line of the feed, of a kind `report_…`."""
    if line.report_id is None:
        return  # a line of a page or a finding
    former = reports.pop(line.report_id, None)
    if line.url is None or line.version is None:
        return  # nothing is read as this report any more
    state = STATES.get(line.kind)
    if state is None:  # changed or reverted: it stands as it stood
        state = former.state if former else "present"
    reports[line.report_id] = ReportState(
        line.agency, line.region, line.report_year, state, line.url, line.version
    )


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
    for report in reports.values():
        body = report.agency or "(body not known)"
        year = report.report_year or "(year not known)"
        print(report.state, body, year, report.url, sep="\t")
    for state, count in Counter(report.state for report in reports.values()).items():
        print(f"{count} {state}")


if __name__ == "__main__":
    main()
