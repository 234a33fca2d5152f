"""RTF: its tables. Each row says where its cells end, in twentieths of a point from the left."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from nianbao.pipelines.reader.payload.refusals import PageTooLargeError
from nianbao.pipelines.reader.payload.text_limits import MAX_TAGS

_TOLERANCE = 30  # that the same edge of two rows can differ, in twentieths of a point
_MOST_EDGES = 400


@dataclass(slots=True)
class CellForm:
    """How a cell of a row is said to be: where it ends, and whether it is merged."""

    end: int
    begins_down: bool = False
    goes_on_down: bool = False
    goes_on_across: bool = False


@dataclass(slots=True)
class RowForm:
    """The cells of a row as they are said to be; those to come take what was said of merging."""

    left: int = 0
    cells: list[CellForm] = field(default_factory=list)
    next_cell: CellForm = field(default_factory=lambda: CellForm(0))

    def end_cell(self, end: int) -> None:
        """Take the cell that was described up to its end.

        Raises PageTooLargeError for more than a row has: each row is laid out by all of them.
        """
        if len(self.cells) >= _MOST_EDGES:
            raise PageTooLargeError(0, len(self.cells))
        self.next_cell.end = end
        self.cells.append(self.next_cell)
        self.next_cell = CellForm(0)


@dataclass(slots=True)
class _Cell:
    """A cell of the table that is written: columns from `start` up to `end`, and its height."""

    start: int
    end: int
    contents: list[str]
    height: int = 1


@dataclass(slots=True)
class Table:
    """A table as far as it has been read: rows, and what the row at hand has so far."""

    rows: list[tuple[RowForm, list[str]]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)  # of the cell at hand

    def end_cell(self) -> None:
        """End the cell at hand."""
        self.cells.append("".join(self.blocks))
        self.blocks.clear()

    def end_row(self, form: RowForm) -> None:
        """End the row at hand, whose cells are said to be of some form."""
        if self.blocks:
            self.end_cell()
        if self.cells:
            self.rows.append((form, list(self.cells)))
        self.cells.clear()

    def write(self) -> str:
        """Return the table as HTML. Raises PageTooLargeError for more cells than a report has."""
        if sum(len(cells) for _, cells in self.rows) > MAX_TAGS:
            raise PageTooLargeError(0, MAX_TAGS)
        forms = {id(form): form for form, _ in self.rows}  # rows can share one
        edges = _collect_edges(list(forms.values()))
        lines = ["<table>"]
        for row in _place_cells(self.rows, edges):
            cells = map(_write_cell, row)
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return "".join((*lines, "</table>"))


def _collect_edges(forms: Sequence[RowForm]) -> list[int]:
    """Return where columns begin and end; edges that differ by little are one."""
    positions: set[int] = set()
    for form in forms:
        positions.add(form.left)
        positions.update(cell.end for cell in form.cells)
    edges: list[int] = []
    for position in sorted(positions):
        if not edges or position - edges[-1] > _TOLERANCE:
            edges.append(position)
    if len(edges) > _MOST_EDGES:
        raise PageTooLargeError(0, len(edges))
    return edges


def _find_edge(edges: Sequence[int], position: int) -> int:
    """Return the number of the edge at a position."""
    return max(bisect_left(edges, position + 1) - 1, 0)


def _place_cells(
    rows: Sequence[tuple[RowForm, list[str]]], edges: Sequence[int]
) -> list[list[_Cell]]:
    """Return the cells of each row that begin in it."""
    written: list[list[_Cell]] = []
    open_cells: dict[
        int, _Cell
    ] = {}  # that can go on further down, by their first column
    for form, contents in rows:
        row: list[_Cell] = []
        for cell, description in _join_across(form, contents, edges):
            above = open_cells.get(cell.start)
            if description.goes_on_down and above is not None:
                above.height += 1
                above.contents += cell.contents
                continue
            row.append(cell)
            open_cells.pop(cell.start, None)
            if description.begins_down:
                open_cells[cell.start] = cell
        written.append(row)
    return written


def _join_across(
    form: RowForm, contents: Sequence[str], edges: Sequence[int]
) -> list[tuple[_Cell, CellForm]]:
    """Return the cells of a row with their columns; cells that are merged across are one."""
    merged: list[tuple[_Cell, CellForm]] = []
    start = _find_edge(edges, form.left)
    for number, content in enumerate(contents):
        if number < len(form.cells):
            description = form.cells[number]
            end = max(_find_edge(edges, description.end), start + 1)
        else:  # a row with more cells than it says
            description = CellForm(0)
            end = start + 1
        if description.goes_on_across and merged:
            merged[-1][0].end = end
            merged[-1][0].contents.append(content)
        else:
            merged.append((_Cell(start, end, [content]), description))
        start = end
    return merged


def _write_cell(cell: _Cell) -> str:
    width = cell.end - cell.start
    content = "".join(cell.contents)
    return f'<td rowspan="{cell.height}" colspan="{width}">{content}</td>'
