"""What must come out of a history of visits: pages, versions, reports, and the lines of the feed.

This is the definition of the feature in small, written without a look at the archive's code, and it
keeps nothing: it works everything out from the list of all visits and all runs. So it cannot depend
on the order in which they came. `test_histories.py` holds archives against it.

The world is small. A page shows nothing, something that is no report, or a :class:`Content`: what
a body says of a year, in some edit, with or without its name and the year printed.

What the tables must hold
-------------------------
*Version.* The visits to a page that show a report, in the order of time, fall into runs of equal
content. Each is a version, numbered from 1. Edited and edited back is three versions.

*Report.* Agency and year. An agency is a name in a region; where the region is not known, a name on
a site. A version of which one of the two is not known belongs to a report of its page: the first,
second, … of those that the page showed. Two such versions are of one report if the same is known
of both and their texts are alike.

*State of a page.* As the runs of its site tell, in the order in which they ended: `present` once a
run has shown it; `vanished` after so many misses in a row by healthy runs; `moved` when it was
missing, or showed something that is no report, and its content came to one other page in the same
run. Of something else in its place nothing else follows: that is no miss. What an import brings does
not count for a page that an earlier run saw later, but makes a page known that no run has shown.

*Health of a run.* It read all lists, and found nothing else in the place of a report that is there:
but where another page shows the same now, or something else has stood there for many runs.

*State of a report.* `present` while a page that is there shows it; else `replaced` when all its
pages show other reports now; else `vanished`. It is represented by the last version of it on the
best page: there before gone, then by the date of publication, then by the day of the last change,
then by the address.

What the feed must tell of pages
--------------------------------
A *stay* is a report on a page: the versions of it that follow one another there.

*   A version that goes on a stay is `changed`, or `reverted` when this page said the same of this
    report before.
*   A version of another report begins a stay and ends the one before, unless the page was gone
    meanwhile. The old report `moved` if it is found elsewhere on the site, else it was `replaced`.
    The new one is `new` on this page or `returned` to it, unless it is the target of a move.
*   A page that is there for the first time is `new`, one that is there again `returned`, one that
    is gone `moved` or `vanished`.
*   What left a page and what came to a page in one run are paired by equal content; two that fit
    are no pair. A report that another one replaced has moved to any page that shows it now: one
    that began to in this run goes first, and of those one that showed another report.

Lines about a version belong to the run of its first visit, the others to the run that decided.

What the feed must tell of reports
----------------------------------
Enough for a reader who only applies the lines to an empty dictionary (:func:`apply_line`) to end
with the reports and states of the table. It follows from what was told last, so it depends on what
the archive knew when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

# --- the world ----------------------------------------------------------------------------


class Body(NamedTuple):
    """A body that issues reports; None for a region that its pages do not tell."""

    name: str
    region: str | None


BODIES = {
    "finance": Body("西霞县财政局", "样例省西霞县"),
    "education": Body("教育局", None),
}


@dataclass(frozen=True, order=True, repr=False)
class Content:
    """What a page says: the report of a body on a year, in one of its edits.

    A better reader finds out body and year though they are not printed where one looks for them.
    """

    body: str
    year: int
    edit: int = 0
    names_body: bool = True
    names_year: bool = True
    is_read_better: bool = False

    def __repr__(self) -> str:
        """Return it short: histories that fail are printed."""
        return f"Content{self.body, self.year, self.edit, self.names_body, self.names_year}"

    @property
    def published_on(self) -> str:
        """The date that the page prints: an edit may have a later one."""
        return f"{self.year + 1}-0{1 + self.edit // 2}-20"

    @property
    def tells_body(self) -> bool:
        """Whether the body is known once the page is read."""
        return self.names_body or self.is_read_better

    @property
    def tells_year(self) -> bool:
        """Whether the year is known once the page is read."""
        return self.names_year or self.is_read_better

    def is_like(self, other: Content) -> bool:
        """Tell whether the two texts have most in common: edits change little."""
        return (self.body, self.year) == (other.body, other.year)


Outcome = Literal["report", "other", "missing", "failed"]


@dataclass(frozen=True)
class PageVisit:
    """A visit to a page of a site in a run; `at` is its time, no two visits have the same."""

    at: str
    run: str
    site: str
    url: str
    outcome: Outcome
    content: Content | None = None  # of a report


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended on a site."""

    run: str
    site: str
    ended_at: str
    until: str  # the time of its last visit
    is_import: bool = False
    is_healthy: bool = True
    vanish_after: int = 1


