"""What an answer of a declared list holds: its rows, and how long the list is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from nianbao.spiders.declarations.model import AnswerShape
from nianbao.spiders.declarations.paths import (
    NOTHING,
    WHOLE,
    follow_path,
    parse_json,
)
from nianbao.spiders.declarations.records import (
    read_element,
    read_links,
    read_record,
)
from nianbao.spiders.lists.page import (
    ListPage,
    ListRow,
)

NUMBER = re.compile(r"\d{1,9}")  # 35, "35", "共35条"


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """An answer of a declared list.

    `has_list`: it has the place where rows stand. `record_count` counts rows without a link too.
    """

    rows: tuple[ListRow, ...]
    record_count: int
    has_list: bool
    total: int | None
    page_count: int | None


NO_ANSWER = ListAnswer((), 0, has_list=False, total=None, page_count=None)


@dataclass(frozen=True, slots=True)
class _Source:
    """What an answer is: JSON, the text that has the list, and its tree where that is XML."""

    page: ListPage
    document: Any
    text: str
    tree: Any


def read_answer(
    shape: AnswerShape,
    page: ListPage,
) -> ListAnswer:
    """Return what an answer holds; without its list it has no rows."""
    source = _read_source(shape, page)
    if source is None:
        return NO_ANSWER
    records = _find_records(shape, source)
    record_count = len(records or ())
    rows = (read_record(page, shape, record) for record in records or ())
    total = _find_number(source, shape.total, shape.total_text)
    page_count = _find_number(source, shape.page_count, shape.page_count_text)
    return ListAnswer(
        rows=tuple(row for row in rows if row is not None),
        record_count=record_count,
        has_list=records is not None,
        total=_keep_plausible(total, record_count),
        page_count=_keep_plausible(page_count, min(record_count, 1)),
    )


def _keep_plausible(
    number: int | None,
    least: int,
) -> int | None:
    """Return a number of rows or pages; None where the answer itself has more than that."""
    if number is None or number < least:
        return None
    return number


def _read_source(
    shape: AnswerShape,
    page: ListPage,
) -> _Source | None:
    """Return what an answer is; None where the text that has the list is missing."""
    document = None
    text: Any = page.text
    if shape.format == "json":
        document = page.json_value
    if shape.within is not None:
        text = follow_path(document, shape.within.path)
    is_data = shape.format == "html" and not page.is_markup
    if is_data or not isinstance(text, str):
        return None
    tree = None
    if shape.row_format == "xml":
        tree = _parse_xml(text)
    return _Source(page, document, text, tree)


def _find_records(
    shape: AnswerShape,
    source: _Source,
) -> list[Any] | None:
    """Return the records of an answer; None where the place of the list is missing."""
    if shape.row_format == "json":
        return _find_json_records(shape, source.document)
    if shape.row_format == "xml":
        if source.tree is None:
            return None
        return list(map(read_element, source.tree.iter(*shape.rows)))
    if source.text.strip():
        return list(read_links(source.page, shape.rows, source.text))
    return [] if shape.within else None


def _find_json_records(
    shape: AnswerShape,
    document: Any,
) -> list[Any] | None:
    for path in shape.rows:
        records = follow_path(document, path)
        if isinstance(records, str):
            records = parse_json(records)
        if isinstance(records, list):
            return records
        if records is None and path != WHOLE:  # JSON null: no row
            return []
    return None


def _parse_xml(text: str) -> Any:
    """Return the tree of an XML text; None where it is none. Nothing is fetched for it."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        return etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _find_number(
    source: _Source,
    path: str | None,
    pattern: re.Pattern[str] | None,
) -> int | None:
    """Return the number at a path of an answer, or else the one that a pattern finds."""
    value: Any = NOTHING
    if path and source.tree is not None:
        value = next((e.text for e in source.tree.iter(path)), NOTHING)
    if path and value is NOTHING:
        value = follow_path(source.document, path)
    if pattern and value in (None, NOTHING):
        match = pattern.search(source.text)
        value = match[match.lastindex or 1] if match else NOTHING
    if isinstance(value, float):
        value = int(value)
    numbers = NUMBER.findall(str(value))
    return int(numbers[0]) if len(numbers) == 1 else None
