"""`nianbao sites`: the sites that can be crawled. `add` and `check` are commands of it."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.crawler.commands.options import json_option, print_json
from nianbao.crawler.commands.sites.add import add
from nianbao.crawler.commands.sites.check import check
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.sites import print_catalogue
from nianbao.spiders.site_folders import list_site_files, load_all_sites


@click.group(invoke_without_command=True)
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder.",
)
@json_option
@click.pass_context
def sites(context: click.Context, folder: Path | None, as_json: bool) -> None:
    """List the sites, having checked every file; `add` a site, `check` what their files state.

    The files are those of the catalogue, which is installed with nianbao, and those of your
    own folder: NIANBAO_SITES names it, else it is in the platform's folder for user data. A
    file of yours takes the place of the catalogue's of the same id. New files and what a
    check saw are written into your own folder; with --sites into that folder.

    \b
    nianbao sites
    nianbao sites --sites my-sites
    nianbao sites add https://www.example.gov.cn/
    nianbao sites check --region 浙江 --limit 20
    """
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    all_sites = load_all_sites(folder)
    paths = list_site_files(folder)
    if as_json:
        rows = []
        for site in all_sites.values():
            fields = site.model_dump(mode="json")
            rows.append({**fields, "file": str(paths[site.id])})
        print_json(rows)
    else:
        print_catalogue(open_console(), all_sites.values(), paths)


sites.add_command(add)
sites.add_command(check)
