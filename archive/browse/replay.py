"""Replay: an archived page as it may be shown, with nothing that runs, fetches or leads away.

Archived HTML is hostile. What is shown is built anew from what `replay.yaml` allows (nh3, which
parses as browsers do): no script, no handler, no style sheet, no form, no frame, no link. It
stands in a document of our own that is served under POLICY and framed in a sandbox, each of
which alone would be enough.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nh3
from lxml import etree
from lxml import html as lxml_html
from ruamel.yaml import YAML

from nianbao.archive.long_tags import make_markup_parsable

ALLOWED = Path(__file__).with_name("replay.yaml")

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'"
)
# The first bytes of a page.
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:[a-z]|!doctype|!--|\?xml)", re.IGNORECASE
)
IMAGE_KINDS = ("png", "jpeg", "jpg", "gif", "webp", "bmp")
IMAGE_SIGNATURES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"BM": "bmp",
}
# A page fills the lazy ones itself.
IMAGE_ADDRESSES = ("data-src", "data-original", "src", "data")
IMAGES = tuple(f"data:image/{kind};base64," for kind in IMAGE_KINDS)
PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>
"""
STYLE = (
    'body{margin:1rem;font:16px/1.7 "Noto Sans CJK SC","Noto Sans SC","PingFang SC",'
    '"Microsoft YaHei",sans-serif;'
    "color:#1d2125;background:#fff;overflow-wrap:break-word}"
    "table{border-collapse:collapse;max-width:100%}"
    "td,th{border:1px solid #c9ced6;padding:.15rem .4rem}img{max-width:100%}"
    "a[title]{text-decoration:underline dotted;cursor:help}"
)


def is_html(payload: bytes) -> bool:
    """Tell a page from what is only offered as a file: a PDF, a Word document, JSON."""
    return MARKUP.match(payload) is not None


def build_page(payload: bytes, charset: str | None, title: str = "") -> str:
    """Return a document that shows a payload and does nothing else.

    Undecodable bytes become U+FFFD.
    """
    body = clean_html(decode_payload(payload, charset))
    return PAGE.format(title=escape(title), style=STYLE, body=body)


def decode_payload(payload: bytes, charset: str | None) -> str:
    """Decode as the reader did; as UTF-8 without a charset, or with an unknown one."""
    try:
        text = payload.decode(charset or "utf-8", "replace")
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


def clean_html(text: str, images: Mapping[str, bytes] = MappingProxyType({})) -> str:
    """Return what of a page may be shown, as a fragment.

    A link becomes its text, with the link's target as its title. `images` are those that the
    archive has, by the addresses that the page writes; others, of its further pages, stand below.
    """
    markup = make_markup_parsable(text)
    return _get_cleaner().clean(_write_into_page(markup.text, images))


def _write_into_page(text: str, images: Mapping[str, bytes]) -> str:
    """Write the targets of links where a reader can see them, and images into the page.

    The cleaner has the last word, whatever comes out.
    """
    try:
        tree = lxml_html.document_fromstring(text.encode(), parser=_PARSER)
    except (etree.ParserError, ValueError, AssertionError):  # no page in the text
        return text
    for link in tree.iter("a"):
        target = link.get("href")
        if target:
            link.set("title", target)
    if images:
        _put_in_images(tree, images)
    html: str = lxml_html.tostring(tree, encoding="unicode")
    return html


def _put_in_images(tree: lxml_html.HtmlElement, images: Mapping[str, bytes]) -> None:
    others = dict(images)
    for image in tree.iter("img"):
        for name in IMAGE_ADDRESSES:
            address = (image.get(name) or "").strip()
            if address in images:
                image.set("src", _write_data_address(images[address]))
                others.pop(address, None)
                break
    for content in others.values():
        paragraph = etree.SubElement(tree, "p")
        etree.SubElement(paragraph, "img", src=_write_data_address(content))


def is_shown_image(content: bytes) -> bool:
    """Tell whether browsers show an image of this kind; they do not show TIFF."""
    return bool(_write_data_address(content[:4]))


def _write_data_address(content: bytes) -> str:
    """Return an image as an address; the empty one for a kind that is not shown."""
    for signature, kind in IMAGE_SIGNATURES.items():
        if content.startswith(signature):
            return f"data:image/{kind};base64,{b64encode(content).decode()}"
    return ""


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    """Drop every picture but those that are in the page itself."""
    if name == "src" and not value.lower().startswith(IMAGES):
        return None
    return value


_PARSER = lxml_html.HTMLParser(
    encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True
)


@cache
def load_allowed() -> dict[str, Any]:
    """Return the elements, attributes and styles of a page that are shown."""
    allowed: dict[str, Any] = YAML(typ="safe").load(ALLOWED)
    return allowed


@cache
def _get_cleaner() -> nh3.Cleaner:
    allowed = load_allowed()
    attributes = {
        tag: set(names.split()) for tag, names in allowed["attributes"].items()
    }
    return nh3.Cleaner(
        tags=set(allowed["elements"].split()),
        clean_content_tags=set(allowed["dropped"].split()),
        attributes=attributes,
        attribute_filter=_filter_attribute,
        url_schemes={"data"},
        link_rel=None,
        filter_style_properties=set(allowed["styles"].split()),
    )
