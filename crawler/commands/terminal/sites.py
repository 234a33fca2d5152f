"""Print the catalogue, and what checking its sites brought to light."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from rich.markup import escape

from nianbao.archive.clock import CHINA
from nianbao.crawler.commands.terminal.address_lines import print_address_lines
from nianbao.crawler.commands.terminal.console import (
    join_counts,
    make_table,
    write_counts,
)
from nianbao.crawler.language import translate, translate_word
from nianbao.spiders.catalogue import SITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from nianbao.crawler.discovery.governments import KnownGovernment
    from nianbao.crawler.site_files.explorations import Exploration
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.discovery.site_check import SiteCheck


def print_catalogue(
    out: Console, sites: Iterable[Site], paths: Mapping[str, Path]
) -> None:
    """Print sites, a line each, with the folder that the site's file stands in."""
    headings = ("site", "name", "region", "platform", "verified", "file", "entries")
    rows = []
    for site in sites:
        region = site.region.name if site.region else "–"
        entry = site.entries[0].url
        verified = _format_verification(site)
        place = _format_place(paths[site.id])
        rows.append((site.id, site.name, region, site.platform, verified, place, entry))
    print_address_lines(out, headings, rows)


def _format_place(path: Path) -> str:
    return translate_word("catalogue") if path.is_relative_to(SITES) else str(path)


def _format_verification(site: Site) -> str:
    """Return when a site was last as described, and what the last check saw since."""
    last_check = site.seen
    if last_check is None or last_check.state == "as_stated":
        return translate_word(str(site.verified))
    state = last_check.state.replace("_", " ")
    return translate(f"{site.verified}; {state} on {last_check.day}")


def print_governments(out: Console, governments: Sequence[KnownGovernment]) -> None:
    """Print governments, a line each: home page, how far it is known, sites, last crawls."""
    headings = ("government", "code", "state", "sites", "last crawls", "home page")
    rows = [_write_government(known) for known in governments]
    print_address_lines(out, headings, rows)
    states = Counter(known.state.replace("_", " ") for known in governments)
    out.print(f"Governments: {len(governments)} ({join_counts(states)}).")
    if states["unknown"]:
        out.print(
            "`nianbao crawl --region REGION --discover` searches the unknown ones."
        )


def _write_government(known: KnownGovernment) -> tuple[str, ...]:
    """Return the cells of a government's line."""
    government = known.government
    code = government.code or "–"
    state = translate_word(known.state.replace("_", " "))
    site_ids = ", ".join(site.id for site in known.sites)
    last_runs = _format_last_runs(known)
    return (
        government.name,
        code,
        state,
        site_ids or "–",
        last_runs,
        government.home,
    )


def print_explorations(out: Console, explorations: Sequence[Exploration]) -> None:
    """Print how each look at a home page ended, what a person has to look at last."""
    headings = ("government", "outcome", "site file", "requests", "home page")
    rows = []
    for one in sorted(explorations, key=lambda one: one.outcome != "found"):
        outcome = translate_word(one.outcome.replace("_", " "))
        name = one.government or "–"
        rows.append((name, outcome, one.site or "–", str(one.requests), one.home))
    print_address_lines(out, headings, rows)
    for one in explorations:
        if one.note:
            out.print(f"{one.home}: {escape(one.note)}", highlight=False)
    counts = Counter(one.outcome for one in explorations)
    outcomes = [(name.replace("_", " "), count) for name, count in counts.items()]
    result = write_counts(outcomes) or "nothing to do"
    out.print(f"Looked at {len(explorations)}: {result}")


def _format_last_runs(known: KnownGovernment) -> str:
    ends = []
    for site in known.sites:
        if site.last_run is not None:
            reason = translate_word(site.last_reason or "cut off")
            last_run = datetime.fromisoformat(site.last_run)
            day = last_run.astimezone(CHINA).date()
            ends.append(f"{day} {reason}")
    return ", ".join(ends) or translate_word("never")


def print_site_checks(
    out: Console, checks: Sequence[SiteCheck], site_count: int
) -> None:
    """Print the state of each site that was checked, and what is not as its file states."""
    table = make_table("site", "name", "state", "platform", "links", "requests")
    for check in checks:
        site = check.site
        links = "–" if check.links is None else str(check.links)
        state = translate_word(check.state.replace("_", " "))
        platform = _format_platform(check)
        requests = str(check.requests)
        table.add_row(site.id, site.name, state, platform, links, requests)
    out.print(table)
    sound = 0
    for check in checks:
        if check.state == "as_stated":
            sound += 1
        else:
            _print_difference(out, check)
    verdict = f"{sound} of {site_count} sites are as their files state"
    if site_count > len(checks):
        verdict = f"{verdict}; {site_count - len(checks)} not reached"
    out.print(verdict)


def _format_platform(check: SiteCheck) -> str:
    platform = check.site.platform
    if check.platform is None or check.platform == platform:
        return platform
    return translate(f"{platform}; signs of {check.platform}")


def _print_difference(out: Console, check: SiteCheck) -> None:
    reason = "; ".join(check.notes())
    if check.left_out:
        reason = check.left_out.finding.message
    state = translate_word(check.state.replace("_", " "))
    out.print(f"{check.site.id}: {state}: {escape(translate(reason))}", highlight=False)
