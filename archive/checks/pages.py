"""Checks of the pages of one report: what their versions changed, where they contradict."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.checks.findings import LocatedFinding
from nianbao.archive.derived.figures import compare_figures, get_place, load_figures
from nianbao.archive.derived.reports import ENDED
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference
    from nianbao.archive.derived.form_cells import CellPlace
    from nianbao.archive.derived.preferred_page import Carrier
    from nianbao.archive.records import Figure

_VERSIONS = """
SELECT versions.id, versions.document_id, documents.url, number, versions.content_sha256,
       reader_version, first.visited_at, last.visited_at
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN readings ON readings.version_id = versions.id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN visits AS last ON last.id = versions.last_visit_id
WHERE versions.report_id = ?
ORDER BY documents.url, number
"""


class _VersionRow(NamedTuple):
    """A version of a report, with its page, who read it, and when it was seen."""

    id: int
    document_id: int
    url: str
    number: int
    content_sha256: str
    reader_version: str
    first_seen: str
    last_seen: str


def check_versions(
    db: Database, report_id: int, carriers: Sequence[Carrier]
) -> Iterator[LocatedFinding]:
    """Yield what each version of a report changed of the one before, along all its addresses.

    `carriers` are its pages. A version of another report on one of them changed nothing.
    """
    has_one_version = len(carriers) == 1 and carriers[0].versions == 1
    if has_one_version:
        return
    rows = db.execute(_VERSIONS, [report_id]).fetchall()
    versions = [_VersionRow(*row) for row in rows]
    standing_ids = {carrier.document_id for carrier in carriers if not carrier.gone}
    for old, new in _pair_versions(versions, standing_ids):
        for finding in _compare_versions(db, old, new):
            yield LocatedFinding(
                finding, document_id=new.document_id, version_id=new.id
            )


def _pair_versions(
    versions: Sequence[_VersionRow], standing_ids: Collection[int]
) -> Iterator[tuple[_VersionRow, _VersionRow]]:
    """Yield each version with the one that it follows.

    That is the one before on its page. The first on a page follows the last of the pages that
    had all ceased to show the report before; copies that stand beside one another follow no one.
    `standing_ids` are the pages that show the report now.
    """
    previous = None
    for version in versions:
        if previous is None or previous.document_id != version.document_id:
            previous = _find_predecessor(version, versions, standing_ids)
        if previous is not None and previous.content_sha256 != version.content_sha256:
            yield previous, version
        previous = version


def _find_predecessor(
    version: _VersionRow,
    versions: Sequence[_VersionRow],
    standing_ids: Collection[int],
) -> _VersionRow | None:
    """Return what stood for the report elsewhere last before a version was first seen.

    None when another page showed the report at that time too.
    """
    earlier: list[_VersionRow] = []
    for other in versions:
        is_earlier = other.first_seen < version.first_seen
        if other.document_id == version.document_id or not is_earlier:
            continue
        if other.document_id in standing_ids or other.last_seen >= version.first_seen:
            return None
        earlier.append(other)
    return max(earlier, key=attrgetter("last_seen", "url"), default=None)


def _compare_versions(
    db: Database, old: _VersionRow, new: _VersionRow
) -> Iterator[Finding]:
    """Yield a finding for each figure that differs, and each table that only one version has."""
    old_name, new_name = _name_versions(old, new)
    if old.reader_version != new.reader_version:
        yield _make_change(
            f"{new_name} is not {old_name};"
            " their figures were read by different readers: reread them first"
        )
        return
    before = load_figures(db, old.id)
    after = load_figures(db, new.id)
    differences = _group_by_table(compare_figures(before, after))
    common_tables = _list_tables(before) & _list_tables(after)
    for table, cells in differences.items():
        if table in common_tables:
            yield from _describe_cells(cells, old_name, new_name)
        else:
            is_new_table = cells[0].before is None
            yield _make_change(_describe_table(old, new, is_new_table), table)
    if not differences:
        yield _make_change(
            f"{new_name} has another text than {old_name}, no other figure"
        )


def _describe_table(old: _VersionRow, new: _VersionRow, is_new: bool) -> str:
    old_name, new_name = _name_versions(old, new)
    only_name = new_name if is_new else old_name
    if old.document_id == new.document_id:
        return f"only {only_name} of {old.number} and {new.number} has the table"
    return f"only {only_name} has the table of these: {old_name}; {new_name}"


def _name_versions(old: _VersionRow, new: _VersionRow) -> tuple[str, str]:
    """Return how two versions are called: by their numbers, and their pages if these differ."""
    if old.document_id == new.document_id:
        return f"version {old.number}", f"version {new.number}"
    return f"version {old.number} of {old.url}", f"version {new.number} of {new.url}"


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
    cells: Iterable[FigureDifference], old_name: str, new_name: str
) -> Iterator[Finding]:
    for cell in cells:
        after = _quote_text(cell.after)
        before = _quote_text(cell.before)
        yield _make_change(
            f"{cell.row}, {cell.column}: {new_name} states {after}, {old_name} {before}",
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
        if other.content_sha256 in contents or other.state in ENDED:
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
