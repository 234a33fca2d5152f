"""Machines that crawl and import pages of a small world into archives of their own; what the archives
hold and tell is compared with :mod:`tests.archive.history_model`.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from nianbao.archive import Archive, clock, verify
from nianbao.archive.raw.blobs import payload_digest
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Reading
from nianbao.archive.transfer import imports
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from tests.archive import history_model as model
from tests.archive.history_model import (
    BODIES,
    Account,
    Announced,
    Content,
    EndedRun,
    PageLine,
    PageVisit,
    Report,
)
from tests.conftest import make_reading

PAGES = {
    "http://north.localhost/1.html": "north",
    "http://north.localhost/2.html": "north",
    "http://north.localhost/3.html": "north",
    "http://north.localhost/latest.html": "north",
    "http://south.localhost/1.html": "south",
    "http://south.localhost/2.html": "south",
}
READERS = ("1", "2")  # the second knows more
START = datetime(2026, 1, 1, tzinfo=UTC)

# --- pages, and what they are read as -----------------------------------------------------


class Shown(NamedTuple):
    """What stands at an address: a report or, without one, something else.

    `chrome` is what surrounds it: other bytes, the same report.
    """

    content: Content | None
    chrome: int = 0

    @property
    def payload(self) -> bytes:
        """The bytes of the page."""
        values = None
        if self.content is not None:
            values = dataclasses.asdict(self.content)
            del values["is_read_better"]
        return json.dumps([values, self.chrome], ensure_ascii=False).encode()


def read_payload(payload: bytes, reader: str) -> Reading:
    """Read a page of these tests as a version of the reader does."""
    values, _ = json.loads(payload)
    if values is None:
        return make_reading("首页", is_report=False, reader_version=reader)
    reading = read_content(Content(**values, is_read_better=reader == READERS[1]))
    return replace(reading, reader_version=reader)


@lru_cache
def read_content(content: Content) -> Reading:
    """Return what the page of a report is read as."""
    body = BODIES[content.body]
    agency = Agency()
    if content.tells_body:
        agency = Agency(printed=body.name, name=body.name, region=body.region)
    return make_reading(
        write_text(content),
        title=f"{content.body}{content.year}",
        agency=agency,
        report_year=content.year if content.tells_year else None,
        published_on=content.published_on,
    )


def write_text(content: Content) -> str:
    """Return the text of a report: edits of one have most of it in common."""
    letters = random.Random(f"{content.body}{content.year}")
    common = "".join(chr(0x4E00 + letters.randrange(2000)) for _ in range(300))
    own = f"第{content.edit}稿"
    names = f"{'署名' * content.names_body}{'年度' * content.names_year}"
    return common + own + names


@lru_cache
def digest(content: Content) -> str:
    """Return the digest of what a report says."""
    return read_content(content).content_sha256


def catch_up(reader: str, archive: Archive, *_: object) -> list[str]:
    """Read what this reader has not read, and bring in order what follows."""
    while waiting := archive.unread_visits(reader):
        for visit_id in waiting:
            sha256 = archive.visit(visit_id).payload_sha256
            assert sha256 is not None
            payload = archive.payload(sha256)
            archive.store_reading(visit_id, read_payload(payload, reader))
    archive.finalize()
    return []


class StoppedClock(datetime):
    """The archive's clock, which stands until it is set."""

    instant = START

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        """Return the instant it was set to."""
        assert tz is UTC
        return cls.instant


# --- what an archive holds and tells ------------------------------------------------------

_PAGES = """
SELECT documents.url, documents.site_id, documents.state, target.url
FROM documents
LEFT JOIN documents AS target ON target.id = documents.moved_to_id
"""
_REPORTS = """
SELECT agencies.name, regions.name, agencies.site_id, reports.report_year, pages.url,
       reports.ordinal, reports.state, documents.url, versions.number, reports.documents,
       reports.versions, reports.id
FROM reports
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN documents AS pages ON pages.id = reports.document_id
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
"""
_VERSIONS = """
SELECT documents.url, versions.number, versions.content_sha256, versions.report_id
FROM versions
JOIN documents ON documents.id = versions.document_id
ORDER BY documents.url, versions.number
"""
_PAGE_LINES = """
SELECT changes.kind, runs.uid, url, version, previous_version, next_version, moved_to
FROM changes
JOIN runs ON runs.id = changes.run_id
WHERE finding_id IS NULL AND announced_report_id IS NULL
ORDER BY changes.id
"""
_REPORT_LINES = """
SELECT kind, agency, region, announced.site_id, report_year, announced.url, ordinal,
       changes.url, changes.version, changes.id
FROM changes
JOIN announced_reports AS announced ON announced.id = changes.announced_report_id
ORDER BY changes.id
"""


