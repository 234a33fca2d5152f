"""`nianbao roster`: who must publish, who did, and of whom nothing is known."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.roster.roster import STATES, Roster
from nianbao.archive.read_model.roster.scope import select_regions
from nianbao.crawler.commands.options import (
    archive_option,
    join_years,
    json_option,
    plain,
    print_json,
    years_option,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.roster import print_roster

LEVELS = ("province", "prefecture", "county", "department", "township")


@click.command()
@archive_option
@click.option(
    "--region",
    help="This region and those in it: its name, its beginning (浙江, 杭州), or its code's."
    " [default: the regions that the archive has]",
)
@years_option
@click.option(
    "--level",
    "levels",
    type=click.Choice(LEVELS),
    multiple=True,
    help="Only bodies of this level; several times.",
)
@click.option(
    "--state",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    help="Only bodies in this state; several times.",
)
@json_option
def roster(
    path: Path,
    region: str | None,
    years: tuple[frozenset[int], ...],
    levels: tuple[str, ...],
    states: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say who must publish a report, who did, and who did not, as far as the crawl can know.

    Who must: the governments and townships of the table of divisions, as they were in the year,
    and the departments that reports or columns name. Of each body and year, as of the last run:

    \b
    published    there is a report, also one that was taken off again
    missing      there are reports on other years, and none on this one
    never_seen   there is no report on any year
    not_reached  nothing is known: no site of the region was read to its end after the
                 report was due, or no column of it is known to hold such bodies' reports
    not_due      its last day had not passed

    `missing` and `never_seen` are said only where a site was read whole after that day. Without
    --year, the roster is that of the last year of which every report was due.

    \b
    nianbao roster --region 西霞县 --year 2021
    nianbao roster --region 西霞县 --year 2021 --level township --state never_seen
    nianbao roster --region 浙江 --json
    """
    with Archive(path) as archive:
        bodies = Roster(archive.db, select_regions(archive.db, region))
        wanted_years = join_years(years) or (bodies.last_due_year,)
        rows = [
            row
            for row in bodies.list_rows(wanted_years)
            if (not levels or row.level in levels)
            and (not states or row.state in states)
        ]
    if as_json:
        print_json(plain(rows))
    else:
        print_roster(open_console(), rows, bodies.as_of)
