"""Tables of a page that is drawn: the cells that ruled lines enclose, and the characters in them.

A PDF or OFD has no tables, only lines and characters with their places. All places are in one
unit, from the left and from the top.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nianbao.pipelines.reader.payload.formats.drawn_text import (
    Glyph,
    join_in_cell,
    separates_figures,
)

MOST_RULES = 3_000  # of a page
_MOST_PLACES = 40_000  # of the grid of a table
_THIN = 0.4  # of the height of a line of text: a box that is no thicker is a line
_NEAR = 0.35  # of the height of a line of text: what is no further apart is one line


class Rule(NamedTuple):
    """A line that is drawn, or the box of a thin area that is filled."""

    x0: float
    top: float
    x1: float
    bottom: float


class _Segment(NamedTuple):
    """A line across (`at` is its height) or down (`at` is its distance from the left)."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class RuledCell:
    """A cell: its first column, its size in columns and rows, its edges, what stands in it."""

    column: int
    width: int
    height: int
    x0: float
    x1: float
    glyphs: list[Glyph] = field(default_factory=list)
    rest: list[RuledCell] = field(default_factory=list)  # on the next page

    @property
    def text(self) -> str:
        """What stands in the cell, lines that go on merged."""
        text = join_in_cell(self.glyphs, self.x0, self.x1)
        for cell in self.rest:
            rest = cell.text
            text += "\n" + rest if separates_figures(text, rest) else rest
        return text


@dataclass(slots=True)
class RuledTable:
    """A table: the edges of its columns and rows, and the cells of each row that begin in it."""

    columns: list[float]
    lines: list[float]
    rows: list[list[RuledCell]]
    places: dict[tuple[int, int], RuledCell] = field(default_factory=dict)

    def take(self, glyph: Glyph) -> bool:
        """Put a character into its cell; tell whether it stands in the table."""
        column = bisect_right(self.columns, (glyph.x0 + glyph.x1) / 2) - 1
        row = bisect_right(self.lines, (glyph.top + glyph.bottom) / 2) - 1
        cell = self.places.get((row, column))
        if cell is None:
            return False
        cell.glyphs.append(glyph)
        return True


def find_tables(rules: Sequence[Rule], line_height: float) -> list[RuledTable]:
    """Return the tables that lines enclose, from the top; none where the lines are too many.

    `line_height` is that of the text of the page, against which all distances are measured.
    """
    if len(rules) > MOST_RULES or line_height <= 0:
        return []
    thin = _THIN * line_height
    near = _NEAR * line_height
    across: list[_Segment] = []
    down: list[_Segment] = []
    for rule in rules:
        width, height = rule.x1 - rule.x0, rule.bottom - rule.top
        if height <= thin < width:
            middle = (rule.top + rule.bottom) / 2
            across.append(_Segment(middle, rule.x0, rule.x1))
        elif width <= thin < height:
            middle = (rule.x0 + rule.x1) / 2
            down.append(_Segment(middle, rule.top, rule.bottom))
    across = _join_segments(across, near)
    down = _join_segments(down, near)
    tables: list[RuledTable] = []
    for group_across, group_down in _group_segments(across, down, near):
        table = _build_table(group_across, group_down, near)
        if table is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: table.lines[0])


def _join_segments(segments: Iterable[_Segment], near: float) -> list[_Segment]:
    """Return lines, of which those that go on or lie upon one another are one.

    Lines of two tables on a page can be near one another: each keeps its own place.
    """
    merged: list[_Segment] = []
    for line in _cluster(sorted(segments), near):
        parts = sorted(line, key=lambda segment: segment.start)
        at, start, end = parts[0]
        for part in parts[1:]:
            if part.start - end > near:
                merged.append(_Segment(at, start, end))
                at, start, end = part
            end = max(end, part.end)
        merged.append(_Segment(at, start, end))
    return merged


