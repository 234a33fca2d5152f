"""The change feed as it is read: what follows a cursor, and what comes while one waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

KINDS = (
    "new",
    "changed",
    "moved",
    "vanished",
    "returned",
    "reread",
    "finding_opened",
    "finding_closed",
)
AT_A_TIME = 500  # lines held in memory
SECONDS = 0.5  # between two looks for more

LINES = """
SELECT changes.id, changes.kind, changes.occurred_at, changes.site_id, changes.url, changes.version, moved_to,
       coalesce(readings.title, documents.title), coalesce(announced.agency, agencies.name),
       coalesce(announced.region, regions.name), coalesce(told.code, regions.code),
       coalesce(announced.report_year, readings.report_year),
       versions.content_sha256, versions.payload_sha256, changes.run_id, announced.rule, announced.severity,
       announced.message, announced."table", announced."row", announced."column", announced.expected, announced.found
FROM changes
LEFT JOIN documents ON documents.id = changes.document_id
LEFT JOIN versions ON versions.id = changes.version_id
LEFT JOIN readings ON readings.version_id = changes.version_id
LEFT JOIN announced_findings AS announced ON announced.id = changes.finding_id
LEFT JOIN agencies ON agencies.id = readings.agency_id AND announced.agency IS NULL
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN regions AS told ON told.name = announced.region
WHERE changes.id > ?
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the feed. `id` grows without end and without a gap; it is the cursor to
    resume at.

    What is told (kind, time, site, address, version, finding) never changes; title, agency,
    year and digests are those of the version as the archive knows it now, None where it has
    none of that number any more.
    """

    id: int
    kind: str  # one of KINDS
    occurred_at: str  # UTC, when the archive noticed it
    site: str
    url: str | None  # None for a finding about a report that is missing
    version: int | None  # the number of the version
    moved_to: str | None
    title: str | None
    agency: str | None
    region: str | None
    region_code: str | None
    report_year: int | None
    content_sha256: str | None
    payload_sha256: str | None
    run_id: int
    finding: Finding | None  # of finding_opened and finding_closed


def since(
    db: Database, cursor: int, limit: int = -1, kinds: Sequence[str] = ()
) -> Iterator[Change]:
    """Yield the changes after a cursor, oldest first, at most `limit` of them; only some kinds
    if any are given.

    Raises ValueError for a kind that there is not.
    """
    check(kinds)
    return _pages(db, cursor, limit, kinds)


def check(kinds: Sequence[str]) -> None:
    """Raise ValueError when one of the kinds is none."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ValueError(
            f"no kind of change {', '.join(unknown)}; there are {', '.join(KINDS)}"
        )


def _pages(
    db: Database, cursor: int, limit: int, kinds: Sequence[str]
) -> Iterator[Change]:
    wanted = f" AND changes.kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    while limit:
        size = AT_A_TIME if limit < 0 else min(limit, AT_A_TIME)
        rows = db.execute(
            f"{LINES}{wanted} ORDER BY changes.id LIMIT ?", [cursor, *kinds, size]
        ).fetchall()
        for row in rows:
            yield _change(row)
        if len(rows) < size:
            return
        cursor = rows[-1][0]
        limit = limit if limit < 0 else limit - len(rows)


def _change(row: Sequence[Any]) -> Change:
    told: list[Any] = [*row[:15], Finding(*row[15:]) if row[15] is not None else None]
    return Change(*told)


def last(db: Database) -> int:
    """Return the number of the last line, 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()[0])


def follow(
    db: Database,
    cursor: int,
    kinds: Sequence[str] = (),
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Change]:
    """Yield the changes after a cursor, then those to come, as they are written, without end.

    `wait` is called with the seconds to pass until the next look, which costs one question to
    SQLite unless something was written meanwhile.
    """
    seen = None
    while True:
        now = db.execute("PRAGMA data_version").fetchone()[0]
        if now == seen:
            wait(SECONDS)
            continue
        seen = now
        for change in since(db, cursor, kinds=kinds):
            cursor = change.id
            yield change
