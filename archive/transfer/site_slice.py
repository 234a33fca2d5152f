"""Slices: what an archive knows of some sites, as an archive of its own, for another machine.

A crawl asks the archive what it knows of a site: addresses and when they were seen, validators,
payloads, versions. A slice has all of it under the same row numbers, and a run that has begun; it
is crawled into, and merged back (:mod:`nianbao.archive.transfer.merge`). Reports, the feed, the
search index and what people decided stay where they are: they follow from all sites together. So
does what OCR recognised: a page that it is about is read again where the slice is merged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import zstandard

from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.store import Archive

# Pages that two sites name are one document, and another site may have seen it first: those
# visits come along, with the sites that made them.
CHOOSE = """
CREATE TEMP TABLE chosen_visits AS
SELECT visits.id, visits.run_id, visits.site_id, payload_sha256, header_set_id, hint_set_id
FROM temp.chosen_sites
CROSS JOIN whole.site_runs ON site_runs.site_id = chosen_sites.id
CROSS JOIN whole.visits
    ON visits.run_id = site_runs.run_id AND visits.site_id = site_runs.site_id;
CREATE UNIQUE INDEX temp.chosen_visits_by_id ON chosen_visits(id);

CREATE TEMP TABLE chosen_documents AS
SELECT id FROM whole.documents WHERE site_id IN temp.chosen_sites
UNION
SELECT document_id FROM temp.chosen_visits
CROSS JOIN whole.sightings ON sightings.visit_id = chosen_visits.id
WHERE document_id IS NOT NULL;

INSERT OR IGNORE INTO temp.chosen_visits
SELECT visits.id, run_id, site_id, payload_sha256, header_set_id, hint_set_id
FROM temp.chosen_documents
CROSS JOIN whole.sightings ON sightings.document_id = chosen_documents.id
CROSS JOIN whole.visits ON visits.id = sightings.visit_id;

CREATE TEMP TABLE chosen_versions AS
SELECT versions.id, payload_sha256
FROM temp.chosen_documents
CROSS JOIN whole.versions ON versions.document_id = chosen_documents.id;

