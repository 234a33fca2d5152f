"""What a sequence of crawls leaves in an archive, reckoned from the province's own data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.sample.agencies import SITES
from nianbao.sample.reports import Report


@dataclass(frozen=True, slots=True)
class Crawlable:
    """One state of the province as a crawler meets it: URLs of list pages, of all links, of
    report pages.
    """

    lists: frozenset[str]
    links: frozenset[str]
    documents: Mapping[str, Report]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the last crawl of a sequence finds, and what the archive holds after it.

    A document is one report page address. A report that moved is neither new nor vanished nor
    returned; what comes back as it was begins no version, unless the address showed another
    report meanwhile. `visits` counts page fetches without robots.txt: every list page, every
    linked page, and every document of earlier crawls that the lists no longer name.
    """

    sites: int
    reports: int  # ever archived: one for each agency and year, and the unassigned ones
    unassigned: int  # reports of which the page does not say agency or year
    agencies: int
    years: tuple[int, int]  # first and last
    documents: int  # ever archived
    copies: int  # among the documents present now
    forms: Mapping[str, int]  # of the documents present now
    visits: int  # of the last crawl
    versions: int  # in the archive after the last crawl
    new: list[str]
    changed: list[str]  # to what they were not before
    reverted: list[str]  # to what they were before
    moved: list[tuple[str, str]]
    replaced: list[str]  # addresses whose report another took the place of
    vanished: list[str]
    returned: list[str]


@dataclass(slots=True)
class _Ledger:
    """The archive as it should be: every document's versions, the oldest first, and which
    documents are present.
    """

    versions: dict[str, list[Report]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)

    def list_stays(self, url: str, report: Report) -> list[Report]:
        """Return what a document has shown of the report, in whatever wording."""
        return [
            version
            for version in self.versions.get(url, [])
            if _is_same_report(version, report)
        ]

    def list_reports(self) -> Iterable[tuple[str, Report]]:
        """Yield every version with its document."""
        for url, versions in self.versions.items():
            for report in versions:
                yield url, report


@dataclass(frozen=True, slots=True)
class _Changes:
    new: list[str]
    changed: list[str]
    reverted: list[str]
    moved: list[tuple[str, str]]
    replaced: list[str]
    vanished: list[str]
    returned: list[str]


def declare(crawls: Sequence[Crawlable]) -> Declaration:
    """Return what the last of `crawls` finds; raise ValueError when there is none."""
    if not crawls:
        raise ValueError("a declaration needs at least one crawl")
    ledger = _Ledger()
    for crawl in crawls:
        unlisted = ledger.versions.keys() - crawl.documents.keys()
        changes = _find_changes(ledger, crawl.documents)
        _enter(ledger, crawl.documents)
    contents = set(crawl.documents.values())
    held = [report for _, report in ledger.list_reports()]
    years = [report.year for report in held if report.year is not None]
    assigned = {(report.body, report.year) for report in held if report.is_assigned}
    unassigned = {
        url for url, report in ledger.list_reports() if not report.is_assigned
    }
    return Declaration(
        sites=len(SITES),
        reports=len(assigned) + len(unassigned),
        unassigned=len(unassigned),
        agencies=len({report.body for report in held if report.body is not None}),
        years=(min(years), max(years)),
        documents=len(ledger.versions),
        copies=len(crawl.documents) - len(contents),
        forms=dict(
            sorted(Counter(report.form for report in crawl.documents.values()).items())
        ),
        visits=len(crawl.lists) + len(crawl.links) + len(unlisted),
        versions=len(held),
        new=changes.new,
        changed=changes.changed,
        reverted=changes.reverted,
        moved=changes.moved,
        replaced=changes.replaced,
        vanished=changes.vanished,
        returned=changes.returned,
    )


def _is_same_report(one: Report, other: Report) -> bool:
    return (one.body, one.year) == (other.body, other.year)


def _find_changes(ledger: _Ledger, documents: Mapping[str, Report]) -> _Changes:
    """Return what a crawl tells that meets these documents."""
    ended = {
        url: ledger.versions[url][-1]
        for url in ledger.present
        if url not in documents
        or not _is_same_report(ledger.versions[url][-1], documents[url])
    }
    arrived = {
        url: report
        for url, report in documents.items()
        if url not in ledger.present or url in ended
    }
    moved = sorted(
        (old, new)
        for old, before in ended.items()
        for new, after in arrived.items()
        if before == after
    )
    left = {old for old, _ in moved}
    targets = {new for _, new in moved}
    stays = {url: ledger.list_stays(url, report) for url, report in documents.items()}
    edited = {
        url
        for url, report in documents.items()
        if stays[url] and stays[url][-1] != report
    }
    reverted = {url for url in edited if documents[url] in stays[url]}
    return _Changes(
        new=sorted(url for url in arrived.keys() - targets if not stays[url]),
        changed=sorted(edited - reverted),
        reverted=sorted(reverted),
        moved=moved,
        replaced=sorted((ended.keys() - left) & documents.keys()),
        vanished=sorted(ended.keys() - left - documents.keys()),
        returned=sorted(url for url in arrived.keys() - targets if stays[url]),
    )


def _enter(ledger: _Ledger, documents: Mapping[str, Report]) -> None:
    """Enter the documents of one crawl into the ledger."""
    for url, report in documents.items():
        versions = ledger.versions.setdefault(url, [])
        if not versions or versions[-1] != report:
            versions.append(report)
    ledger.present = set(documents)
