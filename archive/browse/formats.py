"""The formats of a page: HTML for people, JSON, CSV and Atom for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nianbao.archive.browse.citing import CITATION_FORMATS, CITATION_NAMES
from nianbao.archive.browse.page import (
    NO_TIME,
    BrowsePage,
    PageNotFound,
    PageRequest,
)
from nianbao.archive.cell_anchors import anchor
from nianbao.archive.clock import CHINA

HERE = Path(__file__).parent
CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "bib": "application/x-bibtex; charset=utf-8",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "ris": "application/x-research-info-systems; charset=utf-8",
}
FORMAT_NAMES = {"json": "JSON", "csv": "CSV", "xlsx": "Excel", "atom": "Atom"}
CHINESE_TAG = "zh-CN"
ATOM = "http://www.w3.org/2005/Atom"
XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
# What a template knows of a page that only says that something is not there: it is no page to
# cite, to follow or to download.
NO_CONTEXT: Mapping[str, Any] = {"downloads": {}, "cited": None, "whole": None}
BYTE_ORDER_MARK = "\ufeff"
# A text that begins so is a formula to a spreadsheet.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
# A cell of CSV, and what ends it.
CSV_CELL = re.compile(r'("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)')


def format_page(
    page: BrowsePage, request: PageRequest, context: Mapping[str, Any]
) -> str:
    """Return the page in the format of the request."""
    if request.format == "html":
        return render_html(page, request, context)
    if request.format == "csv":
        return format_csv(page)
    if request.format == "json":
        return format_json(page, request)
    if request.format in CITATION_FORMATS:
        return format_citation(page, request)
    return XML_DECLARATION + format_atom(page, request)


def format_citation(page: BrowsePage, request: PageRequest) -> str:
    """Return the citation of a report; raise PageNotFound where the page is of none."""
    if page.citation is None:
        raise PageNotFound(request.language("error.no_citation"))
    return CITATION_FORMATS[request.format](page.citation)


# --- HTML -------------------------------------------------------------------------------


@cache
def get_environment() -> Environment:
    """Return Jinja as the pages use it: everything escaped, an unknown name an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style_sheet = (HERE / "static" / "pages.css").read_bytes()
    environment.filters["count"] = _format_count
    environment.filters["day"] = _format_day
    environment.filters["minute"] = write_minute
    environment.globals["anchor"] = anchor
    environment.globals["styles"] = sha256(style_sheet).hexdigest()[:12]
    return environment


def _format_count(number: int) -> str:
    return f"{number:,}"


def _format_day(time: str | None) -> str:
    return _tell_in_china(time)[:10]


def write_minute(time: str | None) -> str:
    """Return a moment as clocks in China show it, to the minute."""
    return _tell_in_china(time)[:16].replace("T", " ")


def _tell_in_china(time: str | None) -> str:
    """Return an instant of the archive as clocks in China showed it; other times as they are."""
    if time is None or not time.endswith("Z"):
        return time or ""
    return datetime.fromisoformat(time).astimezone(CHINA).isoformat()


def render_html(
    page: BrowsePage, request: PageRequest, context: Mapping[str, Any]
) -> str:
    """Return the page for people. A template knows these names and the context."""

    def here(**changes: Any) -> str:
        """Return the address of this page with other arguments."""
        arguments = {**request.args, "page": None, "lang": None, **changes}
        return request.to.page(request.path, **arguments)

    def as_format(suffix: str) -> str:
        """Return the address of this page in another format."""
        arguments = without(request.args, "lang", "page")
        return request.to.page(request.path, suffix, **arguments)

    names = {
        "page": page,
        "data": page.data,
        "request": request,
        "to": request.to,
        "t": request.language,
        "word": request.language.word,
        "here": here,
        "as_format": as_format,
        "citations": CITATION_NAMES,
        "cite_as": as_format,
        **context,
    }
    return get_environment().get_template(page.template).render(names)


