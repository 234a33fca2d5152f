"""What a page tells about its site: the platform it runs on, and the way to its annual-report
column.

Pure functions of an address and a page. Names and slugs were seen on real sites; a column is
named, never guessed from its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from scrapy.http import TextResponse

from nianbao.spiders.lists import Link, link

YEAR = re.compile(r"20[012]\d")
BARE_YEAR = re.compile(r"(20[012]\d)\s*年?度?")
REPORT = re.compile(r"年报|年度(?:工作)?报告|信息公开.{0,12}报告|公开工作.{0,6}报告")
# titles and columns that look alike: explanations, pictures, other yearly documents
OTHER = re.compile(
    r"解读|图解|读懂|报表|法治|决算|预算|财务|统计年报|审计|工商|企业年报|机构年报|通知|公告|填报|监管"
)
COLUMN = re.compile(
    r"(?:年报|年度(?:工作)?报告|信息公开(?:工作)?(?:年度)?报告)(?:专栏|公开|汇总)?"
)
OWN = re.compile(r"公开|年报|部门|政府|乡镇|街道|镇街|单位|县区|区县|年度报告")
GATES = (
    "政府信息公开年报",
    "法定主动公开内容",
    "政府信息公开",
    "信息公开",
    "政务公开",
)  # the last ones lead furthest round
SLUGS = re.compile(  # of the folder or file itself, not of what is in it
    r"/(?:(?:zf|xz|jb|ks|qt|bm)?xxgk(?:gz|gk)?n(?:b|dbg)\d*|gknb|zfnb\w*|ndbg(?:_\d+)?|bmnb|nb(?:_\w+)?|gb20\d\d|xz20\d\d)"
    r"(?:/|/index\.\w+|\.s?html?)?$"
)
BODY = re.compile(r"(?:政府|委员会|管委会|办事处|局|厅|汇编|门户网站)$")
GATE_SLUGS = re.compile(r"/(?:zfxxgk|xxgk|zwgk|zfgk|zwgkml|gkmlpt|xxgkml)(?:[/.]|$)")
TREE = re.compile(r"\bTREE['\"]?\s*:\s*(?=\[)")  # of a gkmlpt directory

Where = Literal["page", "address"]
SIGNS: tuple[tuple[str, float, Where, str], ...] = (
    # platform, how far the sign alone convinces, where it stands, what it is
    ("trs", 0.7, "page", r"/t20\d{6}_\d+\.s?html?"),
    ("trs", 0.5, "page", r"createPageHTML\(\s*\d+"),
    ("trs", 0.4, "page", r"TRS_(?:UE)?(?:Editor|EDITOR)"),
    ("trs", 0.7, "address", r"/t20\d{6}_\d+\.s?html?$"),
    ("hanweb", 0.8, "page", r"<datastore>"),
    ("hanweb", 0.7, "page", r"/module/(?:web/)?jpage/"),
    ("hanweb", 0.6, "page", r"/col/col\d+/"),
    ("hanweb", 0.5, "page", r"/art/20\d\d/\d+/\d+/art_\d+_\d+\.html"),
    ("hanweb", 0.2, "page", r"name=[\"']Maketime[\"']"),
    ("hanweb", 0.7, "address", r"/col/col\d+/|/art/20\d\d/\d+/\d+/art_\d+_\d+\.html$"),
    ("xxgk", 0.9, "address", r"/module/xxgk/"),
    ("xxgk", 0.7, "page", r"xxgkAnnualReport\.jsp|/module/xxgk/(?:tree|search)\.jsp"),
    ("xxgk", 0.4, "page", r"\binfotypeId\b"),
    ("jpaas", 0.95, "page", r"jpaas-publish-server|/api-gateway/jpaas-"),
    ("jpaas", 0.3, "page", r"queryData=[\"']"),
    ("jpaas", 0.5, "address", r"/art/20\d\d/art_[0-9a-f]{32}\.html$"),
    ("gkmlpt", 0.9, "address", r"/gkmlpt/"),
    ("gkmlpt", 0.8, "page", r"/gkmlpt/"),
    ("gkmlpt", 0.4, "page", r"window\._CONFIG"),
    ("ucap", 0.7, "page", r"name=[\"']channelid[\"'] content=[\"'][0-9a-f]{32}"),
    ("ucap", 0.6, "page", r"/c\d+/20\d{4}/[0-9a-f]{32}\.shtml"),
    ("ucap", 0.8, "page", r"/common/search/[0-9a-f]{32}"),
    ("ucap", 0.5, "page", r"UCAP-?CONTENT"),
    (
        "ucap",
        0.7,
        "address",
        r"/c\d+/(?:20\d{4}/)?(?:[0-9a-f]{32}|c[0-9a-f]+/content)\.shtml$|common_list(?:_\d+)?\.shtml$",
    ),
    ("lonsun", 0.8, "address", r"/public/(?:column/)?\d+(?:/\d+\.html)?"),
    ("lonsun", 0.7, "page", r"/public/column/\d+"),
    ("lonsun", 0.6, "page", r"labelName['\"]?\s*[:=]"),
    ("lonsun", 0.4, "page", r"/public/\d+/\d+\.html"),
    ("vsb", 0.7, "address", r"/info/\d+/\d+\.htm$"),
    ("vsb", 0.6, "page", r"info/\d+/\d+\.htm\b"),
    (
        "vsb",
        0.6,
        "page",
        r"vsb_content|v_news_content|/_sitegray|/system/_(?:content|resource)/",
    ),
    ("epoint", 0.9, "page", r"/EWB-FRONT/"),
    ("epoint", 0.7, "page", r"govInfoPub\.html"),
    ("epoint", 0.7, "address", r"govInfoPub\.html"),
    ("webforms", 0.85, "page", r"name=[\"']__VIEWSTATE[\"']"),
    ("webforms", 0.4, "page", r"__doPostBack\("),
    ("webforms", 0.3, "address", r"\.aspx$"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign of a platform: how far it alone convinces (0 to 1), and the words that were found."""

    platform: str
    weight: float
    found: str


