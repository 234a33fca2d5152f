"""What a look at a site becomes: a proposed site file, and its list page recorded for a test."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ruamel.yaml.comments import CommentedMap

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.crawler.site_files.yaml_file import format_yaml, inline_map
from nianbao.pipelines.reader.regions import resolve
from nianbao.spiders.catalogue import Site
from nianbao.spiders.discovery.platform_signs import NO_PLATFORM
from nianbao.spiders.own_hosts import has_host, is_open_government_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nianbao.archive.raw.discoveries import Coverage, SiteDiscovery
    from nianbao.spiders.discovery.records import Discovery, ReportColumn

DEFAULT_DELAY: float = Site.model_fields["delay"].default
# Report links that a healthy run of a new site must find, until more is known of it.
MOST_EXPECTED = 5


class ProposedColumn(NamedTuple):
    """A column that becomes an entry. `links` are the reports that its first page names."""

    url: str
    name: str
    platform: str
    tree: str | None
    links: int
    covers: Coverage = "unknown"


def propose_site(
    discovery: Discovery,
    site_id: str | None = None,
    delay: float = DEFAULT_DELAY,
    tls: Sequence[str] = (),
) -> CommentedMap:
    """Return the fields of a site file, in the order of the file.

    The discovery must have a column.
    """
    name = discovery.name or urlsplit(discovery.url).netloc
    columns = []
    for column in discovery.columns:
        proposed_column = ProposedColumn(
            column.url, column.name, column.platform, column.tree, len(column.rows)
        )
        columns.append(proposed_column)
    fields: dict[str, Any] = {
        "id": site_id or make_site_id(discovery.url),
        "name": name,
        "region": _find_region(name),
    }
    hosts = find_further_hosts(discovery.columns, discovery.url)
    return _complete_fields(
        fields,
        columns,
        hosts,
        delay,
        tls,
    )


def propose_discovered_site(
    discovery: SiteDiscovery, delay: float = DEFAULT_DELAY, tls: Sequence[str] = ()
) -> CommentedMap:
    """Return the fields of a site file for what the archive has of a search.

    The discovery must have a column. The site is that as which its columns are crawled; the
    host of the home page is one of its hosts.
    """
    columns = []
    for column in discovery.columns:
        proposed_column = ProposedColumn(
            column.url,
            column.name,
            column.platform,
            column.tree,
            column.links,
            column.covers,
        )
        columns.append(proposed_column)
    region = inline_map(name=discovery.government, code=discovery.government_code)
    fields: dict[str, Any] = {
        "id": discovery.site_id,
        "name": discovery.site_name or discovery.government,
        "region": region,
    }
    entry_hosts = {urlsplit(column.url).netloc for column in columns}
    hosts = {*discovery.hosts, urlsplit(discovery.home).netloc} - entry_hosts
    return _complete_fields(
        fields,
        columns,
        hosts,
        delay,
        tls,
    )


def _complete_fields(
    fields: dict[str, Any],
    columns: Sequence[ProposedColumn],
    hosts: Iterable[str],
    delay: float,
    tls: Sequence[str],
) -> CommentedMap:
    """Return the fields with what follows from the columns.

    Columns of several platforms are read as what each page speaks for. One of no platform is
    read as a plain list beside any other.
    """
    platforms = {column.platform for column in columns}
    if len(platforms) > 1:
        platforms.discard(NO_PLATFORM)
    fields["platform"] = platforms.pop() if len(platforms) == 1 else "auto"
    fields["entries"] = [_make_entry(column) for column in columns]
    fields["expect"] = inline_map(links=min(columns[0].links, MOST_EXPECTED))
    further_hosts = sorted(hosts)
    if further_hosts:
        fields["hosts"] = further_hosts
    if delay != DEFAULT_DELAY:
        fields["delay"] = delay
    if tls:
        fields["tls"] = list(tls)
    trees = [column.tree for column in columns if column.tree]
    if trees:
        fields["options"] = inline_map(tree=trees[0])
    fields["verified"] = "never"
    return CommentedMap(fields)


def _make_entry(column: ProposedColumn) -> CommentedMap:
    if column.covers == "unknown":
        return inline_map(url=column.url, column=column.name)
    return inline_map(
        url=column.url,
        column=column.name,
        covers=column.covers,
    )


def _find_region(name: str) -> CommentedMap | None:
    """Return the region that a body's name stands for; None where it is not sure."""
    last_year = datetime.now(UTC).year - 1
    place = resolve.resolve_agency(name, report_year=last_year)
    if not place.region:
        return None
    return inline_map(name=place.region, code=place.region_code)


def find_further_hosts(columns: Iterable[ReportColumn], home_url: str) -> set[str]:
    """Return the hosts that show rows of the columns, or that the rows lead to.

    Those of entries are left out, and hosts of others that rows lead to.
    """
    urls = []
    entry_hosts = set()
    for column in columns:
        entry_hosts.add(urlsplit(column.url).netloc)
        urls.append(column.rows_url)
        urls += _find_own_row_links(column, home_url)
    return {urlsplit(url).netloc for url in urls if not has_host(entry_hosts, url)}


def _find_own_row_links(column: ReportColumn, home_url: str) -> list[str]:
    """Return the absolute links of a column's rows under hosts of its own site."""
    own_hosts = []
    for url in (column.url, home_url):
        own_hosts.append(urlsplit(url).hostname or "")
    urls = []
    for row in column.rows:
        if not row.url.startswith(("http://", "https://")):
            continue
        try:
            host = urlsplit(row.url).hostname or ""
        except ValueError:
            continue
        if any(is_open_government_host(host, own_host) for own_host in own_hosts):
            urls.append(row.url)
    return urls


def make_site_id(url: str) -> str:
    """Return a host's own name as an id: www.pingtan.gov.cn is pingtan."""
    host = urlsplit(url).hostname or "site"
    name = host.removeprefix("www.").removesuffix(".localhost").removesuffix(".gov.cn")
    site_id = re.sub(
        r"[^a-z0-9]+",
        "-",
        name,
    ).strip("-")
    return site_id or "site"


def record_list_page(
    column: ReportColumn,
    site_id: str,
    folder: Path,
) -> list[Path]:
    """Write a column's page as it was sent, and beside it what was read from it.

    Returns both paths.
    """
    page_path = folder / f"{site_id}.{_guess_suffix(column.page_body)}"
    expectation_path = folder / f"{site_id}.yml"
    first_row = column.rows[0]
    expectation = {
        "platform": column.platform,
        "url": column.rows_url,
        "page": page_path.name,
        "content_type": column.content_type,
        "rows": len(column.rows),
        "first": {
            "url": first_row.url,
            "title": first_row.title,
            "date": first_row.date,
        },
        "reviewed": "never",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with write_atomically(page_path) as part:
        part.write_bytes(column.page_body)
    with write_atomically(expectation_path) as part:
        part.write_text(format_yaml(CommentedMap(expectation)), "utf-8")
    return [page_path, expectation_path]


def _guess_suffix(page: bytes) -> str:
    """Return `json`, `xml` or `html`, by how a page begins."""
    start = page[:99].lstrip()
    if start.startswith(b"{"):
        return "json"
    if start.startswith(b"<?xml"):
        return "xml"
    return "html"
