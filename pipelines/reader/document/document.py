"""A document: a page or a plain text brought to one shape, header and body apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from nianbao.pipelines.reader.document import header, main_text, parse
from nianbao.pipelines.reader.document.further_pages import append_pages
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.fields import labels, titles
from nianbao.pipelines.reader.fields.agency_names import extract_title_agency, is_agency
from nianbao.pipelines.reader.fields.title_lines import find_report_title
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate, remove_boilerplate
from nianbao.pipelines.reader.payload.normal_form import (
    collapse_space,
    fold_forms,
    remove_space,
    squeeze,
)

_EDGE_BARS = re.compile(r"[\s|]*\|[\s|]*$|^\s*\|[\s|]*")
_RULE_LINE = re.compile(r"^[\s|:-]*-{3,}[\s|:-]*$")
_HEADER_LINES = 150  # lines before the body in which header and metadata table stand
_ANNOUNCEMENT_LINES = 6  # of a body, in which it announces itself
_LAST_LINES = 5  # of a container, where its 来源 can stand
_FIRST_LINES = 3  # in which a title stands that nothing else shows
_TOP_LINES = 20  # of a text, in which its header stands
_MAX_FIRST_LINE_LENGTH = 60
_MAX_LINES_OF_TITLE = 3
_MIN_HEADING_LENGTH = 5
# Characters of a line that counts as a title by where it stands.
_MIN_TITLE_LENGTH = 8
_MAX_TITLE_LENGTH = 120
_BARE_NAMES = frozenset(("年度报告", "年报", "工作报告", "工作年度报告"))
_SITE_METAS = ("columnname", "sitename", "columntype")
_TITLE_STANDS_ABOVE = frozenset(
    (*labels.PUBLICATION_DATES, *labels.PLAIN_DATES, *labels.SOURCES)
)


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """What reading works on.

    `header`, `body` and `tail` are lines; `raw` are the lines of plain text as they came.
    `own_title` is `title` where the page itself has it, and where that is a list row's title,
    what the page has instead.
    """

    title: str | None
    header: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]
    page: DomPage
    raw: tuple[str, ...] = ()
    own_title: str | None = None

    @property
    def has_own_title(self) -> bool:
        """Whether the page itself has the title."""
        return self.title == self.own_title


class ChosenTitle(NamedTuple):
    """A title, and what the page has where it is a list row's."""

    title: str | None
    own_title: str | None


def build_document(
    source: str, list_title: str | None, further_sources: Sequence[str] = ()
) -> DocumentParts:
    """Return the document that a decoded payload holds.

    `list_title` is the title by which a list page names it, `further_sources` are its further
    pages, where it has some.
    """
    if parse.is_markup(source):
        return _build_from_page(source, list_title, further_sources)
    return _build_from_text("\n".join((source, *further_sources)), list_title)


def _build_from_text(source: str, list_title: str | None) -> DocumentParts:
    raw_lines = parse.clean_text(source).split("\n")
    lines = list(filter(None, map(_split_cells, raw_lines)))
    own_title = find_report_title(lines)
    title = own_title or list_title
    if own_title is None:
        own_title = _find_text_title(lines)
    title = title or own_title
    header_count = header.count_header_lines(lines, title)
    body = tuple(remove_boilerplate(lines[header_count:]))
    return DocumentParts(
        title=_complete_title(title, body),
        own_title=_complete_title(own_title, body),
        header=tuple(lines[:header_count]),
        body=body,
        tail=(),
        page=DomPage(),
        raw=tuple(raw_lines),
    )


def _find_text_title(lines: Sequence[str]) -> str | None:
    """Return the title of a text that has no report's.

    It stands behind 标题, above labels, or is a first line that names a document.
    """
    top_lines = lines[:_TOP_LINES]
    for field in labels.find_labels(map(fold_forms, top_lines)):
        is_long = len(field.value) >= _MIN_TITLE_LENGTH
        if is_long and field.label in labels.NAMES:
            return field.value
    title = _find_title_above_labels(top_lines)
    if title:
        return title
    for line in top_lines[:_FIRST_LINES]:
        if len(line) >= _MIN_TITLE_LENGTH:
            if _is_title(line):
                return line
            return None
    return None


def _is_title(line: str) -> bool:
    """Tell whether a first line is the title of a document."""
    return len(line) <= _MAX_FIRST_LINE_LENGTH and titles.names_document(line)


def _split_cells(line: str) -> str:
    """Return a line of flattened text with its cells separated by tabs.

    Rules and lone bars give an empty line.
    """
    if "|" in line:
        if _RULE_LINE.match(line):
            return ""
        parts = _EDGE_BARS.sub("", line).split("|")
        line = "\t".join(map(str.strip, parts))
    cells = map(collapse_space, line.split("\t"))
    return "\t".join(cells).strip("\t")


def _build_from_page(
    source: str, list_title: str | None, further_sources: Sequence[str]
) -> DocumentParts:
    page = parse.parse_page(source)
    if not page.is_contained:
        page = main_text.narrow_to_main_text(page)
    title, own_title = _choose_title(page, list_title)
    if further_sources:
        page = append_pages(page, further_sources)
    header_count = header.count_header_lines(
        page.body, title, holds_header=page.is_wide
    )
    content = page.body[header_count:]
    footer: Sequence[str] = ()
    if page.is_wide:
        footer_start = header.find_footer(content)
        footer = content[footer_start:]
        content = content[:footer_start]
    body = _remove_title(remove_boilerplate(content), title)
    last_boilerplate = _select_last_boilerplate(content)
    outer_header = page.head[-_HEADER_LINES:]
    inner_header = page.body[:header_count]
    return DocumentParts(
        title=_complete_title(title, body),
        own_title=_complete_title(own_title, body),
        header=(*outer_header, *inner_header),
        body=tuple(body),
        tail=(*last_boilerplate, *footer, *page.tail),
        page=page,
    )