# --- what the tables hold -----------------------------------------------------------------


class Report(NamedTuple):
    """What a report is known by: agency and year, else a page and a number on it."""

    agency: str | None
    region: str | None
    site: str | None  # of an agency of no known region
    year: int | None
    url: str | None = None
    ordinal: int | None = None

    @property
    def identity(self) -> Report:
        """What a reader of the feed knows it by: of a page's reports the number is enough."""
        if self.url is None:
            return self
        return Report(None, None, None, None, self.url, self.ordinal)


@dataclass(frozen=True)
class Version:
    """A version of a page; `visits` are those that showed it."""

    url: str
    number: int
    content: Content
    report: Report
    visits: tuple[PageVisit, ...]

    @property
    def first(self) -> PageVisit:
        """The visit that showed it first."""
        return self.visits[0]


@dataclass
class Page:
    """A page that ever showed a report."""

    url: str
    site: str
    visits: list[
        PageVisit
    ]  # those that found anything, or nothing; in the order of time
    versions: list[Version] = field(default_factory=list)
    state: str = "new"
    misses: int = 0
    moved_to: str | None = None

    @property
    def shown_report(self) -> Report:
        """The report of its last version."""
        return self.versions[-1].report

    def versions_of(self, report: Report) -> list[Version]:
        """Return the versions that are of a report."""
        return [version for version in self.versions if version.report == report]

    def before(self, version: Version) -> Version:
        """Return the version before one that is not the first."""
        return self.versions[version.number - 2]

    def version_at(self, time: str) -> Version | None:
        """Return what the page had shown last at a time."""
        shown = None
        for version in self.versions:
            if version.first.at <= time:
                shown = version
        return shown

    def state_for(self, report: Report) -> str:
        """Return the state of the page for a report that it shows or showed."""
        if self.shown_report != report:
            return "replaced"
        return self.state


class ReportRow(NamedTuple):
    """What the archive knows of a report."""

    state: str
    url: str
    version: int
    documents: int
    versions: int


def list_pages(visits: Iterable[PageVisit]) -> dict[str, Page]:
    """Return the pages that ever showed a report with their versions, as if no run had ended."""
    by_url: dict[str, list[PageVisit]] = {}
    for visit in sorted(visits, key=lambda item: item.at):
        if visit.outcome != "failed":
            by_url.setdefault(visit.url, []).append(visit)
    pages: dict[str, Page] = {}
    for url, of_page in sorted(by_url.items()):
        if any(visit.outcome == "report" for visit in of_page):
            pages[url] = Page(url, of_page[0].site, of_page)
            pages[url].versions = list(_list_versions(url, of_page))
    return pages


def _list_versions(url: str, visits: Sequence[PageVisit]) -> Iterator[Version]:
    unassigned: list[tuple[Report, Content]] = []
    shown = [visit for visit in visits if visit.content is not None]
    spans = groupby(shown, lambda visit: visit.content)
    for number, (content, span) in enumerate(spans, start=1):
        assert content is not None
        of_version = tuple(span)
        report = _name_report(content, of_version[0].site)
        if report.agency is None or report.year is None:
            report = _number_unassigned(report, url, content, unassigned)
        yield Version(url, number, content, report, of_version)


def _name_report(content: Content, site: str) -> Report:
    """Return what the page itself tells of its report."""
    year = content.year if content.tells_year else None
    if not content.tells_body:
        return Report(None, None, None, year)
    name, region = BODIES[content.body]
    return Report(name, region, None if region else site, year)


