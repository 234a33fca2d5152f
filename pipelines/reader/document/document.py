"""A document: a page or a plain text brought to one shape, header and body apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from nianbao.pipelines.reader.document import header, main_text, parse
from nianbao.pipelines.reader.document.further_pages import append_pages
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.document.title_choice import (
    TitlePlaces,
    choose_title,
    complete_title,
)
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate, remove_boilerplate
from nianbao.pipelines.reader.payload.normal_form import collapse_space, remove_space

_EDGE_BARS = re.compile(r"[\s|]*\|[\s|]*$|^\s*\|[\s|]*")
_RULE_SIGNS = re.compile(r"[\s|:-]+")
_HEADER_LINES = 150  # lines before the body in which header and metadata table stand
_LAST_LINES = 5  # of a container, where its 来源 can stand


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """What reading works on.

    `header`, `body` and `tail` are lines; `raw` are the lines of plain text as they came.
    `own_title` is `title` where the page itself has it, and where that is a list row's title,
    what the page has instead. `title_rule` names the place that gave the title, `title_places`
    are all that could.
    """

    title: str | None
    header: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]
    page: DomPage
    raw: tuple[str, ...] = ()
    own_title: str | None = None
    title_rule: str | None = None
    title_places: TitlePlaces | None = None

    @property
    def has_own_title(self) -> bool:
        """Whether the page itself has the title."""
        return self.title == self.own_title


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
    places = TitlePlaces(None, lines, list_title)
    choice = choose_title(places)
    header_count = header.count_header_lines(lines, choice.text)
    body = tuple(remove_boilerplate(lines[header_count:]))
    title = complete_title(choice.title, body)
    own_title = complete_title(choice.own_title, body)
    return DocumentParts(
        title=title.text if title else None,
        own_title=own_title.text if own_title else None,
        title_rule=title.rule if title else None,
        title_places=places,
        header=tuple(lines[:header_count]),
        body=body,
        tail=(),
        page=DomPage(),
        raw=tuple(raw_lines),
    )


def _split_cells(line: str) -> str:
    """Return a line of flattened text with its cells separated by tabs.

    Rules and lone bars give an empty line.
    """
    if "|" in line:
        if "---" in line and _RULE_SIGNS.fullmatch(line):
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
    places = TitlePlaces(page, (), list_title)
    choice = choose_title(places)
    if further_sources:
        page = append_pages(page, further_sources)
    header_count = header.count_header_lines(
        page.body, choice.text, holds_header=page.is_wide
    )
    content = page.body[header_count:]
    footer: Sequence[str] = ()
    if page.is_wide:
        footer_start = header.find_footer(content)
        footer = content[footer_start:]
        content = content[:footer_start]
    body = _remove_title(remove_boilerplate(content), choice.text)
    title = complete_title(choice.title, body)
    own_title = complete_title(choice.own_title, body)
    last_boilerplate = _select_last_boilerplate(content)
    outer_header = page.head[-_HEADER_LINES:]
    inner_header = page.body[:header_count]
    return DocumentParts(
        title=title.text if title else None,
        own_title=own_title.text if own_title else None,
        title_rule=title.rule if title else None,
        title_places=places,
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


def _remove_title(lines: Sequence[str], title: str | None) -> Sequence[str]:
    """Return the lines without those at their beginning that are the title."""
    plain_title = remove_space(title or "")
    count = 0
    while count < len(lines) and plain_title:
        if remove_space(lines[count]) != plain_title:
            break
        count += 1
    return lines[count:]
