"""What a look at a site becomes: a proposed site file, and its list page recorded for a test."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ruamel.yaml.comments import CommentedMap

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.crawler.site_files.yaml_file import format_yaml, inline_map
from nianbao.pipelines.reader.regions import resolve
from nianbao.spiders.catalogue import Site
from nianbao.spiders.own_hosts import has_host, is_open_government_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nianbao.spiders.discovery.records import Discovery, ReportColumn

DEFAULT_DELAY: float = Site.model_fields["delay"].default
# Report links that a healthy run of a new site must find, until more is known of it.
MOST_EXPECTED = 5


def propose_site(
    discovery: Discovery,
    site_id: str | None = None,
    delay: float = DEFAULT_DELAY,
    tls: Sequence[str] = (),
) -> CommentedMap:
    """Return the fields of a site file, in the order of the file.

    The discovery must have a column.
    """
    platform, _ = discovery.platform
    columns = [column for column in discovery.columns if column.platform == platform]
    name = discovery.name or urlsplit(discovery.url).netloc
    entries = [inline_map(url=column.url, column=column.name) for column in columns]
    expected_links = min(len(columns[0].rows), MOST_EXPECTED)
    fields: dict[str, Any] = {
        "id": site_id or _make_id(discovery.url),
        "name": name,
        "region": _find_region(name),
        "platform": platform,
        "entries": entries,
        "expect": inline_map(links=expected_links),
    }
    hosts = _find_further_hosts(columns, discovery.url)
    if hosts:
        fields["hosts"] = sorted(hosts)
    if delay != DEFAULT_DELAY:
        fields["delay"] = delay
    if tls:
        fields["tls"] = list(tls)
    trees = [column.tree for column in columns if column.tree]
    if trees:
        fields["options"] = inline_map(tree=trees[0])
    fields["verified"] = "never"
    return CommentedMap(fields)


def _find_region(name: str) -> CommentedMap | None:
    """Return the region that a body's name stands for; None where it is not sure."""
    last_year = datetime.now(UTC).year - 1
    place = resolve.resolve_agency(name, report_year=last_year)
    if not place.region:
        return None
    return inline_map(name=place.region, code=place.region_code)


def _find_further_hosts(columns: Iterable[ReportColumn], home_url: str) -> set[str]:
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


def _make_id(url: str) -> str:
    """Return a host's own name as an id: www.pingtan.gov.cn is pingtan."""
    host = urlsplit(url).hostname or "site"
    name = host.removeprefix("www.").removesuffix(".localhost").removesuffix(".gov.cn")
    site_id = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    return site_id or "site"


def record_list_page(column: ReportColumn, site_id: str, folder: Path) -> list[Path]:
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
