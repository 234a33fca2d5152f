"""The derived tables of schema 1, the feed and the search index.

Derived rows follow from the raw rows and the reader version and can be rebuilt from them. Not
derived, although they stand here, are the findings that a spider noted in a run (rows of
`findings` without a visit) and the feed (`changes`, `announced_findings`).

Frozen: v0.1.0 wrote archives with exactly this SQL. A later change is a migration
(docs/decisions/migrations.md).
"""

from __future__ import annotations

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
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[0]')
                          ELSE cell.value END AS value,
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
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content='', columnsize=0, detail=none, tokenize='ascii'
);
CREATE TABLE search_entries (
    id INTEGER PRIMARY KEY,
    document_id INTEGER UNIQUE REFERENCES documents(id)
        ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
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
    kind TEXT NOT NULL CHECK (kind IN ('new', 'changed', 'moved', 'vanished', 'returned',
                                       'reread', 'finding_opened', 'finding_closed')),
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
    CHECK ((finding_id IS NOT NULL) = (kind LIKE 'finding_%')
           AND (url IS NOT NULL OR finding_id IS NOT NULL))
);
CREATE INDEX changes_by_run ON changes(run_id);
CREATE INDEX changes_by_document ON changes(document_id);
CREATE INDEX changes_by_version ON changes(version_id);
CREATE INDEX changes_by_target ON changes(moved_to_id) WHERE moved_to_id IS NOT NULL;
CREATE INDEX changes_by_finding ON changes(finding_id) WHERE finding_id IS NOT NULL;
"""

# Whatever may make a finding stand or fall marks its site as `unannounced`; the module
# archive/events/finding_events.py then brings the feed up to date.
TRIGGERS = """
CREATE TRIGGER findings_added AFTER INSERT ON findings BEGIN
    UPDATE sites SET unannounced = 1
    WHERE NOT unannounced AND id = coalesce(
        (SELECT site_id FROM documents WHERE id = new.document_id), new.site_id);
END;
CREATE TRIGGER findings_removed AFTER DELETE ON findings BEGIN
    UPDATE sites SET unannounced = 1
    WHERE NOT unannounced AND id = coalesce(
        (SELECT site_id FROM documents WHERE id = old.document_id), old.site_id);
END;
CREATE TRIGGER documents_turned AFTER UPDATE OF current_version_id, site_id ON documents
    WHEN old.current_version_id IS NOT new.current_version_id OR old.site_id <> new.site_id
BEGIN
    UPDATE sites SET unannounced = 1
    WHERE NOT unannounced AND id IN (old.site_id, new.site_id);
END;
CREATE TRIGGER site_runs_added AFTER INSERT ON site_runs BEGIN
    UPDATE sites SET unannounced = 1 WHERE NOT unannounced AND id = new.site_id;
END;
CREATE TRIGGER site_runs_ended AFTER UPDATE OF ended_at ON site_runs BEGIN
    UPDATE sites SET unannounced = 1 WHERE NOT unannounced AND id = new.site_id;
END;
"""
