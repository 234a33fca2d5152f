"""Commands that find sites: `detect` says what a site runs on and where its reports are, `sites` keeps the catalogue.

A look at a site is a short crawl of its own, with the politeness and the boundary of every other; it keeps nothing.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from ruamel.yaml import YAML
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.settings import Settings

from crawler import present
from crawler.options import Network, json_option, plain, say
from crawler.settings import CONTACT
from pipelines.reader import regions
from spiders import catalogue
from spiders.catalogue import CatalogueError
from spiders.scout import Discovery, Found, Scout, look

PROVINCES = {  # the folder of a province's site files, by the first two digits of its division codes
    "11": "beijing", "12": "tianjin", "13": "hebei", "14": "shanxi", "15": "neimenggu", "21": "liaoning",
    "22": "jilin", "23": "heilongjiang", "31": "shanghai", "32": "jiangsu", "33": "zhejiang", "34": "anhui",
    "35": "fujian", "36": "jiangxi", "37": "shandong", "41": "henan", "42": "hubei", "43": "hunan",
    "44": "guangdong", "45": "guangxi", "46": "hainan", "50": "chongqing", "51": "sichuan", "52": "guizhou",
    "53": "yunnan", "54": "xizang", "61": "shaanxi", "62": "gansu", "63": "qinghai", "64": "ningxia",
    "65": "xinjiang",
}  # fmt: skip
WITHOUT = {  # what a look does not need of a crawl: archive, readers, revisits
    "ADDONS": {},
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "DOWNLOADER_MIDDLEWARES": {"crawler.boundary.BoundaryMiddleware": 40},
}
ALLOW = click.option("--allow-address", multiple=True, type=Network(), help="A private network that may be reached.")
DEFAULT_DELAY = 2.0  # of site files that state none
DELAY = click.option(
    "--delay", type=float, default=DEFAULT_DELAY, show_default=True, help="Seconds between two requests."
)


@click.command()
@click.argument("url", required=False)
@click.option("--file", type=click.File("rb"), help="A saved page instead of a fetched one; --url says where it was.")
@click.option("--url", "saved_url", help="With --file: the address of the saved page.")
@ALLOW
@DELAY
@json_option
def detect(
    url: str | None, file: Any, saved_url: str | None, allow_address: tuple[str, ...], delay: float, as_json: bool
) -> None:
    """Say what a site runs on and where its annual reports are, and propose its site file.

    Fetches at most fourteen pages, from the site's home page or any other. Ends with exit code 1 when no
    column with reports was found.

    \b
    nianbao detect https://www.example.gov.cn/
    nianbao detect --file page.html --url https://www.example.gov.cn/zwgk/
    """
    if file is not None:
        found = _look_at(file.read(), saved_url or url)
    elif url:
        found = explore(url, allow_address, delay)
    else:
        raise click.UsageError("Name the address of a site, or a saved page with --file.")
    proposed = propose(found, delay=delay) if found.columns else None
    if as_json:
        click.echo(json.dumps(_stated(found) | {"site_file": proposed}, ensure_ascii=False, indent=2))
    else:
        _print(found, proposed)
    if not found.columns:
        raise SystemExit(1)


@click.group(invoke_without_command=True)
@click.option("--sites", "folder", type=click.Path(path_type=Path), default=catalogue.SITES, help="Site files.")
@json_option
@click.pass_context
def sites(context: click.Context, folder: Path, as_json: bool) -> None:
    """List the catalogue of sites, having checked every file in it; `add` a site to it.

    \b
    nianbao sites
    nianbao sites --sites my-sites
    nianbao sites add https://www.example.gov.cn/
    """
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    found = catalogue.load(folder)
    if as_json:
        click.echo(json.dumps([site.model_dump() for site in found.values()], ensure_ascii=False, indent=2))
    else:
        present.catalogue(present.console(), found.values())


@sites.command()
@click.argument("url")
@click.option("--sites", "folder", type=click.Path(path_type=Path), help="Where site files are kept.")
@click.option("--fixtures", type=click.Path(path_type=Path), default="tests/spiders/fixtures", show_default=True,
              help="Where the list page is kept as it was seen, with what was read from it.")  # fmt: skip
@click.option("--id", "site_id", help="The site's id; the host's name when it is not given.")
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

    The test's expectation is what was read from the page, not reviewed: `tests/spiders/test_fixtures.py`
    fails until a person has compared it with the page and set `reviewed`.

    \b
    nianbao sites add https://www.example.gov.cn/
    nianbao sites add https://www.example.gov.cn/ --id example --fixtures my-fixtures
    """
    found = explore(url, allow_address, delay)
    if not found.columns:
        raise click.ClickException(f"{url}: no column of annual reports was found; `nianbao detect {url}` says more.")
    text = propose(found, site_id, delay)
    site: dict[str, Any] = YAML(typ="safe").load(text)
    path = (folder or default) / _province(site) / f"{site['id']}.yml"
    if path.exists():
        raise CatalogueError(f"{path}:1: id: the catalogue has this site already. Choose another id with --id.")
    _write(path, text)
    try:
        catalogue.read(path)
    except CatalogueError:
        path.unlink()
        raise
    click.echo(f"site file: {path}")
    for line in record(found.columns[0], site["id"], fixtures):
        click.echo(f"to review: {line}")


