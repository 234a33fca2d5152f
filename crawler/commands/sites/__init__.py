"""`nianbao sites`: the sites that can be crawled. `add` and `check` are commands of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.archive.region_names import find_nearest
from nianbao.archive.storage.connection import is_there
from nianbao.crawler.commands.options import (
    Group,
    archive_option,
    json_option,
    print_json,
)
from nianbao.crawler.commands.sites.add import add
from nianbao.crawler.commands.sites.check import check
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.sites import (
    print_catalogue,
    print_governments,
)
from nianbao.crawler.discovery.governments import (
    STATES,
    KnownGovernment,
    list_known_governments,
)
from nianbao.spiders.register.own_register import list_governments, load_all_governments
from nianbao.spiders.site_folders import list_site_files, load_all_sites

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government


@click.group(cls=Group, invoke_without_command=True)
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder.",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="The governments of this region, with or without a site: the beginning of a"
    " division's name or code.",
)
@click.option(
    "--outcome",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="With --region: only governments that stand so.",
)
@archive_option
@json_option
@click.pass_context
def sites(
    context: click.Context,
    folder: Path | None,
    regions: tuple[str, ...],
    states: tuple[str, ...],
    path: Path,
    as_json: bool,
) -> None:
    """List the sites, having checked every file; `add` a site, `check` what their files state.

    The files are those of the catalogue, which is installed with nianbao, and those of your
    own folder: NIANBAO_SITES names it, else it is in the platform's folder for user data. A
    file of yours takes the place of the catalogue's of the same id. New files and what a
    check saw are written into your own folder; with --sites into that folder.

    With --region, the governments of a region as the register has them, a line each: home
    page, the sites of its division, how their last crawls and the last search of its site
    ended, by the archive; with --outcome those that a person has to look at. A
    `governments.tsv` in your own folder adds rows to the register and takes the place of some.

    \b
    nianbao sites
    nianbao sites --region 浙江
    nianbao sites --region 浙江 --outcome no_column --outcome one_body
    nianbao sites --sites my-sites
    nianbao sites add https://www.example.gov.cn/
    nianbao sites check --region 浙江 --limit 20
    """
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    all_sites = load_all_sites(folder)
    if not regions:
        if states:
            raise click.UsageError("--outcome needs --region.")
        _print_sites(all_sites, list_site_files(folder), as_json=as_json)
        return
    governments = _list_governments(regions, folder)
    known = _describe_governments(governments, all_sites, path)
    if states:
        known = [government for government in known if government.state in states]
    if as_json:
        print_json([government.to_json() for government in known])
    else:
        print_governments(open_console(), known)


def _print_sites(
    all_sites: Mapping[str, Site],
    paths: Mapping[str, Path],
    *,
    as_json: bool,
) -> None:
    """Print the sites of files."""
    if not as_json:
        print_catalogue(open_console(), all_sites.values(), paths)
        return
    rows = []
    for site in all_sites.values():
        fields = site.model_dump(mode="json")
        rows.append({**fields, "file": str(paths[site.id])})
    print_json(rows)


def _list_governments(
    regions: tuple[str, ...],
    folder: Path | None,
) -> list[Government]:
    """Return the governments of regions. A region without any is a mistake of the caller."""
    governments = list_governments(regions, folder)
    if governments:
        return governments
    names = {government.name for government in load_all_governments(folder)}
    nearest = ", ".join(find_nearest(regions[0], names)) or "none"
    raise click.UsageError(
        f"no government in {', '.join(regions)}. A region is the beginning of the"
        " name of a province, prefecture or county (浙江, 杭州), or of a code (3301)."
        f" Names like it: {nearest}."
    )


def _describe_governments(
    governments: Sequence[Government],
    all_sites: Mapping[str, Site],
    path: Path,
) -> list[KnownGovernment]:
    """Return what is known of governments, also by the archive where there is one."""
    if not is_there(path):
        return list_known_governments(governments, all_sites)
    with Archive(path) as archive:
        statuses = select_site_statuses(archive.db)
        return list_known_governments(governments, all_sites, archive, statuses)


sites.add_command(add)
sites.add_command(check)
