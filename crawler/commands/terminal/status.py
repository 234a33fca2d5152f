"""Print how the sites of an archive do, and how many findings it has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.markup import escape

from nianbao.crawler.commands.terminal.console import (
    join_counts,
    make_table,
    write_counts,
    write_minute,
)
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.language import translate, translate_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console

    from nianbao.archive.read_model.findings import RuleCount
    from nianbao.archive.read_model.holdings import Holdings
    from nianbao.archive.read_model.roster.counts import RosterSummary
    from nianbao.crawler.health import SiteHealth

BARS = "▁▂▃▄▅▆▇█"
SITE_COLUMNS = (
    "site",
    "name",
    "last run",
    "ended",
    "last success",
    "links",
    "trend",
    "there",
    "gone",
    "newest",
    "blocked",
    "",
)


def print_status(
    out: Console,
    archive: Path,
    holdings: Holdings,
    sites: Sequence[SiteHealth],
    findings: Sequence[RuleCount],
) -> None:
    """Print what an archive holds, how its sites do, findings by rule and severity."""
    megabytes = archive.stat().st_size / 1e6
    out.print(f"{archive}, {megabytes:.1f} MB", highlight=False)
    print_holdings(out, holdings)
    _print_sites(out, sites)
    _print_findings(out, findings)


def _print_findings(out: Console, findings: Sequence[RuleCount]) -> None:
    table = make_table("finding", "severity", "count")
    for finding in findings:
        severity = translate_word(finding.severity)
        table.add_row(finding.rule, severity, str(finding.findings))
    out.print(table)
    if findings:
        out.print(
            "`nianbao browse` has a page on each finding: what it means, and where"
        )


def print_roster_summary(out: Console, roster: RosterSummary | None) -> None:
    """Print how many bodies are in each state, where regions were asked for."""
    if roster is None:
        return
    counts = [
        (state.replace("_", " "), count)
        for state, count in roster.states.items()
        if count
    ]
    out.print(
        f"must publish on {roster.report_year}, as of {roster.as_of}:"
        f" {write_counts(counts)}; `nianbao roster --region` says who",
        highlight=False,
    )


def _print_sites(out: Console, sites: Sequence[SiteHealth]) -> None:
    table = make_table(*SITE_COLUMNS)
    for health in sites:
        site = health.site
        latest_links = str(site.links[-1]) if site.links else "–"
        table.add_row(
            site.id,
            site.name,
            _write_instant(site.last_run) or "–",
            translate_word(site.last_reason or "–"),
            _write_instant(site.last_healthy) or translate_word("never"),
            latest_links,
            draw_sparkline(site.links),
            str(site.documents),
            str(site.vanished),
            str(site.newest_year or "–"),
            join_counts(site.blocks) or "–",
            translate(_format_state(health)),
        )
    out.print(table)
    if sites:
        out.print("times are those of China")


def _write_instant(text: str | None) -> str | None:
    """Return a stored instant as clocks in China show it."""
    if text is None:
        return None
    return write_minute(datetime.fromisoformat(text))


def print_notices(out: Console, sites: Iterable[SiteHealth]) -> None:
    """Print why sites are not healthy that have not failed, a line each, with what to do."""
    for health in sites:
        for notice in health.notices:
            out.print(f"not healthy: {escape(notice)}", style="yellow", highlight=False)


def draw_sparkline(links: Iterable[int]) -> str:
    """Return a bar for each number, as high as it is beside the largest."""
    numbers = list(links)
    largest = max(numbers, default=0) or 1
    steps = len(BARS) - 1
    return "".join(BARS[round(number / largest * steps)] for number in numbers)


def _format_state(health: SiteHealth) -> str:
    if health.overdue:
        return "[red]overdue[/]"
    if health.site.failures:
        return "[red]failed[/]"
    if health.reasons:
        return "[red]not healthy[/]"
    if health.site.healthy is None:
        return "–"
    return translate_word("healthy" if health.site.healthy else "not healthy")
