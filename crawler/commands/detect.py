"""`nianbao detect`: what a site runs on and where its reports are.

A look at a site is a short crawl of its own, with the politeness and the boundary of every
other; it keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import click
from pydantic import ValidationError

from nianbao.crawler import contact
from nianbao.crawler.commands.options import Network, json_option, print_json
from nianbao.crawler.egress.proxies import Proxy, proxy_option
from nianbao.crawler.language import say
from nianbao.crawler.networks import networks_of
from nianbao.crawler.process import look_process
from nianbao.crawler.settings import CONTACT
from nianbao.crawler.site_files.proposal import DEFAULT_DELAY, propose_site
from nianbao.crawler.site_files.yaml_file import format_yaml
from nianbao.spiders.catalogue import TlsFault, make_provisional_site
from nianbao.spiders.discovery.advice import give_advice
from nianbao.spiders.discovery.column_search import search_saved_page
from nianbao.spiders.discovery.platform_signs import PlatformSign
from nianbao.spiders.discovery.records import Discovery, ReportColumn
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.start_address import complete_address
from nianbao.spiders.lists.page import ListPage

MOST_SIGNS = 8  # that are printed
UNKNOWN_ADDRESS = "http://unknown.invalid/"  # of a saved page that came without one


def visit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a look at a site: `allow_address`, `delay`, `proxy`, `tls`."""
    tls_option = click.option(
        "--tls",
        multiple=True,
        type=click.Choice(get_args(TlsFault)),
        help="A fault of its certificates or protocols to accept, as in a site file.",
    )
    delay_option = click.option(
        "--delay",
        type=float,
        default=DEFAULT_DELAY,
        show_default=True,
        help="Seconds between two requests.",
    )
    address_option = click.option(
        "--allow-address",
        multiple=True,
        type=Network(),
        help="A private network that may be reached.",
    )
    return address_option(delay_option(proxy_option(tls_option(command))))


@click.command()
@click.argument("url", required=False)
@click.option(
    "--file",
    type=click.File("rb"),
    help="A saved page instead of a fetched one; --url says where it was.",
)
@click.option("--url", "saved_url", help="With --file: the address of the saved page.")
@visit_options
@json_option
def detect(
    url: str | None,
    file: Any,
    saved_url: str | None,
    allow_address: tuple[str, ...],
    delay: float,
    proxy: Proxy | None,
    tls: tuple[TlsFault, ...],
    as_json: bool,
) -> None:
    """Say what a site runs on and where its annual reports are, and propose its site file.

    Fetches at most forty pages, from the site's home page or any other; the list of the
    reports itself will do. The address can be typed without http://. Ends with exit code 1,
    and with advice, when no column with reports was found.

    \b
    nianbao detect www.example.gov.cn
    nianbao detect --file page.html --url https://www.example.gov.cn/zwgk/
    """
    if file is not None:
        discovery = _examine_page(file.read(), saved_url or url)
    elif url:
        discovery = explore_site(url, allow_address, delay, tls, proxy)
    else:
        raise click.UsageError(
            "Name the address of a site, or a saved page with --file."
        )
    site_file = None
    if discovery.columns:
        site_file = format_yaml(propose_site(discovery, delay=delay, tls=tls))
    if as_json:
        print_json({**_describe_discovery(discovery), "site_file": site_file})
    else:
        _print_discovery(discovery, site_file)
    if not discovery.columns:
        raise SystemExit(1)


def explore_site(
    text: str,
    allow_address: tuple[str, ...],
    delay: float,
    tls: tuple[TlsFault, ...] = (),
    proxy: Proxy | None = None,
) -> Discovery:
    """Crawl a few pages of a site from one of its addresses; return what came to light.

    Raises UsageError for what is no address.
    """
    url = _complete_typed_address(text)
    try:
        site = make_provisional_site("generic", url, "?", delay=delay, tls=tls)
    except ValidationError as error:
        raise click.UsageError(f"{text}: {error.errors()[0]['msg']}") from error
    contact.require(CONTACT, [site], networks_of(allow_address))
    discovery = Discovery(url)
    process = look_process(allow_address, proxy=proxy)
    process.crawl(Scout, discovery=discovery, delay=delay, tls=tls)
    process.start()
    return discovery


def _complete_typed_address(text: str) -> str:
    try:
        return complete_address(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _examine_page(page: bytes, url: str | None) -> Discovery:
    page_url = UNKNOWN_ADDRESS
    if url:
        page_url = _complete_typed_address(url)
    discovery = Discovery(page_url)
    search_saved_page(discovery, ListPage.from_bytes(discovery.url, page))
    return discovery


def _describe_discovery(discovery: Discovery) -> dict[str, Any]:
    """Return a discovery as its JSON has it."""
    platform, confidence = discovery.platform
    signs = sorted(discovery.signs, key=_weight_then_text)
    unread = [{"url": url, "name": name} for url, name in discovery.unread.items()]
    return {
        "url": discovery.url,
        "name": discovery.name,
        "platform": platform,
        "confidence": confidence,
        "evidence": [_describe_sign(sign) for sign in signs],
        "columns": [_describe_column(column) for column in discovery.columns],
        "unread": unread,
        "elsewhere": discovery.elsewhere,
        "troubles": discovery.troubles,
        "advice": give_advice(discovery),
        "requests": discovery.requests,
    }


def _describe_sign(sign: PlatformSign) -> dict[str, Any]:
    return {"platform": sign.platform, "weight": sign.weight, "found": sign.text}


def _describe_column(column: ReportColumn) -> dict[str, Any]:
    return {
        "url": column.url,
        "name": column.name,
        "platform": column.platform,
        "tree": column.tree,
        "rows": len(column.rows),
    }


def _print_discovery(discovery: Discovery, site_file: str | None) -> None:
    platform, confidence = discovery.platform
    say(
        f"{discovery.name or discovery.url}: {platform}, confidence {confidence:.0%},"
        f" {discovery.requests} requests"
    )
    signs = sorted(discovery.signs, key=_weight_then_platform)
    for sign in signs[:MOST_SIGNS]:
        say(f"  sign of {sign.platform} ({sign.weight:.0%}): {sign.text}")
    for column in discovery.columns:
        rows = f"{len(column.rows)} rows on its first page"
        say(f"column {column.name}: {column.url} ({rows})")
    for url, name in discovery.unread.items():
        say(f"not read: {name}: {url} names no report as far as was looked")
    for trouble in discovery.troubles:
        say(f"trouble: {trouble}")
    for advice in give_advice(discovery):
        say(advice)
    if site_file:
        click.echo(f"\n{site_file}")


def _weight_then_text(sign: PlatformSign) -> tuple[float, str]:
    return -sign.weight, sign.text


def _weight_then_platform(sign: PlatformSign) -> tuple[float, str]:
    return -sign.weight, sign.platform
