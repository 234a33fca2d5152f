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
# A row a cell of the version that stands for each report, as `nianbao export` writes them: what
# plain SQL sums up here counts nothing twice. The view `figures` has every version.
PANEL_6 = """
CREATE VIEW panel AS
    SELECT agencies.name AS agency, regions.name AS region, regions.code AS region_code,
           agencies.level, reports.report_year, readings.form,
           figures."table", figures."row", figures."column",
           figures.row_label, figures.column_label,
           figures.value, figures.text, figures.alignment,
           documents.site_id AS site, documents.url, versions.number AS version,
           versions.content_sha256, versions.payload_sha256
    FROM reports
    JOIN versions ON versions.id = reports.version_id
    JOIN documents ON documents.id = versions.document_id
    JOIN readings ON readings.version_id = versions.id
    JOIN figures ON figures.version_id = versions.id
    LEFT JOIN agencies ON agencies.id = readings.agency_id
    LEFT JOIN regions ON regions.id = agencies.region_id;
"""
RAW_TABLES_6 = ("discoveries", "discovered_columns")
