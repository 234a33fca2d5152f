"""Flattened tables: plain text in which tables were printed, brought back to rows of cells.

A row is a label of the form and the figures behind it. A label is what stands last before the
figures, over as many lines as it takes; where figures stand in the middle of a wrapped label,
also what follows them. A cell that was printed empty is known only where the layout marks it;
elsewhere a missing cell leaves the row short, and a short row is ragged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables import tokens
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import (
    CAPTION,
    FormTable,
    get_tables,
    load_forms,
    prints_label,
)
from nianbao.pipelines.reader.tables.grid_columns import has_wrong_sum
from nianbao.pipelines.reader.tables.grid_reader import read_grids
from nianbao.pipelines.reader.tables.html_grids import Grid, GridCell, GridRow
from nianbao.pipelines.reader.tables.label_index import (
    LabelIndex,
    RowMatch,
    find_rows,
    get_label_index,
    list_foreign_columns_of_all,
)
from nianbao.pipelines.reader.tables.labelled_rows import find_passed_texts
from nianbao.pipelines.reader.tables.row_labels import (
    RowLabel,
    find_row_label,
    has_sub_row,
)
from nianbao.pipelines.reader.tables.tokens import (
    BLANK,
    END,
    ROW_END,
    TEXT,
    VALUE,
    Token,
    Tokens,
)

_CAPTION_ROW = (GridCell("第二十条第（一）项"),)
_FIRST_APPLICANTS = ("自然人", "商业企业")  # columns of the table of requests
# Words for rows that are left out: longer than any label.
_NO_ROW = "行列互换的表格。" * 20
_SENTENCE_MARKS = "。；，"
_LONGEST_LOCAL_LABEL = 30
_MOST_LOCAL_LINES = 3
_SHORTEST_COLUMN = 3  # characters of a column that announces its table
# Tokens in which the header of grouped columns stands, upright ones included.
_HEADER_TOKENS = 60
_LAST_HEADS = 8  # tokens before the figures in which the header of few columns stands
_MOST_HEADS = 4
_LEAST_OUTCOMES = 3
_SHORTEST_DIGIT_RUN = 11


@dataclass(slots=True)
class _FigureRun:
    """Texts, the figures that follow them, and the texts that follow the figures."""

    texts: list[Token]
    values: list[Token]
    texts_behind: list[Token]


def read_flattened_tables(
    lines: Sequence[str], generation: str, figures: Figures
) -> None:
    """Add the figures of those tables of a text of which `figures` has none yet."""
    tables_with_figures = {table for table, _, _ in figures.cells}
    text_figures = Figures()
    read_grids(build_grids(lines, generation), generation, text_figures)
    for key, figure in text_figures.cells.items():
        if figure.table not in tables_with_figures:
            figures.cells[key] = figure
    for finding in text_figures.findings:
        if finding.table not in tables_with_figures:
            figures.findings.append(finding)


def select_table_rows(lines: Sequence[str], generation: str) -> list[str]:
    """Return the lines of a page but for rows of a table whose rows and columns changed places.

    The cells of a row of a page are separated by tabs. In such a row a label stands behind
    figures, or several labels without any: the figures behind the last one are not its own.
    Words that name no row stand in its place, so that a label above it gets no figures below it.
    """
    rows: list[str] = []
    for line in lines:
        rows.append(_NO_ROW if _is_turned_row(line, generation) else line)
    return rows


def _is_turned_row(line: str, generation: str) -> bool:
    has_figure = False
    labels = 0
    for text in line.split("\t") if "\t" in line else ():
        cell = GridCell(text)
        if cell.is_number:
            has_figure = True
            continue
        matches = find_rows(generation, cell.core)
        if has_figure and matches:
            return True
        labels += any(_names_only_row(match) for match in matches)
    return labels > 1 and not has_figure


def _names_only_row(match: RowMatch) -> bool:
    """Tell whether a label is that of a row of figures, and of no column: not 其他 nor 总计."""
    columns = {core for column in match.table.columns for core in column.cores}
    return not match.row.is_heading and columns.isdisjoint(match.row.cores)


def build_grids(lines: Sequence[str], generation: str) -> list[Grid]:
    """Return the rows of all tables of a text as one grid, and each review table as another.

    The lines 规章 | 0 | 0 | 3 give a row of four cells, whether tabs, bars, spaces or lines
    divide them.
    """
    labels = get_label_index(generation)
    if not labels.rows:
        return []
    builder = _GridBuilder(labels)
    for run in _split_runs(tokens.split_tokens(lines, labels)):
        builder.add_run(run)
    if not builder.rows:
        return builder.review_grids
    return [tuple(builder.rows), *builder.review_grids]


def _split_runs(stream: Iterable[Token]) -> Iterator[_FigureRun]:
    """Yield each run of figures with the texts before and behind it.

    规章 0 0 3 规范性文件 1 gives (规章; 0 0 3; 规范性文件) and (规范性文件; 1; nothing). The end
    of a row ends its figures: those behind it, without a text before them, are dropped.
    """
    run = _FigureRun([], [], [])
    has_ended = False
    line_end = 0  # texts behind that belong to a line that is over
    for token in stream:
        if token.kind == TEXT:
            if run.values:
                run.texts_behind.append(token)
            else:
                run.texts.append(token)
        elif token.kind in (END, ROW_END):
            has_ended = has_ended or bool(run.values)
            if token.kind == ROW_END:
                line_end = len(run.texts_behind)
        elif len(run.texts_behind) > line_end:
            yield run
            run = _FigureRun(run.texts_behind[line_end:], [token], [])
            has_ended = False
            line_end = 0
        elif not has_ended:
            run.values.append(token)
    if run.values:
        yield run


class _GridBuilder:
    """Collects the rows of one text in their order.

    It remembers which tables the headers and captions announced: a row under article 20 counts
    only in an announced table, because its label (规章, 行政许可) also stands in prose.
    """

    def __init__(self, labels: LabelIndex) -> None:
        self.labels = labels
        self.tables = get_tables(labels.generation)
        self.rows: list[GridRow] = []
        self.review_grids: list[Grid] = []
        self._announced_tables: set[str] = set()
        self._table: FormTable | None = None  # of the row before, if that was complete
        self._used_texts = 0  # texts that belong to the label of the row before

    def add_run(self, run: _FigureRun) -> None:
        """Add the row that a run of figures and its texts make, if they make one."""
        texts = run.texts[self._used_texts :]
        self._used_texts = 0
        self._note_announced_tables(texts)
        self._add_header(texts)
        review_table = self._find_review_table(texts, run.values)
        if review_table is not None:
            self.review_grids.append(_build_review_grid(review_table, run.values))
            self._table = None
            return
        label = find_row_label(texts, run.texts_behind, self.labels)
        if label is None:
            self._add_local_row(texts, run.values)
            return
        table = label.table
        if _is_of_article_20(table) and table.id not in self._announced_tables:
            return
        size = len(table.figure_columns)
        values = _build_values(run.values, size)
        if self._can_be_column_head(label, values):
            return
        self._used_texts = label.count_behind
        passed = find_passed_texts(texts, label.text, run.values, self.labels)
        label_cells = tuple(map(GridCell, (*passed, label.text)))
        self.rows.append((*label_cells, *values))
        self._table = None
        if len(values) == size:
            self._table = table

    def _can_be_column_head(self, label: RowLabel, values: GridRow) -> bool:
        """Tell whether 总计 before figures is a column's: their sum shows that they are no row."""
        if extract_core(label.text) not in self.labels.columns:
            return False
        keys = [column.key for column in label.table.figure_columns]
        texts = [cell.text for cell in values]
        return len(keys) == len(texts) and has_wrong_sum(
            list(zip(keys, texts, strict=True))
        )

    def _note_announced_tables(self, texts: Tokens) -> None:
        """Remember the tables that a caption or a column announces; a caption becomes a row."""
        squeezed = _squeeze_texts(texts[-_HEADER_TOKENS:])
        has_caption = CAPTION.search(squeezed) is not None
        if has_caption:
            self.rows.append(_CAPTION_ROW)
        for table in self.tables:
            is_captioned = has_caption and _is_of_article_20(table)
            columns = table.figure_columns
            if is_captioned or prints_label(columns, squeezed, _SHORTEST_COLUMN):
                self._announced_tables.add(table.id)

    def _add_header(self, texts: Tokens) -> None:
        """Add the header of a table of few columns as a row, for the order of its columns."""
        foreign_columns = list_foreign_columns_of_all(self.labels.generation)
        heads: list[GridCell] = []
        has_foreign_head = False
        for token in texts[-_LAST_HEADS:]:
            cell = GridCell(token.text)
            if cell.core in foreign_columns:
                has_foreign_head = True
                heads.append(cell)
            elif cell.core in self.labels.columns:
                heads.append(cell)
        if not has_foreign_head and not 1 < len(heads) <= _MOST_HEADS:
            return
        if heads[0].core not in _FIRST_APPLICANTS:
            self.rows.append(tuple(heads))

    def _add_local_row(self, texts: Tokens, values: Tokens) -> None:
        """Add a row of local making: a short label right below a complete row, as many figures."""
        table = self._table
        if table is None:
            return
        names = [token.text for token in texts]
        name = "".join(names)
        if has_sub_row(names, self.labels):
            name = names[-1]
        cells = _build_values(values, len(table.figure_columns))
        is_whole = len(cells) == len(table.figure_columns)
        if is_whole and len(texts) <= _MOST_LOCAL_LINES and _is_local_label(name):
            self.rows.append((GridCell(name), *cells))
        else:
            self._table = None

    def _find_review_table(self, texts: Tokens, values: Tokens) -> FormTable | None:
        """Return the review table whose outcomes are printed above the figures."""
        if len(values) < _LEAST_OUTCOMES and not _has_long_digit_run(values):
            return None
        squeezed = _squeeze_texts(texts[-_HEADER_TOKENS * 2 :])
        for table in self.labels.review_tables:
            if _names_outcomes_and_group(table, squeezed):
                return table
            is_whole = len(values) == len(table.list_review_keys())
            if is_whole and _has_upright_header(table, squeezed):
                return table
        return None