def _number_unassigned(
    report: Report,
    url: str,
    content: Content,
    unassigned: list[tuple[Report, Content]],
) -> Report:
    """Return the report of a page that a version of unknown agency or year belongs to."""
    for known, earlier in unassigned:
        if known[:4] == report[:4] and content.is_like(earlier):
            return known
    numbered = report._replace(url=url, ordinal=len(unassigned) + 1)
    unassigned.append((numbered, content))
    return numbered


def list_reports(pages: Mapping[str, Page]) -> dict[Report, ReportRow]:
    """Return every report that was ever seen."""
    showing: dict[Report, list[Page]] = {}
    for page in pages.values():
        for report in {version.report for version in page.versions}:
            showing.setdefault(report, []).append(page)
    return {report: _describe(report, of_it) for report, of_it in showing.items()}


def _describe(report: Report, pages: Sequence[Page]) -> ReportRow:
    states = [page.state_for(report) for page in pages]
    state = "vanished"
    if "present" in states or "new" in states:
        state = "present"
    elif set(states) == {"replaced"}:
        state = "replaced"
    best = _prefer(report, pages)
    staying = [item for item in states if item not in ("moved", "replaced")]
    return ReportRow(
        state=state,
        url=best.url,
        version=best.versions_of(report)[-1].number,
        documents=max(1, len(staying)),
        versions=sum(len(page.versions_of(report)) for page in pages),
    )


def day_in_china(at: str) -> str:
    """Return the day in China of an instant in UTC."""
    instant = datetime.fromisoformat(at) + timedelta(hours=8)
    return instant.date().isoformat()


def _prefer(report: Report, pages: Sequence[Page]) -> Page:
    """Return the page that stands for a report."""

    def changed_on(page: Page) -> str:
        versions = page.versions_of(report)
        return day_in_china(versions[-1].first.at) if len(versions) > 1 else ""

    def published_on(page: Page) -> str:
        return page.versions_of(report)[-1].content.published_on

    in_order = sorted(pages, key=lambda page: page.url)
    in_order.sort(key=changed_on, reverse=True)
    in_order.sort(key=published_on, reverse=True)
    in_order.sort(key=lambda page: page.state_for(report) not in ("present", "new"))
    return in_order[0]


# --- what the feed tells of pages ---------------------------------------------------------


class PageLine(NamedTuple):
    """A line of the feed about a page."""

    kind: str
    run: str
    url: str
    version: int
    previous_version: int | None = None
    next_version: int | None = None
    moved_to: str | None = None


class Move(NamedTuple):
    """A report that left a page in a run, and where it was found."""

    source: Version
    target: Version


