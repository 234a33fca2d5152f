"""The kinds of pages, with an address of each in the sample province."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from nianbao.archive.browse.addresses import Addresses

TO = Addresses("/")
# Datasette's own, which are not among the pages for people.
TABLES = {
    "tables": "/archive",
    "table": "/archive/panel",
    "reports": "/archive/reports",
    "filtered": "/archive/reports?state=present&_sort_desc=published_on",
    "row": "/archive/reports/1",
    "query": "/archive/search?words=公开&year=",
    "own query": "/archive?sql=select+rule,+count(*)+from+findings+group+by+rule",
    "wrong query": "/archive?sql=select+nothing",
}


def list_addresses(sample_path: Path) -> dict[str, str]:
    """One address of every kind of page, as rich a one as the sample province has."""
    with sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True) as db:
        region, agency, year = _report(
            db, "report_year = 2022 AND finding_rules LIKE '%req.%'"
        )
        old = _report(db, "form = 'g2008_local'")
        url, sha256, seen, report_id = db.execute(
            "SELECT documents.url, versions.payload_sha256, visited_at, versions.report_id"
            " FROM versions"
            " JOIN documents ON documents.id = versions.document_id"
            " JOIN visits ON visits.id = versions.first_visit_id"
            " JOIN versions AS present ON present.id = current_version_id"
            " AND present.report_id = versions.report_id"
            " JOIN reports ON reports.id = versions.report_id AND reports.report_year IS NOT NULL"
            " JOIN agencies ON agencies.id = agency_id AND agencies.region_id IS NOT NULL"
            " WHERE versions.number = 1 AND present.number > 1 LIMIT 1"
        ).fetchone()
        changed = _report(db, f"reports.id = {report_id}")
        rule = db.execute(
            "SELECT rule FROM findings WHERE severity = 'error' LIMIT 1"
        ).fetchone()[0]
    db.close()
    return {
        "front": TO.front(),
        "search": TO.search("行政复议"),
        "nothing found": TO.search("没有这样的词"),
        "coverage": TO.coverage(),
        "coverage of a region": TO.coverage("样例省"),
        "changes": TO.changes(),
        "region": TO.region(region),
        "measure": TO.measure("样例省", "received"),
        "findings": TO.findings(),
        "rule": TO.findings(rule),
        "sites": TO.sites(),
        "method": TO.method(),
        "agency": TO.agency(region, agency),
        "report": TO.report(region, agency, year),
        "report of an old form": TO.report(*old),
        "report as it stood": TO.report(*changed, at=seen),
        "document": TO.document(url),
        "page beside its reading": TO.beside(url),
        "difference": TO.diff(url),
        "archived": TO.archived(sha256),
        "trouble": TO.report(region, agency, 1999),
    }


def _report(db: sqlite3.Connection, where: str) -> Any:
    return db.execute(
        "SELECT regions.name, agencies.name, report_year FROM reports JOIN agencies ON agencies.id = agency_id"
        f" JOIN regions ON regions.id = agencies.region_id WHERE {where} LIMIT 1"
    ).fetchone()
