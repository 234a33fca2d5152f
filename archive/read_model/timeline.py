"""The timeline of a document: its versions in order, and what caused each: page or reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nianbao.archive.derived.figures import compare_figures
from nianbao.archive.read_model.documents import FieldDifference, compare_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.read_model.report_names import PageReports, ReportName

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z?)?")
LAST_MOMENT = "0000-00-00T23:59:59.999Z"  # completes a moment to its last millisecond
MOMENT_LENGTHS = (10, 16, 19)  # of a day, a minute, a second

# Only changes of the page itself, not of its findings, nor lines about reports.
CHANGE_KINDS = """
SELECT kind FROM changes
WHERE version_id = ? AND finding_id IS NULL AND announced_report_id IS NULL
"""
EVENTS = """
SELECT kind, occurred_at, moved_to, version FROM changes
WHERE document_id = ? AND finding_id IS NULL AND announced_report_id IS NULL ORDER BY id
"""

Cause = Literal["page", "reader", "unsure", "same"]


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A version on the timeline, with what it changed of the version before it.

    That is the version before it of the same report, `previous`. `at` names the version in
    addresses. Of the first version of a report, `previous`, `previous_at`, `cause`, `cells` and
    `text` are None and `fields` is empty. `equals` is the number of the first version before it
    with the same content: the page was changed back.
    """

    number: int
    report: ReportName
    previous: int | None
    previous_at: str | None
    at: str
    first_seen: str
    last_seen: str
    seen_by: str | None  # the web archive that saw it first, where that was not we
    payload_sha256: str
    reader_version: str
    cause: Cause | None
    equals: int | None
    fields: tuple[FieldDifference, ...]
    cells: int | None  # how many cells of tables differ
    text: bool | None  # whether the text differs


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """An event of the change feed about a document."""

    kind: str
    occurred_at: str
    moved_to: str | None
    version: int | None


def is_moment(text: str) -> bool:
    """Return whether a text is a day, minute, second or millisecond (UTC, ISO 8601)."""
    return MOMENT.fullmatch(text) is not None


def find_version_at(
    versions: Sequence[DocumentVersion], moment: str
) -> DocumentVersion | None:
    """Return the version that stood at the end of a moment; None before the first one."""
    bare = moment.removesuffix("Z")
    until = bare + LAST_MOMENT[len(bare) :]
    for version in reversed(versions):
        if version.first_seen <= until:
            return version
    return None


def find_shortest_moment(
    versions: Sequence[DocumentVersion], version: DocumentVersion
) -> str:
    """Return the shortest moment that names a version: the day it was first seen, if possible."""
    for length in MOMENT_LENGTHS:
        moment = version.first_seen[:length]
        if find_version_at(versions, moment) is version:
            return moment
    return version.first_seen


def build_timeline(
    db: Database, reports: PageReports, report: ReportName | None = None
) -> tuple[TimelineStep, ...]:
    """Return the versions of a page as a timeline, the first one first.

    With `report`, only the versions that show this report.
    """
    versions: Sequence[DocumentVersion] = reports.document.versions
    if report is not None:
        versions = reports.list_versions(report)
    steps = []
    for version in versions:
        former = reports.find_former(version)
        if former is None:
            steps.append(_make_first_step(reports, version))
        else:
            steps.append(_make_step(db, reports, former, version))
    return tuple(steps)


def _make_first_step(reports: PageReports, version: DocumentVersion) -> TimelineStep:
    versions = reports.document.versions
    return TimelineStep(
        number=version.number,
        report=reports.get_name(version),
        previous=None,
        previous_at=None,
        at=find_shortest_moment(versions, version),
        first_seen=version.first_seen,
        last_seen=version.last_seen,
        seen_by=version.seen_by,
        payload_sha256=version.payload_sha256,
        reader_version=version.reader_version,
        cause=None,
        equals=None,
        fields=(),
        cells=None,
        text=None,
    )


def _make_step(
    db: Database,
    reports: PageReports,
    old: DocumentVersion,
    new: DocumentVersion,
) -> TimelineStep:
    versions = reports.document.versions
    equal = reports.find_equal(new)
    return TimelineStep(
        number=new.number,
        report=reports.get_name(new),
        previous=old.number,
        previous_at=find_shortest_moment(versions, old),
        at=find_shortest_moment(versions, new),
        first_seen=new.first_seen,
        last_seen=new.last_seen,
        seen_by=new.seen_by,
        payload_sha256=new.payload_sha256,
        reader_version=new.reader_version,
        cause=find_cause(db, old, new),
        equals=equal.number if equal else None,
        fields=tuple(compare_fields(old, new)),
        cells=len(compare_figures(old.figures, new.figures)),
        text=old.text != new.text,
    )


def find_cause(db: Database, old: DocumentVersion, new: DocumentVersion) -> Cause:
    """Tell whether the page changed between two versions, or only what the reader made of it.

    `same`: nothing differs. From equal bytes another reader version made another content. When
    bytes and reader version both differ, only the change feed can tell.
    """
    if _say_the_same(old, new):
        return "same"
    if old.payload_sha256 == new.payload_sha256:
        return "reader"
    if old.reader_version == new.reader_version:
        return "page"
    rows = db.execute(CHANGE_KINDS, [new.id]).fetchall()
    kinds = {kind for (kind,) in rows}
    if kinds == {"reread"}:
        return "reader"
    return "unsure"


def _say_the_same(old: DocumentVersion, new: DocumentVersion) -> bool:
    """Tell whether two versions have equal content and are read alike."""
    if old.content_sha256 != new.content_sha256 or compare_fields(old, new):
        return False
    return not compare_figures(old.figures, new.figures)


def select_document_events(db: Database, document_id: int) -> tuple[DocumentEvent, ...]:
    """Return the events of the change feed about a document itself, oldest first.

    Events about its findings are left out: pages show findings with the versions.
    """
    rows = db.execute(EVENTS, [document_id]).fetchall()
    return tuple(DocumentEvent(*row) for row in rows)
