"""The archive's tables, made by migrations. A released migration is never changed, only followed.

Raw tables (`runs`, `sites`, `site_runs`, `visits`, `header_sets`, `hint_sets`, `blobs`,
`dictionaries`) hold what was seen and are only appended to; how a payload is packed may change,
its bytes never do. Derived tables are a function of the raw ones and the reader version; but
for the findings that a spider noted in a run (without a visit), and for the feed, which tells
what was announced.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = (
    0x6E69616E  # "nian", in the SQLite header: tells an archive from any other database
)
SCHEMA_VERSION = 1  # PRAGMA user_version: the number of the last migration below
migrations = Migrations("nianbao")

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
    SELECT visits.id AS visit_id, header.key AS position, json_extract(header.value, '$[0]') AS name,
           coalesce(json_extract(visits.headers, '$."' || header.key || '"'), json_extract(header.value, '$[1]'),
                    CASE lower(json_extract(header.value, '$[0]')) WHEN 'etag' THEN visits.etag
                         WHEN 'last-modified' THEN visits.last_modified
                         ELSE (SELECT CAST(size_bytes AS TEXT) FROM blobs WHERE sha256 = payload_sha256) END) AS value
    FROM visits
    JOIN header_sets ON header_sets.id = visits.header_set_id
    JOIN json_each(header_sets.headers) AS header;
"""

