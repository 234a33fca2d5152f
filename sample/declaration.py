"""What a sequence of crawls leaves in an archive, reckoned from the province's own data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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

    A document is one report page address. A page that moved is neither new nor vanished nor
    returned; a page that comes back as it was begins no version. `visits` counts page fetches
    without robots.txt: every list page, every linked page, and every document of earlier crawls
    that the lists no longer name.
    """

    sites: int
    reports: int  # agency × year, ever archived
    agencies: int
    years: tuple[int, int]  # first and last
    documents: int  # ever archived
    copies: int  # among the documents present now
    forms: Mapping[str, int]  # of the documents present now
    visits: int  # of the last crawl
    versions: int  # in the archive after the last crawl
    new: list[str]
    changed: list[str]
    moved: list[tuple[str, str]]
    vanished: list[str]
    returned: list[str]


@dataclass(slots=True)
class _Ledger:
    """The archive as it should be: every document's latest content, and which of them are
    present.
    """

    latest: dict[str, Report] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    reports: set[tuple[str, int]] = field(default_factory=set)
    versions: int = 0


@dataclass(frozen=True, slots=True)
class _Changes:
    new: list[str]
    changed: list[str]
    moved: list[tuple[str, str]]
    vanished: list[str]
    returned: list[str]


def declare(crawls: Sequence[Crawlable]) -> Declaration:
    """Return what the last of `crawls` finds; raise ValueError when there is none."""
    if not crawls:
        raise ValueError("a declaration needs at least one crawl")
    ledger = _Ledger()
    for crawl in crawls:
        unlisted = ledger.latest.keys() - crawl.documents.keys()
        changes = _crawl(ledger, crawl.documents)
    contents = set(crawl.documents.values())
    years = [year for _, year in ledger.reports]
    return Declaration(
        sites=len(SITES),
        reports=len(ledger.reports),
        agencies=len({agency for agency, _ in ledger.reports}),
        years=(min(years), max(years)),
        documents=len(ledger.latest),
        copies=len(crawl.documents) - len(contents),
        forms=dict(
            sorted(Counter(report.form for report in crawl.documents.values()).items())
        ),
        visits=len(crawl.lists) + len(crawl.links) + len(unlisted),
        versions=ledger.versions,
        new=changes.new,
        changed=changes.changed,
        moved=changes.moved,
        vanished=changes.vanished,
        returned=changes.returned,
    )


def _crawl(ledger: _Ledger, documents: Mapping[str, Report]) -> _Changes:
    """Enter one crawl into the ledger and return what it changed."""
    arrived = documents.keys() - ledger.present
    gone = ledger.present - documents.keys()
    moved = sorted(
        (old, new)
        for old in gone
        for new in arrived
        if ledger.latest[old] == documents[new]
    )
    arrived -= {new for _, new in moved}
    gone -= {old for old, _ in moved}
    changed = [
        url
        for url, report in documents.items()
        if url in ledger.latest and ledger.latest[url] != report
    ]
    ledger.versions += len(changed) + len(documents.keys() - ledger.latest.keys())
    changes = _Changes(
        new=sorted(arrived - ledger.latest.keys()),
        changed=sorted(changed),
        moved=moved,
        vanished=sorted(gone),
        returned=sorted(arrived & ledger.latest.keys()),
    )
    ledger.latest.update(documents)
    ledger.present = set(documents)
    ledger.reports |= {(report.agency, report.year) for report in documents.values()}
    return changes
