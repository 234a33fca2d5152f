"""What schema 7 adds: what OCR recognised in payloads, and how sure a figure of it is; an index.

Frozen with the first release that writes it. A later change is a migration of its own
(docs/decisions/migrations.md).
"""

from __future__ import annotations

# Raw: only a machine with the models of OCR could make it again, in seconds a page.
RAW_7 = """
CREATE TABLE recognitions (
    payload_sha256 TEXT PRIMARY KEY REFERENCES blobs(sha256),
    recognized_at TEXT NOT NULL,
    engine TEXT NOT NULL,
    pages INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    data BLOB NOT NULL
);
"""
# The views of schemas 1 and 6 with one more column.
VIEWS_7 = """
CREATE VIEW figures AS
    SELECT readings.version_id, readings.report_year, readings.agency_id,
           form_cells."table", form_cells."row", form_cells."column",
           form_cells.row_label, form_cells.column_label,
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[0]')
                          ELSE cell.value END AS value,
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[1]')
                          WHEN 'null' THEN '' ELSE CAST(cell.value AS TEXT) END AS text,
           CASE cell.type WHEN 'array' THEN coalesce(json_extract(cell.value, '$[2]'), 'exact')
                          ELSE 'exact' END AS alignment,
           CASE cell.type WHEN 'array' THEN json_extract(cell.value, '$[3]') END AS confidence
    FROM figure_sets
    JOIN readings ON readings.id = figure_sets.reading_id
    JOIN json_each(figure_sets.cells) AS run
    JOIN json_each(run.value) AS cell
    JOIN form_cells ON form_cells.id = CAST(run.key AS INTEGER) + cell.key;
CREATE VIEW panel AS
    SELECT agencies.name AS agency, regions.name AS region, regions.code AS region_code,
           agencies.level, reports.report_year, readings.form,
           figures."table", figures."row", figures."column",
           figures.row_label, figures.column_label,
           figures.value, figures.text, figures.alignment, figures.confidence,
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
# The page of an archived payload names the versions that show it.
INDEXES_7 = """
CREATE INDEX versions_by_payload ON versions(payload_sha256);
"""
FORMER_VIEWS_7 = ("panel", "figures")  # in whose place those come
RAW_TABLES_7 = ("recognitions",)
