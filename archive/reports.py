"""Reports: agency × year, over every document that carries it.

Which version stands for a report, in this order: a document that is still there before one that
is gone, official before unofficial, with figures before without, the latest published, the
first archived.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database

Key = tuple[int, int]  # agency id, report year

CARRIERS = """
    SELECT documents.id, documents.state, versions.id AS version_id, readings.title, readings.form,
           readings.published_on, agencies.region_id,
           (SELECT count(*) FROM versions WHERE document_id = documents.id) AS versions
    FROM readings
    JOIN versions ON versions.id = readings.version_id
    JOIN documents ON documents.current_version_id = versions.id
    JOIN agencies ON agencies.id = readings.agency_id
    LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
    WHERE readings.agency_id = ? AND readings.report_year = ?
    ORDER BY documents.state IN ('vanished', 'moved'), coalesce(readings.official, 0) DESC,
             coalesce(figure_sets.cells, '{}') = '{}', coalesce(readings.published_on, '') DESC, documents.url
"""


def key_of(db: Database, document_id: int) -> Key | None:
    """Return agency and year of the document's current version, None while either is unknown."""
    row = db.execute(
        "SELECT readings.agency_id, readings.report_year FROM documents"
        " JOIN readings ON readings.version_id = documents.current_version_id WHERE documents.id = ?",
        [document_id],
    ).fetchone()
    return (row[0], row[1]) if row and None not in row else None


def refresh(db: Database, key: Key | None) -> None:
    """Lay out one report anew from the documents that carry it now."""
    if key is None:
        return
    carriers = db.execute(CARRIERS, list(key)).fetchall()
    if not carriers:
        db.execute("DELETE FROM reports WHERE agency_id = ? AND report_year = ?", list(key))
        return
    _, state, version_id, title, form, published_on, region_id, _ = carriers[0]
    rules = db.execute(
        "SELECT DISTINCT rule FROM findings WHERE version_id = ? AND severity <> 'info' ORDER BY rule",
        [version_id],
    ).fetchall()
    row = {
        "title": title,
        "report_year": key[1],
        "agency_id": key[0],
        "region_id": region_id,
        "form": form,
        "published_on": published_on,
        "state": "vanished" if state == "vanished" else "present",
        "version_id": version_id,
        "documents": sum(carrier[1] != "moved" for carrier in carriers),
        "versions": sum(carrier[7] for carrier in carriers),
        "finding_rules": json.dumps([rule for (rule,) in rules], ensure_ascii=False),
    }
    known = db.execute("SELECT id FROM reports WHERE agency_id = ? AND report_year = ?", list(key)).fetchone()
    if known:
        db.table("reports").update(known[0], row)
    else:
        insert(db, "reports", row)
