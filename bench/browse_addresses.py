"""Addresses of every kind of page of an archive, drawn by chance, always the same ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlite_utils import Database

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.read_model.regions import RegionTree

AddressesByKind: TypeAlias = dict[str, list[str]]

WORDS = (
    "公开",
    "行政复议",
    "政府信息公开",
    "行政復議",
    "低保名单",
    "財政 預算",
    "规范性文件",
    '"主动公开政府信息"',
    "重复申请 商业企业",
    "教育局",
    "水利局 2021",
    "无此词语",
    "县",
)
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"year": 2021},
    {"level": "county"},
    {"form": "g2021"},
    {"finding": "report.late"},
    {"region": "河南省"},
)
SELECT_REPORTS = """
SELECT regions.name, agencies.name, report_year, agencies.site_id
FROM reports
JOIN agencies ON agencies.id = agency_id AND report_year IS NOT NULL
LEFT JOIN regions ON regions.id = agencies.region_id
"""
SELECT_CHANGED_DOCUMENTS = """
SELECT documents.url, first.visited_at, second.visited_at
FROM documents
JOIN versions AS old ON old.document_id = documents.id AND old.number = 1
JOIN versions AS new ON new.document_id = documents.id AND new.number = 2
                    AND new.report_id = old.report_id
JOIN visits AS first ON first.id = old.first_visit_id
JOIN visits AS second ON second.id = new.first_visit_id
"""
SELECT_RULES = "SELECT DISTINCT rule FROM findings ORDER BY rule"


def list_addresses(db: Database, count: int) -> AddressesByKind:
    """Return `count` addresses of each kind of page; few pages are repeated."""
    collector = _AddressCollector(db, count)
    collector.add_lists()
    collector.add_searches()
    collector.add_reports()
    collector.add_documents()
    collector.add_regions()
    addresses: AddressesByKind = {}
    for kind, pages in collector.pages.items():
        addresses[kind] = [pages[index % len(pages)] for index in range(count)]
    return addresses


class _AddressCollector:
    """Collects addresses by kind of page."""

    def __init__(self, db: Database, count: int) -> None:
        self.db = db
        self.count = count
        self.dice = random.Random(0)
        self.to = Addresses("/")
        self.pages: AddressesByKind = {}

    def add_lists(self) -> None:
        """Add the pages of which there is one, and the lists of findings and changes."""
        rules = [rule for (rule,) in self.db.execute(SELECT_RULES).fetchall()]
        rule_pages = [self.to.findings(rule) for rule in rules]
        rule_pages += [self.to.findings(rule, page=9) for rule in rules]
        change_pages = [self.to.changes(page=page) for page in range(1, 40)]
        change_pages.append(self.to.changes(kind="vanished"))
        self.pages["front"] = [self.to.front()]
        self.pages["front.atom"] = [self.to.index(".atom")]
        self.pages["coverage"] = [self.to.coverage()]
        self.pages["findings"] = [self.to.findings()]
        self.pages["findings of a rule"] = rule_pages
        self.pages["changes"] = change_pages
        self.pages["changes of reports"] = [self.to.changes(about="reports")]
        self.pages["unassigned"] = [self.to.unassigned()]
        self.pages["sites"] = [self.to.sites()]

    def add_searches(self) -> None:
        """Add searches for all words with all filters."""
        searches: list[str] = []
        for words in WORDS:
            for filters in FILTERS:
                searches.append(self.to.search(words, **filters))
        self.dice.shuffle(searches)
        feeds = [address.replace("search?", "search.atom?") for address in searches]
        self.pages["search"] = searches
        self.pages["search.atom"] = feeds

    def add_reports(self) -> None:
        """Add reports, as they are and as they stood, and their agencies."""
        reports: list[str] = []
        earlier_reports: list[str] = []
        agencies: list[str] = []
        rows = self._draw_rows(SELECT_REPORTS, "reports")
        for region, agency, year, site in rows:
            reports.append(self.to.report(region, agency, year, site=site))
            earlier_reports.append(
                self.to.report(region, agency, year, at="2026-01-15", site=site)
            )
            agencies.append(self.to.agency(region, agency, site))
        self.pages["report"] = reports
        self.pages["report as it stood"] = earlier_reports
        self.pages["agency"] = agencies

    def add_documents(self) -> None:
        """Add documents, differences of their versions, and archived payloads."""
        documents = self._draw_rows("SELECT url FROM documents", "documents")
        changes = self._draw_rows(SELECT_CHANGED_DOCUMENTS, "documents")
        versions = self._draw_rows("SELECT payload_sha256 FROM versions", "versions")
        digests = [digest for (digest,) in versions]
        self.pages["document"] = [self.to.document(url) for (url,) in documents]
        self.pages["diff"] = [self.to.diff(*change) for change in changes]
        self.pages["archived"] = [self.to.archived(digest) for digest in digests]
        self.pages["archived, framed"] = [
            self.to.archived(digest, "page") for digest in digests
        ]

    def add_regions(self) -> None:
        """Add regions of the three levels, and the feeds of provinces."""
        rows = self.db.execute("SELECT id, name, code FROM regions").fetchall()
        tree = RegionTree(rows)
        provinces: list[str] = []
        prefectures: list[str] = []
        for name in tree.top:
            parts = tree.by_name[name].below
            if parts:
                provinces.append(name)
                prefectures.extend(parts)
        counties = [
            name for name in tree.by_name if name not in {*provinces, *prefectures}
        ]
        self.pages["region: a province"] = self._draw_regions(provinces)
        self.pages["region: a prefecture"] = self._draw_regions(prefectures)
        self.pages["region: a county"] = self._draw_regions(counties)
        feeds: list[str] = []
        for address in self._draw_regions(provinces):
            feeds.append(address.replace("?", "") + ".atom")
        self.pages["region.atom"] = feeds

    def _draw_regions(self, names: Sequence[str]) -> list[str]:
        return [self.to.region(self.dice.choice(names)) for _ in range(self.count)]

    def _draw_rows(self, query: str, table: str) -> list[tuple[Any, ...]]:
        """Return rows of a query, drawn by the ids of a table."""
        (highest_id,) = self.db.execute(f"SELECT max(id) FROM {table}").fetchone()
        nearest = f"{query} WHERE {table}.id >= ? ORDER BY {table}.id LIMIT 1"
        rows: list[tuple[Any, ...]] = []
        while len(rows) < self.count:
            drawn_id = self.dice.randint(1, highest_id)
            rows += self.db.execute(nearest, [drawn_id]).fetchall()
        return rows