def _cluster(segments: Sequence[_Segment], near: float) -> list[list[_Segment]]:
    """Return the segments in groups of one line each."""
    groups: list[list[_Segment]] = []
    for segment in segments:
        if groups and segment.at - groups[-1][0].at <= near:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _group_segments(
    across: Sequence[_Segment], down: Sequence[_Segment], near: float
) -> list[tuple[list[_Segment], list[_Segment]]]:
    """Return the lines in groups that touch one another."""
    parents = list(range(len(across) + len(down)))

    def find(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    for first, line in enumerate(across):
        for second, other in enumerate(down, len(across)):
            if _touch(line, other, near):
                parents[find(first)] = find(second)
    groups: dict[int, tuple[list[_Segment], list[_Segment]]] = {}
    for number in range(len(parents)):
        group = groups.setdefault(find(number), ([], []))
        if number < len(across):
            group[0].append(across[number])
        else:
            group[1].append(down[number - len(across)])
    return list(groups.values())


def _touch(across: _Segment, down: _Segment, near: float) -> bool:
    meets_across = across.start - near <= down.at <= across.end + near
    return meets_across and down.start - near <= across.at <= down.end + near


def _build_table(
    across: Sequence[_Segment], down: Sequence[_Segment], near: float
) -> RuledTable | None:
    """Return the table of lines that touch one another; None where they enclose no cells."""
    columns = _list_edges(down, near)
    lines = _complete_edges(_list_edges(across, near), down, near)
    row_count, column_count = len(lines) - 1, len(columns) - 1
    if row_count < 1 or column_count < 1 or row_count + column_count < 3:
        return None
    if row_count * column_count > _MOST_PLACES:
        return None
    right_walls = _find_walls(down, columns[1:-1], lines, near)
    lower_walls = _find_walls(across, lines[1:-1], columns, near)
    table = RuledTable(columns, lines, [[] for _ in range(row_count)])
    for row in range(row_count):
        for column in range(column_count):
            if (row, column) in table.places:
                continue
            width = _count_open(column, row, column_count, right_walls)
            height = _count_open(row, column, row_count, lower_walls)
            edges = columns[column], columns[column + width]
            if not _cover(table, RuledCell(column, width, height, *edges), row):
                return None
    return table


def _count_open(
    first: int, line: int, count: int, walls: Collection[tuple[int, int]]
) -> int:
    """Return how many places of a line are one from the first on: up to the next wall."""
    end = first + 1
    while end < count and (end - 1, line) not in walls:
        end += 1
    return end - first


def _cover(table: RuledTable, cell: RuledCell, row: int) -> bool:
    """Put a cell at its places; tell whether no other cell is there."""
    places = [
        (row + down, cell.column + across)
        for down in range(cell.height)
        for across in range(cell.width)
    ]
    if any(place in table.places for place in places):
        return False
    table.places.update(dict.fromkeys(places, cell))
    table.rows[row].append(cell)
    return True


def _list_edges(segments: Sequence[_Segment], near: float) -> list[float]:
    return [group[0].at for group in _cluster(sorted(segments), near)]


def _complete_edges(
    edges: list[float], crossing: Sequence[_Segment], near: float
) -> list[float]:
    """Return edges with those that a page leaves out: where the lines across begin or end."""
    if not edges:
        return edges
    starts = sorted(segment.start for segment in crossing)
    ends = sorted((segment.end for segment in crossing), reverse=True)
    if len(crossing) > 1 and edges[0] - starts[1] > 2 * near:
        edges = [starts[1], *edges]
    if len(crossing) > 1 and ends[1] - edges[-1] > 2 * near:
        edges = [*edges, ends[1]]
    return edges


def _find_walls(
    segments: Sequence[_Segment],
    inner_edges: Sequence[float],
    crossing: Sequence[float],
    near: float,
) -> set[tuple[int, int]]:
    """Return where lines stand: the number of the edge, and between which crossing lines."""
    walls: set[tuple[int, int]] = set()
    for number, edge in enumerate(inner_edges):
        for segment in segments:
            if abs(segment.at - edge) > near:
                continue
            for place in range(len(crossing) - 1):
                middle = (crossing[place] + crossing[place + 1]) / 2
                if segment.start <= middle <= segment.end:
                    walls.add((number, place))
    return walls
