"""Seals: digests of raw rows and of the feed, each chained to the one before, so that a row that
changes later is seen.

A seal covers a *subject* and is written in the transaction that writes its rows:

===============  ====================================================================
`run UID`        the run, how it went on each site, and what it noted; written when it ends
`visits UID`     visits of the run, with headers and hints, from one id to another
`site ID`        a site's name, platform, region and hosts
`region NAME`    the code that a site file states for a region
`decision UID`   what a person decided
`discovery UID`  what a search of a site found, with its columns
`cells`          the cells that the forms prescribe, with their labels
`feed`           lines of the feed, from one id to another, without what reading again changes
===============  ====================================================================

The latest seal of a subject holds; those of visits and of the feed are added up. Each names the
digest of the chain so far: who keeps the last one elsewhere (it stands in the manifest) can tell
years later that no row before it was changed, added or taken away.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

FEED = "feed"
CELLS = "cells"

_RUN = """
SELECT uid, kind, started_at, ended_at, end_reason, software_version, settings, counts
FROM runs
WHERE uid = ?
"""
_SITE_RUNS = """
SELECT site_id, site_runs.started_at, site_runs.ended_at, site_runs.end_reason, vanish_after,
       expected_links, most_links, learn_since, links, healthy
FROM site_runs
JOIN runs ON runs.id = run_id
WHERE runs.uid = ?
ORDER BY site_id
"""
# A reader that fails on a page is noted and taken back by whoever reads it.
_NOTES = """
SELECT site_id, url, rule, severity, message, "table", "row", "column", expected, found
FROM findings
WHERE run_id = (SELECT id FROM runs WHERE uid = ?)
  AND visit_id IS NULL AND rule <> 'reader.failed'
ORDER BY site_id, rule, url, message
"""
_VISITS = """
SELECT visits.id, site_id, url, role, visited_at, outcome, status, message, payload_sha256,
       etag, last_modified,
       (SELECT names FROM header_sets WHERE id = header_set_id),
       (SELECT headers FROM header_sets WHERE id = header_set_id),
       visits.headers, redirects,
       (SELECT hints FROM hint_sets WHERE id = hint_set_id),
       (SELECT common.hints
        FROM hint_sets AS own
        JOIN hint_sets AS common ON common.id = own.common_id
        WHERE own.id = hint_set_id)
FROM visits
JOIN runs ON runs.id = run_id
WHERE runs.uid = ? AND visits.id BETWEEN ? AND ?
ORDER BY visits.id
"""
_SITE = """
SELECT sites.name, platform, regions.name
FROM sites
LEFT JOIN regions ON regions.id = region_id
WHERE sites.id = ?
"""
_HOSTS = "SELECT host FROM site_hosts WHERE site_id = ? ORDER BY host"
_REGION = "SELECT code, code_source FROM regions WHERE name = ?"
_DECISION = """
SELECT kind, decided_at, reason, url, content_sha256, agency, region, report_year,
       former_agency, former_region
FROM decisions
WHERE uid = ?
"""
_DISCOVERY = """
SELECT site_id, government, government_code, home, started_at, ended_at, outcome, site_name,
       platform, hosts, requests, troubles, unread, elsewhere, software_version
FROM discoveries
WHERE uid = ?
"""
_DISCOVERED_COLUMNS = """
SELECT position, url, name, discovered_columns.platform, confidence, tree, covers, body, links,
       rows_url, first_title
FROM discovered_columns
JOIN discoveries ON discoveries.id = discovery_id
WHERE uid = ?
ORDER BY position
"""
_RECOGNITION = """
SELECT recognized_at, engine, pages, failures, data FROM recognitions WHERE payload_sha256 = ?
"""
_CELLS = """
SELECT id, "table", "row", "column", row_label, column_label, kind
FROM form_cells
WHERE kind <> 'local'
ORDER BY id
"""
# Reading again may move a line to another version of the page, and a page may be known by another
# address later; what the line says stays.
_FEED = """
SELECT changes.id, kind, occurred_at, changes.site_id, changes.url, version, moved_to,
       next_version, previous_url, previous_version,
       (SELECT uid FROM runs WHERE runs.id = run_id),
       told.url, told.rule, told.severity, told.message, told."table", told."row",
       told."column", told.expected, told.found, told.agency, told.region, told.report_year,
       (SELECT identity FROM announced_reports
        WHERE id = announced_report_id AND url IS NULL)
FROM changes
LEFT JOIN announced_findings AS told ON told.id = finding_id
WHERE changes.id BETWEEN ? AND ?
ORDER BY changes.id
"""
_QUERIES = {
    "run": (_RUN, _SITE_RUNS, _NOTES),
    "visits": (_VISITS,),
    "site": (_SITE, _HOSTS),
    "region": (_REGION,),
    "decision": (_DECISION,),
    "discovery": (_DISCOVERY, _DISCOVERED_COLUMNS),
    "recognition": (_RECOGNITION,),
    CELLS: (_CELLS,),
    FEED: (_FEED,),
}
_LAST_OF_SUBJECT = """
SELECT last_row, sha256 FROM seals WHERE subject = ? ORDER BY id DESC LIMIT 1
"""
_LAST_VISIT = """
SELECT max(visits.id) FROM visits JOIN runs ON runs.id = run_id WHERE runs.uid = ?
"""
_HEAD = "SELECT chain_sha256 FROM seals ORDER BY id DESC LIMIT 1"
_ALL = """
SELECT id, subject, first_row, last_row, rows, sha256, chain_sha256 FROM seals ORDER BY id
"""
# Select what there is to seal in an archive that has no seals yet.
_SUBJECTS = """
SELECT 'region ' || name FROM regions WHERE code_source = 'site file'
UNION ALL SELECT 'site ' || id FROM sites
UNION ALL SELECT 'decision ' || uid FROM decisions
UNION ALL SELECT 'discovery ' || uid FROM discoveries
"""
_RUNS_TO_SEAL = """
SELECT id
FROM runs
WHERE ended_at IS NOT NULL
  AND (
    'run ' || uid NOT IN (SELECT subject FROM seals)
    OR EXISTS (
      SELECT 1
      FROM visits
      WHERE run_id = runs.id
        AND visits.id > coalesce(
          (SELECT max(last_row) FROM seals WHERE subject = 'visits ' || runs.uid), 0
        )
    )
  )
