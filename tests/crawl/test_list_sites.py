"""Hundreds of small sites of every shape, crawled at once: each is read whole, or says that it was not."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from nianbao.archive.addresses import canonicalize
from tests.crawl.commands import start
from tests.crawl.list_sites import ListSite, make_sites, serve_sites

SITES = int(os.environ.get("LIST_SITES", "40"))
SEED = int(os.environ.get("LIST_SITES_SEED", "1"))
# A floor: of 300 sites of the seeds 1 and 2 it stands at 0.99 and 0.007.
LEAST_SHARE = 0.95  # of the reports are found outright
MOST_FALSE_ALARMS = 0.05  # of the sites are whole, and something is said of them
# Findings on what a list or a page behind it did; not on what a report says.
CRAWL_RULES = ("list.", "page.", "site.")
OF_OTHERS = {"page.refused_by_boundary"}  # what stands on hosts of others


@dataclass(frozen=True)
class Outcome:
    """What a crawl made of a site."""

    site: ListSite
    missing: frozenset[str]  # addresses of reports
    others: frozenset[str]  # addresses that carry none, taken for reports
    rules: tuple[str, ...]  # of warnings and errors on it
    healthy: bool

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.others

    @property
    def is_silent(self) -> bool:
        """Whether something is missing or wrong, and nothing says so."""
        return not self.is_whole and not set(self.rules) - OF_OTHERS

    def describe(self) -> str:
        return (
            f"{self.site.describe()}: {len(self.missing)} of {len(self.site.reports)} missing,"
            f" {len(self.others)} others; {', '.join(self.rules) or 'no finding'}"
            f"{'; healthy' if self.healthy else ''}"
        )


def _read_outcomes(archive: Path, sites: Sequence[ListSite]) -> list[Outcome]:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        documents = db.execute("SELECT site_id, url FROM documents").fetchall()
        findings = db.execute(
            "SELECT site_id, rule FROM findings WHERE severity <> 'info' AND run_id IS NOT NULL"
        ).fetchall()
        healthy = dict(db.execute("SELECT site_id, healthy FROM site_runs").fetchall())
    outcomes = []
    for site in sites:
        found = {_fold(url) for site_id, url in documents if site_id == site.name}
        served = {_fold(f"http://{site.host}{path}") for path in site.reports}
        rules = {
            rule
            for site_id, rule in findings
            if site_id == site.name and rule.startswith(CRAWL_RULES)
        }
        outcome = Outcome(
            site,
            frozenset(served - found),
            frozenset(found - served),
            tuple(sorted(rules)),
            bool(healthy[site.name]),
        )
        outcomes.append(outcome)
    return outcomes


def _fold(url: str) -> str:
    """Return an address without `www.`, which does not count."""
    return canonicalize(url).replace("//www.", "//")


@pytest.mark.crawl
def test_sites_of_every_shape_are_read_whole_or_say_so(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    folder.mkdir()
    archive = tmp_path / "a.db"
    with serve_sites(partial(make_sites, SEED, SITES)) as (_, sites):
        for site in sites:
            (folder / f"{site.name}.yml").write_text(site.site_file, "utf-8")
        with start(
            *("crawl", "--sites", folder, "--archive", archive),
            *("--allow-address", "127.0.0.0/8"),
            into=tmp_path / "out.txt",
        ) as crawl:
            crawl.wait(timeout=900)
    assert "Traceback" not in (tmp_path / "out.txt").read_text("utf-8")
    outcomes = _read_outcomes(archive, sites)
    report = _describe(outcomes)
    print(report)
    share = _measure_share(outcomes)
    silent = [outcome for outcome in outcomes if outcome.is_silent]
    alarms = [o for o in outcomes if o.is_whole and o.rules]
    assert share >= LEAST_SHARE, report
    assert not silent, report
    assert not [o.describe() for o in outcomes if o.healthy and not o.is_whole]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(outcomes), report


def _measure_share(outcomes: Sequence[Outcome]) -> float:
    served = sum(len(outcome.site.reports) for outcome in outcomes)
    missing = sum(len(outcome.missing) for outcome in outcomes)
    return (served - missing) / served


def _describe(outcomes: Sequence[Outcome]) -> str:
    """Return the figures, then a line for each site that is not whole or cries wolf."""
    faults: Counter[str] = Counter()
    lines = []
    for outcome in outcomes:
        if outcome.is_whole and not outcome.rules:
            continue
        word = "missed"
        if outcome.is_whole:
            word = "false alarm"
        elif outcome.is_silent:
            word = "SILENT"
        faults[word] += 1
        lines.append(f"{word}: {outcome.describe()}")
    whole = sum(outcome.is_whole for outcome in outcomes)
    head = (
        f"{len(outcomes)} sites of seed {SEED}: {whole} whole, "
        f"{_measure_share(outcomes):.1%} of the reports found; {dict(faults)}"
    )
    return "\n".join([head, *_count_traits(outcomes), *sorted(lines)])


def _count_traits(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line for each kind of trait: the share of its sites that are not whole."""
    totals: Counter[tuple[str, str]] = Counter()
    misses: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        traits = dict(outcome.site.traits)
        noises = traits.pop("noise").split("+")
        pairs = [*traits.items(), *(("noise", noise) for noise in noises)]
        pairs.append(("platform", outcome.site.platform))
        totals.update(pairs)
        if not outcome.is_whole:
            misses.update(pairs)
    lines: dict[str, list[str]] = {}
    for (kind, name), count in sorted(misses.items(), key=lambda item: -item[1]):
        share = f"{name} {count}/{totals[kind, name]}"
        lines.setdefault(kind, []).append(share)
    return [f"  {kind}: {', '.join(shares)}" for kind, shares in lines.items()]
