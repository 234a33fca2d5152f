"""A document: a page or a plain text brought to one shape, header and body told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from nianbao.pipelines.reader.fields import agencies, labels, titles
from nianbao.pipelines.reader.page import boilerplate, header, main_text, parse
from nianbao.pipelines.reader.page.parse import Page
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_space,
    squeeze,
)

_BARS = re.compile(r"[\s|]*\|[\s|]*$|^\s*\|[\s|]*")
_RULE = re.compile(r"^[\s|:-]*-{3,}[\s|:-]*$")
_HEADER_LINES = 150  # lines before the body in which header and metadata table stand
_ANNOUNCING = 6  # lines of a body in which it announces itself
_LAST_LINES = 5  # of a container, where its 来源 can stand
_SITE_WIDE = ("columnname", "sitename", "columntype")
_FIRST, _LONGEST_FIRST = (
    3,
    60,
)  # lines in which a title stands that nothing else tells, and its characters
_TOP = 20  # lines of a text in which its header stands
_LEAST_TITLE, _LONGEST_TITLE = (
    8,
    120,
)  # characters of a line that is taken for a title by where it stands


@dataclass(frozen=True, slots=True)
class Document:
    """What reading works on: `header` and `body` are lines, `raw` the lines of plain text as
    they came.
    """

    title: str | None
    header: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]
    page: Page
    raw: tuple[str, ...] = ()


def of(source: str, list_title: str | None) -> Document:
    """Return the document that a decoded payload holds."""
    return (
        _of_page(source, list_title)
        if parse.is_markup(source)
        else _of_text(source, list_title)
    )


def _of_text(source: str, list_title: str | None) -> Document:
    raw = tuple(parse.visible(source).split("\n"))
    lines = [line for line in map(_without_bars, raw) if line]
    title = titles.heading(lines) or list_title or _text_title(lines)
    end = header.split(lines, title)
    body = _body(lines[end:], None)
    return Document(_known(title, body), tuple(lines[:end]), body, (), Page(), raw)


def _text_title(lines: Sequence[str]) -> str | None:
    """Return the title of a text that has no report's: behind 标题, above labels, or a first
    line that is one.
    """
    top = lines[:_TOP]
    named = [
        hit.value
        for hit in labels.find(map(fold_forms, top))
        if hit.label in labels.NAMES
    ]
    stated = next(
        (value for value in named if len(value) >= _LEAST_TITLE), None
    ) or _above_labels(top)
    first = next((line for line in top[:_FIRST] if len(line) >= _LEAST_TITLE), "")
    return stated or (
        first if len(first) <= _LONGEST_FIRST and titles.is_named(first) else None
    )


def _without_bars(line: str) -> str:
    """Return a line of flattened text with its cells parted by tabs; rules and lone bars are
    nothing.
    """
    if "|" in line:
        if _RULE.match(line):
            return ""
        line = "\t".join(part.strip() for part in _BARS.sub("", line).split("|"))
    return "\t".join(" ".join(cell.split()) for cell in line.split("\t")).strip("\t")


def _of_page(source: str, list_title: str | None) -> Document:
    found = parse.page_of(source)
    if not found.contained:
        found = main_text.narrowed(found)
    title = _title(found, list_title)
    outer = found.head[-_HEADER_LINES:]
    end = header.split(found.body, title, holds_header=found.wide)
    lines = (*outer, *found.body[:end])
    inner = found.body[end:]
    stop = header.footer(inner) if found.wide else len(inner)
    body = _body(inner[:stop], title)
    tail = (*_chrome_behind(inner[:stop]), *inner[stop:], *found.tail)
    return Document(_known(title, body), lines, body, tail, found)


def _chrome_behind(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines with which a container ends and which are no text: 来源：…, 责任编辑：…."""
    count = len(list(takewhile(boilerplate.is_chrome, reversed(lines[-_LAST_LINES:]))))
    return lines[len(lines) - count :]


def _known(title: str | None, body: Sequence[str]) -> str | None:
    """Return the title cleaned; for none, or the mere name of a column, that by which the text
    announces itself.
    """
    if title and (titles.is_specific(title) or not titles.is_report(title)):
        return titles.cleaned(title)
    announced = titles.announced(squeeze("".join(body[:_ANNOUNCING])))
    if announced and agencies.is_agency(agencies.in_title(announced)):
        return announced
    return titles.cleaned(title) if title else None


def _body(lines: Sequence[str], title: str | None) -> tuple[str, ...]:
    wanted = remove_space(title or "")
    kept = boilerplate.without(lines)
    while kept and wanted and remove_space(kept[0]) == wanted:
        kept = kept[1:]
    return tuple(kept)


def _title(found: Page, list_title: str | None) -> str | None:
    """Choose the title: meta ArticleTitle, a heading, the report's own heading, <title>, the
    list row's.
    """
    stated = found.metas.get("articletitle")
    if stated and stated not in [found.metas.get(name) for name in _SITE_WIDE]:
        return stated
    named = titles.document_title(found.title) if found.title else None
    own = titles.heading([*found.headings, *found.head[-12:], *found.body[:12]])
    if (
        own
        and (titles.is_specific(own) or not named)
        and not (named and titles.is_other(named))
    ):
        return own
    return (
        _heading(found)
        or list_title
        or _above_labels([*found.head[-20:], *found.body[:8]])
        or named
    )


def _heading(found: Page) -> str | None:
    """Return the heading or the lines that <title> repeats, or the only heading of the page."""
    whole = squeeze(found.title or "")
    repeated = [
        heading
        for heading in found.headings
        if len(heading) > 5 and squeeze(heading) in whole
    ]
    repeated = sorted(repeated, key=len, reverse=True)[:1] + _repeated_lines(
        found, whole
    )
    alone = [
        heading
        for heading in found.headings
        if len(found.headings) == 1 and len(heading) > 8
    ]
    return max(repeated, key=len) if repeated else next(iter(alone), None)


def _repeated_lines(found: Page, whole: str) -> list[str]:
    """Return what <title> repeats of the lines around the beginning of the body, broken over up
    to three of them.
    """
    lines = [*found.head[-20:], *found.body[:8]]
    joined = [
        " ".join(lines[n : n + count]) for n in range(len(lines)) for count in (1, 2, 3)
    ]
    kept = [
        line
        for line in joined
        if len(squeeze(line)) >= _LEAST_TITLE and squeeze(line) in whole
    ]
    return [max(kept, key=len)] if kept else []


def _above_labels(lines: Sequence[str]) -> str | None:
    """Return the line above the one that prints the publication date or the source."""
    for above, line in pairwise(lines):
        hits = [hit.label for hit in labels.find([fold_forms(line)])]
        if hits and set(hits) & {*labels.PUBLISHED, *labels.PLAIN, *labels.SOURCES}:
            fits = _LEAST_TITLE <= len(
                above
            ) <= _LONGEST_TITLE and not labels.has_label(fold_forms(above))
            return above if fits and not boilerplate.is_chrome(above) else None
    return None