@dataclass(frozen=True, slots=True)
class Column:
    """A link that leads, or may lead, to the annual reports; `score` orders what to look at
    first.
    """

    url: str
    name: str
    score: int


def evidence(url: str, text: str) -> list[Evidence]:
    """Return the signs of platforms on a page, the strongest first."""
    parts = urlsplit(url)
    places: dict[Where, str] = {"page": text, "address": parts.path}
    found = [
        Evidence(platform, weight, " ".join(hit[0].split())[:60])
        for platform, weight, where, sign in SIGNS
        if (hit := re.search(sign, places[where]))
    ]
    return sorted(found, key=lambda sign: -sign.weight)


def judge(signs: Iterable[Evidence]) -> tuple[str, float]:
    """Return the platform that signs speak for and the confidence; `generic` and 0 without any.

    Signs add up as independent ones do: two that convince by half convince by three quarters.
    """
    doubt: dict[str, float] = {}
    for sign in set(signs):
        doubt[sign.platform] = doubt.get(sign.platform, 1.0) * (1 - sign.weight)
    if not doubt:
        return "generic", 0.0
    platform = min(doubt, key=lambda name: doubt[name])
    return platform, round(1 - doubt[platform], 3)


def is_report_title(title: str) -> bool:
    """Tell whether a title names a year and an annual report, and nothing that only looks like
    one.
    """
    return bool(YEAR.search(title) and REPORT.search(title) and not OTHER.search(title))


def is_column_name(name: str) -> bool:
    """Tell whether the name of a column says that it holds annual reports, of all years."""
    return len(name) <= 24 and not YEAR.search(name) and _ends_as_column(name)


def _ends_as_column(name: str) -> bool:
    found = COLUMN.search(name)
    return bool(
        found
        and found.end() == len(name)
        and OWN.search(name)
        and not OTHER.search(name)
    )