class SiteRun:
    """A run on a site, and what it changes of the pages of the site."""

    def __init__(self, run: EndedRun, pages: Mapping[str, Page], skips: set[str]):
        self.run = run
        # pages that an earlier run saw later
        self.skips = {url for url in skips if pages[url].state != "new"}
        self.site_pages = [page for page in pages.values() if page.site == run.site]
        self.pages: list[Page] = []  # those of the site that the run visited
        self.last: dict[str, PageVisit] = {}
        for page in self.site_pages:
            visits = [visit for visit in page.visits if visit.run == run.run]
            if visits:
                self.pages.append(page)
                self.last[page.url] = visits[-1]
        self.lines: list[PageLine] = []
        # what may be told besides: what a report moved to, if its end was told otherwise before
        self.possible: list[PageLine] = []

    def play(self) -> list[PageLine]:
        """Change the states of the pages; return the lines that tell it."""
        moves = self._find_moves()
        for move in moves:
            target = move.target
            line = PageLine("new", self.run.run, target.url, target.number)
            self.possible.append(line)
        for page in self.pages:
            self._tell_arrival(page, moves)
            for version in self._begun(page):
                self._tell_version(page, version, moves)
        for page in self.pages:
            self._decide_presence(page, moves)
        return self.lines

    # What the run saw

    def _shows(self, page: Page) -> bool:
        return self.last[page.url].outcome == "report"

    def _last_shown(self, page: Page) -> Version:
        """Return what a page showed last until the run's last visit to it."""
        version = page.version_at(self.last[page.url].at)
        assert version is not None
        return version

    def _seen_versions(self, page: Page) -> list[Version]:
        """Return the versions of a page that the run saw."""
        return [
            version
            for version in page.versions
            if any(visit.run == self.run.run for visit in version.visits)
        ]

    def _missing(self) -> list[Page]:
        """Return the pages that were there before, and that the run tells to be gone."""
        if not self.run.is_healthy:
            return []
        return [
            page
            for page in self.pages
            if not self._shows(page)
            and page.url not in self.skips
            and page.state != "new"
            and page.version_at(self.last[page.url].at) is not None
        ]

    def _appearing(self) -> list[Page]:
        """Return the pages that are there and were not; new ones also if they are gone again."""
        return [
            page
            for page in self.pages
            if page.url not in self.skips
            and (
                (self._shows(page) and page.state != "present")
                or (self._seen_versions(page) and page.state == "new")
            )
        ]

    def _begun(self, page: Page) -> list[Version]:
        """Return the versions that began in this run, but for the first of the page."""
        return [item for item in page.versions[1:] if item.first.run == self.run.run]

    def _transitions(self, page: Page) -> list[Version]:
        """Return the versions that began in this run and are of another report."""
        return [
            item
            for item in self._begun(page)
            if page.before(item).report != item.report
        ]

    # Moves

    def _ended_by_others(self) -> list[Version]:
        """Return the last version of each stay that another report ended in this run.

        A page that was gone has no stay that could end.
        """
        ended: list[Version] = []
        for page in self.pages:
            transitions = self._transitions(page)
            was_gone = page.state in ("vanished", "moved")
            if was_gone and page.url not in self.skips:
                transitions = transitions[1:]
            ended += [page.before(version) for version in transitions]
        return ended

    def _begun_stays(self) -> list[Version]:
        """Return the versions with which stays began in this run."""
        begun: list[Version] = []
        for page in self.pages:
            begun += self._transitions(page)
        for page in self._appearing():
            if self._shows(page) and not self._transitions(page):
                begun.append(self._last_shown(page))
        return begun

    def _find_moves(self) -> list[Move]:
        """Return where the reports stand now that left a page.

        What left a page has moved to the one page that began to show the same content. A report
        that another one replaced has moved to any page of the site that shows it.
        """
        begun = self._begun_stays()
        replaced = self._ended_by_others()
        gone = [
            self._last_shown(page)
            for page in self._missing()
            if page.state == "present"
        ]
        moves = pair(gone + replaced, begun)
        paired = [move.source for move in moves]
        for version in replaced:
            target = self._find_elsewhere(version, begun)
            if version not in paired and target is not None:
                moves.append(Move(version, target))
        return moves

    def _find_elsewhere(self, left: Version, begun: list[Version]) -> Version | None:
        """Return another page that shows a report when the run ends."""
        missing = self._missing()
        standing: list[Version] = []
        for page in self.site_pages:
            version = page.version_at(self.run.until)
            is_there = page.state == "present" and page not in missing
            if is_there and version is not None:
                standing.append(version)
        for version in [*begun, *standing]:
            if version.report == left.report and version.url != left.url:
                return version
        return None

    # Lines

    def _tell(
        self,
        kind: str,
        version: Version,
        previous: Version | None = None,
        following: Version | None = None,
    ) -> None:
        self.lines.append(
            PageLine(
                kind,
                self.run.run,
                version.url,
                version.number,
                previous.number if previous else None,
                following.number if following else None,
                following.url if following and kind == "moved" else None,
            )
        )

    def _tell_arrival(self, page: Page, moves: list[Move]) -> None:
        """Tell of a page that is there and was not."""
        if page not in self._appearing():
            return
        transitions = self._transitions(page)
        version = self._last_shown(page)
        if page.state == "new":
            if transitions:
                self._tell("new", page.before(transitions[0]))
            elif version not in [move.target for move in moves]:
                self._tell("new", self._seen_versions(page)[0])
        elif not transitions and version not in [move.target for move in moves]:
            self._tell("returned", version)

    def _tell_version(self, page: Page, version: Version, moves: list[Move]) -> None:
        """Tell of a version of a page that is not its first."""
        earlier = page.versions_of(version.report)
        earlier = [item for item in earlier if item.number < version.number]
        former = earlier[-1] if earlier else None
        if version in self._transitions(page):
            before = page.before(version)
            sources = [move.source for move in moves]
            if before in self._ended_by_others() and before not in sources:
                self._tell("replaced", before, following=version)
            if version not in [move.target for move in moves]:
                self._tell("returned" if former else "new", version, former)
        if former is not None and former.content != version.content:
            is_reverted = version.content in [item.content for item in earlier]
            self._tell("reverted" if is_reverted else "changed", version, former)
        for source, target in moves:
            if source == page.before(version) and version in self._transitions(page):
                self._tell("moved", source, following=target)

    # States

    def _decide_presence(self, page: Page, moves: list[Move]) -> None:
        if page.url in self.skips:
            return
        if self._shows(page) or page in self._appearing():
            page.state, page.misses, page.moved_to = "present", 0, None
            return
        if page not in self._missing():
            return
        version = self._last_shown(page)
        targets = [move.target for move in moves if move.source == version]
        if page.state == "present" and targets:
            page.state, page.moved_to = "moved", targets[0].url
            self._tell("moved", version, following=targets[0])
            return
        if self.last[page.url].outcome == "other":
            return
        page.misses += 1
        if page.state == "present" and page.misses >= self.run.vanish_after:
            page.state = "vanished"
            self._tell("vanished", version)