class ReportLine(NamedTuple):
    """A line of the feed about a report."""

    kind: str
    report: Report
    url: str
    version: int | None  # None: nothing is read as this report any more


class Held:
    """What an archive holds, in the words of the model."""

    def __init__(self, archive: Archive) -> None:
        self._db = archive.db
        self.reports: dict[Report, model.ReportRow] = {}
        self._names: dict[int, Report] = {}
        for row in self._db.execute(_REPORTS).fetchall():
            report = Report(*row[:6])
            assert report not in self.reports, f"twice in the table: {report}"
            self.reports[report] = model.ReportRow(*row[6:11])
            self._names[row[11]] = report

    def pages(self) -> dict[str, tuple[Any, ...]]:
        """Return site, state and target of each page."""
        rows = self._db.execute(_PAGES).fetchall()
        return {url: tuple(values) for url, *values in rows}

    def versions(self) -> list[tuple[Any, ...]]:
        """Return the versions with their content and report."""
        rows = self._db.execute(_VERSIONS).fetchall()
        return [(*row[:3], self._names[row[3]]) for row in rows]

    def page_lines(self) -> list[tuple[Any, ...]]:
        """Return the lines about pages in their order."""
        return list(self._db.execute(_PAGE_LINES).fetchall())

    def report_lines(self) -> list[ReportLine]:
        """Return the lines about reports in their order."""
        lines: list[ReportLine] = []
        for kind, *values in self._db.execute(_REPORT_LINES).fetchall():
            report = Report(*values[:6])
            lines.append(ReportLine(kind, report, values[6], values[7]))
        return lines


# --- a machine with an archive of its own -------------------------------------------------


class SeenPage(NamedTuple):
    """A capture for an import: what stood at an address at a time."""

    url: str
    shown: Shown | None
    at: datetime


@dataclass
class Ledger:
    """What an archive has been given, and what its feed has told."""

    visits: list[PageVisit] = field(default_factory=list)
    runs: list[EndedRun] = field(default_factory=list)
    announced: dict[Report, Announced] = field(default_factory=dict)
    consumer: dict[Report, str] = field(default_factory=dict)
    page_lines: int = 0  # lines of the feed that were compared
    report_lines: int = 0

    def add_run(self, run: str, site: str, **values: Any) -> None:
        """Add a run that ends on a site now."""
        until = max(
            visit.at for visit in self.visits if (visit.run, visit.site) == (run, site)
        )
        self.runs.append(EndedRun(run, site, clock.utc_now(), until, **values))

    def add(self, other: Ledger) -> None:
        """Add what another archive was given."""
        self.visits += [visit for visit in other.visits if visit not in self.visits]
        self.runs += [run for run in other.runs if run not in self.runs]