COMMANDS: tuple[click.Command, ...] = (detect, sites)


def add_to(group: click.Group) -> None:
    """Add these commands to the `nianbao` command."""
    for command in COMMANDS:
        group.add_command(command)


# ---- looking


def explore(url: str, allow_address: tuple[str, ...], delay: float) -> Discovery:
    """Crawl a few pages of a site from one of its addresses; return what was found out."""
    if not CONTACT and not allow_address:
        say("Set NIANBAO_CONTACT to an address where a site's keeper reaches you; it goes into the User-Agent.")
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict({**WITHOUT, "NIANBAO_ALLOW_ADDRESS": list(allow_address)}, priority="cmdline")
    found = Discovery(url)
    process = AsyncCrawlerProcess(settings)
    process.crawl(Scout, found=found, delay=delay)
    process.start()
    return found


def _look_at(page: bytes, url: str | None) -> Discovery:
    found = Discovery(url or "http://unknown.invalid/")
    look(found, HtmlResponse(found.url, body=page))
    return found


# ---- what is written


def propose(found: Discovery, site_id: str | None = None, delay: float = DEFAULT_DELAY) -> str:
    """Return the text of a site file for what was found; there must be a column."""
    platform, _ = found.platform
    columns = [column for column in found.columns if column.platform == platform]
    name = found.name or urlsplit(found.url).netloc
    place = regions.resolve(name, report_year=datetime.now(UTC).year - 1)
    region = f'{{name: {place.region}, code: "{place.region_code}"}}' if place.region else "null"
    entries = "".join(f'  - {{url: "{column.url}", column: {column.name}}}\n' for column in columns)
    tree = next((column.tree for column in columns if column.tree), None)
    hosts = sorted({urlsplit(column.shown_on).netloc for column in columns} - {urlsplit(c.url).netloc for c in columns})
    return (
        f"id: {site_id or _id(found.url)}\nname: {name}\nregion: {region}\nplatform: {platform}\nentries:\n{entries}"
        f"expect: {{links: {min(len(columns[0].rows), 5)}}}\n"
        + (f"delay: {delay:g}\n" if delay != DEFAULT_DELAY else "")
        + (f"hosts: [{', '.join(hosts)}]\n" if hosts else "")
        + (f"options: {{tree: {tree}}}\n" if tree else "")
        + "verified: never\n"
    )


def record(column: Found, site_id: str, folder: Path) -> list[Path]:
    """Write a column's page as it was seen, and beside it what was read from it; return both paths."""
    start = column.page[:99].lstrip()
    suffix = "json" if start.startswith(b"{") else "xml" if start.startswith(b"<?xml") else "html"
    page, expected = folder / f"{site_id}.{suffix}", folder / f"{site_id}.yml"
    first = column.rows[0]
    lines = {
        "platform": column.platform,
        "url": column.shown_on,
        "page": page.name,
        "content_type": column.content_type,
        "rows": len(column.rows),
        "first": {"url": first.url, "title": first.title, "date": first.date},
        "reviewed": "never",
    }
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(column.page)
    with expected.open("w", encoding="utf-8") as file:
        YAML().dump(lines, file)
    return [page, expected]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _id(url: str) -> str:
    """Return a host's own name: www.pingtan.gov.cn is pingtan."""
    host = (urlsplit(url).hostname or "site").removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host.removesuffix(".localhost").removesuffix(".gov.cn")).strip("-") or "site"


def _province(site: dict[str, Any]) -> str:
    code = (site["region"] or {}).get("code") or ""
    return PROVINCES.get(code[:2], "other")


# ---- what is printed


def _stated(found: Discovery) -> dict[str, Any]:
    platform, confidence = found.platform
    return {
        "url": found.url,
        "name": found.name,
        "platform": platform,
        "confidence": confidence,
        "evidence": [plain(sign) for sign in sorted(found.signs, key=lambda sign: (-sign.weight, sign.found))],
        "columns": [
            {"url": c.url, "name": c.name, "platform": c.platform, "tree": c.tree, "rows": len(c.rows)}
            for c in found.columns
        ],
        "unread": [{"url": url, "name": name} for url, name in found.unread.items()],
        "troubles": found.troubles,
        "requests": found.requests,
    }


def _print(found: Discovery, proposed: str | None) -> None:
    platform, confidence = found.platform
    click.echo(f"{found.name or found.url}: {platform}, confidence {confidence:.0%}, {found.requests} requests")
    for sign in sorted(found.signs, key=lambda sign: (-sign.weight, sign.platform))[:8]:
        click.echo(f"  sign of {sign.platform} ({sign.weight:.0%}): {sign.found}")
    for column in found.columns:
        click.echo(f"column {column.name}: {column.url} ({len(column.rows)} rows on its first page)")
    for url, name in found.unread.items():
        click.echo(f"not read: {name}: {url} names no report as far as was looked")
    for trouble in found.troubles:
        click.echo(f"trouble: {trouble}")
    click.echo(f"\n{proposed}" if proposed else "no column of annual reports found; look by hand for its list page")
