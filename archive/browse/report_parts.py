"""The parts of a report: its prose, its drawn tables, and the tables as its text has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from nianbao.archive.browse.drawn_tables import DrawnTable
from nianbao.archive.records import Section

PROSE = re.compile(r"[。；：，]")
SHORT_LINE = 40  # characters of a line that can be a cell or the caption of a table
# So many short lines in a row are a table whose cells are on lines of their own.
MIN_CELL_LINES = 12
NO_SECTION = -1


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph of prose; or lines that print a table, which are then in `cells`."""

    text: str
    cells: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPart:
    """A section with its tables.

    Tables of a section that the text has not are in a part of their own.
    """

    key: str | None
    title: str
    blocks: tuple[TextBlock, ...]
    tables: tuple[DrawnTable, ...]


def build_parts(
    sections: Sequence[Section], tables: Sequence[DrawnTable]
) -> list[ReportPart]:
    """Return the sections with their tables; the tables without a section come last."""
    tables_of_section = _group_tables(sections, tables)
    parts = []
    for index, section in enumerate(sections):
        blocks = tuple(split_blocks(section.text))
        section_tables = tuple(tables_of_section.get(index, ()))
        parts.append(ReportPart(section.key, section.title, blocks, section_tables))
    other_tables = tables_of_section.get(NO_SECTION)
    if other_tables:
        parts.append(ReportPart(None, "", (), tuple(other_tables)))
    return parts


def _group_tables(
    sections: Sequence[Section], tables: Sequence[DrawnTable]
) -> dict[int, list[DrawnTable]]:
    """Return the tables by the index of their section: the first one with their key."""
    section_of_key: dict[str | None, int] = {}
    for index, section in enumerate(sections):
        section_of_key.setdefault(section.key, index)
    groups: dict[int, list[DrawnTable]] = {}
    for table in tables:
        index = section_of_key.get(table.section, NO_SECTION)
        groups.setdefault(index, [])
        groups[index].append(table)
    return groups


def split_blocks(text: str) -> Iterator[TextBlock]:
    """Cut a text into paragraphs and tables; a short line before a table is its caption."""
    lines = [line for line in text.splitlines() if line.strip()]
    flags = zip(lines, _mark_table_lines(lines), strict=True)
    for is_table, group in groupby(flags, key=lambda flag: flag[1]):
        block_lines = [line for line, _ in group]
        if is_table:
            yield TextBlock("", _split_cells(block_lines))
            continue
        for line in block_lines:
            yield TextBlock(line.strip())


def _split_cells(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    rows = []
    for line in lines:
        cells = line.split("\t")
        rows.append(tuple(cells))
    return tuple(rows)


def _mark_table_lines(lines: Sequence[str]) -> list[bool]:
    """Tell of each line whether it prints a part of a table."""
    short = [_is_short(line) for line in lines]
    marks = ["\t" in line for line in lines]
    start = 0
    for is_short, group in groupby(short):
        length = len(list(group))
        if is_short and length >= MIN_CELL_LINES:
            marks[start : start + length] = [True] * length
        start += length
    # In order, so that only the one line before a table becomes its caption.
    for index in range(len(lines) - 1):
        if short[index] and marks[index + 1]:
            marks[index] = True
    return marks


def _is_short(line: str) -> bool:
    return len(line) <= SHORT_LINE and PROSE.search(line) is None