def _select_last_boilerplate(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines with which a container ends and which are no text.

    来源：…, 责任编辑：….
    """
    last_lines = reversed(lines[-_LAST_LINES:])
    count = len(list(takewhile(is_boilerplate, last_lines)))
    return lines[len(lines) - count :]


def _complete_title(title: str | None, body: Sequence[str]) -> str | None:
    """Return the title cleaned.

    Without a title, or with the mere name of a column, it is the title by which the text
    announces itself.
    """
    if title and not _is_column_name(title):
        return titles.clean_title(title)
    opening = squeeze("".join(body[:_ANNOUNCEMENT_LINES]))
    announced_title = titles.find_announced_title(opening)
    if announced_title and is_agency(extract_title_agency(announced_title)):
        return announced_title
    if title:
        return titles.clean_title(title)
    return None


def _is_column_name(title: str) -> bool:
    """Tell a title that names reports of the kind, but neither year nor agency."""
    if squeeze(title) in _BARE_NAMES:
        return True
    return titles.names_report(title) and not titles.names_specific_report(title)


def _remove_title(lines: Sequence[str], title: str | None) -> Sequence[str]:
    """Return the lines without those at their beginning that are the title."""
    plain_title = remove_space(title or "")
    count = 0
    while count < len(lines) and plain_title:
        if remove_space(lines[count]) != plain_title:
            break
        count += 1
    return lines[count:]


def _choose_title(page: DomPage, list_title: str | None) -> ChosenTitle:
    """Choose the title of a page.

    In order: meta ArticleTitle, the report's own heading, another heading, the list row's,
    a line above labels, <title>.
    """
    document_title = None
    if page.title:
        document_title = titles.extract_document_title(page.title)
    heading = _find_own_heading(page, document_title)
    if heading:
        return ChosenTitle(heading, heading)
    lines = _select_lines_around_title(page)
    own_title = _find_title_above_labels(lines) or document_title
    return ChosenTitle(list_title or own_title, own_title)


def _find_own_heading(page: DomPage, document_title: str | None) -> str | None:
    """Return the title by meta ArticleTitle, or the heading of the report or of the page."""
    meta_title = page.metas.get("articletitle")
    site_titles = [page.metas.get(name) for name in _SITE_METAS]
    if meta_title and meta_title not in site_titles:
        return meta_title
    report_title = _find_report_heading(page, document_title)
    if report_title:
        return report_title
    return _find_heading(page) or None


def _find_report_heading(page: DomPage, document_title: str | None) -> str | None:
    """Return the heading of a report, unless <title> says better what the page is."""
    last_head_lines = page.head[-12:]
    first_lines = page.body[:12]
    heading = find_report_title([*page.headings, *last_head_lines, *first_lines])
    if not heading or not document_title:
        return heading
    if not titles.names_specific_report(heading):
        return None
    if titles.names_other_document(document_title):
        return None
    return heading


def _find_heading(page: DomPage) -> str | None:
    """Return the heading or the lines that <title> repeats, or the only heading of the page."""
    page_title = squeeze(page.title or "")
    repeated_headings = [
        heading
        for heading in page.headings
        if len(heading) > _MIN_HEADING_LENGTH and squeeze(heading) in page_title
    ]
    longest_heading = max(repeated_headings, key=len, default="")
    longest_lines = _find_repeated_lines(page, page_title)
    if longest_heading or longest_lines:
        return max(longest_heading, longest_lines, key=len)
    if len(page.headings) != 1:
        return None
    only_heading = page.headings[0]
    if len(only_heading) <= _MIN_TITLE_LENGTH:
        return None
    return only_heading


def _find_repeated_lines(page: DomPage, page_title: str) -> str:
    """Return the longest text around the beginning of the body that <title> repeats, or "".

    It can be broken over up to three lines.
    """
    lines = _select_lines_around_title(page)
    texts = _iter_repeated_lines(lines, page_title)
    return max(texts, key=len, default="")


def _select_lines_around_title(page: DomPage) -> list[str]:
    """Return the lines at the end of the head and at the beginning of the body."""
    last_head_lines = page.head[-20:]
    first_lines = page.body[:8]
    return [*last_head_lines, *first_lines]


def _iter_repeated_lines(lines: Sequence[str], page_title: str) -> Iterator[str]:
    for start in range(len(lines)):
        for count in range(1, _MAX_LINES_OF_TITLE + 1):
            text = " ".join(lines[start : start + count])
            squeezed = squeeze(text)
            if len(squeezed) >= _MIN_TITLE_LENGTH and squeezed in page_title:
                yield text


def _find_title_above_labels(lines: Sequence[str]) -> str | None:
    """Return the line above the one that prints the publication date or the source."""
    for line_above, line in pairwise(lines):
        fields = labels.find_labels([fold_forms(line)])
        names = {field.label for field in fields}
        if not _TITLE_STANDS_ABOVE.isdisjoint(names):
            if _can_be_title(line_above):
                return line_above
            return None
    return None


def _can_be_title(line: str) -> bool:
    if not _MIN_TITLE_LENGTH <= len(line) <= _MAX_TITLE_LENGTH:
        return False
    if labels.has_label(fold_forms(line)):
        return False
    return not is_boilerplate(line)
