"""What is asked of one page or one site takes no longer in a larger archive; what is asked of all of
it, no longer than it is larger. SQLite's steps are counted, never seconds.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.captures import Country
from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.page import MAX_ROWS, BrowsePage
from nianbao.archive.search import query as search_query
from nianbao.archive.search.query import Query
from nianbao.archive.storage import lean
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from nianbao.crawler.commands.cli import main
from tests.browse.asked_pages import make_request

SIZES = (3, 9)  # sites of the two archives
PAGES = 2  # of a site
ANSWERS = 2  # rows of a page
STEPS = 10  # of SQLite that are counted as one
# Lists of sites, runs and regions are looked through: a country has some thousands.
FEW = 4 * (SIZES[1] - SIZES[0])
LARGE_TABLES = {
    *("visits", "blobs", "versions", "readings", "sightings", "documents"),
    *("figure_sets", "findings", "reports", "changes", "report_pages"),
}
TO = Addresses("/")


class PlayedCountry:
    """An archive of some sites, of which the first is the same in a larger one."""

    def __init__(self, folder: Path, sites: int) -> None:
        self.path = folder / f"{sites}.db"
        self.country = Country(PAGES * sites, sites)
        self.site_id = self.country.get_site(0).id
        self.run_id = 0
        self._remembered: dict[str, Any] = {}
        with Archive.create(self.path) as archive:
            for visit in (1, 2):
                self.begin(archive, visit, range(sites))
                for number in range(sites):
                    self.store(archive, visit, number)
                    self.end_site(archive, number)
                archive.end_run(self.run_id, "finished", {})

    def begin(self, archive: Archive, visit: int, numbers: range) -> None:
        self.run_id = archive.begin_run("0.1.0", {"visit": visit})
        sites = [self.country.get_site(number) for number in numbers]
        archive.begin_sites(self.run_id, sites)

    def store(self, archive: Archive, visit: int, number: int) -> None:
        for page in self.country.iterate_visits(number, visit, change_interval=2):
            visit_id, is_unread = archive.store_capture(self.run_id, page.capture)
            if is_unread:
                archive.store_reading(visit_id, page.reading)

    def end_site(self, archive: Archive, number: int) -> None:
        site_id = self.country.get_site(number).id
        archive.end_site(self.run_id, site_id, "finished", PAGES, lists_whole=True)

    def show(self, archive: Archive, address: str) -> None:
        """Make a page of a few rows, as a server does that has shown others before."""
        route, request = make_request(address)
        page = route.view(archive.db, replace(request, remember=self._remember))
        assert isinstance(page, BrowsePage)

    def _remember(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._remembered:
            self._remembered[key] = make()
        return self._remembered[key]


@dataclass(frozen=True)
class Cost:
    """What an answer takes: steps, and which large tables were read whole."""

    steps: int
    scanned: set[str]


def measure(archive: Archive, ask: Callable[[], object]) -> Cost:
    """Return what an answer takes that is given by the connection of an archive."""
    connection = archive.db.conn
    steps = itertools.count()
    statements: list[str] = []
    connection.set_progress_handler(lambda: next(steps) < 0, STEPS)
    connection.set_trace_callback(statements.append)
    try:
        ask()
    finally:
        connection.set_progress_handler(None, STEPS)
        connection.set_trace_callback(None)
    scanned: set[str] = set()
    for statement in set(statements):
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE")):
            scanned |= list_scanned(connection, statement)
    return Cost(next(steps), scanned)


def list_scanned(connection: sqlite3.Connection, statement: str) -> set[str]:
    """Return the large tables that a statement reads whole, but for those of a few rows' order."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    names = {row[3].split()[1] for row in rows if row[3].startswith("SCAN ")}
    is_bounded = "LIMIT" in statement and not any(
        "TEMP B-TREE" in row[3] for row in rows
    )
    return set() if is_bounded else names & LARGE_TABLES