ORDER BY id
"""
_ENDED_RUNS = "SELECT id FROM runs WHERE ended_at IS NOT NULL ORDER BY id"


class SealedRows(NamedTuple):
    """How many rows a subject has, and their digest."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored; `first_row` and `last_row` are ids, of visits and the feed only."""

    id: int
    subject: str
    first_row: int | None
    last_row: int | None
    rows: int
    sha256: str
    chain_sha256: str

    @property
    def is_range(self) -> bool:
        """Whether it covers some rows of its subject, and not all."""
        return self.last_row is not None

    def continue_chain(self, previous: str) -> str:
        """Return the digest of the chain with this seal after another one's."""
        return _digest_chain(
            previous,
            [self.subject, self.first_row, self.last_row, self.rows, self.sha256],
        )


def _digest_chain(previous: str, values: list[Any]) -> str:
    text = json.dumps([previous, *values])
    return hashlib.sha256(text.encode()).hexdigest()


def list_seals(db: Database) -> Iterator[Seal]:
    """Yield every seal in the order of the chain."""
    for row in db.execute(_ALL).fetchall():
        yield Seal(*row)


def find_head(db: Database) -> str:
    """Return the digest that the chain ends in; "" while it has no seal."""
    row = db.execute(_HEAD).fetchone()
    return str(row[0]) if row else ""


def digest_rows(
    db: Database, subject: str, first: int | None, last: int | None
) -> SealedRows:
    """Return the digest of a subject's rows as they are now.

    A row is a line of JSON in ASCII, so the digest is the same with any Python and any SQLite.
    """
    kind, _, name = subject.partition(" ")
    arguments: list[str | int | None] = [name] if name else []
    if last is not None:
        arguments += [first, last]
    digest = hashlib.sha256()
    count = 0
    for query in _QUERIES[kind]:
        for row in db.conn.execute(query, arguments):
            digest.update(json.dumps(row, default=bytes.hex).encode())
            digest.update(b"\n")
            count += 1
    return SealedRows(count, digest.hexdigest())


def seal_subject(db: Database, subject: str) -> None:
    """Seal all rows of a subject, unless its latest seal has the same digest."""
    sealed = digest_rows(db, subject, None, None)
    row = db.execute(_LAST_OF_SUBJECT, [subject]).fetchone()
    if row is None or row[1] != sealed.sha256:
        _add_seal(db, subject, None, None, sealed)


def seal_run(db: Database, run_id: int) -> None:
    """Seal a run that has ended, and those of its visits that no seal covers."""
    (uid,) = db.execute("SELECT uid FROM runs WHERE id = ?", [run_id]).fetchone()
    seal_subject(db, f"run {uid}")
    _seal_range(db, f"visits {uid}", db.execute(_LAST_VISIT, [uid]).fetchone()[0])


def seal_ended_runs(db: Database) -> None:
    """Seal the runs that have ended and have rows that no seal covers: an import brings such."""
    for (run_id,) in db.execute(_RUNS_TO_SEAL).fetchall():
        seal_run(db, run_id)


def seal_feed(db: Database) -> None:
    """Seal the lines of the feed that no seal covers."""
    _seal_range(db, FEED, db.execute("SELECT max(id) FROM changes").fetchone()[0])


def _seal_range(db: Database, subject: str, last: int | None) -> None:
    """Seal a subject's rows after those that are sealed, up to the one with the id `last`."""
    row = db.execute(_LAST_OF_SUBJECT, [subject]).fetchone()
    first = row[0] + 1 if row else 1
    if last is not None and last >= first:
        _add_seal(db, subject, first, last, digest_rows(db, subject, first, last))


def _add_seal(
    db: Database,
    subject: str,
    first: int | None,
    last: int | None,
    sealed: SealedRows,
) -> None:
    values = [subject, first, last, sealed.rows, sealed.sha256]
    row = {
        "subject": subject,
        "first_row": first,
        "last_row": last,
        "rows": sealed.rows,
        "sha256": sealed.sha256,
        "chain_sha256": _digest_chain(find_head(db), values),
    }
    insert_row(db, "seals", row)


def seal_everything(db: Database) -> None:
    """Seal what an archive holds that was written before there were seals."""
    for (subject,) in db.execute(_SUBJECTS).fetchall():
        seal_subject(db, subject)
    seal_subject(db, CELLS)
    for (run_id,) in db.execute(_ENDED_RUNS).fetchall():
        seal_run(db, run_id)
    seal_feed(db)
