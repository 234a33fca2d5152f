"""What schema 6 adds: how searches of sites for their report columns ended, and what they found.

Frozen with the first release that writes it. A later change is a migration of its own
(docs/decisions/migrations.md).
"""

from __future__ import annotations

# Raw: what a site showed on a day cannot be worked out again.
RAW_6 = """
CREATE TABLE discoveries (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    site_id TEXT NOT NULL REFERENCES sites(id),
    government TEXT NOT NULL,
    government_code TEXT,
    home TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN (
        'found', 'no_column', 'needs_browser', 'blocked', 'unreachable')),
    site_name TEXT,
    platform TEXT NOT NULL,
    hosts TEXT NOT NULL,
    requests INTEGER NOT NULL,
    troubles TEXT NOT NULL,
    unread TEXT NOT NULL,
    elsewhere TEXT NOT NULL,
    software_version TEXT NOT NULL
);
CREATE INDEX discoveries_by_site ON discoveries(site_id, ended_at);
CREATE TABLE discovered_columns (
    discovery_id INTEGER NOT NULL REFERENCES discoveries(id),
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    confidence REAL NOT NULL,
    tree TEXT,
    covers TEXT NOT NULL CHECK (covers IN (
        'all', 'government', 'departments', 'townships', 'one_body', 'unknown')),
    body TEXT,
    links INTEGER NOT NULL,
    rows_url TEXT NOT NULL,
    first_title TEXT NOT NULL,
    PRIMARY KEY (discovery_id, position)
) WITHOUT ROWID;
"""
RAW_TABLES_6 = ("discoveries", "discovered_columns")
