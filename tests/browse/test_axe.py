"""Every page can be used by everyone: axe-core finds no serious fault, wide and narrow, in both
languages.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from nianbao.archive.browse.addresses import Addresses
from tests.browse.browser_pages import watching

TO = Addresses("/")
GRAVE = {"serious", "critical"}
PAGES = (
    "front", "search", "nothing found", "coverage", "coverage of a region", "changes", "region", "findings", "rule",
    "sites", "agency", "report", "report of an old form", "report as it stood", "document", "difference", "archived",
    "trouble",
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses(sample_path: Path) -> dict[str, str]:
    """One address of every kind of page, as rich a one as the sample province has."""
    with sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True) as db:
        region, agency, year = _report(
            db, "report_year = 2022 AND finding_rules LIKE '%req.%'"
        )
        old = _report(db, "form = 'g2008_local'")
        url, sha256, seen = db.execute(
            "SELECT documents.url, versions.payload_sha256, visited_at FROM versions"
            " JOIN documents ON documents.id = document_id JOIN visits ON visits.id = first_visit_id"
            " WHERE number = 1 AND current_version_id <> versions.id LIMIT 1"
        ).fetchone()
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
        "findings": TO.findings(),
        "rule": TO.findings(rule),
        "sites": TO.sites(),
        "agency": TO.agency(region, agency),
        "report": TO.report(region, agency, year),
        "report of an old form": TO.report(*old),
        "report as it stood": TO.report(region, agency, year, at=seen),
        "document": TO.document(url),
        "difference": TO.diff(url),
        "archived": TO.archived(sha256),
        "trouble": TO.report(region, agency, 1999),
    }


def _report(db: sqlite3.Connection, where: str) -> Any:
    return db.execute(
        "SELECT regions.name, agencies.name, report_year FROM reports JOIN agencies ON agencies.id = agency_id"
        f" JOIN regions ON regions.id = agencies.region_id WHERE {where} LIMIT 1"
    ).fetchone()


@pytest.mark.parametrize(
    ("screen", "language"), [("desktop", "zh-CN"), ("phone", "en-GB")]
)
@pytest.mark.parametrize("name", PAGES)
def test_no_serious_fault(
    chromium: Browser,
    sample_base: str,
    addresses: dict[str, str],
    name: str,
    screen: str,
    language: str,
) -> None:
    with watching(chromium, sample_base, screen, language) as (page, seen):
        page.goto(addresses[name])
        assert page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        )
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )
        found = Axe().run(page).response["violations"]
        told = [
            (
                fault["impact"],
                fault["id"],
                [node["target"] for node in fault["nodes"]][:3],
                fault["help"],
            )
            for fault in found
            if fault["impact"] in GRAVE
        ]
        assert told == [], addresses[name]
        assert seen.sent


def test_every_page_is_looked_at(addresses: dict[str, str]) -> None:
    assert tuple(addresses) == PAGES