MOST_RUNS = 8  # in which something else in the place of a report is no passing trouble


def is_replaced(pages: Mapping[str, Page], run: str, site: str) -> bool:
    """Tell whether a run found something else in the place of a report, and knows it nowhere."""
    last: dict[str, PageVisit] = {}
    for page in pages.values():
        of_run = [visit for visit in page.visits if visit.run == run]
        if of_run and page.site == site and page.state in ("new", "present"):
            last[page.url] = of_run[-1]
    shown = {
        pages[url].versions[-1].content
        for url, visit in last.items()
        if visit.outcome == "report"
    }
    return any(
        visit.outcome == "other"
        and pages[url].versions[-1].content not in shown
        and _count_runs_since(pages[url]) <= MOST_RUNS
        for url, visit in last.items()
    )


def _count_runs_since(page: Page) -> int:
    """Return in how many runs a page was visited since it showed a report last."""
    last_shown = max(visit.at for visit in page.visits if visit.outcome == "report")
    return len({visit.run for visit in page.visits if visit.at > last_shown})


def pair(sources: Sequence[Version], targets: Sequence[Version]) -> list[Move]:
    """Return what left one page and came to another; two that fit are no pair."""
    moves: list[Move] = []
    for source in sources:
        same = [item for item in sources if item.content == source.content]
        fitting = [item for item in targets if item.content == source.content]
        if len(same) == len(fitting) == 1 and fitting[0].url != source.url:
            moves.append(Move(source, fitting[0]))
    return moves


# --- all together -------------------------------------------------------------------------


@dataclass
class Account:
    """What a history must give."""

    pages: dict[str, Page]
    reports: dict[Report, ReportRow]
    lines: list[PageLine]
    possible: list[PageLine]  # what may be told besides


def tell(visits: Sequence[PageVisit], runs: Sequence[EndedRun]) -> Account:
    """Work out what must come out of all visits and all ended runs."""
    pages = list_pages(visits)
    in_order = sorted(runs, key=lambda run: run.ended_at)
    lines: list[PageLine] = []
    possible: list[PageLine] = []
    for number, run in enumerate(in_order):
        earlier = [item.run for item in in_order[:number] if item.site == run.site]
        skips = _find_pages_seen_later(run, pages, set(earlier))
        site_run = SiteRun(run, pages, skips)
        lines += site_run.play()
        possible += site_run.possible
    return Account(pages, list_reports(pages), lines, possible)


