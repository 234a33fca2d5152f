"""`nianbao sites`: the catalogue of sites. `add` and `check` are commands of it."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.crawler.commands.options import json_option, print_json
from nianbao.crawler.commands.sites.add import add
from nianbao.crawler.commands.sites.check import check
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.sites import print_catalogue
from nianbao.spiders import catalogue


@click.group(invoke_without_command=True)
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    default=catalogue.SITES,
    help="Site files.",
)
@json_option
@click.pass_context
def sites(context: click.Context, folder: Path, as_json: bool) -> None:
    """List the catalogue of sites, having checked every file in it; `add` a site to it, `check`
    what it states.

    \b
    nianbao sites
    nianbao sites --sites my-sites
    nianbao sites add https://www.example.gov.cn/
    nianbao sites check --region 浙江 --limit 20
    """
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    catalogue_sites = catalogue.load_sites(folder).values()
    if as_json:
        print_json([site.model_dump(mode="json") for site in catalogue_sites])
    else:
        print_catalogue(open_console(), catalogue_sites)


sites.add_command(add)
sites.add_command(check)
