"""Ruled tables: the lines that are drawn on a page, and the cells between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.preparation import PreparedPage
from nianbao.pipelines.reader.ocr.text_reader import Image

# How many of the shortest line of a table make the width of the page: of level lines, which run
# below several columns, and of upright ones, which can be as short as a row is high.
_SHORTEST_LEVEL = 20
_SHORTEST_UPRIGHT = 40
_SHORTEST_PIECE = 60  # of a border that noise has broken, where the edge is known
_SHORTEST_EDGE = 32  # the longest piece of an edge: no stroke of a character is so long
_LEAST_TABLE = 12  # parts of the page's width that a table is wider than
_GAP = 400  # parts of the width that the widest gap in a broken line is one of
_GAP_OF_PIECES = 200
_MOST_EDGES = 300  # of rows or of columns; no form has so many
_COVERED = 0.75  # of a border that is drawn
_END = 0.2  # of a border: a stroke of a character does not reach both ends


class Box(NamedTuple):
    """A part of a page in pixels; `right` and `bottom` are outside."""

    start: int
    top: int
    end: int
    bottom: int


Edges: TypeAlias = list[int]


@dataclass(frozen=True, slots=True)
class ImageTable:
    """A table of drawn lines: where they are, and the boxes of the cells between them."""

    box: Box
    columns: Edges
    rows: Edges
    cells: list[Box]
    thickness: int  # of its lines, in pixels


def find_ruled_tables(page: PreparedPage) -> list[ImageTable]:
    """Return the tables whose lines are drawn on a page, from top to bottom."""
    width = page.width
    level_length = max(20, width // _SHORTEST_LEVEL)
    upright_length = max(20, width // _SHORTEST_UPRIGHT)
    piece = max(8, width // _SHORTEST_PIECE)
    gap, wide_gap = max(3, width // _GAP), max(4, width // _GAP_OF_PIECES)
    levels = _find_lines(
        page.ink,
        level_length,
        gap,
        is_level=True,
    )
    uprights = _find_lines(
        page.ink,
        upright_length,
        gap,
        is_level=False,
    )
    level_pieces = (
        _find_lines(
            page.ink,
            piece,
            wide_gap,
            is_level=True,
        )
        | levels
    )
    upright_pieces = (
        _find_lines(
            page.ink,
            piece,
            wide_gap,
            is_level=False,
        )
        | uprights
    )
    tables: list[ImageTable] = []
    for box in _find_areas(levels | uprights, width):
        area = (slice(box.top, box.bottom), slice(box.start, box.end))
        lines = _DrawnLines(
            levels[area], uprights[area], level_pieces[area], upright_pieces[area]
        )
        table = _build_table(
            box,
            lines,
            width,
        )
        if table is not None:
            tables.append(table)
    tables.sort(key=lambda table: (table.box.top, table.box.start))
    return tables


class _DrawnLines(NamedTuple):
    """The ink of long lines in an area, level and upright, and that of shorter pieces too."""

    levels: Image
    uprights: Image
    level_pieces: Image
    upright_pieces: Image


def _find_lines(ink: Image, length: int, gap: int, *, is_level: bool) -> Image:
    """Return the ink that belongs to level lines, or to upright ones.

    Pieces with a `gap` between them are one; a line has the `length` at least.
    """
    bridge = (1, gap) if is_level else (gap, 1)
    shape = (1, length) if is_level else (length, 1)
    whole = cv2.morphologyEx(
        ink,
        cv2.MORPH_CLOSE,
        np.ones(bridge, np.uint8),
    )
    return cv2.morphologyEx(
        whole,
        cv2.MORPH_OPEN,
        np.ones(shape, np.uint8),
    )


def _find_areas(lines: Image, width: int) -> Iterator[Box]:
    """Yield the areas in which lines hang together."""
    union = cv2.dilate(lines, np.ones((5, 5), np.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(union, connectivity=8)
    for number in range(1, count):
        start, top, wide, high, _ = (int(value) for value in sizes[number])
        if wide > width / _LEAST_TABLE and high > width / (3 * _LEAST_TABLE):
            yield Box(
                start,
                top,
                start + wide,
                top + high,
            )


def _build_table(box: Box, lines: _DrawnLines, width: int) -> ImageTable | None:
    """Return the table that the lines of an area draw; None where they draw no cells."""
    levels, uprights = lines.levels, lines.uprights
    near = max(4, width // 250)
    shortest = width // _SHORTEST_EDGE
    rows = _find_edges(
        levels,
        near,
        shortest,
        is_level=True,
    )
    columns = _find_edges(
        uprights,
        near,
        shortest,
        is_level=False,
    )
    rows = _close_open_ends(
        rows,
        uprights.any(axis=1),
        shortest // 2,
    )
    columns = _close_open_ends(
        columns,
        levels.any(axis=0),
        shortest // 2,
    )
    if not 2 <= len(rows) <= _MOST_EDGES or not 2 <= len(columns) <= _MOST_EDGES:
        return None
    borders = _Borders(
        lines.level_pieces, lines.upright_pieces, rows, columns, max(2, near // 2)
    )
    cells = [
        Box(
            box.start + columns[start],
            box.top + rows[top],
            box.start + columns[end],
            box.top + rows[bottom],
        )
        for start, top, end, bottom in _join_cells(borders)
    ]
    if len(cells) < 2:
        return None
    return ImageTable(
        box,
        [box.start + edge for edge in columns],
        [box.top + edge for edge in rows],
        cells,
        _measure_thickness(
            levels,
            rows,
            near,
        ),
    )


def _find_edges(lines: Image, near: int, shortest: int, *, is_level: bool) -> Edges:
    """Return where lines stand: below one another for level ones, else side by side.

    Each piece of a line says its place; pieces of about one place are one edge.
    """
    count, _, sizes, centres = cv2.connectedComponentsWithStats(lines, connectivity=8)
    places: list[tuple[float, int]] = []
    for number in range(1, count):
        length = sizes[number][2] if is_level else sizes[number][3]
        place = centres[number][1] if is_level else centres[number][0]
        places.append((float(place), int(length)))
    places.sort()
    groups: list[list[tuple[float, int]]] = []
    for place in places:
        if groups and place[0] - groups[-1][-1][0] <= near:
            groups[-1].append(place)
        else:
            groups.append([place])
    edges: Edges = []
    for group in groups:
        if max(length for _, length in group) >= shortest:
            edges.append(_average_places(group))
    return edges


def _close_open_ends(edges: Edges, lines: Image, least: int) -> Edges:
    """Add an edge where lines go on behind the last edge that is drawn.

    A table that goes on upon the next page has no line below; many have none at their sides.
    `drawn` says where the lines are that run across the edges.
    """
    places = np.flatnonzero(lines)
    if not edges or not places.size:
        return edges
    first, last = int(places[0]), int(places[-1])
    if edges[0] - first > least:
        edges = [first, *edges]
    if last - edges[-1] > least:
        edges = [*edges, last]
    return edges


def _average_places(places: Sequence[tuple[float, int]]) -> int:
    total = sum(length for _, length in places)
    return round(sum(place * length for place, length in places) / total)


def _measure_thickness(levels: Image, rows: Edges, near: int) -> int:
    """Return how thick the lines of a table are."""
    thicknesses: list[int] = []
    for row in rows:
        part = levels[max(0, row - near) : row + near + 1]
        lines = (part > 0).sum(axis=0)
        lines = lines[lines > 0]
        if lines.size:
            thicknesses.append(int(np.median(lines)))
    return max(1, int(np.median(thicknesses))) if thicknesses else 1


class _Borders:
    """Which pieces of the grid of a table are drawn."""

    def __init__(
        self, levels: Image, uprights: Image, rows: Edges, columns: Edges, near: int
    ) -> None:
        self.row_count = len(rows) - 1
        self.column_count = len(columns) - 1
        self._levels = levels > 0
        self._uprights = uprights > 0
        self._rows = rows
        self._columns = columns
        self._near = near

    def has_below(self, row: int, column: int) -> bool:
        """Tell whether a line is drawn between a cell and that below it."""
        edge = self._rows[row + 1]
        start, end = self._columns[column], self._columns[column + 1]
        part = self._levels[max(0, edge - self._near) : edge + self._near + 1]
        return _is_drawn(part[:, start:end].any(axis=0))

    def has_right(self, row: int, column: int) -> bool:
        """Tell whether a line is drawn between a cell and that to its right."""
        edge = self._columns[column + 1]
        top, bottom = self._rows[row], self._rows[row + 1]
        part = self._uprights[:, max(0, edge - self._near) : edge + self._near + 1]
        return _is_drawn(part[top:bottom].any(axis=1))


def _is_drawn(pixels: Image) -> bool:
    """Tell whether a border is drawn from one end to the other."""
    if pixels.size == 0:
        return False
    end = max(1, round(pixels.size * _END))
    reaches = pixels[:end].any() and pixels[-end:].any()
    return bool(reaches and pixels.mean() >= _COVERED)


def _join_cells(borders: _Borders) -> list[tuple[int, int, int, int]]:
    """Return the cells of a grid, each as the edges around it: left, top, right, bottom.

    Places without a border between them are one cell; where those make no rectangle, the
    rectangle around them is.
    """
    rows, columns = borders.row_count, borders.column_count
    owners = list(range(rows * columns))

    def find_owner(place: int) -> int:
        while owners[place] != place:
            owners[place] = owners[owners[place]]
            place = owners[place]
        return place

    for row in range(rows):
        for column in range(columns):
            place = row * columns + column
            if column + 1 < columns and not borders.has_right(row, column):
                owners[find_owner(place + 1)] = find_owner(place)
            if row + 1 < rows and not borders.has_below(row, column):
                owners[find_owner(place + columns)] = find_owner(place)
    groups: dict[int, list[int]] = {}
    for place in range(rows * columns):
        groups.setdefault(find_owner(place), []).append(place)
    return _separate_cells([_surround(group, columns) for group in groups.values()])


def _surround(places: Sequence[int], columns: int) -> tuple[int, int, int, int]:
    rows = [place // columns for place in places]
    sides = [place % columns for place in places]
    return min(sides), min(rows), max(sides) + 1, max(rows) + 1


def _separate_cells(
    cells: list[tuple[int, int, int, int]],
) -> list[tuple[int, int, int, int]]:
    """Return cells of which none lies on another: those that do become one."""
    is_open = True
    while is_open:
        is_open = False
        passing: list[tuple[int, int, int, int]] = []
        for cell in cells:
            for number, other in enumerate(passing):
                if _overlap(cell, other):
                    passing[number] = (
                        min(cell[0], other[0]),
                        min(cell[1], other[1]),
                        max(cell[2], other[2]),
                        max(cell[3], other[3]),
                    )
                    is_open = True
                    break
            else:
                passing.append(cell)
        cells = passing
    return sorted(cells, key=lambda cell: (cell[1], cell[0]))


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    is_beside = one[2] <= other[0] or other[2] <= one[0]
    is_below = one[3] <= other[1] or other[3] <= one[1]
    return not (is_beside or is_below)
