"""`nianbao sites add`: look at a site, or at many, and write site files."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from nianbao.archive import Archive
from nianbao.archive.storage.atomic_files import remove_leftovers_below
from nianbao.archive.storage.connection import is_there
from nianbao.crawler import contact
from nianbao.crawler.commands.detect import explore_site, visit_options
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.sites.add_many import (
    Explorer,
    Home,
    HostOwners,
    LookOptions,
    read_homes,
    select_homes,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.sites import print_explorations
from nianbao.crawler.egress.proxies import Proxy
from nianbao.crawler.language import say
from nianbao.crawler.networks import networks_of
from nianbao.crawler.progress import Progress
from nianbao.crawler.settings import CONTACT
from nianbao.crawler.signals import end_on_signals
from nianbao.crawler.site_files.proposal import propose_site, record_list_page
from nianbao.crawler.site_files.yaml_file import require_new_site, write_site_file
from nianbao.spiders.catalogue import TlsFault
from nianbao.spiders.discovery.advice import give_advice
from nianbao.spiders.register.governments import select_governments
from nianbao.spiders.register.own_register import load_all_governments
from nianbao.spiders.site_folders import (
    find_own_folder,
    list_site_files,
    load_all_sites,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nianbao.crawler.site_files.explorations import Exploration
    from nianbao.spiders.catalogue import Site


@click.command()
@click.argument("url", required=False)
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Look at every home page of a file, an address a line (`-`: standard input).",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Look at the home pages of this region's governments, by the register.",
)
@click.option(
    "--limit", type=click.IntRange(1), help="With --from or --region: at most so many."
)
@click.option(
    "--again", is_flag=True, help="Also at home pages that were looked at before."
)
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Write into this folder instead of your own folder of site files.",
)
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    default="tests/spiders/fixtures",
    show_default=True,
    help="Where the list page is kept as it was seen, with what was read from it.",
)
@click.option(
    "--id", "site_id", help="The site's id; the host's name when it is not given."
)
@visit_options
@archive_option
@json_option
@click.pass_obj
def add(
    default: Path | None,
    url: str | None,
    file: str | None,
    regions: tuple[str, ...],
    limit: int | None,
    again: bool,
    folder: Path | None,
    fixtures: Path,
    site_id: str | None,
    allow_address: tuple[str, ...],
    delay: float,
    proxy: Proxy | None,
    tls: tuple[TlsFault, ...],
    path: Path,
    as_json: bool,
) -> None:
    """Look at a site, write its site file, and record its list page for a test.

    URL is any page of the site, best the list of its reports; it can be typed without http://.

    The file is written into your own folder of site files (see `nianbao sites --help`). In a
    checkout of the project `--sites spiders/sites` adds the site to the catalogue.

    The test's expectation is what was read from the page, not reviewed:
    `tests/spiders/test_fixtures.py` fails until a person has compared it with the page and set
    `reviewed`.

    With --from or --region many home pages are looked at, 16 at a time: a site file for each on
    which a column was found, nothing recorded for tests, and a line for every one in
    `explorations.jsonl` beside the files. What has a site file or such a line is passed over, so
    a look that was cut off goes on. What a search found that the archive has (`nianbao crawl
    --discover`) is written without another look, unless --again is given. Exit code 1 when one
    of them has got no site file.

    \b
    nianbao sites add https://www.example.gov.cn/
    nianbao sites add https://www.example.gov.cn/ --id example --fixtures my-fixtures
    nianbao sites add --region 浙江 --limit 20
    nianbao sites add --from homes.txt --json
    """
    folder = folder or default
    if file is not None or regions:
        options = LookOptions(allow_address, delay, tls, proxy)
        homes = _list_homes(regions, file, folder)
        explorer = Explorer(folder or find_own_folder(), folder, options)
        selection = _Selection(homes, limit=limit, again=again)
        unfinished = _explore(explorer, selection, path, quiet=as_json)
        _print_result(explorer.explorations, as_json=as_json)
        if unfinished:
            raise click.ClickException(
                f"stopped: {unfinished} home pages were not looked at to the end;"
                " the same command goes on with them."
            )
        sys.exit(any(one.site is None for one in explorer.explorations))
    if url is None:
        raise click.UsageError("Name the address of a site, or --from or --region.")
    discovery = explore_site(url, allow_address, delay, tls, proxy)
    if not discovery.columns:
        raise click.ClickException(
            f"{url}: no column of annual reports was found; `nianbao detect {url}` says more.\n"
            + "\n".join(give_advice(discovery))
        )
    fields = propose_site(discovery, site_id, delay, tls)
    existing_files = list_site_files(folder)
    folder = folder or find_own_folder()
    site = require_new_site(fields, folder, existing_files)
    # the site file comes last: without it the same command can be started again
    with end_on_signals():
        recorded_paths = record_list_page(discovery.columns[0], site.id, fixtures)
        site_path = write_site_file(fields, folder, existing_files)
    say(f"site file: {site_path}")
    for recorded_path in recorded_paths:
        say(f"to review: {recorded_path}")


def _list_homes(
    regions: tuple[str, ...], file: str | None, folder: Path | None
) -> list[Home]:
    """Return the home pages of the governments of regions, then those of a file."""
    governments = load_all_governments(folder)
    owners = HostOwners(governments)
    homes = []
    for government in select_governments(governments, regions):
        homes.append(owners.make_home(government.home, government))
    if file is None:
        return homes
    try:
        with click.open_file(file, encoding="utf-8") as lines:
            return homes + read_homes(lines, owners)
    except ValueError as error:
        raise click.UsageError(f"{file}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Selection:
    """The home pages that were named, and which of them are to be looked at."""

    homes: Sequence[Home]
    limit: int | None
    again: bool


def _explore(
    explorer: Explorer,
    selection: _Selection,
    path: Path,
    *,
    quiet: bool,
) -> int:
    """Look at the home pages that are to be looked at; count those that a stop left.

    `path` is that of an archive, which may know some of them.
    """
    remove_leftovers_below(explorer.folder)
    sites = _load_existing_sites(explorer.sites_folder).values()
    again = selection.again
    selected = select_homes(selection.homes, sites, explorer.folder, again=again)
    selected = selected[: selection.limit]
    if is_there(path) and not again:
        with end_on_signals(), Archive(path) as archive:
            selected = explorer.add_known(selected, archive)
    looks_before = len(explorer.explorations)
    try:
        planned = [explorer.plan_site(home) for home in selected]
    except ValidationError as error:
        raise click.UsageError(str(error.errors()[0]["msg"])) from error
    contact.require(CONTACT, planned, networks_of(explorer.options.allow_address))
    progress = Progress(open_console(stderr=True), quiet=quiet)
    if selected:
        explorer.explore(selected, progress)
    return len(selected) - (len(explorer.explorations) - looks_before)


def _load_existing_sites(folder: Path | None) -> dict[str, Site]:
    """Return the sites of a folder, or of all; none where the folder is still to be made."""
    if folder is not None and not folder.exists():
        return {}
    return load_all_sites(folder)


def _print_result(explorations: Sequence[Exploration], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(exploration) for exploration in explorations])
        return
    print_explorations(open_console(), explorations)
