"""Checks of the pages of one report: what their versions changed, where they contradict."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.checks.findings import LocatedFinding
from nianbao.archive.derived.figures import compare_figures, get_place, load_figures
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference
    from nianbao.archive.derived.form_cells import CellPlace
    from nianbao.archive.derived.preferred_page import Carrier
    from nianbao.archive.records import Figure

_VERSIONS = """
SELECT versions.id, number, reader_version, report_year
FROM versions
JOIN readings ON readings.version_id = versions.id
WHERE document_id = ?
ORDER BY number
"""


class _VersionRow(NamedTuple):
    """A version of a page, with who read it and the year of its report."""

    id: int
    number: int
    reader_version: str
    report_year: int | None


def check_versions(
    db: Database, document_id: int, report_year: int
) -> Iterator[LocatedFinding]:
    """Yield what each version of a page changed in the report of a year.

    A version that took the place of another year's report changed nothing.
    """
    rows = db.execute(_VERSIONS, [document_id]).fetchall()
    for old, new in pairwise(_VersionRow(*row) for row in rows):
        if old.report_year != report_year or new.report_year != report_year:
            continue
        for finding in _compare_versions(db, old, new):
            yield LocatedFinding(finding, document_id=document_id, version_id=new.id)


def _compare_versions(
    db: Database, old: _VersionRow, new: _VersionRow
) -> Iterator[Finding]:
    """Yield a finding for each figure that differs, and each table that only one version has."""
    if old.reader_version != new.reader_version:
        yield _make_change(
            f"version {new.number} is not version {old.number};"
            " their figures were read by different readers: reread them first"
        )
        return
    before = load_figures(db, old.id)
    after = load_figures(db, new.id)
    differences = _group_by_table(compare_figures(before, after))
    common_tables = _list_tables(before) & _list_tables(after)
    for table, cells in differences.items():
        if table in common_tables:
            yield from _describe_cells(cells, old.number, new.number)
        else:
            number = new.number if cells[0].before is None else old.number
            yield _make_change(
                f"only version {number} of {old.number} and {new.number} has the table",
                table,
            )
    if not differences:
        yield _make_change(
            f"version {new.number} has another text than version {old.number},"
            " no other figure"
        )


def _group_by_table(
    differences: Iterable[FigureDifference],
) -> dict[str, list[FigureDifference]]:
    tables: dict[str, list[FigureDifference]] = {}
    for cell in differences:
        tables.setdefault(cell.table, []).append(cell)
    return tables


def _list_tables(figures: Iterable[Figure]) -> set[str]:
    return {figure.table for figure in figures}


def _describe_cells(
    cells: Iterable[FigureDifference], old_number: int, new_number: int
) -> Iterator[Finding]:
    for cell in cells:
        after = _quote_text(cell.after)
        before = _quote_text(cell.before)
        yield _make_change(
            f"{cell.row}, {cell.column}: version {new_number} states {after},"
            f" version {old_number} {before}",
            *cell,
        )


def _make_change(message: str, *where: str | None) -> Finding:
    return Finding("report.changed", "warning", message, *where)


def _quote_text(text: str | None) -> str:
    if text is None or not text.strip():
        return "nothing"
    return text


def check_contradictions(
    db: Database, carriers: Sequence[Carrier]
) -> Iterator[LocatedFinding]:
    """Yield which numbers other pages give otherwise than the preferred one, the first.

    Of pages of equal content only the first is compared.
    """
    preferred, *others = carriers
    contents = {preferred.content_sha256}
    for other in others:
        if other.content_sha256 in contents or other.state == "moved":
            continue
        contents.add(other.content_sha256)
        yield from _compare_pages(db, preferred, other)


def _compare_pages(
    db: Database, preferred: Carrier, other: Carrier
) -> Iterator[LocatedFinding]:
    preferred_figures = _load_exact_figures(db, preferred.version_id)
    other_figures = _load_exact_figures(db, other.version_id)
    common_places = _list_places(preferred_figures) & _list_places(other_figures)
    for cell in compare_figures(preferred_figures, other_figures):
        place = (cell.table, cell.row, cell.column)
        if place not in common_places:
            continue
        message = (
            f"{cell.row}, {cell.column}: {other.url} states {cell.after},"
            f" the preferred page {preferred.url} {cell.before}"
        )
        yield LocatedFinding(
            Finding("report.contradicted", "warning", message, *cell),
            document_id=other.document_id,
            version_id=other.version_id,
        )


def _load_exact_figures(db: Database, version_id: int) -> list[Figure]:
    """Return the figures of a version that are numbers in a place beyond doubt."""
    figures: list[Figure] = []
    for figure in load_figures(db, version_id):
        if figure.value is not None and figure.alignment == "exact":
            figures.append(figure)
    return figures


def _list_places(figures: Iterable[Figure]) -> set[CellPlace]:
    return {get_place(figure) for figure in figures}
