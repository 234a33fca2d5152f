"""Cross-checks: a report against the year before, its other pages and versions, its deadline,
its siblings.

Each finding is about an agency and a year. :func:`refresh` keeps those of one report true and
is called whenever its pages or what they say changes; those about reports that are missing are
found when a run has ended (:mod:`nianbao.archive.checks.missing_reports`).
"""

from __future__ import annotations

import json
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.checks import deadlines, missing_reports, year_to_year
from nianbao.archive.checks.store import Placed, keep
from nianbao.archive.derived import figures, preferred_page
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlite_utils import Database

    from nianbao.archive.derived.figures import Difference
    from nianbao.archive.derived.preferred_page import Carrier
    from nianbao.archive.records import Figure

OWN = ("report.late", "report.changed", "report.contradicted")
STATED = """
SELECT reports.report_year, reports.id, reports.version_id, versions.document_id, reports.finding_rules FROM reports
JOIN versions ON versions.id = reports.version_id
WHERE reports.agency_id = :agency AND reports.report_year BETWEEN :year - 1 AND :year + 1
"""


class Stated(NamedTuple):
    """A report as it stands, of the years around the one that is looked at."""

    year: int
    id: int
    version_id: int
    document_id: int
    finding_rules: str


def refresh(
    db: Database, agency_id: int, report_year: int, found: list[Carrier]
) -> None:
    """Make the findings about a report true, and those of the next year that rest on it;
    `found` are its carriers.
    """
    around = db.execute(STATED, {"agency": agency_id, "year": report_year}).fetchall()
    reports = {row[0]: Stated(*row) for row in around}
    cells = cache(partial(year_to_year.cells, db))
    linked = _linked(reports, report_year, cells)
    rules = (*OWN, *year_to_year.RULES, *((missing_reports.RULE,) if found else ()))
    keep(db, agency_id, report_year, rules, (*_own(db, found, report_year), *linked))
    _name_rules(db, agency_id, reports.get(report_year))
    if report_year + 1 in reports:
        keep(
            db,
            agency_id,
            report_year + 1,
            year_to_year.RULES,
            _linked(reports, report_year + 1, cells),
        )
        _name_rules(db, agency_id, reports[report_year + 1])


def rebuild(db: Database) -> None:
    """Work out every finding about a report among others anew."""
    stated = "SELECT agency_id, report_year FROM reports UNION SELECT agency_id, report_year FROM findings"
    for agency_id, report_year in db.execute(
        f"{stated} WHERE agency_id IS NOT NULL"
    ).fetchall():
        refresh(
            db,
            agency_id,
            report_year,
            preferred_page.carriers(db, agency_id, report_year),
        )
    missing_reports.settle(db)


def _linked(
    reports: dict[int, Stated],
    report_year: int,
    cells: Callable[[int], year_to_year.Cells],
) -> Iterator[Placed]:
    this, before = reports.get(report_year), reports.get(report_year - 1)
    if this and before:
        for finding in year_to_year.check(
            cells(this.version_id), cells(before.version_id)
        ):
            yield Placed(
                finding, document_id=this.document_id, version_id=this.version_id
            )


def _own(db: Database, found: list[Carrier], report_year: int) -> Iterator[Placed]:
    if not found:
        return
    first = found[0]
    documents = [carrier.document_id for carrier in found]
    for finding in deadlines.check(
        db, first.agency, first.level, report_year, first.published_on, documents
    ):
        yield Placed(
            finding, document_id=first.document_id, version_id=first.version_id
        )
    for carrier in found:
        if carrier.versions > 1:
            yield from _changed(db, carrier, report_year)
    yield from _contradicted(db, found)


def _changed(db: Database, carrier: Carrier, report_year: int) -> Iterator[Placed]:
    """Say what each version of a page changed; one that took the place of another year's report
    changed nothing.
    """
    versions = db.execute(
        "SELECT versions.id, number, reader_version, report_year FROM versions"
        " JOIN readings ON readings.version_id = versions.id WHERE document_id = ? ORDER BY number",
        [carrier.document_id],
    ).fetchall()
    for (old_id, old, *told_before), (new_id, new, *told) in pairwise(versions):
        if told_before[1] == told[1] == report_year:
            for finding in _changes(
                db, (old_id, new_id), (old, new), same_reader=told_before == told
            ):
                yield Placed(
                    finding, document_id=carrier.document_id, version_id=new_id
                )


def _changes(
    db: Database, ids: tuple[int, int], numbers: tuple[int, int], *, same_reader: bool
) -> Iterator[Finding]:
    """Yield a finding for each figure that differs between two versions, for each table that
    came or went.
    """
    old, new = numbers
    if not same_reader:
        message = f"version {new} is not version {old}; their figures were read by different readers: reread them first"
        yield Finding("report.changed", "warning", message)
        return
    tables: dict[str, list[Difference]] = {}
    before, after = (figures.of_version(db, id_) for id_ in ids)
    for cell in figures.differences(before, after):
        tables.setdefault(cell.table, []).append(cell)
    for table, cells in tables.items():
        if all(table in {figure.table for figure in side} for side in (before, after)):
            for cell in cells:
                said = f"version {new} states {_said(cell.after)}, version {old} {_said(cell.before)}"
                message = f"{cell.row}, {cell.column}: {said}"
                yield Finding("report.changed", "warning", message, *cell)
        else:
            number = new if cells[0].before is None else old
            yield Finding(
                "report.changed",
                "warning",
                f"only version {number} of {old} and {new} has the table",
                table,
            )
    if not tables:
        yield Finding(
            "report.changed",
            "warning",
            f"version {new} has another text than version {old}, no other figure",
        )


def _contradicted(db: Database, found: list[Carrier]) -> Iterator[Placed]:
    """Say which numbers other pages give otherwise than the preferred one; of equal pages the
    first speaks.
    """
    first, *others = found
    told = {first.content_sha256}
    for other in others:
        if other.content_sha256 in told or other.state == "moved":
            continue
        told.add(other.content_sha256)
        sure = [_sure(db, carrier.version_id) for carrier in (first, other)]
        places = [
            {(figure.table, figure.row, figure.column) for figure in side}
            for side in sure
        ]
        for cell in figures.differences(*sure):
            if all(cell[:3] in side for side in places):
                said = f"{other.url} states {cell.after}, the preferred page {first.url} {cell.before}"
                message = f"{cell.row}, {cell.column}: {said}"
                finding = Finding("report.contradicted", "warning", message, *cell)
                yield Placed(
                    finding, document_id=other.document_id, version_id=other.version_id
                )


def _sure(db: Database, version_id: int) -> list[Figure]:
    cells = figures.of_version(db, version_id)
    return [
        figure
        for figure in cells
        if figure.value is not None and figure.alignment == "exact"
    ]


def _said(text: str | None) -> str:
    return "nothing" if text is None or not text.strip() else text


def _name_rules(db: Database, agency_id: int, report: Stated | None) -> None:
    """Write which rules a report breaks, in itself and among others."""
    if report is None:
        return
    rows = db.execute(
        "SELECT rule FROM findings WHERE version_id = ? AND agency_id IS NULL AND severity <> 'info'"
        " UNION SELECT rule FROM findings WHERE agency_id = ? AND report_year = ? AND severity <> 'info' ORDER BY rule",
        [report.version_id, agency_id, report.year],
    ).fetchall()
    rules = json.dumps([rule for (rule,) in rows], ensure_ascii=False)
    if rules != report.finding_rules:
        db.execute(
            "UPDATE reports SET finding_rules = ? WHERE id = ?", [rules, report.id]
        )
