"""Checks of the pages of one report: what their versions changed, where they contradict."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nianbao.archive.checks.findings import LocatedFinding
from nianbao.archive.derived.figures import compare_figures, get_place, load_figures
from nianbao.archive.derived.reports import ENDED
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference
    from nianbao.archive.derived.form_cells import CellPlace
    from nianbao.archive.derived.preferred_page import Carrier
    from nianbao.archive.records import Figure

_Parameters: TypeAlias = "dict[str, Any]"

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
        findings = [*_compare_versions(db, old, new), *_find_return(versions, new)]
        for finding in findings:
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
    names = {"version": _name_version(new, old), "earlier": _name_version(old, new)}
    if old.reader_version != new.reader_version:
        yield _make_change({"case": "readers"} | names)
        return
    before = load_figures(db, old.id)
    after = load_figures(db, new.id)
    differences = _group_by_table(compare_figures(before, after))
    common_tables = _list_tables(before) & _list_tables(after)
    for table, cells in differences.items():
        if table in common_tables:
            yield from _describe_cells(cells, names)
        else:
            is_new_table = cells[0].before is None
            parameters = _describe_table(old, new, is_new_table)
            yield _make_change(parameters, table=table)
    if not differences:
        yield _make_change({"case": "text"} | names)


def _find_return(
    versions: Sequence[_VersionRow], new: _VersionRow
) -> Iterator[Finding]:
    """Yield a finding where a version, which changed something, says what its page said before.

    Of several versions with that content it names the first.
    """
    for other in versions:
        if other.document_id != new.document_id or other.number >= new.number:
            continue
        if other.content_sha256 != new.content_sha256:
            continue
        parameters = {
            "version": {"number": new.number},
            "equal": {"number": other.number},
        }
        yield make_finding("report.reverted", "info", parameters)
        return


def _describe_table(old: _VersionRow, new: _VersionRow, is_new: bool) -> _Parameters:
    """Return the parameters that say which of two versions has a table alone."""
    only = _name_version(new, old) if is_new else _name_version(old, new)
    if old.document_id == new.document_id:
        numbers = {"first": old.number, "second": new.number}
        return {"case": "table", "version": only} | numbers
    return {
        "case": "table_elsewhere",
        "version": only,
        "earlier": _name_version(old, new),
        "later": _name_version(new, old),
    }


def _name_version(version: _VersionRow, other: _VersionRow) -> _Parameters:
    """Return what a version is called beside another: its number, and its page if theirs differ."""
    if version.document_id == other.document_id:
        return {"number": version.number}
    return {"number": version.number, "url": version.url}


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
    cells: Iterable[FigureDifference], names: _Parameters
) -> Iterator[Finding]:
    for cell in cells:
        parameters = {
            "case": "cell",
            "row": cell.row,
            "column": cell.column,
            "value": _clear_blank(cell.after),
            "earlier_value": _clear_blank(cell.before),
        }
        yield _make_change(
            parameters | names,
            table=cell.table,
            row=cell.row,
            column=cell.column,
            expected=cell.before,
            found=cell.after,
        )


def _make_change(parameters: _Parameters, **where: str | None) -> Finding:
    return make_finding(
        "report.changed",
        "warning",
        parameters,
        **where,
    )


def _clear_blank(text: str | None) -> str:
    """Return a text; "" for one of nothing but white space."""
    if text is None or not text.strip():
        return ""
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
        parameters = {
            "row": cell.row,
            "column": cell.column,
            "url": other.url,
            "value": cell.after,
            "preferred_url": preferred.url,
            "preferred_value": cell.before,
        }
        finding = make_finding(
            "report.contradicted",
            "warning",
            parameters,
            table=cell.table,
            row=cell.row,
            column=cell.column,
            expected=cell.before,
            found=cell.after,
        )
        yield LocatedFinding(
            finding,
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