class Machine:
    """A machine that crawls, with an archive of its own and what that must hold."""

    def __init__(self, path: Path, names: dict[str, str]) -> None:
        self.archive = Archive.create(path)
        self.archive.db.execute("PRAGMA synchronous = OFF")
        self.names = names  # of the runs, by uid
        self.ledger = Ledger()
        self.reader = READERS[0]

    def begin_run(self, name: str, sites: Sequence[str], vanish_after: int) -> int:
        """Begin a crawl, or an import, of some sites."""
        begin = self.archive.begin_run
        if name.startswith("import"):
            run_id = imports.begin_import(self.archive, "0.3.0", {"run": name})
        else:
            run_id = begin("0.3.0", {"run": name})
        archived = [
            ArchivedSite(site, site, "trs", None, None, vanish_after, 1)
            for site in sites
        ]
        self.archive.begin_sites(run_id, archived)
        row = self.archive.db.execute("SELECT uid FROM runs WHERE id = ?", [run_id])
        self.names[row.fetchone()[0]] = name
        return run_id

    def visit(
        self,
        run_id: int,
        run: str,
        seen: SeenPage,
        *,
        fails: bool = False,
        is_conditional: bool = False,
    ) -> None:
        """Visit a page as it stands, and read it if it is to be read."""
        capture = make_capture(seen, fails=fails)
        visit = make_visit(run, seen, fails=fails)
        if is_conditional and capture.payload is not None:
            last = self.archive.latest_payload_visit(seen.url)
            if last and last.payload_sha256 == payload_digest(capture.payload):
                capture = replace(
                    capture,
                    outcome="not_modified",
                    status=304,
                    payload=None,
                    payload_sha256=last.payload_sha256,
                )
        visit_id, is_unread = self.archive.store_capture(run_id, capture)
        if is_unread:
            assert seen.shown is not None
            payload = seen.shown.payload
            reading = read_payload(payload, self.reader)
            self.archive.store_reading(visit_id, reading)
        self.ledger.visits.append(visit)

    def end_site(
        self, run_id: int, run: str, site: str, end: str, vanish_after: int
    ) -> None:
        """End a crawl on a site, as now: `whole`, with lists in `parts`, or `aborted`."""
        reason = "aborted" if end == "aborted" else "finished"
        is_whole = end == "whole"
        account = model.tell(self.ledger.visits, self.ledger.runs)
        is_healthy = is_whole and not model.is_replaced(account.pages, run, site)
        self.archive.end_site(run_id, site, reason, 10, lists_whole=is_whole)
        self.ledger.add_run(run, site, is_healthy=is_healthy, vanish_after=vanish_after)

    def end_import(self, run_id: int, run: str, sites: Sequence[str]) -> None:
        """End an import, as now, and bring in order what follows."""
        imports.end_import(self.archive, run_id, {})
        for site in sites:
            self.ledger.add_run(run, site, is_import=True, is_healthy=False)
        self.archive.finalize()

    def compare(self) -> None:
        """Compare the archive with what the model tells of what it was given."""
        account = model.tell(self.ledger.visits, self.ledger.runs)
        held = Held(self.archive)
        compare_tables(account, held)
        self._compare_page_lines(account, held.page_lines())
        self._compare_report_lines(account, held.report_lines())

    def read_again(self) -> None:
        """Read all pages with a better reader, and compare: that is our own doing, and no news."""
        self.reader = READERS[1]
        catch_up(self.reader, self.archive)
        visits = [_read_better(visit) for visit in self.ledger.visits]
        account = model.tell(visits, self.ledger.runs)
        held = Held(self.archive)
        compare_tables(account, held)
        page_lines = held.page_lines()[self.ledger.page_lines :]
        # A page that moved, as it was read before, is told to have vanished where the run that
        # decides it is another one since archives were merged.
        assert {line[0] for line in page_lines} <= {"reread", "vanished"}, page_lines
        report_lines = held.report_lines()[self.ledger.report_lines :]
        assert all(line.kind in model.OWN_DOING for line in report_lines), report_lines
        self._follow(account, report_lines)

    def _compare_page_lines(
        self, account: Account, rows: Sequence[tuple[Any, ...]]
    ) -> None:
        lines = [PageLine(row[0], self.names[row[1]], *row[2:]) for row in rows]
        repeated = [line for line, count in Counter(lines).items() if count > 1]
        repeated = [line for line in repeated if line.kind != "reread"]
        assert not repeated, f"told twice: {repeated}"
        for line in lines[self.ledger.page_lines :]:
            is_so = line in account.lines or line in account.possible
            assert is_so, f"told, and not so: {line}\n{_list(account)}"
        for line in account.lines:
            assert any(covers(told, line) for told in lines), f"not told: {line}"
        self.ledger.page_lines = len(lines)

    def _compare_report_lines(
        self, account: Account, lines: Sequence[ReportLine]
    ) -> None:
        ledger = self.ledger
        new_lines = lines[ledger.report_lines :]
        told = [(line.report.identity, line.kind) for line in new_lines]
        due = {
            report.identity: kinds
            for report, kinds in model.announce(account, ledger.announced)
        }
        for report in {report for report, _ in told} | due.keys():
            kinds = [kind for name, kind in told if name == report]
            expected = due.get(report, set())
            assert are_kinds(kinds, expected), f"{report}: {kinds}, not {expected}"
        self._follow(account, new_lines)
        ledger.announced = model.remember(account)
        ledger.report_lines = len(lines)

    def _follow(self, account: Account, lines: Sequence[ReportLine]) -> None:
        """Apply new lines as a reader of the feed does; he must know all reports then."""
        rows = {report.identity: row for report, row in account.reports.items()}
        for line in lines:
            model.apply_line(self.ledger.consumer, line.kind, line.report, line.version)
            if line.version is not None:
                row = rows[line.report.identity]
                assert (line.url, line.version) == (row.url, row.version), line
        states = {report: row.state for report, row in rows.items()}
        assert self.ledger.consumer == states

    def verify(self) -> None:
        """Check that the archive is whole, and that it can be built anew."""
        read = partial(catch_up, self.reader)
        rebuild = verify.RebuildSettings(self.reader, read)
        report = verify.check_archive(self.archive, rebuild=rebuild)
        assert not report.damages, "\n".join(map(str, report.damages))
        assert report.notes == []


