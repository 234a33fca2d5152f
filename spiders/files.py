"""Files of a report page: the report itself, where the page links to it or shows it in a frame.

Many bodies put nothing on the page but a PDF or a Word file. Such a file is a page of its own
to the archive, asked for with what is known of the page that names it; whether it is a report
is for the reader to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from parsel import Selector
from scrapy.http import TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders import detect

# what the reader reads, by name; what comes is judged by its first bytes
KINDS = r"\.(?:pdf|docx?|wps|xlsx?)"
FILE = re.compile(rf"{KINDS}(?:$|[?#&])", re.IGNORECASE)
ANYWHERE = re.compile(KINDS.encode(), re.IGNORECASE)
OPENED = re.compile(
    rf"['\"]([^'\"\s]+{KINDS}(?:[?#&][^'\"\s]*)?)['\"]", re.IGNORECASE
)  # window.open('…pdf')
ASIDE = re.compile(
    "解读|图解|申请表|指南|目录|须知|流程|简历|名单"
)  # files that stand beside a report
FRAMES = ("iframe", "embed", "object")
MOST = 5  # of a page: a report has its tables in a second file at times, never a dozen


def of_report(response: TextResponse, hints: Hints) -> Iterator[tuple[str, Hints]]:
    """Yield the files that carry the report of a page, with what is known of each beforehand.

    Those that the page shows in a frame, those named as a report, and one that is the only file
    there is, unless it is named as something else.
    """
    if not ANYWHERE.search(
        response.body
    ):  # most pages: they need not be parsed for that
        return
    found: dict[str, tuple[str, bool]] = {}
    for address, label, framed in _files(response.selector):
        try:
            url = response.urljoin(address)
        except ValueError:
            continue  # no address: http://[::1
        if url.startswith(
            ("http://", "https://")
        ):  # Word leaves file:///C:/… and C:\… in what is pasted from it
            found.setdefault(url, (label, framed))
    named = [
        (url, label or _name(url), framed) for url, (label, framed) in found.items()
    ]
    wanted = [
        (url, label)
        for url, label, framed in named
        if framed or _is_report(f"{label} {_name(url)}")
    ]
    if (
        not wanted
        and len(named) == 1
        and not ASIDE.search(named[0][1])
        and not detect.OTHER.search(named[0][1])
    ):
        wanted = [named[0][:2]]
    for url, label in wanted[:MOST]:
        yield (
            url,
            replace(
                hints,
                list_title=label if _is_report(label) else hints.list_title,
                content_type=None,
            ),
        )


def _files(page: Selector) -> Iterator[tuple[str, str, bool]]:
    """Yield address and label of each linked file, and whether a frame shows it."""
    for element in page.xpath("//a | //iframe | //embed | //object"):
        of = element.attrib
        framed = element.root.tag in FRAMES
        address = _unwrapped(
            (of.get("src") or of.get("data") if framed else of.get("href")) or ""
        )
        label = (
            ""
            if framed
            else " ".join(
                (
                    of.get("title") or "".join(element.xpath(".//text()").getall())
                ).split()
            )
        )
        opened = OPENED.search(f"{of.get('onclick', '')} {address}")
        if opened:
            yield opened[1], FILE.sub("", label), framed
        elif FILE.search(address) or ("/" in address and FILE.search(label)):
            yield address, FILE.sub("", label), framed


def _unwrapped(address: str) -> str:
    """Return the file's address where a viewer shows it: `viewer.html?file=/2021/nb.pdf`."""
    path, _, query = address.strip().partition("?")
    shown = (
        value for _, value in parse_qsl(query) if FILE.search(value) and "/" in value
    )
    return address.strip() if FILE.search(path) else next(shown, address.strip())


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _is_report(name: str) -> bool:
    return (
        bool(detect.REPORT.search(name))
        and not detect.OTHER.search(name)
        and not ASIDE.search(name)
    )
