"""What the archive holds as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import Ask

HOLDINGS = """
SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM agencies), (SELECT count(*) FROM documents),
       (SELECT count(*) FROM versions), (SELECT count(*) FROM sites),
       (SELECT min(report_year) FROM reports), (SELECT max(report_year) FROM reports),
       (SELECT started_at FROM runs ORDER BY id DESC LIMIT 1), (SELECT max(ended_at) FROM runs),
       (SELECT max(id) FROM changes)
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counts of the archive; times are UTC, ISO 8601."""

    reports: int
    agencies: int
    documents: int
    versions: int
    sites: int
    first_year: int | None
    last_year: int | None
    last_run_at: str | None
    as_of: str | None  # when the last crawl or import ended
    last_change: int | None  # the cursor of the change feed


def holdings(db: Database) -> Holdings:
    """Count what the archive holds."""
    return Holdings(*db.execute(HOLDINGS).fetchone())


def held(db: Database, ask: Ask) -> Holdings:
    """Count what the archive holds, once for each state of it."""
    found: Holdings = ask.remember("whole", lambda: holdings(db))
    return found