def without(arguments: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return arguments without some of them."""
    return {name: value for name, value in arguments.items() if name not in names}


def list_downloads(formats: Sequence[str]) -> dict[str, str]:
    """Return the formats that a page can be downloaded in: suffix → name.

    Those of its citation are not among them.
    """
    downloads = {}
    for suffix in formats:
        if suffix in FORMAT_NAMES:
            downloads[f".{suffix}"] = FORMAT_NAMES[suffix]
    return downloads


# --- JSON -------------------------------------------------------------------------------


def format_json(page: BrowsePage, request: PageRequest) -> str:
    """Return the page for programs: title, address to cite, next page if any, and the data."""
    head = {
        "title": page.title,
        "address": cite_page(page, request),
        "next": _next_address(page, request),
    }
    whole = head | to_plain(page.data)
    return json.dumps(whole, ensure_ascii=False, default=str)


def to_plain(value: Any) -> Any:
    """Return dataclasses, at any depth, as dictionaries; fields `NOT_IN_JSON` are left out."""
    if is_dataclass(value):
        plain = {}
        for field in fields(value):
            if field.metadata.get("json", True):
                plain[field.name] = to_plain(getattr(value, field.name))
        return plain
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def cite_page(page: BrowsePage, request: PageRequest) -> str:
    """Return the address to cite."""
    if page.cited:
        return page.cited
    arguments = without(request.args, "lang")
    return request.cite.page(request.path, **arguments)


def _next_address(page: BrowsePage, request: PageRequest) -> str | None:
    if not page.more:
        return None
    arguments = {**request.args, "page": request.page + 1}
    return request.cite.page(request.path, f".{request.format}", **arguments)


# --- CSV --------------------------------------------------------------------------------


def format_csv(page: BrowsePage) -> str:
    """Return the rows as CSV, with a byte order mark, so that spreadsheets read the Chinese.

    Texts that spreadsheets take for formulas are escaped.
    """
    return BYTE_ORDER_MARK + format_rows(page.rows)


def format_rows(rows: Sequence[Any]) -> str:
    """Return dataclasses or named tuples as rows of CSV below their names."""
    if not rows:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    names = _column_names(rows[0])
    writer.writerow(names)
    for row in rows:
        writer.writerow([_format_cell(getattr(row, name)) for name in names])
    return text.getvalue()


def _column_names(row: Any) -> list[str]:
    if is_dataclass(row):
        return [field.name for field in fields(row)]
    return list(row._fields)


def _format_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS):
        return f"'{value}"
    return value


def escape_formulas(rows: str) -> str:
    """Return whole rows of CSV with the texts escaped that spreadsheets take for formulas."""
    return CSV_CELL.sub(_escape_formula, rows)


def _escape_formula(match: re.Match[str]) -> str:
    cell, end = match.groups()
    quote = '"' if cell.startswith('"') else ""
    content = cell.removeprefix(quote)
    if not content.startswith(FORMULA_BEGINNINGS) or NUMBER.fullmatch(content):
        return match[0]
    return f"{quote}'{content}{end}"


# --- Atom -------------------------------------------------------------------------------


def format_atom(page: BrowsePage, request: PageRequest) -> str:
    """Return the entries as an Atom feed (RFC 4287)."""
    language = request.language
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language.tag})
    arguments = without(request.args, "lang")
    address = request.cite.page(request.path, ".atom", **arguments)
    updated = max([entry.updated for entry in page.entries], default=NO_TIME)
    _add_element(feed, "title", f"{page.title} · {language('site.name')}")
    _add_element(feed, "id", address)
    _add_element(feed, "updated", updated)
    ElementTree.SubElement(feed, "link", rel="self", href=address)
    page_address = cite_page(page, request)
    ElementTree.SubElement(feed, "link", rel="alternate", href=page_address)
    author = ElementTree.SubElement(feed, "author")
    _add_element(author, "name", language("site.name"))
    for entry in page.entries:
        element = ElementTree.SubElement(feed, "entry")
        for name in ("id", "title", "updated", "summary"):
            _add_element(element, name, getattr(entry, name))
        if entry.is_quotation:
            element[-1].set("xml:lang", CHINESE_TAG)
        ElementTree.SubElement(element, "link", href=entry.address)
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=False)


def _add_element(parent: ElementTree.Element, name: str, text: str) -> None:
    """Add an element with a text, without the control characters that XML does not allow."""
    allowed = [letter for letter in text if letter >= " " or letter in "\t\n\r"]
    ElementTree.SubElement(parent, name).text = "".join(allowed)