DERIVED = """
CREATE TABLE agencies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    region_id INTEGER REFERENCES regions(id),
    level TEXT,
    UNIQUE (name, region_id)
);
CREATE INDEX agencies_by_region ON agencies(region_id, level);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    title TEXT,
    site_id TEXT NOT NULL REFERENCES sites(id),
    url TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('new', 'present', 'vanished', 'moved')),
    misses INTEGER NOT NULL DEFAULT 0,
    moved_to_id INTEGER REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    current_version_id INTEGER REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    content_sha256 TEXT
);
CREATE INDEX documents_by_site ON documents(site_id);
CREATE INDEX documents_by_target ON documents(moved_to_id) WHERE moved_to_id IS NOT NULL;
CREATE INDEX documents_by_content ON documents(content_sha256);
CREATE INDEX documents_by_title ON documents(title);
CREATE INDEX documents_by_version ON documents(current_version_id);
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    content_sha256 TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL REFERENCES blobs(sha256),
    first_visit_id INTEGER NOT NULL REFERENCES visits(id),
    last_visit_id INTEGER NOT NULL REFERENCES visits(id)
);
CREATE UNIQUE INDEX versions_by_document ON versions(document_id, number);
CREATE INDEX versions_by_content ON versions(content_sha256);
CREATE TABLE sightings (
    visit_id INTEGER PRIMARY KEY REFERENCES visits(id),
    effect TEXT NOT NULL CHECK (effect IN ('shown', 'missed', 'not_a_report')),
    document_id INTEGER REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    version_id INTEGER REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    content_sha256 TEXT,
    published_on TEXT,
    reader_version TEXT,
    read_visit_id INTEGER REFERENCES visits(id)
);
CREATE INDEX sightings_by_document ON sightings(document_id, visit_id);
CREATE INDEX sightings_by_version ON sightings(version_id);
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL UNIQUE REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    visit_id INTEGER NOT NULL REFERENCES visits(id),
    reader_version TEXT NOT NULL,
    title TEXT,
    report_year INTEGER,
    agency_id INTEGER REFERENCES agencies(id),
    agency_printed TEXT,
    published_on TEXT,
    published_at TEXT,
    published_basis TEXT,
    signed_on TEXT,
    period_start TEXT,
    period_end TEXT,
    form TEXT,
    official INTEGER,
    charset TEXT,
    text TEXT NOT NULL,
    text_start INTEGER,
    text_end INTEGER,
    details TEXT NOT NULL
);
CREATE INDEX readings_by_agency ON readings(agency_id, report_year);
CREATE VIEW version_texts AS
    SELECT readings.version_id,
           CASE WHEN readings.text_start IS NULL THEN readings.text
                ELSE substr(newest.text, 1, readings.text_start) || readings.text
                     || substr(newest.text, length(newest.text) - readings.text_end + 1) END AS text
    FROM readings
    JOIN versions ON versions.id = readings.version_id
    JOIN documents ON documents.id = versions.document_id
    LEFT JOIN readings AS newest ON newest.version_id = documents.current_version_id;
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    title TEXT,
    report_year INTEGER NOT NULL,
    agency_id INTEGER NOT NULL REFERENCES agencies(id),
    region_id INTEGER REFERENCES regions(id),
    form TEXT,
    published_on TEXT,
    state TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    documents INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    finding_rules TEXT NOT NULL
);
CREATE UNIQUE INDEX reports_by_agency ON reports(agency_id, report_year);
CREATE INDEX reports_by_version ON reports(version_id);
CREATE INDEX reports_by_year ON reports(report_year);
CREATE INDEX reports_by_region ON reports(region_id, report_year, state, finding_rules);
CREATE INDEX reports_by_form ON reports(form);
CREATE TABLE form_cells (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL DEFAULT 'local' CHECK (kind IN ('cell', 'optional', 'heading', 'local')),
    "table" TEXT NOT NULL,
    "row" TEXT NOT NULL,
    "column" TEXT NOT NULL,
    row_label TEXT NOT NULL,
    column_label TEXT NOT NULL
);
CREATE UNIQUE INDEX form_cells_by_name ON form_cells("table", "row", "column");
CREATE TABLE figure_sets (
    reading_id INTEGER PRIMARY KEY REFERENCES readings(id) DEFERRABLE INITIALLY DEFERRED,
    cells TEXT NOT NULL
);
CREATE VIEW figures AS
    SELECT readings.version_id, readings.report_year, readings.agency_id,
           form_cells."table", form_cells."row", form_cells."column",
           form_cells.row_label, form_cells.column_label,
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[0]') ELSE cell.value END AS value,
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[1]')
                          WHEN 'null' THEN '' ELSE CAST(cell.value AS TEXT) END AS text,
           CASE cell.type WHEN 'array' THEN coalesce(json_extract(cell.value, '$[2]'), 'exact')
                          ELSE 'exact' END AS alignment
    FROM figure_sets
    JOIN readings ON readings.id = figure_sets.reading_id
    JOIN json_each(figure_sets.cells) AS run
    JOIN json_each(run.value) AS cell
    JOIN form_cells ON form_cells.id = CAST(run.key AS INTEGER) + cell.key;
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    message TEXT NOT NULL,
    site_id TEXT REFERENCES sites(id),
    document_id INTEGER REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    version_id INTEGER REFERENCES versions(id) DEFERRABLE INITIALLY DEFERRED,
    run_id INTEGER REFERENCES runs(id),
    visit_id INTEGER REFERENCES visits(id),
    agency_id INTEGER REFERENCES agencies(id),
    report_year INTEGER,
    url TEXT,
    "table" TEXT,
    "row" TEXT,
    "column" TEXT,
    expected TEXT,
    found TEXT
);
CREATE INDEX findings_by_rule ON findings(rule, severity, agency_id, version_id);
CREATE INDEX findings_by_version ON findings(version_id);
CREATE INDEX findings_by_report ON findings(agency_id, report_year) WHERE agency_id IS NOT NULL;
CREATE INDEX findings_by_document ON findings(document_id) WHERE document_id IS NOT NULL;
CREATE INDEX findings_by_visit ON findings(visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX findings_by_url ON findings(url) WHERE url IS NOT NULL;
CREATE INDEX findings_by_run ON findings(run_id, site_id);
CREATE INDEX findings_by_site ON findings(site_id) WHERE document_id IS NULL;
CREATE TABLE near_copies (
    document_id INTEGER NOT NULL REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    other_id INTEGER NOT NULL REFERENCES documents(id) DEFERRABLE INITIALLY DEFERRED,
    similarity REAL NOT NULL,
    PRIMARY KEY (document_id, other_id)
) WITHOUT ROWID;
CREATE INDEX near_copies_by_other ON near_copies(other_id);
CREATE VIRTUAL TABLE search_index USING fts5 (words, content='', columnsize=0, detail=none, tokenize='ascii');
CREATE TABLE search_entries (
    id INTEGER PRIMARY KEY,
    document_id INTEGER UNIQUE REFERENCES documents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    digest INTEGER NOT NULL,
    words INTEGER NOT NULL,
    is_plain INTEGER NOT NULL
);
CREATE TABLE announced_findings (
    id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites(id),
    url TEXT,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    "table" TEXT,
    "row" TEXT,
    "column" TEXT,
    expected TEXT,
    found TEXT,
    agency TEXT,
    region TEXT,
    report_year INTEGER
);
CREATE INDEX announced_findings_by_site ON announced_findings(site_id);
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('new', 'changed', 'moved', 'vanished', 'returned', 'reread', 'finding_opened',
                                       'finding_closed')),
    occurred_at TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites(id),
    url TEXT,
    version INTEGER,
    moved_to TEXT,
    document_id INTEGER REFERENCES documents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    version_id INTEGER REFERENCES versions(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    moved_to_id INTEGER REFERENCES documents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    finding_id INTEGER REFERENCES announced_findings(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    CHECK ((finding_id IS NOT NULL) = (kind LIKE 'finding_%') AND (url IS NOT NULL OR finding_id IS NOT NULL))
);
CREATE INDEX changes_by_run ON changes(run_id);
CREATE INDEX changes_by_document ON changes(document_id);
CREATE INDEX changes_by_version ON changes(version_id);
CREATE INDEX changes_by_target ON changes(moved_to_id) WHERE moved_to_id IS NOT NULL;
CREATE INDEX changes_by_finding ON changes(finding_id) WHERE finding_id IS NOT NULL;
"""

