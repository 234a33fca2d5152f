"""The raw tables of schema 1: what was seen. Their rows are only added.

Frozen: v0.1.0 wrote archives with exactly this SQL. A later change is a migration
(docs/decisions/migrations.md).
"""

from __future__ import annotations

import re

from nianbao.archive.storage.schema_2 import RAW_TABLES_2
from nianbao.archive.storage.schema_6 import RAW_TABLES_6
from nianbao.archive.storage.schema_7 import RAW_TABLES_7

RAW = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('crawl', 'import')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    end_reason TEXT,
    software_version TEXT NOT NULL,
    settings TEXT NOT NULL,
    counts TEXT
);
CREATE TABLE regions (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    code TEXT,
    code_source TEXT
);
CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    region_id INTEGER REFERENCES regions(id),
    unsettled INTEGER NOT NULL DEFAULT 0,
    unannounced INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE site_runs (
    run_id INTEGER NOT NULL REFERENCES runs(id),
    site_id TEXT NOT NULL REFERENCES sites(id),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    end_reason TEXT,
    vanish_after INTEGER NOT NULL,
    expected_links INTEGER NOT NULL,
    most_links INTEGER,
    learn_since TEXT,
    links INTEGER,
    healthy INTEGER,
    PRIMARY KEY (run_id, site_id)
) WITHOUT ROWID;
CREATE INDEX site_runs_by_site ON site_runs(site_id, started_at);
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    site_id TEXT REFERENCES sites(id),
    payloads INTEGER NOT NULL,
    trained_at TEXT NOT NULL,
    packed_at TEXT,
    size_bytes INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX dictionaries_by_site ON dictionaries(site_id);
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('zstd', 'identity')),
    dictionary_id INTEGER REFERENCES dictionaries(id),
    base_sha256 TEXT REFERENCES blobs(sha256),
    data BLOB NOT NULL
);
CREATE TABLE header_sets (
    id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites(id),
    names TEXT NOT NULL,
    headers TEXT NOT NULL,
    UNIQUE (site_id, names)
);
CREATE TABLE hint_sets (
    id INTEGER PRIMARY KEY,
    common_id INTEGER REFERENCES hint_sets(id),
    hints TEXT NOT NULL
);
CREATE UNIQUE INDEX hint_sets_common ON hint_sets(hints) WHERE common_id IS NULL;
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    site_id TEXT NOT NULL REFERENCES sites(id),
    url TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('list', 'report', 'attachment', 'other')),
    visited_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    message TEXT,
    payload_sha256 TEXT REFERENCES blobs(sha256),
    etag TEXT,
    last_modified TEXT,
    header_set_id INTEGER REFERENCES header_sets(id),
    headers TEXT,
    redirects TEXT,
    hint_set_id INTEGER REFERENCES hint_sets(id)
);
CREATE INDEX visits_by_url ON visits(url);
CREATE INDEX visits_by_run ON visits(run_id, site_id);
CREATE VIEW visit_headers AS
    SELECT visits.id AS visit_id,
           header.key AS position,
           json_extract(header.value, '$[0]') AS name,
           coalesce(json_extract(visits.headers, '$."' || header.key || '"'),
                    json_extract(header.value, '$[1]'),
                    CASE lower(json_extract(header.value, '$[0]'))
                         WHEN 'etag' THEN visits.etag
                         WHEN 'last-modified' THEN visits.last_modified
                         ELSE (SELECT CAST(size_bytes AS TEXT) FROM blobs
                               WHERE sha256 = payload_sha256) END) AS value
    FROM visits
    JOIN header_sets ON header_sets.id = visits.header_set_id
    JOIN json_each(header_sets.headers) AS header;
"""

RAW_TABLES = (
    *re.findall(r"CREATE TABLE (\w+)", RAW),
    *RAW_TABLES_2,
    *RAW_TABLES_6,
    *RAW_TABLES_7,
)
