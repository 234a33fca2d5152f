"""Commands that find sites: `detect` says what a site runs on and where its reports are,
`sites` keeps the catalogue.

A look at a site is a short crawl of its own, with the politeness and the boundary of every
other; it keeps nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from scrapy.http import HtmlResponse

from nianbao.crawler import contact, looks
from nianbao.crawler.commands import sites_check, terminal
from nianbao.crawler.commands.options import Network, json_option, plain
from nianbao.crawler.networks import networks_of
from nianbao.crawler.proposal import DEFAULT_DELAY, dump, propose, record, write
from nianbao.crawler.settings import CONTACT
from nianbao.spiders import catalogue
from nianbao.spiders.scout import Discovery, Scout, look, provisional

ALLOW = click.option(
    "--allow-address",
    multiple=True,
    type=Network(),
    help="A private network that may be reached.",
)
DELAY = click.option(
    "--delay",
    type=float,
    default=DEFAULT_DELAY,
    show_default=True,
    help="Seconds between two requests.",
)


@click.command()
@click.argument("url", required=False)
@click.option(
    "--file",
    type=click.File("rb"),
    help="A saved page instead of a fetched one; --url says where it was.",
)
@click.option("--url", "saved_url", help="With --file: the address of the saved page.")
@ALLOW
@DELAY
@json_option
def detect(
    url: str | None,
    file: Any,
    saved_url: str | None,
    allow_address: tuple[str, ...],
    delay: float,
    as_json: bool,
) -> None:
    """Say what a site runs on and where its annual reports are, and propose its site file.

    Fetches at most fourteen pages, from the site's home page or any other. Ends with exit code
    1 when no column with reports was found.

    \b
    nianbao detect https://www.example.gov.cn/
    nianbao detect --file page.html --url https://www.example.gov.cn/zwgk/
    """
    if file is not None:
        found = _look_at(file.read(), saved_url or url)
    elif url:
        found = explore(url, allow_address, delay)
    else:
        raise click.UsageError(
            "Name the address of a site, or a saved page with --file."
        )
    proposed = dump(propose(found, delay=delay)) if found.columns else None
    if as_json:
        click.echo(
            json.dumps(
                _stated(found) | {"site_file": proposed}, ensure_ascii=False, indent=2
            )
        )
    else:
        _print(found, proposed)
    if not found.columns:
        raise SystemExit(1)


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
    found = catalogue.load(folder)
    if as_json:
        click.echo(
            json.dumps(
                [site.model_dump(mode="json") for site in found.values()],
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        terminal.catalogue(terminal.console(), found.values())


@sites.command()
@click.argument("url")
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Where site files are kept.",
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
@ALLOW
@DELAY
@click.pass_obj
def add(
    default: Path,
    url: str,
    folder: Path | None,
    fixtures: Path,
    site_id: str | None,
    allow_address: tuple[str, ...],
    delay: float,
) -> None:
    """Look at a site, write its site file, and record its list page for a test.

    The test's expectation is what was read from the page, not reviewed:
    `tests/spiders/test_fixtures.py` fails until a person has compared it with the page and set
    `reviewed`.

    \b
    nianbao sites add https://www.example.gov.cn/
    nianbao sites add https://www.example.gov.cn/ --id example --fixtures my-fixtures
    """
    found = explore(url, allow_address, delay)
    if not found.columns:
        raise click.ClickException(
            f"{url}: no column of annual reports was found; `nianbao detect {url}` says more."
        )
    path = write(propose(found, site_id, delay), folder or default)
    click.echo(f"site file: {path}")
    for line in record(found.columns[0], path.stem, fixtures):
        click.echo(f"to review: {line}")


sites.add_command(sites_check.check)

# ---- looking


def explore(url: str, allow_address: tuple[str, ...], delay: float) -> Discovery:
    """Crawl a few pages of a site from one of its addresses; return what was found out."""
    contact.require(
        CONTACT, [provisional("generic", url, "?")], networks_of(allow_address)
    )
    found = Discovery(url)
    process = looks.process(allow_address)
    process.crawl(Scout, found=found, delay=delay)
    process.start()
    return found


def _look_at(page: bytes, url: str | None) -> Discovery:
    found = Discovery(url or "http://unknown.invalid/")
    look(found, HtmlResponse(found.url, body=page))
    return found


# ---- what is printed


def _stated(found: Discovery) -> dict[str, Any]:
    platform, confidence = found.platform
    return {
        "url": found.url,
        "name": found.name,
        "platform": platform,
        "confidence": confidence,
        "evidence": [
            plain(sign)
            for sign in sorted(found.signs, key=lambda sign: (-sign.weight, sign.found))
        ],
        "columns": [
            {
                "url": c.url,
                "name": c.name,
                "platform": c.platform,
                "tree": c.tree,
                "rows": len(c.rows),
            }
            for c in found.columns
        ],
        "unread": [{"url": url, "name": name} for url, name in found.unread.items()],
        "troubles": found.troubles,
        "requests": found.requests,
    }


def _print(found: Discovery, proposed: str | None) -> None:
    platform, confidence = found.platform
    click.echo(
        f"{found.name or found.url}: {platform}, confidence {confidence:.0%}, {found.requests} requests"
    )
    for sign in sorted(found.signs, key=lambda sign: (-sign.weight, sign.platform))[:8]:
        click.echo(f"  sign of {sign.platform} ({sign.weight:.0%}): {sign.found}")
    for column in found.columns:
        click.echo(
            f"column {column.name}: {column.url} ({len(column.rows)} rows on its first page)"
        )
    for url, name in found.unread.items():
        click.echo(f"not read: {name}: {url} names no report as far as was looked")
    for trouble in found.troubles:
        click.echo(f"trouble: {trouble}")
    click.echo(
        f"\n{proposed}"
        if proposed
        else "no column of annual reports found; look by hand for its list page"
    )
