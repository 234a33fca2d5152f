"""Layouts: plain text in which tables were flattened, brought back to rows of cells.

A row is a label of the form and the figures behind it. A label is what stands last before figures,
over as many lines as it takes; where figures stand in the middle of a wrapped label, also what
follows them. A cell that was printed empty is known only where the layout marks it; elsewhere a
missing cell leaves the row short, and a short row is ragged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables import forms, grid_reader, label_index, tokens
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import Table
from nianbao.pipelines.reader.tables.html_grids import Cell, Grid, Row
from nianbao.pipelines.reader.tables.label_index import Index
from nianbao.pipelines.reader.tables.tokens import BLANK, END, TEXT, VALUE, Piece

_MOST_LINES = 14  # over which a label is wrapped
_LONGEST_LABEL = 120
_LONGEST_LOCAL = 30
_HEADER = (
    60  # pieces in which the header of grouped columns stands, upright ones included
)


@dataclass(slots=True)
class _Run:
    """Texts, and the figures that follow them."""

    texts: list[Piece]
    values: list[Piece]
    after: list[Piece]  # the texts that follow


def read(lines: Sequence[str], generation: str, figures: Figures) -> None:
    """Add the figures of those tables of a text that `figures` has none of yet."""
    done = {table for table, _, _ in figures.cells}
    found = Figures()
    grid_reader.read(grids_of(lines, generation), generation, found)
    figures.cells |= {
        key: figure for key, figure in found.cells.items() if figure.table not in done
    }
    figures.findings += [
        finding for finding in found.findings if finding.table not in done
    ]


def grids_of(lines: Sequence[str], generation: str) -> list[Grid]:
    """Return the rows of all tables of a text as one grid, and those of grouped columns as a
    grid each.
    """
    labels = label_index.of(generation)
    if not labels.rows:
        return []
    flat = _Flat(labels)
    for run in _runs(tokens.of(lines, labels)):
        flat.take(run)
    return [*([tuple(flat.rows)] if flat.rows else []), *flat.singles]


def _runs(found: Iterable[Piece]) -> Iterator[_Run]:
    """Yield each run of figures with the texts before and behind it; the end of a row ends its
    figures.
    """
    last, ended = _Run([], [], []), False
    for piece in found:
        if piece.kind == TEXT:
            if last.values:
                last.after.append(piece)
            else:
                last.texts.append(piece)
        elif piece.kind == END:
            ended = ended or bool(last.values)
        elif last.after:
            yield last
            last, ended = _Run(last.after, [piece], []), False
        elif not ended:
            last.values.append(piece)
    if last.values:
        yield last


class _Flat:
    """Collects rows of one text in their order, remembering which tables its headers announced."""

    def __init__(self, labels: Index) -> None:
        self.labels = labels
        self.rows: list[Row] = []
        self.singles: list[Grid] = []
        self._announced: set[str] = set()
        self._table: Table | None = None  # of the row before, if it was complete
        self._used = 0  # texts that belong to the label of the row before
        self._recent: list[Piece] = []

    def take(self, run: _Run) -> None:
        """Take one run of figures with its texts."""
        texts = run.texts[self._used :]
        self._used = 0
        self._announce(texts)
        if single := self._single_of(texts, run):
            self.singles.append(self._single_grid(single, run.values))
            self._table = None
            return
        label, count, table = self._label(texts, run)
        if table is None or label is None:
            self._local(texts, run)
            return
        if table.id not in self._announced and "art20" in table.id:
            return
        self._used = count
        values = _values(run.values, len(table.figures))
        self.rows.append((Cell(label), *values))
        self._table = table if len(values) == len(table.figures) else None

    def _announce(self, texts: Sequence[Piece]) -> None:
        """Note captions and headers; those of few columns go into the grid, for their order."""
        self._recent = [*self._recent, *texts][-_HEADER:]
        whole = squeeze("".join(piece.text for piece in texts[-_HEADER:]))
        if forms.CAPTION.search(whole):
            self.rows.append((Cell("第二十条第（一）项"),))
            self._announced |= {
                table.id
                for table in forms.tables(self.labels.generation)
                if "art20" in table.id
            }
        for table in forms.tables(self.labels.generation):
            if any(
                core in whole
                for column in table.figures
                for core in column.cores
                if len(core) > 2
            ):
                self._announced.add(table.id)
        strange = label_index.strange_to(self.labels.generation)
        cells = [Cell(piece.text) for piece in texts[-8:]]
        heads = [
            cell
            for cell in cells
            if cell.core in self.labels.columns or cell.core in strange
        ]
        enough = 1 < len(heads) < 5 or any(cell.core in strange for cell in heads)
        if enough and heads[0].core not in ("自然人", "商业企业"):
            self.rows.append(tuple(heads))

    def _label(
        self, texts: Sequence[Piece], run: _Run
    ) -> tuple[str | None, int, Table | None]:
        """Return the label before figures, how many texts behind them belong to it, and its
        table.
        """
        generation = self.labels.generation
        units = forms.load().units
        names = [piece.text for piece in texts]
        while names and squeeze(names[-1]) in units:
            names.pop()
        joined = [
            "".join(names[start:])
            for start in range(max(0, len(names) - _MOST_LINES), len(names))
            if sum(map(len, names[start:])) <= _LONGEST_LABEL
        ]
        for name in joined:
            core = extract_core(name)
            if (found := self.labels.rows.get(core)) and not self._is_header(
                core, names
            ):
                return name, 0, found[0][0]
        for name in reversed(joined):
            for count in range(1, min(_MOST_LINES // 2, len(run.after)) + 1):
                whole = name + "".join(piece.text for piece in run.after[:count])
                if len(whole) > _LONGEST_LABEL:
                    break
                if extract_core(name) and (
                    found := self.labels.rows.get(extract_core(whole))
                ):
                    return whole, count, found[0][0]
        for name in reversed(joined):
            if found := label_index.row(generation, extract_core(name)):
                return name, 0, found[0][0]
        for name in joined:
            if found := label_index.cut_row(generation, extract_core(name)):
                return found[0][1].cores[0], 0, found[0][0]
        return None, 0, None

    def _is_header(self, core: str, names: Sequence[str]) -> bool:
        """Tell 总计 and 其他 as names of columns from the rows of the same name: by what stands
        before them.
        """
        if core not in self.labels.columns or len(names) < 2:
            return False
        return extract_core(names[-2]) in self.labels.columns

    def _local(self, texts: Sequence[Piece], run: _Run) -> None:
        """Keep a row of local making: one short label right below a complete row, with as many
        figures.
        """
        table = self._table
        if table is None:
            return
        name = "".join(piece.text for piece in texts)
        values = _values(run.values, len(table.figures))
        stated = 0 < len(name) <= _LONGEST_LOCAL and not any(
            mark in name for mark in "。；，"
        )
        if (
            stated
            and len(texts) <= 3
            and len(values) == len(table.figures)
            and not _is_title(name)
        ):
            self.rows.append((Cell(name), *values))
        else:
            self._table = None

    def _single_of(self, texts: Sequence[Piece], run: _Run) -> Table | None:
        """Return the table of grouped columns whose outcomes are named above the figures."""
        if len(run.values) < 3 and not any(
            len(piece.text) > 10 for piece in run.values
        ):
            return None
        above = texts[-_HEADER * 2 :]
        whole = squeeze("".join(piece.text for piece in above))
        for table in self.labels.single:
            outcomes = table.columns[:-1]
            named = [
                column
                for column in outcomes
                if any(core in whole for core in column.cores)
            ]
            groups = [
                group
                for group in table.groups
                if any(core in whole for core in group.cores)
            ]
            if len(named) >= 3 and groups:
                return table
            if len(run.values) == len(table.groups) * len(table.columns) and _across(
                table, whole
            ):
                return table
        return None

    def _single_grid(self, table: Table, values: Sequence[Piece]) -> Grid:
        size = len(table.groups) * len(table.columns)
        header = tuple(
            Cell(label.cores[0]) for label in (*table.groups, *table.columns)
        )
        return header, _values(values, size)


def _across(table: Table, whole: str) -> bool:
    """Tell a header whose upright labels were read line by line, across them: 结结其尚 果果他未
    维纠结审 持正果结.
    """
    wanted = Counter(
        "".join(column.cores[0] for column in table.columns) * len(table.groups)
    )
    return not wanted - Counter(whole)


def _values(found: Sequence[Piece], size: int) -> Row:
    """Return the cells of a row: those stated, with the blanks between them where they make it
    whole.
    """
    stated = [piece for piece in found if piece.kind == VALUE]
    if len(stated) == size + 1 and _is_page_number(stated):
        stated = stated[:-1]
    if len(stated) != size and len(found) == size:
        stated = list(found)
    return tuple(Cell(piece.text if piece.kind != BLANK else "") for piece in stated)


def _is_page_number(stated: Sequence[Piece]) -> bool:
    """Tell a lone number on the line behind a row that stands on one line."""
    lines = {piece.line for piece in stated[:-1]}
    return len(lines) == 1 and len(stated) > 3 and stated[-1].line not in lines


def _is_title(name: str) -> bool:
    return extract_core(name) in forms.load().sections
