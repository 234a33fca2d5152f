"""Files of a report page: the report itself, where the page links to it or shows it in a frame.

Many bodies put nothing on the page but a PDF or a Word file. Such a file is a page of its own
for the archive, requested with the hints of the page that links to it. Whether it is a report
is for the reader to say, so each file is asked for that can be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

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
PACKED_FILE = find_rule("packed_file")
DOWNLOAD_ADDRESS = find_rule("download_address")
PLAIN_FILE_NAME = find_rule("plain_file_name")
# What a page has one of if a file is on it: most have none, and need not be parsed for it. Looked
# for one by one, that takes a third of the time of one pattern.
FILE_WORDS = (
    *(b".pdf", b".doc", b".wps", b".xls", b".et", b".ofd", b".rtf", b".mht", b".odt"),
    *(b".ods", b".zip", b".rar", b".7z", b"down", b"attach", b"file"),
)
FILE_SIGNATURES = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
)
FRAMES = ("iframe", "frame", "embed", "object")
LINKS_AND_FRAMES = (
    "//*[self::a or self::iframe or self::frame or self::embed or self::object"
    " or @onclick or @data-src or @data-url or @data-href]"
)
DATA_ATTRIBUTES = "//@*[starts-with(name(), 'data-')]"
LAZY_ADDRESSES = ("data-src", "data-url", "data-href")
SOME_ADDRESS = re.compile(r"[/.?]")
NO_ADDRESSES = ("", "#", "about:blank")
# Of one page: a report has its tables in a second file at times, never a dozen.
MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that a page links to or shows in a frame."""

    url: str  # as the page has it; made absolute by `_find_files`
    label: str
    in_frame: bool


def find_report_files(
    response: TextResponse, hints: Hints, *, has_text: bool = False
) -> Iterator[tuple[str, Hints]]:
    """Yield the files that carry the report of a page, with the hints for each.

    `has_text`: the report stands on the page itself. Then they are those that the page shows in
    a frame, those whose names are that of a report, or the only file of the page. Else they are
    also those whose names say nothing, or all where no name is that of a report.
    """
    if not _may_have_files(response.body):
        return
    report_files = _select_report_files(_find_files(response), has_text=has_text)
    is_only_file = len(report_files) == 1
    for file in report_files[:MOST_FILES]:
        file_hints = replace(hints, content_type=None)
        if is_only_file:
            file_hints = replace(file_hints, sent_by=hints.sent_by or response.url)
        if _names_report(file.label):
            title = file.label
            if is_only_file:
                title = _choose_fuller_title(file.label, hints.list_title)
            file_hints = replace(file_hints, list_title=title)
        yield file.url, file_hints


def _may_have_files(body: bytes) -> bool:
    lower = body.lower()
    return any(word in lower for word in FILE_WORDS)


def names_file(address: str) -> bool:
    """Tell whether an address leads to a file, or to a viewer that shows one."""
    return _is_file(_unwrap_viewer(address), "")


def is_file_content(body: bytes) -> bool:
    """Tell a file under the header of a page by the bytes that it begins with."""
    return body.startswith(FILE_SIGNATURES)


def _choose_fuller_title(label: str, row_title: str | None) -> str:
    """Return the title of a page's only file: the label, or that of the list row.

    附件：年度报告.pdf below 某局2021年政府信息公开年报 says less than the row does.
    """
    if row_title is None or not is_report_title(row_title) or YEAR.find(label):
        return label
    return row_title


def _select_report_files(files: list[FileLink], *, has_text: bool) -> list[FileLink]:
    """Return the files that can carry the report, from all files of a page.

    Of files that only unpack to a report, those count where there are no others.
    """
    files = _prefer_readable(files)
    report_files = list(filter(_shows_report, files))
    other_files = [file for file in files if not _is_aside(file.label)]
    if has_text:
        is_only_file = len(files) == 1
        return other_files if is_only_file and not report_files else report_files
    if not report_files:
        return other_files
    for file in other_files:
        if file not in report_files and PLAIN_FILE_NAME.find(file.label):
            report_files.append(file)
    return report_files


def _prefer_readable(files: list[FileLink]) -> list[FileLink]:
    """Return the files that need not be unpacked; all where there are no others."""
    readable_files = [file for file in files if not PACKED_FILE.find(file.url)]
    return readable_files or files


def _shows_report(file: FileLink) -> bool:
    """Tell whether a file stands in the page itself, or has the name of a report."""
    return file.in_frame or _is_named_report(file)


def _find_files(response: TextResponse) -> list[FileLink]:
    """Return the files of a page, each address once; its label is its name at least."""
    files: dict[str, FileLink] = {}
    links = list(_read_file_links(response.selector))
    if not links:
        links = list(_read_script_files(response.selector))
    if not links:
        links = list(_read_attribute_files(response.selector))
    for link in links:
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
        yield FileLink(_unwrap_viewer(address), label, in_frame)


def _read_script_files(page: Selector) -> Iterator[FileLink]:
    """Yield the files that the scripts of a page show in it: `PDFObject.embed("1.pdf")`."""
    for script in page.xpath("//script/text()").getall():
        for match in OPENED_FILE.pattern.finditer(script):
            yield FileLink(_unwrap_viewer(match[1]), "", in_frame=True)


def _read_attribute_files(page: Selector) -> Iterator[FileLink]:
    """Yield the files that elements name for an external script to show: `data-pdf="1.pdf"`."""
    for attribute in page.xpath(DATA_ATTRIBUTES).getall():
        address = _unwrap_viewer(attribute.strip())
        if FILE_ADDRESS.find(address):
            yield FileLink(address, "", in_frame=True)


def _read_address(element: Selector, *, in_frame: bool) -> str:
    attributes = element.attrib
    names: tuple[str, ...] = ("href", *LAZY_ADDRESSES)
    if in_frame:
        names = (*LAZY_ADDRESSES, "src", "data")
    for name in names:
        address = attributes.get(name, "").strip()
        if address not in NO_ADDRESSES and not address.startswith("data:"):
            return _unwrap_viewer(address)
    return ""


def _read_label(anchor: Selector) -> str:
    label = anchor.attrib.get("title")
    if not label:
        label = read_text(anchor, separator="")
    return " ".join(label.split())


def _is_file(address: str, label: str) -> bool:
    """Tell whether a link leads to a file, by its address, or by a label such as 年报.doc."""
    if FILE_ADDRESS.find(address) or PACKED_FILE.find(address):
        return True
    if address.lower().startswith("javascript:") or not SOME_ADDRESS.search(address):
        return False
    if FILE_ADDRESS.find(label) or PACKED_FILE.find(label):
        return True
    return DOWNLOAD_ADDRESS.find(address) is not None


def _unwrap_viewer(address: str) -> str:
    """Return the file's address where a viewer shows it.

    `viewer.html?file=/2021/nb.pdf`, `viewer.html#file=/2021/nb.pdf`. An address in it starts
    from that of the viewer.
    """
    path, _, query = address.replace("#", "?", 1).partition("?")
    if FILE_ADDRESS.find(path):
        return address
    for _, value in parse_qsl(query.replace("#", "&").replace("?", "&")):
        if FILE_ADDRESS.find(value) or DOWNLOAD_ADDRESS.find(value):
            return _join_viewer(path, value)
    return address


def _join_viewer(viewer: str, address: str) -> str:
    try:
        return urljoin(viewer, address)
    except ValueError:
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