def _squeeze_texts(texts: Tokens) -> str:
    return squeeze("".join(token.text for token in texts))


def _is_of_article_20(table: FormTable) -> bool:
    return "art20" in table.id


def _is_local_label(name: str) -> bool:
    if not 0 < len(name) <= _LONGEST_LOCAL_LABEL:
        return False
    if any(mark in name for mark in _SENTENCE_MARKS):
        return False
    is_section_title = extract_core(name) in load_forms().sections
    return not is_section_title


def _has_long_digit_run(values: Tokens) -> bool:
    return any(len(token.text) >= _SHORTEST_DIGIT_RUN for token in values)


def _names_outcomes_and_group(table: FormTable, squeezed: str) -> bool:
    """Tell whether a text names three outcomes of a review table, and one of its groups."""
    outcomes = 0
    for column in table.columns[:-1]:
        outcomes += prints_label([column], squeezed)
    if outcomes < _LEAST_OUTCOMES:
        return False
    return prints_label(table.groups, squeezed)


def _has_upright_header(table: FormTable, squeezed: str) -> bool:
    """Tell whether a text has all characters of a header whose labels stand upright.

    Read line by line, across them, they give 结结其尚 果果他未 维纠结审 持正果结.
    """
    header = ""
    for column in table.columns:
        header += column.cores[0] * len(table.groups)
    missing = Counter(header) - Counter(squeezed)
    return not missing


def _build_review_grid(table: FormTable, values: Tokens) -> Grid:
    labels = (*table.groups, *table.columns)
    header = tuple(GridCell(label.cores[0]) for label in labels)
    return header, _build_values(values, len(table.list_review_keys()))


def _build_values(run: Tokens, size: int) -> GridRow:
    """Return the cells of a row: its figures, with the blanks between where they make it whole."""
    values = [token for token in run if token.kind == VALUE]
    if len(values) == size + 1 and _ends_with_page_number(values):
        values = values[:-1]
    if len(values) != size and len(run) == size:
        values = list(run)
    return tuple(_build_cell(token) for token in values)


def _build_cell(token: Token) -> GridCell:
    if token.kind == BLANK:
        return GridCell("")
    return GridCell(token.text, is_glued=token.is_glued)


def _ends_with_page_number(values: Tokens) -> bool:
    """Tell whether the last number stands alone on the line behind a row of one line."""
    if len(values) < 4:
        return False
    *row, last = values
    lines = {token.line for token in row}
    return len(lines) == 1 and last.line not in lines
