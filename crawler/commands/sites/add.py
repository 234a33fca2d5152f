"""`nianbao sites add`: look at a site and write its site file."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.crawler.commands.detect import explore_site, visit_options
from nianbao.crawler.site_files.proposal import propose_site, record_list_page
from nianbao.crawler.site_files.yaml_file import write_site_file
from nianbao.spiders.catalogue import TlsFault
from nianbao.spiders.discovery.advice import give_advice
from nianbao.spiders.site_folders import find_own_folder, list_site_files


@click.command()
@click.argument("url")
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
@click.pass_obj
def add(
    default: Path | None,
    url: str,
    folder: Path | None,
    fixtures: Path,
    site_id: str | None,
    allow_address: tuple[str, ...],
    delay: float,
    tls: tuple[TlsFault, ...],
) -> None:
    """Look at a site, write its site file, and record its list page for a test.

    URL is any page of the site, best the list of its reports; it can be typed without http://.

    The file is written into your own folder of site files (see `nianbao sites --help`). In a
    checkout of the project `--sites spiders/sites` adds the site to the catalogue.

    The test's expectation is what was read from the page, not reviewed:
    `tests/spiders/test_fixtures.py` fails until a person has compared it with the page and set
    `reviewed`.

    \b
    nianbao sites add https://www.example.gov.cn/
    nianbao sites add https://www.example.gov.cn/ --id example --fixtures my-fixtures
    """
    discovery = explore_site(url, allow_address, delay, tls)
    if not discovery.columns:
        raise click.ClickException(
            f"{url}: no column of annual reports was found; `nianbao detect {url}` says more.\n"
            + "\n".join(give_advice(discovery))
        )
    folder = folder or default
    fields = propose_site(discovery, site_id, delay, tls)
    path = write_site_file(fields, folder or find_own_folder(), list_site_files(folder))
    click.echo(f"site file: {path}")
    for recorded_path in record_list_page(discovery.columns[0], path.stem, fixtures):
        click.echo(f"to review: {recorded_path}")
