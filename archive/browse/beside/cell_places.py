"""Where the cells of a form stand in the page that they were read from.

The archive keeps what a cell says, not where it stood. It is looked up: a row of a table that
prints the label of the form's row, and behind it what its cells say, one by one. What is not
there so, or there twice, has no place: no place is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.row_filter import reduce_label

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from nianbao.archive.browse.drawn_tables import DrawnTable

CELLS = ("td", "th")


class PrintedCell(NamedTuple):
    """A cell of a table of the page."""

    element: HtmlElement
    text: str  # without white space


class FormRow(NamedTuple):
    """A row of a form: its label, and the anchors and printed texts of its cells."""

    label: str
    anchors: tuple[str, ...]
    texts: tuple[str, ...]


PrintedRow = Sequence[PrintedCell]
Places = dict[str, "HtmlElement"]  # by the anchor of the form's cell


def find_places(tree: HtmlElement, tables: Sequence[DrawnTable]) -> Places:
    """Return the elements of a page in which cells of drawn tables stand, by their anchors."""
    printed_tables = [list(_list_rows(table)) for table in tree.iter("table")]
    places: Places = {}
    for table in tables:
        form_rows = list(_list_form_rows(table))
        best: Places = {}
        for printed_rows in printed_tables:
            found = _match_table(form_rows, printed_rows)
            if len(found) > len(best):
                best = found
        places |= best
    return places


def _list_form_rows(table: DrawnTable) -> Iterator[FormRow]:
    for row in table.rows:
        cells = [cell for cell in row.cells if cell.figure is not None]
        if cells:
            anchors = tuple(cell.anchor for cell in cells)
            texts = []
            for cell in cells:
                texts.append(_squeeze(cell.figure.text if cell.figure else ""))
            yield FormRow(reduce_label(row.name.zh), anchors, tuple(texts))


def _list_rows(table: HtmlElement) -> Iterator[PrintedRow]:
    """Yield the rows of a table, without those of tables in it."""
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is not table:
            continue
        cells = []
        for element in row:
            if element.tag in CELLS:
                cells.append(PrintedCell(element, _squeeze(element.text_content())))
        yield cells


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _match_table(
    form_rows: Sequence[FormRow], printed_rows: Sequence[PrintedRow]
) -> Places:
    """Return the places of the rows that a printed table has; all in one row count too."""
    places: Places = {}
    for form_row in form_rows:
        places |= _match_row(form_row, printed_rows)
    return places or _match_joined_rows(form_rows, printed_rows)


def _match_row(form_row: FormRow, printed_rows: Sequence[PrintedRow]) -> Places:
    """Return the places of a row that stands behind its label, in one printed row alone."""
    matches = []
    for row in printed_rows:
        for index, cell in enumerate(row):
            if form_row.label and reduce_label(cell.text) == form_row.label:
                run = _find_run(form_row.texts, row[index + 1 :])
                if run is not None:
                    matches.append(run)
                break
    if len(matches) != 1:
        return {}
    return dict(zip(form_row.anchors, matches[0], strict=True))


def _find_run(texts: Sequence[str], row: PrintedRow) -> list[HtmlElement] | None:
    """Return the cells at the end of a row that say what is wanted; None where they do not."""
    run = row[len(row) - len(texts) :] if len(row) >= len(texts) else []
    if not run or [cell.text for cell in run] != list(texts):
        return None
    return [cell.element for cell in run]


def _match_joined_rows(
    form_rows: Sequence[FormRow], printed_rows: Sequence[PrintedRow]
) -> Places:
    """Return the places of rows that the page prints behind one another, as those of lawsuits.

    Their labels stand above them.
    """
    labels: set[str] = set()
    for row in printed_rows:
        labels.update(reduce_label(cell.text) for cell in row)
    if len(form_rows) < 2 or not labels.issuperset(row.label for row in form_rows):
        return {}
    anchors: list[str] = []
    texts: list[str] = []
    for form_row in form_rows:
        anchors += form_row.anchors
        texts += form_row.texts
    matches = []
    for row in printed_rows:
        run = _find_run(texts, row)
        if run is not None:
            matches.append(run)
    if len(matches) != 1:
        return {}
    return dict(zip(anchors, matches[0], strict=True))