def columns(response: TextResponse) -> list[Column]:
    """Return what a page names as annual-report columns, the likeliest first."""
    found: dict[str, Column] = {}
    for url, name in _anchors(response):
        named, slug = is_column_name(name), bool(SLUGS.search(urlsplit(url).path))
        if (not named and not (slug and not YEAR.search(name))) or OTHER.search(name):
            continue
        score = 4 * named + 2 * ("公开" in name) + slug
        if url not in found or found[url].score < score:
            found[url] = Column(url, name, score)
    return sorted(found.values(), key=lambda column: -column.score)


def gates(response: TextResponse) -> list[Column]:
    """Return the links to the pages about open government information, where the column is
    reached.
    """
    found: dict[str, Column] = {}
    for url, name in _anchors(response):
        score = next(
            (len(GATES) - at for at, gate in enumerate(GATES) if gate in name), 0
        )
        score += bool(GATE_SLUGS.search(urlsplit(url).path))
        if (
            score
            and not OTHER.search(name)
            and not YEAR.search(name)
            and len(name) <= 16
        ):
            found.setdefault(url, Column(url, name, score))
    return sorted(found.values(), key=lambda column: -column.score)


def branches(response: TextResponse, *, years_only: bool = False) -> Iterator[Link]:
    """Yield the lists of a tree below a list page: links that are a year, and folders below the
    page's own.

    A year's list keeps the name of its parent: its title is None.
    """
    folder = urlsplit(response.url).path.rpartition("/")[0] + "/"
    for anchor in response.xpath("//a[@href]"):
        row = link(anchor)
        parts = urlsplit(response.urljoin(row.url))
        if parts.netloc != urlsplit(response.url).netloc or parts.scheme not in (
            "http",
            "https",
        ):
            continue
        is_year = bool(BARE_YEAR.fullmatch(row.title or ""))
        below = (
            parts.path.startswith(folder)
            and parts.path != folder
            and parts.path.endswith(("/", "/index.html"))
        )
        if is_year or (
            below and not years_only and not is_report_title(row.title or "")
        ):
            yield Link(row.url, None if is_year else row.title, None)


def tree_columns(text: str) -> list[tuple[int, str]]:
    """Return (id, name) of the annual-report columns in the tree of a gkmlpt directory page."""
    found = TREE.search(text)
    if found is None:
        return []
    try:
        tree, _ = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return []
    return [
        (node["id"], node["name"])
        for node in _nodes(tree)
        if is_column_name(str(node.get("name", "")))
    ]


def name_of(response: TextResponse) -> str | None:
    """Return the name of the annual-report column that a page says it is, if it does."""
    names = [name for _, name in tree_columns(response.text)]
    names += response.xpath("//meta[@name='ColumnName']/@content").getall()
    for title in response.xpath("//title/text()").getall():
        names += re.split(r"[-_|—>\s]+", title)
    return next((name.strip() for name in names if is_column_name(name.strip())), None)


def site_name(response: TextResponse) -> str | None:
    """Return the site's name as its meta tag has it, or the part of its title that names a body."""
    named = response.xpath("//meta[@name='SiteName']/@content").get("").strip()
    parts = re.split(r"[-_|—>\s]+", response.xpath("//title/text()").get(""))
    return named or next((part for part in parts if BODY.search(part)), None)


def _anchors(response: TextResponse) -> Iterator[tuple[str, str]]:
    for anchor in response.xpath("//a[@href]"):
        href, text = (
            anchor.attrib["href"].strip(),
            "".join(anchor.xpath(".//text()").getall()),
        )
        if href and not href.lower().startswith(("javascript:", "#", "mailto:")):
            yield (
                response.urljoin(href),
                "".join((text or anchor.attrib.get("title", "")).split()),
            )


def _nodes(tree: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in tree:
        yield node
        yield from _nodes(node.get("children") or [])
