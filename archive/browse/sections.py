"""A report's text by section: its prose, its tables as they are drawn, and the tables as the
text prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from nianbao.archive.browse.tables import Table
from nianbao.archive.records import Section

PROSE = re.compile(r"[。；：，]")
SHORT = 40  # characters of a line that can be a cell or the caption of a table
RUN = (
    12  # short lines in a row that are a table whose cells stand on lines of their own
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of prose, or lines that print a table: `cells` then holds them, else it is
    empty.
    """

    text: str
    cells: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is shown; the tables of a section that the text does not have stand in a
    part of their own.
    """

    key: str | None
    title: str
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def parts(sections: Sequence[Section], tables: Sequence[Table]) -> list[Part]:
    """Return the sections with their tables; those that belong to none come last."""
    keys = [section.key for section in sections]
    first = {key: keys.index(key) for key in keys}
    placed: dict[int, list[Table]] = {}
    for table in tables:
        placed.setdefault(first.get(table.section, len(keys)), []).append(table)
    found = [
        Part(
            section.key,
            section.title,
            tuple(blocks(section.text)),
            tuple(placed.get(index, ())),
        )
        for index, section in enumerate(sections)
    ]
    left = placed.get(len(keys))
    return [*found, Part(None, "", (), tuple(left))] if left else found


def blocks(text: str) -> Iterator[Block]:
    """Cut a text into paragraphs and the lines of its tables; a short line before a table is
    its caption.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    for tabular, group in groupby(
        zip(lines, _tabular(lines), strict=True), key=lambda pair: pair[1]
    ):
        if tabular:
            cells = tuple(tuple(line.split("\t")) for line, _ in group)
            yield Block("", cells)
        else:
            yield from (Block(line.strip()) for line, _ in group)


def _tabular(lines: Sequence[str]) -> list[bool]:
    """Tell of each line whether it prints a part of a table."""
    bare = [len(line) <= SHORT and not PROSE.search(line) for line in lines]
    marks = ["\t" in line for line in lines]
    start = 0
    for short, group in groupby(bare):
        end = start + len(list(group))
        if short and end - start >= RUN:
            marks[start:end] = [True] * (end - start)
        start = end
    for index in range(len(lines) - 1):
        if bare[index] and not marks[index] and marks[index + 1]:
            marks[index] = True
    return marks
