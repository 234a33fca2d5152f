"""The search for columns over the sites of a country, and what it made of each of them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nianbao.crawler.process import look_process
from nianbao.sample.country import Column, Government
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.start_address import fold_address

AT_A_TIME = 16
# Floors: of 300 governments of the seeds 1, 2 and 3 all but one were found whole.
LEAST_WHOLE = 0.95
MOST_REQUESTS = 40
MOST_REQUESTS_OF_HALF = 15


@dataclass(frozen=True)
class Search:
    """What a search made of a government's site."""

    government: Government
    columns: tuple[str, ...]  # addresses
    outcome: str
    requests: int
    platforms: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_due(self) -> bool:
        """Whether the site can be reached and has columns."""
        return self.government.state == "open"

    @property
    def missing(self) -> list[Column]:
        """The columns of the government that are not among those that were found."""
        return [column for column in self.government.columns if not self._has(column)]

    @property
    def others(self) -> list[str]:
        """Addresses that were taken for columns, and are no lists of annual reports."""
        known = set()
        for column in self.government.columns:
            known |= set(map(fold_address, (column.url, *column.lists)))
        return [url for url in self.columns if fold_address(url) not in known]

    def _has(self, column: Column) -> bool:
        """Whether the search found a column's page, or all the lists that it leads to."""
        found = set(map(fold_address, self.columns))
        if fold_address(column.url) in found:
            return True
        return set(map(fold_address, column.lists)) <= found

    def describe(self) -> str:
        """Return what is missing and what is too much, for a person who looks for the fault."""
        missing = ", ".join(f"{column.name} {column.url}" for column in self.missing)
        return (
            f"{self.government.describe()}: {self.outcome} after {self.requests};"
            f" missing [{missing}]; others {self.others} {'; '.join(self.notes)}"
        )


def search_country(governments: Sequence[Government]) -> list[Search]:
    """Search the sites of all governments, in a process of its own."""
    homes = "\n".join(government.home for government in governments)
    printed = subprocess.run(
        [sys.executable, "-m", "tests.crawl.country_search"],
        input=homes,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    searches = []
    records = json.loads(printed)
    for government, record in zip(governments, records, strict=True):
        search = Search(
            government,
            tuple(record["columns"]),
            record["outcome"],
            record["requests"],
            tuple(record["platforms"]),
            tuple(record["notes"]),
        )
        searches.append(search)
    return searches


def check_searches(searches: Sequence[Search]) -> None:
    """Print what became of the searches; raise AssertionError where they found too little."""
    report = describe_searches(searches)
    print(report)
    due = [search for search in searches if search.is_due]
    whole = [search for search in due if not search.missing]
    requests = [search.requests for search in searches]
    assert len(whole) >= LEAST_WHOLE * len(due), report
    assert not [search.others for search in searches if search.others], report
    assert statistics.median(requests) <= MOST_REQUESTS_OF_HALF, report
    assert max(requests) <= MOST_REQUESTS, report


def describe_searches(searches: Sequence[Search]) -> str:
    """Return the figures, then a line for each site that is not found whole or too much."""
    due = [search for search in searches if search.is_due]
    whole = [search for search in due if not search.missing]
    others = [search for search in searches if search.others]
    requests = [search.requests for search in searches]
    head = (
        f"{len(whole)} of {len(due)} whole ({len(whole) / len(due):.1%}); {len(others)} with another document;"
        f" requests: median {statistics.median(requests)}, most {max(requests)}"
    )
    faults = [search for search in due if search.missing]
    faults += [search for search in searches if search.others]
    outcomes: Counter[tuple[str, str]] = Counter()
    for search in searches:
        outcomes[search.government.state, search.outcome] += 1
    lines = [head, str(dict(outcomes)), *_count_traits(due)]
    return "\n".join([*lines, *(fault.describe() for fault in faults)])


def _count_traits(searches: Iterable[Search]) -> list[str]:
    """Return a line for each kind of trait: the share of its sites that are not whole."""
    totals: Counter[tuple[str, str]] = Counter()
    misses: Counter[tuple[str, str]] = Counter()
    for search in searches:
        pairs = []
        for kind, names in search.government.traits.items():
            pairs += [(kind, name) for name in names.split("+")]
        totals.update(pairs)
        if search.missing:
            misses.update(pairs)
    lines: dict[str, list[str]] = {}
    for (kind, name), count in misses.most_common():
        lines.setdefault(kind, []).append(f"{name} {count}/{totals[kind, name]}")
    return [f"  {kind}: {', '.join(shares)}" for kind, shares in lines.items()]


def _describe_discovery(discovery: Discovery) -> dict[str, Any]:
    notes = [f"{name} {url}" for url, name in discovery.unread.items()]
    return {
        "columns": [column.url for column in discovery.columns],
        "platforms": [column.platform for column in discovery.columns],
        "outcome": discovery.outcome,
        "requests": discovery.requests,
        "notes": [*notes, *discovery.troubles[:3]],
    }


def main() -> None:
    """Search the sites whose home pages stand on standard input; print what was found as JSON."""
    homes = sys.stdin.read().split()
    discoveries = [Discovery(home) for home in homes]
    waiting = list(discoveries)
    process = look_process(("127.0.0.0/8",))

    def start_next() -> None:
        if waiting:
            task = process.crawl(Scout, discovery=waiting.pop(0), delay=0.0)
            task.add_done_callback(lambda _: start_next())

    for _ in range(AT_A_TIME):
        start_next()
    process.start()
    print(json.dumps([_describe_discovery(one) for one in discoveries]))


if __name__ == "__main__":
    main()
