"""A crawl of a country whose sites nobody wrote a file for, and what became of its reports."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nianbao.archive.addresses import canonicalize
from nianbao.sample.country import Country, Government, Report
from tests.crawl.country_search import Search

# Findings on what a site, a list or a page behind it did; not on what a report says.
CRAWL_RULES = ("list.", "page.", "site.", "host.")
ARGUMENTS = (
    *("--discover", "--region", "样例省", "--allow-address", "127.0.0.0/8"),
    *("--delay", 0, "--distrust", 0),
)


@dataclass(frozen=True)
class CrawledSite:
    """What a crawl made of a government's site."""

    government: Government
    lost: tuple[Report, ...]
    rules: frozenset[str]  # of warnings and errors on the site
    columns: tuple[
        tuple[str, str], ...
    ]  # address, and whose reports it was said to hold

    @property
    def is_silent(self) -> bool:
        """Whether a report is lost, and nothing says so."""
        return bool(self.lost) and not self.rules

    def describe(self) -> str:
        """Return what is lost, for a person who looks for the fault."""
        listed = ", ".join(report.listed for report in self.lost[:2])
        return (
            f"{len(self.lost)} of {len(self.government.reports)} lost, {sorted(self.rules)}:"
            f" {self.government.describe()}; such as {listed}"
        )


def list_arguments(folder: Path, archive: Path) -> tuple[object, ...]:
    """Return the arguments of the crawl of a country whose register stands in a folder."""
    return ("crawl", "--sites", folder, "--archive", archive, *ARGUMENTS)


def read_crawled_sites(archive: Path, country: Country) -> list[CrawledSite]:
    """Return what an archive has of each government of a country."""
    with closing(sqlite3.connect(archive)) as db:
        homes = dict(db.execute("SELECT home, site_id FROM discoveries").fetchall())
        documents = _group(db, "SELECT site_id, url FROM documents")
        rules = _group(
            db, "SELECT site_id, rule FROM findings WHERE severity <> 'info'"
        )
        columns = db.execute(
            "SELECT home, url, covers FROM discovered_columns JOIN discoveries ON id = discovery_id"
        ).fetchall()
    sites = []
    for government in country.governments:
        site_id = homes.get(government.home, "")
        urls = set(map(_fold, documents[site_id]))
        lost = [
            report
            for report in government.reports
            if not urls & {_fold(report.url), _fold(report.listed)}
        ]
        own_columns = [row[1:] for row in columns if row[0] == government.home]
        own_rules = {rule for rule in rules[site_id] if rule.startswith(CRAWL_RULES)}
        site = CrawledSite(
            government, tuple(lost), frozenset(own_rules), tuple(own_columns)
        )
        sites.append(site)
    return sites


def read_searches(archive: Path, country: Country) -> list[Search]:
    """Return what the searches of a crawl found, a government each."""
    with closing(sqlite3.connect(archive)) as db:
        rows = db.execute(
            "SELECT home, outcome, requests, id FROM discoveries"
        ).fetchall()
        columns = _group(db, "SELECT discovery_id, url FROM discovered_columns")
    by_home = {row[0]: row[1:] for row in rows}
    searches = []
    for government in country.governments:
        outcome, requests, number = by_home[government.home]
        searches.append(Search(government, tuple(columns[number]), outcome, requests))
    return searches


def measure_share(sites: Sequence[CrawledSite]) -> float:
    """Return the share of the reports that were had."""
    served = sum(len(site.government.reports) for site in sites)
    lost = sum(len(site.lost) for site in sites)
    return (served - lost) / served


def describe_crawl(sites: Sequence[CrawledSite]) -> str:
    """Return the figures, then a line for each site that has lost a report."""
    lossy = [site for site in sites if site.lost]
    silent = [site for site in sites if site.is_silent]
    served = sum(len(site.government.reports) for site in sites)
    head = (
        f"{measure_share(sites):.1%} of {served} reports had; {len(lossy)} sites lost one,"
        f" {len(silent)} in silence"
    )
    return "\n".join([head, *(site.describe() for site in lossy)])


def _group(db: sqlite3.Connection, query: str) -> defaultdict[object, list[str]]:
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for key, value in db.execute(query).fetchall():
        groups[key].append(value)
    return groups


def _fold(url: str) -> str:
    return canonicalize(url).replace("//www.", "//")
