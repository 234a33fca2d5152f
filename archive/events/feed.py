"""The change feed as programs take it: what follows a cursor, and what comes while one waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGE_KINDS = (
    "new",
    "changed",
    "reverted",
    "moved",
    "replaced",
    "vanished",
    "returned",
    "reread",
)
REPORT_KINDS = tuple(f"report_{kind}" for kind in PAGE_KINDS)
FINDING_KINDS = ("finding_opened", "finding_closed")
KINDS = (*PAGE_KINDS, *REPORT_KINDS, *FINDING_KINDS)
BATCH_SIZE = 500  # lines held in memory
SECONDS = 0.5  # between two looks for more

# Return the lines after a number, with what the archive knows now of their versions.
_LINES = """
SELECT changes.id, changes.kind, changes.occurred_at, changes.site_id, changes.url,
       changes.version, moved_to, next_version, previous_url, previous_version,
       coalesce(readings.title, documents.title),
       coalesce(announced.agency, report.agency, agencies.name),
       coalesce(announced.region, report.region, regions.name),
       coalesce(told.code, regions.code),
       CASE WHEN report.id IS NOT NULL THEN report.report_year
            ELSE coalesce(announced.report_year, readings.report_year) END,
       versions.content_sha256, versions.payload_sha256, changes.run_id,
       changes.announced_report_id,
       CASE WHEN changes.kind IN ('reverted', 'report_reverted') THEN (
           SELECT min(earlier.number) FROM versions AS earlier
           WHERE earlier.document_id = versions.document_id
             AND earlier.report_id = versions.report_id
             AND earlier.content_sha256 = versions.content_sha256
             AND earlier.number < versions.number
       ) END,
       announced.rule, announced.severity, announced.message, announced."table",
       announced."row", announced."column", announced.expected, announced.found,
       announced.parameters
FROM changes
LEFT JOIN documents ON documents.id = changes.document_id
LEFT JOIN versions ON versions.id = changes.version_id
LEFT JOIN readings ON readings.version_id = changes.version_id
LEFT JOIN announced_findings AS announced ON announced.id = changes.finding_id
LEFT JOIN announced_reports AS report ON report.id = changes.announced_report_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
                  AND announced.agency IS NULL AND report.id IS NULL
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN regions AS told ON told.name = coalesce(announced.region, report.region)
WHERE changes.id > ?
"""
_IN_ORDER = "ORDER BY changes.id LIMIT ?"
_FINDING_START = 20  # the first column of the finding


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the feed: of a page, of a report (`report_…`) or of a finding.

    A line of a page says what became of the report that stood at an address: `moved_to` and
    `next_version` where and as what it stands now, or which version of another report took its
    place; `previous_version` what the page said before. A line of a report says what stands for
    it (`url`, `version`; no version where nothing is read as this report any more) and what
    stood for it when it was told last (`previous_url`, `previous_version`).

    `id` grows without end and without a gap; it is the cursor to resume at. What is told (kind,
    time, site, address, version, finding) never changes. Title, agency, year and digests are
    those of the version as the archive knows it now, None where it has none of that number any
    more.
    """

    id: int
    kind: str  # one of KINDS
    occurred_at: str  # UTC, when the archive noticed it
    site: str
    url: str | None  # None for a finding about a report that is missing
    version: int | None  # the number of the version
    moved_to: str | None
    next_version: int | None
    previous_url: str | None
    previous_version: int | None
    title: str | None
    agency: str | None
    region: str | None
    region_code: str | None
    report_year: int | None
    content_sha256: str | None
    payload_sha256: str | None
    run_id: int
    report_id: int | None  # of a line of a report: the same in all lines of that report
    equals_version: (
        int | None
    )  # of a page changed back: its first version with that content
    finding: Finding | None  # of finding_opened and finding_closed


def iterate_changes(
    db: Database, cursor: int, limit: int = -1, kinds: Sequence[str] = ()
) -> Iterator[Change]:
    """Yield the changes after a cursor, oldest first.

    `limit` is the most to yield, -1 for all; `kinds` are the kinds to yield, all when empty.
    Raises ValueError for a kind that there is not.
    """
    require_kinds(kinds)
    return _iterate_batches(db, cursor, limit, kinds)


def require_kinds(kinds: Sequence[str]) -> None:
    """Raise ValueError when one of the kinds is none."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ValueError(
            f"no kind of change {', '.join(unknown)}; there are {', '.join(KINDS)}"
        )


def _iterate_batches(
    db: Database, cursor: int, limit: int, kinds: Sequence[str]
) -> Iterator[Change]:
    condition = ""
    if kinds:
        condition = f" AND changes.kind IN ({', '.join('?' * len(kinds))})"
    query = f"{_LINES}{condition} {_IN_ORDER}"
    remaining = limit
    while remaining:
        size = BATCH_SIZE
        if remaining > 0:
            size = min(remaining, BATCH_SIZE)
        values = [cursor, *kinds, size]
        rows = db.execute(query, values).fetchall()
        for row in rows:
            yield _to_change(row)
        if len(rows) < size:
            return
        cursor = rows[-1][0]
        if remaining > 0:
            remaining -= len(rows)


def _to_change(row: Sequence[Any]) -> Change:
    rule = row[_FINDING_START]
    finding = None
    if rule is not None:
        finding = Finding.from_row(row[_FINDING_START:])
    values: list[Any] = [*row[:_FINDING_START], finding]
    return Change(*values)


def load_last_number(db: Database) -> int:
    """Return the number of the last line, 0 when there is none."""
    row = db.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()
    return int(row[0])


def follow_changes(
    db: Database,
    cursor: int,
    kinds: Sequence[str] = (),
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Change]:
    """Yield the changes after a cursor, then those to come, as they are written, without end.

    `wait` is called with the seconds to pass until the next look, which costs one question to
    SQLite unless something was written meanwhile.
    """
    last_state = None
    while True:
        state = db.execute("PRAGMA data_version").fetchone()[0]
        if state == last_state:
            wait(SECONDS)
            continue
        last_state = state
        for change in iterate_changes(db, cursor, kinds=kinds):
            cursor = change.id
            yield change
