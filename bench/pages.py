"""Report pages for measuring: the sample province's, in the Word markup that real ones carry.

Whole real report pages measured 95 to 320 thousand characters, nearly all of it markup; half of the
pages here are 30 to 60 KB, half 100 to 350 KB.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import lxml.html
from lxml import etree

from nianbao.sample.agencies import REPORTS_OVER_ADDRESSES
from nianbao.sample.province import DEFAULT_SEED, Province, Truth

FONT = (
    "font-family:仿宋_GB2312;mso-ascii-font-family:仿宋_GB2312;"
    "mso-hansi-font-family:宋体;mso-bidi-font-family:宋体;"
)
PARAGRAPH = (
    "margin-top:0cm;margin-bottom:0cm;line-height:28.0pt;"
    "mso-line-height-rule:exactly;text-indent:32.0pt;"
)
CELL = (
    "border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt;"
    "padding:0cm 5.4pt 0cm 5.4pt;height:22.0pt;"
)
SMALL_SIZES = (30_000, 60_000)  # bytes
LARGE_SIZES = (100_000, 350_000)
STYLE_BYTES = 120  # what the style of an element takes, about


def read_truths(province: Province) -> Iterator[Truth]:
    """Yield what the first state's report pages say, each with a body and a year.

    Left out are the sites that came after the first figures were taken: the figures before and
    after them can be compared.
    """
    later_sites = {site.id for site in REPORTS_OVER_ADDRESSES}
    for truth in province.truths(1):
        if truth.site not in later_sites:
            yield truth


def make_pages(count: int, seed: int = DEFAULT_SEED) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of `count` pages, small and large ones in turn."""
    province = Province(seed)
    urls = [
        truth.url
        for truth in read_truths(province)
        if truth.site != "gucheng" and truth.form != "unknown"
    ]
    pages = province.pages(1)
    dice = random.Random(seed)
    for index in range(count):
        url = urls[index % len(urls)]
        sizes = SMALL_SIZES
        if index % 2:
            sizes = LARGE_SIZES
        yield url, _add_word_markup(pages[url].body, dice.randint(*sizes))


def _add_word_markup(body: bytes, size: int) -> bytes:
    """Return the page with each text run in spans and styles, as many as bring it to `size`."""
    tree = lxml.html.fromstring(body.decode("utf-8"))
    runs = [element for element in tree.iter("p", "td") if (element.text or "").strip()]
    missing = size - len(body)
    while missing > 0:
        for element in runs:
            missing -= _wrap_text(element)
            if missing <= 0:
                break
        spans = [span for element in runs for span in element.iter("span")]
        if spans:
            runs = spans[-len(runs) :]
    html: bytes = lxml.html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>")
    return html


def _wrap_text(element: lxml.html.HtmlElement) -> int:
    """Put the element's text into a styled span, style the element; return the bytes of it."""
    attributes = {
        "lang": "EN-US",
        "style": FONT + "font-size:16.0pt;color:black;mso-font-kerning:0pt",
    }
    span = etree.Element("span", attributes)
    span.text = element.text
    element.text = None
    element.insert(0, span)
    if element.tag != "span":
        element.set("class", "MsoNormal")
        element.set("style", CELL if element.tag == "td" else PARAGRAPH)
    return len(etree.tostring(span, encoding="utf-8")) + STYLE_BYTES
