"""`nianbao compare`: a measure over the years, of regions, or of an agency and its siblings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.agencies import AgencyEntry
from nianbao.archive.read_model.overviews.main_figures import open_figure_reader
from nianbao.archive.read_model.overviews.measure_rows import (
    MEASURES,
    MeasureRow,
    list_lines,
    list_years,
    select_years,
    tabulate_region,
    tabulate_siblings,
)
from nianbao.archive.read_model.overviews.region_reports import (
    RegionReport,
    select_region_reports,
)
from nianbao.archive.read_model.regions import build_region_tree
from nianbao.crawler.commands.find_document import require_agency
from nianbao.crawler.commands.options import (
    agency_site_option,
    archive_option,
    join_years,
    json_option,
    plain,
    print_json,
    years_option,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.measures import print_rows


@click.command()
@archive_option
@click.option(
    "--region",
    help="This region and those in it: its name, its beginning (浙江, 杭州), or its code's."
    " [default: all that the archive has]",
)
@click.option("--agency", help="This agency beside its siblings, in place of regions.")
@agency_site_option
@years_option
@click.option(
    "--measure",
    "measures",
    type=click.Choice(MEASURES),
    multiple=True,
    default=("received",),
    show_default=True,
    help="What is compared; several times.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line a figure.")
@json_option
def compare(
    path: Path,
    region: str | None,
    agency: str | None,
    site: str | None,
    years: tuple[frozenset[int], ...],
    measures: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
) -> None:
    """Compare a measure over the years: the regions in a region, or an agency and its siblings.

    Of each region: what its own government reports; the sums of what its departments, its
    townships and the governments below report. The report of a government may hold the figures
    of the others: never add these lines up. What no report prints is –, never 0.

    With --agency: its figures, the median of its siblings (the bodies of its kind in its region;
    of three at least), and theirs.

    Measures are those of the wide panel (`nianbao export csv`); reviews_corrected and
    lawsuits_corrected are those that the body lost.

    \b
    nianbao compare --region 样例省 --csv > received.csv
    nianbao compare --measure reviews_corrected --measure lawsuits_corrected --year 2019-2023
    nianbao compare --agency 西霞县财政局
    """
    with Archive(path) as archive:
        if agency is None:
            rows = _compare_regions(archive, region, measures)
        else:
            entry = require_agency(archive, agency, site)
            rows = _compare_siblings(archive, entry, measures)
    wanted_years = join_years(years)
    if wanted_years is not None:
        rows = select_years(rows, wanted_years)
    if as_json:
        print_json(plain(list_lines(rows)))
    elif as_csv:
        _print_csv(rows)
    else:
        print_rows(open_console(), rows)


def _compare_regions(
    archive: Archive, name: str | None, measures: Sequence[str]
) -> list[MeasureRow]:
    tree = build_region_tree(archive.db)
    region = tree.require(name).name if name else tree.innermost_common()
    places = tree.top if region is None else (region,)
    ids: list[int | None] = []
    for place in places:
        ids += tree.ids_within(place)
    reports = _select_reports(archive, ids)
    years = list_years(reports)
    rows = []
    for measure in measures:
        rows += tabulate_region(reports, tree, region, measure, years)
    return rows


def _compare_siblings(
    archive: Archive, agency: AgencyEntry, measures: Sequence[str]
) -> list[MeasureRow]:
    if agency.region is None:
        raise click.ClickException(
            f"{agency.name}: nobody knows its region, so it has no siblings."
            " `nianbao assign` gives it one."
        )
    node = build_region_tree(archive.db).by_name[agency.region]
    reports = _select_reports(archive, [node.id])
    rows = []
    for measure in measures:
        key = (agency.name, agency.site)
        rows += tabulate_siblings(reports, agency.region, key, measure)
    return rows


def _select_reports(
    archive: Archive, region_ids: Sequence[int | None]
) -> list[RegionReport]:
    reader = open_figure_reader(archive.db)
    return select_region_reports(archive.db, reader, region_ids, None)


def _print_csv(rows: Sequence[MeasureRow]) -> None:
    # The pages' code takes as long to import as the rest of the command.
    from nianbao.archive.browse.formats import format_rows

    sys.stdout.write(format_rows(list_lines(rows)).replace("\r\n", "\n"))