CREATE TEMP TABLE chosen_blobs AS
WITH RECURSIVE wanted(sha256) AS (
    SELECT payload_sha256 FROM temp.chosen_visits WHERE payload_sha256 IS NOT NULL
    UNION
    SELECT payload_sha256 FROM temp.chosen_versions
    UNION
    SELECT base_sha256 FROM wanted CROSS JOIN whole.blobs USING (sha256)
    WHERE base_sha256 IS NOT NULL
)
SELECT sha256 FROM wanted;
"""
OF_SITES = "site_id IN temp.chosen_sites"
OF_DOCUMENTS = "document_id IN temp.chosen_documents"
OF_VERSIONS = "version_id IN (SELECT id FROM temp.chosen_versions)"
OF_VISITS = "visit_id IN (SELECT id FROM temp.chosen_visits)"
OF_READINGS = f"reading_id IN (SELECT id FROM whole.readings WHERE {OF_VERSIONS})"
HINT_SETS = "SELECT hint_set_id FROM temp.chosen_visits"
SITE_IDS = """
SELECT id FROM temp.chosen_sites
UNION SELECT site_id FROM temp.chosen_visits
UNION SELECT site_id FROM documents
UNION SELECT site_id FROM dictionaries WHERE site_id IS NOT NULL
UNION SELECT site_id FROM agencies WHERE site_id IS NOT NULL
UNION SELECT site_id FROM header_sets
"""
# The rows of each table that belong to the sites, in an order in which a row comes after those
# that tell whether it is one of them.
ROWS = {
    "site_runs": OF_SITES,
    "runs": "id IN (SELECT run_id FROM temp.chosen_visits)"
    " OR id IN (SELECT run_id FROM site_runs)",
    "regions": "1",
    "form_cells": "1",
    "visits": "id IN (SELECT id FROM temp.chosen_visits)",
    "blobs": "sha256 IN temp.chosen_blobs",
    "dictionaries": "id IN (SELECT dictionary_id FROM blobs)",
    "header_sets": "id IN (SELECT header_set_id FROM temp.chosen_visits)",
    "hint_sets": f"id IN ({HINT_SETS}) OR id IN (SELECT common_id FROM whole.hint_sets"
    f" WHERE id IN ({HINT_SETS}))",
    "documents": "id IN temp.chosen_documents",
    "versions": "id IN (SELECT id FROM temp.chosen_versions)",
    "sightings": OF_VISITS,
    "readings": OF_VERSIONS,
    "figure_sets": OF_READINGS,
    "agencies": "id IN (SELECT agency_id FROM readings)",
    "findings": f"agency_id IS NULL AND (visit_id IS NULL OR {OF_VISITS})"
    f" AND ({OF_DOCUMENTS} OR (document_id IS NULL AND {OF_SITES}))",
    "discoveries": OF_SITES,
    "discovered_columns": "discovery_id IN (SELECT id FROM discoveries)",
    "site_hosts": f"site_id IN ({SITE_IDS})",
    "sites": f"id IN ({SITE_IDS})",
}
# What refers to rows that stay behind.
LOOSE_ENDS = """
UPDATE versions SET report_id = NULL;
UPDATE documents SET moved_to_id = NULL
WHERE moved_to_id NOT IN (SELECT id FROM documents);
UPDATE sightings SET read_visit_id = NULL
WHERE read_visit_id NOT IN (SELECT id FROM visits);
UPDATE findings SET run_id = NULL WHERE run_id NOT IN (SELECT id FROM runs);
"""

# Merging a run asks for its visits, their payloads, and the readings that they were the first to
# have; the rest is where the slice came from.
OF_ONE_RUN = """
DELETE FROM readings WHERE visit_id NOT IN (
    SELECT visits.id FROM visits JOIN runs ON runs.id = run_id
);
DELETE FROM figure_sets WHERE reading_id NOT IN (SELECT id FROM readings);
WITH RECURSIVE wanted(sha256) AS (
    SELECT payload_sha256 FROM visits JOIN runs ON runs.id = run_id
    WHERE payload_sha256 IS NOT NULL
    UNION
    SELECT base_sha256 FROM wanted JOIN blobs USING (sha256) WHERE base_sha256 IS NOT NULL
)
DELETE FROM blobs WHERE sha256 NOT IN wanted;
"""


def write_slice(archive: Archive, site_ids: Iterable[str], path: Path) -> None:
    """Write what an archive knows of some sites into a new archive. Raises ArchiveError."""
    Archive.create(path).close()
    with translate_errors(path), closing(_connect(path)) as db:
        db.execute("ATTACH ? AS whole", [f"{archive.path.absolute().as_uri()}?mode=ro"])
        db.execute("CREATE TEMP TABLE chosen_sites (id TEXT PRIMARY KEY)")
        ids = [(site_id,) for site_id in site_ids]
        db.executemany("INSERT INTO chosen_sites VALUES (?)", ids)
        db.executescript(CHOOSE)
        db.execute("BEGIN")
        for table, condition in ROWS.items():
            _copy_rows(db, table, condition)
        db.execute("COMMIT")
        db.executescript(LOOSE_ENDS)


def pack_slice(path: Path, run_uid: str) -> bytes:
    """Return a slice as it is sent back to be merged, compressed: of its runs, only one."""
    copy = path.with_suffix(".packed.db")
    copy.unlink(missing_ok=True)
    with closing(_connect(path)) as db:
        db.execute("DELETE FROM runs WHERE uid <> ?", [run_uid])
        db.executescript(OF_ONE_RUN)
        db.execute("VACUUM INTO ?", [str(copy)])
    return compress_file(copy)


def compress_file(path: Path) -> bytes:
    """Return the content of a file, compressed."""
    return zstandard.ZstdCompressor(level=3).compress(path.read_bytes())


def unpack_slice(data: bytes, path: Path) -> None:
    """Write a slice that was compressed to a file."""
    with path.open("wb") as file:
        zstandard.ZstdDecompressor().copy_stream(BytesIO(data), file)


def _copy_rows(db: sqlite3.Connection, table: str, condition: str) -> None:
    """Copy rows by the names of their columns: a migrated archive has them in another order."""
    columns = [row[1] for row in db.execute(f'PRAGMA main.table_info("{table}")')]
    names = ", ".join(f'"{name}"' for name in columns)
    db.execute(
        f'INSERT INTO main."{table}" ({names})'
        f' SELECT {names} FROM whole."{table}" WHERE {condition}'
    )


def _connect(path: Path) -> sqlite3.Connection:
    """Open a slice for changes that no rule of the archive watches over."""
    return sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None)
