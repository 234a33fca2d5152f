"""Replay: an archived page as it may be shown, with nothing in it that runs, fetches or leads
anywhere.

Archived HTML is hostile. What is shown is built anew from what `replay.yaml` allows (nh3, which
parses as browsers do): no script, no handler, no style sheet, no form, no frame, no link. It
stands in a document of our own that is served under POLICY and framed in a sandbox, each of
which alone would hold it.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nh3
from lxml import etree
from lxml import html as lxml_html
from ruamel.yaml import YAML

ALLOWED = Path(__file__).with_name("replay.yaml")

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'"
)
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:[a-z]|!doctype|!--|\?xml)", re.IGNORECASE
)  # how a page begins
IMAGES = tuple(
    f"data:image/{kind};base64," for kind in ("png", "jpeg", "jpg", "gif", "webp")
)
PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>
"""
STYLE = (
    'body{margin:1rem;font:16px/1.7 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;'
    "color:#1d2125;background:#fff;overflow-wrap:break-word}table{border-collapse:collapse;max-width:100%}"
    "td,th{border:1px solid #c9ced6;padding:.15rem .4rem}img{max-width:100%}"
    "a[title]{text-decoration:underline dotted;cursor:help}"
)


def is_page(payload: bytes) -> bool:
    """Tell a page from what is only handed out as a file: a PDF, a Word document, JSON."""
    return MARKUP.match(payload) is not None


def page(payload: bytes, charset: str | None, title: str = "") -> str:
    """Return a document that shows a payload and does nothing else; undecodable bytes become
    U+FFFD.
    """
    return PAGE.format(
        title=escape(title), style=STYLE, body=cleaned(decoded(payload, charset))
    )


def decoded(payload: bytes, charset: str | None) -> str:
    """Decode as the reader did; what it did not read, or names no charset that is known, as
    UTF-8.
    """
    try:
        return payload.decode(charset or "utf-8", "replace").removeprefix("\ufeff")
    except LookupError:
        return payload.decode("utf-8", "replace").removeprefix("\ufeff")


def cleaned(text: str) -> str:
    """Return what of a page may be shown, as a fragment: a link is its text, with where it led
    as its title.
    """
    return _cleaner().clean(_with_targets(text))


def _with_targets(text: str) -> str:
    """Write the targets of links where a reader can see them. The cleaner has the last word,
    whatever comes out.
    """
    try:
        tree = lxml_html.document_fromstring(
            text.replace("\0", "").encode(), parser=_PARSER
        )
    except (
        etree.ParserError,
        ValueError,
        AssertionError,
    ):  # nothing in it that is a page
        return text
    for link in tree.iter("a"):
        if target := link.get("href"):
            link.set("title", target)
    found: str = lxml_html.tostring(tree, encoding="unicode")
    return found


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Let no picture through but one that is in the page itself."""
    if name == "src":
        return value if value.lower().startswith(IMAGES) else None
    return value


_PARSER = lxml_html.HTMLParser(
    encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True
)


@cache
def allowed() -> dict[str, Any]:
    """Return what of a page is shown: the names of elements, attributes and styles."""
    loaded: dict[str, Any] = YAML(typ="safe").load(ALLOWED)
    return loaded


@cache
def _cleaner() -> nh3.Cleaner:
    names = allowed()
    return nh3.Cleaner(
        tags=set(names["elements"].split()),
        clean_content_tags=set(names["dropped"].split()),
        attributes={
            tag: set(listed.split()) for tag, listed in names["attributes"].items()
        },
        attribute_filter=_attribute,
        url_schemes={"data"},
        link_rel=None,
        filter_style_properties=set(names["styles"].split()),
    )
