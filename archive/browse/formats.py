"""The formats of a page: HTML for people, JSON, CSV and Atom for programs, all made of the same
:class:`Page`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nianbao.archive.browse.addresses import anchor
from nianbao.archive.browse.page import Ask, Page

HERE = Path(__file__).parent
CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
ATOM = "http://www.w3.org/2005/Atom"
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # a text that begins so is a formula to a spreadsheet


@cache
def environment() -> Environment:
    """Return Jinja as the pages use it: everything escaped, an unknown name an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["count"] = lambda number: f"{number:,}"
    made.filters["day"] = lambda time: (time or "")[:10]
    made.filters["minute"] = lambda time: (time or "")[:16].replace("T", " ")
    made.globals["anchor"] = anchor
    made.globals["styles"] = sha256(
        (HERE / "static" / "pages.css").read_bytes()
    ).hexdigest()[:12]
    return made


def html(page: Page, ask: Ask, context: Mapping[str, Any]) -> str:
    """Return the page for people. A template knows these names and the context."""
    known = {
        "page": page,
        "data": page.data,
        "ask": ask,
        "to": ask.to,
        "t": ask.language,
        "word": ask.language.word,
        "here": lambda **changed: ask.to.page(
            ask.path, **{**ask.args, "page": None, "lang": None, **changed}
        ),
        "as_format": lambda suffix: ask.to.page(
            ask.path, suffix, **without(ask.args, "lang", "page")
        ),
    }
    return environment().get_template(page.template).render(known | dict(context))


def without(args: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return arguments without some of them."""
    return {name: value for name, value in args.items() if name not in names}


def as_json(page: Page, ask: Ask) -> str:
    """Return the page for programs: its title, the address to cite, the next page if there is
    one, and its data.
    """
    head = {"title": page.title, "address": cited(page, ask), "next": _next(page, ask)}
    body = asdict(page.data)
    return json.dumps(head | body, ensure_ascii=False, default=str)


def as_csv(page: Page) -> str:
    """Return the rows as CSV with a byte order mark, so that spreadsheets read the Chinese;
    formulas are defused.
    """
    if not page.rows:
        return "\ufeff"
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    names = [field.name for field in fields(page.rows[0])]
    writer.writerow(names)
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in page.rows)
    return "\ufeff" + written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
    )


def as_atom(page: Page, ask: Ask) -> str:
    """Return the entries as an Atom feed (RFC 4287)."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": ask.language.tag})
    address = ask.cite.page(ask.path, ".atom", **without(ask.args, "lang"))
    updated = max(
        (entry.updated for entry in page.entries), default="1970-01-01T00:00:00Z"
    )
    _element(feed, "title", f"{page.title} · {ask.language('site.name')}")
    _element(feed, "id", address)
    _element(feed, "updated", updated)
    ElementTree.SubElement(feed, "link", rel="self", href=address)
    ElementTree.SubElement(feed, "link", rel="alternate", href=cited(page, ask))
    _element(ElementTree.SubElement(feed, "author"), "name", ask.language("site.name"))
    for entry in page.entries:
        element = ElementTree.SubElement(feed, "entry")
        for name in ("id", "title", "updated", "summary"):
            _element(element, name, getattr(entry, name))
        ElementTree.SubElement(element, "link", href=entry.address)
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=False)


def _element(parent: ElementTree.Element, name: str, text: str) -> None:
    allowed = (
        character for character in text if character >= " " or character in "\t\n\r"
    )
    ElementTree.SubElement(parent, name).text = "".join(allowed)


def cited(page: Page, ask: Ask) -> str:
    """Return the address to cite."""
    return page.cited or ask.cite.page(ask.path, **without(ask.args, "lang"))


def _next(page: Page, ask: Ask) -> str | None:
    suffix = f".{ask.format}"
    return (
        ask.cite.page(ask.path, suffix, **{**ask.args, "page": ask.page + 1})
        if page.more
        else None
    )


def written(page: Page, ask: Ask, context: Mapping[str, Any]) -> str:
    """Return the page in the format that is asked for."""
    if ask.format == "html":
        return html(page, ask, context)
    if ask.format == "csv":
        return as_csv(page)
    return (
        as_json(page, ask)
        if ask.format == "json"
        else '<?xml version="1.0" encoding="utf-8"?>' + as_atom(page, ask)
    )


def downloads(formats: Sequence[str]) -> dict[str, str]:
    """Return what a page can be downloaded as: suffix → name."""
    return {
        f".{name}": {"json": "JSON", "csv": "CSV", "atom": "Atom"}[name]
        for name in formats
    }