# Whatever may make a finding stand or fall marks its site; archive/announced.py brings the feed
# up to date.
_MARK = "UPDATE sites SET unannounced = 1 WHERE NOT unannounced AND id"
_ITS_SITE = (
    "coalesce((SELECT site_id FROM documents WHERE id = {0}.document_id), {0}.site_id)"
)
TRIGGERS = f"""
CREATE TRIGGER findings_added AFTER INSERT ON findings BEGIN {_MARK} = {_ITS_SITE.format("new")}; END;
CREATE TRIGGER findings_removed AFTER DELETE ON findings BEGIN {_MARK} = {_ITS_SITE.format("old")}; END;
CREATE TRIGGER documents_turned AFTER UPDATE OF current_version_id, site_id ON documents
    WHEN old.current_version_id IS NOT new.current_version_id OR old.site_id <> new.site_id
    BEGIN {_MARK} IN (old.site_id, new.site_id); END;
CREATE TRIGGER site_runs_added AFTER INSERT ON site_runs BEGIN {_MARK} = new.site_id; END;
CREATE TRIGGER site_runs_ended AFTER UPDATE OF ended_at ON site_runs BEGIN {_MARK} = new.site_id; END;
"""
# Of a writer's connection: what its transaction will put into the search index (archive/search.py).
TEMPORARY = (
    "CREATE TEMP TABLE search_waiting (id INTEGER PRIMARY KEY, words TEXT NOT NULL)"
)
RAW_TABLES = tuple(re.findall(r"CREATE TABLE (\w+)", RAW))


@migrations()
def m001_first_archive(db: Database) -> None:
    """Raw and derived tables of the first release."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    for statement in (RAW + DERIVED + TRIGGERS).split(";\n"):
        if statement.strip():
            db.execute(statement)
