"""What a look at a site becomes: its site file, and the list page kept for a test."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import RoundTripRepresenter

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.pipelines.reader.regions import resolve
from nianbao.spiders import catalogue
from nianbao.spiders.catalogue import CatalogueError, LastCheck, Site
from nianbao.spiders.discovery.column_search import Discovery, ReportColumn

DEFAULT_DELAY: float = Site.model_fields["delay"].default
MOST_EXPECTED = (
    5  # report links a healthy run of a new site must find, until it is known better
)
# the folder of a province's site files, by the first two digits of its division codes
PROVINCES = {
    "11": "beijing", "12": "tianjin", "13": "hebei", "14": "shanxi", "15": "neimenggu", "21": "liaoning",
    "22": "jilin", "23": "heilongjiang", "31": "shanghai", "32": "jiangsu", "33": "zhejiang", "34": "anhui",
    "35": "fujian", "36": "jiangxi", "37": "shandong", "41": "henan", "42": "hubei", "43": "hunan",
    "44": "guangdong", "45": "guangxi", "46": "hainan", "50": "chongqing", "51": "sichuan", "52": "guizhou",
    "53": "yunnan", "54": "xizang", "61": "shaanxi", "62": "gansu", "63": "qinghai", "64": "ningxia",
    "65": "xinjiang",
}  # fmt: skip


def propose(
    found: Discovery, site_id: str | None = None, delay: float = DEFAULT_DELAY
) -> CommentedMap:
    """Return the fields of a site file for what was found, in the order of the file; there must
    be a column.
    """
    platform, _ = found.platform
    columns = [column for column in found.columns if column.platform == platform]
    name = found.name or urlsplit(found.url).netloc
    place = resolve.resolve_agency(name, report_year=datetime.now(UTC).year - 1)
    fields: dict[str, Any] = {
        "id": site_id or _id(found.url),
        "name": name,
        "region": _flow(name=place.region, code=place.region_code)
        if place.region
        else None,
        "platform": platform,
        "entries": [_flow(url=column.url, column=column.name) for column in columns],
        "expect": _flow(links=min(len(columns[0].rows), MOST_EXPECTED)),
    }
    hosts = {urlsplit(column.rows_url).netloc for column in columns} - {
        urlsplit(c.url).netloc for c in columns
    }
    if hosts:
        fields["hosts"] = sorted(hosts)
    if delay != DEFAULT_DELAY:
        fields["delay"] = delay
    if tree := next((column.tree for column in columns if column.tree), None):
        fields["options"] = _flow(tree=tree)
    return CommentedMap(fields | {"verified": "never"})


def dump(fields: CommentedMap) -> str:
    """Return the text of a site file."""
    text = StringIO()
    _yaml().dump(fields, text)
    return text.getvalue()


class _Representer(RoundTripRepresenter):
    """Writes what is not known as `null`, in a block too, where ruamel.yaml leaves it blank."""

    def represent_null(self, _data: None) -> Any:
        """Return the scalar."""
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.represent_null)


def _yaml() -> YAML:
    """Return what reads and writes site files and keeps comments, quotes and the order of
    fields.
    """
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 1000
    yaml.preserve_quotes = True
    yaml.indent(sequence=4, offset=2)
    return yaml


def note(path: Path, seen: LastCheck) -> None:
    """Write into a site file what was seen of the site; and, if that is as the file states,
    that it is verified.
    """
    fields = _yaml().load(path.read_text("utf-8"))
    if seen.state == "as_stated":
        fields["verified"] = (
            seen.day.replace()
        )  # another object: the same one twice would be written as an alias
    told = seen.model_dump()
    fields["seen"] = _flow(
        **{name: value for name, value in told.items() if name != "note" or value}
    )
    with write_atomically(path) as part:
        part.write_text(dump(fields), "utf-8")
    catalogue.read_site(path)


def write(fields: CommentedMap, folder: Path) -> Path:
    """Write a site file into the folder of its province; return its path.

    Raises CatalogueError when there is one already, or the fields make none.
    """
    try:
        site = Site.model_validate(fields)
    except ValidationError as error:
        raise CatalogueError(
            f"{folder}: what was found makes no site file: {error}"
        ) from error
    taken = {path.stem: path for path in folder.rglob("*.yml")}
    if site.id in taken:
        raise CatalogueError(
            f"{taken[site.id]}:1: id: the catalogue has this site already. Choose another with --id."
        )
    code = (site.region.code if site.region else None) or ""
    path = folder / PROVINCES.get(code[:2], "other") / f"{site.id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(fields), "utf-8")
    catalogue.read_site(path)
    return path


def record(column: ReportColumn, site_id: str, folder: Path) -> list[Path]:
    """Write a column's page as it was seen, and beside it what was read from it; return both
    paths.
    """
    start = column.page_body[:99].lstrip()
    suffix = (
        "json"
        if start.startswith(b"{")
        else "xml"
        if start.startswith(b"<?xml")
        else "html"
    )
    page, expected = folder / f"{site_id}.{suffix}", folder / f"{site_id}.yml"
    first = column.rows[0]
    lines = {
        "platform": column.platform,
        "url": column.rows_url,
        "page": page.name,
        "content_type": column.content_type,
        "rows": len(column.rows),
        "first": {"url": first.url, "title": first.title, "date": first.date},
        "reviewed": "never",
    }
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(column.page_body)
    expected.write_text(dump(CommentedMap(lines)), "utf-8")
    return [page, expected]


def _flow(**fields: Any) -> CommentedMap:
    """Return a mapping that is written on one line."""
    found = CommentedMap(fields)
    found.fa.set_flow_style()
    return found


def _id(url: str) -> str:
    """Return a host's own name: www.pingtan.gov.cn is pingtan."""
    host = (urlsplit(url).hostname or "site").removeprefix("www.")
    return (
        re.sub(
            r"[^a-z0-9]+", "-", host.removesuffix(".localhost").removesuffix(".gov.cn")
        ).strip("-")
        or "site"
    )
