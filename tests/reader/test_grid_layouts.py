"""A grid of a known layout gives what reading it row by row gives, whatever its figures are.

GRID_LAYOUTS says of how many mutated pages and random tables; 5,000 by hand, few in CI.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from nianbao.pipelines.reader.document.parse import parse_page
from nianbao.pipelines.reader.tables import forms, grid_layout, grid_reader
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.html_grids import Grid, GridCell, GridRow
from nianbao.pipelines.reader.tables.label_index import find_rows
from tests.reader.mutations import make_page, mutate
from tests.reader.test_random_tables import TableMaker
from tests.reader.test_round_trip import invented

COUNT = int(os.environ.get("GRID_LAYOUTS", "60"))
NUMBERS = ("0", "1", "2", "7", "30,000", "12件", "01", "10", "11")
# In the place of a figure: digits that are none, and what is printed instead of one.
OTHER_TEXTS = (
    "1" * 16,
    "0" * 16,
    "0000000001000020001",
    "",
    "-",
    "见附表",
    "1000000001",
)


def make_grids(seed: int) -> Iterator[tuple[str, Grid]]:
    """Yield the grids of a page that was changed as real ones are, and of a random table."""
    generation = ("g2021", "g2019")[seed % 2]
    page = make_page(seed, invented(seed, generation))
    mutate(page, random.Random(seed))
    maker = TableMaker(seed)
    for name, source in ((generation, page.write()), (maker.generation, maker.make())):
        for grid in parse_page(source.decode("utf-8", "replace")).grids:
            yield name, grid


def change_numbers(grid: Grid, seed: int) -> Grid:
    """Return a grid with other numbers, whose sums hold by chance only."""
    dice = random.Random(seed)
    rows: list[GridRow] = []
    for row in grid:
        cells: list[GridCell] = []
        for cell in row:
            if cell.is_number:
                texts = OTHER_TEXTS if dice.random() < 0.02 else NUMBERS
                cell = GridCell(dice.choice(texts), cell.start, cell.end)
            cells.append(cell)
        rows.append(tuple(cells))
    return tuple(rows)


def read_grid(generation: str, grid: Grid) -> Figures:
    figures = Figures()
    grid_reader.read_grids([grid], generation, figures)
    return figures


def read_twice(
    generation: str, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> tuple[Figures, Figures]:
    """Return the figures by the layout, and those row by row."""
    by_layout = read_grid(generation, grid)
    with monkeypatch.context() as patch:
        patch.setattr(grid_reader, "find_places", lambda *_: None)
        return by_layout, read_grid(generation, grid)


def test_a_known_layout_gives_what_reading_row_by_row_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows_by_layout = 0
    for seed in range(COUNT):
        for generation, grid in make_grids(seed):
            for other in (
                grid,
                change_numbers(grid, seed),
                change_numbers(grid, -seed),
            ):
                by_layout, row_by_row = read_twice(generation, other, monkeypatch)
                assert by_layout == row_by_row, (seed, generation)
                layout = grid_layout.hide_numbers(other)
                rows_by_layout += len(grid_reader.find_places(layout, generation) or ())
    assert rows_by_layout > 20 * COUNT  # of which most are known


def make_row(*texts: str) -> GridRow:
    return tuple(GridCell(text, start, start + 1) for start, text in enumerate(texts))


def test_columns_in_another_order_are_asked_for_their_sums_in_each_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first report has its figures below the heads, the second in the order of the form."""
    generation = "g2021"
    for table in forms.get_tables(generation):
        columns = table.figure_columns
        if table.groups or columns[-1].key != "total":
            continue
        heads = [column.cores[0] for column in columns]
        figures = ["5", *["0"] * (len(heads) - 2), "5"]  # the last is the total
        turned = [heads[-1], *heads[:-1]]
        below_heads = [figures[-1], *figures[:-1]]
        as_in_form = ["1", "5", *["0"] * (len(heads) - 3), "6"]
        names = [row.cores[0] for row in table.rows if not row.is_heading]
        for values in (below_heads, as_in_form, below_heads):
            rows = [make_row(name, *values) for name in names]
            grid = (make_row("", *turned), *rows)
            by_layout, row_by_row = read_twice(generation, grid, monkeypatch)
            assert by_layout == row_by_row, (table.id, values)
            alignments = {figure.alignment for figure in by_layout.cells.values()}
            assert (alignments == {"exact"}) == (values is below_heads), table.id


@pytest.mark.parametrize("blanks", range(3))
@pytest.mark.parametrize("has_header", [False, True])
def test_the_code_of_a_row_is_known_by_its_number(
    has_header: bool, blanks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where blanks behind the figures make as many cells as columns with the code."""
    generation = "g2008_local"
    codes = 0
    for table in forms.get_tables(generation):
        heads = ["".join(column.cores[:1]) for column in table.figure_columns]
        header = (make_row("", "", "", *heads),) if has_header else ()
        for row in table.rows:
            if row.code is None or len(find_rows(generation, row.cores[0])) > 1:
                continue
            for code in (row.code, "77"):
                for count in range(1, len(heads) + 1):
                    values = [*["5"] * count, *[""] * blanks]
                    grid = (*header, make_row(row.cores[0], "件", code, *values))
                    by_layout, row_by_row = read_twice(generation, grid, monkeypatch)
                    assert by_layout == row_by_row, (row.key, code, values)
                    texts = {figure.text for figure in by_layout.cells.values()}
                    assert not (code == row.code and code in texts), (row.key, values)
                    without_unit = (*header, make_row(row.cores[0], code, *values))
                    by_layout, row_by_row = read_twice(
                        generation, without_unit, monkeypatch
                    )
                    assert by_layout == row_by_row, (row.key, code, values)
                    texts = {figure.text for figure in by_layout.cells.values()}
                    assert not (code[0] == "0" and code in texts), (row.key, values)
                codes += 1
    assert codes > 10
