"""Print how a crawl went, and which visits are to come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.markup import escape

from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.run_summary import NOT_HEALTHY
from nianbao.crawler.commands.terminal.address_lines import print_address_lines
from nianbao.crawler.commands.terminal.console import (
    join_counts,
    make_table,
    print_failures,
    write_minute,
)
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.language import translate, translate_word

MOST_SEARCHES = 20  # without a column that are printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from rich.console import Console

    from nianbao.archive.read_model.crawls.run_summary import RunSummary, SiteResult
    from nianbao.crawler.schedule import DueVisit


def print_run_summary(out: Console, summary: RunSummary, archive: Path) -> None:
    """Print what a crawl found and where to look."""
    _print_sites(out, summary.sites)
    visits = join_counts(summary.outcomes)
    if visits:
        out.print(f"visits: {summary.visits} ({visits})")
    else:
        out.print("visits: none")
    changes = join_counts(summary.changes) or translate_word("none, nothing new")
    out.print(f"changes: {changes}")
    print_holdings(out, summary.holdings)
    _print_searches(out, summary)
    _print_unhealthy(out, summary.sites)
    for warning in summary.warnings:
        out.print(f"warning: {escape(warning)}", style="yellow", highlight=False)
    print_failures(out, summary.errors)
    if summary.reason != "finished":
        out.print(
            f"{summary.reason}: start the same command again to go on where it stopped"
        )
    browse = f"nianbao browse --archive {archive}"
    status = f"nianbao status --archive {archive}"
    out.print(f"look: {browse}   ·   {status}", highlight=False)


def _print_searches(out: Console, summary: RunSummary) -> None:
    """Print how searches of sites ended, and what is left to a person or to another crawl."""
    if summary.searches:
        outcomes = Counter(search.outcome for search in summary.searches)
        out.print(f"sites searched: {join_counts(outcomes)}")
    in_vain = [search for search in summary.searches if search.outcome != "found"]
    for search in in_vain[:MOST_SEARCHES]:
        outcome = translate_word(search.outcome.replace("_", " "))
        line = f"{outcome}: {search.government}, {search.home}"
        out.print(escape(line), highlight=False)
    if len(in_vain) > MOST_SEARCHES:
        out.print(
            f"and {len(in_vain) - MOST_SEARCHES} more: `nianbao sites --region REGION --outcome"
            " no_column` and the like list them"
        )
    if summary.unknown:
        out.print(
            f"{summary.unknown} governments have no site yet: --discover looks for them,"
            " with --search-again also for those it lately found no column of"
        )


def _print_unhealthy(out: Console, sites: Iterable[SiteResult]) -> None:
    """Name the sites that are not healthy and have not failed; failures are told one by one."""
    names = [
        site.id for site in sites if site.state == NOT_HEALTHY and not site.failures
    ]
    if names:
        line = f"not healthy: {', '.join(names)}; `nianbao status` says why"
        out.print(line, style="yellow", highlight=False)


def _print_sites(out: Console, sites: Iterable[SiteResult]) -> None:
    table = make_table("site", "name", "links", "visits", "ended")
    for site in sites:
        links = "–" if site.links is None else str(site.links)
        ending = translate_word(site.state)
        table.add_row(site.id, site.name, links, str(site.visits), ending)
    out.print(table)


def print_coming_visits(
    out: Console, visits: Sequence[DueVisit], now: datetime
) -> None:
    """Print the visits that are due, and how many there are to come in which month."""
    due = [visit for visit in visits if visit.due_at <= now]
    rows = []
    for visit in due:
        rows.append((visit.site, write_minute(visit.due_at), visit.why, visit.url))
    print_address_lines(out, ("site", "due since", "why", "visit"), rows)
    later = _count_by_month(visits, now)
    out.print(
        f"{len(due)} visits are due at {write_minute(now)} (China time);"
        f" to come: {later or 'none'}"
    )


def _count_by_month(visits: Iterable[DueVisit], now: datetime) -> str:
    """Return how many visits fall due after an instant: `12 in 2027-01, 3 in 2027-02`."""
    months: Counter[str] = Counter()
    for visit in visits:
        if visit.due_at > now:
            months[f"{visit.due_at.astimezone(CHINA):%Y-%m}"] += 1
    return ", ".join(
        translate(f"{count} in {month}") for month, count in sorted(months.items())
    )
