"""Files of a report page: the report itself, where the page links to it or shows it in a frame.

Many bodies put nothing on the page but a PDF or a Word file. Such a file is a page of its own
for the archive, requested with the hints of the page that links to it. Whether it is a report
is for the reader to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlsplit

from parsel import Selector
from scrapy.http import TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders.links import resolve_link
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.report_names import (
    REPORT,
    YEAR,
    is_report_title,
    names_other_document,
)
from nianbao.spiders.rules import find_rule

FILE_ADDRESS = find_rule("file_address")
OPENED_FILE = find_rule("opened_file")
FILE_ASIDE = find_rule("file_aside")
# What a page must have for a file to be on it: most have not, and need not be parsed for it.
FILE_KIND = re.compile(rb"\.(?:pdf|docx?|wps|xlsx?)", re.IGNORECASE)
FRAMES = ("iframe", "embed", "object")
LINKS_AND_FRAMES = "//*[self::a or self::iframe or self::embed or self::object]"
# Of one page: a report has its tables in a second file at times, never a dozen.
MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that a page links to or shows in a frame."""

    url: str  # as the page has it; made absolute by `_find_files`
    label: str
    in_frame: bool


def find_report_files(
    response: TextResponse, hints: Hints
) -> Iterator[tuple[str, Hints]]:
    """Yield the files that carry the report of a page, with the hints for each.

    They are those that the page shows in a frame, and those whose names are that of a report.
    Where there are none: the only file of the page, unless its name is of something else.
    """
    if not FILE_KIND.search(response.body):
        return
    report_files = _select_report_files(_find_files(response))
    is_only_file = len(report_files) == 1
    for file in report_files[:MOST_FILES]:
        file_hints = replace(hints, content_type=None)
        if _names_report(file.label):
            title = file.label
            if is_only_file:
                title = _choose_fuller_title(file.label, hints.list_title)
            file_hints = replace(file_hints, list_title=title)
        yield file.url, file_hints


def _choose_fuller_title(label: str, row_title: str | None) -> str:
    """Return the title of a page's only file: the label, or that of the list row.

    附件：年度报告.pdf below 某局2021年政府信息公开年报 says less than the row does.
    """
    if row_title is None or not is_report_title(row_title) or YEAR.find(label):
        return label
    return row_title


def _select_report_files(files: list[FileLink]) -> list[FileLink]:
    """Return the files that carry the report, from all files of a page."""
    report_files = []
    for file in files:
        if file.in_frame or _is_named_report(file):
            report_files.append(file)
    if report_files or len(files) != 1:
        return report_files
    only_file = files[0]
    if _is_aside(only_file.label):
        return []
    return [only_file]


def _find_files(response: TextResponse) -> list[FileLink]:
    """Return the files of a page, each address once; its label is its name at least."""
    files: dict[str, FileLink] = {}
    for link in _read_file_links(response.selector):
        url = resolve_link(response, link.url)
        # Word leaves file:///C:/… and C:\… in what is pasted from it.
        if url is None:
            continue
        if url not in files:
            label = link.label or _read_file_name(url)
            files[url] = FileLink(url, label, link.in_frame)
    return list(files.values())


def _read_file_links(page: Selector) -> Iterator[FileLink]:
    for element in page.xpath(LINKS_AND_FRAMES):
        in_frame = element.root.tag in FRAMES
        address = _read_address(element, in_frame=in_frame)
        label = "" if in_frame else _read_label(element)
        script = f"{element.attrib.get('onclick', '')} {address}"
        script_file = OPENED_FILE.find(script)
        if script_file:
            address = script_file[1]
        elif not _is_file(address, label):
            continue
        label = FILE_ADDRESS.pattern.sub("", label)
        yield FileLink(address, label, in_frame)


def _read_address(element: Selector, *, in_frame: bool) -> str:
    attributes = element.attrib
    address = attributes.get("href")
    if in_frame:
        address = attributes.get("src")
        if not address:
            address = attributes.get("data")
    return _unwrap_viewer((address or "").strip())


def _read_label(anchor: Selector) -> str:
    label = anchor.attrib.get("title")
    if not label:
        label = read_text(anchor, separator="")
    return " ".join(label.split())


def _is_file(address: str, label: str) -> bool:
    """Tell whether a link leads to a file, by its address, or by a label such as 年报.doc."""
    if FILE_ADDRESS.find(address):
        return True
    if "/" not in address:
        return False
    return FILE_ADDRESS.find(label) is not None


def _unwrap_viewer(address: str) -> str:
    """Return the file's address where a viewer shows it: `viewer.html?file=/2021/nb.pdf`."""
    path, _, query = address.partition("?")
    if FILE_ADDRESS.find(path):
        return address
    for _, value in parse_qsl(query):
        if FILE_ADDRESS.find(value) and "/" in value:
            return value
    return address


def _read_file_name(url: str) -> str:
    path = urlsplit(url).path
    return unquote(path.rpartition("/")[2])


def _is_named_report(file: FileLink) -> bool:
    """Tell whether the label or the name of a file is that of a report."""
    return _names_report(f"{file.label} {_read_file_name(file.url)}")


def _names_report(name: str) -> bool:
    if _is_aside(name):
        return False
    return REPORT.find(name) is not None


def _is_aside(name: str) -> bool:
    """Tell whether a name is that of something beside a report."""
    if names_other_document(name):
        return True
    return FILE_ASIDE.find(name) is not None