def _find_pages_seen_later(
    run: EndedRun, pages: Mapping[str, Page], earlier: set[str]
) -> set[str]:
    """Return the pages of which an import tells less than a run that ended before it."""
    if not run.is_import:
        return set()
    skips: set[str] = set()
    for page in pages.values():
        ours = [visit.at for visit in page.visits if visit.run == run.run]
        theirs = [visit.at for visit in page.visits if visit.run in earlier]
        if ours and theirs and max(ours) < max(theirs):
            skips.add(page.url)
    return skips


# --- what the feed tells of reports -------------------------------------------------------


class Announced(NamedTuple):
    """What the feed has told of a report."""

    state: str
    url: str
    version: int
    content: Content


STATE_AFTER = {
    "report_new": "present",
    "report_changed": None,  # as it was
    "report_reverted": None,
    "report_moved": "present",
    "report_returned": "present",
    "report_replaced": "replaced",
    "report_vanished": "vanished",
    "report_reread": "present",
}
# What a better reader may change is told by these kinds only.
OWN_DOING = ("report_reread", "report_replaced", "report_vanished")


def apply_line(
    states: dict[Report, str], kind: str, report: Report, version: int | None
) -> None:
    """Apply a line about a report as a reader does who knows nothing else."""
    state = STATE_AFTER[kind]
    if version is None:  # nothing is read as this report any more
        del states[report.identity]
    elif state is not None:
        states[report.identity] = state
    elif report.identity not in states:
        raise ValueError(f"{kind} of a report that is not known: {report}")


def announce(
    account: Account, announced: Mapping[Report, Announced]
) -> Iterator[tuple[Report, set[str]]]:
    """Yield what is to be told of each report, `kind` or `kind|kind` where either is right."""
    for report, row in account.reports.items():
        kinds = _list_kinds(account, report, row, announced.get(report.identity))
        if kinds:
            yield report, kinds


def _list_kinds(
    account: Account, report: Report, row: ReportRow, told: Announced | None
) -> set[str]:
    if told is None:
        return {"report_new"} | _list_absence(row)
    kinds: set[str] = set()
    page = account.pages[row.url]
    told_page = account.pages[told.url]
    is_told_page_there = told_page.state_for(report) == "present"
    if row.state != told.state:
        kinds |= _list_absence(row) or {"report_returned"}
    elif row.state == "present" and row.url != told.url and not is_told_page_there:
        kinds.add("report_moved")
    content = page.versions[row.version - 1].content
    if content != told.content:
        says_the_same = told_page.versions_of(report)[-1].content == told.content
        is_other_copy = row.url != told.url and is_told_page_there and says_the_same
        if not is_other_copy or content.published_on > told.content.published_on:
            kinds.add(_name_change(account, report, row))
    return kinds


def _list_absence(row: ReportRow) -> set[str]:
    return set() if row.state == "present" else {f"report_{row.state}"}


def _name_change(account: Account, report: Report, row: ReportRow) -> str:
    """Return how another content is told: as one that was seen before, or one that was not.

    Was it seen on other pages only, or later, either is right.
    """
    standing = account.pages[row.url].versions[row.version - 1]
    own = [
        version
        for version in account.pages[row.url].versions_of(report)
        if version.number < row.version and version.content == standing.content
    ]
    elsewhere = [
        version
        for page in account.pages.values()
        for version in page.versions_of(report)
        if version != standing and version.content == standing.content
    ]
    if own:
        return "report_reverted"
    if elsewhere:
        return "report_changed|report_reverted"
    return "report_changed"


def remember(account: Account) -> dict[Report, Announced]:
    """Return what the feed has told of reports when all of an account is told."""
    announced: dict[Report, Announced] = {}
    for report, row in account.reports.items():
        version = account.pages[row.url].versions[row.version - 1]
        announced[report.identity] = Announced(
            row.state, row.url, row.version, version.content
        )
    return announced