def _list(account: Account) -> str:
    return "\n".join(str(line) for line in account.lines)


def covers(told: PageLine, line: PageLine) -> bool:
    """Tell whether a line that was told is, or stands for, one that is to be told.

    What was told under an earlier part of the history is not told again: a version by its number,
    whichever run it is of; what happened to a page in a run, whichever version it shows. A report
    that was told to have moved is not told to be replaced too.
    """
    kinds = {told.kind, line.kind}
    if told.url != line.url:
        return False
    if kinds <= {"changed", "reverted", "reread"}:
        return told.version == line.version
    if (told.kind, line.kind) == ("moved", "replaced"):
        return told.version == line.version
    if len(kinds) > 1:
        return False
    return told.version == line.version or told.run == line.run


def are_kinds(kinds: Sequence[str], expected: set[str]) -> bool:
    """Tell whether each of the kinds is one of those expected, and all of these are there."""
    if len(kinds) != len(expected):
        return False
    return all(
        any(kind in alternatives.split("|") for kind in kinds)
        for alternatives in expected
    )


def compare_tables(account: Account, held: Held) -> None:
    """Compare pages, versions and reports with the model's."""
    pages = {
        url: (page.site, page.state, page.moved_to)
        for url, page in account.pages.items()
    }
    versions = [
        (url, version.number, digest(version.content), version.report)
        for url, page in account.pages.items()
        for version in page.versions
    ]
    assert held.versions() == versions
    assert held.pages() == pages
    assert held.reports == account.reports


def make_capture(seen: SeenPage, *, fails: bool) -> Capture:
    """Return what a visit brings."""
    capture = Capture(
        site=PAGES[seen.url],
        url=seen.url,
        role="report",
        outcome="not_found",
        visited_at=clock.utc_text(seen.at),
        status=404,
    )
    if fails:
        return replace(capture, outcome="http_error", status=500)
    if seen.shown is not None:
        payload = seen.shown.payload
        return replace(capture, outcome="fetched", status=200, payload=payload)
    return capture


def _read_better(visit: PageVisit) -> PageVisit:
    if visit.content is None:
        return visit
    return replace(visit, content=replace(visit.content, is_read_better=True))


def make_visit(run: str, seen: SeenPage, *, fails: bool) -> PageVisit:
    """Return what the model knows of a visit."""
    outcome: model.Outcome = "missing"
    content = None
    if fails:
        outcome = "failed"
    elif seen.shown is not None:
        content = seen.shown.content
        outcome = "other" if content is None else "report"
    at = clock.utc_text(seen.at)
    return PageVisit(at, run, PAGES[seen.url], seen.url, outcome, content)


def merge_into(machine: Machine, other: Machine) -> None:
    """Merge another archive into that of a machine, and compare what comes out."""
    merge_archive(machine.archive, other.archive)
    carry_readings(machine.archive, other.archive, machine.reader)
    catch_up(machine.reader, machine.archive)
    machine.ledger.add(other.ledger)
    machine.compare()
