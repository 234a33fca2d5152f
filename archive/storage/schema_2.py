"""What schema 2 changes of schema 1: a report is an agency and a year, not an address.

Frozen with the first release that writes it. A later change is a migration of its own
(docs/decisions/migrations.md).
"""

from __future__ import annotations

# Which hosts a site file or an import names for a site, and what a person has decided. Both are
# raw: they cannot be worked out again.
RAW_2 = """
CREATE TABLE site_hosts (
    site_id TEXT NOT NULL REFERENCES sites(id),
    host TEXT NOT NULL,
    PRIMARY KEY (site_id, host)
) WITHOUT ROWID;
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('report', 'body')),
    decided_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    url TEXT,
    content_sha256 TEXT,
    agency TEXT,
    region TEXT,
    report_year INTEGER,
    former_agency TEXT,
    former_region TEXT
);
CREATE INDEX decisions_by_url ON decisions(url) WHERE url IS NOT NULL;
CREATE INDEX decisions_by_former ON decisions(former_agency) WHERE former_agency IS NOT NULL;
"""
RAW_TABLES_2 = ("site_hosts", "decisions")

# `site_id` of an agency: the site it belongs to while its region is not known.
AGENCIES_2 = """
CREATE TABLE agencies_2 (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    region_id INTEGER REFERENCES regions(id),
    level TEXT,
    site_id TEXT REFERENCES sites(id),
    UNIQUE (name, region_id, site_id),
    CHECK (region_id IS NULL OR site_id IS NULL)
);
"""
# A report whose agency or year is not known is known by a page: it is the `ordinal`-th of the
# reports of the page `document_id` that are so.
REPORTS_2 = """
CREATE TABLE reports_2 (
    id INTEGER PRIMARY KEY,
    title TEXT,
    report_year INTEGER,
    agency_id INTEGER REFERENCES agencies(id),
    document_id INTEGER REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    ordinal INTEGER,
    region_id INTEGER REFERENCES regions(id),
    form TEXT,
    published_on TEXT,
    state TEXT NOT NULL CHECK (state IN ('present', 'replaced', 'vanished')),
    version_id INTEGER NOT NULL REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    documents INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    finding_rules TEXT NOT NULL,
    CHECK ((document_id IS NULL) = (agency_id IS NOT NULL AND report_year IS NOT NULL)),
    CHECK ((document_id IS NULL) = (ordinal IS NULL))
);
"""
CHANGES_2 = """
CREATE TABLE changes_2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN (
        'new', 'changed', 'reverted', 'moved', 'replaced', 'vanished', 'returned', 'reread',
        'report_new', 'report_changed', 'report_reverted', 'report_moved', 'report_replaced',
        'report_vanished', 'report_returned', 'report_reread',
        'finding_opened', 'finding_closed')),
    occurred_at TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites(id),
    url TEXT,
    version INTEGER,
    moved_to TEXT,
    next_version INTEGER,
    previous_url TEXT,
    previous_version INTEGER,
    document_id INTEGER REFERENCES documents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    version_id INTEGER REFERENCES versions(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    moved_to_id INTEGER REFERENCES documents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    finding_id INTEGER REFERENCES announced_findings(id),
    announced_report_id INTEGER REFERENCES announced_reports(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    CHECK ((finding_id IS NOT NULL) = (kind LIKE 'finding_%')
           AND (announced_report_id IS NOT NULL) = (kind LIKE 'report_%')
           AND (url IS NOT NULL OR finding_id IS NOT NULL))
);
"""
SEARCH_ENTRIES_2 = """
CREATE TABLE search_entries_2 (
    id INTEGER PRIMARY KEY,
    version_id INTEGER UNIQUE REFERENCES versions(id)
        ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    digest INTEGER NOT NULL,
    words INTEGER NOT NULL,
    is_plain INTEGER NOT NULL
);
"""
# Of each report on each page the last version that shows it, and what the feed has told of
# reports. An announced report of no known region names its site, one of no known agency or year
# its address (archive/events/report_events.py makes `identity`); `state` is `none` when its pages
# are read as another report.
DERIVED_2 = """
CREATE TABLE report_pages (
    document_id INTEGER NOT NULL REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    report_id INTEGER NOT NULL REFERENCES reports(id) DEFERRABLE INITIALLY DEFERRED,
    version_id INTEGER NOT NULL REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (document_id, report_id)
) WITHOUT ROWID;
CREATE TABLE announced_reports (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    agency TEXT,
    region TEXT,
    site_id TEXT REFERENCES sites(id),
    report_year INTEGER,
    url TEXT,
    ordinal INTEGER,
    state TEXT NOT NULL CHECK (state IN ('present', 'replaced', 'vanished', 'none')),
    last_url TEXT NOT NULL,
    last_version INTEGER NOT NULL,
    content_sha256 TEXT NOT NULL
);
CREATE TABLE announcements (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_change_id INTEGER NOT NULL
);
"""
COLUMNS_2 = """
ALTER TABLE versions ADD COLUMN report_id INTEGER REFERENCES reports(id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE readings ADD COLUMN agency_basis TEXT;
ALTER TABLE readings ADD COLUMN year_basis TEXT;
"""
# Fill the tables that take the place of those of schema 1. The last number that the feed gave is
# kept, also where that line is gone. A body of no region belongs to the site that was visited.
COPY_2 = """
INSERT INTO agencies_2 (id, name, region_id, level, site_id)
SELECT id, name, region_id, level,
       CASE WHEN region_id IS NULL THEN (
           SELECT min(visits.site_id)
           FROM readings
           JOIN visits ON visits.id = readings.visit_id
           WHERE readings.agency_id = agencies.id
       ) END
FROM agencies;
INSERT INTO agencies_2 (name, level, site_id)
SELECT DISTINCT agencies.name, agencies.level, visits.site_id
FROM readings
JOIN agencies ON agencies.id = readings.agency_id AND agencies.region_id IS NULL
JOIN visits ON visits.id = readings.visit_id
WHERE NOT EXISTS (
    SELECT 1 FROM agencies_2 AS stored
    WHERE stored.name = agencies.name AND stored.site_id = visits.site_id
);
UPDATE readings
SET agency_id = (
    SELECT own.id
    FROM visits
    JOIN agencies ON agencies.id = readings.agency_id
    JOIN agencies_2 AS own ON own.name = agencies.name AND own.site_id = visits.site_id
    WHERE visits.id = readings.visit_id
)
WHERE agency_id IN (SELECT id FROM agencies WHERE region_id IS NULL);
INSERT INTO reports_2 (id, title, report_year, agency_id, region_id, form, published_on,
                       state, version_id, documents, versions, finding_rules)
SELECT id, title, report_year, agency_id, region_id, form, published_on, state, version_id,
       documents, versions, finding_rules
FROM reports;
INSERT INTO announced_reports (identity, agency, region, site_id, report_year, state,
                               last_url, last_version, content_sha256)
SELECT json_array(agencies_2.name, regions.name, agencies_2.site_id, reports.report_year),
       agencies_2.name, regions.name, agencies_2.site_id, reports.report_year, reports.state,
       documents.url, versions.number, versions.content_sha256
FROM reports
JOIN agencies_2 ON agencies_2.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies_2.region_id
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id;
INSERT INTO announcements (id, last_change_id)
SELECT 1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0);
INSERT INTO changes_2 (id, kind, occurred_at, site_id, url, version, moved_to, document_id,
                       version_id, moved_to_id, finding_id, run_id)
SELECT id, kind, occurred_at, site_id, url, version, moved_to, document_id, version_id,
       moved_to_id, finding_id, run_id
FROM changes;
INSERT INTO search_entries_2 (id, version_id, digest, words, is_plain)
SELECT search_entries.id, documents.current_version_id, digest, words, is_plain
FROM search_entries
LEFT JOIN documents ON documents.id = search_entries.document_id;
"""
# In place of those of schema 1.
REPLACED_TABLES_2 = ("agencies", "reports", "changes", "search_entries")
INDEXES_2 = """
CREATE INDEX agencies_by_region ON agencies(region_id, level);
CREATE UNIQUE INDEX reports_by_agency ON reports(
    agency_id, report_year, coalesce(document_id, 0), coalesce(ordinal, 0));
CREATE UNIQUE INDEX reports_by_document ON reports(document_id, ordinal)
    WHERE document_id IS NOT NULL;
CREATE INDEX reports_by_version ON reports(version_id);
CREATE INDEX reports_by_year ON reports(report_year);
CREATE INDEX reports_by_region ON reports(region_id, report_year, state, finding_rules);
CREATE INDEX reports_by_form ON reports(form);
CREATE INDEX report_pages_by_report ON report_pages(report_id);
CREATE UNIQUE INDEX report_pages_by_version ON report_pages(version_id);
CREATE INDEX versions_by_report ON versions(report_id);
CREATE INDEX changes_by_run ON changes(run_id);
CREATE INDEX changes_by_document ON changes(document_id);
CREATE INDEX changes_by_version ON changes(version_id);
CREATE INDEX changes_by_target ON changes(moved_to_id) WHERE moved_to_id IS NOT NULL;
CREATE INDEX changes_by_finding ON changes(finding_id) WHERE finding_id IS NOT NULL;
"""