def list_questions(
    played: PlayedCountry, archive: Archive
) -> dict[str, Callable[[], object]]:
    """Return what is asked of one page, one site, or of the latest of all."""
    site_id = played.site_id
    report = next(iter(archive.reports(site=site_id)))
    last_change = max(change.id for change in archive.changes())
    place = (report.region or "", report.agency or "")
    pages = {
        "document": TO.document(report.url),
        "difference": TO.diff(report.url),
        "archived": TO.archived(report.payload_sha256),
        "agency": TO.agency(*place),
        "report": TO.report(*place, report.report_year),
        "region": TO.region(place[0]),
        "found": TO.search(report.title),
        "changes": TO.changes(),
    }
    shown = {
        name: lambda address=address: played.show(archive, address)  # type: ignore[misc]
        for name, address in pages.items()
    }
    return {
        **shown,
        "search": lambda: archive.search(Query("公开"), ANSWERS),
        "search of a site": lambda: archive.search(Query("公开", site=site_id)),
        "feed": lambda: list(archive.changes(last_change - ANSWERS)),
        "reports of a site": lambda: list(archive.reports(site=site_id)),
        "figures of a site": lambda: list(archive.figures(site=site_id)),
        "findings of a site": lambda: list(archive.findings(site=site_id)),
        "panel of a site": lambda: list(archive.panel(site=site_id)),
        "history": lambda: archive.address_history(site_id),
        "volatile addresses": lambda: archive.volatile_parameters(site_id),
        "addresses of reports": lambda: archive.report_addresses(site_id),
        "start of a crawl": lambda: played.begin(archive, 3, range(1)),
        "pages of a crawl": lambda: played.store(archive, 3, 0),
        "end of a site": lambda: played.end_site(archive, 0),
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> PlayedCountry:
    return PlayedCountry(tmp_path_factory.mktemp("small"), SIZES[0])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> PlayedCountry:
    return PlayedCountry(tmp_path_factory.mktemp("large"), SIZES[1])


def test_an_answer_about_one_takes_no_longer_among_many(
    small: PlayedCountry, large: PlayedCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_ROWS, "html", ANSWERS)
    monkeypatch.setattr(search_query, "MOST_RANKED", ANSWERS)
    costs: list[dict[str, Cost]] = []
    for played in (small, large):
        with Archive.create(played.path) as archive:
            questions = list_questions(played, archive)
            for address in (TO.front(), TO.region("样例省")):
                played.show(archive, address)  # what is remembered
            costs.append(
                {name: measure(archive, ask) for name, ask in questions.items()}
            )
            archive.end_run(played.run_id, "finished", {})
    grown, scanned = {}, set()
    for name, cost in costs[1].items():
        before = costs[0][name].steps
        if cost.steps > 1.1 * before + FEW:
            grown[name] = (before, cost.steps)
        scanned |= {(name, table) for table in cost.scanned}
    assert not grown
    assert not scanned


SITE = """\
id: {site.id}
name: {site.name}
region: null
platform: trs
entries:
  - {{url: "http://{site.id}.localhost/nb/", column: 年报}}
official: true
"""


def ask_of_all(played: PlayedCountry, folder: Path) -> dict[str, Callable[[], object]]:
    """Return what is asked of a whole archive, and what rests on all of it."""
    path = played.path
    sites = folder / "sites"
    sites.mkdir(parents=True)
    for number in range(played.country.sites):
        site = played.country.get_site(number)
        (sites / f"{site.id}.yml").write_text(SITE.format(site=site), "utf-8")
    due = ("crawl", "--due", "--dry-run", "--sites", sites)

    def run(*words: object) -> None:
        arguments = [*map(str, words), "--archive", str(path)]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output

    return {
        "due": lambda: run(*due, "--allow-address", "127.0.0.0/8"),
        "status": lambda: run("status"),
        "backup": lambda: run("backup", folder / "backup.db"),
        "verify": lambda: run("verify", "--quick"),
        "export": lambda: run("export", "csv", folder / "csv"),
        "merge": lambda: merge(path, folder / "merged.db"),
        "unread": lambda: list_unread(path),
    }


def merge(path: Path, target: Path) -> None:
    with Archive.create(target) as archive, Archive(path) as other:
        merge_archive(archive, other)
        reader_version = other.db.execute(
            "SELECT reader_version FROM readings"
        ).fetchone()
        carry_readings(archive, other, *reader_version)
        archive.finalize()


def list_unread(path: Path) -> None:
    with Archive(path) as archive:
        assert archive.unread_visits("another") != []


def test_an_answer_about_all_takes_no_longer_than_there_is_more(
    small: PlayedCountry,
    large: PlayedCountry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps of every connection that a command opens."""
    connect = sqlite3.connect
    steps = itertools.count()

    def watch(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_progress_handler(lambda: next(steps) < 0, STEPS)
        return connection

    monkeypatch.setattr(sqlite3, "connect", watch)
    # commands that run in this process do not keep libraries out of it
    monkeypatch.setattr(lean, "absent_unused", nullcontext)
    counts: list[dict[str, int]] = []
    for played in (small, large):
        counts.append({})
        folder = tmp_path / played.path.stem
        for name, ask in ask_of_all(played, folder).items():
            before = next(steps)
            ask()
            counts[-1][name] = next(steps) - before
    most = 1.25 * SIZES[1] / SIZES[0]
    grown = {
        name: (counts[0][name], count)
        for name, count in counts[1].items()
        if count > most * counts[0][name]
    }
    assert not grown
    assert all(counts[0].values())
